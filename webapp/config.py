"""Settings, read once from the environment into one frozen object.

A setting that cannot be right stops the program at start with one sentence that names it
(`SettingRefused`). Nothing else in the product reads the environment.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit

GOOGLE_METADATA_URL = "https://accounts.google.com/.well-known/openid-configuration"
GOOGLE_API_ROOT = "https://www.googleapis.com/"
PUSH_PATH = "/google-pushes"
SHORTEST_SECRET = 32
LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that a deployment chooses. Durations are whole seconds.

    `proxy_hops` is how many proxies of ours write X-Forwarded-For in front of the app;
    `expected_workers` is how many job workers /healthz insists on. Calendars are looked at every
    `poll_seconds`, and every `pushed_poll_seconds` while Google tells us of changes by itself.
    Without a `mail_server` mails are only logged. `token_keys` seal Google's tokens, the newest
    first; without any, a key that is derived from the secret does.
    """

    secret_key: str
    external_url: str
    database_url: str
    redis_url: str
    google_client_id: str
    google_client_secret: str
    google_server_metadata_url: str
    google_api_root: str
    google_units_per_minute: int
    google_project_units_per_minute: int
    poll_seconds: int
    pushed_poll_seconds: int
    is_push_without_tls: bool
    sweep_seconds: int
    lease_seconds: int
    support_email: str
    proxy_hops: int = 0
    expected_workers: int = 0
    is_feed_gzipped: bool = True
    mail_server: str = ""
    mail_from: str = ""
    token_keys: tuple[str, ...] = field(default=(), repr=False)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Self:
        """Reads and checks every setting. Raises `SettingRefused` for the first that is wrong."""
        read = _Reader(os.environ if environ is None else environ)
        return cls(
            secret_key=read.secret("SECRET_KEY"),
            external_url=read.address("EXTERNAL_URL", "http://127.0.0.1:8000").rstrip("/"),
            database_url=read.database("DATABASE_URL", "sqlite:///practice.db"),
            redis_url=read.redis("REDIS_URL", "redis://127.0.0.1:6379/0"),
            google_client_id=read.paired("GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET"),
            google_client_secret=read.paired("GOOGLE_CLIENT_SECRET", "GOOGLE_CLIENT_ID"),
            google_server_metadata_url=read.address(
                "GOOGLE_SERVER_METADATA_URL", GOOGLE_METADATA_URL
            ),
            google_api_root=read.address("GOOGLE_API_ROOT", GOOGLE_API_ROOT).rstrip("/") + "/",
            google_units_per_minute=read.units("GOOGLE_UNITS_PER_MINUTE", 600),
            google_project_units_per_minute=read.units("GOOGLE_PROJECT_UNITS_PER_MINUTE", 10_000),
            poll_seconds=read.count("GOOGLE_POLL_SECONDS", 60, lowest=1, highest=3600),
            pushed_poll_seconds=read.count(
                "GOOGLE_PUSHED_POLL_SECONDS", 900, lowest=1, highest=3600
            ),
            is_push_without_tls=bool(read.count("GOOGLE_PUSH_WITHOUT_TLS", 0, lowest=0, highest=1)),
            sweep_seconds=read.count("SWEEP_SECONDS", 15, lowest=1, highest=60),
            lease_seconds=read.count("SYNC_LEASE_SECONDS", 90, lowest=2, highest=900),
            support_email=read.text("SUPPORT_EMAIL", ""),
            proxy_hops=read.count("PROXY_HOPS", 0, lowest=0, highest=5),
            expected_workers=read.count("EXPECTED_WORKERS", 0, lowest=0, highest=64),
            is_feed_gzipped=bool(read.count("FEED_GZIP", 1, lowest=0, highest=1)),
            mail_server=read.mail_server("MAIL_SERVER"),
            mail_from=read.text("MAIL_FROM", read.text("SUPPORT_EMAIL", "")),
            token_keys=read.secrets("TOKEN_KEYS"),
        )

    @property
    def has_google(self) -> bool:
        """Whether two-way sync can be offered on this server (R54)."""
        return bool(self.google_client_id and self.google_client_secret)

    @property
    def push_address(self) -> str:
        """Where Google sends its messages, or "" where it cannot reach us (GOOGLE.md 8.1): it
        insists on TLS, and only a stand-in on this machine goes without."""
        parts = urlsplit(self.external_url)
        is_public = self.is_https and parts.hostname not in LOOPBACK
        has_stand_in = self.is_push_without_tls and self.google_api_root != GOOGLE_API_ROOT
        return f"{self.external_url}{PUSH_PATH}" if is_public or has_stand_in else ""

    @property
    def is_https(self) -> bool:
        """Whether people reach the app over TLS, so that cookies may insist on it."""
        return self.external_url.startswith("https://")


class SettingRefused(ValueError):
    """A setting cannot be right. The message is one sentence that names it, never its value."""


class _Reader:
    """Reads one environment and refuses what cannot be right."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def units(self, name: str, default: int) -> int:
        """Of Google's quota; below 250 a minute a first sync would take hours."""
        return self.count(name, default, lowest=250, highest=10_000_000)

    def text(self, name: str, default: str) -> str:
        return self._environ.get(name, "").strip() or default

    def secret(self, name: str) -> str:
        value = self._environ.get(name, "")
        if len(value) < SHORTEST_SECRET:
            raise SettingRefused(
                f"{name} must be set to at least {SHORTEST_SECRET} random characters."
            )
        return value

    def secrets(self, name: str) -> tuple[str, ...]:
        values = tuple(filter(None, map(str.strip, self._environ.get(name, "").split(","))))
        if any(len(value) < SHORTEST_SECRET for value in values):
            raise SettingRefused(
                f"{name} must be keys of at least {SHORTEST_SECRET} random characters, "
                "separated by commas, the newest first."
            )
        return values

    def paired(self, name: str, partner: str) -> str:
        value = self.text(name, "")
        if bool(value) != bool(self.text(partner, "")):
            raise SettingRefused(f"{name} and {partner} must be set together, or neither of them.")
        return value

    def address(self, name: str, default: str) -> str:
        value = self.text(name, default)
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise SettingRefused(f"{name} must be an address that begins with https://.")
        if parts.scheme == "http" and parts.hostname not in LOOPBACK:
            raise SettingRefused(f"{name} must use https:// unless it points to this machine.")
        return value

    def database(self, name: str, default: str) -> str:
        value = self.text(name, default)
        scheme = value.partition("://")[0]
        if scheme in ("postgres", "postgresql"):
            return "postgresql+psycopg://" + value.partition("://")[2]
        if scheme not in ("sqlite", "postgresql+psycopg"):
            raise SettingRefused(f"{name} must begin with sqlite:/// or postgresql://.")
        return value

    def redis(self, name: str, default: str) -> str:
        value = self.text(name, default)
        parts = urlsplit(value)
        if parts.scheme not in ("redis", "rediss", "unix"):
            raise SettingRefused(f"{name} must begin with redis://, rediss:// or unix://.")
        is_far = parts.scheme != "unix" and parts.hostname not in LOOPBACK
        if is_far and not parts.password:
            raise SettingRefused(f"{name} needs a password unless it points to this machine.")
        return value

    def mail_server(self, name: str) -> str:
        value = self.text(name, "")
        if value and urlsplit(value).scheme not in ("smtp", "smtps", "file"):
            raise SettingRefused(f"{name} must begin with smtp://, smtps:// or file://.")
        if value and not (self.text("MAIL_FROM", "") or self.text("SUPPORT_EMAIL", "")):
            raise SettingRefused(f"MAIL_FROM must be set together with {name}.")
        return value

    def count(self, name: str, default: int, *, lowest: int, highest: int) -> int:
        value = self.text(name, str(default))
        if not value.isdecimal() or not lowest <= int(value) <= highest:
            raise SettingRefused(f"{name} must be a whole number from {lowest} to {highest}.")
        return int(value)

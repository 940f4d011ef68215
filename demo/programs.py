"""Which programs make up the demo: command lines and environments, nothing started yet.

The environment speaks the product's own settings, so every program here can be started the same way
by hand or by another supervisor (see the Procfile).
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from demo.children import Program
from demo.ports import LOOPBACK
from demo.state import StateFolder

WORKERS = "2"
GOOGLE_ACCOUNT = "ada@example.com"
DEFAULT_PASSWORD = "calm-harbour-2026"  # noqa: S105 - printed at every start, for invented people.


class HalfAClient(ValueError):
    """Only one of the two settings of a Google client is there."""


@dataclass(frozen=True)
class Demo:
    """What one demo is made of, once its ports are chosen; a real Google needs no emulator port."""

    caller: Mapping[str, str]
    state: StateFolder
    port: int
    emulator_port: int | None

    @property
    def address(self) -> str:
        """Where a person opens it."""
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def emulator_address(self) -> str | None:
        """Where the stand-in's own pages are, or None with a real Google."""
        return None if self.emulator_port is None else f"http://{LOOPBACK}:{self.emulator_port}"

    @property
    def doors(self) -> list[tuple[int, str]]:
        """Port and path of every address that answers 200 once the demo is ready."""
        doors = [(self.port, "/healthz")]
        if self.emulator_port is not None:
            doors.append((self.emulator_port, "/.well-known/openid-configuration"))
        return doors

    @property
    def has_own_database(self) -> bool:
        """Whether the database is in the demo's folder, and not one that the caller brought."""
        return not self.caller.get("DATABASE_URL")

    @property
    def password(self) -> str:
        """What the three invented people sign in with."""
        return self.caller.get("DEMO_PASSWORD") or DEFAULT_PASSWORD

    def preparations(self, redis_url: str) -> list[Program]:
        """Run to their end, in this order, before anything serves."""
        env = self.environment(redis_url)
        seed = _module("flask", "--app", "webapp.app", "demo", "seed", "--upgrade")
        return [Program("seed", seed, {**env, "DEMO_PASSWORD": self.password})]

    def services(self, redis_url: str) -> list[Program]:
        """Run until the demo stops."""
        door = ("--bind", f"{LOOPBACK}:{self.port}")
        env = self.environment(redis_url)
        return [
            Program("web", _module("gunicorn", *door, "webapp.app:create_app()"), env),
            Program("workers", _module("jobs.worker", "--workers", WORKERS), env),
            Program("scheduler", _module("jobs.schedule"), env),
        ]

    def emulator(self) -> Program | None:
        """The stand-in for Google; None with a real one."""
        if self.emulator_port is None:
            return None
        options = ("--port", str(self.emulator_port), "--account", GOOGLE_ACCOUNT, "--sample")
        kept = ("--state", str(self.state.google))
        push = ("--allow-http-push", "--push", "off")  # Every message once and at once.
        return Program("emulator", _module("emulator", *options, *kept, *push), dict(self.caller))

    def environment(self, redis_url: str) -> dict[str, str]:
        """The caller's environment with what the demo decides; the caller's own choices win."""
        chosen = {
            "DATABASE_URL": self.state.database_url,
            "REDIS_URL": redis_url,
            "SECRET_KEY": self.state.secret_key(),
            "EXTERNAL_URL": self.address,
            "EXPECTED_WORKERS": WORKERS,
            "MAIL_SERVER": f"file://{quote(str(self.state.mails.absolute()))}",
            "MAIL_FROM": "practice@example.test",
        }
        if self.emulator_address is not None:
            chosen |= {
                "GOOGLE_CLIENT_ID": "demo-client.apps.example.com",
                "GOOGLE_CLIENT_SECRET": "demo-client-secret",
                "GOOGLE_API_ROOT": f"{self.emulator_address}/",
                "GOOGLE_PUSH_WITHOUT_TLS": "1",
                "GOOGLE_SERVER_METADATA_URL": (
                    f"{self.emulator_address}/.well-known/openid-configuration"
                ),
            }
        return {**chosen, **{name: value for name, value in self.caller.items() if value}}


def uses_real_google(caller: Mapping[str, str]) -> bool:
    """True when the caller brought a Google client; raises HalfAClient when one part is missing."""
    parts = [bool(caller.get(name)) for name in ("GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET")]
    if any(parts) and not all(parts):
        raise HalfAClient("GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET must be set together.")
    return all(parts)


def _module(name: str, *options: str) -> tuple[str, ...]:
    return (sys.executable, "-m", name, *options)

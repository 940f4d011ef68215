"""Who allowed which project what: grants, codes, refresh and access tokens (GOOGLE.md 1.3 to 1.7).

Pure bookkeeping with the rules of death (evicted, expired, revoked, unused); the HTTP words live in
oauth modules.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from emulator.clock import Dice
from emulator.knobs import Knobs
from emulator.scopes import is_sign_in

CODE_LIFE = timedelta(minutes=10)
UNUSED_LIFE = timedelta(days=183)
TESTING_LIFE = timedelta(days=7)


@dataclass
class Client:
    """A registered OAuth client; unknown ids are accepted unless the stand-in is told to be
    strict.
    """

    id: str
    secret: str = ""
    redirect_uris: list[str] = field(default_factory=list)


@dataclass
class Code:
    value: str
    user: str
    client: str
    scopes: list[str]
    redirect_uri: str
    expires_at: datetime
    has_refresh: bool
    days: float | None = None
    """For how long the person allowed it; None is until it is taken away (GOOGLE.md 1.7)."""
    nonce: str = ""
    challenge: str = ""
    challenge_method: str = ""


@dataclass
class RefreshToken:
    value: str
    user: str
    client: str
    scopes: list[str]
    issued_at: datetime
    used_at: datetime
    expires_at: datetime | None = None


@dataclass
class AccessToken:
    value: str
    user: str
    client: str
    scopes: list[str]
    expires_at: datetime

    @property
    def project(self) -> str:
        return project_of(self.client)


def project_of(client_id: str) -> str:
    """The project number at the head of a client id; the whole id when it has none."""
    head, _, rest = client_id.partition("-")
    return head if rest and head.isdigit() else client_id


class Grants:
    """The token store. Every method takes `now`."""

    def __init__(self, dice: Dice, knobs: Knobs) -> None:
        self._dice = dice
        self._knobs = knobs
        self.clients: dict[str, Client] = {}
        self.granted: dict[tuple[str, str], list[str]] = {}
        self.consented: set[tuple[str, str]] = set()
        self.codes: dict[str, Code] = {}
        self.refresh_tokens: dict[str, RefreshToken] = {}
        self.access_tokens: dict[str, AccessToken] = {}
        self.on_forget: Callable[[str, str | None], None] = lambda user, project: None
        """Told (user, project or None) when a grant is gone."""

    def scopes_of(self, *, user: str, client: str) -> list[str]:
        """What this person has granted to the client's project so far."""
        return self.granted.get((user, project_of(client)), [])

    def remember(self, *, user: str, client: str, scopes: list[str]) -> None:
        """Add scopes to the project's grant."""
        known = self.granted.setdefault((user, project_of(client)), [])
        known += [scope for scope in scopes if scope not in known]

    def is_first_consent(self, *, user: str, client: str) -> bool:
        return (user, client) not in self.consented

    def issue_code(self, *, now: datetime, **what: object) -> Code:
        """A single-use code that lives for minutes; `what` are the members of Code."""
        value = "4/0A" + self._dice.secret(70)
        code = Code(value=value, expires_at=now + CODE_LIFE, **what)  # type: ignore[arg-type]
        self.codes[value] = code
        return code

    def issue_access(
        self, *, user: str, client: str, scopes: list[str], now: datetime
    ) -> AccessToken:
        """A new access token; earlier ones stay valid."""
        expires_at = now + timedelta(seconds=self._knobs.access_token_seconds)
        token = AccessToken(
            "ya29.a0Af" + self._dice.secret(120), user, client, list(scopes), expires_at
        )
        self.access_tokens[token.value] = token
        return token

    def issue_refresh(
        self,
        *,
        user: str,
        client: str,
        scopes: list[str],
        now: datetime,
        days: float | None = None,
    ) -> RefreshToken:
        """A new refresh token, which ends after `days`; beyond the limit the oldest of this account
        and client dies silently.
        """
        self.consented.add((user, client))
        token = RefreshToken("1//0g" + self._dice.secret(90), user, client, list(scopes), now, now)
        lives = [timedelta(days=days)] if days is not None else []
        if self._knobs.testing_mode and not all(is_sign_in(scope) for scope in scopes):
            lives.append(TESTING_LIFE)
        token.expires_at = now + min(lives) if lives else None
        self.refresh_tokens[token.value] = token
        rivals = [t for t in self.refresh_tokens.values() if (t.user, t.client) == (user, client)]
        for oldest in rivals[: max(0, len(rivals) - self._knobs.refresh_token_limit)]:
            del self.refresh_tokens[oldest.value]
        return token

    def live_refresh(self, value: str, *, now: datetime) -> RefreshToken | None:
        """The token when it is still alive; its use is noted."""
        token = self.refresh_tokens.get(value)
        if token is None:
            return None
        is_dead = now - token.used_at > UNUSED_LIFE or (
            token.expires_at is not None and now >= token.expires_at
        )
        if is_dead:
            del self.refresh_tokens[value]
            return None
        token.used_at = now
        return token

    def live_access(self, value: str, *, now: datetime) -> AccessToken | None:
        token = self.access_tokens.get(value)
        return token if token is not None and now < token.expires_at else None

    def revoke(self, value: str) -> tuple[str, str] | None:
        """Kill the whole grant of this user for the whole project; (user, project), or None when
        unknown.
        """
        token = self.refresh_tokens.get(value) or self.access_tokens.get(value)
        if token is None:
            return None
        self.forget(user=token.user, project=project_of(token.client))
        return token.user, project_of(token.client)

    def forget(self, *, user: str, project: str | None = None) -> None:
        """Remove this person's grant to a project (to every project when None) with all its
        tokens.
        """

        def is_hit(owner: str, client: str) -> bool:
            return owner == user and project in (None, project_of(client))

        self.on_forget(user, project)

        self.granted = {
            k: v for k, v in self.granted.items() if not (k[0] == user and project in (None, k[1]))
        }
        self.consented = {pair for pair in self.consented if not is_hit(*pair)}
        self.codes = {k: c for k, c in self.codes.items() if not is_hit(c.user, c.client)}
        self.refresh_tokens = {
            k: t for k, t in self.refresh_tokens.items() if not is_hit(t.user, t.client)
        }
        self.access_tokens = {
            k: t for k, t in self.access_tokens.items() if not is_hit(t.user, t.client)
        }

    def expire_access(self, *, user: str | None = None, now: datetime) -> int:
        """Let every access token (of one person) end now; returns how many."""
        hit = [
            t for t in self.access_tokens.values() if user in (None, t.user) and t.expires_at > now
        ]
        for token in hit:
            token.expires_at = now
        return len(hit)

    def expire_refresh(self, *, user: str | None = None) -> int:
        """Let refresh tokens die as after seven days in Testing, without a word to the app."""
        hit = [value for value, token in self.refresh_tokens.items() if user in (None, token.user)]
        for value in hit:
            del self.refresh_tokens[value]
        return len(hit)

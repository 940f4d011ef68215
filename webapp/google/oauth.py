"""The OAuth conversation with Google: the consent page's address, code to token, revocation.

PKCE, state and nonce always (RELIABILITY.md S12); identity is the verified `sub` of the ID token,
never an e-mail address (S16). What the product makes of a grant is
`services/google_connection.py`.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization
from requests.exceptions import RequestException

from webapp.config import Settings
from webapp.google.discovery import endpoints
from webapp.google.errors import NO_ANSWER, UNREADABLE_ANSWER, Refused, Unavailable
from webapp.google.session import fetch_json, open_session, token_errors

PREFIX = "https://www.googleapis.com/auth/"
CALENDAR_SCOPES = (
    PREFIX + "calendar.app.created",
    PREFIX + "calendar.calendarlist.readonly",
    PREFIX + "calendar.events.readonly",
)
"""Least access (GOOGLE.md 1.8): we can write to nothing but calendars that we made."""

SCOPES = ("openid", "email", *CALENDAR_SCOPES)
CALLBACK_PATH = "/google-connection/callback"
CLOCK_LEEWAY_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Grant:
    """What a person gave: `sub` is the Google account for ever, `email` only its label today."""

    sub: str
    email: str
    scopes: frozenset[str]
    token: dict[str, Any] = field(repr=False)

    @property
    def missing_scopes(self) -> tuple[str, ...]:
        """The calendar permissions that were not ticked, in the order of asking (R50)."""
        return tuple(scope for scope in CALENDAR_SCOPES if scope not in self.scopes)


def callback_address(settings: Settings) -> str:
    """Where Google sends people back: from the settings, never from a Host header (S14)."""
    return settings.external_url + CALLBACK_PATH


def authorisation(
    settings: Settings, *, state: str, nonce: str, verifier: str, login_hint: str = ""
) -> str:
    """The address of Google's consent page. Raises `Unavailable`.

    It always asks for consent, because only then a refresh token is certain (GOOGLE.md 1.4).
    """
    hint = {"login_hint": login_hint} if login_hint else {}
    with open_session(settings) as session:
        address, _ = session.create_authorization_url(
            endpoints(settings).authorization,
            state=state,
            code_verifier=verifier,
            redirect_uri=callback_address(settings),
            scope=" ".join(SCOPES),
            nonce=nonce,
            access_type="offline",
            prompt="consent",
            **hint,
        )
    return str(address)


def exchange(
    settings: Settings, *, code: str, verifier: str, nonce: str, now: dt.datetime
) -> Grant:
    """The grant behind a code. Raises `GrantGone` for a dead code, `Refused` for an identity that
    cannot be trusted, and `Unavailable`."""
    with open_session(settings) as session, token_errors():
        answer = session.fetch_token(
            endpoints(settings).token,
            grant_type="authorization_code",
            code=code,
            code_verifier=verifier,
            redirect_uri=callback_address(settings),
        )
    token = dict(answer)
    if not isinstance(token.get("access_token"), str):
        raise Unavailable(UNREADABLE_ANSWER)
    claims = identity(settings, str(token.pop("id_token", "")), nonce=nonce, now=now)
    return Grant(
        sub=str(claims["sub"]),
        email=str(claims.get("email", "")),
        scopes=frozenset(str(token.get("scope", "")).split()),
        token=token,
    )


def identity(settings: Settings, id_token: str, *, nonce: str, now: dt.datetime) -> dict[str, Any]:
    """The claims of a verified ID token (S15, OpenID Connect Core 3.1.3.7).

    Raises `Refused` for one that was not made by Google, for us, just now, for this request.
    """
    published = fetch_json(settings, endpoints(settings).keys)
    try:
        keys = KeySet.import_key_set(cast(KeySetSerialization, published))
        token = jwt.decode(id_token, keys, algorithms=["RS256"])
        _claims(settings, nonce=nonce, now=now).validate(token.claims)
    except (JoseError, ValueError, KeyError, TypeError):
        raise Refused("invalid_id_token") from None
    return dict(token.claims)


def revoke(settings: Settings, token: Mapping[str, Any]) -> None:
    """Ends the person's whole grant to this project, here and in every other place that uses it
    (GOOGLE.md 1.6). One that was dead already is as good. Raises `Unavailable`."""
    secret = token.get("refresh_token") or token.get("access_token", "")
    with open_session(settings) as session:
        try:
            response = session.request(
                "POST",
                endpoints(settings).revocation,
                data={"token": secret},
                withhold_token=True,
            )
        except RequestException:
            raise Unavailable(NO_ANSWER) from None
    if response.status_code not in (200, 400):
        raise Unavailable(UNREADABLE_ANSWER)


def _claims(settings: Settings, *, nonce: str, now: dt.datetime) -> jwt.JWTClaimsRegistry:
    """What the claims have to say. Older tokens name the issuer without a scheme."""
    issuer = endpoints(settings).issuer
    client = settings.google_client_id
    return jwt.JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=CLOCK_LEEWAY_SECONDS,
        iss={"essential": True, "values": [issuer, issuer.partition("://")[2]]},
        aud={"essential": True, "value": client},
        azp={"value": client},
        nonce={"essential": True, "value": nonce},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
    )

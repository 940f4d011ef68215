"""One way to open an HTTP session to Google, and what its token endpoint's refusals mean.

Nothing from the environment (no proxy, no .netrc), no cookies, certificates always checked, every
call under the deadline of `deadline.py`.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy
from typing import Any

from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from requests.exceptions import RequestException

from webapp.config import Settings
from webapp.google.deadline import CALL_SECONDS, DeadlineAdapter
from webapp.google.errors import NO_ANSWER, UNREADABLE_ANSWER, GoogleError, GrantGone, Unavailable

USER_AGENT = "practice-calendar (gzip)"
"""Google compresses only for agents that name gzip."""

DEAD_GRANTS = frozenset({"invalid_grant", "admin_policy_enforced", "unauthorized_client"})
"""Errors of the token endpoint that only the person can mend (GOOGLE.md 1.5)."""


def open_session(
    settings: Settings,
    *,
    token: Mapping[str, Any] | None = None,
    call_seconds: float = CALL_SECONDS,
) -> OAuth2Session:
    """A session with our client's id and secret, and with the account's token if there is one."""
    session = OAuth2Session(
        client_id=settings.google_client_id,
        client_secret=settings.google_client_secret,
        token_endpoint_auth_method="client_secret_post",  # noqa: S106 - a method's name.
        token=dict(token) if token else None,
        code_challenge_method="S256",
        trust_env=False,
    )
    adapter = DeadlineAdapter(call_seconds=call_seconds)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    session.headers.update({"User-Agent": USER_AGENT, "Accept-Encoding": "gzip"})
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    return session


@contextmanager
def token_errors() -> Iterator[None]:
    """Turns whatever a call to the token endpoint raises into ours, without its words.

    Only a plain statement that the grant is dead is believed; everything else passes (F22).
    """
    try:
        yield
    except OAuthError as refused:
        raise _meaning(refused.error) from None
    except RequestException:
        raise Unavailable(NO_ANSWER) from None
    except (ValueError, TypeError, KeyError):
        raise Unavailable(UNREADABLE_ANSWER) from None


def _meaning(error: Any) -> GoogleError:
    """Of an error code, which some of Google's doors send as an object instead of a word."""
    if not isinstance(error, str) or not error.replace("_", "").isalpha():
        return Unavailable(UNREADABLE_ANSWER)
    return GrantGone(error) if error in DEAD_GRANTS else Unavailable(error)


def fetch_json(settings: Settings, address: str) -> dict[str, Any]:
    """A public document of Google's. Raises `Unavailable` for anything but a JSON object."""
    with open_session(settings) as session:
        try:
            response = session.request("GET", address, withhold_token=True)
            document = response.json() if response.ok else None
        except RequestException:
            raise Unavailable(NO_ANSWER) from None
    if not isinstance(document, dict):
        raise Unavailable(UNREADABLE_ANSWER)
    return document


def fetch_date(settings: Settings, address: str) -> dt.datetime:
    """When Google says that it answered, aware UTC. Raises `Unavailable` when it does not."""
    with open_session(settings) as session:
        try:
            response = session.request("HEAD", address, withhold_token=True)
            return parsedate_to_datetime(response.headers["Date"]).astimezone(dt.UTC)
        except RequestException:
            raise Unavailable(NO_ANSWER) from None
        except (KeyError, ValueError):
            raise Unavailable(UNREADABLE_ANSWER) from None

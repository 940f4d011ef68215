"""How the app reaches Google for one account: bearer token, refresh, one repetition after a 401.

Knows requests and Authlib so that nothing else has to. A client belongs to one thread. What is
said to Google is `calendar.py`; where tokens are kept is the `TokenStore`'s affair.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol

from authlib.integrations.requests_client import OAuth2Session
from requests.exceptions import RequestException

from webapp.config import Settings
from webapp.google.allowance import Allowance
from webapp.google.answers import Answer
from webapp.google.calendar import CalendarClient
from webapp.google.deadline import CALL_SECONDS
from webapp.google.discovery import endpoints
from webapp.google.errors import NO_ANSWER, UNREADABLE_ANSWER, GrantGone, Unavailable
from webapp.google.session import open_session, token_errors
from webapp.google.wire import Check, unchecked

EXPIRY_LEEWAY_SECONDS = 60
UNAUTHORIZED = 401


class TokenStore(Protocol):
    """Where the token of one account is kept, shared by every process.

    A token is the token endpoint's answer as a dict, with `expires_at` (Unix seconds) and always
    with its `refresh_token`.
    """

    def load(self) -> dict[str, Any]:
        """The newest stored token. Raises `GrantGone` when there is none any more."""

    def save(self, token: dict[str, Any]) -> None:
        """Stores a fresher token; only called inside `lock`."""

    def lock(self) -> AbstractContextManager[None]:
        """Lets one caller in at a time. Raises `Unavailable` when it does not become free."""


def open_client(
    settings: Settings,
    *,
    token: Mapping[str, Any],
    store: TokenStore,
    call_seconds: float = CALL_SECONDS,
    allowance: Allowance | None = None,
) -> CalendarClient:
    """The Calendar API for the account whose `token` this is. Nothing is sent yet.

    `token` may be stale: the store is asked before Google is. `allowance` is the account's quota.
    """
    session = open_session(settings, token=token, call_seconds=call_seconds)
    transport = Transport(session, settings=settings, store=store)
    return CalendarClient(transport, api_root=settings.google_api_root, allowance=allowance)


class Transport:
    """Sends requests with the account's token and refreshes it when it is due (F20 to F23)."""

    def __init__(self, session: OAuth2Session, *, settings: Settings, store: TokenStore) -> None:
        self._session = session
        self._settings = settings
        self._store = store

    def send(
        self,
        method: str,
        address: str,
        *,
        body: bytes | None,
        headers: Mapping[str, str],
        check: Check = unchecked,
    ) -> Answer:
        """The answer, whatever it says; after a 401 that of one repetition with a fresher token.

        `check` is called when nothing stands between the request and Google any more, also before
        the repetition. Raises what it raises, `Unavailable` when no whole answer arrived, and
        `GrantGone` when no token could be had.
        """
        if self._is_expired():
            self.refresh()
        check()
        answer = self._send_once(method, address, body, headers)
        if answer.status == UNAUTHORIZED:
            self.refresh()
            check()
            answer = self._send_once(method, address, body, headers)
        return answer

    def refresh(self) -> None:
        """Gets another token than the one in use: another process's newer one, or Google's."""
        used = self._session.token["access_token"]
        with self._store.lock():
            stored = self._store.load()
            self._session.token = stored
            if stored["access_token"] == used or self._is_expired():
                self._renew(stored)

    def close(self) -> None:
        """Closes the connections."""
        self._session.close()

    def _is_expired(self) -> bool:
        return bool(self._session.token.is_expired(leeway=EXPIRY_LEEWAY_SECONDS))

    def _renew(self, stored: Mapping[str, Any]) -> None:
        """Stores a new token; a reconnect that came meanwhile brings one of its own."""
        try:
            self._store.save(self._fetched(stored))
        except GrantGone:
            newest = self._store.load()
            if newest.get("refresh_token") == stored.get("refresh_token"):
                raise
            self._session.token = newest

    def _fetched(self, stored: Mapping[str, Any]) -> dict[str, Any]:
        """A new token from Google, which the session uses from now on."""
        if not stored.get("refresh_token"):
            raise GrantGone("no_refresh_token")
        address = endpoints(self._settings).token
        with token_errors():
            fresh = self._session.refresh_token(address, refresh_token=stored["refresh_token"])
        if not isinstance(fresh.get("access_token"), str):
            self._session.token = dict(stored)
            raise Unavailable(UNREADABLE_ANSWER)
        return dict(fresh)

    def _send_once(
        self, method: str, address: str, body: bytes | None, headers: Mapping[str, str]
    ) -> Answer:
        try:
            response = self._session.request(method, address, data=body, headers=headers)
        except RequestException:
            raise Unavailable(NO_ANSWER) from None
        return Answer(response.status_code, response.headers, response.content)

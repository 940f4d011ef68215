"""From a stored token to a client for Google: for connections, and for departures that still owe
Google a word. Nothing here decides anything."""

from typing import Any

from webapp.config import Settings
from webapp.db.engine import Database
from webapp.google.allowance import Allowance
from webapp.google.calendar import CalendarClient
from webapp.google.transport import open_client
from webapp.services.token_vault import Holder, StoredToken, TokenUnreadable, TokenVault

STALE_TOKEN = {"access_token": "", "expires_at": 1}
"""Stands in for a token that cannot be read: the client asks the store before it asks Google."""


def client_for(
    settings: Settings, database: Database, holder: Holder, *, allowance: Allowance | None = None
) -> CalendarClient:
    """The Calendar API for `holder`, within its account's quota. Never raises: a token that
    cannot be read ends the first call with `GrantGone`."""
    return open_client(
        settings,
        token=token_of(holder, settings) or STALE_TOKEN,
        store=StoredToken(TokenVault.of(settings), database, holder),
        allowance=allowance,
    )


def token_of(holder: Holder, settings: Settings) -> dict[str, Any]:
    """The token, or {} when there is none that can be read."""
    try:
        return TokenVault.of(settings).unseal(
            holder.sealed_token, connection_id=holder.id, practice_id=holder.practice_id
        )
    except TokenUnreadable:
        return {}

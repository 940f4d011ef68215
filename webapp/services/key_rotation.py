"""Sealing stored Google tokens anew with the newest key, so that an older one can go (F85).

Resumable: each row is its own transaction, and a row that the newest key sealed is left alone. A
token that was renewed meanwhile was sealed with the newest key by whoever renewed it.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import update
from sqlmodel import col, select

from webapp.db.engine import Database
from webapp.db.models import Departure, GoogleConnection
from webapp.db.scope import Scope
from webapp.services.token_vault import Holder, TokenUnreadable, TokenVault


@dataclass(frozen=True, slots=True)
class Rotation:
    """How many tokens were sealed anew, and how many no key here can open."""

    sealed: int
    unreadable: int


def rotate(database: Database, vault: TokenVault) -> Rotation:
    """Seals every token of the installation with the newest key. Commits each by itself."""
    found = [_again(database, vault, holder) for holder in _old(database, vault)]
    return Rotation(sealed=found.count(True), unreadable=found.count(False))


def _old(database: Database, vault: TokenVault) -> list[Holder]:
    holders: list[Holder] = []
    with database.reading(Scope.installation()) as session:
        for rows in (GoogleConnection, Departure):
            table: Any = rows
            is_old = ~col(table.sealed_token).startswith(vault.prefix) & (table.sealed_token != "")
            holders += session.exec(select(table).where(is_old)).all()
    return holders


def _again(database: Database, vault: TokenVault, holder: Holder) -> bool | None:
    """Whether it was sealed anew; None when somebody was faster, False when nothing opens it."""
    bound = {"connection_id": holder.id, "practice_id": holder.practice_id}
    try:
        token = vault.unseal(holder.sealed_token, **bound)
    except TokenUnreadable:
        return False
    table: Any = type(holder)
    with database.writing(Scope.practice(holder.practice_id)) as session:
        changed = session.exec(
            update(table)
            .where(table.id == holder.id, table.sealed_token == holder.sealed_token)
            .values(sealed_token=vault.seal(token, **bound))
            .execution_options(synchronize_session=False)
        )
        session.commit()
    return True if changed.rowcount else None

"""What needs a practitioner's attention in their Google calendars, for the calendar (R14, U11)."""

import datetime as dt
from dataclasses import dataclass

from sqlmodel import Session

from webapp.db.models import CalendarRole, ConnectionState
from webapp.db.queries.tiles import Tile, connection_of, member_tiles
from webapp.domain.tile_state import TileState
from webapp.domain.troubles import TroubleKind, Words, words, words_of_loss, words_of_new


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing to fix or to answer, in its three parts. `since` is aware UTC, None when nobody
    knows; `kind` is None for a question."""

    kind: TroubleKind | None
    words: Words
    since: dt.datetime | None = None


KINDS = {
    TileState.MISSING: TroubleKind.MISSING,
    TileState.FAILED: TroubleKind.FAILED,
    TileState.STUCK: TroubleKind.FAILED,
}


def calendar_troubles(session: Session, *, member_id: str) -> list[Trouble]:
    """What to mend comes before what to answer; empty when all is well.

    A lost connection hides the rest: it is the reason for it.
    """
    connection = connection_of(session, member_id=member_id)
    if connection is None:
        return []
    if connection.state is ConnectionState.RECONNECT_NEEDED:
        said = words(TroubleKind.RECONNECT, reason=connection.reason)
        return [Trouble(TroubleKind.RECONNECT, said, since=connection.state_since)]
    if connection.state is not ConnectionState.CONNECTED:
        return []
    tiles = member_tiles(session, member_id=member_id)
    everything = [*([tiles.default] if tiles.default else []), *tiles.others]
    found = [trouble for tile in everything for trouble in _troubles(tile)]
    return sorted(found, key=lambda trouble: trouble.kind is None)


def _troubles(tile: Tile) -> list[Trouble]:
    calendar = tile.calendar
    if calendar.is_new and not calendar.is_on:
        return [Trouble(None, words_of_new(calendar.name))]
    if not calendar.is_on:
        return []
    if tile.state is TileState.ASKING:
        return [Trouble(None, words_of_loss(calendar.name, gone=calendar.gone_count))]
    return [_trouble(tile)] if tile.state in KINDS else []


def _trouble(tile: Tile) -> Trouble:
    calendar, kind = tile.calendar, KINDS[tile.state]
    said = words(
        kind,
        reason=calendar.failure,
        calendar_name=calendar.name,
        is_default=calendar.role is CalendarRole.DEFAULT,
    )
    return Trouble(kind, said, calendar.failed_at)

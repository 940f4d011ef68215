"""What is wrong with a practitioner's Google calendars, for the banner on the calendar (R14)."""

import datetime as dt
from dataclasses import dataclass

from sqlmodel import Session

from webapp.db.models import CalendarRole, ConnectionState
from webapp.db.queries.tiles import Tile, connection_of, member_tiles
from webapp.domain.tile_state import TileState
from webapp.domain.troubles import TroubleKind, Words, words


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing to fix, in its three parts. `since` is aware UTC, None when nobody knows."""

    kind: TroubleKind
    words: Words
    since: dt.datetime | None = None


KINDS = {TileState.MISSING: TroubleKind.MISSING, TileState.FAILED: TroubleKind.FAILED}


def calendar_troubles(session: Session, *, member_id: str) -> list[Trouble]:
    """A lost connection hides the rest: it is the reason for it. Empty when all is well."""
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
    return [_trouble(tile) for tile in everything if tile.calendar.is_on and tile.state in KINDS]


def _trouble(tile: Tile) -> Trouble:
    calendar, kind = tile.calendar, KINDS[tile.state]
    said = words(
        kind,
        reason=calendar.failure,
        calendar_name=calendar.name,
        is_default=calendar.role is CalendarRole.DEFAULT,
    )
    return Trouble(kind, said, calendar.failed_at)

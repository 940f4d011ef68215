"""What is wrong with a practitioner's Google calendars, for the banner on the calendar (R14)."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from sqlmodel import Session

from webapp.db.models import ConnectionState
from webapp.db.queries.tiles import Tile, connection_of, member_tiles
from webapp.domain.tile_state import TileState


class TroubleKind(StrEnum):
    """What happened, as the banner words it."""

    RECONNECT = "reconnect"
    MISSING = "missing"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing to fix. `since` is aware UTC, None when nobody knows."""

    kind: TroubleKind
    calendar_name: str = ""
    reason: str = ""
    since: dt.datetime | None = None


KINDS = {TileState.MISSING: TroubleKind.MISSING, TileState.FAILED: TroubleKind.FAILED}


def calendar_troubles(session: Session, *, member_id: str) -> list[Trouble]:
    """A lost connection hides the rest: it is the reason for it. Empty when all is well."""
    connection = connection_of(session, member_id=member_id)
    if connection is None:
        return []
    if connection.state is ConnectionState.RECONNECT_NEEDED:
        return [Trouble(TroubleKind.RECONNECT, since=connection.state_since)]
    tiles = member_tiles(session, member_id=member_id)
    everything = [*([tiles.default] if tiles.default else []), *tiles.others]
    return [_trouble(tile) for tile in everything if tile.calendar.is_on and tile.state in KINDS]


def _trouble(tile: Tile) -> Trouble:
    calendar = tile.calendar
    return Trouble(KINDS[tile.state], calendar.name, calendar.failure, calendar.failed_at)

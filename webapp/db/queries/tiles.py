"""What the tiles of the sync page show, in a fixed number of queries whatever their number."""

from dataclasses import dataclass, field

from sqlmodel import Session, col, select

from webapp.db.models import (
    CalendarRole,
    ConnectionState,
    GoogleConnection,
    SyncedCalendar,
    SyncProblem,
    SyncRun,
)
from webapp.domain.run_state import LIVE


@dataclass(frozen=True, slots=True)
class Tile:
    """One calendar with its newest run and what could not be brought over."""

    calendar: SyncedCalendar
    connection_state: ConnectionState
    run: SyncRun | None = None
    problems: list[SyncProblem] = field(default_factory=list)

    @property
    def is_live(self) -> bool:
        """Whether a run is queued, running or waiting."""
        return self.run is not None and self.run.state in LIVE


@dataclass(frozen=True, slots=True)
class CalendarTiles:
    """The default calendar's tile and those of the account's other calendars, primary first."""

    default: Tile | None
    others: list[Tile]

    @property
    def is_default_synced(self) -> bool:
        """Whether the other calendars may be offered (R74, R75)."""
        return self.default is not None and self.default.calendar.last_success_at is not None


def member_tiles(session: Session, *, member_id: str) -> CalendarTiles:
    """Every tile of one practitioner, in four queries."""
    calendars = list(
        session.exec(
            select(SyncedCalendar)
            .where(SyncedCalendar.member_id == member_id)
            .order_by(col(SyncedCalendar.is_primary).desc(), col(SyncedCalendar.name))
        )
    )
    tiles = _tiles(session, calendars)
    defaults = [t for t in tiles if t.calendar.role is CalendarRole.DEFAULT and t.calendar.is_on]
    others = [tile for tile in tiles if tile.calendar.role is CalendarRole.OTHER]
    return CalendarTiles(default=defaults[0] if defaults else None, others=others)


def one_tile(session: Session, *, calendar: SyncedCalendar) -> Tile:
    """The tile of one calendar."""
    return _tiles(session, [calendar])[0]


def _tiles(session: Session, calendars: list[SyncedCalendar]) -> list[Tile]:
    ids = [calendar.id for calendar in calendars]
    runs: dict[str, SyncRun] = {}
    for run in session.exec(
        select(SyncRun)
        .where(col(SyncRun.calendar_id).in_(ids))
        .order_by(col(SyncRun.created_at), col(SyncRun.id))
    ):
        runs[run.calendar_id] = run
    problems: dict[str, list[SyncProblem]] = {}
    for problem in session.exec(
        select(SyncProblem)
        .where(col(SyncProblem.calendar_id).in_(ids))
        .order_by(col(SyncProblem.noticed_at), col(SyncProblem.title))
    ):
        problems.setdefault(problem.calendar_id, []).append(problem)
    states = _connection_states(session, calendars)
    return [
        Tile(
            calendar=calendar,
            connection_state=states[calendar.connection_id],
            run=runs.get(calendar.id),
            problems=problems.get(calendar.id, []),
        )
        for calendar in calendars
    ]


def _connection_states(
    session: Session, calendars: list[SyncedCalendar]
) -> dict[str, ConnectionState]:
    ids = {calendar.connection_id for calendar in calendars}
    rows = session.exec(
        select(GoogleConnection.id, GoogleConnection.state).where(
            col(GoogleConnection.id).in_(ids)
        )
    )
    return dict(rows.all())

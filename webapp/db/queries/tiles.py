"""What the tiles of the sync page show, in a fixed number of queries whatever their number."""

from dataclasses import dataclass, field, replace

from sqlmodel import Session, col, select

from webapp.db.models import (
    CalendarRole,
    ConnectionState,
    GoogleConnection,
    Member,
    SyncedCalendar,
    SyncProblem,
    SyncRun,
)
from webapp.domain.tile_state import OUT_OF_REACH, POLLING, TileFacts, TileState, tile_state
from webapp.domain.troubles import TroubleKind, Words, words

OWNER = "owner"

TROUBLES = {
    TileState.RECONNECT_NEEDED: TroubleKind.RECONNECT,
    TileState.MISSING: TroubleKind.MISSING,
    TileState.FAILED: TroubleKind.FAILED,
    TileState.STUCK: TroubleKind.FAILED,
}


@dataclass(frozen=True, slots=True)
class Tile:
    """One calendar with its newest run and what could not be brought over.

    `is_open`: its choices are in view, because somebody is at them. `also_synced_by` are
    colleagues whose account has the same calendar (F60).
    """

    calendar: SyncedCalendar
    connection_state: ConnectionState
    run: SyncRun | None = None
    problems: list[SyncProblem] = field(default_factory=list)
    is_open: bool = False
    also_synced_by: tuple[str, ...] = ()

    @property
    def state(self) -> TileState:
        """What the tile says; the rules are in domain/tile_state.py."""
        calendar = self.calendar
        facts = TileFacts(
            is_on=calendar.is_on,
            is_owned=calendar.access_role == OWNER,
            is_of_app=calendar.is_of_app,
            is_missing=calendar.is_missing,
            is_asking=calendar.gone_count > 0,
            is_connected=self.connection_state is ConnectionState.CONNECTED,
            is_left=self.connection_state is ConnectionState.NOT_CONNECTED,
            is_failing=bool(calendar.failure) and calendar.attempts == 0,
            is_paused=calendar.paused_at is not None,
            has_synced=calendar.last_success_at is not None,
            has_problems=bool(self.problems),
            run=self.run.state if self.run else None,
        )
        return tile_state(facts)

    @property
    def words(self) -> Words:
        """What is wrong, in three parts; of use in the states that need attention."""
        calendar = self.calendar
        return words(
            TROUBLES.get(self.state, TroubleKind.FAILED),
            reason=calendar.failure or (self.run.reason if self.run else ""),
            calendar_name=calendar.name,
            is_default=calendar.role is CalendarRole.DEFAULT,
        )

    @property
    def is_live(self) -> bool:
        """Whether a run is queued, running or waiting."""
        return self.state in POLLING


@dataclass(frozen=True, slots=True)
class CalendarTiles:
    """The default calendar's tile and those of the account's other calendars, primary first and
    those that cannot be synced last.

    `kept` are calendars of ours that are still in Google and that nothing is written to now.
    """

    default: Tile | None
    others: list[Tile]
    kept: list[SyncedCalendar]

    @property
    def is_default_synced(self) -> bool:
        """Whether the other calendars may be offered (R74, R75)."""
        return self.default is not None and self.default.calendar.last_success_at is not None


def member_tiles(session: Session, *, member_id: str) -> CalendarTiles:
    """Every tile of one practitioner, in five queries."""
    calendars = list(
        session.exec(
            select(SyncedCalendar)
            .where(SyncedCalendar.member_id == member_id)
            .order_by(
                col(SyncedCalendar.is_new).desc(),
                col(SyncedCalendar.is_primary).desc(),
                col(SyncedCalendar.name),
            )
        )
    )
    tiles = _tiles(session, calendars)
    defaults = [t for t in tiles if t.calendar.role is CalendarRole.DEFAULT and t.calendar.is_on]
    others = [tile for tile in tiles if tile.calendar.role is CalendarRole.OTHER]
    return CalendarTiles(
        default=min(defaults, key=lambda tile: tile.calendar.is_missing, default=None),
        others=sorted(others, key=lambda tile: tile.state in OUT_OF_REACH),
        kept=[row for row in calendars if _is_kept(row)],
    )


def _is_kept(calendar: SyncedCalendar) -> bool:
    is_ours = calendar.role is CalendarRole.DEFAULT and calendar.google_id is not None
    return is_ours and not calendar.is_on and not calendar.is_missing


def connection_of(session: Session, *, member_id: str) -> GoogleConnection | None:
    """The practitioner's connection to Google, whose calendars the tiles are."""
    return session.exec(
        select(GoogleConnection).where(GoogleConnection.member_id == member_id)
    ).first()


def one_tile(session: Session, *, calendar: SyncedCalendar, is_open: bool = False) -> Tile:
    """The tile of one calendar."""
    return replace(_tiles(session, [calendar])[0], is_open=is_open)


def tile_of_run(session: Session, *, member_id: str, run_id: str) -> Tile | None:
    """The tile that a run belongs to, for the poll: one query, and a second when it is at rest.

    None when the run is not the member's.
    """
    found = session.exec(
        select(SyncRun, SyncedCalendar, GoogleConnection.state)
        .join(SyncedCalendar, col(SyncedCalendar.id) == col(SyncRun.calendar_id))
        .join(GoogleConnection, col(GoogleConnection.id) == col(SyncedCalendar.connection_id))
        .where(SyncRun.id == run_id, SyncedCalendar.member_id == member_id)
    ).first()
    if found is None:
        return None
    run, calendar, connection_state = found
    tile = Tile(calendar=calendar, connection_state=ConnectionState(connection_state), run=run)
    if not tile.is_live:
        tile.problems.extend(_problems(session, [calendar.id]).get(calendar.id, []))
    return tile


def _tiles(session: Session, calendars: list[SyncedCalendar]) -> list[Tile]:
    ids = [calendar.id for calendar in calendars]
    runs: dict[str, SyncRun] = {}
    for run in session.exec(
        select(SyncRun)
        .where(col(SyncRun.calendar_id).in_(ids))
        .order_by(col(SyncRun.created_at), col(SyncRun.id))
    ):
        runs[run.calendar_id] = run
    problems = _problems(session, ids)
    states = _connection_states(session, calendars)
    colleagues = _colleagues(session, calendars)
    return [
        Tile(
            calendar=calendar,
            connection_state=states[calendar.connection_id],
            run=runs.get(calendar.id),
            problems=problems.get(calendar.id, []),
            also_synced_by=tuple(colleagues.get(calendar.google_id or "", [])),
        )
        for calendar in calendars
    ]


def _problems(session: Session, calendar_ids: list[str]) -> dict[str, list[SyncProblem]]:
    problems: dict[str, list[SyncProblem]] = {}
    for problem in session.exec(
        select(SyncProblem)
        .where(col(SyncProblem.calendar_id).in_(calendar_ids))
        .order_by(col(SyncProblem.noticed_at), col(SyncProblem.title))
    ):
        problems.setdefault(problem.calendar_id, []).append(problem)
    return problems


def _connection_states(
    session: Session, calendars: list[SyncedCalendar]
) -> dict[str, ConnectionState]:
    ids = {calendar.connection_id for calendar in calendars}
    rows = session.exec(
        select(GoogleConnection.id, GoogleConnection.state).where(col(GoogleConnection.id).in_(ids))
    )
    return {connection_id: ConnectionState(state) for connection_id, state in rows}


def _colleagues(session: Session, calendars: list[SyncedCalendar]) -> dict[str, list[str]]:
    """By Google's calendar id, who else in the practice brings the same calendar in."""
    google_ids = [row.google_id for row in calendars if row.google_id]
    if not google_ids:
        return {}
    found = session.exec(
        select(SyncedCalendar.google_id, Member.name)
        .join(Member, col(Member.id) == SyncedCalendar.member_id)
        .where(
            col(SyncedCalendar.google_id).in_(google_ids),
            col(SyncedCalendar.member_id).not_in({row.member_id for row in calendars}),
            col(SyncedCalendar.is_on).is_(True),
        )
        .order_by(Member.name)
    )
    names: dict[str, list[str]] = {}
    for google_id, name in found:
        names.setdefault(google_id or "", []).append(name)
    return names

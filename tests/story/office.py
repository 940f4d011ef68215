"""One practice with its Google account next door: the app's own services, workers that run at once,
and a person's hand in Google. What a browser would press is one method each.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import requests
from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from emulator.account_hand import Person
from emulator.person import PersonCalendar
from emulator.serving import RunningEmulator
from tests.cast import World, make_appointment
from webapp.config import Settings
from webapp.db.engine import Database
from webapp.db.models import (
    Appointment,
    CalendarRole,
    Client,
    Departure,
    GoogleEdit,
    GoogleEvent,
    Member,
    SyncedCalendar,
    SyncMode,
    SyncProblem,
    SyncRun,
    SyncSettings,
)
from webapp.db.scope import Scope
from webapp.domain.keys import Purpose, derived_key
from webapp.domain.naming import Display
from webapp.domain.product import NAME
from webapp.domain.timespan import TimedSpan
from webapp.google import oauth
from webapp.services import (
    accounts,
    deactivations,
    departing,
    departures,
    google_access,
    google_connection,
    outbox,
    practice_deletion,
    sync,
    sync_runs,
    sync_settings,
    wakeups,
)
from webapp.services.sync_context import SyncTools

ZONE = "Europe/Berlin"
GOOGLE_ACCOUNT = "ada@example.com"
MOST_ROUNDS = 40
MEMBER = select(Member).where(Member.id == bindparam("who"))


@dataclass
class Clock:
    """Real time, moved by tests."""

    offset: dt.timedelta = field(default_factory=dt.timedelta)

    def __call__(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC) + self.offset

    def move(self, **by: float) -> None:
        """`move(minutes=2)`."""
        self.offset += dt.timedelta(**by)


@dataclass
class Office:
    """Ada's practice. Every verb commits; `settle` lets the workers run until nothing is wished."""

    database: Database
    settings: Settings
    world: World
    emulator: RunningEmulator
    clock: Clock

    # The practice's side

    @contextmanager
    def writing(self, member: Member | None = None) -> Iterator[tuple[Session, Member]]:
        """A request of `member` (Ada): a scoped session and the member in it."""
        who = member or self.world.ada
        with self.database.writing(Scope.practice(who.practice_id)) as session:
            yield session, session.exec(MEMBER, params={"who": who.id}).one()

    def connect(self, *, account: str = GOOGLE_ACCOUNT, is_accepted: bool = False) -> None:
        """Two-way chosen and Google connected, through the stand-in's real consent and tokens.

        `is_accepted`: asked about another account than expected, Ada says yes.
        """
        self.google.answer_consent(account)
        address = oauth.authorisation(
            self.settings, state="s", nonce="n", verifier="v" * 64, login_hint=account
        )
        code = parse_qs(urlsplit(self.visit(address)).query)["code"][0]
        grant = oauth.exchange(
            self.settings, code=code, verifier="v" * 64, nonce="n", now=self.clock()
        )
        with self.writing() as (session, ada):
            self._choose_two_way(session, ada)
            google_connection.finish(
                session,
                by=ada,
                grant=grant,
                settings=self.settings,
                now=self.clock(),
                accepted_account=grant.sub if is_accepted else "",
            )
        self.list_calendars()

    def visit(self, address: str) -> str:
        """Where Google's consent page sends the browser."""
        answer = requests.get(address, allow_redirects=False, timeout=10)
        return answer.headers["Location"]

    def disconnect(self, **choices: bool) -> Departure:
        """The connection and all that came from Google go; a worker tells Google."""
        with self.writing() as (session, ada):
            departure = departures.disconnect(
                session, by=ada, settings=self.settings, now=self.clock(), **choices
            )
        self.depart()
        return departure

    def deactivate(self, *, removes_calendar: bool = False) -> None:
        """Dora's click on Ada (R131)."""
        with self.writing(self.world.dora) as (session, dora):
            deactivations.create(
                session,
                by=dora,
                member_id=self.world.ada.id,
                settings=self.settings,
                removes_calendar=removes_calendar,
                now=self.clock(),
            )
        self.depart()

    def delete_practice(self) -> None:
        """The operator's command, with Google told in between (F71)."""
        practice_id = self.world.practice.id
        with self.database.writing(Scope.installation()) as session:
            practice_deletion.close(
                session,
                practice_id=practice_id,
                settings=self.settings,
                removes_calendars=False,
                now=self.clock(),
            )
        self.depart()
        with self.database.writing(Scope.installation()) as session:
            practice_deletion.delete_rows(session, practice_id=practice_id)

    def choose_mode(self, mode: SyncMode, *, removes_calendar: bool = False) -> None:
        """One-way or two-way, as the sync page does it, with the question answered."""
        with self.writing() as (session, ada):
            sync_settings.choose_mode(
                session,
                by=ada,
                mode=mode,
                is_confirmed=True,
                removes_calendar=removes_calendar,
                now=self.clock(),
            )
        self.depart()

    def choose_display(self, display: Display) -> None:
        """Another way to name clients outside, for everything that is there already."""
        with self.writing() as (session, ada):
            row = session.exec(select(SyncSettings).where(SyncSettings.member_id == ada.id)).one()
            row.display, row.version = display, row.version + 1
            outbox.request_all(session, member_id=ada.id, now=self.clock())
            session.commit()

    def start_sync(self, choice: str = "new") -> SyncRun:
        """Start Sync, as often as somebody likes."""
        with self.writing() as (session, ada):
            return sync_runs.start_default(session, by=ada, choice=choice, now=self.clock())

    def sync_tile(self, name: str) -> SyncRun:
        """Sync, on the tile of another calendar."""
        calendar = self.calendar(name)
        with self.writing() as (session, ada):
            return sync_runs.start(session, by=ada, calendar_id=calendar.id, now=self.clock())

    def book(
        self,
        starts: str,
        *,
        minutes: int = 50,
        client: Client | None = None,
        title: str = "",
        rule: str = "",
    ) -> Appointment:
        """An own event at a Berlin wall-clock time such as "2026-12-03 14:00"; Cleo's by default.

        With a title it is a non-client event.
        """
        local = dt.datetime.fromisoformat(starts)
        start = local.replace(tzinfo=ZoneInfo(ZONE)).astimezone(dt.UTC)
        span = TimedSpan(start, start + dt.timedelta(minutes=minutes), ZONE)
        with self.writing() as (session, ada):
            row = make_appointment(
                session,
                ada,
                span,
                now=self.clock(),
                client=None if title else client or self.world.cleo,
                title=title,
                rule=rule,
            )
            outbox.request_appointment(session, appointment=row)
            session.commit()
            return row

    def change(self, appointment: Appointment, alter: Callable[[Appointment], None]) -> None:
        """Any change of an own event, with its wish, in one transaction."""
        with self.writing() as (session, _):
            row = session.exec(select(Appointment).where(Appointment.id == appointment.id)).one()
            alter(row)
            row.sequence += 1
            outbox.request_appointment(session, appointment=row)
            session.commit()

    def move(self, appointment: Appointment, **by: float) -> None:
        """`move(row, hours=1)`."""

        def later(row: Appointment) -> None:
            assert row.starts_at is not None
            assert row.ends_at is not None
            row.starts_at += dt.timedelta(**by)
            row.ends_at += dt.timedelta(**by)

        self.change(appointment, later)

    def cancel(self, appointment: Appointment) -> None:
        """The whole event, or the whole series."""

        def cancelled(row: Appointment) -> None:
            row.cancelled_at = self.clock()

        self.change(appointment, cancelled)

    # The workers

    def advance(self, **by: float) -> None:
        """Time passes, here and at Google."""
        self.clock.move(**by)
        self.google.move_clock(**by)

    @property
    def tools(self) -> SyncTools:
        """What a worker has, made new as a new process would."""
        return SyncTools(
            database=self.database,
            clock=self.clock,
            open_client=lambda holder: google_access.client_for(
                self.settings, self.database, holder
            ),
            event_id_key=derived_key(self.settings.secret_key, Purpose.EVENT_IDS),
            lease_seconds=self.settings.lease_seconds,
        )

    @property
    def is_connected(self) -> bool:
        """Whether there is a connection, with access or without."""
        with self.writing() as (session, ada):
            return google_connection.of_member(session, member_id=ada.id) is not None

    def list_calendars(self) -> None:
        """The job that follows the account's calendar list."""
        with self.writing() as (session, ada):
            connection = google_connection.of_member(session, member_id=ada.id)
        assert connection is not None
        accounts.list_calendars(self.tools, connection_id=connection.id)

    def depart(self) -> int:
        """A worker tells Google whatever departures have left to say; how many there were."""
        with self.database.reading(Scope.installation()) as session:
            waiting = departing.waiting(session, now=self.clock())
        return sum(
            departing.carry_on(self.tools, self.settings, departure_id=departure_id)
            for departure_id in waiting
        )

    def work(self) -> int:
        """One worker's round over the calendars that wait; how many it took up."""
        with self.database.writing(Scope.installation()) as session:
            waiting = wakeups.waiting_calendars(session, now=self.clock())
        return sum(
            sync.sync_calendar(self.tools, calendar_id=calendar_id, owner="test")
            for calendar_id in waiting
        )

    def settle(self) -> None:
        """Rounds until nothing is wished; raises AssertionError when that never comes (I6)."""
        for _ in range(MOST_ROUNDS):
            if not self.work():
                return
        raise AssertionError("the workers never come to rest")

    def poll(self) -> None:
        """Looks at Google again, as the sweeper makes every calendar do, and settles."""
        self.wish_a_look()
        self.settle()

    def wish_a_look(self) -> None:
        """What the sweeper does when it is time."""
        with self.database.writing(Scope.installation()) as session:
            for row in session.exec(select(SyncedCalendar).where(col(SyncedCalendar.is_on))):
                row.requested += 1
            session.commit()

    # Google's side

    @property
    def google(self):  # type: ignore[no-untyped-def]
        """The stand-in's memory: clock, faults, calls."""
        return self.emulator.google

    @property
    def hand(self) -> Person:
        """Ada's own hand in Google."""
        return self.emulator.google.account(GOOGLE_ACCOUNT)

    @property
    def ours(self) -> PersonCalendar:
        """Our calendar in Google; LookupError unless there is exactly one."""
        return self.hand.calendar(NAME)

    def shown(self) -> list[str]:
        """The titles in our calendar in Google, sorted."""
        return sorted(event["summary"] for event in self.ours.events())

    # What the app knows

    def calendar(self, name: str = "") -> SyncedCalendar:
        """The calendar row with this name; the default calendar without one."""
        with self.writing() as (session, ada):
            query = select(SyncedCalendar).where(SyncedCalendar.member_id == ada.id)
            if name:
                query = query.where(SyncedCalendar.name == name)
            else:
                query = query.where(SyncedCalendar.role == CalendarRole.DEFAULT)
            return session.exec(query).one()

    def run(self, name: str = "") -> SyncRun:
        """The newest run of a calendar."""
        calendar = self.calendar(name)
        with self.writing() as (session, _):
            found = sync_runs.latest(session, calendar_id=calendar.id)
        assert found is not None
        return found

    def mirrored(self, name: str) -> list[GoogleEvent]:
        """The rows of another calendar, live ones first by title."""
        calendar = self.calendar(name)
        with self.writing() as (session, _):
            return list(
                session.exec(
                    select(GoogleEvent)
                    .where(GoogleEvent.calendar_id == calendar.id)
                    .order_by(col(GoogleEvent.is_cancelled), col(GoogleEvent.summary))
                )
            )

    def problems(self, name: str = "") -> list[SyncProblem]:
        """What a calendar's tile names."""
        calendar = self.calendar(name)
        with self.writing() as (session, _):
            return list(
                session.exec(select(SyncProblem).where(SyncProblem.calendar_id == calendar.id))
            )

    def edits(self) -> list[GoogleEdit]:
        """What was edited in Google and put back."""
        with self.writing() as (session, _):
            return list(session.exec(select(GoogleEdit)))

    def _choose_two_way(self, session: Session, ada: Member) -> None:
        row = session.exec(
            select(SyncSettings).where(SyncSettings.member_id == ada.id)
        ).first() or SyncSettings(practice_id=ada.practice_id, member_id=ada.id)
        row.is_enabled, row.mode = True, SyncMode.TWO_WAY
        session.add(row)
        session.flush()

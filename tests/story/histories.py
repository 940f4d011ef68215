"""Random histories: people here, people in Google, failures and workers, in any order.

Rules are what can happen; nothing in them may fail. At the end of every history the faults end,
time passes, the workers come to rest, and `judgement.py` says what must be true (I1 to I4). A
history is one Hypothesis example, so a failing one is shrunk to the few steps that matter.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from hypothesis.stateful import rule
from sqlalchemy import Update
from sqlmodel import col, exists, select, update

from emulator.person import PersonCalendar
from tests.story import judgement
from tests.story.histories_inbound import InboundRules
from tests.story.histories_modes import ModeRules
from tests.story.office import ZONE
from tests.story.one_process import BEGINNING, Beginning, Effects, Killed, OneProcess
from webapp.db.models import (
    Appointment,
    CalendarRole,
    ConnectionState,
    GoogleConnection,
    GoogleEvent,
    SyncedCalendar,
    SyncProblem,
)
from webapp.db.scope import Scope
from webapp.domain.appointment_details import Details
from webapp.domain.errors import Invalid, NotFound
from webapp.domain.naming import Display
from webapp.domain.recurrence import occurrences, weekly
from webapp.domain.series_edits import SeriesPart, shown_at
from webapp.domain.timespan import AllDaySpan, Span, TimedSpan, instants
from webapp.services import appointments, removal_answers, replacements, series_edits

Thing = TypeVar("Thing")
PRIMARY = "ada@example.com"
MOST_ROUNDS = 60
OFTEN = 4
"""Of fifty rules four make something go wrong, and one is as likely as another: so these stand in
the machine several times more."""
LONG_LIVED = 20 * 60 * 60

DAYS = st.integers(-2, 30)
HOURS = st.integers(7, 18)
SHIFTS = st.sampled_from([-26, -3, -1, 1, 2, 24, 7 * 24])
WHICH = st.integers(0, 7)
PARTS = st.sampled_from(SeriesPart)
SCOPES = st.sampled_from(["this", "following", "all"])
EFFECTS = st.integers(1, 24)

WELL = select(SyncedCalendar).where(
    col(SyncedCalendar.is_on).is_(True),
    col(SyncedCalendar.is_missing).is_(False),
    SyncedCalendar.failure == "",
    ~exists().where(col(SyncProblem.calendar_id) == col(SyncedCalendar.id)),
)
ASKING = select(SyncedCalendar.id).where(SyncedCalendar.gone_count > 0)
NEXT_ATTEMPTS = select(SyncedCalendar.next_attempt_at).where(
    col(SyncedCalendar.is_on).is_(True), col(SyncedCalendar.is_missing).is_(False)
)
LOOK = update(SyncedCalendar).values(requested=SyncedCalendar.requested + 1)
LOOK_AT_OURS = LOOK.where(col(SyncedCalendar.role) == CalendarRole.DEFAULT)


@dataclass(frozen=True)
class Wish:
    """A fault as the stand-in takes it."""

    method: str
    kind: str
    when: str = "before"
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """As the count of fired faults says it."""
        return " ".join(
            filter(None, [self.method, self.values.get("reason", self.kind), self.when])
        )


def _lost(method: str) -> tuple[Wish, ...]:
    return Wish(method, "drop"), Wish(method, "drop", "after")


def _refused(method: str, status: int, reason: str, **values: Any) -> Wish:
    return Wish(method, "error", values={"status": status, "reason": reason, **values})


FAULTS: tuple[Wish, ...] = (
    *_lost("batch"),
    *_lost("calendar.events.list"),
    *_lost("calendar.events.get"),
    *_lost("token.refresh"),
    Wish("batch", "truncated", "after"),
    Wish("batch", "html", values={"status": 502}),
    Wish("batch", "unauthorized"),
    Wish("calendar.events.list", "truncated", "after"),
    Wish("calendar.events.list", "empty", values={"status": 200}),
    Wish("calendar.events.update", "error", "after"),
    Wish("calendar.events.insert", "error", "after"),
    Wish("calendar.events.delete", "error", "after"),
    _refused("batch", 503, "backendError"),
    _refused("calendar.events.update", 412, "conditionNotMet"),
    _refused("calendar.events.insert", 403, "rateLimitExceeded"),
    _refused("calendar.events.update", 403, "userRateLimitExceeded"),
    _refused("calendar.events.delete", 429, "rateLimitExceeded", headers={"Retry-After": "7"}),
    _refused("calendar.events.insert", 500, "backendError"),
    _refused("calendar.events.list", 410, "fullSyncRequired"),
    _refused("calendar.events.list", 429, "rateLimitExceeded", headers={"Retry-After": "7"}),
    _refused("calendar.events.get", 503, "backendError"),
    Wish("token.refresh", "invalid_grant"),
)


class History(InboundRules, ModeRules):
    """One practice, its practitioner's Google account, and everything that can go wrong between."""

    beginning: ClassVar[Beginning]
    fired: ClassVar[Counter[str]] = Counter()
    happened: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.office: OneProcess = self.beginning.again()
        self.effects: Effects = self.beginning.effects
        self.wished: list[tuple[Wish, Any]] = []
        self.by_hand: set[str] = set()
        self.written = judgement.own_rows(self.office)

    # The practitioner, here

    @rule(day=DAYS, hour=HOURS, is_couple=st.booleans())
    def book(self, day: int, hour: int, is_couple: bool) -> None:
        self._book(_at(day, hour), is_couple=is_couple)

    @rule(day=DAYS, hour=HOURS, count=st.sampled_from([2, 4, 8, None]), every=st.integers(1, 2))
    def book_series(self, day: int, hour: int, count: int | None, every: int) -> None:
        span = _at(day, hour)
        self._book(span, rule=weekly(span, every_weeks=every, count=count))

    @rule(day=DAYS, days=st.integers(1, 3), count=st.sampled_from([1, 3]), is_busy=st.booleans())
    def block_days(self, day: int, days: int, count: int, is_busy: bool) -> None:
        first = BEGINNING.date() + dt.timedelta(days=day)
        span = AllDaySpan(first, first + dt.timedelta(days=days))
        rule = weekly(span, every_weeks=1, count=count) if count > 1 else ""
        self._block(span, Details(title=f"Away {day}", is_busy=is_busy), rule=rule)

    @rule(day=DAYS, hour=HOURS, title=st.sampled_from(["Lunch", "Team, weekly", 'Süß & "so"']))
    def block(self, day: int, hour: int, title: str) -> None:
        self._block(_at(day, hour), Details(title=title, location="Room 2"))

    @rule(which=WHICH, part=PARTS, nth=st.integers(0, 4), hours=SHIFTS)
    def move(self, which: int, part: SeriesPart, nth: int, hours: int) -> None:
        self._change(which, part, nth, lambda span: {"to": _shifted(span, hours)})

    @rule(which=WHICH, part=PARTS, nth=st.integers(0, 4), is_busy=st.booleans())
    def rename(self, which: int, part: SeriesPart, nth: int, is_busy: bool) -> None:
        details = Details(title=f"Renamed {nth}", location=f"Room {nth}", is_busy=is_busy)
        self._change(which, part, nth, lambda _: {"details": details})

    @rule(which=WHICH, part=PARTS, nth=st.integers(0, 4))
    def cancel(self, which: int, part: SeriesPart, nth: int) -> None:
        found = self._session_of(which, nth)
        if found is None:
            return
        row, start, _ = found
        with self.office.writing() as (session, ada):
            appointments.cancel(
                session,
                by=ada,
                now=self.office.clock(),
                appointment_id=row.id,
                version=row.version,
                part=part,
                original_start=start,
            )
        self._note("cancel")

    @rule(which=WHICH)
    def restore(self, which: int) -> None:
        row = _one_of(self._rows(is_cancelled=True), which)
        if row is None:
            return

        def restored(appointment: Appointment) -> None:
            appointment.cancelled_at = None

        self.office.change(row, restored)
        self._note("restore")

    @rule(display=st.sampled_from(Display))
    def choose_display(self, display: Display) -> None:
        self.office.choose_display(display)
        self._note("display")

    @rule(name=st.sampled_from(["", PRIMARY]))
    def press_sync(self, name: str) -> None:
        self._press(name)

    # The practitioner, in Google

    @rule(which=WHICH, nth=st.integers(0, 4), scope=SCOPES)
    def edit_in_google(self, which: int, nth: int, scope: str) -> None:
        members = {"summary": "By hand", "location": "Elsewhere"}
        self._in_google(which, nth, lambda at, event: at.edit(event["id"], scope=scope, **members))

    @rule(which=WHICH, nth=st.integers(0, 4), scope=SCOPES, hours=SHIFTS)
    def move_in_google(self, which: int, nth: int, scope: str, hours: int) -> None:
        """Google's own page rewrites BYDAY when a series changes its day and the stand-in's hand
        does not, so whole series are dragged within their day."""

        def drag(at: PersonCalendar, event: dict[str, Any]) -> Any:
            is_series = "recurringEventId" in event or "recurrence" in event
            is_far = abs(hours) > 12 and is_series and scope != "this"
            return at.move_time(event["id"], _dragged(event, 1 if is_far else hours), scope=scope)

        self._in_google(which, nth, drag)

    @rule(which=WHICH, nth=st.integers(0, 4), scope=SCOPES)
    def delete_in_google(self, which: int, nth: int, scope: str) -> None:
        self._in_google(which, nth, lambda at, event: at.delete(event["id"], scope=scope))

    @rule(which=WHICH)
    def duplicate_in_google(self, which: int) -> None:
        self._in_google(which, None, lambda at, event: at.duplicate(event["id"]))

    @rule(which=WHICH)
    def take_out_of_the_bin(self, which: int) -> None:
        calendar = self._our_calendar()
        if calendar is None:
            return
        events = calendar.record.events.values()
        binned = [one.id for one in events if one.is_cancelled and not one.is_bare]
        found = _one_of(binned, which)
        if found is not None:
            calendar.restore(found)
            self.by_hand.add(found)
            self._count("restore in Google")

    @rule(which=WHICH)
    def drag_to_another_calendar(self, which: int) -> None:
        there = self.office.hand.calendar(PRIMARY)
        self._in_google(which, None, lambda at, event: at.move_to(event["id"], there))

    @rule(day=DAYS, hour=HOURS, is_weekly=st.booleans(), is_ours=st.booleans())
    def make_by_hand(self, day: int, hour: int, is_weekly: bool, is_ours: bool) -> None:
        calendar = self._our_calendar() if is_ours else self.office.hand.calendar(PRIMARY)
        if calendar is None:
            return
        members = {"recurrence": ["RRULE:FREQ=WEEKLY;COUNT=5"]} if is_weekly else {}
        start = _at(day, hour).starts_local.replace(tzinfo=None)
        made = calendar.create(f"Dentist {day}", start, **members)
        self.by_hand.add(made["id"])
        self._count("hand-made")

    @rule(which=WHICH, nth=st.integers(0, 4), scope=SCOPES, hours=SHIFTS)
    def move_what_was_made_by_hand(self, which: int, nth: int, scope: str, hours: int) -> None:
        calendar = self.office.hand.calendar(PRIMARY)
        event = _occurrence(calendar, which, nth)
        if event is not None:
            calendar.move_time(event["id"], _dragged(event, hours), scope=scope)
            self._count("hand-made moved")

    @rule(which=WHICH, nth=st.integers(0, 4), scope=SCOPES)
    def delete_what_was_made_by_hand(self, which: int, nth: int, scope: str) -> None:
        calendar = self.office.hand.calendar(PRIMARY)
        event = _occurrence(calendar, which, nth)
        if event is not None:
            calendar.delete(event["id"], scope=scope)
            self._count("hand-made deleted")

    @rule(day=DAYS, hour=HOURS, removes=st.booleans(), is_late=st.booleans())
    def make_a_client_appointment(self, day: int, hour: int, removes: bool, is_late: bool) -> None:
        """Written by hand in Google on the way, here made an appointment of (D9)."""
        calendar = self._our_calendar()
        if calendar is None:
            return
        start = _at(day, hour).starts_local.replace(tzinfo=None)
        made = calendar.create(f"First talk {day}", start)
        self.by_hand.add(made["id"])
        self._wish_a_look(LOOK_AT_OURS)
        self._work()
        if is_late:
            calendar.edit(made["id"], summary="Somebody works with it")
        self._replace(made["id"], removes=removes)

    # What goes wrong

    @rule(wish=st.sampled_from(FAULTS), at=st.integers(1, 2), which=WHICH)
    def fail(self, wish: Wish, at: int, which: int) -> None:
        """A fault waits, and what leads to it happens; it strikes when a worker comes by."""
        values = {**wish.values, "at": [at]}
        fault = self.office.google.faults.add(wish.method, wish.kind, when=wish.when, **values)
        self.wished.append((wish, fault))
        for _ in range(at):
            self._provoke(wish.method, which)

    @rule(wish=st.sampled_from(FAULTS), which=WHICH)
    def fail_at_once(self, wish: Wish, which: int) -> None:
        """The same, and a worker comes by."""
        self.fail(wish, 1, which)
        if wish.method != "calendar.events.get":  # It is read back only where it was not listed.
            self._wish_a_look()
        self._work()

    @rule()
    def expire_sync_tokens(self) -> None:
        self.office.google.expire_all_sync_tokens()
        self._count("sync tokens expired")

    @rule()
    def expire_access_tokens(self) -> None:
        self.office.hand.expire_access_tokens()
        self._count("access tokens expired")

    @rule(minutes=st.sampled_from([1, 5, 90, 60 * 24]))
    def let_time_pass(self, minutes: int) -> None:
        self.office.advance(minutes=minutes)

    # Workers

    @rule()
    def work(self) -> None:
        self._work()

    @rule()
    def look_at_google(self) -> None:
        self._wish_a_look()
        self._work()

    @rule(number=EFFECTS, when=st.sampled_from(["before", "after"]), is_looking=st.booleans())
    def work_and_die(self, number: int, when: str, is_looking: bool) -> None:
        """SIGKILL at a numbered effect; what it held is free when its lease has run out."""
        if is_looking:
            self._wish_a_look()
        self.effects.plan(number, when, self.effects.die)
        try:
            self._work()
        except Killed:
            self._count(f"killed {when}")
        self.effects.rest()
        self._forget_refresh_lease()
        self.office.advance(seconds=self.office.settings.lease_seconds + 1)

    @rule(
        number=EFFECTS,
        when=st.sampled_from(["before", "after"]),
        what=st.sampled_from(
            ["other worker", "edit here", "edit there", "tokens expire", "cancel"]
        ),
        which=WHICH,
    )
    def work_while_something_happens(self, number: int, when: str, what: str, which: int) -> None:
        """In the middle of a worker's pass: another worker, or somebody's edit (F10, F18, F67)."""
        deeds: dict[str, Callable[[], object]] = {
            "other worker": self._work_beyond_the_lease,
            "edit here": lambda: self.move(which, SeriesPart.ALL, 0, 1),
            "edit there": lambda: self.edit_in_google(which, 1, "this"),
            "tokens expire": self.expire_sync_tokens,
            "cancel": lambda: self.cancel(which, SeriesPart.ALL, 0),
        }

        def happens() -> None:
            self._count(f"{what} in mid-pass")
            deeds[what]()

        self._wish_a_look()
        self.effects.plan(number, when, happens, only_calls=when == "before")
        self._work()
        self.effects.rest()

    def teardown(self) -> None:
        """What was to go wrong does; then healing: faults end, time passes, workers come to rest.
        Then the judgement."""
        self.effects.rest()
        self._let_faults_strike()
        for wish, fault in self.wished:
            self.fired[wish.name] += fault.fired
        self.office.google.faults.clear()
        self._come_back()
        self._heal()
        if self._standing() is not ConnectionState.CONNECTED or self._tiles_that_ask():
            self._come_back()
            self._heal()
        self._let_go()
        judgement.check(self.office, by_hand=self.by_hand, written=self.written)
        self._check_silence()

    # How

    def _provoke(self, method: str, which: int) -> None:
        """Something that makes the next pass call `method`."""
        if method in ("batch", "calendar.events.insert"):
            self.book(which, 9, False)
        elif method in ("calendar.events.update", "calendar.events.get"):
            self.move(which, SeriesPart.ALL, 0, 1)
            if method == "calendar.events.get":
                for one in range(3):
                    self.edit_in_google(which + one, 0, "all")
        elif method == "calendar.events.delete":
            self.cancel(which, SeriesPart.ALL, 0)
        elif method == "token.refresh":
            self.expire_access_tokens()

    def _book(self, span: Span, *, is_couple: bool = False, rule: str = "") -> None:
        world = self.office.world
        with self.office.writing() as (session, ada):
            appointments.book(
                session,
                by=ada,
                now=self.office.clock(),
                member_id=ada.id,
                client_id=(world.couple if is_couple else world.cleo).id,
                span=span,
                rule=rule,
            )
        self._note("book a series" if rule else "book")

    def _block(self, span: Span, details: Details, rule: str = "") -> None:
        with self.office.writing() as (session, ada):
            appointments.block(
                session,
                by=ada,
                now=self.office.clock(),
                member_id=ada.id,
                span=span,
                details=details,
                rule=rule,
            )
        self._note("block")

    def _replace(self, google_id: str, *, removes: bool) -> None:
        """Where it has arrived here, and its time is free."""
        with self.office.writing() as (session, ada), suppress(Invalid, NotFound):
            made = select(GoogleEvent.id).where(GoogleEvent.google_id == google_id)
            event_id = session.exec(made).first() or ""
            offer = replacements.find(session, by=ada, event_id=event_id)
            replacements.book(
                session,
                by=ada,
                now=self.office.clock(),
                event_id=event_id,
                seen=offer.seen,
                removes=removes,
                client_id=self.office.world.cleo.id,
                span=offer.span,
                rule="",
                details=Details(),
                form_key=google_id,
                accepted="",
            )
            self._count("replaced")
        self.written = judgement.own_rows(self.office)

    def _change(
        self, which: int, part: SeriesPart, nth: int, wished: Callable[[Span], dict[str, Any]]
    ) -> None:
        found = self._session_of(which, nth)
        if found is None:
            return
        row, start, span = found
        with self.office.writing() as (session, ada), suppress(Invalid):
            appointments.edit(
                session,
                by=ada,
                now=self.office.clock(),
                appointment_id=row.id,
                version=row.version,
                part=part,
                original_start=start,
                **wished(span),
            )
        self._note(f"edit {part}" if row.rule else "edit")

    def _session_of(self, which: int, nth: int) -> tuple[Appointment, Any, Span] | None:
        """An appointment, and for a series the name and the place of its nth live occurrence."""
        row = _one_of(self._rows(is_cancelled=False), which)
        if row is None:
            return None
        with self.office.writing() as (session, _):
            series = series_edits.read(session, row=row)
        if not row.rule:
            return row, None, series.span
        begins, _ = instants(series.span, time_zone=ZONE)
        found = occurrences(
            series.span,
            series.rule,
            series.changes,
            after=begins - dt.timedelta(days=30),
            before=begins + dt.timedelta(days=200),
            day_zone=ZONE,
            limit=12,
        )
        one = _one_of(found, nth)
        if one is None:
            return None
        return row, one.original_start, shown_at(series, one.original_start)

    def _rows(self, *, is_cancelled: bool) -> list[Appointment]:
        with self.office.writing() as (session, _):
            rows = session.exec(
                select(Appointment).order_by(col(Appointment.starts_at), col(Appointment.id))
            )
            return [row for row in rows if (row.cancelled_at is not None) is is_cancelled]

    def _our_calendar(self) -> PersonCalendar | None:
        with suppress(LookupError):
            return self.office.ours
        return None

    def _in_google(
        self, which: int, nth: int | None, verb: Callable[[PersonCalendar, dict[str, Any]], Any]
    ) -> None:
        """A verb of the person's on one event of our calendar, or on one occurrence of it."""
        calendar = self._our_calendar()
        event = _occurrence(calendar, which, nth) if calendar is not None else None
        if calendar is None or event is None:
            return
        before = {one["id"] for one in calendar.events()}
        made = verb(calendar, event)
        after = {one["id"] for one in calendar.events()}
        self.by_hand |= {one for one in after - before if not judgement.is_occurrence_id(one)}
        if isinstance(made, dict):
            self._count("edit in Google")

    def _press(self, name: str) -> None:
        with suppress(Invalid, NotFound):
            if name:
                self.office.sync_tile(name)
            else:
                self.office.start_sync()

    def _wish_a_look(self, look: Update = LOOK) -> None:
        with self.office.database.writing(Scope.installation()) as session:
            session.exec(look)
            session.commit()

    def _work(self) -> int:
        return self.office.work()

    def _work_beyond_the_lease(self) -> None:
        """The worker in the middle was stopped for too long; another one does all of it."""
        self.office.advance(seconds=self.office.settings.lease_seconds + 1)
        self._work()

    def _forget_refresh_lease(self) -> None:
        """The lease on refreshing goes by the wall clock; 40 seconds are not waited for here."""
        with self.office.database.writing(Scope.installation()) as session:
            session.exec(update(GoogleConnection).values(refreshing_until=None))
            session.commit()

    def _let_faults_strike(self) -> None:
        """Two more rounds at most for those that wait; an event is read back only where it was
        not listed."""
        waiting = {wish.method for wish, fault in self.wished if not fault.fired}
        if "calendar.events.get" in waiting:
            self._work()
        if waiting:
            self._wish_a_look()
            self._work()

    def _heal(self) -> None:
        """Everything is looked at; a person presses Sync only where a tile asks for it."""
        for name in self._tiles_that_ask():
            self._press(name)
        if self.happened_here["rename calendar"] or self.happened_here["delete calendar"]:
            self.office.list_calendars()
        self._wish_a_look()
        self._settle()

    def _tiles_that_ask(self) -> list[str]:
        """Those of the default and the primary calendar that are off, gone, failed, or name events
        that were given up."""
        with self.office.database.reading(Scope.installation()) as session:
            well = session.exec(WELL).all()
        is_well = {
            "": any(row.role is CalendarRole.DEFAULT for row in well),
            PRIMARY: any(row.name == PRIMARY for row in well),
        }
        return [name for name in is_well if not is_well[name]]

    def _settle(self) -> None:
        for _ in range(MOST_ROUNDS):
            if not self._work() and not self._pass_to_next_attempt():
                return
        raise AssertionError("the workers never come to rest (I6)")

    def _let_go(self) -> None:
        """Much is gone in Google: the tile asks, and the person says that it may go here (R125)."""
        with self.office.writing() as (session, ada):
            asking = session.exec(ASKING).all()
            for calendar_id in asking:
                now = self.office.clock()
                removal_answers.remove(session, by=ada, calendar_id=calendar_id, now=now)
                self._count("let go")
        if asking:
            self._settle()

    def _pass_to_next_attempt(self) -> bool:
        """Moves on to the time at which a calendar wants to try again. Whether one does."""
        with self.office.database.reading(Scope.installation()) as session:
            waiting = [at for at in session.exec(NEXT_ATTEMPTS) if at is not None]
        later = [at for at in waiting if at > self.office.clock()]
        if later:
            self.office.advance(seconds=(min(later) - self.office.clock()).total_seconds() + 1)
        return bool(waiting)

    def _check_silence(self) -> None:
        """I4: once more, and nothing is written, told or changed."""
        told, mark = len(self.office.edits()), self.office.google.calls.mark()
        self._wish_a_look()
        self._settle()
        calls = self.office.google.calls.select("calendar.*", since=mark)
        writes = [call for call in calls if call.method != "GET"]
        assert not writes, f"the second pass wrote: {[call.method_id for call in writes]}"
        assert len(self.office.edits()) == told, "the second pass told of an edit"

    def _note(self, name: str) -> None:
        """Something was changed here, by a person: this is what must stay."""
        self.written = judgement.own_rows(self.office)
        self._count(name)

    def _count(self, name: str) -> None:
        self.happened[name] += 1


for _deed in ("fail", "fail_at_once", "work_and_die", "work_while_something_happens"):
    for _number in range(OFTEN):
        setattr(History, f"{_deed}_{_number}", getattr(History, _deed))


def _at(day: int, hour: int) -> TimedSpan:
    """Fifty minutes at a Berlin wall-clock time, `day` days from the beginning."""
    local = dt.datetime.combine(
        BEGINNING.date() + dt.timedelta(days=day), dt.time(hour), tzinfo=ZoneInfo(ZONE)
    )
    start = local.astimezone(dt.UTC)
    return TimedSpan(start, start + dt.timedelta(minutes=50), ZONE)


def _shifted(span: Span, hours: int) -> Span:
    if isinstance(span, AllDaySpan):
        by = dt.timedelta(days=hours // 24 or 1)
        return AllDaySpan(span.starts_on + by, span.ends_on + by)
    by = dt.timedelta(hours=hours)
    return TimedSpan(span.starts_at + by, span.ends_at + by, span.time_zone)


def _dragged(event: dict[str, Any], hours: int) -> dt.datetime | dt.date:
    start = event["start"]
    if "date" in start:
        return dt.date.fromisoformat(start["date"]) + dt.timedelta(days=hours // 24 or 1)
    return dt.datetime.fromisoformat(start["dateTime"]) + dt.timedelta(hours=hours)


def _occurrence(calendar: PersonCalendar, which: int, nth: int | None) -> dict[str, Any] | None:
    """One live event of the calendar; with `nth`, one of its occurrences if it is a series."""
    events = sorted(calendar.events(), key=lambda event: (event["created"], event["id"]))
    event = _one_of([one for one in events if "recurringEventId" not in one], which)
    if event is None or nth is None or "recurrence" not in event:
        return event
    return _one_of(calendar.instances(event["id"], days=120), nth)


def _one_of(things: Sequence[Thing], which: int) -> Thing | None:
    return things[which % len(things)] if things else None

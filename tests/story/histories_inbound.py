"""What a person does in Google's own calendars, and what may go wrong while the app looks.

Rules for a state machine: `History` in histories.py has them beside everything that happens here,
`Inbound` has them alone. Nothing in them may fail. `mirror_judgement.py` says what must be true
when everything has come to rest.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, ClassVar, TypeVar
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule
from sqlmodel import col, select, update

from emulator.person import PersonCalendar
from tests.story import judgement, mirror_judgement
from tests.story.inbound_office import CHOIR, PRIMARY, touched
from tests.story.office import ZONE
from tests.story.one_process import BEGINNING, Beginning, Effects, OneProcess
from webapp.db.models import CalendarRole, SyncedCalendar
from webapp.db.scope import Scope
from webapp.domain.errors import Invalid, NotFound

Thing = TypeVar("Thing")
Json = dict[str, Any]

MOST_ROUNDS = 60
WHERE = st.sampled_from([PRIMARY, CHOIR])
WHICH = st.integers(0, 7)
NTH = st.integers(0, 5)
DAYS = st.integers(-5, 40)
HOURS = st.integers(9, 20)
"""Far from the hours that daylight saving skips, whose ends engines place differently (F103)."""
SHIFTS = st.sampled_from([-50, -3, -1, 1, 2, 24, 7 * 24])
SCOPES = st.sampled_from(["this", "following", "all"])

KINDS: dict[str, Json] = {
    "plain": {},
    "free": {"transparency": "transparent"},
    "private": {"visibility": "private"},
    "tentative": {"status": "tentative"},
    "untitled": {"summary": ""},
    "in another zone": {"zone": "America/New_York"},
    "weekly, endless": {"recurrence": ["RRULE:FREQ=WEEKLY"]},
    "daily, six times": {"recurrence": ["RRULE:FREQ=DAILY;COUNT=6"]},
    "every other day until": {"recurrence": ["RRULE:FREQ=DAILY;INTERVAL=2;UNTIL=20270415T215959Z"]},
    "last day of the month": {"recurrence": ["RRULE:FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=5"]},
    "weekly across the sea": {
        "zone": "America/New_York",
        "recurrence": ["RRULE:FREQ=WEEKLY;COUNT=9"],
    },
    "private and weekly": {
        "visibility": "private",
        "recurrence": ["RRULE:FREQ=WEEKLY;COUNT=4"],
    },
}
EDITS: tuple[Json, ...] = (
    {"summary": "Other"},
    {"location": "Hall"},
    {"transparency": "transparent"},
    {"transparency": "opaque"},
    {"visibility": "private"},
    {"visibility": "default"},
    {"summary": ""},
)
RULES: tuple[list[str], ...] = (
    [],
    ["RRULE:FREQ=WEEKLY;COUNT=3"],
    ["RRULE:FREQ=DAILY;COUNT=4"],
    ["RRULE:FREQ=WEEKLY;INTERVAL=2"],
)
WRONG: tuple[tuple[str, Json], ...] = (
    ("error", {"status": 410, "reason": "fullSyncRequired"}),
    ("error", {"status": 400, "reason": "invalid", "message": "Invalid sync token value."}),
    ("error", {"status": 503}),
    ("error", {"status": 429, "reason": "rateLimitExceeded"}),
    ("drop", {}),
    ("drop", {"when": "after"}),
    ("truncated", {"when": "after"}),
    ("not_utf8", {}),
    ("same_page", {}),
    ("doubled_items", {}),
    ("no_sync_token", {}),
    ("other_etags", {}),
)


class InboundRules(RuleBasedStateMachine):
    """Everything that a person's hand can do in two calendars of her own."""

    office: OneProcess
    effects: Effects
    happened: ClassVar[Counter[str]] = Counter()

    # A person in Google

    @rule(where=WHERE, kind=st.sampled_from(sorted(KINDS)), day=DAYS, hour=HOURS)
    def google_create(self, where: str, kind: str, day: int, hour: int) -> None:
        members = {"summary": f"Made {day}", **KINDS[kind]}
        zone = members.get("zone", ZONE)
        self._at(where, lambda at: at.create(start=_clock(day, hour, zone), **members))

    @rule(where=WHERE, day=DAYS, days=st.integers(1, 9), is_weekly=st.booleans())
    def google_create_days(self, where: str, day: int, days: int, is_weekly: bool) -> None:
        first = BEGINNING.date() + dt.timedelta(days=day)
        members = {"recurrence": ["RRULE:FREQ=WEEKLY;COUNT=4"]} if is_weekly else {}
        end = first + dt.timedelta(days=days)
        self._at(where, lambda at: at.create(f"Away {day}", first, end, **members))

    @rule(where=WHERE, day=DAYS, hour=HOURS)
    def google_get_invited(self, where: str, day: int, hour: int) -> None:
        start = _clock(day, hour, ZONE)
        host = "ben@example.com"
        self._at(where, lambda at: at.get_invited("Invited", start, host=host))

    @rule(where=WHERE, which=WHICH, nth=NTH, scope=SCOPES, members=st.sampled_from(EDITS))
    def google_edit(self, where: str, which: int, nth: int, scope: str, members: Json) -> None:
        self._on(where, which, nth, lambda at, one: at.edit(one["id"], scope=scope, **members))

    @rule(where=WHERE, which=WHICH, nth=NTH, scope=SCOPES, hours=SHIFTS)
    def google_drag(self, where: str, which: int, nth: int, scope: str, hours: int) -> None:
        def drag(at: PersonCalendar, one: Json) -> object:
            return at.move_time(one["id"], _dragged(one, hours), scope=scope)

        self._on(where, which, nth, drag)

    @rule(where=WHERE, which=WHICH, nth=NTH, scope=SCOPES)
    def google_delete(self, where: str, which: int, nth: int, scope: str) -> None:
        self._on(where, which, nth, lambda at, one: at.delete(one["id"], scope=scope))

    @rule(where=WHERE, which=WHICH, lines=st.sampled_from(RULES))
    def google_repeat_otherwise(self, where: str, which: int, lines: list[str]) -> None:
        def repeat(at: PersonCalendar, one: Json) -> object:
            is_timed = "dateTime" in one["start"]
            if "recurringEventId" in one or not is_timed:
                return None
            return at.edit(one["id"], scope="all", recurrence=lines)

        self._on(where, which, None, repeat)

    @rule(where=WHERE, which=WHICH)
    def google_duplicate(self, where: str, which: int) -> None:
        self._on(where, which, None, lambda at, one: at.duplicate(one["id"]))

    @rule(where=WHERE, which=WHICH)
    def google_restore(self, where: str, which: int) -> None:
        def restore(at: PersonCalendar) -> object:
            events = at.record.events.values()
            binned = [one.id for one in events if one.is_cancelled and not one.is_bare]
            found = _one_of(binned, which)
            return at.restore(found) if found is not None else None

        self._at(where, restore)

    @rule(where=WHERE, which=WHICH)
    def google_move(self, where: str, which: int) -> None:
        def move(at: PersonCalendar, one: Json) -> object:
            there = self._calendar(CHOIR if where == PRIMARY else PRIMARY)
            is_movable = there is not None and "recurringEventId" not in one
            return at.move_to(one["id"], there) if there is not None and is_movable else None

        self._on(where, which, None, move)

    @rule(name=st.sampled_from(["Choir", "Choir II"]))
    def google_rename_calendar(self, name: str) -> None:
        calendar = self._choir()
        if calendar is not None:
            calendar.rename(name)
            self._seen("rename calendar")

    @rule()
    def google_delete_calendar(self) -> None:
        calendar = self._choir()
        if calendar is not None and self.happened_here["google_create"] > 1:
            calendar.remove()
            self._seen("delete calendar")

    @rule(role=st.sampled_from(["reader", "writer"]))
    def google_share(self, role: str) -> None:
        """Every sync token of the calendar ends (GOOGLE.md 5.2)."""
        self._at(PRIMARY, lambda at: at.share("ben@example.com", role))

    # What goes wrong while the app looks

    @rule(wrong=st.sampled_from(WRONG), page=st.integers(1, 4), limit=st.sampled_from([1, 2, 5]))
    def look_while_a_page_fails(self, wrong: tuple[str, Json], page: int, limit: int) -> None:
        """Short pages, so that a listing dies in the middle (F36 to F41)."""
        kind, values = wrong
        self.office.google.knobs.page_limit = limit
        fault = self.office.google.faults.add(
            "calendar.events.list", kind, **{**values, "at": [page]}
        )
        self._look()
        self._seen(f"{kind} on a page" if fault.fired else "a page that was not reached")
        self.office.google.faults.remove(fault)
        self.office.google.knobs.page_limit = None

    @rule(
        limit=st.sampled_from([1, 3]), is_backwards=st.booleans(), empty=st.sampled_from([0, 0.5])
    )
    def look_at_odd_pages(self, limit: int, is_backwards: bool, empty: float) -> None:
        """Tiny pages, empty pages, exceptions before their masters (F36, F49)."""
        knobs = self.office.google.knobs
        knobs.page_limit, knobs.lists_run_backwards = limit, is_backwards
        knobs.empty_page_rate = empty
        self._look()
        knobs.page_limit, knobs.lists_run_backwards, knobs.empty_page_rate = None, False, 0.0
        self._seen("odd pages")

    @rule()
    def google_forgets_its_tokens(self) -> None:
        self.office.google.expire_all_sync_tokens()
        self._seen("tokens expired")

    @rule(times=st.integers(1, 3))
    def messages_arrive(self, times: int) -> None:
        """Doubled ones wish as often; lost ones are all the rules that do not look."""
        for _ in range(times):
            self._wish()
        self.office.work()

    @rule()
    def calendars_are_listed(self) -> None:
        if self.office.is_connected:
            self.office.list_calendars()

    @rule(
        number=st.integers(1, 12),
        when=st.sampled_from(["before", "after"]),
        deed=st.sampled_from(["edit", "delete", "drag", "tokens", "other worker", "list"]),
        where=WHERE,
        which=WHICH,
    )
    def look_while_something_happens(
        self, number: int, when: str, deed: str, where: str, which: int
    ) -> None:
        """Between two effects of a pass: a person's hand, or another worker (F10, F67)."""
        deeds: dict[str, Callable[[], object]] = {
            "edit": lambda: self.google_edit(where, which, 1, "following", EDITS[0]),
            "delete": lambda: self.google_delete(where, which, 1, "this"),
            "drag": lambda: self.google_drag(where, which, 0, "all", 1),
            "tokens": self.google_forgets_its_tokens,
            "other worker": self._another_worker,
            "list": self.calendars_are_listed,
        }
        self._wish()
        self.effects.plan(number, when, deeds[deed], only_calls=when == "before")
        self.office.work()
        self.effects.rest()
        self._seen(f"{deed} in mid-pass")

    # How

    @property
    def happened_here(self) -> Counter[str]:
        """What has happened in this history."""
        counts: Counter[str] = self.__dict__.setdefault("_happened_here", Counter())
        return counts

    def _calendar(self, where: str) -> PersonCalendar | None:
        return self._choir() if where == CHOIR else self.office.hand.calendar(PRIMARY)

    def _choir(self) -> PersonCalendar | None:
        for calendar in self.office.hand.calendars():
            if calendar.summary.startswith(CHOIR):
                return calendar
        return None

    def _at(self, where: str, verb: Callable[[PersonCalendar], object]) -> None:
        calendar = self._calendar(where)
        if calendar is not None and verb(calendar) is not None:
            self._seen("google_create")

    def _on(
        self,
        where: str,
        which: int,
        nth: int | None,
        verb: Callable[[PersonCalendar, Json], object],
    ) -> None:
        """A verb on one event of a calendar; with `nth`, on an occurrence if it is a series."""
        calendar = self._calendar(where)
        event = _one_of(touched(calendar), which) if calendar is not None else None
        if calendar is None or event is None:
            return
        if nth is not None and "recurrence" in event:
            event = _one_of(calendar.instances(str(event["id"]), days=150), nth) or event
        verb(calendar, dict(event))
        self._seen("a hand in Google")

    def _wish(self) -> None:
        with self.office.database.writing(Scope.installation()) as session:
            session.exec(
                update(SyncedCalendar)
                .where(col(SyncedCalendar.role) == CalendarRole.OTHER)
                .values(requested=SyncedCalendar.requested + 1)
            )
            session.commit()

    def _look(self) -> None:
        self._wish()
        self.office.work()

    def _another_worker(self) -> None:
        """The one in the middle has been stopped for longer than its lease."""
        self.office.advance(seconds=self.office.settings.lease_seconds + 1)
        self.office.work()

    def _seen(self, name: str) -> None:
        self.happened[name] += 1
        self.happened_here[name] += 1


class Inbound(InboundRules):
    """Google's side alone, and the app that looks at it."""

    beginning: ClassVar[Beginning]

    def __init__(self) -> None:
        super().__init__()
        self.office = self.beginning.again()
        self.effects = self.beginning.effects
        self.written = judgement.own_rows(self.office)
        self.mark = self.office.google.calls.mark()

    def teardown(self) -> None:
        """Time passes, a person presses Sync, the workers come to rest. Then the judgement."""
        self.effects.rest()
        self.office.google.faults.clear()
        if self.happened_here["rename calendar"] or self.happened_here["delete calendar"]:
            self.office.list_calendars()
        for name in self._tiles():
            with suppress(Invalid, NotFound):
                self.office.sync_tile(name)
        self._settle()
        assert judgement.own_rows(self.office) == self.written, "an appointment was touched (R106)"
        mirror_judgement.check(self.office)
        self._check_that_nothing_was_written()

    def _tiles(self) -> list[str]:
        with self.office.writing() as (session, _):
            rows = session.exec(
                select(SyncedCalendar).where(
                    SyncedCalendar.role == CalendarRole.OTHER,
                    col(SyncedCalendar.is_on).is_(True),
                    col(SyncedCalendar.is_missing).is_(False),
                )
            )
            return [row.name for row in rows]

    def _settle(self) -> None:
        for _ in range(MOST_ROUNDS):
            if not self.office.work() and not self._pass_to_next_attempt():
                return
        raise AssertionError("the workers never come to rest (I6)")

    def _pass_to_next_attempt(self) -> bool:
        with self.office.database.writing(Scope.installation()) as session:
            waiting = [at for at in session.exec(select(SyncedCalendar.next_attempt_at)) if at]
        later = [at for at in waiting if at > self.office.clock()]
        if later:
            self.office.advance(seconds=(min(later) - self.office.clock()).total_seconds() + 1)
        return bool(later)

    def _check_that_nothing_was_written(self) -> None:
        """Whatever happened in a person's own calendars, the app never writes there."""
        calls = self.office.google.calls.select("calendar.events.*", since=self.mark)
        writes = [call for call in calls if call.method != "GET"]
        assert not writes, f"the app wrote: {[call.method_id for call in writes]}"


def _clock(day: int, hour: int, zone: str) -> dt.datetime:
    """A wall-clock time, naive, that exists in `zone`."""
    local = dt.datetime.combine(BEGINNING.date() + dt.timedelta(days=day), dt.time(hour, 15))
    there = local.replace(tzinfo=ZoneInfo(zone)).astimezone(dt.UTC).astimezone(ZoneInfo(zone))
    return there.replace(tzinfo=None)


def _dragged(event: Json, hours: int) -> dt.datetime | dt.date:
    start = event["start"]
    if "date" in start:
        return dt.date.fromisoformat(start["date"]) + dt.timedelta(days=hours // 24 or 1)
    return dt.datetime.fromisoformat(start["dateTime"]) + dt.timedelta(hours=hours)


def _one_of(things: Sequence[Thing], which: int) -> Thing | None:
    return things[which % len(things)] if things else None

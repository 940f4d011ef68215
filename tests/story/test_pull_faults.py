"""What Google's lists may get wrong, and what their items may hold: nothing is lost, nothing hangs.

Faults of the listing by their numbers (RELIABILITY.md 2.2), then items as somebody may have made
them (2.7), given word for word. The app's own appointments are out of reach of all of it.
"""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.story import judgement, mirror_judgement
from tests.story.inbound_office import PRIMARY, life_in_google
from tests.story.one_process import Beginning, OneProcess
from webapp.db.models import SyncedCalendar

pytestmark = pytest.mark.slow

LIST = "calendar.events.list"
HOUR = {"dateTime": "2027-03-12T11:00:00+01:00", "timeZone": "Europe/Berlin"}
TEN = {"dateTime": "2027-03-12T10:00:00+01:00", "timeZone": "Europe/Berlin"}
Json = dict[str, Any]


@pytest.fixture(scope="module")
def beginning(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Beginning]:
    """Ada's office, and her life in Google."""
    with life_in_google(tmp_path_factory.mktemp("faults")) as beginning:
        yield beginning


@pytest.fixture
def office(beginning: Beginning) -> Iterator[OneProcess]:
    """As it was kept; whatever happens, no appointment is touched."""
    office = beginning.again()
    written = judgement.own_rows(office)
    yield office
    office.google.knobs.page_limit = None
    assert judgement.own_rows(office) == written


def look(office: OneProcess) -> list[str]:
    """One look at one calendar; the query strings of its lists."""
    row = office.calendar(PRIMARY)
    mark = office.google.calls.mark()
    with office.writing() as (session, _):
        found = session.get(SyncedCalendar, row.id)
        assert found is not None
        found.requested += 1
        session.commit()
    office.work()
    return [call.query for call in office.google.calls.select(LIST, since=mark)]


def rows(office: OneProcess) -> dict[str, Json]:
    """Everything that is mirrored, by Google's id, without what changes at every look."""
    return {row.google_id: row.model_dump(exclude={"id"}) for row in office.mirrored(PRIMARY)}


def heal(office: OneProcess) -> None:
    """Google is well again, and the next look comes by."""
    office.google.faults.clear()
    office.advance(hours=1)
    office.poll()
    mirror_judgement.check(office)


def change(office: OneProcess) -> None:
    """Something to be told of."""
    calendar = office.hand.calendar(PRIMARY)
    calendar.edit(calendar.find("Dentist")["id"], summary="Dentist, later")


@pytest.mark.parametrize(
    ("status", "reason", "message"),
    [
        pytest.param(410, "fullSyncRequired", "", id="F37 expired"),
        pytest.param(400, "invalid", "Invalid sync token value.", id="F40 damaged"),
        pytest.param(400, "invalid", "Invalid Value", id="F40 damaged, in other words"),
        pytest.param(410, "updatedMinTooLongAgo", "", id="5.3 too long ago"),
    ],
)
def test_a_dead_token_leads_to_one_complete_listing(
    office: OneProcess, status: int, reason: str, message: str
) -> None:
    """F37, F40: the token goes, everything is listed once, then compared."""
    change(office)
    before = set(rows(office))
    office.google.faults.add(LIST, status=status, reason=reason, message=message)
    asked = look(office)
    assert ["syncToken=" in query for query in asked] == [True, False]
    assert set(rows(office)) == before
    mirror_judgement.check(office)
    assert ["syncToken=" in query for query in look(office)] == [True]


def test_a_token_that_dies_between_two_pages_applies_nothing_of_the_first(
    office: OneProcess,
) -> None:
    """F38: the staged pages are dropped."""
    office.google.knobs.page_limit = 1
    calendar = office.hand.calendar(PRIMARY)
    for day in (12, 13, 14):
        calendar.create(f"New {day}", f"2027-03-{day}T10:00")
    office.google.faults.add(LIST, status=410, reason="fullSyncRequired", at=[3])
    asked = look(office)
    assert "pageToken=" in asked[2]
    assert "syncToken=" not in asked[3]
    assert "pageToken=" not in asked[3]
    mirror_judgement.check(office)


def test_a_token_that_dies_every_time_is_waited_for_and_never_a_loop(office: OneProcess) -> None:
    """F39: what the app knows stays, and the tile says why it waits."""
    before = rows(office)
    office.google.faults.add(LIST, status=410, reason="fullSyncRequired", times=0)
    asked = look(office)
    assert 1 <= len(asked) <= 2
    assert rows(office) == before
    assert office.calendar(PRIMARY).next_attempt_at is not None
    heal(office)


def test_a_token_that_dies_before_every_look_costs_one_complete_listing_an_hour(
    office: OneProcess,
) -> None:
    """F39: Google takes the complete listing, and refuses the token that came with it each time."""
    complete = 0
    for _ in range(6):
        office.google.expire_all_sync_tokens()
        office.advance(minutes=20)
        complete += sum("syncToken=" not in query for query in look(office))
    assert complete == 2
    assert "Google keeps losing our place" in office.calendar(PRIMARY).failure
    heal(office)
    assert office.calendar(PRIMARY).failure == ""
    mirror_judgement.check(office)


def test_other_bad_requests_are_not_taken_for_a_dead_token(office: OneProcess) -> None:
    """GOOGLE.md 5.3: listing everything again and again would hide a mistake of ours."""
    before = rows(office)
    office.google.faults.add(LIST, status=400, reason="badRequest", message="Bad Request")
    assert len(look(office)) == 1
    assert rows(office) == before


@pytest.mark.parametrize("stored", ["", "of an older version", None])
def test_a_token_of_other_questions_is_not_used(office: OneProcess, stored: str | None) -> None:
    """F41, Q13: with a hash of every parameter and a version of our reading."""
    row = office.calendar(PRIMARY)
    with office.writing() as (session, _):
        found = session.get(SyncedCalendar, row.id)
        assert found is not None
        found.sync_format = (found.sync_format or "")[:-1] if stored is None else stored
        session.commit()
    assert "syncToken=" not in look(office)[0]
    assert "syncToken=" in look(office)[0]


def test_a_last_page_without_a_token_is_followed_by_a_complete_listing(office: OneProcess) -> None:
    """F41: what it said is true all the same."""
    change(office)
    office.google.faults.add(LIST, "no_sync_token")
    look(office)
    mirror_judgement.check(office)
    assert "syncToken=" not in look(office)[0]


@pytest.mark.parametrize(
    "kind", ["truncated", "html", "empty", "wrong_type", "not_utf8", "drop", "no_times"]
)
def test_an_answer_that_says_nothing_changes_nothing(office: OneProcess, kind: str) -> None:
    """F14, F30, F34, F35."""
    change(office)
    before = {name: row["starts_at"] for name, row in rows(office).items()}
    office.google.faults.add(LIST, kind, when="after", status=502 if kind == "html" else 200)
    look(office)
    assert {name: row["starts_at"] for name, row in rows(office).items()} == before
    if kind == "no_times":  # The list was whole, and Google has no reason to say it again.
        office.google.expire_all_sync_tokens()
    heal(office)


def test_pages_that_lead_nowhere_end(office: OneProcess) -> None:
    """F36: the same page for ever; nothing of it is applied."""
    office.google.knobs.page_limit = 1
    office.google.expire_all_sync_tokens()
    change(office)
    before = rows(office)
    office.google.faults.add(LIST, "same_page", times=0)
    assert len(look(office)) <= 5
    assert rows(office) == before
    office.google.knobs.page_limit = None
    heal(office)


@pytest.mark.parametrize("kind", ["doubled_items", "other_etags", "no_etags"])
def test_what_is_said_twice_or_with_other_etags_is_one_event(office: OneProcess, kind: str) -> None:
    """F36, F44: the content decides."""
    office.google.expire_all_sync_tokens()
    office.google.faults.add(LIST, kind)
    look(office)
    mirror_judgement.check(office)


def test_exceptions_before_their_masters_and_empty_pages_are_only_an_order(
    office: OneProcess,
) -> None:
    """F36, F49, Q6: each page a single item, backwards, and every other page empty."""
    calendar = office.hand.calendar(PRIMARY)
    calendar.edit(calendar.instances(calendar.find("Yoga")["id"])[2]["id"], summary="Other")
    office.google.expire_all_sync_tokens()
    knobs = office.google.knobs
    knobs.page_limit, knobs.lists_run_backwards, knobs.empty_page_rate = 1, True, 0.5
    look(office)
    knobs.lists_run_backwards, knobs.empty_page_rate = False, 0.0
    mirror_judgement.check(office)


def item(**members: Any) -> Json:
    """A timed event as a list holds it."""
    usual = {"id": "strange1", "status": "confirmed", "etag": '"1"', "summary": "Strange"}
    return {**usual, "start": TEN, "end": HOUR, **members}


def rule(*lines: str) -> Json:
    """A series with these lines."""
    return item(recurrence=list(lines))


SHOWN: dict[str, tuple[Json, int]] = {
    "F35 a type and a status that do not exist yet": (
        item(eventType="hologram", status="pondered"),
        1,
    ),
    "F35 nothing but times": ({"id": "strange1", "start": TEN, "end": HOUR}, 1),
    "F35 members of other kinds": (
        item(summary=7, location=[], attendees="nobody", recurrence="daily", visibility={}),
        1,
    ),
    "F96 half a character": (item(summary="\ud800 half"), 1),
    "F96 control characters": (item(summary="Bell\x07 \x00 \u202e tail\r\nline"), 1),
    "F96 five thousand letters": (item(summary="long " * 1000), 1),
    "F98 every second": (rule("RRULE:FREQ=SECONDLY"), 1),
    "F98 every minute for ever": (rule("RRULE:FREQ=MINUTELY;INTERVAL=1"), 1),
    "F98 INTERVAL=0": (rule("RRULE:FREQ=DAILY;INTERVAL=0"), 1),
    "F98 a huge interval": (rule("RRULE:FREQ=DAILY;INTERVAL=999999999"), 1),
    "F98 a thousand million times": (rule("RRULE:FREQ=DAILY;COUNT=1000000000"), 1),
    "F98 until the year 9999": (rule("RRULE:FREQ=DAILY;UNTIL=99991231T235959Z"), 60),
    "F98 all hours of all days": (
        rule("RRULE:FREQ=DAILY;BYHOUR=" + ",".join(map(str, range(24)))),
        1000,
    ),
    "F98 a day that never comes": (rule("RRULE:FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30"), 1),
    "F98 thousands of excluded days": (
        rule(
            "RRULE:FREQ=DAILY;COUNT=4000",
            *(
                f"EXDATE;TZID=Europe/Berlin:2027{month:02}{day:02}T100000"
                for month in range(1, 13)
                for day in range(1, 29)
            ),
        ),
        60,
    ),
    "F99 no rule at all": (rule("RRULE:EVERY OTHER TUESDAY"), 1),
    "F99 only dates": (rule("RDATE;TZID=Europe/Berlin:20270313T100000,20270314T100000"), 3),
    "F100 a zone on Mars": (
        item(start={**TEN, "timeZone": "Mars/Phobos"}, end={**HOUR, "timeZone": "Mars/Phobos"}),
        1,
    ),
    "F100 a path for a zone": (item(start={**TEN, "timeZone": "../../etc/passwd"}), 1),
    "F100 another system's name": (item(start={**TEN, "timeZone": "W. Europe Standard Time"}), 1),
    "F101 no end": (item(end=None, endTimeUnspecified=True), 1),
    "F101 no length": (item(end=TEN), 1),
    "F101 the end before the start": (item(start=HOUR, end=TEN), 1),
    "F102 a day that ends before it begins": (
        item(start={"date": "2027-03-12"}, end={"date": "2027-03-10"}),
        1,
    ),
    "F102 three years long": (item(start={"date": "2026-03-12"}, end={"date": "2029-03-12"}), 1),
    "F103 at an hour that does not exist": (
        item(
            start={"dateTime": "2027-03-28T02:30:00", "timeZone": "Europe/Berlin"},
            end={"dateTime": "2027-03-28T03:30:00", "timeZone": "Europe/Berlin"},
        ),
        1,
    ),
}

NAMED: dict[str, Json] = {
    "F35 no start": {"id": "strange1", "status": "confirmed"},
    "F105 the year 1": item(start={"date": "0001-01-01"}, end={"date": "0001-01-02"}),
    "F105 the year 9999": item(start={"date": "9999-12-31"}, end={"date": "9999-12-31"}),
    "F105 no year of ours": item(start={"dateTime": "+12027-03-12T10:00:00Z"}),
    "F105 a leap second": item(start={"dateTime": "2027-06-30T23:59:60Z"}),
    "F105 no time at all": item(start={"dateTime": "soon"}),
}


@pytest.mark.parametrize("name", SHOWN)
def test_whatever_somebody_wrote_into_an_event_is_shown_within_a_moment(
    office: OneProcess, name: str
) -> None:
    """F35, F96, F98 to F103: no rule hangs a page or fills the memory, and the rest goes on."""
    strange, most = SHOWN[name]
    before = shown(office)
    began = time.process_time()
    tell(office, strange)
    after = shown(office)
    assert time.process_time() - began < 5
    assert all(after[one] == count for one, count in before.items()), "the others stay"
    found = sum(after.values()) - sum(before.values())
    assert 1 <= found <= most or (most == 60 and found > 20), found


@pytest.mark.parametrize("name", NAMED)
def test_what_cannot_be_shown_is_named_and_the_rest_goes_on(office: OneProcess, name: str) -> None:
    """F35, F105, I9: by its tile, and no longer once Google has it right."""
    before = shown(office)
    tell(office, NAMED[name])
    assert shown(office) == before
    assert [one.subject for one in office.problems(PRIMARY)] == ["strange1"]
    tell(office, item())
    assert office.problems(PRIMARY) == []


def test_what_was_shown_and_cannot_be_any_more_stays_as_it_was_and_is_named(
    office: OneProcess,
) -> None:
    """F35, I9: the tile says that what it shows of this event is old."""
    tell(office, item())
    before = shown(office)
    tell(office, NAMED["F105 the year 9999"])
    assert shown(office) == before
    assert [one.subject for one in office.problems(PRIMARY)] == ["strange1"]
    tell(office, item(status="cancelled"))
    assert office.problems(PRIMARY) == []


def test_the_same_ical_uid_twice_is_two_events(office: OneProcess) -> None:
    """GOOGLE.md 3.2: invitations and their copies share it; only the id names an event."""
    before = sum(shown(office).values())
    tell(office, item(iCalUID="one@example.com"), item(id="strange2", iCalUID="one@example.com"))
    assert sum(shown(office).values()) == before + 2


def test_four_thousand_exceptions_of_one_series_cost_a_page_nothing(office: OneProcess) -> None:
    """F98: they come in one list, and a month reads those of its own days."""
    exceptions = [
        item(
            id=f"strange1_{number}",
            recurringEventId="strange1",
            originalStartTime={
                "dateTime": f"{2000 + number // 336:04}-"
                f"{number % 336 // 28 + 1:02}-{number % 28 + 1:02}T10:00:00Z"
            },
            summary=f"Exception {number}",
        )
        for number in range(4000)
    ]
    tell(office, rule("RRULE:FREQ=DAILY"), *exceptions)
    began = time.process_time()
    shown(office)
    assert time.process_time() - began < 3
    assert len(office.mirrored(PRIMARY)) > 4000


def tell(office: OneProcess, *items: Json) -> None:
    """Google says this when it is asked next."""
    office.google.faults.add(LIST, "other_items", items=list(items))
    look(office)


def shown(office: OneProcess) -> dict[mirror_judgement.Seen, int]:
    """What the app shows."""
    with office.writing() as (session, ada):
        return mirror_judgement.mirrored(session, ada)

"""Whatever Google answers to a write, nothing is lost, nothing is doubled, and the tile says why.

One table for each kind of answer (RELIABILITY.md 2.2). F18 is told in test_edits.py, F21 in
test_first_sync.py, F33 in tests/google/test_deadline.py; what concerns listings alone (F37 to F43)
is in test_pull_faults.py, but for the write that waits for none of it.
"""

import datetime as dt
from dataclasses import dataclass, replace
from email.utils import format_datetime

import pytest
from sqlmodel import col, select

from tests.story.office import Office
from tests.story.test_edits import start_of
from tests.story.test_first_sync import in_a_week
from webapp.db.models import ConnectionState, EventLink, Outbox
from webapp.domain.run_state import RunState
from webapp.services import google_connection, sync

pytestmark = pytest.mark.slow

NO_ANSWER = "Google does not answer."
INSERT = "calendar.events.insert"
UPDATE = "calendar.events.update"
LIST = "calendar.events.list"


@dataclass(frozen=True)
class Lost:
    """An answer that does not say what happened: which call, how it is spoilt, and when."""

    call: str
    kind: str
    when: str = "after"
    status: int = 200


LOST = {
    "F14 the connection ends before Google has read it": Lost("batch", "drop", "before"),
    "F14 the connection ends before Google has answered": Lost("batch", "drop"),
    "F14 the connection ends in the middle of a batch": Lost("calendar.events.*", "drop"),
    "F30 503 instead of doing it": Lost("batch", "error", "before", 503),
    "F31 503 after doing it": Lost("batch", "error", "after", 503),
    "F31 503 for one part that was done": Lost("calendar.events.*", "error", "after", 503),
    "F34 a page of HTML with 200": Lost("batch", "html"),
    "F34 HTML with 200 in one part": Lost("calendar.events.*", "html"),
    "F34 an empty body": Lost("batch", "empty"),
    "F34 an empty body in one part": Lost("calendar.events.*", "empty"),
    "F34 half of a batch's answer": Lost("batch", "truncated"),
    "F34 half of a part's answer": Lost("calendar.events.*", "truncated"),
    "F34 something that is no object": Lost("calendar.events.*", "wrong_type"),
    "F34 bytes that are no text": Lost("calendar.events.*", "not_utf8"),
    "F34 a bomb": Lost("batch", "gzip_bomb"),
}


@pytest.mark.parametrize("lost", LOST.values(), ids=LOST.keys())
def test_an_answer_that_says_nothing_is_read_back_and_never_repeated_blindly(
    connected: Office, lost: Lost
) -> None:
    """F14, F31, F34, I11: for inserts, an update and a deletion."""
    rows = [connected.book(in_a_week(connected, hour)) for hour in (8, 9, 10)]
    for change, titles in (
        (connected.start_sync, ["C-1001"] * 3),
        (lambda: connected.move(rows[0], hours=5), ["C-1001"] * 3),
        (lambda: connected.cancel(rows[1]), ["C-1001"] * 2),
    ):
        change()
        fault = connected.google.faults.add(
            lost.call, lost.kind, when=lost.when, status=lost.status
        )
        if lost.call != "batch":
            fault.calendar = our_id(connected)
        connected.work()
        is_deletion = titles == ["C-1001"] * 2
        assert fault.fired == 1
        if not (is_deletion and lost.kind in ("empty", "truncated", "wrong_type", "not_utf8")):
            assert connected.calendar().failure == NO_ANSWER
        heal(connected)
        assert_agreed(connected, titles)
    assert connected.edits() == []
    assert connected.problems() == []


@dataclass(frozen=True)
class Refusal:
    """Google says no: to a whole batch or to one part, and what follows from it."""

    status: int
    reason: str
    state: RunState
    sentence: str
    shortest: float = 0
    longest: float = 0


PATIENCE = "Google asks us to go slower."
WAITING = {
    "F24 too fast for the person": Refusal(
        403, "userRateLimitExceeded", RunState.WAITING, PATIENCE, 1, 2
    ),
    "F24 too fast, as 403": Refusal(403, "rateLimitExceeded", RunState.WAITING, PATIENCE, 1, 2),
    "F24 too fast, as 429": Refusal(429, "rateLimitExceeded", RunState.WAITING, PATIENCE, 1, 2),
    "F25 usage limits": Refusal(
        403,
        "quotaExceeded",
        RunState.WAITING,
        "Google has paused changes to this account for some hours.",
        3600,
        7200,
    ),
    "F30 500": Refusal(500, "backendError", RunState.WAITING, NO_ANSWER, 1, 2),
    "F30 502": Refusal(502, "backendError", RunState.WAITING, NO_ANSWER, 1, 2),
    "F30 504": Refusal(504, "backendError", RunState.WAITING, NO_ANSWER, 1, 2),
    "F19 412 without any condition": Refusal(
        412, "conditionNotMet", RunState.WAITING, NO_ANSWER, 1, 2
    ),
}


@pytest.mark.parametrize("refusal", WAITING.values(), ids=WAITING.keys())
def test_what_passes_by_itself_is_waited_for_and_said_so(
    connected: Office, refusal: Refusal
) -> None:
    """F19, F24, F25, F30, PEERS 17: as long as it is due, and then from item k on."""
    for hour in (8, 9, 10):
        connected.book(in_a_week(connected, hour))
    fault = connected.google.faults.add(
        INSERT, "error", status=refusal.status, reason=refusal.reason, times=3
    )
    connected.start_sync()
    connected.work()
    run = connected.run()
    assert fault.fired == 3
    assert (run.state, run.reason) == (refusal.state, refusal.sentence)
    assert run.waits_until is not None
    wait = (run.waits_until - connected.clock()).total_seconds()
    assert refusal.shortest - 1 < wait <= refusal.longest
    heal(connected)
    assert_agreed(connected, ["C-1001"] * 3)
    assert connected.run().state is RunState.SYNCED


def test_six_hours_of_outage_cost_few_questions_and_heal_by_themselves(connected: Office) -> None:
    """F30, F43: attempts grow rare, nothing is lost, and nobody has to press anything."""
    connected.book(in_a_week(connected, 8))
    connected.start_sync()
    connected.settle()
    outage = connected.google.faults.add("*", "error", status=503, times=0)
    connected.book(in_a_week(connected, 9))
    for _ in range(36):
        connected.work()
        connected.advance(minutes=10)
    assert connected.calendar().failure == NO_ANSWER
    assert outage.fired <= 40
    connected.google.faults.remove(outage)
    connected.advance(minutes=15)
    connected.settle()
    assert connected.shown() == ["C-1001"] * 2
    assert connected.calendar().failure == ""


NO_PERMISSION = "Google did not give us all the permissions that two-way sync needs."
ENDING = {
    "F20 401 although the token is fresh": ("unauthorized", 401, "", "Google stopped our access."),
    "F27 a box was not ticked": ("error", 403, "insufficientPermissions", NO_PERMISSION),
    "F27 the administrator forbids": ("error", 403, "domainPolicy", NO_PERMISSION),
    "F27 the API is switched off": ("error", 403, "accessNotConfigured", NO_PERMISSION),
}


@pytest.mark.parametrize(("kind", "status", "reason", "sentence"), ENDING.values(), ids=ENDING)
def test_what_only_the_person_can_mend_asks_to_reconnect(
    connected: Office, kind: str, status: int, reason: str, sentence: str
) -> None:
    """F20, F27, PEERS 18: at once, without any repetition, and nothing is lost."""
    connected.book(in_a_week(connected))
    fault = connected.google.faults.add(INSERT, kind, status=status, reason=reason, times=2)
    connected.start_sync()
    connected.settle()
    assert fault.fired in (1, 2)
    assert connected.run().state is RunState.RECONNECT_NEEDED
    assert connected.run().reason == sentence
    connected.google.faults.clear()
    connected.connect()
    heal(connected)
    assert_agreed(connected, ["C-1001"])


@pytest.mark.parametrize("call", ["batch", INSERT])
def test_one_401_is_nothing_that_anybody_notices(connected: Office, call: str) -> None:
    """F20: refreshed once, repeated once, as a whole or for the part alone."""
    for hour in (8, 9):
        connected.book(in_a_week(connected, hour))
    fault = connected.google.faults.add(call, "unauthorized")
    connected.start_sync()
    connected.settle()
    assert fault.fired == 1
    assert connected.google.calls.count("token.refresh_token") <= 1
    assert connected.run().state is RunState.SYNCED
    assert_agreed(connected, ["C-1001"] * 2)


@pytest.mark.parametrize(
    ("kind", "status"), [("error", 500), ("html", 502), ("html", 200), ("empty", 200), ("drop", 0)]
)
def test_trouble_with_fresh_tokens_is_not_a_lost_connection(
    connected: Office, kind: str, status: int
) -> None:
    """F22: the token is kept, and nobody is asked to reconnect."""
    connected.book(in_a_week(connected))
    connected.google.grants.access_tokens.clear()
    fault = connected.google.faults.add("token", kind, status=status, times=2)
    connected.start_sync()
    connected.work()
    assert fault.fired >= 1
    assert connected.run().state is RunState.WAITING
    with connected.writing() as (session, ada):
        connection = google_connection.of_member(session, member_id=ada.id)
    assert connection is not None
    assert connection.state is ConnectionState.CONNECTED
    heal(connected)
    assert_agreed(connected, ["C-1001"])


RETRY_AFTER = {
    ("7", "batch"): (4, 7),
    ("7", INSERT): (4, 7),
    ("in 40 seconds, as a date", "batch"): (30, 41),
    ("in 40 seconds, as a date", INSERT): (30, 41),
    ("0", "batch"): (0, 2),
    ("-5", INSERT): (0, 2),
    ("1000000000", "batch"): (0, 2),
    ("soon", INSERT): (0, 2),
}


@pytest.mark.parametrize(("header", "call"), RETRY_AFTER)
def test_every_shape_of_retry_after(connected: Office, header: str, call: str) -> None:
    """F26: 1 second to 1 hour is honoured, the rest is our own back-off; never a hot loop."""
    connected.book(in_a_week(connected))
    later = format_datetime(dt.datetime.now(dt.UTC) + dt.timedelta(seconds=40), usegmt=True)
    headers = {"Retry-After": later if "date" in header else header}
    fault = connected.google.faults.add(
        call, "error", status=429, reason="rateLimitExceeded", headers=headers
    )
    connected.start_sync()
    began = connected.clock()
    connected.work()
    assert fault.fired == 1
    waits_until = connected.run().waits_until
    assert waits_until is not None
    shortest, longest = RETRY_AFTER[header, call]
    assert shortest < (waits_until - began).total_seconds()
    assert (waits_until - connected.clock()).total_seconds() <= longest
    connected.google.calls.clear()
    connected.work()
    is_over = connected.clock() >= waits_until
    assert is_over or connected.google.calls.count("calendar.events.insert") == 0
    heal(connected)
    assert_agreed(connected, ["C-1001"])


def test_an_edit_does_not_ring_google_out_of_the_wait_it_asked_for(connected: Office) -> None:
    """F26: whoever rings, the hour is kept; then everything goes out."""
    row = connected.book(in_a_week(connected))
    connected.start_sync()
    connected.settle()
    fault = connected.google.faults.add(
        "batch", "error", status=429, reason="rateLimitExceeded", headers={"Retry-After": "1800"}
    )
    connected.move(row, hours=1)
    connected.settle()
    assert fault.fired == 1
    connected.google.calls.clear()
    connected.move(row, hours=1)
    ring(connected)
    assert list(connected.google.calls) == []
    connected.clock.move(seconds=1801)
    connected.settle()
    assert connected.google.calls.count(UPDATE) == 1
    assert_agreed(connected, ["C-1001"])


BLOCKED = {
    "F28 only the organiser": (403, "forbiddenForNonOrganizer", "", "let us change this event"),
    "F28 a locked copy": (403, "forbidden", "", "let us change this event"),
    "F28 a calendar for reading": (403, "requiredAccessLevel", "", "lets us only read"),
    "F29 an empty range": (400, "timeRangeEmpty", "", "ends before it begins"),
    "F29 a bad rule": (400, "invalid", "Invalid recurrence rule.", "its way of repeating"),
    "F29 a bad start": (400, "invalid", "Invalid start time.", "its start"),
    "F29 no end": (400, "required", "Missing end time.", "its end"),
    "F29 anything else": (400, "badRequest", "", "does not accept this event"),
}


@pytest.mark.parametrize(("status", "reason", "message", "words"), BLOCKED.values(), ids=BLOCKED)
def test_one_event_that_google_will_not_have_is_named_and_the_rest_goes_on(
    connected: Office, status: int, reason: str, message: str, words: str
) -> None:
    """F28, F29, PEERS 20, R71: no repetition of what is refused for good; Retry tries again."""
    for hour in (8, 9, 10):
        connected.book(in_a_week(connected, hour), title=f"At {hour}")
    fault = connected.google.faults.add(
        INSERT, "error", status=status, reason=reason, message=message, at=[2]
    )
    connected.start_sync()
    connected.settle()
    assert fault.fired == 1
    assert connected.google.calls.count(INSERT) == 3
    assert connected.run().state is RunState.SYNCED_WITH_NOTES
    (problem,) = connected.problems()
    assert words in problem.reason
    assert problem.title not in connected.shown()
    assert len(connected.shown()) == 2
    connected.start_sync(connected.calendar().id)
    heal(connected)
    assert_agreed(connected, ["At 10", "At 8", "At 9"])
    assert connected.problems() == []


def test_an_insert_whose_answer_was_lost_and_that_was_edited_meanwhile(connected: Office) -> None:
    """F15: the 409 is read back, and the difference is one update with its etag."""
    row = connected.book(in_a_week(connected, 8))
    lost = connected.google.faults.add("batch", "drop", when="after")
    connected.start_sync()
    connected.work()
    assert lost.fired == 1
    before = start_of(connected.ours.find("C-1001"))
    connected.move(row, hours=3)
    connected.google.calls.clear()
    heal(connected)
    assert [call.status for call in connected.google.calls.select(INSERT)] == [409]
    assert connected.google.calls.count(UPDATE) == 1
    assert start_of(connected.ours.find("C-1001")) - before == dt.timedelta(hours=3)
    assert_agreed(connected, ["C-1001"])


def test_an_insert_whose_answer_was_lost_and_that_was_deleted_meanwhile(connected: Office) -> None:
    """F16: the id is reserved for ever, so the event gets its next life."""
    connected.book(in_a_week(connected))
    lost = connected.google.faults.add("batch", "drop", when="after")
    connected.start_sync()
    connected.work()
    assert lost.fired == 1
    first = connected.ours.find("C-1001")["id"]
    connected.ours.delete(first)
    heal(connected)
    assert_agreed(connected, ["C-1001"])
    assert connected.ours.find("C-1001")["id"] != first
    assert [link.generation for link in links(connected)] == [2]


def test_somebody_elses_event_under_our_id_is_left_alone(connected: Office) -> None:
    """F17: ownership is the id and our mark; a stranger's event is named, never overwritten."""
    connected.book(in_a_week(connected))
    lost = connected.google.faults.add("batch", "drop", when="before")
    connected.start_sync()
    connected.work()
    assert lost.fired == 1
    (link,) = links(connected)
    day = f"{connected.clock().date()}"
    connected.ours.insert(
        {"id": link.google_id, "summary": "Dentist", "start": {"date": day}, "end": {"date": day}}
    )
    heal(connected)
    assert connected.shown() == ["Dentist"]
    assert connected.run().state is RunState.SYNCED_WITH_NOTES
    (problem,) = connected.problems()
    assert problem.reason == "Google already has another event there."


@pytest.mark.parametrize("call", [INSERT, UPDATE, LIST])
def test_a_404_for_what_was_made_seconds_ago_is_asked_again(connected: Office, call: str) -> None:
    """F19: some of Google's servers are behind; nothing is doubled, and no calendar is missing."""
    row = connected.book(in_a_week(connected))
    if call == UPDATE:
        connected.start_sync()
        connected.settle()
        connected.move(row, hours=1)
    else:
        connected.start_sync()
    late = connected.google.faults.add(call, "error", status=404, reason="notFound")
    connected.work()
    assert late.fired == 1
    assert not connected.calendar().is_missing
    heal(connected)
    assert_agreed(connected, ["C-1001"])
    assert [link.generation for link in links(connected)] == [1]
    assert connected.edits() == []


def test_five_minutes_of_503_are_survived_and_an_endless_one_stays_a_state(
    connected: Office,
) -> None:
    """F30: the waits grow, the tile says so all the time, and then it goes on by itself."""
    connected.book(in_a_week(connected))
    fault = connected.google.faults.add("batch", "error", status=503, times=12)
    connected.start_sync()
    waits = []
    for _ in range(12):
        connected.work()
        run = connected.run()
        assert run.state is RunState.WAITING
        assert run.waits_until is not None
        waits.append((run.waits_until - connected.clock()).total_seconds())
        connected.clock.offset += run.waits_until - connected.clock()
    assert fault.fired == 12
    assert max(waits) <= 900
    assert waits[-1] > 60 > waits[0]
    heal(connected)
    assert_agreed(connected, ["C-1001"])


def test_no_network_is_not_a_lost_connection(connected: Office) -> None:
    """F32: nobody listens there."""
    connected.book(in_a_week(connected))
    right = connected.settings
    connected.settings = replace(right, google_api_root="http://127.0.0.1:9/")
    connected.start_sync()
    connected.work()
    assert connected.run().state is RunState.WAITING
    assert connected.run().reason == NO_ANSWER
    connected.settings = right
    heal(connected)
    assert_agreed(connected, ["C-1001"])


@pytest.mark.parametrize(
    "kind", ["unknown_kinds", "no_times", "doubled_items", "same_page", "other_etags", "no_etags"]
)
def test_odd_listings_of_our_own_calendar_change_nothing_of_ours(
    connected: Office, kind: str
) -> None:
    """F35, F36, F44, I12: put back where we cannot tell, never deleted, never doubled."""
    for hour in (8, 9):
        connected.book(in_a_week(connected, hour))
    connected.start_sync()
    connected.settle()
    before = {event["id"] for event in connected.ours.events()}
    connected.google.expire_all_sync_tokens()
    odd = connected.google.faults.add(LIST, kind, times=3)
    connected.poll()
    heal(connected)
    assert odd.fired >= 1
    assert {event["id"] for event in connected.ours.events()} == before
    assert_agreed(connected, ["C-1001"] * 2)


@pytest.mark.parametrize("kind", ["no_etags", "other_etags"])
def test_writes_whose_answers_have_odd_etags_end(connected: Office, kind: str) -> None:
    """F44: the content decides; no loop of writes."""
    row = connected.book(in_a_week(connected))
    odd = connected.google.faults.add(INSERT, kind)
    connected.start_sync()
    connected.settle()
    assert odd.fired == 1
    connected.move(row, hours=1)
    heal(connected)
    assert_agreed(connected, ["C-1001"])


def test_only_the_limited_parts_of_a_batch_go_out_again(connected: Office) -> None:
    """F24, PEERS ideas 2: what Google took is not sent twice; the pace goes down, then up."""
    for hour in range(8, 20):
        connected.book(in_a_week(connected, hour))
    limited = connected.google.faults.add(
        INSERT, "error", status=403, reason="rateLimitExceeded", at=[2, 3, 5, 7]
    )
    connected.start_sync()
    connected.work()
    assert limited.fired == 4
    assert connected.run().reason == "Google takes these changes one after the other."
    assert connected.calendar().attempts == 1
    assert len(connected.ours.events()) == 8
    connected.clock.move(seconds=3)
    connected.settle()
    assert connected.google.calls.count(INSERT) == 16
    assert connected.calendar().attempts == 0
    assert connected.run().state is RunState.SYNCED
    assert_agreed(connected, ["C-1001"] * 12)


def test_writes_to_one_calendar_find_their_pace(connected: Office) -> None:
    """Q21: Google takes five at a time; the batches shrink to that and all arrive, once each."""
    for hour in range(6, 22):
        for minute in (0, 20, 40):
            connected.book(f"{in_a_week(connected, hour)[:-2]}{minute:02}", minutes=15)
    connected.google.quota.calendar_writes_per_second = 5
    connected.start_sync()
    sizes = []
    for _ in range(60):
        if not connected.work():
            break
        sizes.append(connected.google.calls.count(INSERT))
        connected.google.calls.clear()
        connected.google.move_clock(seconds=10)
        connected.clock.move(seconds=10)
    assert sizes[0] == 48
    assert min(sizes[1:]) < 12
    assert connected.run().state is RunState.SYNCED
    connected.google.quota.lift()
    assert_agreed(connected, ["C-1001"] * 48)


def ring(office: Office) -> None:
    """The doorbell rings for our calendar, whatever its row says."""
    sync.sync_calendar(office.tools, calendar_id=office.calendar().id, owner="test")


def heal(office: Office) -> None:
    """Google is well again, and time passes until nothing waits."""
    office.google.faults.clear()
    for _ in range(6):
        office.clock.move(hours=13)
        office.settle()
        if not office.calendar().failure:
            return


def our_id(office: Office) -> str | None:
    """Google's id of our calendar, or None before it is made."""
    return office.calendar().google_id


def assert_agreed(office: Office, titles: list[str]) -> None:
    """Google shows these, once each; nothing is wished any more, another look writes nothing."""
    assert office.shown() == titles
    with office.writing() as (session, _):
        open_wishes = select(Outbox).where(col(Outbox.requested) > col(Outbox.completed))
        assert session.exec(open_wishes).all() == []
    assert office.calendar().failure == ""
    office.google.calls.clear()
    office.poll()
    assert [call.method_id for call in office.google.calls if call.method != "GET"] == []
    assert office.shown() == titles


def links(office: Office) -> list[EventLink]:
    """What the app knows of its events in Google."""
    with office.writing() as (session, _):
        return list(session.exec(select(EventLink)))


def test_an_edit_goes_out_although_google_loses_our_place_in_its_list(connected: Office) -> None:
    """F39: waiting to read is no reason not to write, neither then nor meanwhile."""
    connected.start_sync()
    connected.settle()
    for _ in range(2):
        connected.google.expire_all_sync_tokens()
        connected.book(in_a_week(connected), title="Booked then")
        connected.advance(minutes=20)
        connected.poll()
    assert "Google keeps losing our place" in connected.calendar().failure
    connected.book(in_a_week(connected, hour=16), title="Booked meanwhile")
    mark = connected.google.calls.mark()
    sync.sync_calendar(connected.tools, calendar_id=connected.calendar().id, owner="test")
    assert connected.google.calls.count(LIST, since=mark) == 0
    assert connected.shown() == ["Booked meanwhile", "Booked then", "Booked then"]
    assert "Google keeps losing our place" in connected.calendar().failure

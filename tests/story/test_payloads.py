"""Every payload of GOOGLE.md 4 and 5, by name: Google says it, and the app shows what Google shows.

The stand-in's hand makes each; what the listing then says is held against the recorded shape, so
that a payload that no longer occurs is noticed. Then the app is compared with Google, occurrence by
occurrence, and once more after a complete listing.
"""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pytest

from emulator.person import PersonCalendar
from tests.story import mirror_judgement
from tests.story.inbound_office import CHOIR, PRIMARY, life_in_google
from tests.story.one_process import Beginning, OneProcess
from webapp.services import google_connection

pytestmark = pytest.mark.slow

FULL = "full event"
MASTER = "master"
EXCEPTION = "exception"
CANCELLED = "cancelled occurrence"
BARE = "bare tombstone"

Deed = Callable[[PersonCalendar, str], object]


@dataclass(frozen=True)
class Payload:
    """What a person does to the calendar and its weekly series, and what the list says then."""

    name: str
    deed: Deed
    says: tuple[str, ...]
    before: Deed | None = None


def nth(calendar: PersonCalendar, series: str, number: int) -> str:
    """The id of an occurrence, counted from 0."""
    return str(calendar.instances(series)[number]["id"])


def edit(number: int, scope: str, **members: Any) -> Deed:
    """An edit of an occurrence, in one of the three scopes."""
    return lambda at, series: at.edit(nth(at, series, number), scope=scope, **members)


def drag(number: int, scope: str, to: str) -> Deed:
    """An occurrence to another time."""
    return lambda at, series: at.move_time(nth(at, series, number), to, scope=scope)


def delete(number: int, scope: str) -> Deed:
    """Into the bin."""
    return lambda at, series: at.delete(nth(at, series, number), scope=scope)


def both(first: Deed, second: Deed) -> Deed:
    """One after the other."""

    def deed(at: PersonCalendar, series: str) -> None:
        first(at, series)
        second(at, series)

    return deed


def made(start: str, *rules: str, **members: Any) -> Deed:
    """Another series beside the weekly one."""
    return lambda at, _: at.create("Made", start, recurrence=list(rules), **members)


def whole(**members: Any) -> Deed:
    """The master itself, as an app changes it through the API (4.8)."""
    return lambda at, series: at.edit(series, scope="all", **members)


def split_by_api(at: PersonCalendar, series: str) -> None:
    """Two calls, not atomic (4.7)."""
    start = at.instances(series)[4]["start"]
    at.edit(series, scope="all", recurrence=["RRULE:FREQ=WEEKLY;UNTIL=20270401T215959Z"])
    at.insert(
        {
            "summary": "Split",
            "id": "splitbyanapp1",
            "recurrence": ["RRULE:FREQ=WEEKLY;COUNT=4"],
            "start": start,
            "end": {**start, "dateTime": start["dateTime"].replace("T18", "T19")},
        }
    )


def edit_in_tail(at: PersonCalendar, series: str) -> None:
    """An occurrence of what was split off, whose id still names the old series (4.5)."""
    (tail,) = [one for one in at.events() if one["id"].startswith(f"{series}_R")]
    event_id = nth(at, str(tail["id"]), 1)
    assert event_id.startswith(f"{series}_2027")
    at.edit(event_id, scope="this", summary="Other")


def split_tail(at: PersonCalendar, series: str) -> None:
    """The later half, which has an id of its own, is split once more (4.6)."""
    (tail,) = [one for one in at.events() if one["summary"] == "Yoga" and one["id"] != series]
    new = at.edit(nth(at, str(tail["id"]), 2), scope="following", location="Hall")
    assert new["id"].startswith(f"{tail['id']}_R")


def plain(name: str) -> Deed:
    """A verb of the person on the single event of the calendar."""
    return lambda at, _: getattr(at, name)(at.find("Dentist")["id"])


SPLIT = edit(4, "following", summary="Later")
MOVED_ONE = drag(1, "this", "2027-03-18T20:00")
CANCELLED_SIXTH = delete(6, "this")

PAYLOADS = (
    Payload(
        "4.1 a rule as the UI writes it",
        made(
            "2027-03-12T10:00",
            "RRULE:FREQ=WEEKLY;WKST=SU;UNTIL=20270521T065959Z;INTERVAL=2;BYDAY=FR",
        ),
        (MASTER,),
    ),
    Payload(
        "4.1 RDATE and EXDATE with their own zone",
        made(
            "2027-03-12T10:00",
            "RRULE:FREQ=WEEKLY;COUNT=5",
            "EXDATE;TZID=Europe/Berlin:20270319T100000",
            "RDATE;TZID=America/New_York:20270320T100000",
        ),
        (MASTER,),
    ),
    Payload(
        "4.1 EXDATE of a series of whole days",
        made("2027-03-12", "RRULE:FREQ=DAILY;UNTIL=20270320", "EXDATE;VALUE=DATE:20270314"),
        (MASTER,),
    ),
    Payload(
        "4.1 UNTIL as a date on a timed series",
        made("2027-03-12T10:00", "RRULE:FREQ=DAILY;UNTIL=20270320"),
        (MASTER,),
    ),
    Payload(
        "4.1 EXRULE",
        made("2027-03-12T10:00", "RRULE:FREQ=DAILY;COUNT=30", "EXRULE:FREQ=WEEKLY;COUNT=3"),
        (MASTER,),
    ),
    Payload("4.3 one occurrence is cancelled", delete(2, "this"), (MASTER, CANCELLED)),
    Payload("4.4 one occurrence is edited", edit(2, "this", summary="Other"), (MASTER, EXCEPTION)),
    Payload(
        "4.4 another exception comes along",
        edit(2, "this", summary="Other"),
        (MASTER, EXCEPTION),
        before=MOVED_ONE,
    ),
    Payload(
        "4.5 an occurrence of a split series, edited",
        edit_in_tail,
        (MASTER, EXCEPTION),
        before=SPLIT,
    ),
    Payload(
        "4.5 an exception goes to the split series",
        SPLIT,
        (MASTER, MASTER, CANCELLED),
        before=CANCELLED_SIXTH,
    ),
    Payload("4.6 all events, their title", edit(0, "all", summary="Renamed"), (MASTER,)),
    Payload("4.6 all events, their time", drag(0, "all", "2027-03-10T17:00"), (MASTER,)),
    Payload(
        "4.6 all events, with an exception",
        edit(0, "all", location="Hall"),
        (MASTER, EXCEPTION),
        before=MOVED_ONE,
    ),
    Payload(
        "4.6 all events of a split series",
        edit(0, "all", summary="Renamed"),
        (MASTER, MASTER),
        before=SPLIT,
    ),
    Payload("4.6 this and following, not their time", SPLIT, (MASTER, MASTER)),
    Payload(
        "4.6 this and following, their time",
        drag(4, "following", "2027-04-07T20:00"),
        (MASTER, MASTER),
    ),
    Payload(
        "4.6 this and following, with exceptions on both sides",
        drag(4, "following", "2027-04-07T20:00"),
        (MASTER, MASTER, EXCEPTION, BARE),
        before=both(MOVED_ONE, CANCELLED_SIXTH),
    ),
    Payload(
        "4.6 split twice",
        split_tail,
        (MASTER, MASTER),
        before=drag(4, "following", "2027-04-07T20:00"),
    ),
    Payload(
        "4.6 this and following deleted",
        delete(4, "following"),
        (MASTER, BARE),
        before=CANCELLED_SIXTH,
    ),
    Payload("4.6 all deleted", delete(0, "all"), (BARE,), before=both(MOVED_ONE, CANCELLED_SIXTH)),
    Payload("4.6 all of a split series deleted", delete(0, "all"), (BARE, BARE), before=SPLIT),
    Payload(
        "4.6 an invitation to one occurrence only",
        lambda at, _: at.get_invited("Concert", "2027-03-20T19:00", host="ben@example.com"),
        (EXCEPTION,),
    ),
    Payload("4.7 a split by two calls", split_by_api, (MASTER, MASTER)),
    Payload(
        "4.8 a new rule drops its exceptions",
        whole(recurrence=["RRULE:FREQ=WEEKLY;COUNT=2"]),
        (MASTER, BARE),
        before=CANCELLED_SIXTH,
    ),
    Payload("4.8 no rule any more", whole(recurrence=[]), (FULL, BARE), before=MOVED_ONE),
    Payload("4.8 the master deleted", lambda at, series: at.delete(series), (BARE,)),
    Payload("5.4 a single event deleted", plain("delete"), (BARE,)),
    Payload(
        "5.4 moved to another calendar",
        lambda at, _: at.move_to(
            at.find("Dentist")["id"], PersonCalendar(at.state, at.account, _other(at))
        ),
        (BARE,),
    ),
    Payload(
        "5.4 a series moved to another calendar",
        lambda at, series: at.move_to(series, PersonCalendar(at.state, at.account, _other(at))),
        (BARE,),
        before=MOVED_ONE,
    ),
    Payload(
        "5.4 deleted and taken out of the bin",
        lambda at, _: at.restore(
            next(one.id for one in at.record.events.values() if one.is_cancelled)
        ),
        (FULL,),
        before=plain("delete"),
    ),
    Payload("5.4 a copy", plain("duplicate"), (FULL,)),
    Payload(
        "5.6 a private event",
        lambda at, _: at.edit(at.find("Dentist")["id"], visibility="private"),
        (FULL,),
    ),
    Payload(
        "9 Q6 its series is gone and it is not",
        lambda at, series: at.restore(
            next(one.id for one in at.record.events.values() if one.recurring_event_id == series)
        ),
        (BARE, EXCEPTION),
        before=both(
            delete(2, "this"),
            lambda at, series: at.move_to(series, PersonCalendar(at.state, at.account, _other(at))),
        ),
    ),
    Payload(
        "9 Q16 no length",
        lambda at, _: at.create("Now", "2027-03-12T10:00", "2027-03-12T10:00"),
        (FULL,),
    ),
    Payload(
        "9 Q27 another colour",
        lambda at, _: at.edit(at.find("Dentist")["id"], colorId="4"),
        (FULL,),
    ),
    Payload("9 Q30 no title", lambda at, _: at.create("", "2027-03-12T10:00"), (FULL,)),
)


def _other(at: PersonCalendar) -> Any:
    """Ada's other calendar."""
    wanted = CHOIR if at.id == PRIMARY else PRIMARY
    return next(one for one in at.state.calendars.values() if wanted in (one.id, one.summary))


@pytest.fixture(scope="module")
def beginning(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Beginning]:
    """Ada's office, and her life in Google."""
    with life_in_google(tmp_path_factory.mktemp("payloads")) as beginning:
        yield beginning


@pytest.fixture
def office(beginning: Beginning) -> OneProcess:
    """As it was kept."""
    return beginning.again()


@pytest.mark.parametrize("payload", PAYLOADS, ids=lambda payload: payload.name)
def test_the_app_shows_what_google_shows_after_each_payload(
    office: OneProcess, payload: Payload
) -> None:
    """GOOGLE.md 4, 5 and 9; F35, F47 to F51, F56; PEERS 8, 9, 12, 13."""
    calendar = office.hand.calendar(PRIMARY)
    series = str(calendar.find("Yoga")["id"])
    if payload.before is not None:
        payload.before(calendar, series)
        office.poll()
        mirror_judgement.check(office)
    payload.deed(calendar, series)
    assert sorted(map(kind_of, listed(office))) == sorted(payload.says)
    office.poll()
    mirror_judgement.check(office)
    office.google.expire_all_sync_tokens()
    office.poll()
    mirror_judgement.check(office)


def listed(office: OneProcess) -> list[dict[str, Any]]:
    """What the list says since the app last looked; the app itself does not see this."""
    row = office.calendar(PRIMARY)
    with office.writing() as (session, ada):
        connection = google_connection.of_member(session, member_id=ada.id)
    assert connection is not None
    with closing(office.tools.open_client(connection)) as client:
        page = client.events(row.google_id or "", sync_token=row.sync_token)
    assert page.next_sync_token
    return page.items


def kind_of(item: dict[str, Any]) -> str:
    """Which of the shapes of GOOGLE.md 4 and 5.4 an item has."""
    if item["status"] == "cancelled":
        return CANCELLED if "recurringEventId" in item else BARE
    if "recurringEventId" in item:
        return EXCEPTION
    return MASTER if "recurrence" in item else FULL

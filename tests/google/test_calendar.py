"""Google Calendar's methods through the production client, against the stand-in."""

from typing import Any

import pytest

from emulator.google import Google
from tests.google.conftest import ADA, body
from webapp.google.calendar import (
    CalendarClient,
    delete_call,
    event_call,
    insert_call,
    update_call,
)
from webapp.google.errors import (
    Gone,
    GoogleError,
    Missing,
    PermissionMissing,
    Refused,
    Stale,
    SyncTokenExpired,
    Taken,
    Throttled,
    Unavailable,
    UsageLimited,
)
from webapp.google.listing import Asked, list_format

BERLIN = "Europe/Berlin"


# ------------------------------------------------------------------ calendars


def test_it_lists_the_accounts_calendars(client: CalendarClient) -> None:
    page = client.calendars()
    assert [one["id"] for one in page.items] == [ADA]
    assert page.next_page_token is None
    assert page.next_sync_token


def test_a_new_calendar_is_found_again_by_its_marker(client: CalendarClient) -> None:
    """R62: the answer to its creation may be lost, and there is no id to repeat."""
    made = client.create_calendar(name="Sessions", time_zone=BERLIN, description="[ref 1]")
    listed = {one["id"]: one for one in client.calendars().items}
    assert listed[made["id"]]["description"] == "[ref 1]"
    assert listed[made["id"]]["timeZone"] == BERLIN


def test_changed_calendars_are_listed_since_a_token(client: CalendarClient) -> None:
    before = client.calendars().next_sync_token
    made = client.create_calendar(name="Sessions", time_zone=BERLIN, description="")
    changed = client.calendars(sync_token=before)
    assert [one["id"] for one in changed.items] == [made["id"]]


def test_our_calendar_can_be_deleted(client: CalendarClient, calendar_id: str) -> None:
    client.delete_calendar(calendar_id)
    with pytest.raises(Missing):
        client.events(calendar_id)


def test_a_calendar_with_a_hash_in_its_id_can_be_read(
    client: CalendarClient, google: Google
) -> None:
    """GOOGLE.md 0: "#" must always be percent-encoded."""
    with pytest.raises(Missing):
        client.events("en.german#holiday@group.v.calendar.google.com")
    asked = google.calls.select("calendar.events.list")[-1].path
    assert asked.endswith("/calendars/en.german%23holiday%40group.v.calendar.google.com/events")


# ------------------------------------------------------------------ single events


def test_an_event_is_made_changed_read_and_deleted(
    client: CalendarClient, calendar_id: str
) -> None:
    made = client.insert(calendar_id, body("abc12"))
    changed = client.update(
        calendar_id, "abc12", body(summary="C-7") | {"sequence": made["sequence"]}, made["etag"]
    )
    assert client.event(calendar_id, "abc12")["summary"] == changed["summary"] == "C-7"
    client.delete(calendar_id, "abc12", changed["etag"])
    assert client.event(calendar_id, "abc12")["status"] == "cancelled"


def test_nobody_is_ever_notified(client: CalendarClient, google: Google, calendar_id: str) -> None:
    made = client.insert(calendar_id, body("abc12"))
    client.update(calendar_id, "abc12", body(), made["etag"])
    client.delete(calendar_id, "abc12")
    writes = [call for call in google.calls if call.calendar == calendar_id]
    assert [call.method_id.rpartition(".")[2] for call in writes] == ["insert", "update", "delete"]
    assert {call.query for call in writes} == {"sendUpdates=none"}


def test_an_id_that_is_in_use_is_told(client: CalendarClient, calendar_id: str) -> None:
    client.insert(calendar_id, body("abc12"))
    with pytest.raises(Taken):
        client.insert(calendar_id, body("abc12"))


def test_a_deleted_id_stays_taken(client: CalendarClient, calendar_id: str) -> None:
    """F16, GOOGLE.md 3.3"""
    client.insert(calendar_id, body("abc12"))
    client.delete(calendar_id, "abc12")
    with pytest.raises(Taken):
        client.insert(calendar_id, body("abc12"))


def test_what_somebody_else_changed_is_not_overwritten(
    client: CalendarClient, calendar_id: str
) -> None:
    """F18"""
    made = client.insert(calendar_id, body("abc12"))
    client.update(calendar_id, "abc12", body(summary="newer"), made["etag"])
    with pytest.raises(Stale):
        client.update(calendar_id, "abc12", body(summary="older"), made["etag"])
    with pytest.raises(Stale):
        client.delete(calendar_id, "abc12", made["etag"])
    assert client.event(calendar_id, "abc12")["summary"] == "newer"


def test_deleting_twice_says_that_it_was_done(client: CalendarClient, calendar_id: str) -> None:
    client.insert(calendar_id, body("abc12"))
    client.delete(calendar_id, "abc12")
    with pytest.raises(Gone):
        client.delete(calendar_id, "abc12")


def test_a_refusal_names_the_field(client: CalendarClient, calendar_id: str) -> None:
    """F29"""
    bad = body("abc12") | {"recurrence": ["RRULE:FREQ=NEVER"]}
    with pytest.raises(Refused) as refused:
        client.insert(calendar_id, bad)
    assert refused.value.field == "recurrence"


def test_the_primary_calendar_is_out_of_our_reach(client: CalendarClient) -> None:
    """HOUSE.md 0.6: least access means that we could not write there if we wanted to."""
    with pytest.raises((Missing, Refused, PermissionMissing)):
        client.insert("primary", body("abc12"))


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"status": 403, "reason": "rateLimitExceeded"}, Throttled),
        ({"status": 429, "reason": "rateLimitExceeded"}, Throttled),
        ({"status": 403, "reason": "quotaExceeded"}, UsageLimited),
        ({"status": 403, "reason": "insufficientPermissions"}, PermissionMissing),
        ({"status": 403, "reason": "forbiddenForNonOrganizer"}, Refused),
        ({"status": 412, "reason": "conditionNotMet"}, Unavailable),
        ({"status": 500, "reason": "backendError"}, Unavailable),
        ({"kind": "html", "status": 404}, Unavailable),
        ({"kind": "html", "status": 200}, Unavailable),
        ({"kind": "empty", "status": 200}, Unavailable),
        ({"kind": "truncated", "when": "after"}, Unavailable),
        ({"kind": "drop", "when": "after"}, Unavailable),
    ],
)
def test_every_kind_of_trouble_has_its_error(
    client: CalendarClient,
    google: Google,
    calendar_id: str,
    fault: dict[str, Any],
    expected: type[GoogleError],
) -> None:
    """F14, F19, F24, F25, F27, F28, F30, F31, F34"""
    google.faults.add("calendar.events.insert", **fault)
    with pytest.raises(expected) as failed:
        client.insert(calendar_id, body("abc12"))
    assert type(failed.value) is expected


def test_the_wait_that_google_asks_for_is_passed_on(
    client: CalendarClient, google: Google, calendar_id: str
) -> None:
    """F26"""
    google.faults.add(
        "calendar.events.insert",
        status=429,
        reason="rateLimitExceeded",
        headers={"Retry-After": "7"},
    )
    with pytest.raises(Throttled) as throttled:
        client.insert(calendar_id, body("abc12"))
    assert throttled.value.retry_after == 7


# ------------------------------------------------------------------ listing events


def test_a_listing_goes_page_by_page_to_a_sync_token(
    client: CalendarClient, google: Google, calendar_id: str
) -> None:
    google.knobs.page_limit = 2
    client.batch([insert_call(calendar_id, body(f"abc{n:02}")) for n in range(5)])
    pages = [client.events(calendar_id)]
    while pages[-1].next_page_token:
        pages.append(client.events(calendar_id, page_token=pages[-1].next_page_token))
    assert [len(page.items) for page in pages] == [2, 2, 1]
    assert pages[-1].next_sync_token
    assert pages[0].time_zone == BERLIN


def test_a_sync_token_brings_what_changed(client: CalendarClient, calendar_id: str) -> None:
    before = client.events(calendar_id).next_sync_token
    client.insert(calendar_id, body("abc12"))
    client.insert(calendar_id, body("abc13"))
    client.delete(calendar_id, "abc13")
    changed = client.events(calendar_id, sync_token=before).items
    assert {one["id"]: one["status"] for one in changed} == {
        "abc12": "confirmed",
        "abc13": "cancelled",
    }


def test_series_come_as_masters_and_exceptions(client: CalendarClient, calendar_id: str) -> None:
    """HOUSE.md 0.7, GOOGLE.md 5.5"""
    client.insert(calendar_id, body("abc12") | {"recurrence": ["RRULE:FREQ=WEEKLY;COUNT=9"]})
    items = client.events(calendar_id).items
    assert [one["id"] for one in items] == ["abc12"]
    assert items[0]["recurrence"]


def test_a_listing_asks_for_no_more_than_we_use(client: CalendarClient, calendar_id: str) -> None:
    client.insert(calendar_id, body("abc12"))
    item = client.events(calendar_id).items[0]
    assert {"id", "etag", "status", "start", "end", "summary"} <= set(item)
    assert not {"creator", "organizer", "conferenceData", "htmlLink2"} & set(item)


def test_an_expired_sync_token_begins_the_listing_anew(
    client: CalendarClient, google: Google, calendar_id: str
) -> None:
    """F37"""
    before = client.events(calendar_id).next_sync_token
    google.expire_all_sync_tokens()
    with pytest.raises(SyncTokenExpired):
        client.events(calendar_id, sync_token=before)


@pytest.mark.parametrize("token", [{"sync_token": "damaged"}, {"page_token": "damaged"}])
def test_a_damaged_token_begins_the_listing_anew(
    client: CalendarClient, calendar_id: str, token: dict[str, str]
) -> None:
    """F40"""
    with pytest.raises(SyncTokenExpired):
        client.events(calendar_id, **token)


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 400, "reason": "invalid"},
        {"status": 410, "reason": "deleted"},
        {"status": 410, "reason": "fullSyncRequired"},
    ],
)
def test_whatever_word_google_uses_a_refused_token_is_expired(
    client: CalendarClient, google: Google, calendar_id: str, fault: dict[str, Any]
) -> None:
    """GOOGLE.md 5.3: also plain "Invalid Value"."""
    token = client.events(calendar_id).next_sync_token
    google.faults.add("calendar.events.list", **fault)
    with pytest.raises(SyncTokenExpired):
        client.events(calendar_id, sync_token=token)


def test_a_forbidden_parameter_is_not_taken_for_an_expired_token(
    client: CalendarClient, google: Google, calendar_id: str
) -> None:
    """GOOGLE.md 5.3: that is a bug, and listing everything again and again would hide it."""
    token = client.events(calendar_id).next_sync_token
    google.faults.add("calendar.events.list", status=400, reason="badRequest")
    with pytest.raises(Refused):
        client.events(calendar_id, sync_token=token)


def test_the_list_format_names_what_is_asked_for() -> None:
    """F41: a token made with other parameters must not be used."""
    formats = {asked: list_format(asked) for asked in Asked}
    assert formats == {asked: list_format(asked) for asked in Asked}
    assert len(set(formats.values())) == len(Asked)


def test_what_nobody_needs_is_not_asked_for(
    client: CalendarClient, google: Google, calendar_id: str
) -> None:
    """R99: titles stay in Google where a tile shows only the times, descriptions always."""
    whole = {"location": "Main Street 1", "description": "Bring the X-rays"}
    client.insert(calendar_id, body("abc00", summary="Dentist") | whole)
    seen = {asked: client.events(calendar_id, asked=asked).items[0] for asked in Asked}
    assert not {"summary", "location", "description"} & seen[Asked.TIMES].keys()
    assert seen[Asked.DETAILS]["summary"] == "Dentist"
    assert "description" not in seen[Asked.DETAILS]
    assert seen[Asked.OWN]["description"] == "Bring the X-rays"


# ------------------------------------------------------------------ batches


def test_a_batch_answers_each_call_in_order(client: CalendarClient, calendar_id: str) -> None:
    made = client.insert(calendar_id, body("abc00"))
    client.insert(calendar_id, body("abc01"))
    client.delete(calendar_id, "abc01")
    results = client.batch(
        [
            insert_call(calendar_id, body("abc02", summary="Größe 🙂")),
            insert_call(calendar_id, body("abc00")),
            update_call(calendar_id, "abc00", body(), etag='"0"'),
            delete_call(calendar_id, "abc01"),
            event_call(calendar_id, "abc00"),
            event_call(calendar_id, "zzz"),
            insert_call(calendar_id, {"id": "abc03"}),
        ]
    )
    assert results[0]["summary"] == "Größe 🙂"  # type: ignore[index]
    assert [type(one) for one in results[1:4]] == [Taken, Stale, Gone]
    assert results[4] == made
    assert [type(one) for one in results[5:]] == [Missing, Refused]


def test_a_deletion_in_a_batch_has_an_empty_answer(
    client: CalendarClient, calendar_id: str
) -> None:
    made = client.insert(calendar_id, body("abc00"))
    results = client.batch([delete_call(calendar_id, "abc00", etag=made["etag"])])
    assert results == [{}]


def test_one_bad_part_does_not_touch_the_others(
    client: CalendarClient, google: Google, calendar_id: str
) -> None:
    google.faults.add(
        "calendar.events.insert",
        at=[2],
        status=429,
        reason="rateLimitExceeded",
        headers={"Retry-After": "9"},
    )
    results = client.batch([insert_call(calendar_id, body(f"abc{n:02}")) for n in range(5)])
    throttled = [one for one in results if isinstance(one, Throttled)]
    assert [one.retry_after for one in throttled] == [9]
    assert len(client.events(calendar_id).items) == 4


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"status": 429, "reason": "rateLimitExceeded"}, Throttled),
        ({"status": 503}, Unavailable),
        ({"kind": "html", "status": 200}, Unavailable),
        ({"kind": "drop", "when": "after"}, Unavailable),
    ],
)
def test_a_batch_can_fail_as_a_whole(
    client: CalendarClient,
    google: Google,
    calendar_id: str,
    fault: dict[str, Any],
    expected: type[GoogleError],
) -> None:
    google.faults.add("batch", **fault)
    with pytest.raises(expected):
        client.batch([insert_call(calendar_id, body("abc12"))])


def test_the_end_of_a_batch_that_was_lost_is_unknown_not_failed(
    client: CalendarClient, google: Google, calendar_id: str
) -> None:
    """F34: the parts that arrived count, the others have an unknown outcome."""
    google.faults.add("batch", "truncated", when="after")
    results = client.batch([insert_call(calendar_id, body(f"abc{n:02}")) for n in range(10)])
    arrived = [one for one in results if isinstance(one, dict)]
    lost = [one for one in results if isinstance(one, Unavailable)]
    assert len(arrived) + len(lost) == 10
    assert lost
    assert len(client.events(calendar_id).items) == 10


def test_a_batch_with_an_expired_token_is_repeated_once(
    client: CalendarClient, google: Google, calendar_id: str
) -> None:
    """F20: in a batch the refusal stands in each part."""
    google.grants.expire_access(now=google.clock.now())
    results = client.batch([insert_call(calendar_id, body(f"abc{n:02}")) for n in range(3)])
    assert [one["id"] for one in results] == ["abc00", "abc01", "abc02"]  # type: ignore[index]
    assert google.calls.count("token.refresh") == 1


@pytest.mark.parametrize("count", [0, 51])
def test_a_batch_holds_one_to_fifty_calls(client: CalendarClient, count: int) -> None:
    with pytest.raises(ValueError, match="1 to 50"):
        client.batch([event_call("c", "e")] * count)

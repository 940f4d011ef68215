"""Flags, event types, deletion, restoring and moving (GOOGLE.md 3.6 to 3.10)."""

from __future__ import annotations

import pytest

from emulator.google import Google
from emulator.serving import RunningEmulator
from tests.emulator.conftest import ADA, Api, api_for, reason, timed

LUNCH = timed("2026-11-05T12:00:00", "2026-11-05T13:00:00", summary="Lunch", id="lunch0001")
DAY = {"start": {"date": "2026-11-05"}, "end": {"date": "2026-11-06"}}
FRIEND = "ben@example.com"
INVITED = [{"email": ADA, "responseStatus": "needsAction"}, {"email": FRIEND}]


def status(api: Api, http: str, rest: str = "lunch0001", body: object = None, **query: object):
    return api.events("primary", http, rest, body, **query)


@pytest.fixture
def lunch(api: Api) -> dict:
    return api.events("primary", "POST", body=LUNCH).json()


@pytest.fixture
def gone(api: Api, lunch: dict) -> dict:
    status(api, "DELETE")
    return lunch


@pytest.fixture
def invitation(google: Google, api: Api) -> str:
    """Somebody else's meeting on Ada's calendar."""
    mine = google.account(ADA).calendar()
    host = {"email": FRIEND, "displayName": "Ben"}
    made = mine.create("Meeting", "2026-11-05T12:00", organizer=host, attendees=INVITED)
    return str(made["id"])


# 3.6 flags


def test_a_stricter_visibility_of_one_instance_spreads_to_the_series_a_looser_does_not(
    api: Api,
) -> None:
    """GOOGLE.md 3.6, certain."""
    api.events("primary", "POST", body=LUNCH | {"recurrence": ["RRULE:FREQ=DAILY;COUNT=3"]})
    instance = "lunch0001_20261106T110000Z"
    status(api, "PATCH", instance, {"visibility": "private"})
    assert status(api, "GET").json()["visibility"] == "private"
    status(api, "PATCH", instance, {"visibility": "public"})
    assert status(api, "GET").json()["visibility"] == "private"
    assert status(api, "GET", instance).json()["visibility"] == "private"


def test_a_locked_event_cannot_be_written(google: Google, api: Api, lunch: dict) -> None:
    """GOOGLE.md 3.6 and 6.3, certain."""
    google.account(ADA).calendar().record.events["lunch0001"].fields["locked"] = True
    assert status(api, "GET").json()["locked"] is True
    assert reason(status(api, "PATCH", body={"summary": "x"})) == (403, "forbidden")


def test_guest_flags_of_a_copy_belong_to_the_organizer_even_by_leaving_them_out(
    google: Google, api: Api, invitation: str
) -> None:
    """GOOGLE.md 3.6, certain; F28, Q19."""
    google.account(ADA).calendar().record.events[invitation].fields["guestsCanModify"] = True
    flag = {"guestsCanModify": False}
    wanted = (403, "forbiddenForNonOrganizer")
    assert reason(status(api, "PATCH", invitation, flag)) == wanted
    put = timed("2026-11-05T12:00:00", "2026-11-05T13:00:00", attendees=INVITED)
    assert reason(status(api, "PUT", invitation, put)) == wanted
    assert status(api, "PATCH", invitation, {"colorId": "3"}).status_code == 200


def test_a_declined_invitation_still_shows_with_self(api: Api, invitation: str) -> None:
    """GOOGLE.md 3.6, certain; F58."""
    people = [INVITED[0] | {"responseStatus": "declined"}, INVITED[1]]
    status(api, "PATCH", invitation, {"attendees": people})
    (shown,) = api.list()["items"]
    assert shown["organizer"]["email"] == FRIEND
    assert shown["attendees"][0] == people[0] | {"self": True}


def test_guests_get_mail_only_when_the_call_asks_for_it(google: Google, api: Api) -> None:
    """GOOGLE.md 3.3, certain; F58."""
    body = {name: value for name, value in LUNCH.items() if name != "id"} | {"attendees": INVITED}
    api.events("primary", "POST", body=body, sendUpdates="none")
    api.events("primary", "POST", body=body)
    assert google.mails == []
    api.events("primary", "POST", body=body, sendUpdates="all")
    assert [to for to, _ in google.mails] == [ADA, FRIEND]


# 3.7 event types


@pytest.mark.parametrize(
    ("members", "why"),
    [
        ({"eventType": "fromGmail"}, "eventTypeRestriction"),
        ({"eventType": "workingLocation"}, "malformedWorkingLocationEvent"),
        (
            {"eventType": "birthday", "extendedProperties": {"private": {"k": "v"}}},
            "invalid",
        ),
    ],
)
def test_special_kinds_that_cannot_be_made(api: Api, members: dict, why: str) -> None:
    """GOOGLE.md 3.7, not creatable certain, the rest likely; Q28."""
    assert reason(api.events("primary", "POST", body=DAY | members)) == (400, why)


@pytest.mark.parametrize("kind", ["outOfOffice", "focusTime", "workingLocation", "birthday"])
def test_special_kinds_live_on_the_primary_calendar_and_cannot_be_moved(
    google: Google, api: Api, kind: str
) -> None:
    """GOOGLE.md 3.7, certain move rule."""
    work = google.account(ADA).new_calendar("Work")
    body = DAY | {"eventType": kind, "workingLocationProperties": {"type": "homeOffice"}}
    assert reason(api.events(work.id, "POST", body=body)) == (400, "eventTypeRestriction")
    made = api.events("primary", "POST", body=body).json()
    moved = status(api, "POST", f"{made['id']}/move", destination=work.id)
    assert reason(moved) == (400, "eventTypeRestriction")


def test_a_list_returns_all_types_unless_some_are_named(api: Api, lunch: dict) -> None:
    """GOOGLE.md 3.7, certain."""
    api.events("primary", "POST", body=DAY | {"eventType": "focusTime"})
    assert len(api.list()["items"]) == 2
    (only,) = api.list(eventTypes=["default", "fromGmail"])["items"]
    assert only["id"] == "lunch0001"
    wrong = api.events("primary", "GET", eventTypes="hologram")
    assert reason(wrong) == (400, "invalidParameter")


# 3.8 delete and undelete


def test_a_delete_has_no_body_and_what_never_was_is_404(api: Api, lunch: dict) -> None:
    """GOOGLE.md 3.8, certain."""
    deleted = status(api, "DELETE")
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert "Content-Type" not in deleted.headers
    assert reason(status(api, "DELETE", "never0001")) == (404, "notFound")


def test_a_deleted_event_is_still_read_with_its_details(api: Api, gone: dict) -> None:
    """GOOGLE.md 3.8, certain on the organizer's calendar."""
    answer = status(api, "GET")
    assert answer.status_code == 200
    assert (answer.json()["status"], answer.json()["summary"]) == ("cancelled", "Lunch")


@pytest.mark.parametrize("http", ["PUT", "PATCH"])
def test_an_event_comes_back_when_its_status_says_so(api: Api, gone: dict, http: str) -> None:
    """GOOGLE.md 3.8, likely."""
    body = {name: gone[name] for name in ("start", "end", "summary")} | {"status": "confirmed"}
    back = status(api, http, body=body).json()
    assert (back["status"], back["id"]) == ("confirmed", "lunch0001")
    assert back["etag"] != gone["etag"]
    assert [event["id"] for event in api.list()["items"]] == ["lunch0001"]


@pytest.mark.parametrize(
    ("policy", "answer"), [("forbidden", 403), ("deleted", 410), ("restore", 200)]
)
def test_without_a_status_the_knob_decides_what_becomes_of_a_deleted_event(
    google: Google, api: Api, gone: dict, policy: str, answer: int
) -> None:
    """GOOGLE.md 3.8 and 13, unknown: 403, 200 and 410 have all been seen."""
    google.knobs.cancelled_put_without_status = policy
    body = {name: gone[name] for name in ("start", "end", "summary")}
    assert status(api, "PUT", body=body).status_code == answer


def test_patching_the_status_to_cancelled_deletes_and_answers_with_the_event(
    api: Api, lunch: dict
) -> None:
    """GOOGLE.md 3.8, likely."""
    answer = status(api, "PATCH", body={"status": "cancelled"})
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    assert api.list()["items"] == []
    assert reason(status(api, "DELETE")) == (410, "deleted")


def test_a_person_restores_from_the_bin(google: Google, api: Api, gone: dict) -> None:
    """GOOGLE.md 11.9."""
    token = api.list()["nextSyncToken"]
    google.account(ADA).calendar().restore("lunch0001")
    (back,) = api.list(syncToken=token)["items"]
    assert (back["id"], back["status"], back["summary"]) == ("lunch0001", "confirmed", "Lunch")


# 3.9 move


def test_a_move_keeps_id_uid_and_properties_and_leaves_a_bare_tombstone(
    google: Google, api: Api
) -> None:
    """GOOGLE.md 3.9, certain but for the id (likely) and the properties (unknown: they travel)."""
    properties = {"private": {"appId": "t-1"}}
    made = api.events("primary", "POST", body=LUNCH | {"extendedProperties": properties}).json()
    token = api.list()["nextSyncToken"]
    work = google.account(ADA).new_calendar("Work")
    moved = status(api, "POST", "lunch0001/move", destination=work.id).json()
    assert (moved["id"], moved["iCalUID"]) == ("lunch0001", made["iCalUID"])
    assert moved["extendedProperties"] == properties
    assert moved["organizer"]["email"] == work.id
    (tombstone,) = api.list(syncToken=token)["items"]
    assert set(tombstone) == {"kind", "etag", "id", "status"}


def test_a_move_needs_a_destination_that_can_be_written(
    google: Google, api: Api, lunch: dict
) -> None:
    """GOOGLE.md 3.9."""
    assert reason(status(api, "POST", "lunch0001/move")) == (400, "required")
    unknown = status(api, "POST", "lunch0001/move", destination="x@example.com")
    assert reason(unknown) == (404, "notFound")
    house = google.account(FRIEND).new_calendar("House")
    house.share(ADA, "reader")
    readable = status(api, "POST", "lunch0001/move", destination=house.id)
    assert reason(readable) == (403, "requiredAccessLevel")


def test_an_occurrence_and_somebody_elses_meeting_cannot_be_moved(
    google: Google, api: Api, invitation: str
) -> None:
    """GOOGLE.md 3.9, reasons as an admin tool handles them."""
    work = google.account(ADA).new_calendar("Work")
    api.events("primary", "POST", body=LUNCH | {"recurrence": ["RRULE:FREQ=DAILY;COUNT=3"]})
    one = status(api, "POST", "lunch0001_20261106T110000Z/move", destination=work.id)
    assert reason(one) == (403, "cannotChangeOrganizerOfInstance")
    theirs = status(api, "POST", f"{invitation}/move", destination=work.id)
    assert reason(theirs) == (403, "cannotChangeOrganizer")


def test_app_created_never_moves(emu: RunningEmulator) -> None:
    """GOOGLE.md 1.8 and 3.9, certain."""
    mine = api_for(emu, ADA, ["calendar.app.created"])
    refused = mine.events("primary", "POST", "lunch0001/move", destination="x")
    assert reason(refused) == (403, "insufficientPermissions")


def test_a_duplicate_by_hand_copies_the_private_properties_to_a_new_id(
    google: Google, api: Api
) -> None:
    """GOOGLE.md 9, Q3, likely; F56."""
    properties = {"private": {"appId": "t-1"}}
    api.events("primary", "POST", body=LUNCH | {"extendedProperties": properties})
    copy = google.account(ADA).calendar().duplicate("lunch0001")
    assert copy["id"] != "lunch0001"
    assert copy["extendedProperties"] == properties


# 3.10 property search


def test_properties_are_searched_by_exact_match_and_all_must_fit(google: Google, api: Api) -> None:
    """GOOGLE.md 3.10, certain; AND for repeats of one kind is a knob."""
    both = {"private": {"k": "1", "l": "2"}, "shared": {"s": "3"}}
    api.events("primary", "POST", body=LUNCH | {"extendedProperties": both})
    asked = "privateExtendedProperty"
    assert len(api.list(**{asked: "k=1"})["items"]) == 1
    assert api.list(**{asked: "k=10"})["items"] == []
    assert api.list(**{asked: ["k=1", "l=9"]})["items"] == []
    assert len(api.list(**{asked: "k=1", "sharedExtendedProperty": "s=3"})["items"]) == 1
    google.knobs.property_filters_match_any = True
    assert len(api.list(**{asked: ["k=1", "l=9"]})["items"]) == 1
    assert reason(api.events("primary", "GET", **{asked: "nonsense"})) == (400, "invalid")


def test_a_deleted_event_is_found_by_its_property_only_with_show_deleted(api: Api) -> None:
    """GOOGLE.md 3.10, certain."""
    properties = {"private": {"k": "1"}}
    api.events("primary", "POST", body=LUNCH | {"extendedProperties": properties})
    status(api, "DELETE")
    asked = {"privateExtendedProperty": "k=1"}
    assert api.list(**asked)["items"] == []
    assert len(api.list(**asked, showDeleted="true")["items"]) == 1


def test_quick_add_makes_an_hour_with_the_text_as_title(api: Api) -> None:
    """The discovery document; the reading of dates in the text is not modelled."""
    made = status(api, "POST", "quickAdd", text="Tea with Ben").json()
    assert made["summary"] == "Tea with Ben"
    assert reason(status(api, "POST", "quickAdd")) == (400, "required")

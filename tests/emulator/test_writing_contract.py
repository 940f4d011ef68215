"""What bodies Google takes, cuts, drops and refuses (GOOGLE.md 3.1 to 3.5)."""

from __future__ import annotations

import base64
import re
from urllib.parse import parse_qs, urlsplit

import pytest

from emulator.google import Google
from tests.emulator.conftest import ADA, Api, reason, timed

START, END = "2026-11-05T12:00:00", "2026-11-05T13:00:00"
LUNCH = timed(START, END, summary="Lunch")
BERLIN = {"timeZone": "Europe/Berlin"}


def insert(api: Api, **members: object) -> dict:
    answer = api.events("primary", "POST", body=LUNCH | members)
    assert answer.status_code == 200, answer.text
    return answer.json()


def refused(api: Api, **members: object) -> tuple[int, str, str]:
    answer = api.events("primary", "POST", body=LUNCH | members)
    return (*reason(answer), answer.json()["error"]["message"])


# 3.1 representation


def test_a_new_event_has_every_member_that_google_always_sends(api: Api) -> None:
    """GOOGLE.md 3.1, observed; insert answers 200, not 201 (3.3, certain)."""
    event = insert(api)
    assert list(event) == [
        *("kind", "etag", "id", "status", "htmlLink", "created", "updated", "summary"),
        *("creator", "organizer", "start", "end", "iCalUID", "sequence", "reminders", "eventType"),
    ]
    assert (event["status"], event["sequence"], event["eventType"]) == ("confirmed", 0, "default")
    assert event["reminders"] == {"useDefault": True}
    assert event["iCalUID"] == event["id"] + "@google.com"
    assert re.fullmatch(r"[0-9a-v]{26}", event["id"])


def test_created_has_whole_seconds_and_updated_milliseconds(api: Api) -> None:
    """GOOGLE.md 3.1, observed."""
    event = insert(api)
    assert re.fullmatch(r"[-0-9]{10}T[0-9:]{8}\.000Z", event["created"])
    assert re.fullmatch(r"[-0-9]{10}T[0-9:]{8}\.\d{3}Z", event["updated"])


def test_members_at_their_default_are_left_out(api: Api) -> None:
    """GOOGLE.md 3.1, likely."""
    defaults = {
        "transparency": "opaque",
        "visibility": "default",
        "guestsCanInviteOthers": True,
        "guestsCanModify": False,
        "guestsCanSeeOtherGuests": True,
        "anyoneCanAddSelf": False,
        "attendeesOmitted": False,
    }
    assert not set(defaults) & set(insert(api, **defaults))


def test_unknown_and_read_only_members_are_ignored(api: Api) -> None:
    """GOOGLE.md 3.1, likely."""
    event = insert(api, colour="blue", created="2001-01-01T00:00:00Z", htmlLink="x", etag="y")
    assert "colour" not in event
    assert not event["created"].startswith("2001")


def test_the_link_holds_the_event_and_the_shortened_calendar_id(google: Google, api: Api) -> None:
    """GOOGLE.md 3.1, observed; of a master the id of its first instance."""
    work = google.account(ADA).new_calendar("Work")
    event = api.events(work.id, "POST", body=LUNCH).json()
    series = api.events(work.id, "POST", body=LUNCH | {"recurrence": ["RRULE:FREQ=DAILY"]}).json()
    for one, event_id in ((event, event["id"]), (series, series["id"] + "_20261105T110000Z")):
        (eid,) = parse_qs(urlsplit(one["htmlLink"]).query)["eid"]
        text = base64.urlsafe_b64decode(eid + "=" * (-len(eid) % 4)).decode()
        assert text == f"{event_id} {work.id.replace('@group.calendar.google.com', '@g')}"


def test_on_a_secondary_calendar_the_organizer_is_the_calendar(google: Google, api: Api) -> None:
    """GOOGLE.md 3.1, certain."""
    work = google.account(ADA).new_calendar("Work")
    event = api.events(work.id, "POST", body=LUNCH).json()
    assert event["organizer"] == {"email": work.id, "displayName": "Work", "self": True}
    assert event["creator"]["email"] == ADA


def test_times_are_rendered_in_the_zone_of_the_answer_and_keep_their_own(api: Api) -> None:
    """GOOGLE.md 3.1, certain: compare instants, not strings."""
    zone = {"timeZone": "America/Chicago"}
    event = insert(api, start={"dateTime": START} | zone, end={"dateTime": END} | zone)
    assert event["start"] == {"dateTime": "2026-11-05T19:00:00+01:00"} | zone
    asked = api.events("primary", "GET", event["id"], timeZone="Asia/Tokyo").json()
    assert asked["start"] == {"dateTime": "2026-11-06T03:00:00+09:00"} | zone


def test_changed_reminders_alone_do_not_change_updated(api: Api) -> None:
    """GOOGLE.md 3.1, certain."""
    event = insert(api)
    body = {"reminders": {"useDefault": False}}
    changed = api.events("primary", "PATCH", event["id"], body).json()
    assert changed["updated"] == event["updated"]
    assert changed["reminders"] == {"useDefault": False}


# 3.2 limits


@pytest.mark.parametrize("event_id", ["abcd", "UPPER0001", "lunch-0001", "lunchxyz1", "a" * 1025])
def test_a_client_id_outside_base32hex_is_refused(api: Api, event_id: str) -> None:
    """GOOGLE.md 3.2, certain."""
    assert refused(api, id=event_id) == (400, "invalid", "Invalid resource id value.")


@pytest.mark.parametrize("event_id", ["abcde", "0123456789abcdefghijklmnopqrstuv", "a" * 1024])
def test_a_client_id_of_5_to_1024_base32hex_characters_is_kept(api: Api, event_id: str) -> None:
    """GOOGLE.md 3.2, certain."""
    assert insert(api, id=event_id)["id"] == event_id


def test_long_property_keys_vanish_and_long_values_are_cut_without_a_word(api: Api) -> None:
    """GOOGLE.md 3.2, certain."""
    private = {"k" * 44: "kept", "k" * 45: "dropped", "long": "v" * 1500}
    kept = insert(api, extendedProperties={"private": private})["extendedProperties"]["private"]
    assert kept == {"k" * 44: "kept", "long": "v" * 1024}


def test_more_than_300_properties_or_32_kb_are_refused(api: Api) -> None:
    """GOOGLE.md 3.2, certain limits."""
    many = {"shared": {f"key{n}": "v" for n in range(301)}}
    large = {"private": {f"key{n}": "v" * 1024 for n in range(40)}}
    for properties in (many, large):
        assert refused(api, extendedProperties=properties)[:2] == (400, "invalid")


def test_a_description_is_cut_at_8192_characters_and_keeps_its_html(api: Api) -> None:
    """GOOGLE.md 3.2, HTML certain, cut likely."""
    assert insert(api, description="<b>x</b>" + "y" * 9000)["description"] == (
        "<b>x</b>" + "y" * 8184
    )


def test_googles_own_conference_block_is_removed_from_a_description(api: Api) -> None:
    """GOOGLE.md 3.2, likely; Q8."""
    fence = "-::~:~::~:~:~:~:~:~:~:~:~:~:~:~:~:~::~:~::-"
    event = insert(api, description=f"Before{fence}\nJoin here\n{fence}after")
    assert event["description"] == "Beforeafter"


@pytest.mark.parametrize(
    ("reminders", "why"),
    [
        ({"overrides": [{"method": "popup"}]}, "required"),
        ({"overrides": [{"method": "pigeon", "minutes": 5}]}, "invalid"),
        ({"overrides": [{"method": "popup", "minutes": 40321}]}, "invalid"),
        ({"overrides": [{"method": "popup", "minutes": -1}]}, "invalid"),
        ({"overrides": [{"method": "popup", "minutes": n} for n in range(6)]}, "invalid"),
    ],
)
def test_reminders_that_cannot_be_are_refused(api: Api, reminders: dict, why: str) -> None:
    """GOOGLE.md 3.2, certain limits."""
    assert refused(api, reminders={"useDefault": False} | reminders)[:2] == (400, why)


def test_a_reminder_at_the_start_needs_its_zero(api: Api) -> None:
    """GOOGLE.md 3.2, certain; the text likely."""
    overrides = [{"method": "popup", "minutes": 0}]
    event = insert(api, reminders={"useDefault": False, "overrides": overrides})
    assert event["reminders"]["overrides"] == overrides
    wrong = {"useDefault": False, "overrides": [{"method": "popup"}]}
    assert refused(api, reminders=wrong)[2] == "Missing override reminder minutes"


def test_attachments_need_their_parameter(api: Api) -> None:
    """GOOGLE.md 3.2, certain."""
    body = LUNCH | {"attachments": [{"fileUrl": "https://example.com/a"}]}
    assert "attachments" not in api.events("primary", "POST", body=body).json()
    kept = api.events("primary", "POST", body=body, supportsAttachments="true").json()
    assert kept["attachments"] == body["attachments"]


def test_conference_data_is_ignored_without_its_version_and_survives_a_put_without(
    api: Api,
) -> None:
    """GOOGLE.md 3.3 certain, 3.6 likely."""
    body = LUNCH | {"conferenceData": {"conferenceId": "abc"}}
    assert "conferenceData" not in api.events("primary", "POST", body=body).json()
    made = api.events("primary", "POST", body=body, conferenceDataVersion=1).json()
    assert made["conferenceData"] == {"conferenceId": "abc"}
    put = api.events("primary", "PUT", made["id"], LUNCH).json()
    assert put["conferenceData"] == {"conferenceId": "abc"}
    removed = api.events("primary", "PUT", made["id"], LUNCH, conferenceDataVersion=1).json()
    assert "conferenceData" not in removed


@pytest.mark.parametrize("colour", ["0", "12", "red"])
def test_an_event_colour_lies_between_1_and_11(api: Api, colour: str) -> None:
    """GOOGLE.md 3.2, certain."""
    assert refused(api, colorId=colour)[0] == 400
    assert insert(api, colorId="11")["colorId"] == "11"


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": "postponed"},
        {"visibility": "secret"},
        {"transparency": "milky"},
        {"eventType": "hologram"},
    ],
)
def test_a_word_that_is_no_choice_is_refused_as_invalid_parameter(api: Api, wrong: dict) -> None:
    """GOOGLE.md 6.3, likely."""
    assert refused(api, **wrong)[:2] == (400, "invalidParameter")


# 3.3 ids


def test_a_repeated_insert_is_409_and_changes_nothing(api: Api) -> None:
    """GOOGLE.md 3.3, certain; F15."""
    insert(api, id="lunch0001")
    text = "The requested identifier already exists."
    assert refused(api, id="lunch0001", summary="Other") == (409, "duplicate", text)
    assert api.events("primary", "GET", "lunch0001").json()["summary"] == "Lunch"


def test_the_same_id_may_exist_on_two_calendars(google: Google, api: Api) -> None:
    """GOOGLE.md 3.3, certain."""
    work = google.account(ADA).new_calendar("Work")
    insert(api, id="lunch0001")
    assert api.events(work.id, "POST", body=LUNCH | {"id": "lunch0001"}).status_code == 200


def test_an_id_stays_reserved_where_the_event_was_moved_away_from(google: Google, api: Api) -> None:
    """GOOGLE.md 3.3, one report."""
    work = google.account(ADA).new_calendar("Work")
    insert(api, id="lunch0001")
    api.events("primary", "POST", "lunch0001/move", destination=work.id)
    work.remove()
    assert refused(api, id="lunch0001")[:2] == (409, "duplicate")


def test_an_icaluid_is_unique_too_also_after_deletion(api: Api) -> None:
    """GOOGLE.md 3.3, likely."""
    event = insert(api, iCalUID="lunch@example.com")
    assert refused(api, iCalUID="lunch@example.com")[:2] == (409, "duplicate")
    api.events("primary", "DELETE", event["id"])
    assert refused(api, iCalUID="lunch@example.com")[:2] == (409, "duplicate")


def test_import_needs_a_uid_and_updates_and_revives_by_it(api: Api) -> None:
    """GOOGLE.md 3.3, requirements certain, upsert likely."""
    path = "import"
    assert reason(api.events("primary", "POST", path, LUNCH)) == (400, "required")
    body = LUNCH | {"iCalUID": "lunch@example.com"}
    first = api.events("primary", "POST", path, body).json()
    again = api.events("primary", "POST", path, body | {"summary": "Late lunch"}).json()
    assert (again["id"], again["summary"]) == (first["id"], "Late lunch")
    api.events("primary", "DELETE", first["id"])
    revived = api.events("primary", "POST", path, body | {"sequence": 5}).json()
    assert (revived["id"], revived["status"]) == (first["id"], "confirmed")
    low = api.events("primary", "POST", path, body)
    assert "sequence number is below" in low.json()["error"]["message"]
    special = body | {"iCalUID": "x@example.com", "eventType": "focusTime"}
    assert reason(api.events("primary", "POST", path, special)) == (400, "eventTypeRestriction")


# 3.4 PUT, PATCH, sequence, conditions


def test_what_was_read_can_be_put_back_and_changes_nothing(google: Google, api: Api) -> None:
    """GOOGLE.md 3.4, unknown: the etag stays; the knob makes a new one."""
    event = insert(api, description="x", extendedProperties={"private": {"k": "v"}})
    assert api.events("primary", "PUT", event["id"], event).json() == event
    google.knobs.put_always_changes_etag = True
    assert api.events("primary", "PUT", event["id"], event).json()["etag"] != event["etag"]


def test_null_clears_a_member_or_one_key_and_arrays_are_replaced_whole(api: Api) -> None:
    """GOOGLE.md 3.4, certain."""
    people = [{"email": "a@example.com"}, {"email": "b@example.com"}]
    properties = {"private": {"k": "v", "l": "w"}}
    event = insert(api, location="Park", attendees=people, extendedProperties=properties)
    patch = {
        "location": None,
        "attendees": people[1:],
        "extendedProperties": {"private": {"k": None}},
    }
    changed = api.events("primary", "PATCH", event["id"], patch).json()
    assert "location" not in changed
    assert [person["email"] for person in changed["attendees"]] == ["b@example.com"]
    assert changed["extendedProperties"] == {"private": {"l": "w"}}


def test_a_put_without_extended_properties_clears_them(api: Api) -> None:
    """GOOGLE.md 3.4, certain."""
    event = insert(api, extendedProperties={"private": {"k": "v"}})
    assert "extendedProperties" not in api.events("primary", "PUT", event["id"], LUNCH).json()


def test_a_put_needs_start_and_end_and_a_patch_nothing(api: Api) -> None:
    """GOOGLE.md 3.4, certain."""
    event = insert(api)
    put = api.events("primary", "PUT", event["id"], {"summary": "x", "start": LUNCH["start"]})
    assert (reason(put), put.json()["error"]["message"]) == (
        (400, "required"),
        "Missing end time.",
    )
    assert api.events("primary", "PATCH", event["id"], {}).status_code == 200


def test_a_timed_event_becomes_all_day_only_when_the_other_member_is_nulled(api: Api) -> None:
    """GOOGLE.md 3.4, likely."""
    event = insert(api)
    days = {"start": {"date": "2026-11-05"}, "end": {"date": "2026-11-06"}}
    assert api.events("primary", "PATCH", event["id"], days).status_code == 400
    empty = {"dateTime": None, "timeZone": None}
    nulled = {name: value | empty for name, value in days.items()}
    assert api.events("primary", "PATCH", event["id"], nulled).json()["start"] == days["start"]


def test_a_star_matches_whatever_exists_and_an_unchanged_event_is_304(api: Api) -> None:
    """GOOGLE.md 3.4, certain; `*` likely."""
    event = insert(api)
    changed = api.events("primary", "PATCH", event["id"], {"summary": "x"}, match="*").json()
    address = f"{api.root}calendars/primary/events/{event['id']}"
    fresh = {"If-None-Match": changed["etag"]}
    answer = api.session.get(address, headers=fresh, timeout=10)
    assert (answer.status_code, answer.content) == (304, b"")
    stale = {"If-None-Match": event["etag"]}
    assert api.session.get(address, headers=stale, timeout=10).status_code == 200


@pytest.mark.parametrize("http", ["PUT", "PATCH", "DELETE"])
def test_a_stale_condition_stops_every_kind_of_write(api: Api, http: str) -> None:
    """GOOGLE.md 3.4, certain; F18."""
    event = insert(api)
    api.events("primary", "PATCH", event["id"], {"summary": "x"})
    body = None if http == "DELETE" else LUNCH
    refused_write = api.events("primary", http, event["id"], body, match=event["etag"])
    error = refused_write.json()["error"]["errors"][0]
    assert (refused_write.status_code, error["reason"]) == (412, "conditionNotMet")
    assert (error["locationType"], error["location"]) == ("header", "If-Match")


def test_sequence_rises_with_the_time_and_not_with_the_words(api: Api) -> None:
    """GOOGLE.md 3.4, observed."""
    event = insert(api)
    told = api.events("primary", "PATCH", event["id"], {"summary": "x", "description": "y"})
    assert told.json()["sequence"] == 0
    later = timed("2026-11-05T15:00:00", "2026-11-05T16:00:00")
    assert api.events("primary", "PATCH", event["id"], later).json()["sequence"] == 1


def test_a_lower_sequence_is_refused_and_a_missing_one_counts_as_zero_in_put(
    google: Google, api: Api
) -> None:
    """GOOGLE.md 3.4, likely; the missing one is a knob."""
    event = insert(api, sequence=3)
    low = api.events("primary", "PUT", event["id"], LUNCH | {"sequence": 2})
    assert low.json()["error"]["message"].startswith("Invalid sequence value. The specified")
    assert reason(api.events("primary", "PUT", event["id"], LUNCH)) == (400, "invalid")
    assert api.events("primary", "PATCH", event["id"], {"summary": "x"}).status_code == 200
    google.knobs.put_without_sequence_is_zero = False
    assert api.events("primary", "PUT", event["id"], LUNCH).status_code == 200


def test_the_event_type_cannot_be_changed(api: Api) -> None:
    """GOOGLE.md 3.4, certain: immutable."""
    event = insert(api)
    wish = {"eventType": "focusTime", "focusTimeProperties": {}}
    assert api.events("primary", "PATCH", event["id"], wish).json()["eventType"] == "default"


# 3.5 times

MIXED = "Start and end times must either both be date or both be dateTime."
EMPTY = "The specified time range is empty."
NO_ZONE = "Missing time zone definition for start time."
BAD_ZONE = "Invalid time zone definition for start time."


@pytest.mark.parametrize(
    ("times", "why", "message"),
    [
        ({"end": None}, "required", "Missing end time."),
        ({"start": None}, "required", "Missing start time."),
        ({"start": {}}, "required", "Missing start time."),
        ({"start": {"date": "2026-11-05"}}, "invalid", MIXED),
        ({"start": {"date": "2026-11-05", "dateTime": START} | BERLIN}, "invalid", MIXED),
        ({"end": {"dateTime": "2026-11-05T11:00:00"} | BERLIN}, "timeRangeEmpty", EMPTY),
        ({"end": {"dateTime": START} | BERLIN}, "timeRangeEmpty", EMPTY),
        (
            {"start": {"date": "2026-11-05"}, "end": {"date": "2026-11-05"}},
            *("timeRangeEmpty", EMPTY),
        ),
        ({"start": {"dateTime": START}}, "required", NO_ZONE),
        ({"start": {"dateTime": START, "timeZone": "Mars/Base"}}, "invalid", BAD_ZONE),
        (
            {"start": {"dateTime": START, "timeZone": "W. Europe Standard Time"}},
            *("invalid", BAD_ZONE),
        ),
        (
            {"recurrence": ["RRULE:FREQ=DAILY"], "start": {"dateTime": START + "Z"}},
            "required",
            NO_ZONE,
        ),
    ],
)
def test_times_that_cannot_be_are_refused_in_googles_words(
    api: Api, times: dict, why: str, message: str
) -> None:
    """GOOGLE.md 3.5: rules certain, the equal end likely, texts observed; F29."""
    assert refused(api, **times) == (400, why, message)


def test_an_empty_range_names_its_place(api: Api) -> None:
    """GOOGLE.md 3.5, certain (recorded)."""
    body = LUNCH | {"end": LUNCH["start"]}
    (error,) = api.events("primary", "POST", body=body).json()["error"]["errors"]
    assert error == {
        "domain": "calendar",
        "reason": "timeRangeEmpty",
        "message": EMPTY,
        "locationType": "parameter",
        "location": "timeMax",
    }


def test_a_person_can_make_a_zero_length_event_that_the_api_returns(
    google: Google, api: Api
) -> None:
    """GOOGLE.md 3.5, likely; Q16."""
    made = google.account(ADA).calendar().create("Bell", START[:16], START[:16])
    shown = api.events("primary", "GET", made["id"]).json()
    assert shown["start"]["dateTime"] == shown["end"]["dateTime"]


def test_an_empty_all_day_range_may_mean_one_day(google: Google, api: Api) -> None:
    """GOOGLE.md 13, unknown: a knob."""
    google.knobs.all_day_empty_range_is_allowed = True
    day = {"date": "2026-11-05"}
    assert insert(api, start=day, end=day)["end"] == {"date": "2026-11-06"}


def test_fractions_of_seconds_are_dropped_and_offsets_are_enough_for_single_events(
    api: Api,
) -> None:
    """GOOGLE.md 3.5, likely."""
    event = insert(
        api,
        start={"dateTime": "2026-11-05T12:00:00.750+01:00"},
        end={"dateTime": "2026-11-05T12:00:00Z"},
    )
    assert event["start"]["dateTime"] == "2026-11-05T12:00:00+01:00"
    assert event["end"]["dateTime"] == "2026-11-05T13:00:00+01:00"


def test_start_and_end_may_lie_in_different_zones(api: Api) -> None:
    """GOOGLE.md 3.5, certain: a flight."""
    end = {"dateTime": "2026-11-05T13:00:00", "timeZone": "America/New_York"}
    event = insert(api, end=end)
    assert (event["start"]["timeZone"], event["end"]["timeZone"]) == (
        "Europe/Berlin",
        "America/New_York",
    )
    assert event["end"]["dateTime"] == "2026-11-05T19:00:00+01:00"


@pytest.mark.parametrize("zone", ["UTC", "Etc/UTC", "US/Pacific", "Europe/Kiev"])
def test_zone_aliases_are_kept_as_they_came(api: Api, zone: str) -> None:
    """GOOGLE.md 3.5, unknown: kept."""
    moved = {name: LUNCH[name] | {"timeZone": zone} for name in ("start", "end")}
    assert insert(api, **moved)["start"]["timeZone"] == zone


def test_all_day_events_stay_dates_in_every_zone(api: Api) -> None:
    """GOOGLE.md 3.5, certain; Q14."""
    event = insert(api, start={"date": "2026-11-05"}, end={"date": "2026-11-06"})
    shown = api.events("primary", "GET", event["id"], timeZone="Pacific/Kiritimati").json()
    assert (shown["start"], shown["end"]) == ({"date": "2026-11-05"}, {"date": "2026-11-06"})


def test_zone_aliases_may_come_back_as_their_canonical_names(google: Google, api: Api) -> None:
    """GOOGLE.md 13, unknown: a knob; Q8."""
    google.knobs.zone_aliases_become_canonical = True
    pacific = {name: LUNCH[name] | {"timeZone": "US/Pacific"} for name in ("start", "end")}
    assert insert(api, **pacific)["start"]["timeZone"] == "America/Los_Angeles"
    assert insert(api)["start"]["timeZone"] == "Europe/Berlin"


def test_ids_may_become_free_again_after_some_days(google: Google, api: Api) -> None:
    """GOOGLE.md 13, unknown: for ever unless a knob says otherwise."""
    google.knobs.reserved_id_days = 30
    google.knobs.access_token_seconds = 99 * 86_400
    api.session.headers["Authorization"] = f"Bearer {google.account(ADA).token(['calendar'])}"
    insert(api, id="lunch0001")
    api.events("primary", "DELETE", "lunch0001")
    assert refused(api, id="lunch0001")[:2] == (409, "duplicate")
    google.move_clock(days=31)
    assert insert(api, id="lunch0001")["status"] == "confirmed"


def test_etags_rise_even_when_the_clock_is_set_back(google: Google, api: Api) -> None:
    """GOOGLE.md 11.5: one global monotonic clock."""
    event = insert(api)
    google.move_clock(hours=-1)
    later = api.events("primary", "PATCH", event["id"], {"summary": "x"}).json()
    assert int(later["etag"].strip('"')) > int(event["etag"].strip('"'))

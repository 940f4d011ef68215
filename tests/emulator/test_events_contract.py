"""Single events: ids, etags, conditions, deletion (GOOGLE.md 3)."""

from __future__ import annotations

from tests.emulator.conftest import Api, reason, timed

LUNCH = timed("2026-11-05T12:00:00", "2026-11-05T13:00:00", summary="Lunch")


def test_an_id_stays_reserved_after_the_event_was_deleted(api: Api) -> None:
    """GOOGLE.md 3.3, observed (five reports); F16."""
    body = LUNCH | {"id": "lunch0001"}
    assert api.events("primary", "POST", body=body).status_code == 200
    assert api.events("primary", "DELETE", "lunch0001").status_code == 204
    assert reason(api.events("primary", "POST", body=body)) == (409, "duplicate")


def test_deleting_twice_is_gone(api: Api) -> None:
    """GOOGLE.md 3.8, certain."""
    event = api.events("primary", "POST", body=LUNCH).json()
    assert api.events("primary", "DELETE", event["id"]).status_code == 204
    assert reason(api.events("primary", "DELETE", event["id"])) == (410, "deleted")


def test_an_etag_is_twice_the_updated_microseconds(api: Api) -> None:
    """GOOGLE.md 3.1, observed."""
    event = api.events("primary", "POST", body=LUNCH).json()
    milliseconds = int(event["etag"].strip('"')) // 2000 % 1000
    assert event["updated"].endswith(f".{milliseconds:03d}Z")


def test_another_version_in_if_match_changes_nothing(api: Api) -> None:
    """GOOGLE.md 3.4, certain; F18."""
    event = api.events("primary", "POST", body=LUNCH).json()
    refused = api.events("primary", "PUT", event["id"], LUNCH | {"summary": "X"}, match='"1"')
    assert reason(refused) == (412, "conditionNotMet")
    assert api.events("primary", "GET", event["id"]).json() == event


def test_a_put_clears_what_it_leaves_out_and_a_patch_does_not(api: Api) -> None:
    """GOOGLE.md 3.4, certain."""
    body = LUNCH | {"description": "Bring bread", "location": "Park"}
    event = api.events("primary", "POST", body=body).json()
    patched = api.events("primary", "PATCH", event["id"], {"location": None}).json()
    assert patched["description"] == "Bring bread"
    assert "location" not in patched
    assert "description" not in api.events("primary", "PUT", event["id"], LUNCH).json()


def test_a_cancelled_instance_brings_its_master_along(api: Api) -> None:
    """GOOGLE.md 4.3, observed: both share etag, the tombstone has no times of its own."""
    master = api.events(
        "primary", "POST", body=LUNCH | {"recurrence": ["RRULE:FREQ=WEEKLY;COUNT=4"]}
    ).json()
    token = api.list()["nextSyncToken"]
    assert api.events("primary", "DELETE", master["id"] + "_20261112T110000Z").status_code == 204
    changed, tombstone = api.list(syncToken=token)["items"]
    assert changed["recurrence"] == master["recurrence"]
    assert set(tombstone) == {
        "kind",
        "etag",
        "id",
        "status",
        "recurringEventId",
        "originalStartTime",
    }
    assert changed["etag"] == tombstone["etag"] != master["etag"]

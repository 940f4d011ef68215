"""Calendars, calendar lists, sharing and settings as GOOGLE.md 2 has them."""

from __future__ import annotations

import re

import pytest

from emulator.google import Google
from emulator.serving import RunningEmulator
from tests.emulator.conftest import ADA, Api, api_for, reason

BEN = "ben@example.com"
LIST = "users/me/calendarList"
ACL = f"calendars/{ADA}/acl"


@pytest.fixture
def ben(emu: RunningEmulator) -> Api:
    return api_for(emu, BEN, ["calendar"])


def entries(api: Api, **query: object) -> list[dict]:
    return api("GET", LIST, **query).json()["items"]


def rule(email: str, role: str) -> dict:
    return {"role": role, "scope": {"type": "user", "value": email}}


def test_a_new_calendar_needs_a_title_and_is_in_utc_unless_told(api: Api) -> None:
    """GOOGLE.md 2.2, certain; UTC likely."""
    assert reason(api("POST", "calendars", {})) == (400, "required")
    made = api("POST", "calendars", {"summary": "Work"}).json()
    assert (made["kind"], made["timeZone"], made["dataOwner"]) == ("calendar#calendar", "UTC", ADA)
    assert re.fullmatch(r"[0-9a-f]{64}@group\.calendar\.google\.com", made["id"])
    assert made["id"] in [entry["id"] for entry in entries(api)]


def test_a_zone_that_google_does_not_know_is_refused(api: Api) -> None:
    """GOOGLE.md 3.5, likely."""
    wish = {"summary": "Work", "timeZone": "W. Europe Standard Time"}
    assert api("POST", "calendars", wish).status_code == 400


def test_repeating_an_insert_makes_a_second_calendar(api: Api) -> None:
    """GOOGLE.md 2.2, certain: not idempotent."""
    ids = {api("POST", "calendars", {"summary": "Work"}).json()["id"] for _ in range(2)}
    assert len(ids) == 2


def test_put_clears_what_it_leaves_out_and_patch_does_not(api: Api) -> None:
    """GOOGLE.md 2.1."""
    made = api("POST", "calendars", {"summary": "Work", "description": "Ours"}).json()
    path = f"calendars/{made['id']}"
    assert api("PATCH", path, {"summary": "Practice"}).json()["description"] == "Ours"
    assert "description" not in api("PUT", path, {"summary": "Practice"}).json()
    assert reason(api("PUT", path, {})) == (400, "required")
    stale = api("PATCH", path, {"summary": "Late"}, match=made["etag"])
    assert reason(stale) == (412, "conditionNotMet")


def test_primary_is_an_alias_and_answers_carry_the_real_id(api: Api) -> None:
    """GOOGLE.md 2.3, certain."""
    assert api("GET", "calendars/primary").json()["id"] == ADA
    assert api("GET", f"{LIST}/primary").json()["primary"] is True


def test_the_primary_calendar_cannot_be_deleted_but_cleared(google: Google, api: Api) -> None:
    """GOOGLE.md 2.5, certain; the reason likely."""
    refused = api("DELETE", "calendars/primary")
    assert reason(refused) == (403, "cannotDeletePrimaryCalendar")
    mine = google.account(ADA).calendar()
    mine.create("Lunch", "2026-11-05T12:00")
    assert api("POST", "calendars/primary/clear").status_code == 204
    assert mine.events() == []


def test_only_the_data_owner_deletes_a_calendar(google: Google, ben: Api, api: Api) -> None:
    """GOOGLE.md 2.2, certain: `owner` access is not the same thing."""
    work = google.account(ADA).new_calendar("Work")
    work.share(BEN, "owner")
    assert ben("DELETE", f"calendars/{work.id}").status_code == 403
    assert api("DELETE", f"calendars/{work.id}").status_code == 204


def test_a_deleted_calendar_is_404_everywhere_and_deleted_in_the_incremental_list(
    google: Google, api: Api
) -> None:
    """GOOGLE.md 2.5, 404 certain, list form likely; F45, Q33."""
    work = google.account(ADA).new_calendar("Work")
    token = api("GET", LIST).json()["nextSyncToken"]
    work.remove()
    assert reason(api("GET", f"calendars/{work.id}")) == (404, "notFound")
    assert reason(api.events(work.id, "GET")) == (404, "notFound")
    (gone,) = entries(api, syncToken=token)
    assert set(gone) == {"kind", "etag", "id", "deleted"}
    assert (gone["id"], gone["deleted"]) == (work.id, True)


def test_false_booleans_are_left_out_of_entries(google: Google, api: Api) -> None:
    """GOOGLE.md 2.4, certain."""
    work = google.account(ADA).new_calendar("Work")
    work.restyle(selected=False)
    shown = {entry["id"]: entry for entry in entries(api)}
    assert not {"primary", "hidden", "deleted", "selected"} & set(shown[work.id])
    assert (shown[ADA]["primary"], shown[ADA]["selected"]) == (True, True)


def test_hidden_calendars_come_only_when_asked_for_or_when_they_changed(
    google: Google, api: Api
) -> None:
    """GOOGLE.md 2.4, certain."""
    work = google.account(ADA).new_calendar("Work")
    token = api("GET", LIST).json()["nextSyncToken"]
    work.restyle(hidden=True)
    assert [entry["id"] for entry in entries(api)] == [ADA]
    assert work.id in [entry["id"] for entry in entries(api, showHidden="true")]
    (changed,) = entries(api, syncToken=token)
    assert (changed["id"], changed["hidden"]) == (work.id, True)


@pytest.mark.parametrize(
    "wrong",
    [
        {"showDeleted": "false"},
        {"showHidden": "false"},
        {"minAccessRole": "reader"},
        {"showOwnOrganizationOnly": "true"},
    ],
)
def test_some_parameters_cannot_stand_beside_a_sync_token(api: Api, wrong: dict) -> None:
    """GOOGLE.md 2.4, certain."""
    token = api("GET", LIST).json()["nextSyncToken"]
    assert api("GET", LIST, syncToken=token, **wrong).status_code == 400


def test_the_list_comes_in_pages_and_only_the_last_has_the_sync_token(
    google: Google, api: Api
) -> None:
    """GOOGLE.md 2.4, certain."""
    for number in range(4):
        google.account(ADA).new_calendar(str(number))
    pages, token = [], None
    while token is not None or not pages:
        query = {"pageToken": token} if token else {}
        pages.append(api("GET", LIST, maxResults=2, **query).json())
        token = pages[-1].get("nextPageToken")
    assert [len(page["items"]) for page in pages] == [2, 2, 1]
    assert ["nextSyncToken" in page for page in pages] == [False, False, True]


def test_writer_access_does_not_include_the_role_without_private_details(
    google: Google, ben: Api
) -> None:
    """GOOGLE.md 2.4, likely."""
    person = google.account(ADA)
    for role in ("freeBusyReader", "reader", "writerWithoutPrivateAccess", "writer", "owner"):
        person.new_calendar(role).share(BEN, role)
    shown = {e["summary"]: e["accessRole"] for e in entries(ben, minAccessRole="writer")}
    assert shown == {BEN: "owner", "writer": "writer", "owner": "owner"}
    refused = ben("GET", LIST, minAccessRole="king")
    assert reason(refused) == (400, "invalidParameter")


def test_a_new_title_by_the_owner_does_not_reappear_in_other_peoples_lists(
    google: Google, ben: Api
) -> None:
    """GOOGLE.md 2.4, certain."""
    work = google.account(ADA).new_calendar("Work")
    work.share(BEN, "reader")
    token = ben("GET", LIST).json()["nextSyncToken"]
    work.rename("Practice")
    assert entries(ben, syncToken=token) == []
    assert "Practice" in [entry["summary"] for entry in entries(ben)]


def test_an_expired_list_token_is_410(google: Google, api: Api) -> None:
    """GOOGLE.md 2.4, certain."""
    token = api("GET", LIST).json()["nextSyncToken"]
    google.expire_all_sync_tokens()
    assert reason(api("GET", LIST, syncToken=token)) == (410, "fullSyncRequired")


def test_changed_access_ends_the_sync_tokens_of_a_calendar(google: Google, api: Api) -> None:
    """GOOGLE.md 2.5, certain that it may."""
    token = api.list()["nextSyncToken"]
    google.account(ADA).calendar().share(BEN, "reader")
    assert reason(api.events("primary", "GET", syncToken=token)) == (410, "fullSyncRequired")


def test_rgb_colours_need_their_parameter_and_choose_the_nearest_palette_entry(
    api: Api,
) -> None:
    """GOOGLE.md 2.4, certain."""
    colours = {"backgroundColor": "#9fe2e8", "foregroundColor": "#000000"}
    ignored = api("PATCH", f"{LIST}/primary", colours).json()
    assert ignored["backgroundColor"] != "#9fe2e8"
    chosen = api("PATCH", f"{LIST}/primary", colours, colorRgbFormat="true").json()
    assert (chosen["backgroundColor"], chosen["colorId"]) == ("#9fe2e8", "14")
    back = api("PATCH", f"{LIST}/primary", {"colorId": "8"}).json()
    assert back["backgroundColor"] == "#16a765"


def test_the_palettes_have_the_long_known_colours(api: Api) -> None:
    """GOOGLE.md 2.4, likely."""
    colours = api("GET", "colors").json()
    assert (len(colours["calendar"]), len(colours["event"])) == (24, 11)
    assert colours["calendar"]["1"] == {"background": "#ac725e", "foreground": "#1d1d1d"}
    assert colours["event"]["11"]["background"] == "#dc2127"


def test_one_subscribes_to_a_shared_calendar_and_leaves_it_but_not_ones_own(
    google: Google, ben: Api, api: Api
) -> None:
    """GOOGLE.md 2.1, certain."""
    work = google.account(ADA).new_calendar("Work")
    work.share(BEN, "reader")
    assert ben("DELETE", f"{LIST}/{work.id}").status_code == 204
    assert ben("GET", f"{LIST}/{work.id}").status_code == 404
    again = ben("POST", LIST, {"id": work.id, "summaryOverride": "Hers"}).json()
    assert (again["accessRole"], again["summaryOverride"]) == ("reader", "Hers")
    assert api("DELETE", f"{LIST}/{work.id}").status_code == 403
    assert reason(ben("POST", LIST, {"id": "unknown@example.com"})) == (404, "notFound")
    assert reason(ben("POST", LIST, {})) == (400, "required")


def test_an_entry_is_replaced_by_put_and_merged_by_patch(api: Api) -> None:
    """GOOGLE.md 2.1."""
    reminders = [{"method": "popup", "minutes": 5}]
    api("PATCH", f"{LIST}/primary", {"summaryOverride": "Me", "defaultReminders": reminders})
    merged = api("PATCH", f"{LIST}/primary", {"selected": False}).json()
    assert (merged["summaryOverride"], merged["defaultReminders"]) == ("Me", reminders)
    assert api.list()["defaultReminders"] == reminders
    replaced = api("PUT", f"{LIST}/primary", {"colorId": "3"}).json()
    assert "summaryOverride" not in replaced
    assert replaced["defaultReminders"] == []


def test_access_lowered_to_reading_stops_writes(google: Google, ben: Api) -> None:
    """GOOGLE.md 2.4, certain; F46."""
    work = google.account(ADA).new_calendar("Work")
    work.share(BEN, "writer")
    body = {"start": {"date": "2026-11-05"}, "end": {"date": "2026-11-06"}}
    assert ben.events(work.id, "POST", body=body).status_code == 200
    work.share(BEN, "reader")
    assert reason(ben.events(work.id, "POST", body=body)) == (403, "requiredAccessLevel")
    work.unshare(BEN)
    assert reason(ben.events(work.id, "GET")) == (404, "notFound")


def test_sharing_through_the_api_gives_and_takes_access(api: Api, ben: Api) -> None:
    """The discovery document's `acl` methods, certain."""
    made = api("POST", ACL, rule(BEN, "reader")).json()
    assert (made["id"], made["role"]) == (f"user:{BEN}", "reader")
    assert ben("GET", f"calendars/{ADA}").status_code == 200
    changed = api("PATCH", f"{ACL}/user:{BEN}", {"role": "writer"}).json()
    assert changed["role"] == ben("GET", f"{LIST}/{ADA}").json()["accessRole"] == "writer"
    assert api("GET", f"{ACL}/user:{BEN}").json() == changed
    assert api("PUT", f"{ACL}/user:{BEN}", {"role": "reader"}, match='"1"').status_code == 412
    assert api("DELETE", f"{ACL}/user:{BEN}").status_code == 204
    assert ben("GET", f"calendars/{ADA}").status_code == 404
    assert api("GET", f"{ACL}/user:{BEN}").status_code == 404


def test_the_access_list_has_increments_in_which_lost_access_is_the_role_none(api: Api) -> None:
    """The discovery document, certain."""
    api("POST", ACL, rule(BEN, "reader"))
    listed = api("GET", ACL).json()
    assert [(r["scope"]["value"], r["role"]) for r in listed["items"]] == [
        (ADA, "owner"),
        (BEN, "reader"),
    ]
    api("DELETE", f"{ACL}/user:{BEN}")
    increment = api("GET", ACL, syncToken=listed["nextSyncToken"]).json()
    assert [(r["id"], r["role"]) for r in increment["items"]] == [(f"user:{BEN}", "none")]
    again = api("GET", ACL, syncToken=increment["nextSyncToken"]).json()
    assert again["items"] == []


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ({"role": "reader"}, "required"),
        ({"scope": {"type": "user", "value": BEN}}, "required"),
        (rule(BEN, "king"), "invalidParameter"),
        (rule("nobody", "reader"), "invalid"),
        ({"role": "reader", "scope": {"type": "planet"}}, "invalidParameter"),
    ],
)
def test_a_rule_that_cannot_be_is_refused(api: Api, body: dict, why: str) -> None:
    """The discovery document, certain requirements; reasons likely."""
    assert reason(api("POST", ACL, body)) == (400, why)


def test_writers_read_the_access_list_owners_change_it_and_nobody_changes_their_own(
    api: Api, ben: Api
) -> None:
    """The discovery document, certain; the reason likely."""
    api("POST", ACL, rule(BEN, "reader"))
    assert ben("GET", ACL).status_code == 403
    api("POST", ACL, rule(BEN, "writer"))
    assert ben("GET", ACL).status_code == 200
    assert ben("POST", ACL, rule("c@example.com", "reader")).status_code == 403
    assert reason(api("DELETE", f"{ACL}/user:{ADA}")) == (403, "cannotChangeOwnAcl")


@pytest.mark.parametrize("scope", [{"type": "default"}, {"type": "domain", "value": "example.com"}])
def test_everybody_or_a_domain_can_be_let_in(api: Api, ben: Api, scope: dict) -> None:
    """The discovery document, certain."""
    made = api("POST", ACL, {"role": "freeBusyReader", "scope": scope}).json()
    assert made["scope"] == scope
    subscribed = ben("POST", LIST, {"id": ADA}).json()
    assert subscribed["accessRole"] == "freeBusyReader"


def test_settings_are_listed_read_and_do_not_change(api: Api) -> None:
    """GOOGLE.md 1.8; values likely."""
    listed = api("GET", "users/me/settings").json()
    values = {item["id"]: item["value"] for item in listed["items"]}
    assert values["timezone"] == "Europe/Berlin"
    increment = api("GET", "users/me/settings", syncToken=listed["nextSyncToken"]).json()
    assert increment["items"] == []
    one = api("GET", "users/me/settings/timezone").json()
    assert (one["kind"], one["value"]) == ("calendar#setting", "Europe/Berlin")
    assert reason(api("GET", "users/me/settings/nothing")) == (404, "notFound")

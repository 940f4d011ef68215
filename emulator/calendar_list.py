"""The `calendarList` resource: one person's subscriptions, with paging and sync tokens (GOOGLE.md
2.1, 2.4).
"""

from __future__ import annotations

import re

from emulator import errors, small_lists
from emulator.api_call import Answer, ApiCall
from emulator.model import ROLES, Account, Json, ListEntry
from emulator.palette import CALENDAR_COLOURS, nearest_calendar_colour
from emulator.small_lists import SmallList
from emulator.state import State

RGB = re.compile(r"#[0-9a-fA-F]{6}", re.ASCII)
EXACT_ROLES = {
    "freeBusyReader": 0,
    "reader": 1,
    "writerWithoutPrivateAccess": 2,
    "writer": 3,
    "owner": 4,
}


def list_(call: ApiCall) -> Answer:
    """All entries, or with `syncToken` the changed ones, deleted and hidden included."""
    if call.text("syncToken") is not None:
        _check_sync_query(call)
    end = max((entry.version for entry in call.account.entries.values()), default=0)
    names = ("minAccessRole", "showHidden", "showDeleted")
    shape = SmallList(
        "calendarList",
        "calendar#calendarList",
        end,
        epoch=call.account.list_epoch,
        parameters=" ".join(f"{name}={call.text(name)}" for name in names),
    )

    def items(since: int) -> list[Json]:
        return [_shown(call.state, call.account, entry) for entry in _entries(call, since)]

    return small_lists.answer(call, shape, items)


def get(call: ApiCall) -> Answer:
    entry = _entry(call)
    return _answer(call, entry)


def insert(call: ApiCall) -> Answer:
    """Subscribe to an existing calendar that the caller may see."""
    body = call.json()
    if not body.get("id"):
        raise errors.required()
    found = call.state.visible_calendar(call.account.email, str(body["id"]))
    if found is None:
        raise errors.not_found()
    entry = call.account.entries.get(found[0].id)
    if entry is None or entry.is_deleted:
        entry = call.state.subscribe(call.account, found[0])
    _apply(call, entry, body)
    return _answer(call, entry)


def update(call: ApiCall) -> Answer:
    """PUT: what is left out goes back to its default."""
    entry = _entry(call)
    call.check_if_match(entry.etag)
    entry.is_hidden, entry.is_selected, entry.summary_override, entry.default_reminders = (
        False,
        False,
        "",
        [],
    )
    _apply(call, entry, call.json())
    return _answer(call, entry)


def patch(call: ApiCall) -> Answer:
    entry = _entry(call)
    call.check_if_match(entry.etag)
    _apply(call, entry, call.json())
    return _answer(call, entry)


def delete(call: ApiCall) -> Answer:
    """Unsubscribe; not from calendars whose data owner the caller is (GOOGLE.md 2.1)."""
    entry = _entry(call)
    if call.state.calendars[entry.calendar_id].owner == call.account.email:
        raise errors.forbidden()
    entry.is_deleted, entry.version = True, call.state.clock.stamp()
    call.state.writes.note(call.account.email, "")
    return Answer(status=204)


def resource(state: State, account: Account, entry: ListEntry) -> Json:
    """The `calendar#calendarListEntry`; booleans that are false are left out."""
    calendar = state.calendars[entry.calendar_id]
    shown: Json = {"kind": "calendar#calendarListEntry", "etag": entry.etag, "id": calendar.id}
    shown["summary"] = calendar.summary
    shown |= {"description": calendar.description} if calendar.description else {}
    shown |= {"location": calendar.location} if calendar.location else {}
    shown["timeZone"] = calendar.time_zone
    shown |= {"summaryOverride": entry.summary_override} if entry.summary_override else {}
    shown |= {
        "colorId": entry.color_id,
        "backgroundColor": background(entry),
        "foregroundColor": entry.foreground,
    }
    shown |= {"hidden": True} if entry.is_hidden else {}
    shown |= {"selected": True} if entry.is_selected else {}
    shown["accessRole"] = calendar.role_of(account.email) or "reader"
    shown["defaultReminders"] = entry.default_reminders
    if calendar.kind == "primary" and calendar.owner == account.email:
        kinds = ("eventCreation", "eventChange", "eventCancellation", "eventResponse")
        shown["notificationSettings"] = {
            "notifications": [{"type": kind, "method": "email"} for kind in kinds]
        }
        shown["primary"] = True
    shown["conferenceProperties"] = {"allowedConferenceSolutionTypes": ["hangoutsMeet"]}
    return shown | ({"dataOwner": calendar.owner} if calendar.kind == "secondary" else {})


def background(entry: ListEntry) -> str:
    """The colour in use: the RGB value when one was set, else that of the palette."""
    return entry.background or CALENDAR_COLOURS[int(entry.color_id)]


def _check_sync_query(call: ApiCall) -> None:
    if "false" in (call.text("showDeleted"), call.text("showHidden")):
        raise errors.bad_request()
    if call.text("minAccessRole") or call.text("showOwnOrganizationOnly"):
        raise errors.bad_request()


def _entries(call: ApiCall, since: int) -> list[ListEntry]:
    entries = list(call.account.entries.values())
    if since >= 0:
        return sorted((e for e in entries if e.version > since), key=lambda e: e.version)
    shows_deleted, shows_hidden = call.flag("showDeleted"), call.flag("showHidden")
    least = _least_role(call)
    return [
        entry
        for entry in entries
        if (shows_deleted or not entry.is_deleted)
        and (shows_hidden or not entry.is_hidden)
        and _rank(call, entry) >= least
    ]


def _least_role(call: ApiCall) -> int:
    role = call.text("minAccessRole")
    if role is None:
        return -1
    if role not in ROLES:
        raise errors.invalid_choice(role, parameter="minAccessRole")
    return EXACT_ROLES[role]


def _rank(call: ApiCall, entry: ListEntry) -> int:
    role = call.state.calendars[entry.calendar_id].role_of(call.account.email)
    return EXACT_ROLES[role] if role else -1


def _shown(state: State, account: Account, entry: ListEntry) -> Json:
    if entry.is_deleted:
        kind = "calendar#calendarListEntry"
        return {"kind": kind, "etag": entry.etag, "id": entry.calendar_id, "deleted": True}
    return resource(state, account, entry)


def _entry(call: ApiCall) -> ListEntry:
    calendar, _ = call.calendar()
    entry = call.account.entries.get(calendar.id)
    if entry is None or entry.is_deleted:
        raise errors.not_found()
    return entry


def _answer(call: ApiCall, entry: ListEntry) -> Answer:
    return Answer(resource(call.state, call.account, entry), entry.etag)


def _apply(call: ApiCall, entry: ListEntry, body: Json) -> None:
    _apply_colour(call, entry, body)
    for member, attribute in (("hidden", "is_hidden"), ("selected", "is_selected")):
        if isinstance(body.get(member), bool):
            setattr(entry, attribute, body[member])
    if "summaryOverride" in body:
        entry.summary_override = str(body["summaryOverride"] or "")
    if isinstance(body.get("defaultReminders"), list):
        entry.default_reminders = body["defaultReminders"]
    entry.version = call.state.clock.stamp()
    call.state.writes.note(call.account.email, "")


def _apply_colour(call: ApiCall, entry: ListEntry, body: Json) -> None:
    if call.flag("colorRgbFormat"):
        background, foreground = body.get("backgroundColor"), body.get("foregroundColor")
        if background is not None and foreground is not None:
            if not RGB.fullmatch(str(background)) or not RGB.fullmatch(str(foreground)):
                raise errors.invalid()
            entry.background, entry.foreground = background, foreground
            entry.color_id = nearest_calendar_colour(background)
    elif body.get("colorId") is not None:
        if body["colorId"] not in {str(n) for n in CALENDAR_COLOURS}:
            raise errors.invalid()
        entry.color_id, entry.background = body["colorId"], ""

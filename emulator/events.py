"""The `events` methods that concern one event: get, insert, import, update, patch, delete, move,
quickAdd.

Checks in Google's order and with Google's refusals, then hands over to `event_store` (GOOGLE.md 3.3
to 3.9).
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from emulator import errors, event_body, event_store, event_view, instances
from emulator.api_call import Answer, ApiCall
from emulator.event_body import Draft
from emulator.model import Calendar, Event, Json
from emulator.times import EventTime, canonical_zone

ON_PRIMARY_ONLY = ("outOfOffice", "focusTime", "workingLocation", "birthday")
GUEST_FLAGS = ("guestsCanInviteOthers", "guestsCanModify", "guestsCanSeeOtherGuests")


def get(call: ApiCall) -> Answer:
    calendar, role = call.calendar()
    event = _existing(call, calendar)
    if call.has_fresh_copy(event.etag):
        return Answer(status=304, etag=event.etag)
    return _answer(call, calendar, role, event)


def insert(call: ApiCall) -> Answer:
    """A client id that was ever used here is 409, live or deleted; so is a known iCalUID (GOOGLE.md
    3.3).
    """
    calendar, role = call.calendar(is_write=True)
    body = call.json()
    event_id = event_body.check_client_id(body["id"]) if body.get("id") is not None else None
    draft = _draft(call, calendar, body)
    _check_type(calendar, draft)
    uid = str(body["iCalUID"]) if body.get("iCalUID") else None
    if _is_taken(call, calendar, event_id, uid):
        raise errors.duplicate()
    draft.fields.pop("organizer", None)
    event = event_store.create(
        call.state, calendar, draft, creator=call.account.email, event_id=event_id, uid=uid
    )
    _mail(call, event)
    return _answer(call, calendar, role, event)


def import_(call: ApiCall) -> Answer:
    """A private copy, upserted by iCalUID; revives a tombstone (GOOGLE.md 3.3, likely)."""
    calendar, role = call.calendar(is_write=True)
    body = call.json()
    if not body.get("iCalUID"):
        raise errors.required()
    known = _by_uid(calendar, str(body["iCalUID"]))
    draft = _draft(call, calendar, body, known)
    if draft.fields["eventType"] != "default":
        raise errors.Refused(
            400, "eventTypeRestriction", "Event type not allowed here.", "calendar"
        )
    if known is None:
        uid = str(body["iCalUID"])
        event = event_store.create(call.state, calendar, draft, creator=call.account.email, uid=uid)
    else:
        _check_sequence(known, draft.sequence or 0)
        draft.status = draft.status or "confirmed"
        event = event_store.change(call.state, calendar, known, draft)
    return _answer(call, calendar, role, event)


def update(call: ApiCall) -> Answer:
    """PUT: every writable member that is left out is cleared."""
    calendar, role = call.calendar(is_write=True)
    event = _writable(call, calendar)
    body = call.json()
    draft = _draft(call, calendar, body, event)
    has_sequence = draft.sequence is not None or not call.state.knobs.put_without_sequence_is_zero
    _check_sequence(event, (draft.sequence if has_sequence else 0))
    return _change(call, calendar, role, event, draft, has_status=draft.status is not None)


def patch(call: ApiCall) -> Answer:
    """PATCH: merged into the stored event, then read like a PUT. Costs three units (GOOGLE.md
    7.1).
    """
    calendar, role = call.calendar(is_write=True)
    event = _writable(call, calendar)
    body = call.json()
    merged = event_body.merged(event_view.body_of(calendar, event), body)
    draft = _draft(call, calendar, merged, event)
    _check_sequence(event, draft.sequence)
    return _change(call, calendar, role, event, draft, has_status=body.get("status") is not None)


def delete(call: ApiCall) -> Answer:
    """204; the same again 410 (GOOGLE.md 3.8)."""
    calendar, _ = call.calendar(is_write=True)
    event = _existing(call, calendar)
    if event.is_cancelled or event.is_gone:
        raise errors.deleted()
    call.check_if_match(event.etag)
    cancelled = event_store.cancel(call.state, calendar, _own(event))
    _mail(call, cancelled)
    return Answer(status=204)


def move(call: ApiCall) -> Answer:
    """Single events and whole series of the default type, to a calendar the caller may write."""
    source, _ = call.calendar(is_write=True)
    event = _existing(call, source)
    if event.is_cancelled:
        raise errors.deleted()
    target = replace(call, path={"calendarId": call.text("destination") or ""})
    if not call.text("destination"):
        raise errors.required()
    destination, role = target.calendar(is_write=True)
    if event.recurring_event_id:
        raise errors.Refused(
            403,
            "cannotChangeOrganizerOfInstance",
            "Cannot change the organizer of an instance.",
            "calendar",
        )
    if event.fields.get("eventType", "default") != "default":
        raise errors.Refused(400, "eventTypeRestriction", "Event type cannot be moved.", "calendar")
    if "organizer" in event.fields:
        raise errors.Refused(
            403, "cannotChangeOrganizer", "Cannot change the organizer.", "calendar"
        )
    if destination.id != source.id:
        event = event_store.move(call.state, source, event, destination)
    return _answer(call, destination, role, event)


def quick_add(call: ApiCall) -> Answer:
    """The text becomes the title of an hour that begins at the next full hour."""
    calendar, role = call.calendar(is_write=True)
    text = call.text("text")
    if not text:
        raise errors.required()
    begin = call.state.clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    start = EventTime(at=begin, zone=calendar.time_zone)
    fields: Json = {"summary": text, "eventType": "default", "reminders": {"useDefault": True}}
    draft = Draft(start, start.shifted(timedelta(hours=1)), [], None, None, fields)
    event = event_store.create(call.state, calendar, draft, creator=call.account.email)
    return _answer(call, calendar, role, event)


def _is_taken(call: ApiCall, calendar: Calendar, event_id: str | None, uid: str | None) -> bool:
    """Whether an id or iCalUID belongs to an event, or to one deleted not long enough ago."""
    days = call.state.knobs.reserved_id_days
    ids = [event_id, *(calendar.uids.get(uid, {}) if uid else {})]
    rivals = [calendar.events[one] for one in ids if one in calendar.events]
    if days is None:
        return bool(rivals)
    oldest = (call.state.clock.now() - timedelta(days=days)).timestamp() * 1_000_000
    return any(not event.is_cancelled or event.version > oldest for event in rivals)


def _existing(call: ApiCall, calendar: Calendar) -> Event:
    """The event of the path, virtual instances included; 404, or the knob's status under a deleted
    master.
    """
    event = instances.find(calendar, call.path["eventId"])
    if event is not None and not (event.is_gone and event.recurring_event_id):
        return event
    master = instances.master_of(calendar, call.path["eventId"])
    is_orphan = (event is not None and event.is_gone) or (
        master is not None and master.is_cancelled
    )
    if is_orphan and call.state.knobs.instance_of_deleted_master == 410:
        raise errors.deleted()
    raise errors.not_found()


def _writable(call: ApiCall, calendar: Calendar) -> Event:
    event = _existing(call, calendar)
    call.check_if_match(event.etag)
    if event.fields.get("locked"):
        raise errors.forbidden()
    return event


def _draft(call: ApiCall, calendar: Calendar, body: Json, stored: Event | None = None) -> Draft:
    allows_empty = call.state.knobs.all_day_empty_range_is_allowed
    draft = event_body.read(body, zone=calendar.time_zone, is_empty_day_allowed=allows_empty)
    if call.state.knobs.zone_aliases_become_canonical:
        draft.start, draft.end = _canonical(draft.start), _canonical(draft.end)
    for member in _unsupported(call):
        draft.fields.pop(member, None)
        if stored is not None and member in stored.fields:
            draft.fields[member] = stored.fields[member]
    return draft


def _unsupported(call: ApiCall) -> Iterator[str]:
    """Members that the caller does not support by its own word: they stay as they are (DISC)."""
    if call.text("conferenceDataVersion") != "1":
        yield "conferenceData"
    if not call.flag("supportsAttachments"):
        yield "attachments"
    yield "colorId" if call.text("eventLabelVersion") == "1" else "eventLabelId"


def _canonical(moment: EventTime) -> EventTime:
    return replace(moment, zone=canonical_zone(moment.zone)) if moment.zone else moment


def _check_type(calendar: Calendar, draft: Draft) -> None:
    kind = draft.fields["eventType"]
    if kind == "fromGmail" or (kind in ON_PRIMARY_ONLY and calendar.kind != "primary"):
        raise errors.Refused(
            400, "eventTypeRestriction", "Event type not allowed here.", "calendar"
        )
    if kind == "workingLocation" and "workingLocationProperties" not in draft.fields:
        message = "Working location events need working location properties."
        raise errors.Refused(400, "malformedWorkingLocationEvent", message, "calendar")


def _check_sequence(event: Event, sequence: int | None) -> None:
    if sequence is not None and sequence < event.sequence:
        raise errors.invalid(
            "Invalid sequence value. The specified sequence number is below the current "
            "sequence number of the resource. Re-fetch the resource and use its sequence number "
            "on the following request."
        )


def _change(
    call: ApiCall, calendar: Calendar, role: str, event: Event, draft: Draft, *, has_status: bool
) -> Answer:
    if event.is_cancelled and not has_status:
        _refuse_cancelled(call, draft)
    _check_guest_flags(calendar, event, draft)
    if draft.status == "cancelled" and not event.is_cancelled:
        return _answer(call, calendar, role, event_store.cancel(call.state, calendar, _own(event)))
    draft.status = draft.status or event.status
    is_forced = call.state.knobs.put_always_changes_etag
    changed = event_store.change(call.state, calendar, _own(event), draft, is_forced=is_forced)
    _mail(call, changed)
    return _answer(call, calendar, role, changed)


def _refuse_cancelled(call: ApiCall, draft: Draft) -> None:
    policy = call.state.knobs.cancelled_put_without_status
    if policy == "forbidden":
        raise errors.forbidden()
    if policy == "deleted":
        raise errors.deleted()
    draft.status = "confirmed"


def _check_guest_flags(calendar: Calendar, event: Event, draft: Draft) -> None:
    """On a copy of somebody else's meeting the guest flags cannot change, not even by leaving them
    out.
    """
    organizer = event.fields.get("organizer", {}).get("email", calendar.id)
    if organizer != calendar.id and any(
        draft.fields.get(f) != event.fields.get(f) for f in GUEST_FLAGS
    ):
        message = "Shared properties can only be changed by the organizer of the event."
        raise errors.Refused(403, "forbiddenForNonOrganizer", message, "calendar")


def _own(event: Event) -> Event:
    """A copy to change, so that a refusal half-way leaves the stored event alone."""
    return replace(event, fields=copy.deepcopy(event.fields), recurrence=list(event.recurrence))


def _by_uid(calendar: Calendar, uid: str) -> Event | None:
    found = [calendar.events[event_id] for event_id in calendar.uids.get(uid, {})]
    return next((event for event in found if not event.recurring_event_id), None)


def _mail(call: ApiCall, event: Event) -> None:
    """Note the mail that Google would send to guests; tests assert that there is none."""
    wishes = (
        call.text("sendUpdates") in ("all", "externalOnly")
        or call.text("sendNotifications") == "true"
    )
    for attendee in event.fields.get("attendees", []) if wishes else []:
        call.state.mails.append((attendee["email"], event.id))


def _answer(call: ApiCall, calendar: Calendar, role: str, event: Event) -> Answer:
    return Answer(event_view.resource(calendar, event, call.viewer(calendar, role)), event.etag)

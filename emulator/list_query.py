"""The filters of one list: read from the query with Google's refusals, and applied to events
(GOOGLE.md 5.1).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from emulator import errors, instances
from emulator.api_call import ApiCall
from emulator.event_body import CHOICES
from emulator.event_view import Viewer
from emulator.model import Calendar, Event

NOT_WITH_SYNC = [
    "iCalUID",
    "orderBy",
    "privateExtendedProperty",
    "q",
    "sharedExtendedProperty",
    "timeMin",
    "timeMax",
    "updatedMin",
]


@dataclass(frozen=True)
class Query:
    """The filters of one list."""

    is_single: bool
    shows_deleted: bool
    order: str | None
    since: datetime | None
    until: datetime | None
    updated_min: datetime | None
    words: str
    uid: str | None
    types: tuple[str, ...]
    private: tuple[str, ...]
    shared: tuple[str, ...]
    is_any_property: bool


def read(call: ApiCall, viewer: Viewer) -> Query:
    types = tuple(call.query.get("eventTypes", ()))
    for kind in types:
        if kind not in CHOICES["eventType"]:
            raise errors.invalid_choice(kind, parameter="eventTypes")
    query = Query(
        is_single=call.flag("singleEvents") or viewer.is_times_only,
        shows_deleted=call.flag("showDeleted"),
        order=call.text("orderBy"),
        since=call.moment("timeMin"),
        until=call.moment("timeMax"),
        updated_min=_updated_min(call),
        words=(call.text("q") or "").casefold(),
        uid=call.text("iCalUID"),
        types=types,
        private=tuple(call.query.get("privateExtendedProperty", ())),
        shared=tuple(call.query.get("sharedExtendedProperty", ())),
        is_any_property=call.state.knobs.property_filters_match_any,
    )
    _check_combination(call, query)
    return query


def _check_combination(call: ApiCall, query: Query) -> None:
    if query.order not in (None, "startTime", "updated"):
        raise errors.invalid_choice(str(query.order), parameter="orderBy")
    if query.order == "startTime" and not query.is_single:
        raise errors.bad_request(
            "The requested ordering is not available for the particular query."
        )
    if query.since and query.until and query.until <= query.since:
        raise errors.time_range_empty()
    if any("=" not in constraint for constraint in query.private + query.shared):
        raise errors.invalid()
    if call.text("syncToken") is not None:
        if any(call.query.get(name) for name in NOT_WITH_SYNC):
            raise errors.bad_request("Sync token cannot be combined with the given parameters.")
        if call.text("showDeleted") == "false":
            raise errors.bad_request("showDeleted cannot be false with a sync token.")


def _updated_min(call: ApiCall) -> datetime | None:
    updated_min = call.moment("updatedMin")
    oldest = call.state.clock.now() - timedelta(days=call.state.knobs.updated_min_days)
    if updated_min is not None and updated_min < oldest:
        raise errors.updated_min_too_long_ago()
    return updated_min


def is_listed(calendar: Calendar, event: Event, query: Query) -> bool:
    """Cancelled entries: exceptions of live masters always, the rest only when asked for (GOOGLE.md
    4.2, 3.8).
    """
    if event.is_gone:
        return False
    if not event.is_cancelled or query.shows_deleted or query.updated_min:
        return True
    if event.is_bare or not event.recurring_event_id or query.is_single:
        return False
    master = calendar.events.get(event.recurring_event_id)
    return master is not None and not master.is_cancelled


def is_in_window(calendar: Calendar, event: Event, query: Query) -> bool:
    if query.since is None and query.until is None:
        return True
    if event.is_master and not event.is_cancelled:
        return any(
            True for _ in instances.expand(calendar, event, since=query.since, until=query.until)
        )
    return instances.overlaps(event, calendar.time_zone, query.since, query.until)


def matches(event: Event, query: Query) -> bool:
    if query.updated_min and event.updated < int(query.updated_min.timestamp() * 1_000_000):
        return False
    if query.uid is not None and event.uid != query.uid:
        return False
    if query.types and event.fields.get("eventType", "default") not in query.types:
        return False
    if query.words and query.words not in _searchable(event):
        return False
    return _has_properties(event, query)


def _has_properties(event: Event, query: Query) -> bool:
    extended = event.fields.get("extendedProperties", {})
    decide = any if query.is_any_property else all
    for side, constraints in (("private", query.private), ("shared", query.shared)):
        held = extended.get(side, {})
        pairs = [constraint.partition("=")[::2] for constraint in constraints]
        if pairs and not decide(held.get(key) == value for key, value in pairs):
            return False
    return True


def _searchable(event: Event) -> str:
    people = " ".join(
        f"{a.get('email', '')} {a.get('displayName', '')}"
        for a in event.fields.get("attendees", [])
    )
    texts = [event.fields.get(name, "") for name in ("summary", "description", "location")]
    return " ".join([*texts, people]).casefold()

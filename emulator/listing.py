"""`events.list` and `events.instances`: filters, pages, increments (GOOGLE.md 5).

A full list walks the calendar in a stable order and pins the change log's end, so that nothing
changed while paging is lost. An increment costs in proportion to the changes, not to the calendar:
two bisections into the log.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

from emulator import errors, event_view, instances, list_query, list_tokens
from emulator.api_call import Answer, ApiCall
from emulator.list_query import Query
from emulator.model import Calendar, Event, Json
from emulator.times import EventTime, millis

NO_SYNC_AFTER = [
    "iCalUID",
    "orderBy",
    "privateExtendedProperty",
    "q",
    "sharedExtendedProperty",
    "updatedMin",
]
MOST_INSTANCES = 2500


@dataclass
class Page:
    """Items of one page, where the next one begins (None on the last) and the pinned end of the
    change log.
    """

    items: list[Event]
    next_place: Json | None
    end: int


def list_(call: ApiCall) -> Answer:
    calendar, role = call.calendar()
    viewer = call.viewer(calendar, role)
    query = list_query.read(call, viewer)
    page = _page(call, calendar, query)
    body = _envelope(call, calendar, role)
    if page.next_place is not None:
        body["nextPageToken"] = list_tokens.page_token(call, calendar, page.next_place)
    elif not any(call.query.get(name) for name in NO_SYNC_AFTER):
        body["nextSyncToken"] = list_tokens.sync_token(call, calendar, query, page.end)
    body["items"] = [
        event_view.resource(calendar, event, viewer, is_listed=True) for event in page.items
    ]
    return Answer(body, body["etag"])


def list_instances(call: ApiCall) -> Answer:
    """`events.instances`: the occurrences of one series, in order, bounded for endless ones."""
    calendar, role = call.calendar()
    viewer = call.viewer(calendar, role)
    master = calendar.events.get(call.path["eventId"]) or instances.find(
        calendar, call.path["eventId"]
    )
    if master is None:
        raise errors.not_found()
    query = list_query.read(call, viewer)
    found = _sorted(calendar, _instances_wanted(call, calendar, master, query))
    page = _keyed_page(call, calendar, found, calendar.last_version())
    body = _envelope(call, calendar, role)
    if page.next_place is not None:
        body["nextPageToken"] = list_tokens.page_token(call, calendar, page.next_place)
    body["items"] = [
        event_view.resource(calendar, event, viewer, is_listed=True) for event in page.items
    ]
    return Answer(body, body["etag"])


def check_query(call: ApiCall, calendar: Calendar, role: str) -> None:
    """Refuse what `list` would refuse; `watch` takes the same parameters (GOOGLE.md 5.2)."""
    query = list_query.read(call, call.viewer(calendar, role))
    if call.text("syncToken"):
        list_tokens.position(call, calendar, query)


def _page(call: ApiCall, calendar: Calendar, query: Query) -> Page:
    rate = call.state.knobs.empty_page_rate
    if rate and call.state.dice.random.random() < rate:
        beginning = _beginning(call, calendar) | {"after": ""}
        return Page([], list_tokens.place(call, calendar) or beginning, beginning["end"])
    if call.text("syncToken") is not None:
        return _changes_page(call, calendar, query)
    if query.is_single or query.order:
        end = _end(call, calendar)
        return _keyed_page(call, calendar, _ordered(call, calendar, query), end)
    return _full_page(call, calendar, query)


def _full_page(call: ApiCall, calendar: Calendar, query: Query) -> Page:
    place = list_tokens.place(call, calendar) or _beginning(call, calendar)
    ids = calendar.order
    if call.state.knobs.lists_run_backwards:
        ids = calendar.order[: place["n"]][::-1]
    items: list[Event] = []
    index = place["o"]
    size = call.page_size(250, 2500)
    while index < len(ids) and len(items) < size:
        event = calendar.events[ids[index]]
        if (
            list_query.is_listed(calendar, event, query)
            and list_query.matches(event, query)
            and list_query.is_in_window(calendar, event, query)
        ):
            items.append(event)
        index += 1
    next_place = place | {"o": index} if index < len(ids) else None
    return Page(items, next_place, place["end"])


def _beginning(call: ApiCall, calendar: Calendar) -> Json:
    return {"o": 0, "n": len(calendar.order), "end": _end(call, calendar)}


def _end(call: ApiCall, calendar: Calendar) -> int:
    """Where the change log ends for a reader: the newest changes may not have arrived yet (knob
    `list_lag_seconds`).
    """
    lag = call.state.knobs.list_lag_seconds
    if not lag:
        return calendar.last_version()
    return calendar.version_at(int((call.state.clock.now().timestamp() - lag) * 1_000_000))


def _changes_page(call: ApiCall, calendar: Calendar, query: Query) -> Page:
    since = list_tokens.position(call, calendar, query)
    end = max(since, _end(call, calendar))
    place = list_tokens.place(call, calendar) or {"o": 0, "end": end}
    size = call.page_size(250, 2500)
    changed = calendar.changed_after(since, place["end"])
    found = (calendar.events[event_id] for event_id in changed)
    wanted = [event for event in found if not event.is_gone and list_query.matches(event, query)]
    if query.is_single:
        wanted = list(_flattened(call, calendar, wanted))
    if call.state.knobs.lists_run_backwards:
        wanted.reverse()
    begin = place["o"]
    is_last = begin + size >= len(wanted)
    next_place = None if is_last else {"o": begin + size, "end": place["end"]}
    return Page(wanted[begin : begin + size], next_place, place["end"])


def _flattened(call: ApiCall, calendar: Calendar, changed: list[Event]) -> Iterator[Event]:
    """Increments with `singleEvents=true`: a touched series delivers its instances, far ahead
    (GOOGLE.md 5.5).
    """
    until = call.state.clock.now() + timedelta(days=call.state.knobs.expansion_days)
    for event in changed:
        if not event.is_master:
            if not event.recurring_event_id or event.recurring_event_id not in {
                e.id for e in changed
            }:
                yield event
        elif event.is_cancelled:
            ghosts = instances.expand(calendar, event, since=call.state.clock.now(), until=until)
            yield from islice(ghosts, 26)
        else:
            yield from islice(instances.expand(calendar, event, until=until), MOST_INSTANCES)


def _keyed_page(
    call: ApiCall, calendar: Calendar, found: list[tuple[str, Event]], end: int
) -> Page:
    """A page of a sorted list; the next one begins after this page's last key, whatever changed
    meanwhile.
    """
    place = list_tokens.place(call, calendar) or {"after": "", "end": end}
    size = call.page_size(250, 2500)
    rest = [(key, event) for key, event in found if key > place["after"]]
    page = rest[:size]
    next_place = {"after": page[-1][0], "end": place["end"]} if len(rest) > size else None
    return Page([event for _, event in page], next_place, place["end"])


def _ordered(call: ApiCall, calendar: Calendar, query: Query) -> list[tuple[str, Event]]:
    if query.is_single:
        found = _singles(call, calendar, query)
    else:
        every = (calendar.events[event_id] for event_id in calendar.order)
        found = (
            e
            for e in every
            if list_query.is_listed(calendar, e, query)
            and list_query.is_in_window(calendar, e, query)
        )
    found = (event for event in found if list_query.matches(event, query))
    if query.order == "updated":
        return sorted(
            ((f"{event.updated:020d} {event.id}", event) for event in found),
            key=lambda pair: pair[0],
        )
    return _sorted(calendar, found)


def _sorted(calendar: Calendar, found: Iterator[Event]) -> list[tuple[str, Event]]:
    def key(event: Event) -> str:
        return f"{event.start.instant(calendar.time_zone):%Y%m%d%H%M%S} {event.id}"

    return sorted(((key(event), event) for event in found), key=lambda pair: pair[0])


def _singles(call: ApiCall, calendar: Calendar, query: Query) -> Iterator[Event]:
    horizon = query.until or call.state.clock.now() + timedelta(
        days=call.state.knobs.expansion_days
    )
    for event_id in calendar.order:
        event = calendar.events[event_id]
        if event.is_master and not event.is_cancelled:
            expanded = instances.expand(calendar, event, since=query.since, until=horizon)
            yield from (
                e for e in islice(expanded, 20_000) if query.shows_deleted or not e.is_cancelled
            )
        elif (
            event.recurring_event_id
            and event.recurring_event_id in calendar.events
            and not event.is_bare
        ):
            continue
        elif (
            not event.is_master
            and list_query.is_listed(calendar, event, query)
            and list_query.is_in_window(calendar, event, query)
        ):
            yield event


def _instances_wanted(
    call: ApiCall, calendar: Calendar, master: Event, query: Query
) -> Iterator[Event]:
    if not master.is_master or master.is_cancelled:
        yield from [] if master.is_cancelled else [master]
        return
    until = query.until or call.state.clock.now() + timedelta(days=call.state.knobs.expansion_days)
    wanted = call.text("originalStart")
    for event in islice(instances.expand(calendar, master, since=query.since, until=until), 20_000):
        if event.is_cancelled and not query.shows_deleted:
            continue
        if wanted is None or _is_at(event.original_start, wanted, call):
            yield event


def _is_at(original: EventTime | None, wanted: str, call: ApiCall) -> bool:
    if original is None:
        return False
    if original.on is not None:
        return original.on.isoformat() == wanted[:10]
    return original.at == call.moment("originalStart")


def _envelope(call: ApiCall, calendar: Calendar, role: str) -> Json:
    entry = call.account.entries.get(calendar.id)
    return {
        "kind": "calendar#events",
        "etag": f'"p{2 * calendar.last_version()}"',
        "summary": calendar.summary,
        "description": calendar.description,
        "updated": millis(calendar.last_version()),
        "timeZone": calendar.time_zone,
        "accessRole": role,
        "defaultReminders": entry.default_reminders if entry else [],
    }

"""Google Calendar's methods, as far as the product uses them, for one account.

Every call either returns what Google says or raises one of `errors.py`. No guest is ever notified
(`sendUpdates=none`); what a listing asks for stands in `listing.py`.
"""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from webapp.google import batch as multipart
from webapp.google.allowance import Allowance, Unmetered, units_of
from webapp.google.answers import Answer
from webapp.google.batch import LARGEST_BATCH, Call
from webapp.google.channels import (
    ChannelWish,
    OpenedChannel,
    opened_channel,
    stop_call,
    watch_call,
)
from webapp.google.errors import (
    Gone,
    GoogleError,
    GrantGone,
    ProjectLimited,
    QuotaSpent,
    Refused,
    SyncTokenExpired,
    Unavailable,
)
from webapp.google.listing import Asked, parameters
from webapp.google.wire import Check, Wire, unchecked

CALENDAR_ROOT = "calendar/v3/"
BATCH_PATH = "batch/calendar/v3"
LARGEST_CALENDAR_PAGE = 250
PROJECT_REST_SECONDS = 3600.0
"""For how long nobody asks when the quota of the whole project is used up (F25)."""
QUIET = {"sendUpdates": "none"}


@dataclass(frozen=True, slots=True)
class CalendarPage:
    """One page of the account's calendars, in Google's form."""

    items: list[dict[str, Any]]
    next_page_token: str | None
    next_sync_token: str | None


@dataclass(frozen=True, slots=True)
class EventPage:
    """One page of a calendar's events, in Google's form. `time_zone` is the calendar's."""

    items: list[dict[str, Any]]
    next_page_token: str | None
    next_sync_token: str | None
    time_zone: str


def event_call(calendar_id: str, event_id: str) -> Call:
    """Reads one event."""
    return Call("GET", ("calendars", calendar_id, "events", event_id))


def insert_call(calendar_id: str, body: Mapping[str, Any]) -> Call:
    """Makes an event; `body["id"]` makes a repetition harmless (GOOGLE.md 3.3)."""
    return Call("POST", ("calendars", calendar_id, "events"), QUIET, body)


def update_call(
    calendar_id: str, event_id: str, body: Mapping[str, Any], *, etag: str | None = None
) -> Call:
    """Replaces an event as a whole, if it still has `etag`."""
    return Call("PUT", ("calendars", calendar_id, "events", event_id), QUIET, body, etag or "")


def revive_call(calendar_id: str, event_id: str, body: Mapping[str, Any]) -> Call:
    """Brings back an occurrence whose tombstone does not say its `sequence`, which a replacement
    would have to echo (GOOGLE.md 3.4). Costs three units instead of one."""
    return Call("PATCH", ("calendars", calendar_id, "events", event_id), QUIET, body)


def delete_call(calendar_id: str, event_id: str, *, etag: str | None = None) -> Call:
    """Deletes an event, if it still has `etag`. `Gone` means that it was done before."""
    return Call("DELETE", ("calendars", calendar_id, "events", event_id), QUIET, etag=etag or "")


class CalendarClient:
    """The Calendar API for one account. Belongs to one thread; `close` it after use.

    Every call raises `QuotaSpent`, and sends nothing, where `allowance` does not grant its units.
    """

    def __init__(self, wire: Wire, *, api_root: str, allowance: Allowance | None = None) -> None:
        self._wire = wire
        self._allowance = allowance or Unmetered()
        self._root = api_root + CALENDAR_ROOT
        self._batch_address = api_root + BATCH_PATH

    def calendars(
        self, page_token: str | None = None, sync_token: str | None = None
    ) -> CalendarPage:
        """One page of the calendar list. Raises `SyncTokenExpired` when it has to begin anew."""
        asked = {"maxResults": LARGEST_CALENDAR_PAGE, **_tokens(page_token, sync_token)}
        listed = self._list(Call("GET", ("users", "me", "calendarList"), asked))
        return CalendarPage(_items(listed), *_next_tokens(listed))

    def create_calendar(self, *, name: str, time_zone: str, description: str) -> dict[str, Any]:
        """Makes a calendar. Never repeat it blindly: there is no id to repeat (GOOGLE.md 2.2)."""
        body = {"summary": name, "timeZone": time_zone, "description": description}
        return self._send(Call("POST", ("calendars",), body=body))

    def delete_calendar(self, calendar_id: str) -> None:
        """Deletes a calendar that we made, with all its events."""
        self._send(Call("DELETE", ("calendars", calendar_id)))

    def events(
        self,
        calendar_id: str,
        *,
        asked: Asked = Asked.OWN,
        page_token: str | None = None,
        sync_token: str | None = None,
    ) -> EventPage:
        """One page of events: all of them, or with `sync_token` (of the same `asked`) what changed.

        Raises `SyncTokenExpired` when the listing has to begin anew.
        """
        query = {**parameters(asked), **_tokens(page_token, sync_token)}
        listed = self._list(Call("GET", ("calendars", calendar_id, "events"), query))
        return EventPage(_items(listed), *_next_tokens(listed), str(listed.get("timeZone", "")))

    def event(self, calendar_id: str, event_id: str) -> dict[str, Any]:
        """One event; a deleted one has the status "cancelled" (GOOGLE.md 3.8)."""
        return self._send(event_call(calendar_id, event_id))

    def insert(self, calendar_id: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Makes an event and returns it as Google holds it."""
        return self._send(insert_call(calendar_id, body))

    def update(
        self, calendar_id: str, event_id: str, body: Mapping[str, Any], etag: str | None = None
    ) -> dict[str, Any]:
        """Replaces an event and returns it as Google holds it."""
        return self._send(update_call(calendar_id, event_id, body, etag=etag))

    def delete(self, calendar_id: str, event_id: str, etag: str | None = None) -> None:
        """Deletes an event. Raises `Gone` when it was deleted before."""
        self._send(delete_call(calendar_id, event_id, etag=etag))

    def watch(self, wish: ChannelWish) -> OpenedChannel:
        """Opens a channel. `Refused` says that this resource is not watched at all."""
        return opened_channel(self._send(watch_call(wish)))

    def stop_channel(self, channel_id: str, resource_id: str) -> None:
        """Ends a channel. `Missing` when there is none any more (GOOGLE.md 8.3)."""
        self._send(stop_call(channel_id, resource_id))

    def batch(
        self, calls: Sequence[Call], *, is_bulk: bool = False, check: Check = unchecked
    ) -> list[dict[str, Any] | GoogleError]:
        """Each call's value or error, in order; Google may carry them out in any order.

        At most 50 calls, none depending on another; `is_bulk` leaves the quota's reserve to
        others, and `check` may stop the batch at the last moment. Raises when the batch failed as
        a whole; after `Unavailable` each of its writes may have happened.
        """
        self._spend(calls, is_bulk=is_bulk)
        results = self._batch_once(calls, check)
        unknown = [index for index, one in enumerate(results) if isinstance(one, GrantGone)]
        if unknown:
            self._wire.refresh()
            self._allowance.take(len(unknown), is_bulk=False)
            again = self._batch_once([calls[index] for index in unknown], check)
            for index, result in zip(unknown, again, strict=True):
                results[index] = result
        return results

    def close(self) -> None:
        """Closes the connections."""
        self._wire.close()

    def _spend(self, calls: Sequence[Call], *, is_bulk: bool) -> None:
        seconds = self._allowance.take(units_of(calls), is_bulk=is_bulk)
        if seconds > 0:
            raise QuotaSpent(seconds)

    def _send(self, call: Call) -> dict[str, Any]:
        self._spend([call], is_bulk=False)
        address = self._root + call.address
        answer = self._wire.send(call.method, address, body=call.content, headers=call.headers)
        with self._heeding():
            return answer.value(has_condition=bool(call.etag))

    @contextmanager
    def _heeding(self) -> Iterator[None]:
        """Where an answer speaks for the whole project, everybody stops asking (F25)."""
        try:
            yield
        except ProjectLimited:
            self._allowance.rest(PROJECT_REST_SECONDS)
            raise

    def _list(self, call: Call) -> dict[str, Any]:
        """A listing, in which a refused token is always an expired one (GOOGLE.md 5.3)."""
        try:
            return self._send(call)
        except (Refused, Gone) as refused:
            has_token = "syncToken" in call.query or "pageToken" in call.query
            if has_token and (isinstance(refused, Gone) or refused.reason == "invalid"):
                raise SyncTokenExpired(refused.reason) from refused
            raise

    def _batch_once(
        self, calls: Sequence[Call], check: Check
    ) -> list[dict[str, Any] | GoogleError]:
        if not 1 <= len(calls) <= LARGEST_BATCH:
            raise ValueError(f"a batch holds 1 to {LARGEST_BATCH} calls")
        boundary = f"batch_{secrets.token_hex(16)}"
        answer = self._wire.send(
            "POST",
            self._batch_address,
            body=multipart.request_body(calls, root=urlsplit(self._root).path, boundary=boundary),
            headers={"Content-Type": f"multipart/mixed; boundary={boundary}"},
            check=check,
        )
        if answer.status != 200:
            with self._heeding():
                answer.value()
            raise Unavailable("unreadable_answer")
        parts = multipart.answers(answer, count=len(calls))
        results = [_result(call, part) for call, part in zip(calls, parts, strict=True)]
        if any(isinstance(result, ProjectLimited) for result in results):
            self._allowance.rest(PROJECT_REST_SECONDS)
        return results


def _result(call: Call, part: Answer | Unavailable) -> dict[str, Any] | GoogleError:
    if isinstance(part, Unavailable):
        return part
    try:
        return part.value(has_condition=bool(call.etag))
    except GoogleError as failed:
        return failed


def _tokens(page_token: str | None, sync_token: str | None) -> dict[str, str]:
    given = {"pageToken": page_token, "syncToken": sync_token}
    return {name: token for name, token in given.items() if token}


def _items(listed: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Empty lists are left out by Google (GOOGLE.md 9, Q30)."""
    items = listed.get("items")
    return [one for one in items if isinstance(one, dict)] if isinstance(items, list) else []


def _next_tokens(listed: Mapping[str, Any]) -> tuple[str | None, str | None]:
    page, sync = listed.get("nextPageToken"), listed.get("nextSyncToken")
    return (
        page if isinstance(page, str) and page else None,
        sync if isinstance(sync, str) and sync else None,
    )

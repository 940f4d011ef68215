"""gcal-sync at its ordinary jobs. A program of its own: `gcal_sync_jobs.py URL` prints JSON.

Runs in .venv-judges. Its host is the only thing that differs from the library's own default.
"""

import asyncio
import datetime
import json
import sys
from typing import Any

import aiohttp
from gcal_sync.api import GoogleCalendarService, LocalListEventsRequest
from gcal_sync.auth import AbstractAuth
from gcal_sync.model import DateOrDatetime, Event
from gcal_sync.store import InMemoryCalendarStore
from gcal_sync.sync import CalendarEventSyncManager, CalendarListSyncManager

ADA = "ada@example.com"
SINCE = datetime.datetime(2026, 11, 1, tzinfo=datetime.UTC)
UNTIL = datetime.datetime(2026, 12, 1, tzinfo=datetime.UTC)


class Tokens(AbstractAuth):
    """The library wants its own class for tokens; this one asks the stand-in."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        super().__init__(session, f"{url}/calendar/v3")
        self.url, self.session = url, session

    async def async_get_access_token(self) -> str:
        wish = {"user": ADA, "scopes": ["calendar"]}
        return (await control(self.session, f"{self.url}/control/token", wish))["access_token"]


async def control(session: aiohttp.ClientSession, address: str, wish: dict) -> Any:
    async with session.post(address, json=wish) as answer:
        answer.raise_for_status()
        return await answer.json()


async def main(url: str) -> dict:
    """Each job by its name, with what the local store holds after it."""
    async with aiohttp.ClientSession() as session:
        auth = Tokens(session, url)
        service = GoogleCalendarService(auth)
        events = CalendarEventSyncManager(service, ADA, InMemoryCalendarStore())
        lists = CalendarListSyncManager(service, InMemoryCalendarStore())
        seen = await full_then_changes(auth, events)
        seen |= await a_series(auth, events)
        seen |= await after_410(auth, events)
        return seen | await calendar_lists(auth, lists)


async def full_then_changes(auth: Tokens, events: CalendarEventSyncManager) -> dict:
    await person(auth, "create", summary="Dentist", start="2026-11-05T09:00")
    trip = await person(auth, "create", summary="Trip", start="2026-11-07")
    await events.run()
    seen = {"after_full": await titles(events)}
    await person(auth, "delete", event_id=trip["id"])
    await events.store_service.async_add_event(
        Event(
            summary="Written here",
            start=DateOrDatetime.parse(datetime.datetime(2026, 11, 6, 10, tzinfo=datetime.UTC)),
            end=DateOrDatetime.parse(datetime.datetime(2026, 11, 6, 11, tzinfo=datetime.UTC)),
        )
    )
    await events.run()
    return seen | {"after_changes": await titles(events)}


async def a_series(auth: Tokens, events: CalendarEventSyncManager) -> dict:
    """The local store expands rules by itself and puts the exceptions in."""
    rule = ["RRULE:FREQ=DAILY;COUNT=5"]
    series = await person(
        auth, "create", summary="Stretching", start="2026-11-10T08:00", recurrence=rule
    )
    await events.run()
    days = [event.id for event in await local(events) if event.summary == "Stretching"]
    await person(auth, "edit", event_id=days[1], summary="Stretching outside")
    await events.store_service.async_delete_event(series["iCalUID"], days[2])
    await events.run()
    return {"series": await titles(events, "Stretching")}


async def after_410(auth: Tokens, events: CalendarEventSyncManager) -> dict:
    """The library forgets its store when the token is dead, and lists everything again."""
    before = await titles(events)
    await control(auth.session, f"{auth.url}/control/expire-sync-tokens", {})
    await person(auth, "create", summary="After the reset", start="2026-11-20T09:00")
    await events.run()
    after = await titles(events)
    return {"new_after_410": [one for one in after if one not in before], "kept": len(before)}


async def calendar_lists(auth: Tokens, lists: CalendarListSyncManager) -> dict:
    await lists.run()
    first = await calendar_titles(lists)
    await person(auth, "new_calendar", summary="Sports")
    await lists.run()
    second = await calendar_titles(lists)
    await control(auth.session, f"{auth.url}/control/expire-sync-tokens", {})
    await lists.run()
    return {"lists": [first, second, await calendar_titles(lists)]}


async def person(auth: Tokens, verb: str, **wish: object) -> Any:
    body = {"user": ADA, "calendar": "primary", "verb": verb, "with": wish}
    return (await control(auth.session, f"{auth.url}/control/person", body))["result"]


async def local(events: CalendarEventSyncManager) -> list[Event]:
    request = LocalListEventsRequest(start_time=SINCE, end_time=UNTIL)
    return (await events.store_service.async_list_events(request)).events


async def titles(events: CalendarEventSyncManager, word: str = "") -> list[list[str]]:
    found = await local(events)
    return [[e.summary, e.start.value.isoformat()] for e in found if word in e.summary]


async def calendar_titles(lists: CalendarListSyncManager) -> list[str]:
    return [one.summary for one in (await lists.store_service.async_list_calendars()).calendars]


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(sys.argv[1]))))

"""gcal-sync's pull as a program of its own, in .venv-judges: `gcal_sync_pull.py URL ACCOUNT TOKEN`.

For each line of its input it looks at Google once and prints one line of JSON. Its store is the
one in memory, which is the least that it can do.
"""

import asyncio
import json
import sys
import time
from pathlib import Path

import aiohttp
from gcal_sync.api import GoogleCalendarService
from gcal_sync.auth import AbstractAuth
from gcal_sync.store import InMemoryCalendarStore
from gcal_sync.sync import CalendarEventSyncManager


class Token(AbstractAuth):
    """The library wants its own class for tokens."""

    def __init__(self, session: aiohttp.ClientSession, url: str, token: str) -> None:
        super().__init__(session, f"{url}/calendar/v3")
        self.token = token

    async def async_get_access_token(self) -> str:
        return self.token


async def main(url: str, account: str, token: str) -> None:
    async with aiohttp.ClientSession() as session:
        store = InMemoryCalendarStore()
        service = GoogleCalendarService(Token(session, url, token))
        manager = CalendarEventSyncManager(service, account, store)
        idle_mb = peak_mb()
        for _ in sys.stdin:
            began, worked = time.perf_counter(), time.process_time()
            await manager.run()
            seconds, worked = time.perf_counter() - began, time.process_time() - worked
            kept = (await store.async_load() or {})["event_sync"][account]["items"]
            taken = {"seconds": seconds, "processor_seconds": worked}
            seen = {"events": len(kept), "idle_mb": idle_mb, "peak_mb": peak_mb()}
            print(json.dumps({**taken, **seen}), flush=True)


def peak_mb() -> float:
    """The most memory that this program has held, without that of the one that started it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    (peak,) = [line for line in lines if line.startswith("VmHWM:")]
    return int(peak.split()[1]) / 1024


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

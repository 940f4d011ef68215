"""The product's pull as a program of its own, so that its memory can be told from everything else.

`python -m benchmarks.pull_here CALENDAR_ID`, with the installation's settings in the environment:
for each line of its input it looks at Google once and prints one line of JSON.
"""

import datetime as dt
import json
import logging
import sys
import time
from pathlib import Path

from sqlmodel import func, select

from webapp.config import Settings
from webapp.db.engine import Database
from webapp.db.models import GoogleEvent, SyncedCalendar
from webapp.db.scope import Scope
from webapp.domain.keys import Purpose, derived_key
from webapp.services import google_access, sync
from webapp.services.sync_context import SyncTools


def main() -> None:
    """One look for each line."""
    logging.disable()
    settings = Settings.from_environment()
    database = Database(settings.database_url)
    tools = SyncTools(
        database=database,
        clock=lambda: dt.datetime.now(dt.UTC),
        open_client=lambda holder: google_access.client_for(settings, database, holder),
        event_id_key=derived_key(settings.secret_key, Purpose.EVENT_IDS),
        lease_seconds=settings.lease_seconds,
    )
    idle_mb = peak_mb()
    for _ in sys.stdin:
        print(json.dumps({"idle_mb": idle_mb, **look(tools, sys.argv[1])}), flush=True)


def look(tools: SyncTools, calendar_id: str) -> dict[str, float]:
    """Wishes a look and takes it; how long that took, and what is there now."""
    with tools.database.writing(Scope.installation()) as session:
        row = session.exec(select(SyncedCalendar).where(SyncedCalendar.id == calendar_id)).one()
        row.requested += 1
        session.commit()
    began, worked = time.perf_counter(), time.process_time()
    sync.sync_calendar(tools, calendar_id=calendar_id, owner="benchmark")
    seconds, worked = time.perf_counter() - began, time.process_time() - worked
    with tools.database.reading(Scope.installation()) as session:
        count = session.exec(select(func.count()).select_from(GoogleEvent)).one()
    taken = {"seconds": seconds, "processor_seconds": worked}
    return {**taken, "events": count, "peak_mb": peak_mb()}


def peak_mb() -> float:
    """The most memory that this program has held, without that of the one that started it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    (peak,) = [line for line in lines if line.startswith("VmHWM:")]
    return int(peak.split()[1]) / 1024


if __name__ == "__main__":
    main()

"""Real calendars from the wild: what the app shows of them is what recurring-ical-events finds.

Each goes through the stand-in's import into a Google calendar, from there through the pull, and is
compared start by start over 500 days. `ENGINES=all` takes all of them, the suite every fifth.
"""

import datetime as dt
import json
import os
from collections import Counter
from pathlib import Path

import pytest

from emulator.ics_parts import UnreadableCalendar
from tests.emulator.judges import clients
from tests.fixtures.databases import Sqlite
from tests.story.office import ZONE
from tests.story.one_process import OneProcess, one_process
from tests.story.test_corpus import FILES
from webapp.db.queries.google_events import google_entries
from webapp.domain.calendar_pages import Window
from webapp.domain.timespan import Span, TimedSpan

pytestmark = pytest.mark.slow

DAYS = dt.timedelta(days=500)
CHOSEN = FILES if os.environ.get("ENGINES") == "all" else FILES[::5]
DIFFERENT = {
    "overlaps": "two starts in one event: the judge refuses it",
    "smallcluster": "a rule that the judge refuses",
    "twinkle": "a year before Christ, which the judge refuses",
    "america_new_york_forward_reference": "a zone that the judge cannot read",
    "issue_104_broken_calendar": "a line that the judge refuses",
    "issue_1081_invalid_rrule_freq": "a rule that the judge refuses",
    "google_calendar_invalid_offset": "an offset that does not exist; the judge shows nothing",
    "issue_117_until_before_dtstart": "Google shows the first date also when UNTIL lies before it",
    "issue_128_only_first_event": "COUNT=-1, which is no number of times",
    "issue_148_edge_case_1": "one UID with three rules: Google keeps one of them",
    "issue_163_deleted_modification": "one UID with three rules: Google keeps one of them",
    "issue_253_additional_recurrence_id": "an exception outside of its own series",
    "issue_18_cancel_status": "a cancelled occurrence, which the judge shows",
    "issue_75_range_parameter": "RANGE=THISANDFUTURE, which Google does not know",
    "issue_201_test_matrix": "a start with an hour and an end without: Google makes it whole days",
    "multiple_rrule": "the first start counts towards COUNT of both rules (RFC 5545 3.3.10)",
}
"""By the file's name. What our tile names as unreadable is left out anyway."""


@pytest.mark.skipif(not FILES, reason="the folder ../shared/corpus with real calendars is not here")
def test_the_app_shows_real_calendars_as_another_engine_does(tmp_path: Path) -> None:
    """R95, F98 to F104: thousands of lines that nobody here has written."""
    with one_process(Sqlite(tmp_path).migrated()) as beginning:
        office = beginning.office
        names = list(synced(office))
        windows = {name: window for name in names if (window := window_of(office, name))}
        shown = starts(office, windows)
    asked = [
        {
            "text": names_to_files()[name].read_text(errors="replace"),
            "since": window.after.isoformat(),
            "until": window.before.isoformat(),
            "zone": ZONE,
        }
        for name, window in windows.items()
    ]
    judged = clients.run("occurrences.py", text=json.dumps(asked))

    assert len(windows) >= len(CHOSEN) / 2
    differing = {
        name: (sorted(expected - shown[name]), sorted(shown[name] - expected))
        for name, found in zip(windows, judged, strict=True)
        if (expected := Counter(start for start, _ in found)) != shown[name]
    }
    assert differing == {}


def names_to_files() -> dict[str, Path]:
    """Each chosen file by the name that its calendar gets."""
    return {f"{file.parent.name} {file.stem}": file for file in CHOSEN}


def synced(office: OneProcess) -> list[str]:
    """Imports every readable calendar and syncs its tile; the names of those without notes."""
    office.start_sync()
    office.settle()
    names = []
    for name, file in names_to_files().items():
        try:
            office.hand.import_ics(file.read_bytes(), name=name)
        except UnreadableCalendar:
            continue
        names.append(name)
    office.list_calendars()
    for name in names:
        office.sync_tile(name)
    office.settle()
    files = names_to_files()
    return [
        name for name in names if files[name].stem not in DIFFERENT and not office.problems(name)
    ]


def window_of(office: OneProcess, name: str) -> Window | None:
    """From two days before the first event on; None for a calendar without events."""
    begins = [row.first_starts_at for row in office.mirrored(name) if row.first_starts_at]
    if not begins:
        return None
    after = min(begins) - dt.timedelta(days=2)
    return Window(after, after + DAYS, day_zone=ZONE)


def starts(office: OneProcess, windows: dict[str, Window]) -> dict[str, Counter[str]]:
    """What the app shows of each calendar in its window."""
    with office.writing() as (session, ada):
        return {
            name: Counter(
                _start(entry.span)
                for entry in google_entries(session, ada, window)
                if entry.calendar_name == name
            )
            for name, window in windows.items()
        }


def _start(span: Span) -> str:
    if isinstance(span, TimedSpan):
        return span.starts_at.replace(tzinfo=None).isoformat()
    return span.starts_on.isoformat()

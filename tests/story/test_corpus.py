"""Real calendars from the wild: imported into Google, synced on their tile, none of them lost.

The folder lies beside the repository and is not part of it.
"""

from pathlib import Path

import pytest

from emulator.ics_parts import UnreadableCalendar
from tests.story.office import Office
from webapp.domain.run_state import RunState

pytestmark = pytest.mark.slow

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
FILES = sorted(CORPUS.glob("**/*.ics"))


def titles(events: list[dict]) -> list[str]:  # type: ignore[type-arg]
    """Of what Google shows live."""
    return sorted(event.get("summary", "") for event in events)


@pytest.mark.skipif(not FILES, reason="the folder ../shared/corpus with real calendars is not here")
def test_every_readable_calendar_arrives_and_none_breaks_the_run(connected: Office) -> None:
    """Each calendar of the corpus becomes a Google calendar and is synced on its own tile: all its
    events arrive, and what cannot be read in full is named there (R71, R95, F35, F98 to F102)."""
    connected.start_sync()
    connected.settle()
    imported = []
    for file in FILES:
        name = f"{file.parent.name} {file.stem}"
        try:
            result = connected.hand.import_ics(file.read_bytes(), name=name)
        except UnreadableCalendar:
            continue
        imported.append((name, result))
    connected.list_calendars()
    for name, _ in imported:
        connected.sync_tile(name)
    connected.settle()

    assert len(imported) > 70
    for name, _ in imported:
        shown = connected.hand.calendar(name).events()
        known = {row.google_id for row in connected.mirrored(name) if not row.is_cancelled}
        named = {problem.subject for problem in connected.problems(name)}
        assert {event["id"] for event in shown} <= known | named, name
        run = connected.run(name)
        expected = RunState.SYNCED_WITH_NOTES if named else RunState.SYNCED
        assert run.state is expected, (name, run.reason)
        assert all(problem.reason for problem in connected.problems(name))

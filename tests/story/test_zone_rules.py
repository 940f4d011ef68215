"""The law changes the clocks of a zone, and Google follows ours (RELIABILITY.md F86)."""

import datetime as dt

from tests.fixtures.zone_data import Law, UseLaw
from tests.story.office import ZONE, Office
from tests.story.test_edits import start_of, synced
from webapp.domain.series_edits import SeriesPart
from webapp.domain.wall_clock import timed_span, wall
from webapp.services import appointments, zone_rules


def test_google_shows_every_session_at_its_local_time_again(connected: Office, law: UseLaw) -> None:
    """A single session and a series with one moved: each once, and nothing of it is an edit of
    somebody's in Google."""
    law(Law.TODAY)
    year = connected.clock().year + 2
    connected.book(f"{year}-07-01 18:00", title="Supervision")
    row = connected.book(f"{year}-07-05 09:00", title="Group", rule="FREQ=DAILY;COUNT=3")
    day = dt.datetime(year, 7, 6, 9)
    to = timed_span(day.replace(hour=14), day.replace(hour=15), ZONE)
    with connected.writing() as (session, ada):
        appointments.move(
            session,
            by=ada,
            now=connected.clock(),
            appointment_id=row.id,
            version=row.version,
            to=to,
            part=SeriesPart.THIS,
            original_start=timed_span(day, day.replace(hour=10), ZONE).starts_at,
        )
    synced(connected)
    meant = local_starts(connected, year)
    assert meant == ["07-01 18:00", "07-05 09:00", "07-06 14:00", "07-07 09:00"]

    law(Law.NO_SUMMER_TIME)
    assert zone_rules.keep_wall_times(connected.database, now=connected.clock()) == 2
    connected.settle()

    assert local_starts(connected, year) == meant
    connected.poll()
    assert local_starts(connected, year) == meant
    assert connected.edits() == []


def local_starts(office: Office, year: int) -> list[str]:
    """Everything that our calendar in Google shows in that year, by the law of the moment."""
    masters = [event for event in office.ours.events() if "recurringEventId" not in event]
    starts = [
        start_of(event)
        for master in masters
        for event in (
            office.ours.instances(master["id"], days=3000) if "recurrence" in master else [master]
        )
    ]
    return sorted(f"{wall(start, ZONE):%m-%d %H:%M}" for start in starts if start.year == year)

"""Calendar files as one more calendar: what arrives, what is named, what stays odd."""

from __future__ import annotations

from pathlib import Path

import pytest

from emulator.google import Google
from emulator.ics_parts import UnreadableCalendar
from emulator.serving import RunningEmulator
from tests.emulator.conftest import ADA, ALL, api_for

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus"
FILES = sorted(CORPUS.rglob("*.ics"))


def calendar_of(*lines: str) -> str:
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *lines, "END:VCALENDAR", ""])


def event_of(*lines: str) -> list[str]:
    return ["BEGIN:VEVENT", *lines, "END:VEVENT"]


@pytest.mark.skipif(not FILES, reason="the shared corpus is not beside this repository")
def test_every_file_of_the_corpus_is_read_or_refused_in_one_line(emu: RunningEmulator) -> None:
    """Every VEVENT is stored or named with a reason, and every calendar can be listed both ways."""
    api = api_for(emu, ADA, ALL)
    refused = []
    for path in FILES:
        raw = path.read_bytes()
        try:
            result = emu.google.account(ADA).import_ics(raw, name=path.stem)
        except UnreadableCalendar as unreadable:
            refused.append(f"{path.name}: {unreadable}")
            continue
        # Names begin at a line's start; in a description they are only words.
        count = sum(line.strip() == b"BEGIN:VEVENT" for line in raw.splitlines())
        assert len(result.imported) + len(result.problems) >= count, path.name
        for single in ("false", "true"):
            answer = api.events(result.calendar.id, "GET", singleEvents=single, maxResults=2500)
            assert answer.status_code == 200, path.name
    api.session.close()
    assert refused == ["invalid.ics: there is no calendar in it (no BEGIN:VCALENDAR)"]


def test_a_binary_file_is_refused(google: Google) -> None:
    with pytest.raises(UnreadableCalendar, match="binary"):
        google.account(ADA).import_ics(b"\x89PNG\x00\x00")


def test_a_windows_zone_becomes_the_iana_name(google: Google) -> None:
    """CLDR's table; Google refuses Windows names itself (GOOGLE.md 3.5)."""
    text = calendar_of(*event_of("UID:w", "DTSTART;TZID=W. Europe Standard Time:20261105T090000"))
    result = google.account(ADA).import_ics(text)
    start = google.account(ADA).calendar(result.calendar.id).event(result.imported[0])["start"]
    assert start == {"dateTime": "2026-11-05T09:00:00+01:00", "timeZone": "Europe/Berlin"}


def test_a_zone_the_file_defines_itself_is_found_by_its_rules(google: Google) -> None:
    rules = [
        *("BEGIN:VTIMEZONE", "TZID:Our place", "BEGIN:STANDARD", "DTSTART:16010101T020000"),
        *("TZOFFSETFROM:-0400", "TZOFFSETTO:-0500", "RRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=11"),
        *("END:STANDARD", "BEGIN:DAYLIGHT", "DTSTART:16010101T020000", "TZOFFSETFROM:-0500"),
        *("TZOFFSETTO:-0400", "RRULE:FREQ=YEARLY;BYDAY=2SU;BYMONTH=3", "END:DAYLIGHT"),
        "END:VTIMEZONE",
    ]
    text = calendar_of(*rules, *event_of("UID:o", "DTSTART;TZID=Our place:20260701T090000"))
    result = google.account(ADA).import_ics(text)
    start = google.account(ADA).calendar(result.calendar.id).event(result.imported[0])["start"]
    assert start == {"dateTime": "2026-07-01T15:00:00+02:00", "timeZone": "America/New_York"}


def test_overrides_become_exceptions_with_instance_ids(google: Google) -> None:
    """GOOGLE.md 4.2: master id, underscore, original start in UTC."""
    master = event_of(
        *("UID:s", "SUMMARY:Choir", "DTSTART;TZID=Europe/Berlin:20261105T190000"),
        *(
            "DURATION:PT90M",
            "RRULE:FREQ=WEEKLY;COUNT=5",
            "EXDATE;TZID=Europe/Berlin:20261119T190000",
        ),
    )
    moved = event_of(
        *("UID:s", "SUMMARY:Choir, other hall", "DTSTART;TZID=Europe/Berlin:20261113T200000"),
        *("DURATION:PT90M", "RECURRENCE-ID;TZID=Europe/Berlin:20261112T190000"),
    )
    result = google.account(ADA).import_ics(calendar_of(*moved, *master))
    calendar = google.account(ADA).calendar(result.calendar.id)
    master_id, exception_id = result.imported
    assert exception_id == f"{master_id}_20261112T180000Z"
    assert (
        calendar.event(exception_id)["originalStartTime"]["dateTime"] == "2026-11-12T19:00:00+01:00"
    )
    starts = [e["start"]["dateTime"][:16] for e in calendar.instances(master_id)]
    assert starts == [
        "2026-11-05T19:00",
        "2026-11-13T20:00",
        "2026-11-26T19:00",
        "2026-12-03T19:00",
    ]


def test_odd_rules_stay_as_they_were(google: Google) -> None:
    lines = ("UID:r", "DTSTART:20261105T090000Z", "RRULE:freq=weekly;until=20261201;byday=TH")
    result = google.account(ADA).import_ics(calendar_of(*event_of(*lines)))
    event = google.account(ADA).calendar(result.calendar.id).event(result.imported[0])
    assert event["recurrence"] == ["RRULE:freq=weekly;until=20261201;byday=TH"]


@pytest.mark.parametrize(
    ("lines", "start", "end"),
    [
        (("DTSTART;VALUE=DATE:20261105",), {"date": "2026-11-05"}, {"date": "2026-11-06"}),
        (
            ("DTSTART;VALUE=DATE:20261105", "DTEND;VALUE=DATE:20261105"),
            {"date": "2026-11-05"},
            {"date": "2026-11-06"},
        ),
        (
            ("DTSTART:20261105T090000",),
            {"dateTime": "2026-11-05T09:00:00+01:00", "timeZone": "Europe/Berlin"},
            {"dateTime": "2026-11-05T09:00:00+01:00", "timeZone": "Europe/Berlin"},
        ),
    ],
)
def test_a_missing_or_empty_end_is_filled_in(
    google: Google, lines: tuple[str, ...], start: dict, end: dict
) -> None:
    result = google.account(ADA).import_ics(calendar_of(*event_of("UID:e", *lines)))
    event = google.account(ADA).calendar(result.calendar.id).event(result.imported[0])
    assert (event["start"], event["end"]) == (start, end)


def test_what_cannot_be_an_event_is_named_with_its_reason(google: Google) -> None:
    text = calendar_of(
        *event_of(
            "UID:a", "SUMMARY:Backwards", "DTSTART:20261105T090000Z", "DTEND:20261105T080000Z"
        ),
        *event_of("UID:b", "SUMMARY:Timeless"),
    )
    problems = google.account(ADA).import_ics(text).problems
    assert [str(problem) for problem in problems] == [
        "Backwards: it ends before it starts",
        "Timeless: it has no readable start",
    ]

"""Series from other people's calendars: each is expanded, or refused with a reason, and quickly."""

import datetime as dt
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from webapp.domain.recurrence import UnreadableRule, canonical_lines, foreign_occurrences, last_end
from webapp.domain.rrule import parse_moment
from webapp.domain.timespan import AllDaySpan, Span, TimedSpan, is_known_zone, zone

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
RECURRENCE = ("RRULE", "RDATE", "EXDATE", "EXRULE")
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


def series_in_corpus() -> Iterator[tuple[Span, list[str]]]:
    """Every event of the corpus that repeats: an hour or a day at its start, and its lines."""
    for path in sorted(CORPUS.rglob("*.ics")):
        text = path.read_text(encoding="utf-8", errors="replace").replace("\r\n", "\n")
        for event in text.replace("\n ", "").split("BEGIN:VEVENT")[1:]:
            lines = event.partition("END:VEVENT")[0].splitlines()
            repeating = [one for one in lines if one.startswith(RECURRENCE)]
            span = next((found for one in lines if (found := span_of(one))), None)
            if repeating and span:
                yield span, repeating


def span_of(line: str) -> Span | None:
    head, _, value = line.partition(":")
    if head.partition(";")[0] != "DTSTART":
        return None
    try:
        start = parse_moment(value.strip())
    except UnreadableRule:
        return None
    if not isinstance(start, dt.datetime):
        return AllDaySpan(start, start + DAY)
    name = head.partition("TZID=")[2].strip('"')
    name = name if is_known_zone(name) else "Europe/Berlin"
    starts_at = (start if start.tzinfo else start.replace(tzinfo=zone(name))).astimezone(dt.UTC)
    return TimedSpan(starts_at, starts_at + HOUR, name)


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus is not beside this checkout")
def test_every_series_of_the_corpus_is_read_or_refused_with_a_reason() -> None:
    """F98, F99: nothing hangs, nothing crashes, nearly everything is readable."""
    read, reasons = 0, []
    for span, lines in series_in_corpus():
        start = span.starts_at if isinstance(span, TimedSpan) else midnight(span.starts_on)
        began = time.perf_counter()
        assert canonical_lines(canonical_lines(lines, span), span) == canonical_lines(lines, span)
        try:
            last_end(span, lines)
            window = {"after": start - DAY, "before": start + 800 * DAY, "day_zone": "UTC"}
            assert len(foreign_occurrences(span, lines, **window)) <= 1000
            read += 1
        except UnreadableRule as unreadable:
            reasons.append(unreadable.reason)
        assert time.perf_counter() - began < 2
    assert all(reasons)
    assert len(reasons) < read / 20


def midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), tzinfo=dt.UTC)

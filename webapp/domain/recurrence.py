"""When a series takes place: occurrences in a window, first start, last end. The door to the rest.

Nothing here is ever unbounded: a window costs what it holds and never more than `limit`
occurrences, however old the series (F98). Writing rules is rule_edits.py, comparing them
canonical_rules.py, saying them in English rule_text.py; all are offered here under one name.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from webapp.domain.appointments import ChangedOccurrence
from webapp.domain.canonical_rules import canonical_lines, exdate_line
from webapp.domain.rrule import UnreadableRule
from webapp.domain.rule_edits import continued_from, ended_before, weekly
from webapp.domain.rule_starts import HORIZON
from webapp.domain.rule_text import rule_text
from webapp.domain.series import Series, read_series
from webapp.domain.timespan import Span, Start, TimedSpan, instants, moved, start_of, zone

__all__ = [
    "Occurrence",
    "UnreadableRule",
    "canonical_lines",
    "continued_from",
    "ended_before",
    "exdate_line",
    "first_start",
    "foreign_occurrences",
    "has_occurrence",
    "last_end",
    "occurrences",
    "rule_text",
    "takes_place",
    "weekly",
    "widest",
]

DAY = dt.timedelta(days=1)
EARLIEST = dt.datetime(1900, 1, 1, tzinfo=dt.UTC)
FARTHEST_ZONE = dt.timedelta(hours=14)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time that a series takes place. `original_start` names it wherever it was moved to."""

    original_start: Start
    span: Span
    is_moved: bool = False


def occurrences(
    span: Span,
    rule: str,
    changes: Sequence[ChangedOccurrence] = (),
    *,
    after: dt.datetime,
    before: dt.datetime,
    day_zone: str,
    limit: int = 1000,
) -> list[Occurrence]:
    """What an own event shows between `after` and `before` (aware), in order of start.

    `rule` is an RRULE value or "" for a single event. Cancelled occurrences are left out, moved
    ones stand where they were moved to. Whole days are taken in `day_zone`. The
    window begins after 1900. Raises `UnreadableRule`.
    """
    series = read_series(span, _lines(rule))
    changed = {change.original_start: change for change in changes}
    usual = (
        one
        for one in _in_window(series, after=after, before=before, day_zone=day_zone)
        if one.original_start not in changed
    )
    away = [
        Occurrence(change.original_start, change.span, is_moved=True)
        for change in changed.values()
        if change.span is not None
        and _overlaps(change.span, after, before, day_zone)
        and series.has_start(change.original_start)
    ]
    found = [*islice(usual, limit), *away]
    return sorted(found, key=lambda one: instants(one.span, time_zone=day_zone))[:limit]


def foreign_occurrences(
    span: Span,
    recurrence_lines: Sequence[str],
    *,
    after: dt.datetime,
    before: dt.datetime,
    day_zone: str,
    limit: int = 1000,
) -> list[Occurrence]:
    """The same for Google's RRULE, RDATE, EXDATE and EXRULE lines; exceptions are the caller's.

    Raises `UnreadableRule` with the reason; the first span alone is then the honest answer (F99).
    """
    series = read_series(span, tuple(recurrence_lines))
    found = _in_window(series, after=after, before=before, day_zone=day_zone)
    return list(islice(found, limit))


def has_occurrence(span: Span, rule: str, original_start: Start) -> bool:
    """Whether the series has (or had, if changed) an occurrence of this name."""
    return read_series(span, _lines(rule)).has_start(original_start)


def takes_place(span: Span, rule: str, changes: Sequence[ChangedOccurrence]) -> bool:
    """Whether anything is left of the event when its changes are applied."""
    series = read_series(span, _lines(rule))
    cancelled = {change.original_start for change in changes if change.is_cancelled}
    every = series.starts(since=series.first, until=HORIZON)
    return not cancelled or any(start not in cancelled for start in every)


def first_start(span: Span, changes: Iterable[ChangedOccurrence] = ()) -> dt.datetime:
    """No occurrence starts before this (aware UTC). Whole days count in whichever zone is first."""
    spans = [span, *(change.span for change in changes if change.span is not None)]
    return min(widest(one)[0] for one in spans)


def last_end(
    span: Span, rule_or_lines: str | Sequence[str], changes: Iterable[ChangedOccurrence] = ()
) -> dt.datetime | None:
    """No occurrence ends after this (aware UTC); None when the series is endless.

    Whole days count in whichever zone is last. Raises `UnreadableRule`.
    """
    lines = _lines(rule_or_lines) if isinstance(rule_or_lines, str) else tuple(rule_or_lines)
    if not lines and not changes:
        return widest(span)[1]
    last = read_series(span, lines).last() if lines else start_of(span)
    if last is None:
        return None
    spans = [moved(span, last), *(change.span for change in changes if change.span is not None)]
    return max(widest(one)[1] for one in spans)


def widest(span: Span) -> tuple[dt.datetime, dt.datetime]:
    """No zone sees `span` begin earlier or end later than this (aware UTC)."""
    begins, ends = instants(span, time_zone="UTC")
    if isinstance(span, TimedSpan):
        return begins, ends
    return begins - FARTHEST_ZONE, ends + FARTHEST_ZONE


def _lines(rule: str) -> tuple[str, ...]:
    return (f"RRULE:{rule}",) if rule else ()


def _in_window(
    series: Series, *, after: dt.datetime, before: dt.datetime, day_zone: str
) -> Iterator[Occurrence]:
    span = series.span
    clock = zone(span.time_zone if isinstance(span, TimedSpan) else day_zone)
    reach = min(span.duration + DAY, after - EARLIEST)
    since = (after - reach).astimezone(clock).replace(tzinfo=None)
    until = (before + DAY).astimezone(clock).replace(tzinfo=None)
    for start in series.starts(since=since, until=until):
        placed = span if start == start_of(span) else moved(span, start)
        if _overlaps(placed, after, before, day_zone):
            yield Occurrence(start, placed)


def _overlaps(span: Span, after: dt.datetime, before: dt.datetime, day_zone: str) -> bool:
    """Whether `span` touches the window; an instant counts when it is not before `after`."""
    begins, ends = instants(span, time_zone=day_zone)
    return begins < before and (ends > after or begins == ends >= after)

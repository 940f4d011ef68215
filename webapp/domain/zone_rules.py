"""Own events after the law has changed the clocks of their zone (RELIABILITY.md F86).

Pure. What is stored are instants, and what was meant is the clock on the wall: 18:00 stays 18:00
when a country gives up summer time, and its instant is another one. What is over stays as it was.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

from webapp.domain.appointments import ChangedOccurrence
from webapp.domain.rrule import parse_rule, rule_value
from webapp.domain.rule_starts import HORIZON
from webapp.domain.series import SKIPPED_AT_MOST, Series, read_series
from webapp.domain.series_edits import OwnSeries
from webapp.domain.timespan import Start, TimedSpan
from webapp.domain.wall_clock import as_meant

QUARTER = dt.timedelta(minutes=15)
"""Every zone of today is ahead of UTC by so many of these."""


@dataclass(frozen=True, slots=True)
class WrittenSpan:
    """A timed span and the offsets in seconds that its clock had when it was written, if known."""

    span: TimedSpan
    starts_offset: int | None
    ends_offset: int | None

    @property
    def meant(self) -> TimedSpan:
        """The same time on the wall, by the rules of today."""
        place = self.span.time_zone
        return TimedSpan(
            as_meant(self.span.starts_at, place, written_with=self.starts_offset),
            as_meant(self.span.ends_at, place, written_with=self.ends_offset),
            place,
        )


@dataclass(frozen=True, slots=True)
class WrittenChange:
    """One occurrence of a timed series that differs, as it was written; without `moved_to` it was
    cancelled."""

    original_start: dt.datetime
    original_offset: int | None
    moved_to: WrittenSpan | None


def event_as_meant(
    first: WrittenSpan, rule: str, changes: Iterable[WrittenChange] = (), *, now: dt.datetime
) -> OwnSeries:
    """A timed event, or a series that is not over, by the rules of today; `changes` in their order.

    A series keeps its wall clock as a whole, as its occurrences are counted from the first; moved
    ones that have begun stay where they were. Raises `UnreadableRule`.
    """
    span = first.meant
    if not rule:
        return OwnSeries(span, "")
    rule = _rule_as_meant(rule, span)
    series = read_series(span, (f"RRULE:{rule}",))
    return OwnSeries(span, rule, tuple(_change_as_meant(series, each, now) for each in changes))


def _rule_as_meant(rule: str, span: TimedSpan) -> str:
    """UNTIL is the last start itself (canonical_rules.py); where none is any more, the near one."""
    parsed = parse_rule(rule)
    until = parsed.until
    if not isinstance(until, dt.datetime) or until.tzinfo is None or until.year > HORIZON.year:
        return rule
    series = Series(span, (replace(parsed, until=None),))
    last = _nearest(series, series.local(until))
    if last is None or last == until or (last - until) % QUARTER:
        return rule
    return rule_value(replace(parsed, until=last))


def _change_as_meant(series: Series, change: WrittenChange, now: dt.datetime) -> ChangedOccurrence:
    original, to = _original_as_meant(series, change), change.moved_to
    if to is None:
        return ChangedOccurrence(original, None)
    return ChangedOccurrence(original, to.meant if to.span.starts_at > now else to.span)


def _original_as_meant(series: Series, change: WrittenChange) -> Start:
    """The name of an occurrence is its start by the rule, also on a day whose clock skips it."""
    assert isinstance(series.span, TimedSpan)
    place, written_with = series.span.time_zone, change.original_offset
    meant = as_meant(change.original_start, place, written_with=written_with)
    if meant == change.original_start:
        return meant
    return _nearest(series, series.local(meant)) or meant


def _nearest(series: Series, local: dt.datetime) -> dt.datetime | None:
    """The start that is nearest to a local time, where one is near."""
    near = series.starts(since=local - SKIPPED_AT_MOST, until=local + SKIPPED_AT_MOST)
    timed = [start for start in near if isinstance(start, dt.datetime)]
    return min(timed, key=lambda start: abs(series.local(start) - local), default=None)

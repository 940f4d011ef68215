"""What becomes of a series when one of its sessions is changed: this, this and following, or all.

Pure: spans, rules and changes in, spans, rules and changes out. A series shifts by its wall clock,
because that is what people mean: 18:00 moved to 19:00 is 19:00 in summer and in winter (F104).
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from webapp.domain import recurrence
from webapp.domain.appointments import ChangedOccurrence
from webapp.domain.timespan import AllDaySpan, Span, Start, TimedSpan, moved, start_of
from webapp.domain.wall_clock import resolved, wall


class SeriesPart(StrEnum):
    """How far a change reaches."""

    THIS = "this"
    FOLLOWING = "following"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class OwnSeries:
    """A series as values; a single event has the rule "". `changes` are in no particular order."""

    span: Span
    rule: str
    changes: tuple[ChangedOccurrence, ...] = ()


def shown_at(series: OwnSeries, original_start: Start) -> Span:
    """Where the occurrence takes place: where it was moved to, else its regular place."""
    for change in series.changes:
        if change.original_start == original_start and change.span is not None:
            return change.span
    return moved(series.span, original_start)


def is_same_time(one: Span, other: Span) -> bool:
    """Whether both cover the same instants or the same days; the zone they are kept in aside."""
    if isinstance(one, TimedSpan) and isinstance(other, TimedSpan):
        return (one.starts_at, one.ends_at) == (other.starts_at, other.ends_at)
    return one == other


def takes_place(series: OwnSeries, original_start: Start) -> bool:
    """Whether the series has an occurrence of this name that was not cancelled."""
    if isinstance(original_start, dt.datetime) != isinstance(series.span, TimedSpan):
        return False
    if any(c.is_cancelled and c.original_start == original_start for c in series.changes):
        return False
    return recurrence.has_occurrence(series.span, series.rule, original_start)


def retimed(
    series: OwnSeries, part: SeriesPart, original_start: Start | None, to: Span
) -> OwnSeries | None:
    """What a new time makes of the part that changes: one event, the rest, or the whole series.

    None when nothing gets another time, also because the series has no such session.
    """
    start = start_of(series.span) if original_start is None else original_start
    if is_same_time(shown_at(series, start), to):
        return None
    if not series.rule:
        return OwnSeries(to, "")
    if not takes_place(series, start) or not isinstance(to, type(series.span)):
        return None
    if part is SeriesPart.THIS:
        return OwnSeries(to, "")
    if part is SeriesPart.FOLLOWING and start != start_of(series.span):
        return following(series, start, to)
    return shifted(series, start, to)


def before(series: OwnSeries, original_start: Start) -> OwnSeries:
    """The series cut short: this occurrence and the following ones are gone.

    Raises ValueError for the first occurrence: then the whole series is meant.
    """
    rule = recurrence.ended_before(series.rule, series.span, original_start=original_start)
    kept = tuple(c for c in series.changes if _instant(c.original_start) < _instant(original_start))
    return OwnSeries(series.span, rule, kept)


def following(series: OwnSeries, original_start: Start, to: Span | None) -> OwnSeries:
    """The series that goes on from an occurrence, which moves to `to` (None: stays in place)."""
    regular = moved(series.span, original_start)
    has_moved = to is not None and not is_same_time(to, shown_at(series, original_start))
    target = to if has_moved else None
    late = [c for c in series.changes if _instant(c.original_start) >= _instant(original_start)]
    rule = recurrence.continued_from(
        series.rule, series.span, original_start=original_start, to=target or regular
    )
    if target is None:
        return OwnSeries(regular, rule, tuple(late))
    changes = _shifted_changes(series, late, original_start=original_start, to=target)
    return OwnSeries(target, rule, changes)


def shifted(series: OwnSeries, original_start: Start, to: Span) -> OwnSeries:
    """The whole series shifted so that the regular place of one occurrence is `to`.

    Cancelled occurrences stay cancelled at their shifted place; moved ones stay where somebody
    moved them. The occurrence itself loses its own change, as its place is regular now.
    """
    opening = start_of(series.span)
    first = _shifted_start(series, opening, original_start=original_start, to=to)
    span = moved(to, first)
    rule = recurrence.continued_from(series.rule, series.span, original_start=opening, to=span)
    changes = _shifted_changes(series, series.changes, original_start=original_start, to=to)
    return OwnSeries(span, rule, changes)


def _shifted_changes(
    series: OwnSeries,
    changes: Iterable[ChangedOccurrence],
    *,
    original_start: Start,
    to: Span,
) -> tuple[ChangedOccurrence, ...]:
    return tuple(
        ChangedOccurrence(
            _shifted_start(series, change.original_start, original_start=original_start, to=to),
            change.span,
        )
        for change in changes
        if change.original_start != original_start
    )


def _shifted_start(series: OwnSeries, start: Start, *, original_start: Start, to: Span) -> Start:
    """Where the occurrence `start` begins once `original_start` begins where `to` does."""
    if isinstance(to, AllDaySpan):
        return start + (to.starts_on - original_start)
    shift = wall(to.starts_at, to.time_zone) - _nominal(series, original_start)
    return resolved(_nominal(series, start) + shift, to.time_zone)


def _nominal(series: OwnSeries, start: Start) -> dt.datetime:
    """The wall clock that the rule means, also on a day whose clock skips it (F103)."""
    assert isinstance(series.span, TimedSpan)
    assert isinstance(start, dt.datetime)
    usual = wall(series.span.starts_at, series.span.time_zone).time()
    return dt.datetime.combine(wall(start, series.span.time_zone).date(), usual)


def _instant(start: Start) -> dt.datetime:
    """Something to order starts by: days as midnights in UTC."""
    if isinstance(start, dt.datetime):
        return start
    return dt.datetime.combine(start, dt.time(), tzinfo=dt.UTC)

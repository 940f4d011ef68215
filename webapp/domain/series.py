"""A recurrence set: first start, rules, added and removed starts (RFC 5545 3.8.5).

The wall clock is kept in the span's zone, so a weekly 18:00 stays 18:00 when daylight saving
changes. A start that a change skips moves with Python's zone rules (02:30 becomes 03:30, F103), and
the first of two equal local times is taken, in the UI, the feed and Google alike.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from heapq import merge

from webapp.domain.rrule import Rule, UnreadableRule, parse_moment, parse_rule
from webapp.domain.rule_starts import HORIZON, counted_start, last_start, starts
from webapp.domain.timespan import Span, Start, TimedSpan, UnknownTimeZone, start_of, zone

MOST_DATES = 5000
EARLIEST_YEAR = 1000
SKIPPED_AT_MOST = dt.timedelta(hours=3)


@dataclass(frozen=True, slots=True)
class Series:
    """A span and what repeats it. `added` and `removed` hold starts as `start_of` gives them.

    `first` is the first start on the wall clock, naive.
    """

    span: Span
    rules: tuple[Rule, ...] = ()
    removing_rules: tuple[Rule, ...] = ()
    added: frozenset[Start] = frozenset()
    removed: frozenset[Start] = frozenset()
    first: dt.datetime = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "first", self.local(start_of(self.span)))

    @property
    def is_endless(self) -> bool:
        """Whether some rule has neither COUNT nor UNTIL."""
        return any(rule.count is None and rule.until is None for rule in self.rules)

    def local(self, start: Start) -> dt.datetime:
        """`start` on the wall clock of the series, naive; dates begin at midnight."""
        if isinstance(start, dt.datetime):
            name = self.span.time_zone if isinstance(self.span, TimedSpan) else "UTC"
            return start.astimezone(zone(name)).replace(tzinfo=None, fold=0)
        return dt.datetime.combine(start, dt.time())

    def placed(self, local: dt.datetime) -> Start:
        """A naive wall clock time as a start: aware UTC, or a date."""
        if not isinstance(self.span, TimedSpan):
            return local.date()
        if local == self.first:
            return self.span.starts_at
        return local.replace(tzinfo=zone(self.span.time_zone)).astimezone(dt.UTC)

    def starts(self, *, since: dt.datetime, until: dt.datetime) -> Iterator[Start]:
        """Every start from `since` to `until` (naive local, inclusive), in order, each once."""
        sources: list[Iterable[dt.datetime]] = [
            starts(rule, self.first, since=since, until=min(until, last_of(rule, self)))
            for rule in self.rules
        ]
        sources.append(sorted(self.local(start) for start in (start_of(self.span), *self.added)))
        skipped = self._removed_locals(since, until)
        seen = None
        for local in merge(*sources):
            if local != seen and since <= local <= until and local not in skipped:
                yield from (start for start in [self.placed(local)] if start not in self.removed)
            seen = local

    def has_start(self, start: Start) -> bool:
        """Whether `start` is one of the series' own starts."""
        if isinstance(start, dt.datetime) is not isinstance(self.span, TimedSpan):
            return False
        local = self.local(start)
        near = self.starts(since=local - SKIPPED_AT_MOST, until=local + SKIPPED_AT_MOST)
        return start in near

    def last(self) -> Start | None:
        """The last start before removals, None when endless. Never later than the horizon."""
        if self.is_endless:
            return None
        ends = [last_start(rule, self.first, until=last_of(rule, self)) for rule in self.rules]
        known = [self.local(start) for start in (start_of(self.span), *self.added)]
        return self.placed(max([*known, *(end for end in ends if end is not None)]))

    def _removed_locals(self, since: dt.datetime, until: dt.datetime) -> set[dt.datetime]:
        return {
            local
            for rule in self.removing_rules
            for local in starts(
                rule, self.first, since=since, until=min(until, last_of(rule, self))
            )
        }


def last_of(rule: Rule, series: Series) -> dt.datetime:
    """The latest local start that COUNT and UNTIL of `rule` allow; the horizon when endless."""
    until = HORIZON if rule.until is None else _local_until(rule.until, series)
    if rule.count is not None:
        until = min(until, counted_start(rule, series.first, rule.count) or series.first)
    return until


@lru_cache(maxsize=512)
def read_series(span: Span, lines: tuple[str, ...]) -> Series:
    """The series of `span` and RRULE, EXRULE, RDATE and EXDATE `lines`.

    Raises `UnreadableRule` for anything it cannot expand as written.
    """
    found: dict[str, list[str]] = {"RRULE": [], "EXRULE": [], "RDATE": [], "EXDATE": []}
    for line in lines:
        name = line.partition(":")[0].partition(";")[0].strip().upper()
        if name not in found:
            raise UnreadableRule("has a line of an unknown kind")
        if line.partition(":")[2].strip():  # "RRULE:" alone occurs and says nothing.
            found[name].append(line)
    return Series(
        span,
        rules=tuple(parse_rule(line.partition(":")[2]) for line in found["RRULE"]),
        removing_rules=tuple(parse_rule(line.partition(":")[2]) for line in found["EXRULE"]),
        added=frozenset(start for line in found["RDATE"] for start in dates(line, span)),
        removed=frozenset(start for line in found["EXDATE"] for start in dates(line, span)),
    )


def dates(line: str, span: Span) -> list[Start]:
    """The starts that an RDATE or EXDATE line names. Raises `UnreadableRule`.

    A date in a timed series names nothing when it is removed (as Google has it), and its usual
    time when it is added; a time in an all-day series means its day.
    """
    head, _, text = line.partition(":")
    values = [value.strip().upper() for value in text.split(",") if value.strip()]
    if len(values) > MOST_DATES:
        raise UnreadableRule(f"has more than {MOST_DATES} dates")
    series, is_removal = Series(span), head.strip().upper().startswith("EXDATE")
    own_zone = _zone_of_line(head) or (span.time_zone if isinstance(span, TimedSpan) else "UTC")
    return [
        _named_start(value, series, own_zone)
        for value in values
        if "T" in value or not is_removal or not isinstance(span, TimedSpan)
    ]


def _named_start(value: str, series: Series, own_zone: str) -> Start:
    moment = parse_moment(value)
    if not EARLIEST_YEAR < moment.year < HORIZON.year + 100:
        raise UnreadableRule("has a date that is too far away")
    if not isinstance(series.span, TimedSpan):
        return moment.date() if isinstance(moment, dt.datetime) else moment
    if not isinstance(moment, dt.datetime):
        return series.placed(dt.datetime.combine(moment, series.first.time()))
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone(own_zone))
    return moment.astimezone(dt.UTC)


def _zone_of_line(head: str) -> str | None:
    """The TZID parameter, if this machine knows it; else the series' own zone will do (F100)."""
    for parameter in head.split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().upper() == "TZID":
            try:
                return zone(value.strip().strip('"')).key
            except UnknownTimeZone:
                return None
    return None


def _local_until(until: Start, series: Series) -> dt.datetime:
    """UNTIL on the wall clock. A date in a timed series includes its whole day.

    People write the year 9999 for "always", which no zone can place.
    """
    if until.year > HORIZON.year:
        return HORIZON
    if not isinstance(until, dt.datetime):
        end = dt.time(23, 59, 59) if isinstance(series.span, TimedSpan) else dt.time()
        return dt.datetime.combine(until, end)
    if isinstance(series.span, TimedSpan):
        return series.local(until) if until.tzinfo and until.year > EARLIEST_YEAR else _naive(until)
    return dt.datetime.combine(until.date(), dt.time())


def _naive(moment: dt.datetime) -> dt.datetime:
    return moment.replace(tzinfo=None)

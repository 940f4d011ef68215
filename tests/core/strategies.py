"""What Hypothesis draws for the core: spans, rules and snapshots that calendars really hold."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from hypothesis import strategies as st

from webapp.domain.timespan import AllDaySpan, Span, TimedSpan, zone
from webapp.sync.types import Snapshot, Transparency, Visibility

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC")
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")

days = st.dates(dt.date(2024, 1, 1), dt.date(2028, 12, 31))


@st.composite
def timed_spans(draw: st.DrawFn) -> TimedSpan:
    """An appointment by day, so that no daylight saving change falls into the start itself."""
    time_zone = draw(st.sampled_from(ZONES))
    clock = dt.time(draw(st.integers(7, 20)), draw(st.sampled_from([0, 15, 30, 45])))
    local = dt.datetime.combine(draw(days), clock, tzinfo=zone(time_zone))
    starts_at = local.astimezone(dt.UTC)
    length = dt.timedelta(minutes=draw(st.integers(1, 180)))
    return TimedSpan(starts_at, starts_at + length, time_zone)


@st.composite
def all_day_spans(draw: st.DrawFn) -> AllDaySpan:
    """One day or a few."""
    starts_on = draw(days)
    return AllDaySpan(starts_on, starts_on + dt.timedelta(days=draw(st.integers(1, 4))))


def spans() -> st.SearchStrategy[Span]:
    """Either kind."""
    return st.one_of(timed_spans(), all_day_spans())


@st.composite
def rules(draw: st.DrawFn) -> str:
    """RRULE values that go on matching: dateutil, the judge, walks to the year 9999 for others."""
    frequency = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    is_long = frequency in ("MONTHLY", "YEARLY")
    by_month, by_month_day, by_day = (draw(st.booleans()) for _ in range(3))
    interval = 1 if by_month else draw(st.integers(1, 5))
    parts = [f"FREQ={frequency}", f"INTERVAL={interval}"]
    if by_month:
        parts.append(f"BYMONTH={_listed(draw, range(1, 13))}")
    if by_month_day and is_long:
        parts.append(f"BYMONTHDAY={_listed(draw, [1, 5, 15, 28, -1, -7])}")
    if by_day:
        is_numbered = frequency == "YEARLY" and not by_month and draw(st.booleans())
        has_ordinals = is_long and not by_month_day and not is_numbered
        parts.append(f"BYDAY={draw(_by_day(has_ordinals=has_ordinals))}")
        if is_numbered and not by_month_day:
            parts.append(draw(st.sampled_from(["BYWEEKNO=1,20,-1", "BYYEARDAY=1,100,-1,-100"])))
    if is_long and draw(st.booleans()):
        parts.append(f"BYSETPOS={draw(st.sampled_from(['1', '-1', '1,-1']))}")
    if draw(st.booleans()):
        parts.append(f"WKST={draw(st.sampled_from(WEEKDAYS))}")
    return ";".join(parts)


@st.composite
def snapshots(draw: st.DrawFn) -> Snapshot:
    """Few values in each field, so that equal ones come up often."""
    first = TimedSpan(
        dt.datetime(2026, 11, 5, 13, tzinfo=dt.UTC),
        dt.datetime(2026, 11, 5, 14, tzinfo=dt.UTC),
        "Europe/Berlin",
    )
    later = replace(first, ends_at=first.ends_at + dt.timedelta(hours=1))
    return Snapshot(
        summary=draw(st.sampled_from(["C-1042", "C-1043"])),
        span=draw(st.sampled_from([first, later])),
        visibility=draw(st.sampled_from(list(Visibility))),
        transparency=draw(st.sampled_from(list(Transparency))),
    )


def _listed(draw: st.DrawFn, choices: Sequence[int]) -> str:
    chosen = draw(st.lists(st.sampled_from(choices), min_size=1, max_size=3, unique=True))
    return ",".join(map(str, chosen))


def _by_day(*, has_ordinals: bool) -> st.SearchStrategy[str]:
    """All plain or all with ordinals: mixed ones dateutil joins with "and", the RFC with "or"."""
    plain = st.sampled_from(WEEKDAYS)
    counted = st.tuples(st.sampled_from(["1", "2", "-1"]), plain).map("".join)
    kinds = [plain, counted] if has_ordinals else [plain]
    lists = [st.lists(one, min_size=1, max_size=4, unique=True) for one in kinds]
    return st.one_of(lists).map(",".join)

"""What the demo practice's feeds must list, from its tables and by wall-clock arithmetic alone."""

import datetime as dt
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from tests.feeds.engines.practices import Row, row
from webapp.db import demo_plan as plan
from webapp.domain.timespan import AllDaySpan, TimedSpan

WEEK = dt.timedelta(weeks=1)
PLACE = ZoneInfo(plan.ZONE)
WEEKDAYS = {"MO": 0, "TU": 1, "WE": 2, "TH": 3, "FR": 4}


def expected(who: str, *, monday: dt.date, weeks_ahead: int) -> list[Row]:
    """Everything of `who`, endless series for `weeks_ahead` weeks after `monday`'s."""
    rows = [
        one
        for planned in plan.PLANS
        if planned.who == who and not planned.is_cancelled
        for one in _occurrences(planned, monday, weeks_ahead)
    ]
    for away in plan.DAYS_OFF:
        if away.who == who:
            first = away.starts_on(monday)
            last = first + dt.timedelta(days=away.days)
            rows.append(row(AllDaySpan(first, last), away.title))
    return sorted(rows)


def _occurrences(planned: plan.Plan, monday: dt.date, weeks_ahead: int) -> Iterator[Row]:
    weeks = range(planned.first, plan.LAST_WEEK + 1, planned.every or 100)
    if planned.is_endless:
        weeks = range(planned.first, weeks_ahead, planned.every)
    if planned.times:
        weeks = range(planned.first, planned.first + planned.times * planned.every, planned.every)
    days = [WEEKDAYS[name] for name in planned.days.split(",") if name] or [planned.clock.weekday]
    changes = {
        (one.week, planned.clock.weekday if one.weekday is None else one.weekday): one
        for one in planned.changes
    }
    for week in weeks:
        for weekday in days:
            clock = plan.Clock(weekday, planned.clock.time, planned.clock.minutes)
            change = changes.get((week, weekday))
            if change is None:
                yield _row(planned, monday + week * WEEK, clock)
            elif change.to is not None:
                yield _row(planned, monday + week * WEEK, change.to)


def _row(planned: plan.Plan, monday: dt.date, clock: plan.Clock) -> Row:
    day = monday + dt.timedelta(days=clock.weekday)
    local = dt.datetime.combine(day, dt.time.fromisoformat(clock.time), PLACE)
    starts_at = local.astimezone(dt.UTC)
    ends_at = starts_at + dt.timedelta(minutes=clock.minutes)
    return row(TimedSpan(starts_at, ends_at, plan.ZONE), planned.client or planned.title)

"""Which days a calendar page shows, what it is called, and where previous and next lead.

Weeks begin on Monday. Pages exist from 1970 to 2199; a day outside leads to the nearest page.
"""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from webapp.domain.timespan import midnight

FIRST_DAY = dt.date(1970, 1, 1)
LAST_DAY = dt.date(2199, 12, 31)
DAY = dt.timedelta(days=1)
WEEK = dt.timedelta(weeks=1)
AGENDA_DAYS = dt.timedelta(days=28)


class CalendarView(StrEnum):
    """How much a page shows (R8)."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    AGENDA = "agenda"


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time, from `after` to `before` (aware UTC), looked at in `day_zone`."""

    after: dt.datetime
    before: dt.datetime
    day_zone: str


@dataclass(frozen=True, slots=True)
class CalendarPage:
    """One page: a view, and the day that it is about. Use `page` to make one."""

    view: CalendarView
    on: dt.date

    @property
    def first_day(self) -> dt.date:
        """The first day shown; for a month the Monday of its first week."""
        if self.view is CalendarView.WEEK:
            return _monday(self.on)
        return _monday(self.on.replace(day=1)) if self.view is CalendarView.MONTH else self.on

    @property
    def end_day(self) -> dt.date:
        """The day after the last one shown."""
        if self.view is CalendarView.DAY:
            return self.on + DAY
        if self.view is CalendarView.WEEK:
            return self.first_day + WEEK
        if self.view is CalendarView.AGENDA:
            return self.on + AGENDA_DAYS
        return _monday(_next_month(self.on) - DAY) + WEEK

    @property
    def days(self) -> list[dt.date]:
        """Every day shown, in order."""
        return [self.first_day + n * DAY for n in range((self.end_day - self.first_day).days)]

    @property
    def previous(self) -> "CalendarPage":
        """The page before, in the same view."""
        if self.view is CalendarView.MONTH:
            return page(self.view, self.on.replace(day=1) - DAY)
        return page(self.view, self.on - self._step)

    @property
    def next(self) -> "CalendarPage":
        """The page after, in the same view."""
        if self.view is CalendarView.MONTH:
            return page(self.view, _next_month(self.on))
        return page(self.view, self.on + self._step)

    @property
    def title(self) -> str:
        """ "23 – 29 November 2026", "November 2026" or "Mon 23 November 2026"."""
        if self.view is CalendarView.MONTH:
            return f"{self.on:%B} {self.on.year}"
        if self.view is CalendarView.DAY:
            return f"{self.on:%a} {self.on.day} {self.on:%B} {self.on.year}"
        return _range(self.first_day, self.end_day - DAY)

    def window(self, day_zone: str) -> Window:
        """The time that the page shows, from midnight to midnight in `day_zone`."""
        return Window(
            midnight(self.first_day, day_zone), midnight(self.end_day, day_zone), day_zone
        )

    def is_outside(self, day: dt.date) -> bool:
        """Whether `day` only fills up the weeks of a month."""
        return self.view is CalendarView.MONTH and day.month != self.on.month

    @property
    def _step(self) -> dt.timedelta:
        steps = {CalendarView.DAY: DAY, CalendarView.WEEK: WEEK}
        return steps.get(self.view, AGENDA_DAYS)


def page(view: CalendarView, on: dt.date) -> CalendarPage:
    """The page of `view` that shows `on`, or the nearest one there is."""
    return CalendarPage(view, min(max(on, FIRST_DAY), LAST_DAY))


def _monday(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.weekday())


def _next_month(day: dt.date) -> dt.date:
    return (day.replace(day=28) + 4 * DAY).replace(day=1)


def _range(first: dt.date, last: dt.date) -> str:
    if first.year != last.year:
        start = f"{first.day} {first:%b} {first.year}"
    elif first.month != last.month:
        start = f"{first.day} {first:%b}"
    else:
        return f"{first.day} – {last.day} {last:%B} {last.year}"
    return f"{start} – {last.day} {last:%b} {last.year}"

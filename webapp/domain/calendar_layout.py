"""Where entries stand on a page: day by day, all-day ones in rows, timed ones in lanes.

Pure wall clock: minutes are what the clock on the wall shows, so a day of 23 or 25 hours has the
same 24 rows as any other.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from webapp.domain.calendar_entries import DAY, Entry
from webapp.domain.calendar_pages import CalendarPage
from webapp.domain.timespan import AllDaySpan, TimedSpan
from webapp.domain.wall_clock import wall

USUAL_HOURS = (7, 20)
ALL_HOURS = (0, 24)
MINUTES = 24 * 60
ONE_LINE = 40
SHORTEST = 25
"""Minutes of height that a short entry takes at least, so that a finger can hit it (2.5.8)."""


@dataclass(frozen=True, slots=True)
class Strip:
    """An entry of a whole day; `row` counts from 0 and is the same on each of its days."""

    entry: Entry
    row: int
    is_first: bool
    is_last: bool


@dataclass(frozen=True, slots=True)
class Block:
    """A timed entry, or the part of it on one day. Minutes count from midnight. `clashes` are the
    titles of what else takes the same time, as the viewer sees them."""

    entry: Entry
    starts: int
    ends: int
    lane: int = 0
    lanes: int = 1
    clashes: tuple[str, ...] = ()

    @property
    def height(self) -> int:
        """How many minutes high it is drawn."""
        return max(self.ends - self.starts, SHORTEST)

    @property
    def is_short(self) -> bool:
        """Whether there is room for one line only."""
        return self.height < ONE_LINE


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a page."""

    on: dt.date
    is_today: bool
    is_outside: bool
    strips: tuple[Strip, ...]
    blocks: tuple[Block, ...]

    @property
    def rows(self) -> int:
        """How many rows its strips need."""
        return max((strip.row + 1 for strip in self.strips), default=0)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is on."""
        return not self.strips and not self.blocks

    @property
    def entries(self) -> list[Entry]:
        """Everything of the day in time order."""
        return [*(strip.entry for strip in self.strips), *(block.entry for block in self.blocks)]


@dataclass(frozen=True, slots=True)
class Layout:
    """A page with everything in its place. Hours are shown from `first_hour` to `end_hour`."""

    page: CalendarPage
    days: tuple[Day, ...]
    first_hour: int
    end_hour: int

    @property
    def rows(self) -> int:
        """How many rows of all-day entries the page needs."""
        return max((day.rows for day in self.days), default=0)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is on, on any day."""
        return all(day.is_empty for day in self.days)


def laid_out(
    page: CalendarPage,
    entries: Sequence[Entry],
    *,
    time_zone: str,
    today: dt.date,
    has_all_hours: bool = False,
) -> Layout:
    """`entries`, in time order, on the days of `page` as seen in `time_zone`."""
    strips = _strips(entries, page, time_zone)
    days = tuple(
        Day(
            on=day,
            is_today=day == today,
            is_outside=page.is_outside(day),
            strips=tuple(strip for strip_day, strip in strips if strip_day == day),
            blocks=_in_lanes(_with_clashes(_blocks(entries, day, time_zone))),
        )
        for day in page.days
    )
    first, end = ALL_HOURS if has_all_hours else _hours(days)
    return Layout(page, days, first, end)


def _strips(
    entries: Iterable[Entry], page: CalendarPage, time_zone: str
) -> list[tuple[dt.date, Strip]]:
    """Each takes the first row that is free on all of its days."""
    taken: set[tuple[dt.date, int]] = set()
    found = []
    for entry in entries:
        whole = _whole_days(entry, time_zone)
        days = [day for day in page.days if whole is not None and whole[0] <= day < whole[1]]
        if whole is None or not days:
            continue
        row = next(n for n in range(len(taken) + 1) if not any((day, n) in taken for day in days))
        taken.update((day, row) for day in days)
        last = whole[1] - DAY
        found += [(day, Strip(entry, row, day == whole[0], day == last)) for day in days]
    return sorted(found, key=lambda each: (each[0], each[1].row))


def _whole_days(entry: Entry, time_zone: str) -> tuple[dt.date, dt.date] | None:
    """First day and the day after the last, for all that stands in the strip: whole days, and
    timed entries of a day or more. None for what stands in the grid."""
    if isinstance(entry.span, AllDaySpan):
        return entry.span.starts_on, max(entry.span.ends_on, entry.span.starts_on + DAY)
    if entry.span.duration < DAY:
        return None
    ends = wall(entry.span.ends_at, time_zone)
    return wall(entry.span.starts_at, time_zone).date(), (
        ends - dt.datetime.resolution
    ).date() + DAY


def _blocks(entries: Iterable[Entry], day: dt.date, time_zone: str) -> list[Block]:
    found = []
    for entry in entries:
        if not isinstance(entry.span, TimedSpan) or entry.span.duration >= DAY:
            continue
        starts = _minute(wall(entry.span.starts_at, time_zone), day)
        ends = _minute(wall(entry.span.ends_at, time_zone), day)
        is_moment = starts == ends and 0 <= starts < MINUTES
        if (starts < MINUTES and ends > 0) or is_moment:
            found.append(Block(entry, max(starts, 0), min(max(ends, starts), MINUTES)))
    return sorted(found, key=lambda block: (block.starts, -block.ends))


def _minute(local: dt.datetime, day: dt.date) -> int:
    """Minutes from midnight of `day`: below 0 the day before, above 1440 the day after."""
    return (local.date() - day).days * MINUTES + local.hour * 60 + local.minute


def _with_clashes(blocks: Sequence[Block]) -> list[Block]:
    """Each knows what else takes its time (PRODUCT.md 6.5). What is Free takes none."""
    return [
        replace(block, clashes=tuple(each.entry.title for each in blocks if _is_clash(block, each)))
        for block in blocks
    ]


def _is_clash(one: Block, other: Block) -> bool:
    takes_time = one.entry.is_busy and other.entry.is_busy
    return one is not other and takes_time and one.starts < other.ends and other.starts < one.ends


def _in_lanes(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Blocks that touch stand side by side, as narrow as the fullest moment of their group asks."""
    placed: list[Block] = []
    group: list[Block] = []
    lane_ends: list[int] = []
    for block in blocks:
        if group and block.starts >= max(lane_ends):
            placed += [replace(each, lanes=len(lane_ends)) for each in group]
            group, lane_ends = [], []
        free = (n for n, end in enumerate(lane_ends) if end <= block.starts)
        lane = next(free, len(lane_ends))
        lane_ends[lane : lane + 1] = [block.starts + block.height]
        group.append(replace(block, lane=lane))
    placed += [replace(each, lanes=len(lane_ends)) for each in group]
    return tuple(placed)


def _hours(days: Iterable[Day]) -> tuple[int, int]:
    """The usual hours, widened to hold every entry."""
    blocks = [block for day in days for block in day.blocks]
    first = min((block.starts // 60 for block in blocks), default=USUAL_HOURS[0])
    end = max((-(-block.ends // 60) for block in blocks), default=USUAL_HOURS[1])
    return min(first, USUAL_HOURS[0]), max(end, USUAL_HOURS[1])

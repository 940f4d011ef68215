"""Lanes, rows and hours."""

import datetime as dt
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from webapp.domain.calendar_entries import Entry, EntryKind, clock_text, spoken
from webapp.domain.calendar_layout import Block, Layout, laid_out
from webapp.domain.calendar_pages import CalendarView, page
from webapp.domain.palette import NAMES, hue
from webapp.domain.timespan import AllDaySpan, Span, TimedSpan
from webapp.domain.wall_clock import resolved, timed_span

ZONE = "Europe/Berlin"
MONDAY = dt.date(2026, 11, 23)


def entry(title: str, span: Span) -> Entry:
    """An own event."""
    return Entry(kind=EntryKind.OWN, title=title, span=span)


def at(starts: str, ends: str, title: str = "one") -> Entry:
    """A timed entry between two local times such as 2026-11-23T10:00."""
    span = timed_span(dt.datetime.fromisoformat(starts), dt.datetime.fromisoformat(ends), ZONE)
    return entry(title, span)


def days(first: str, end: str, title: str = "one") -> Entry:
    """An all-day entry; `end` is exclusive."""
    return entry(title, AllDaySpan(dt.date.fromisoformat(first), dt.date.fromisoformat(end)))


def week(*entries: Entry, on: dt.date = MONDAY) -> Layout:
    """The week of `on` with these entries."""
    return laid_out(page(CalendarView.WEEK, on), entries, time_zone=ZONE, today=MONDAY)


def lanes(layout: Layout) -> list[tuple[str, int, int]]:
    """Title, lane and number of lanes of Monday's blocks."""
    return [(each.entry.title, each.lane, each.lanes) for each in layout.days[0].blocks]


def test_what_overlaps_stands_side_by_side() -> None:
    """A, B and C touch in a chain; D stands alone and is as wide as the day."""
    layout = week(
        at("2026-11-23T09:00", "2026-11-23T10:00", "A"),
        at("2026-11-23T09:30", "2026-11-23T11:00", "B"),
        at("2026-11-23T10:00", "2026-11-23T10:50", "C"),
        at("2026-11-23T11:00", "2026-11-23T12:00", "D"),
    )
    assert lanes(layout) == [("A", 0, 2), ("B", 1, 2), ("C", 0, 2), ("D", 0, 1)]


def test_short_entries_do_not_cover_the_next_one() -> None:
    """They are drawn higher than they last (2.5.8), so they make room as they are drawn."""
    layout = week(
        at("2026-11-23T09:00", "2026-11-23T09:05", "A"),
        at("2026-11-23T09:10", "2026-11-23T10:00", "B"),
    )
    assert lanes(layout) == [("A", 0, 2), ("B", 1, 2)]


moments = st.integers(0, 24 * 60 - 1)


@given(st.lists(st.tuples(moments, st.integers(0, 300)), max_size=25))
def test_no_two_blocks_cover_each_other(times: list[tuple[int, int]]) -> None:
    """Whatever the day looks like, and no lane is left unused."""
    midnight = dt.datetime(2026, 11, 23)
    entries = [
        entry(
            str(number),
            TimedSpan(
                resolved(midnight + dt.timedelta(minutes=start), ZONE),
                resolved(midnight + dt.timedelta(minutes=start + length), ZONE),
                ZONE,
            ),
        )
        for number, (start, length) in enumerate(times)
    ]
    blocks = week(*entries).days[0].blocks
    assert sorted(int(block.entry.title) for block in blocks) == list(range(len(times)))
    for index, one in enumerate(blocks):
        assert 0 <= one.lane < one.lanes
        assert not any(_covers(one, other) for other in blocks[index + 1 :])


def _covers(one: Block, other: Block) -> bool:
    is_beside = one.lane != other.lane
    is_apart = one.starts + one.height <= other.starts or other.starts + other.height <= one.starts
    return not (is_beside or is_apart)


def test_an_entry_over_midnight_stands_on_both_days() -> None:
    """Each with its part."""
    layout = week(at("2026-11-23T23:00", "2026-11-24T01:30"))
    parts = [(block.starts, block.ends) for day in layout.days for block in day.blocks]
    assert parts == [(23 * 60, 24 * 60), (0, 90)]
    assert (layout.first_hour, layout.end_hour) == (0, 24)


def test_an_entry_that_ends_at_midnight_does_not_touch_the_next_day() -> None:
    """Ends are exclusive."""
    layout = week(at("2026-11-23T23:00", "2026-11-24T00:00"))
    assert [len(day.blocks) for day in layout.days[:2]] == [1, 0]


def test_whole_days_keep_their_row_on_every_day() -> None:
    """A runs on Monday and Tuesday, B from Tuesday, C takes A's row again on Thursday."""
    layout = week(
        days("2026-11-23", "2026-11-25", "A"),
        days("2026-11-24", "2026-11-26", "B"),
        days("2026-11-26", "2026-11-27", "C"),
    )
    rows = [[(strip.entry.title, strip.row) for strip in day.strips] for day in layout.days[:4]]
    assert rows == [[("A", 0)], [("A", 0), ("B", 1)], [("B", 1)], [("C", 0)]]
    assert layout.rows == 2


def test_a_timed_entry_of_a_day_or_more_is_a_strip() -> None:
    """As in other calendars; it ends on the day before its midnight."""
    layout = week(at("2026-11-23T12:00", "2026-11-25T00:00"))
    assert [len(day.strips) for day in layout.days] == [1, 1, 0, 0, 0, 0, 0]


def test_a_strip_from_the_week_before_goes_on() -> None:
    """It is not drawn as if it began on Monday."""
    layout = week(days("2026-11-20", "2026-11-24"))
    (strip,) = layout.days[0].strips
    assert (strip.is_first, strip.is_last) == (False, True)


def test_the_usual_hours_grow_only_as_far_as_needed() -> None:
    """7 to 20, then wider."""
    assert (week().first_hour, week().end_hour) == (7, 20)
    layout = week(
        at("2026-11-23T06:30", "2026-11-23T07:00"), at("2026-11-24T20:00", "2026-11-24T20:10")
    )
    assert (layout.first_hour, layout.end_hour) == (6, 21)


def test_the_day_of_the_change_has_24_rows_like_any_other() -> None:
    """F104: 02:30 happens twice on 25 October 2026; wall clock minutes place both."""
    first = dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC)
    hour = dt.timedelta(hours=1)
    layout = week(
        entry("first", TimedSpan(first, first + hour / 3, ZONE)),
        entry("second", TimedSpan(first + hour, first + hour * 4 / 3, ZONE)),
        on=dt.date(2026, 10, 25),
    )
    assert [(b.starts, b.ends, b.lanes) for b in layout.days[6].blocks] == [(150, 170, 2)] * 2


def test_an_accessible_name_holds_all_that_is_seen() -> None:
    """PRODUCT 6.7: title, full date, time, source, busy or free, locked."""
    shown = Entry(
        kind=EntryKind.CLIENT,
        title="Cleo Marsh",
        span=timed_span(dt.datetime(2026, 6, 4, 10), dt.datetime(2026, 6, 4, 10, 50), ZONE),
        is_locked=True,
    )
    assert spoken(shown, ZONE) == (
        "Cleo Marsh, Thursday 4 June 2026, 10:00 to 10:50, client appointment, busy, "
        "locked in Google"
    )
    assert clock_text(shown, "Europe/London") == "09:00 – 09:50"


def test_an_accessible_name_says_where_an_event_is_from() -> None:
    """And over which days it runs."""
    shown = Entry(
        kind=EntryKind.GOOGLE,
        title="Conference",
        span=AllDaySpan(dt.date(2026, 6, 4), dt.date(2026, 6, 6)),
        is_busy=False,
        is_tentative=True,
        calendar_name="Work",
    )
    assert spoken(shown, ZONE) == (
        "Conference, Thursday 4 June 2026 to Friday 5 June 2026, all day, from Google, Work, "
        "free, not answered"
    )


def test_any_colour_has_a_hue() -> None:
    """Google's own palette is told apart; nonsense is grey."""
    assert [hue(each) for each in ("#d50000", "#f6bf26", "#0b8043", "#039be5", "#8e24aa")] == [
        "red",
        "yellow",
        "green",
        "blue",
        "purple",
    ]
    assert {hue(each) for each in ("", "#616161", "tomato", "#12")} == {"grey"}


@given(st.integers(0, 0xFFFFFF))
def test_every_hue_is_in_the_stylesheet(colour: int) -> None:
    """`NAMES` is what the stylesheet has to know."""
    assert hue(f"#{colour:06x}") in NAMES


def test_what_takes_the_same_time_is_named_on_both() -> None:
    """PRODUCT.md 6.5: what is Free takes no time; what ends as the other begins does not meet."""
    free = replace(at("2026-11-23T09:00", "2026-11-23T11:00", "Free"), is_busy=False)
    layout = week(
        at("2026-11-23T09:00", "2026-11-23T10:00", "A"),
        at("2026-11-23T09:30", "2026-11-23T11:00", "B"),
        at("2026-11-23T11:00", "2026-11-23T12:00", "C"),
        free,
    )
    clashes = {each.entry.title: each.clashes for each in layout.days[0].blocks}
    assert clashes == {"A": ("B",), "B": ("A",), "C": (), "Free": ()}

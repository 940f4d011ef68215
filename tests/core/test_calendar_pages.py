"""Which days a page shows, at every edge of weeks, months and years."""

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.domain.calendar_pages import FIRST_DAY, LAST_DAY, CalendarView, page

DAYS = st.dates(FIRST_DAY, LAST_DAY)
VIEWS = st.sampled_from(CalendarView)


@pytest.mark.parametrize(
    ("view", "on", "first", "last", "title"),
    [
        ("week", "2026-11-25", "2026-11-23", "2026-11-29", "23 – 29 November 2026"),
        ("week", "2026-12-31", "2026-12-28", "2027-01-03", "28 Dec 2026 – 3 Jan 2027"),
        ("week", "2026-12-01", "2026-11-30", "2026-12-06", "30 Nov – 6 Dec 2026"),
        ("month", "2026-11-30", "2026-10-26", "2026-12-06", "November 2026"),
        ("month", "2027-02-28", "2027-02-01", "2027-02-28", "February 2027"),
        ("day", "2028-02-29", "2028-02-29", "2028-02-29", "Tue 29 February 2028"),
        ("agenda", "2026-12-20", "2026-12-20", "2027-01-16", "20 Dec 2026 – 16 Jan 2027"),
    ],
)
def test_a_page_shows_its_days(view: str, on: str, first: str, last: str, title: str) -> None:
    """Weeks begin on Monday; a month is filled up to whole weeks."""
    shown = page(CalendarView(view), dt.date.fromisoformat(on))
    assert (shown.days[0].isoformat(), shown.days[-1].isoformat()) == (first, last)
    assert shown.title == title


@given(VIEWS, DAYS)
def test_a_page_holds_its_own_day_and_no_gap(view: CalendarView, on: dt.date) -> None:
    """On any day there is."""
    shown = page(view, on)
    assert on in shown.days
    assert all((later - earlier).days == 1 for earlier, later in pairwise(shown.days))


@given(VIEWS, st.dates(dt.date(1971, 1, 1), dt.date(2199, 1, 1)))
def test_going_on_and_back_comes_home(view: CalendarView, on: dt.date) -> None:
    """A month of 31 days leads to one of 28 and back to itself."""
    shown = page(view, on)
    assert shown.next.previous.first_day == shown.first_day
    if view is not CalendarView.MONTH:
        assert shown.next.first_day == shown.end_day


@pytest.mark.parametrize("view", CalendarView)
def test_there_is_no_page_beyond_the_ends(view: CalendarView) -> None:
    """What a hand-written address asks for is answered with the nearest page."""
    assert page(view, dt.date.max).next.on <= LAST_DAY
    assert page(view, dt.date.min).previous.on >= FIRST_DAY


@pytest.mark.parametrize(
    ("on", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)]
)
def test_a_day_is_as_long_as_it_is(on: str, hours: int) -> None:
    """F104: midnight to midnight on the wall."""
    window = page(CalendarView.DAY, dt.date.fromisoformat(on)).window("Europe/Berlin")
    assert window.before - window.after == dt.timedelta(hours=hours)


def test_only_the_days_of_other_months_are_outside() -> None:
    """They are muted, not left out."""
    shown = page(CalendarView.MONTH, dt.date(2026, 11, 1))
    outside = [day.month for day in shown.days if shown.is_outside(day)]
    assert set(outside) == {10, 12}
    week = page(CalendarView.WEEK, dt.date(2026, 11, 30))
    assert not any(week.is_outside(day) for day in week.days)

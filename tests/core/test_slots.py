"""Free times for online booking: hours less what is taken, on the wall clock, whatever the zone."""

import datetime as dt
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from webapp.domain.bookable_hours import SUGGESTED, Stretch, faults, from_stored, stored
from webapp.domain.booking_pause import LONGEST_UNREAD, WhenUnread, is_paused
from webapp.domain.booking_rules import faults as typed_faults
from webapp.domain.booking_rules import nearest
from webapp.domain.slots import Interval, Plan, free_slots, merged
from webapp.domain.slugs import slug

BERLIN = "Europe/Berlin"
NOW = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
ZONES = sorted(available_timezones() - {"localtime", "Factory", "build/etc/localtime"})


def plan(*hours: Stretch, **values: object) -> Plan:
    """Thursday morning in Berlin, 50 minutes on the half hour, unless told."""
    given_values = {
        "hours": hours or (Stretch(3, dt.time(9), dt.time(12)),),
        "time_zone": BERLIN,
        "length": 50 * MINUTE,
        "step": 30 * MINUTE,
        **values,
    }
    return Plan(**given_values)  # type: ignore[arg-type]


def at(text: str, time_zone: str = BERLIN) -> dt.datetime:
    """The instant of a local time."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(time_zone)).astimezone(dt.UTC)


def clock(found: list[dt.datetime], time_zone: str = BERLIN) -> list[str]:
    """As the practitioner reads them."""
    return [f"{each.astimezone(ZoneInfo(time_zone)):%a %H:%M}" for each in found]


def in_week(chosen: Plan, *taken: Interval) -> list[str]:
    """What is offered in the seven days after NOW."""
    return clock(free_slots(chosen, taken, after=NOW, before=NOW + 7 * DAY))


def test_the_hours_of_a_free_day_are_offered_until_a_session_no_longer_fits() -> None:
    assert in_week(plan()) == ["Thu 09:00", "Thu 09:30", "Thu 10:00", "Thu 10:30", "Thu 11:00"]


def test_what_is_taken_is_left_out_with_everything_that_would_run_into_it() -> None:
    busy = at("2026-11-26T10:00"), at("2026-11-26T10:45")
    assert in_week(plan(), busy) == ["Thu 09:00", "Thu 11:00"]


def test_a_pause_is_kept_free_on_both_sides() -> None:
    busy = at("2026-11-26T10:00"), at("2026-11-26T10:30")
    assert in_week(plan(pause=15 * MINUTE), busy) == ["Thu 11:00"]


def test_a_session_may_begin_as_the_one_before_ends() -> None:
    busy = at("2026-11-26T09:00"), at("2026-11-26T10:00")
    assert in_week(plan(), busy)[0] == "Thu 10:00"


def test_a_range_begins_with_its_first_instant_and_ends_before_its_last() -> None:
    after, before = at("2026-11-26T09:30"), at("2026-11-26T10:30")
    assert clock(free_slots(plan(), [], after=after, before=before)) == ["Thu 09:30", "Thu 10:00"]


def test_a_time_that_the_clocks_skip_is_never_offered() -> None:
    """F103: 02:30 on 8 March 2026 in New York does not exist."""
    night = plan(
        Stretch(6, dt.time(1), dt.time(5)),
        time_zone="America/New_York",
        length=30 * MINUTE,
    )
    after = at("2026-03-08T00:00", "America/New_York")
    found = clock(free_slots(night, [], after=after, before=after + DAY), "America/New_York")
    assert found == ["Sun 01:00", "Sun 01:30", "Sun 03:00", "Sun 03:30", "Sun 04:00", "Sun 04:30"]


@settings(max_examples=25)
@given(
    st.sampled_from(ZONES),
    st.datetimes(dt.datetime(1980, 1, 1), dt.datetime(2037, 12, 1), timezones=st.just(dt.UTC)),
    st.sampled_from([15, 30, 60]),
)
@example("America/New_York", dt.datetime(2026, 3, 7, tzinfo=dt.UTC), 30)
@example("Australia/Lord_Howe", dt.datetime(2026, 10, 3, tzinfo=dt.UTC), 15)
@example("Pacific/Apia", dt.datetime(2011, 12, 29, tzinfo=dt.UTC), 60)
def test_in_every_zone_and_year_an_offered_time_is_one_that_its_clock_shows(
    time_zone: str, after: dt.datetime, step: int
) -> None:
    """F103: on the grid of the wall clock, inside the hours, in order and never twice."""
    hours = tuple(Stretch(weekday, dt.time(0), dt.time(23, 45)) for weekday in range(7))
    chosen = plan(*hours, time_zone=time_zone, step=step * MINUTE, length=45 * MINUTE)
    found = free_slots(chosen, [], after=after, before=after + 3 * DAY)
    local = [each.astimezone(ZoneInfo(time_zone)) for each in found]
    assert all((each.hour * 60 + each.minute) % step == each.second == 0 for each in local)
    assert found == sorted(set(found))
    assert all(after <= each < after + 3 * DAY for each in found)


minutes = st.integers(0, 7 * 24 * 60).map(lambda count: NOW + count * MINUTE)
intervals = st.lists(
    st.tuples(minutes, st.integers(0, 600)).map(lambda it: (it[0], it[0] + it[1] * MINUTE)),
    max_size=12,
)


@settings(max_examples=50)
@given(intervals, st.sampled_from([0, 10, 30]))
def test_a_time_is_offered_exactly_when_nothing_taken_is_in_its_way(
    taken: list[Interval], pause: int
) -> None:
    """Against the plainest way to say it."""
    chosen = plan(*SUGGESTED, pause=pause * MINUTE)
    offered = free_slots(chosen, taken, after=NOW, before=NOW + 7 * DAY)
    everything = free_slots(chosen, [], after=NOW, before=NOW + 7 * DAY)

    def is_free(start: dt.datetime) -> bool:
        end = start + chosen.length
        return not any(
            begins - chosen.pause < end and ends + chosen.pause > start
            for begins, ends in taken
            if begins < ends or pause
        )

    assert offered == [start for start in everything if is_free(start)]


@given(intervals)
def test_merging_keeps_the_time_and_leaves_gaps(taken: list[Interval]) -> None:
    joined = merged(taken)
    assert all(a[1] < b[0] for a, b in pairwise(joined))
    for probe in {at for each in taken for at in each}:
        before = any(begins <= probe < ends for begins, ends in taken)
        assert before == any(begins <= probe < ends for begins, ends in joined)


@pytest.mark.parametrize(
    ("looks", "when_unread", "paused"),
    [
        ([], WhenUnread.PAUSE, False),
        ([NOW], WhenUnread.PAUSE, False),
        ([NOW - LONGEST_UNREAD], WhenUnread.PAUSE, False),
        ([NOW, NOW - LONGEST_UNREAD - MINUTE], WhenUnread.PAUSE, True),
        ([NOW, None], WhenUnread.PAUSE, True),
        ([None, NOW - 7 * DAY], WhenUnread.KEEP_GOING, False),
    ],
)
def test_booking_pauses_when_one_calendar_was_not_read_for_six_hours(
    looks: list[dt.datetime | None], when_unread: WhenUnread, paused: bool
) -> None:
    """R139, R140, U8."""
    assert is_paused(looks, when_unread=when_unread, now=NOW) is paused


def test_hours_come_back_from_their_column() -> None:
    assert from_stored(stored(SUGGESTED)) == SUGGESTED


@pytest.mark.parametrize(
    ("hours", "sentence"),
    [
        ([(9, 12), (13, 17)], None),
        ([(9, 9)], "Each stretch has to end after it begins."),
        ([(9, 12), (11, 17)], "These two overlap."),
        ([(9, 10)], "One of these is shorter than a session."),
    ],
)
def test_hours_that_cannot_be_right_say_so_on_their_day(
    hours: list[tuple[int, int]], sentence: str | None
) -> None:
    own = [Stretch(2, dt.time(begins), dt.time(ends)) for begins, ends in hours]
    assert faults(own, length=80 * MINUTE).get(2) == sentence


def test_nearest_times_are_on_both_sides() -> None:
    starts = [NOW + n * HOUR for n in (-9, -1, 1, 2, 3, 30)]
    assert nearest(starts, NOW) == [NOW - HOUR, NOW + HOUR, NOW + 2 * HOUR, NOW + 3 * HOUR]


@pytest.mark.parametrize(
    ("name", "taken", "expected"),
    [
        ("Harbour Practice", (), "harbour-practice"),
        ("Praxis Müller & Söhne", (), "praxis-muller-sohne"),
        ("Ελένη", (), "practice"),
        ("Ada Lind", ("ada-lind", "ada-lind-2"), "ada-lind-3"),
    ],
)
def test_a_name_in_an_address_can_be_read(name: str, taken: tuple[str, ...], expected: str) -> None:
    assert slug(name, instead="practice", taken=taken) == expected


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("given_name", ""),
        ("given_name", "Win now at http://spam.example"),
        ("family_name", "x" * 61),
        ("email", "cleo"),
        ("email", "cleo@example.test, mallory@example.test"),
        ("email", "cleo@example.test>"),
    ],
)
def test_what_cannot_be_a_name_or_an_address_is_refused(field: str, value: str) -> None:
    """S44, S45."""
    typed = {"given_name": "Cleo", "family_name": "", "email": "cleo@example.test", field: value}
    assert list(typed_faults(**typed)) == [field]

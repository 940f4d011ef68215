"""When again, and when not."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.sync.retry import (
    MOST_ATTEMPTS,
    TABLE,
    Again,
    Failure,
    GiveUp,
    Outcome,
    Reconnect,
    next_step,
)

NOW = dt.datetime(2026, 11, 5, 13, tzinfo=dt.UTC)
AGAIN = [failure for failure, row in TABLE.items() if row.outcome is Outcome.AGAIN]


def wait(failure: Failure, attempts: int, **options: object) -> dt.timedelta:
    fields: dict[str, object] = {"now": NOW, "jitter": 1.0, "most_attempts": None, **options}
    step = next_step(failure, attempts=attempts, **fields)  # type: ignore[arg-type]
    assert isinstance(step, Again)
    return step.at - NOW


def test_every_failure_has_a_row() -> None:
    assert set(Failure) == set(TABLE)


def test_waits_double_up_to_a_quarter_of_an_hour() -> None:
    """RELIABILITY.md 1.3."""
    waits = [wait(Failure.UNAVAILABLE, attempt).total_seconds() for attempt in range(1, 12)]
    assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]


def test_usage_limits_wait_for_hours() -> None:
    """GOOGLE.md 6.3."""
    assert wait(Failure.USAGE_LIMITED, 1, jitter=0.5) >= dt.timedelta(hours=1)


def test_what_google_asks_for_wins_within_an_hour() -> None:
    asked = dt.timedelta(seconds=77)
    assert wait(Failure.THROTTLED, 9, retry_after=asked) == asked
    for absurd in (dt.timedelta(0), dt.timedelta(seconds=-5), dt.timedelta(days=2)):
        assert wait(Failure.THROTTLED, 1, retry_after=absurd) == dt.timedelta(seconds=2)


@given(st.sampled_from(AGAIN), st.integers(1, 10_000), st.floats(0, 1))
def test_a_wait_is_never_shorter_than_a_second_nor_longer_than_its_longest(
    failure: Failure, attempts: int, jitter: float
) -> None:
    waited = wait(failure, attempts, jitter=jitter)
    assert dt.timedelta(seconds=1) <= waited <= TABLE[failure].longest


@pytest.mark.parametrize("failure", AGAIN)
def test_an_event_is_given_up_after_its_share_of_tries(failure: Failure) -> None:
    """I10: bounded effort, then visible."""
    steps = [
        next_step(failure, attempts=attempt, now=NOW, jitter=1.0)
        for attempt in (MOST_ATTEMPTS - 1, MOST_ATTEMPTS)
    ]
    assert isinstance(steps[0], Again)
    assert steps[1] == GiveUp(failure)


@pytest.mark.parametrize("failure", [Failure.GRANT_GONE, Failure.PERMISSION])
def test_a_closed_door_asks_to_reconnect_at_once(failure: Failure) -> None:
    """R127."""
    assert next_step(failure, attempts=1, now=NOW, jitter=0.5) == Reconnect(failure)


@pytest.mark.parametrize("failure", [Failure.REFUSED, Failure.MISSING_CALENDAR])
def test_what_will_never_be_taken_is_not_tried_again(failure: Failure) -> None:
    assert next_step(failure, attempts=1, now=NOW, jitter=0.5) == GiveUp(failure)

"""Which channels to open and which to end: each rule on its own (webapp/sync/watching.py)."""

import datetime as dt

from webapp.sync.watching import Channel, ChannelState, Plan, plan, renewal_at

NOW = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
HERE = "https://practice.example.test/google-pushes"


def channel(name: str, state: ChannelState = ChannelState.OPEN, **changes: object) -> Channel:
    """A channel on calendar "c" that was opened yesterday and is due in four days."""
    given = {
        "resource": "c",
        "address": HERE,
        "created_at": NOW - dt.timedelta(days=1),
        "due_at": NOW + dt.timedelta(days=4),
        **changes,
    }
    return Channel(id=name, state=state, **given)  # type: ignore[arg-type]


def steps(*channels: Channel, wanted: tuple[str, ...] = ("c",)) -> Plan:
    """The plan for an account that was connected two days ago."""
    return plan(wanted, channels, address=HERE, since=NOW - dt.timedelta(days=2), now=NOW)


OLD = channel("old", due_at=NOW - dt.timedelta(hours=1))


def test_nothing_is_done_where_all_is_well() -> None:
    assert not steps(channel("a"))


def test_what_is_wanted_and_has_no_channel_gets_one() -> None:
    assert steps() == Plan(to_open=("c",))


def test_the_old_one_stays_until_the_new_one_is_open() -> None:
    """F91: overlap."""
    assert steps(OLD) == Plan(to_open=("c",))
    assert not steps(OLD, channel("new", ChannelState.OPENING, created_at=NOW))
    assert steps(OLD, channel("new", created_at=NOW)) == Plan(to_end=("old",))


def test_of_two_good_ones_the_newer_stays() -> None:
    """GOOGLE.md 9, Q23: two workers may both have opened one."""
    assert steps(channel("a"), channel("b", created_at=NOW)) == Plan(to_end=("a",))


def test_a_failed_try_makes_way_for_the_next() -> None:
    failed = channel("failed", ChannelState.OPENING, due_at=NOW - dt.timedelta(minutes=1))
    assert steps(failed) == Plan(to_open=("c",))
    assert steps(failed, channel("again", ChannelState.OPENING)) == Plan(to_end=("failed",))


def test_what_google_refuses_to_watch_is_left_alone_for_a_day() -> None:
    """GOOGLE.md 9, Q17."""
    refused = channel("refused", ChannelState.REFUSED)
    assert not steps(refused)
    assert not steps(OLD, refused), "what still speaks may go on"


def test_what_nobody_wants_is_ended_once() -> None:
    assert steps(channel("a"), wanted=()) == Plan(to_end=("a",))
    assert not steps(channel("a", ChannelState.ENDING), wanted=())
    waited = channel("a", ChannelState.ENDING, due_at=NOW)
    assert steps(waited, wanted=()) == Plan(to_end=("a",))


def test_a_channel_to_another_address_or_of_an_older_grant_does_not_count() -> None:
    """GOOGLE.md 8.3: Google cuts channels off with the grant."""
    assert steps(channel("a", address="https://old.example.test")).to_open == ("c",)
    assert steps(channel("a", created_at=NOW - dt.timedelta(days=3))).to_open == ("c",)


def test_a_channel_is_renewed_in_the_last_part_of_its_life() -> None:
    """F91: 50 to 80 %."""
    end = NOW + dt.timedelta(days=10)
    assert renewal_at(NOW, end, spread=0) == NOW + dt.timedelta(days=6)
    assert renewal_at(NOW, end, spread=1) == NOW + dt.timedelta(days=7.5)

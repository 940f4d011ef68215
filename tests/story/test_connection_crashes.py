"""Every boundary between two effects of leaving: a process dies there, another goes on (F64, I5,
I16). `make crashes` adds leaving and coming back, and a reconnect (crashing_journeys.py).
"""

from functools import partial

import pytest

from tests.story.office import Office
from tests.story.travelling import (
    Traveller,
    count,
    die_leaving,
    mode,
    silent,
    standing,
    travelling,
)
from webapp.db.models import Appointment, ConnectionState, GoogleEvent, SyncMode
from webapp.domain.product import NAME

__all__ = ["travelling"]

pytestmark = pytest.mark.slow


def test_a_disconnect_survives_death_at_every_boundary(travelling: Traveller) -> None:
    """F64, I16, U13: all of it in the end, whoever does it, and own events as they were."""
    leave = partial(Office.disconnect, removes_calendar=True)
    assert die_leaving(travelling, leave) >= 8


def test_going_one_way_survives_death_at_every_boundary(travelling: Traveller) -> None:
    """R113 to R115: Google's events are all here or all gone, never some of them."""
    travelling.is_back = False

    def work(office: Office) -> None:
        office.choose_mode(SyncMode.ONE_WAY, removes_calendar=True)

    def judged() -> None:
        Traveller.go_on(travelling)
        office = travelling.office
        assert count(office, GoogleEvent) == (0 if mode(office) is SyncMode.ONE_WAY else 1)
        assert count(office, Appointment) == 2
        if mode(office) is SyncMode.ONE_WAY:
            assert standing(office) is ConnectionState.RESTING
            assert NAME not in [one.summary for one in office.hand.calendars()]
            silent(office)

    travelling.go_on = judged  # type: ignore[method-assign]
    assert travelling.die_everywhere(work) >= 5

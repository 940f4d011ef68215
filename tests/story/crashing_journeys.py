"""The longer stories of `make crashes`: leaving and coming back more than once, a reconnect, and a
practitioner who is deactivated."""

from functools import partial

import pytest

from tests.story.office import Office
from tests.story.travelling import (
    Traveller,
    die_leaving,
    travelling,
)
from webapp.db.models import SyncMode

__all__ = ["travelling"]

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("removes_calendar", [False, True])
def test_leaving_and_coming_back_survives_death_at_every_boundary(
    travelling: Traveller, removes_calendar: bool
) -> None:
    """R117, R130, U3: the same calendar or a new one, and every event once."""

    def work(office: Office) -> None:
        office.disconnect(removes_calendar=removes_calendar)
        office.connect()
        office.start_sync()
        office.work()

    assert travelling.die_everywhere(work) >= 15


@pytest.mark.parametrize("removes_calendar", [False, True])
def test_switching_to_and_fro_survives_death_at_every_boundary(
    travelling: Traveller, removes_calendar: bool
) -> None:
    """R112 to R117, U3."""

    def work(office: Office) -> None:
        office.choose_mode(SyncMode.ONE_WAY, removes_calendar=removes_calendar)
        office.choose_mode(SyncMode.TWO_WAY)
        office.start_sync()
        office.work()

    assert travelling.die_everywhere(work) >= 10


def test_a_reconnect_survives_death_at_every_boundary(travelling: Traveller) -> None:
    """F21, R127, R130: what waited goes out once, with no duplicate."""
    office = travelling.office
    office.book("2027-03-12 09:00")
    office.hand.remove_app_access()
    travelling.keep()

    def work(office: Office) -> None:
        office.work()
        office.connect()
        office.work()

    assert travelling.die_everywhere(work) >= 10


def test_a_deactivation_survives_death_at_every_boundary(travelling: Traveller) -> None:
    """R131, F71: nobody is half deactivated, and Google hears all of it in the end."""
    leave = partial(Office.deactivate, removes_calendar=True)
    assert die_leaving(travelling, leave) >= 8

"""Tells Google what one departure has left to say."""

from jobs import scope
from webapp.services import departing


def run(departure_id: str) -> None:
    """`departure_id` is a Departure's id."""
    departing.carry_on(scope.tools(), scope.settings(), departure_id=departure_id)

"""Everybody whom an owner may see on the practice page, in each state: for /patterns."""

import datetime as dt

from webapp.db.models import Member
from webapp.domain.roles import Role
from webapp.services import departure_samples
from webapp.services.practice import Colleague

ACCESS = {
    "Ada Lind": "just asked",
    "Ben Okafor": "Google is silent",
    "Cleo": "left to the person",
    "Dora Weiss": "",
    "Eve": "over",
    "Mallory": "",
}
"""By name, how far Google was told of the end; "" for who is active or was never connected."""


def people(now: dt.datetime) -> list[Colleague]:
    """One by each state, as of `now` (aware UTC). Dora is the only owner; Mallory is active."""
    cards = departure_samples.cards(now)
    return [
        Colleague(
            _member(name, now),
            is_only_owner=name == "Dora Weiss",
            departure=cards.get(state),
        )
        for name, state in ACCESS.items()
    ]


def _member(name: str, now: dt.datetime) -> Member:
    first = name.split()[0].lower()
    return Member(
        id=f"sample-{first}",
        practice_id="sample",
        email=f"{first}@example.test",
        name=name,
        role=Role.OWNER if first == "dora" else Role.PRACTITIONER,
        has_calendar=first != "dora",
        time_zone="Europe/Berlin",
        password_hash="",
        is_active=not ACCESS[name],
        created_at=now,
    )

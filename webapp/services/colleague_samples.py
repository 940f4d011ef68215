"""Everybody whom an owner may see on the practice page, in each state: for /patterns."""

import datetime as dt

from webapp.db.models import Member
from webapp.domain.roles import Role
from webapp.services import departure_samples
from webapp.services.practice import Colleague

ACCESS = (
    ("Ada Lind", "just asked"),
    ("Ben Okafor", "Google is silent"),
    ("Ada Lind", "left to the person"),
    ("Ben Okafor", "over"),
    ("Dora Weiss", ""),
    ("Ben Okafor", ""),
)
"""How far Google was told of the end; "" for who is active."""


def people(now: dt.datetime) -> list[Colleague]:
    """One by each state, as of `now` (aware UTC). Dora is the only owner."""
    cards = departure_samples.cards(now)
    return [
        Colleague(
            _member(f"sample-{number}", name, is_active=not state, now=now),
            is_only_owner=name == "Dora Weiss",
            departure=cards.get(state),
        )
        for number, (name, state) in enumerate(ACCESS)
    ]


def _member(member_id: str, name: str, *, is_active: bool, now: dt.datetime) -> Member:
    first = name.split()[0].lower()
    return Member(
        id=member_id,
        practice_id="sample",
        email=f"{first}@example.test",
        name=name,
        role=Role.OWNER if first == "dora" else Role.PRACTITIONER,
        has_calendar=first != "dora",
        time_zone="Europe/Berlin",
        password_hash="",
        is_active=is_active,
        created_at=now,
    )

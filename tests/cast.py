"""The fixed cast, as rows.

Ada and Ben are practitioners of Harbour Practice, Dora owns it, Eve answers its phone, Cleo is a
client who books. Mallory owns the practice next door and must see nothing of it.
"""

import datetime as dt
from dataclasses import dataclass
from functools import cache

from argon2 import PasswordHasher
from sqlmodel import Session

from webapp.db.models import Appointment, Client, ClientKind, ClientPerson, Member, Practice
from webapp.db.snapshots import span_columns
from webapp.domain.roles import Role
from webapp.domain.timespan import TimedSpan
from webapp.services.passwords import hash_password

PASSWORD = "correct horse battery"
ZONE = "Europe/Berlin"
CANARY = "PHI-CANARY-7f3a"
"""Stands in names, notes and contacts that must never reach a log, a trace or another practice."""

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@dataclass(frozen=True, slots=True)
class World:
    """Two practices. `cleo`, `couple` and `mono` are Harbour's clients; `stranger` is Mallory's."""

    practice: Practice
    ada: Member
    ben: Member
    dora: Member
    eve: Member
    cleo: Client
    couple: Client
    mono: Client
    other_practice: Practice
    mallory: Member
    stranger: Client


def make_world(session: Session, now: dt.datetime) -> World:
    """Adds the cast and commits. `session` is in the installation scope, `now` is aware UTC."""
    harbour = make_practice(session, "Harbour Practice", now=now)
    next_door = make_practice(session, "Next Door Practice", now=now, time_zone="Europe/London")
    world = World(
        practice=harbour,
        ada=make_member(session, harbour, "Ada Lind", now=now),
        ben=make_member(session, harbour, "Ben Okafor", now=now),
        dora=make_member(session, harbour, "Dora Weiss", role=Role.OWNER, now=now),
        eve=make_member(session, harbour, "Eve", role=Role.ASSISTANT, now=now),
        cleo=make_client(session, harbour, "C-1001", ("Cleo", "Marsh"), now=now),
        couple=make_client(session, harbour, "C-1002", ("Iris", "Moor"), ("Jan", "Holt"), now=now),
        mono=make_client(session, harbour, "C-1003", ("Nuray", ""), now=now),
        other_practice=next_door,
        mallory=make_member(session, next_door, "Mallory", role=Role.OWNER, now=now),
        stranger=make_client(session, next_door, "C-1001", (CANARY, "Elsewhere"), now=now),
    )
    session.commit()
    return world


def make_practice(
    session: Session, name: str, *, now: dt.datetime, time_zone: str = ZONE
) -> Practice:
    """One practice, added: the next question or commit writes it."""
    practice = Practice(name=name, time_zone=time_zone, created_at=now)
    session.add(practice)
    return practice


def make_member(
    session: Session,
    practice: Practice,
    name: str,
    *,
    now: dt.datetime,
    role: Role = Role.PRACTITIONER,
) -> Member:
    """Somebody who signs in as `first name@example.test` with `PASSWORD`, added."""
    member = Member(
        practice_id=practice.id,
        email=f"{name.split()[0].lower()}@example.test",
        name=name,
        role=role,
        has_calendar=role is Role.PRACTITIONER,
        time_zone=practice.time_zone,
        password_hash=cheap_hash(),
        created_at=now,
    )
    session.add(member)
    return member


def make_client(
    session: Session,
    practice: Practice,
    internal_id: str,
    *names: tuple[str, str],
    now: dt.datetime,
) -> Client:
    """A client record of one person or of several, each (given name, family name), added."""
    kind = ClientKind.INDIVIDUAL if len(names) == 1 else ClientKind.COUPLE
    client = Client(practice_id=practice.id, internal_id=internal_id, kind=kind, created_at=now)
    session.add(client)
    for position, (given, family) in enumerate(names):
        person = ClientPerson(
            practice_id=practice.id,
            client_id=client.id,
            position=position,
            given_name=given,
            family_name=family,
        )
        session.add(person)
    return client


def make_appointment(
    session: Session,
    member: Member,
    span: TimedSpan,
    *,
    now: dt.datetime,
    client: Client | None = None,
    title: str = "",
    rule: str = "",
) -> Appointment:
    """An own event of `member`, flushed: with `client` a client appointment, else a block."""
    appointment = Appointment(
        practice_id=member.practice_id,
        member_id=member.id,
        client_id=client.id if client else None,
        title=title,
        **span_columns(span),
        time_zone=span.time_zone,
        rule=rule,
        created_at=now,
        changed_at=now,
    )
    session.add(appointment)
    session.flush()
    return appointment


@cache
def cheap_hash() -> str:
    """`PASSWORD`, hashed once and at next to no cost."""
    return hash_password(PASSWORD, hasher=CHEAP)

"""A practice keeps an owner who can sign in, also when two owners act in one instant (R131)."""

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import col, select

from tests.cast import World
from webapp.config import Settings
from webapp.db.engine import Database
from webapp.db.models import Member
from webapp.db.scope import Scope
from webapp.domain.errors import Invalid, NotAllowed
from webapp.domain.roles import Role
from webapp.services import deactivations

SETTINGS = Settings.from_environment({"SECRET_KEY": "a secret for tests that is long enough"})


@pytest.fixture
def owners(database: Database, world: World) -> list[Member]:
    """Dora and Ben, who is an owner, too."""
    with database.writing(Scope.practice(world.practice.id)) as session:
        ben = session.exec(select(Member).where(Member.id == world.ben.id)).one()
        ben.role = Role.OWNER
        session.add(ben)
        session.commit()
    return [world.dora, ben]


def deactivate(database: Database, by: Member, whom: Member, now: dt.datetime) -> bool:
    """One owner's click, over a connection of its own. Whether it was done."""
    with database.writing(Scope.practice(by.practice_id)) as session:
        try:
            deactivations.create(session, by=by, member_id=whom.id, settings=SETTINGS, now=now)
        except (NotAllowed, Invalid):
            return False
    return True


def active_owners(database: Database, practice_id: str) -> list[str]:
    """Their ids."""
    query = select(Member.id).where(Member.role == Role.OWNER, col(Member.is_active).is_(True))
    with database.reading(Scope.practice(practice_id)) as session:
        return list(session.exec(query))


@pytest.mark.parametrize("is_crossed", [True, False], ids=["each other", "themselves"])
def test_of_two_owners_who_deactivate_in_one_instant_one_stays(
    database: Database, world: World, owners: list[Member], now: dt.datetime, is_crossed: bool
) -> None:
    """Whoever comes second is not an owner any more, or is the only one."""
    gate = threading.Barrier(len(owners))

    def click(by: Member, whom: Member) -> bool:
        gate.wait()
        return deactivate(database, by, whom, now)

    targets = reversed(owners) if is_crossed else iter(owners)
    with ThreadPoolExecutor(len(owners)) as pool:
        done = list(pool.map(click, owners, targets))
    assert sorted(done) == [False, True]
    assert len(active_owners(database, world.practice.id)) == 1

"""Independent engines list what an expectation made without them says (ICALENDAR.md A7, A8, 4)."""

import datetime as dt
from pathlib import Path

import pytest
from sqlmodel import select

from tests.feeds.conftest import Subscriber, sync_one_way
from tests.feeds.engines import demo_practice, practices
from tests.feeds.engines.practices import FIRST_DAY, LAST_DAY, Planned, Row, practice
from tests.feeds.engines.reading import (
    ENGINES,
    FROM_PYPI,
    IS_ALL,
    KNOWS_ONE_ZONE,
    PARSES_ONLY,
    listed,
)
from tests.feeds.test_bytes import items_of
from tests.web.conftest import NOW
from webapp.db import demo
from webapp.db.models import Member
from webapp.db.scope import Scope
from webapp.domain.recurrence import occurrences
from webapp.feeds.assembly import render
from webapp.feeds.render import FeedHead

NUMBER = 400 if IS_ALL else 200
FEWER = {"khal": 60 if IS_ALL else 10}
"""khal expands every series as far as 2037, which takes it a second for each practice."""
CALM = {"sabre"}
"""The version that Debian has forgets moves of a first occurrence and moves past the next one."""
AVOIDED = {"vobject": {"Europe/London"}}
"""It takes London in winter for UTC, and an UNTIL in summer for an hour too early."""
MONDAY = NOW.date() - dt.timedelta(days=NOW.weekday())
DEMO_WINDOW = {"after": f"{NOW - dt.timedelta(days=40):%Y%m%d}", "before": "20270601"}


def written(planned: list[Planned]) -> bytes:
    items = [item for number, one in enumerate(planned) for item in items_of(one.values(number))]
    return render(items, head=FeedHead("A practice", "Europe/Berlin"))


def within(rows: list[Row]) -> list[Row]:
    return [one for one in rows if f"{FIRST_DAY:%Y%m%d}" <= one[0] < f"{LAST_DAY:%Y%m%d}"]


def places(planned: list[Planned]) -> set[str]:
    return {one.place for one in planned}


@pytest.fixture(scope="session")
def generated() -> list[list[Planned]]:
    return [practice(seed) for seed in range(NUMBER)]


@pytest.mark.slow
@pytest.mark.parametrize("name", ENGINES)
def test_an_engine_lists_what_takes_place_in_hundreds_of_practices(
    name: str, generated: list[list[Planned]], tmp_path: Path
) -> None:
    """A8, 4; PEERS 11 to 13; K8, K9."""
    wanted = [one for one in generated if not places(one) & AVOIDED.get(name, set())]
    wanted = wanted[: FEWER.get(name)]
    if name in CALM:
        wanted = [practices.calm(planned) for planned in wanted]
    found = listed(name, [written(planned) for planned in wanted], tmp_path)
    for seed, planned in enumerate(wanted):
        assert found[seed] == within(practices.expected(planned)), f"practice {seed}"


def test_our_own_expansion_lists_the_same(generated: list[list[Planned]]) -> None:
    """The one more engine: the calendar page's."""
    after, before = (dt.datetime.combine(day, dt.time(), dt.UTC) for day in (FIRST_DAY, LAST_DAY))
    for seed, planned in enumerate(generated):
        rows = []
        for number, one in enumerate(planned):
            values = one.values(number)
            shown = occurrences(
                values.span, values.rule, values.changes,
                after=after, before=before, day_zone="UTC",
            )  # fmt: skip
            rows += [practices.row(found.span, one.title) for found in shown]
        assert within(sorted(rows)) == within(practices.expected(planned)), f"practice {seed}"


@pytest.mark.slow
@pytest.mark.parametrize("name", [*ENGINES, *({**KNOWS_ONE_ZONE, **PARSES_ONLY} if IS_ALL else {})])
def test_an_engine_reads_the_demo_practice(
    name: str, subscriber: Subscriber, tmp_path: Path
) -> None:
    """Over HTTP, as everybody gets it. An engine that expands nothing lists the first times."""
    feed = demo_feed(subscriber)
    [found] = listed(name, [feed], tmp_path, **DEMO_WINDOW)
    expected = demo_practice.expected("ada", monday=MONDAY, weeks_ahead=40)
    expected = [one for one in expected if DEMO_WINDOW["after"] <= one[0] < DEMO_WINDOW["before"]]
    if name in PARSES_ONLY:
        assert found
        assert set(found) <= set(expected)
    elif name in KNOWS_ONE_ZONE:
        assert set(found) >= set(expected), "it also shows a moved session where it was"
    else:
        assert found == expected


def demo_feed(subscriber: Subscriber) -> bytes:
    """Ada's feed in a demo practice of today."""
    with subscriber.database.writing(Scope.installation()) as session:
        for member in session.exec(select(Member)):
            member.email = f"other-{member.email}"
            session.add(member)
        session.commit()
        seeded = demo.seed(session, now=NOW, password_hash="")
        ada = session.exec(
            select(Member).where(Member.practice_id == seeded.id, Member.name == "Ada Lind")
        ).one()
    link = sync_one_way(subscriber.database, ada)
    reader = Subscriber(
        subscriber.app, subscriber.database, subscriber.world, subscriber.browser, link
    )
    return subscriber.browser.get(reader.path).data


def test_there_are_enough_engines() -> None:
    assert len(FROM_PYPI) >= 4

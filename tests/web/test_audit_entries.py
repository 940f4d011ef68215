"""The audit log as its owner reads it: everything of R144, and no client in it."""

import datetime as dt
from pathlib import Path
from re import findall

import pytest
from flask.testing import FlaskCliRunner
from sqlmodel import select

from tests.cast import CANARY, World
from tests.web.conftest import NOW, SignIn
from tests.web.sync_rows import calendar_row, connection_row
from webapp.db.engine import Database
from webapp.db.models import AuditEntry
from webapp.db.scope import Scope
from webapp.domain.activity import AUDITED
from webapp.services import audit
from webapp.services.audit_log import PAGE_SIZE

R144 = [
    *("google.connected", "google.disconnected", "mode.changed", "display.changed"),
    *("full_name.acknowledged", "feed.created", "feed.reset", "feed.revoked"),
    *("calendar.added", "calendar.removed", "removal.accepted"),
]


@pytest.fixture
def told(database: Database, world: World) -> None:
    """Ada did each of R144's acts, to a calendar with a name that is nobody else's business."""
    with database.writing(Scope.practice(world.practice.id)) as session:
        calendar = calendar_row(session, connection_row(session, world), name=CANARY)
        subjects = {"mode.changed": "two_way", "display.changed": "initials"}
        for number, action in enumerate(R144):
            subject = subjects.get(action, calendar.id)
            at = NOW + dt.timedelta(minutes=number)
            audit.record(session, by=world.ada, action=action, subject=subject, now=at)
        session.commit()


@pytest.mark.usefixtures("told")
def test_the_owner_reads_who_did_what_and_when(as_member: SignIn, world: World) -> None:
    page = as_member(world.dora).get("/audit-entries").text
    for action in R144:
        words = AUDITED[action].partition("{")[0].strip()
        assert words in page, action
    assert page.count("Ada Lind") == len(R144)
    assert "Changed to two-way sync" in page


@pytest.mark.usefixtures("told")
def test_no_client_and_no_name_of_a_calendar_is_in_it(as_member: SignIn, world: World) -> None:
    """R144, R146."""
    page = as_member(world.dora).get("/audit-entries").text
    assert CANARY not in page
    assert "Cleo" not in page
    assert "Sync started for another calendar" in page


@pytest.mark.usefixtures("told")
def test_nobody_else_opens_it(as_member: SignIn, world: World) -> None:
    for member in (world.ada, world.eve):
        assert as_member(member).get("/audit-entries").status_code == 403
    assert "Ada Lind" not in as_member(world.mallory).get("/audit-entries").text


def test_it_is_paged_by_number(as_member: SignIn, world: World, database: Database) -> None:
    with database.writing(Scope.practice(world.practice.id)) as session:
        for _ in range(PAGE_SIZE + 2):
            audit.record(session, by=world.ada, action="sync.enabled", now=NOW)
        session.commit()
    browser = as_member(world.dora)
    first = browser.get("/audit-entries").text
    assert first.count("Sync was allowed") == PAGE_SIZE
    assert browser.get("/audit-entries?before=3").text.count("Sync was allowed") == 2


def test_every_act_that_is_recorded_has_words() -> None:
    """What the services write, the owner can read."""
    written = {
        action
        for path in Path("webapp/services").glob("*.py")
        for action in findall(r'action="([a-z_.]+)"', path.read_text())
    }
    assert len(written) > 15
    assert written - AUDITED.keys() == set()


@pytest.mark.usefixtures("told")
def test_the_command_line_verifies_it(app: object, database: Database, world: World) -> None:
    runner: FlaskCliRunner = app.test_cli_runner()  # type: ignore[attr-defined]
    verified = runner.invoke(args=["audit", "verify"])
    assert verified.exit_code == 0
    assert f"{len(R144)} entries, ends with" in verified.output
    with database.reading(Scope.practice(world.practice.id)) as session:
        last = session.exec(select(AuditEntry).order_by(AuditEntry.position.desc())).first()  # type: ignore[attr-defined]
    assert last is not None
    assert last.digest in verified.output

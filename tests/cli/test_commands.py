"""What an operator can do from the command line, through the app's own commands."""

import datetime as dt
import json
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import text
from sqlmodel import select

from webapp import cli
from webapp.app import create_app
from webapp.config import Settings
from webapp.db.engine import Database
from webapp.db.models import (
    AuditEntry,
    CalendarRole,
    ConnectionState,
    GoogleConnection,
    Member,
    Practice,
    SyncedCalendar,
)
from webapp.db.scope import Scope
from webapp.services import passwords

PASSWORD = "a long walk by the water"
NEW_OWNER = [
    *("people", "add", "--practice", "Quiet", "--time-zone", "Europe/Oslo"),
    *("--name", "Dora", "--role", "owner", "--email", "Dora@Example.test"),
]


@pytest.fixture
def runner(database_url: str) -> Iterator[FlaskCliRunner]:
    """The app's commands, on a migrated database and without a queue."""
    app = make_app(database_url)
    yield app.test_cli_runner()
    app.extensions["database"].dispose()


def make_app(database_url: str) -> Flask:
    """An app whose settings come from here alone."""
    return create_app(
        Settings.from_environment(
            {
                "SECRET_KEY": "x" * 40,
                "DATABASE_URL": database_url,
                "REDIS_URL": "unix:///nowhere/redis.sock",
            }
        )
    )


def test_an_empty_database_is_brought_to_the_newest_migration(empty_database_url: str) -> None:
    app = make_app(empty_database_url)
    runner = app.test_cli_runner()

    assert runner.invoke(args=["db", "check"]).exit_code == 1
    assert "0001 The first tables. (pending)" in runner.invoke(args=["db", "history"]).output
    assert "0001" in runner.invoke(args=["db", "upgrade"]).output
    assert runner.invoke(args=["db", "upgrade"]).output == "The database is up to date.\n"
    assert runner.invoke(args=["db", "check"]).exit_code == 0
    app.extensions["database"].dispose()


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE practice DROP COLUMN is_full_name_allowed",
        "UPDATE alembic_version SET version_num = '0999'",
        "UPDATE alembic_version SET version_num = '0001'",
    ],
    ids=["other tables", "an unknown migration", "a migration that is not to be had"],
)
def test_a_demo_of_another_version_is_left_alone_and_said_to_be_one(
    database_url: str, change: str
) -> None:
    """Before anything is released, migrations are rewritten, and kept data stays as it was."""
    database = Database(database_url)
    with database.engine.begin() as connection:
        connection.execute(text(change))
    database.dispose()
    app = make_app(database_url)
    args = ["demo", "seed", "--upgrade"]
    said = app.test_cli_runner().invoke(args=args, env={"DEMO_PASSWORD": PASSWORD})
    app.extensions["database"].dispose()
    assert (said.exit_code, said.output) == (
        cli.OTHER_TABLES,
        "Error: This database is from another version of this program.\n",
    )


def test_the_demo_is_seeded_once(runner: FlaskCliRunner) -> None:
    env = {"DEMO_PASSWORD": PASSWORD}

    for _ in range(2):
        assert (
            runner.invoke(args=["demo", "seed"], env=env).output == "Harbour Practice is there.\n"
        )

    with database_of(runner).reading(Scope.installation()) as session:
        ada = session.exec(select(Member).where(Member.email == "ada@example.test")).one()
        assert len(session.exec(select(Practice)).all()) == 1
    assert passwords.is_correct(PASSWORD, ada.password_hash)


def test_a_first_owner_can_be_added_and_only_once(runner: FlaskCliRunner) -> None:
    """RELIABILITY.md S11: there are no default accounts."""
    added = runner.invoke(args=NEW_OWNER, input=f"{PASSWORD}\n{PASSWORD}\n")
    again = runner.invoke(args=NEW_OWNER, input=f"{PASSWORD}\n{PASSWORD}\n")

    assert added.output.endswith("dora@example.test can sign in.\n")
    assert again.exit_code == 1
    assert "Somebody signs in with this address already." in again.output
    assert PASSWORD not in added.output + again.output


def test_a_weak_password_adds_nobody(runner: FlaskCliRunner) -> None:
    refused = runner.invoke(args=NEW_OWNER, input="short\nshort\n")

    assert passwords.TOO_SHORT in refused.output
    with database_of(runner).reading(Scope.installation()) as session:
        assert session.exec(select(Practice)).all() == []


def test_sync_now_says_that_nothing_is_switched_on(runner: FlaskCliRunner) -> None:
    runner.invoke(args=["demo", "seed"], env={"DEMO_PASSWORD": PASSWORD})

    assert runner.invoke(args=["sync", "now", "ada@example.test"]).output == (
        "0 calendars asked for.\n"
    )
    with database_of(runner).reading(Scope.installation()) as session:
        assert session.exec(select(AuditEntry)).all() == []


def test_sync_now_knows_nobody_by_a_strange_address(runner: FlaskCliRunner) -> None:
    refused = runner.invoke(args=["sync", "now", "nobody@example.test"])

    assert (refused.exit_code, refused.output) == (
        1,
        "Error: Nobody signs in with this address.\n",
    )


def database_of(runner: FlaskCliRunner) -> Database:
    """The database that the commands worked on."""
    found: Database = runner.app.extensions["database"]
    return found


def test_an_operator_is_appointed_and_dismissed_from_here_alone(runner: FlaskCliRunner) -> None:
    """docs/decisions/0015: no page and no role of a practice leads there."""
    runner.invoke(args=[*NEW_OWNER, "--password", PASSWORD])
    assert runner.invoke(args=["operator", "list"]).output == ""

    assert runner.invoke(args=["operator", "add", "dora@EXAMPLE.test"]).exit_code == 0
    assert runner.invoke(args=["operator", "list"]).output == "dora@example.test\n"

    assert runner.invoke(args=["operator", "remove", "dora@example.test"]).exit_code == 0
    assert runner.invoke(args=["operator", "list"]).output == ""
    refused = runner.invoke(args=["operator", "add", "nobody@example.test"])
    assert (refused.exit_code, "Nobody signs in" in refused.output) == (1, True)


def test_the_doctor_ends_with_1_on_problems_and_speaks_json(runner: FlaskCliRunner) -> None:
    """U15: each finding a line with what to do."""
    plain = runner.invoke(args=["doctor", "--short"])
    assert plain.exit_code == 1
    assert "PROBLEM  The queue server does not answer. Look at REDIS_URL" in plain.output

    listed = json.loads(runner.invoke(args=["doctor", "--short", "--json"]).output)
    assert set(listed[0]) == {"check", "level", "text", "advice"}


def test_a_practice_is_deleted_by_its_name_alone(runner: FlaskCliRunner) -> None:
    """F71: asked before, and nothing of it is left."""
    runner.invoke(args=[*NEW_OWNER, "--password", PASSWORD])
    unknown = runner.invoke(args=["practice", "delete", "Loud", "--yes"])
    refused = runner.invoke(args=["practice", "delete", "Quiet"], input="n\n")
    deleted = runner.invoke(args=["practice", "delete", "Quiet", "--yes"])

    assert (unknown.exit_code, refused.exit_code, deleted.exit_code) == (1, 1, 0)
    assert deleted.output.endswith("Quiet is deleted.\n")
    with database_of(runner).reading(Scope.installation()) as session:
        assert session.exec(select(Member)).all() == []
        assert session.exec(select(AuditEntry)).all() == []


def test_a_look_after_a_restore_says_who_could_not_be_read(runner: FlaskCliRunner) -> None:
    """F83: nothing is changed by it. Of an account that cannot be read, the other lines stay."""
    runner.invoke(args=["demo", "seed"], env={"DEMO_PASSWORD": PASSWORD})
    with database_of(runner).writing(Scope.installation()) as session:
        ada = session.exec(select(Member).where(Member.email == "ada@example.test")).one()
        now = dt.datetime.now(dt.UTC)
        connection = GoogleConnection(
            practice_id=ada.practice_id,
            member_id=ada.id,
            google_sub="sub-ada",
            email="ada@example.com",
            granted_scopes="",
            sealed_token="of another installation",
            state=ConnectionState.CONNECTED,
            state_since=now,
            connected_at=now,
        )
        session.add(connection)
        session.flush()
        session.add(
            SyncedCalendar(
                practice_id=ada.practice_id,
                member_id=ada.id,
                connection_id=connection.id,
                google_id="ours@example.com",
                role=CalendarRole.DEFAULT,
                name="Ours",
                is_on=True,
            )
        )
        session.commit()
    looked = runner.invoke(args=["sync", "restored", "--look"])

    assert looked.exit_code == 0
    assert looked.output == (
        "ada@example.test: Google could not be read (GrantGone).\n"
        "Nothing was changed. Without --look this is repaired.\n"
    )

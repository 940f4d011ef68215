"""What an operator types: `flask --app webapp.app db|demo|people|sync|keys …`.

Commands ask the services and say what came of it, in one line each; they hold no rule of their
own. Passwords are asked for or come from the environment, never from the command line, where
other people of the machine could read them.
"""

import datetime as dt
import os
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import AppGroup
from sqlmodel import Session, col, select

from webapp.config import Settings
from webapp.db import demo, migrate
from webapp.db.engine import Database
from webapp.db.models import Member, SyncedCalendar
from webapp.db.scope import Scope, enter
from webapp.domain.errors import ProductError
from webapp.domain.keys import Purpose, derived_key
from webapp.domain.roles import Role
from webapp.services import (
    google_access,
    key_rotation,
    passwords,
    people,
    restore_preview,
    restoring,
    sync_runs,
)
from webapp.services.restore_preview import Difference
from webapp.services.sync_context import SyncTools
from webapp.services.token_vault import TokenVault
from webapp.web import clock

OTHER_TABLES = 65
"""The exit status of `demo seed` over tables of another version; the demo knows it (EX_DATAERR)."""


class OfAnotherVersion(click.ClickException):
    """Said, and told by the exit status, to whoever keeps a database for the demo."""

    exit_code = OTHER_TABLES

    def __init__(self) -> None:
        super().__init__("This database is from another version of this program.")


db_group = AppGroup("db", help="The database's tables and their history.")
demo_group = AppGroup("demo", help="The invented practice.")
people_group = AppGroup("people", help="Who may sign in.")
sync_group = AppGroup("sync", help="Calendars and Google.")
keys_group = AppGroup("keys", help="The keys that seal Google's tokens.")


def init_app(app: Flask) -> None:
    """Registers the groups."""
    for group in (db_group, demo_group, people_group, sync_group, keys_group):
        app.cli.add_command(group)


@db_group.command("upgrade")
def upgrade() -> None:
    """Run every pending migration."""
    steps = migrate.pending(_database().engine)
    migrate.upgrade(_settings().database_url)
    click.echo("\n".join(steps) if steps else "The database is up to date.")


@db_group.command("check")
def check() -> None:
    """Fail when migrations are pending or the tables are not what the models say."""
    engine = _database().engine
    if steps := migrate.pending(engine):
        raise click.ClickException("Pending migrations: " + ", ".join(steps))
    if found := migrate.differences(engine):
        raise click.ClickException("\n".join(["Models and tables differ:", *map(str, found)]))
    click.echo("The database is up to date.")


@db_group.command("history")
def history() -> None:
    """List the migrations, oldest first, and which are pending."""
    waiting = set(migrate.pending(_database().engine))
    for step in migrate.history():
        click.echo(f"{step}{' (pending)' if step in waiting else ''}")


@db_group.command("revise")
@click.argument("message")
def revise(message: str) -> None:
    """Write the next migration from what the models have and this database has not."""
    migrate.revise(_settings().database_url, message)


@demo_group.command("seed")
@click.option("--upgrade", "upgrades", is_flag=True, help="Run every pending migration before.")
def seed(upgrades: bool) -> None:
    """Add the demo practice, once. Everybody's password is DEMO_PASSWORD."""
    if upgrades:  # In one program: starting another takes longer than the work.
        _bring_up()
    password = os.environ.get("DEMO_PASSWORD") or click.prompt("Password", hide_input=True)
    if problem := passwords.problem(password):
        raise click.ClickException(problem)
    with _database().writing(Scope.installation()) as session:
        password_hash = passwords.hash_password(password)
        practice = demo.seed(session, now=clock.now(), password_hash=password_hash)
        click.echo(f"{practice.name} is there.")


def _bring_up() -> None:
    try:
        migrate.bring_up(_settings().database_url)
    except migrate.OtherTables as other:
        raise OfAnotherVersion from other


@people_group.command("add")
@click.option("--practice", required=True, help="Its name; made when there is none.")
@click.option("--time-zone", required=True, help="An IANA name, such as Europe/Berlin.")
@click.option("--email", required=True, help="What they sign in with.")
@click.option("--name", required=True, help="What they are called.")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.password_option()
def add(practice: str, time_zone: str, email: str, name: str, role: str, password: str) -> None:
    """Let somebody sign in."""
    with _database().writing(Scope.installation()) as session:
        try:
            member = people.add(
                session,
                now=clock.now(),
                practice_name=practice,
                time_zone=time_zone,
                email=email,
                name=name,
                role=Role(role),
                password=password,
            )
        except ProductError as refused:
            raise _said(refused) from refused
        click.echo(f"{member.email} can sign in.")


@sync_group.command("now")
@click.argument("email")
def sync_now(email: str) -> None:
    """Start a sync of every calendar that a practitioner has switched on."""
    with _database().writing(Scope.installation()) as session:
        member = session.exec(select(Member).where(Member.email == email.casefold())).first()
        if member is None:
            raise click.ClickException("Nobody signs in with this address.")
        enter(session, Scope.practice(member.practice_id))
        calendars = _switched_on(session, member)
        for calendar in calendars:
            _start(session, member=member, calendar=calendar, now=clock.now())
        click.echo(f"{len(calendars)} calendars asked for.")


@keys_group.command("rotate")
def rotate() -> None:
    """Seal every stored token with the newest key; afterwards older keys can be taken out."""
    done = key_rotation.rotate(_database(), TokenVault.of(_settings()))
    click.echo(f"{done.sealed} tokens sealed anew.")
    if done.unreadable:
        raise click.ClickException(f"{done.unreadable} tokens cannot be opened by any key here.")


@sync_group.command("restored")
@click.option("--look", "is_looking", is_flag=True, help="Only say what differs; change nothing.")
def restored(is_looking: bool) -> None:
    """After restoring a backup: compare everything with Google, and repair what differs."""
    if is_looking:
        for found in restore_preview.look(_tools()):
            click.echo(_difference(found))
        click.echo("Nothing was changed. Without --look this is repaired.")
        return
    with _database().writing(Scope.installation()) as session:
        count = restoring.compare_everything(session, now=clock.now())
    click.echo(f"{count} practitioners are being compared; each reads at Re-sync what differed.")


def _switched_on(session: Session, member: Member) -> list[SyncedCalendar]:
    statement = select(SyncedCalendar).where(
        SyncedCalendar.member_id == member.id,
        col(SyncedCalendar.is_on).is_(True),
        col(SyncedCalendar.is_missing).is_(False),
        col(SyncedCalendar.paused_at).is_(None),
    )
    return list(session.exec(statement))


def _start(session: Session, *, member: Member, calendar: SyncedCalendar, now: dt.datetime) -> None:
    try:
        run = sync_runs.start(session, by=member, calendar_id=calendar.id, now=now)
    except ProductError as refused:
        raise _said(refused) from refused
    click.echo(f"{calendar.id} {run.state.value}")


def _said(refused: ProductError) -> click.ClickException:
    """The sentences of a refusal, one after another."""
    errors: dict[str, Any] = getattr(refused, "errors", {})
    return click.ClickException(" ".join(map(str, errors.values())) or refused.sentence)


def _difference(found: Difference) -> str:
    if found.failure:
        return f"{found.email}: Google could not be read ({found.failure})."
    return (
        f"{found.email}: {found.to_write} to write in Google, {found.to_take_away} to take away "
        f"there, {found.unknown} there that this backup does not know."
    )


def _tools() -> SyncTools:
    """A worker's tools without a lease of its own: for looking only."""
    settings, database = _settings(), _database()
    return SyncTools(
        database=database,
        clock=clock.now,
        open_client=lambda holder: google_access.client_for(settings, database, holder),
        event_id_key=derived_key(settings.secret_key, Purpose.EVENT_IDS),
        lease_seconds=settings.lease_seconds,
    )


def _settings() -> Settings:
    found: Settings = current_app.extensions["settings"]
    return found


def _database() -> Database:
    found: Database = current_app.extensions["database"]
    return found

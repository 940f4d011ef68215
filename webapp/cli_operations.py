"""What an operator types to look after it all: `flask … doctor|operator|audit|practice …`.

As in cli.py, commands ask the services and say what came of it; they hold no rule of their own.
"""

import json
from dataclasses import asdict

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext

from webapp.db import audit_chain
from webapp.db.engine import Database
from webapp.db.scope import Scope
from webapp.domain.errors import ProductError
from webapp.services import operators, practice_deletion, self_check
from webapp.services.self_check import Finding, Installation, Level
from webapp.web import clock

audit_group = AppGroup("audit", help="Who changed what, and whether the log is whole.")
operator_group = AppGroup("operator", help="Who sees the whole installation.")
practice_group = AppGroup("practice", help="A whole practice.")

MARKS = {Level.OK: "ok     ", Level.WARNING: "warning", Level.PROBLEM: "PROBLEM"}

WAITS = (
    "{name} is closed: nobody can sign in and nothing is synced. Google has yet to hear of {count} "
    "account(s) that were left; the workers tell it. Run this again in a minute, or with "
    "--without-google: then people have to remove the app in their Google Accounts."
)


def init_app(app: Flask) -> None:
    """Registers the commands."""
    app.cli.add_command(operator_group)
    app.cli.add_command(audit_group)
    app.cli.add_command(practice_group)
    app.cli.add_command(doctor)


@click.command("doctor")
@click.option("--json", "is_json", is_flag=True, help="For machines: a list of findings.")
@click.option("--short", is_flag=True, help="Ask nobody beyond this installation.")
@with_appcontext
def doctor(is_json: bool, short: bool) -> None:
    """Check this installation; exit code 1 when something does not work."""
    installation = Installation(
        settings=current_app.extensions["settings"],
        database=current_app.extensions["database"],
        doorbell=current_app.extensions["doorbell"],
        now=clock.now(),
    )
    found = self_check.findings(installation, is_full=not short)
    if is_json:
        click.echo(json.dumps([asdict(finding) for finding in found], indent=2))
    else:
        click.echo("\n".join(map(_line, found)))
    if self_check.has_problems(found):
        raise SystemExit(1)


@operator_group.command("add")
@click.argument("email")
def add(email: str) -> None:
    """Let somebody see every practice's connections and jobs, without any client's name."""
    _appoint(email, is_operator=True)
    click.echo(f"{email.casefold()} is an operator now.")


@operator_group.command("remove")
@click.argument("email")
def remove(email: str) -> None:
    """Take that away again."""
    _appoint(email, is_operator=False)
    click.echo(f"{email.casefold()} is no operator any more.")


@operator_group.command("list")
def show() -> None:
    """List the operators."""
    with _database().reading(Scope.installation()) as session:
        for member in operators.everybody(session):
            click.echo(member.email)


@audit_group.command("verify")
def verify() -> None:
    """Check every practice's audit log; exit code 1 when an entry is not as it was written."""
    with _database().reading(Scope.installation()) as session:
        found = list(audit_chain.breaks(session))
        for head in audit_chain.heads(session):
            click.echo(f"{head.practice_id} {head.position} entries, ends with {head.digest}")
    for one in found:
        click.echo(f"{one.practice_id} is broken at entry {one.position}", err=True)
    if found:
        raise SystemExit(1)


@practice_group.command("delete")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--with-calendars", is_flag=True, help="Also remove our calendars from Google.")
@click.option("--without-google", is_flag=True, help="Do not wait until Google has heard.")
def delete_practice(name: str, yes: bool, with_calendars: bool, without_google: bool) -> None:
    """End a practice and delete everything in it; run again once Google has heard."""
    with _database().writing(Scope.installation()) as session:
        try:
            practice_id = practice_deletion.find(session, name=name).id
        except ProductError as refused:
            raise click.ClickException(refused.sentence) from refused
        if not yes:
            click.confirm(f"Delete {name} for ever, its clients and sessions too?", abort=True)
        practice_deletion.close(
            session,
            practice_id=practice_id,
            settings=current_app.extensions["settings"],
            removes_calendars=with_calendars,
            now=clock.now(),
        )
        waiting = practice_deletion.unheard(session, practice_id=practice_id)
        if waiting and not without_google:
            raise click.ClickException(WAITS.format(name=name, count=waiting))
        practice_deletion.delete_rows(session, practice_id=practice_id)
    click.echo(f"{name} is deleted.")


def _appoint(email: str, *, is_operator: bool) -> None:
    with _database().writing(Scope.installation()) as session:
        try:
            operators.appoint(session, email=email, is_operator=is_operator, now=clock.now())
        except ProductError as refused:
            raise click.ClickException("Nobody signs in with this address.") from refused


def _line(finding: Finding) -> str:
    return " ".join(filter(None, [f"{MARKS[finding.level]}  {finding.text}", finding.advice]))


def _database() -> Database:
    found: Database = current_app.extensions["database"]
    return found

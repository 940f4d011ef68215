"""Who may come in. Every endpoint says so itself; one that does not keeps the app from starting.

A guard only marks its view; one hook reads the mark before anything else runs, so the order of
decorators cannot open a door (RELIABILITY.md 3.5). Whether a row is theirs is the query's business.
"""

from collections.abc import Callable
from enum import Enum
from typing import Any, TypeVar

from flask import Flask, current_app, request

from webapp.db.models import Member
from webapp.domain.errors import NotAllowed
from webapp.domain.roles import Role
from webapp.web.login import current_member, is_signed_in, refuse_stranger

View = TypeVar("View", bound=Callable[..., Any])


class Entry(Enum):
    """Which roles a door lets in; None means nobody has to sign in."""

    PUBLIC = None
    MEMBERS = frozenset(Role)
    PRACTITIONERS = frozenset({Role.OWNER, Role.PRACTITIONER})
    OWNERS = frozenset({Role.OWNER})
    OPERATORS = frozenset({"operator"})

    def lets_in(self, member: Member) -> bool:
        """Whether somebody who is signed in may come in; operators are no role of a practice."""
        if self is Entry.OPERATORS:
            return member.is_operator
        return self.value is None or member.role in self.value


class UnguardedEndpoint(RuntimeError):
    """A route says nothing about who may use it."""


def public(view: View) -> View:
    """Anybody, signed in or not."""
    return _marked(view, Entry.PUBLIC)


def member_only(view: View) -> View:
    """Everybody who works in a practice, assistants too."""
    return _marked(view, Entry.MEMBERS)


def practitioner_only(view: View) -> View:
    """People with a calendar of their own to sync: practitioners and owners."""
    return _marked(view, Entry.PRACTITIONERS)


def owner_only(view: View) -> View:
    """The owner of the practice."""
    return _marked(view, Entry.OWNERS)


def operator_only(view: View) -> View:
    """Whoever looks after the whole installation."""
    return _marked(view, Entry.OPERATORS)


def init_app(app: Flask) -> None:
    """Guards every request; must run before other hooks that need a person."""
    app.extensions["entries"] = {"static": Entry.PUBLIC}
    app.before_request(_guard)


def declare(app: Flask, blueprint: str, entry: Entry) -> None:
    """Guards every endpoint of a blueprint that is not ours."""
    for endpoint in app.view_functions:
        if endpoint.partition(".")[0] == blueprint:
            app.extensions["entries"][endpoint] = entry


def check_every_endpoint(app: Flask) -> None:
    """Raises `UnguardedEndpoint` for the first route without a guard. The last step of start-up."""
    for endpoint, view in app.view_functions.items():
        entry = app.extensions["entries"].setdefault(endpoint, getattr(view, "entry", None))
        if entry is None:
            raise UnguardedEndpoint(f"{endpoint} needs a guard from web/guards.py, or @public")


def entry_of(app: Flask, endpoint: str) -> Entry:
    """Who may use `endpoint`."""
    found: Entry = app.extensions["entries"][endpoint]
    return found


def _marked(view: View, entry: Entry) -> View:
    view.entry = entry  # type: ignore[attr-defined]
    return view


def _guard() -> None:
    if request.endpoint is None:
        return
    entry = entry_of(current_app, request.endpoint)
    if entry is Entry.PUBLIC:
        return
    if not is_signed_in():
        refuse_stranger()
    if not entry.lets_in(current_member()):
        raise NotAllowed

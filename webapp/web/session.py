"""One database session for each request, opened when it is first asked for.

GET and HEAD get a reading session, everything else a writing one (the caller commits). A signed-in
request sees its own practice and nothing else; a request without a person sees no tenant's row.
"""

from contextlib import AbstractContextManager

from flask import Flask, current_app, g, request
from sqlmodel import Session

from webapp.db.engine import Database
from webapp.db.scope import Scope
from webapp.web.login import current_scope

READS_ONLY = {"GET", "HEAD", "OPTIONS"}


def init_app(app: Flask) -> None:
    """Closes each request's session; what was not committed is rolled back."""
    app.teardown_appcontext(_close)


def db() -> Session:
    """This request's session, limited to the practice of whoever is signed in."""
    if "db_session" not in g:
        g.db_context = _opened(current_scope())
        g.db_session = g.db_context.__enter__()
    session: Session = g.db_session
    return session


def read_on() -> None:
    """Takes back what this request has not committed. What it still reads, for the page that says
    why, keeps nobody from writing."""
    database().read_on(db())


def installation_db() -> AbstractContextManager[Session]:
    """A writing session over every practice, for the few doors that find out which one they are
    about (feed addresses, sign-in). Use as a context manager and leave it soon."""
    return database().writing(Scope.installation())


def database() -> Database:
    """The database of this app."""
    found: Database = current_app.extensions["database"]
    return found


def _opened(scope: Scope | None) -> AbstractContextManager[Session]:
    is_reading = request.method in READS_ONLY
    return database().reading(scope) if is_reading else database().writing(scope)


def _close(_error: BaseException | None = None) -> None:
    opened = g.pop("db_context", None)
    if opened is not None:
        g.pop("db_session")
        opened.__exit__(None, None, None)

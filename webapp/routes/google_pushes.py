"""Where Google's messages arrive: answered at once, the same whatever they are, Google not asked.

The secret is checked before the database is, so a forged message costs nothing and learns nothing
(F89). No cookie, no body is read, nobody signs in (F94).
"""

import logging

from flask import Blueprint, current_app, request

from webapp.google.channels import PushMessage, is_genuine, push_message
from webapp.ops import events
from webapp.services import news, push_messages
from webapp.services.news import News
from webapp.services.sync_context import PushDoor
from webapp.web.clock import now
from webapp.web.csrf import csrf
from webapp.web.guards import public
from webapp.web.limits import push_messages as throttled
from webapp.web.session import db, installation_db

bp = Blueprint("google_pushes", __name__)
csrf.exempt(bp)

log = logging.getLogger(__name__)


def is_ours() -> bool:
    """Whether the message carries the secret of its channel."""
    return is_genuine(PushDoor.of(current_app.extensions["settings"]).key, _message())


@bp.post("/google-pushes")
@public
@throttled(is_ours)
def create() -> tuple[str, int]:
    """Takes one message. 204 for each, as anything else makes Google repeat it (GOOGLE.md 8.4)."""
    if not is_ours():
        log.info(events.PUSH_REFUSED)
        return "", 204
    with installation_db() as session:
        push_messages.receive(session, message=_message(), now=now())
    return "", 204


@bp.errorhandler(429)
def too_many(_error: Exception) -> tuple[str, int]:
    """Told too often."""
    return "", 429


@bp.app_template_global()
def news_of(connection_id: str) -> News:
    """How we hear of changes in this account: a line of the sync page."""
    settings = current_app.extensions["settings"]
    return news.gather(
        db(),
        connection_id=connection_id,
        now=now(),
        poll_seconds=settings.poll_seconds,
        pushed_poll_seconds=settings.pushed_poll_seconds,
    )


def _message() -> PushMessage:
    return push_message(request.headers)

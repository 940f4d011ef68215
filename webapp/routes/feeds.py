"""The calendar addresses that other programs read, without signing in (PRODUCT.md C).

Answers are for programs: plain text, the same for whatever they say they accept, no cookie, no
redirect. 404 unknown or switched off; 410 reset; 503 trouble, come back later, and never an empty
or partial calendar, which would clear people's phones (ICALENDAR.md A5).
"""

import logging

from flask import Blueprint, current_app, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from webapp.db.scope import Scope
from webapp.domain.keys import Purpose, derived_key
from webapp.feeds.tokens import read_token
from webapp.ops import events
from webapp.services import feeds
from webapp.services.feeds import Feed, Refusal
from webapp.web.clock import now
from webapp.web.guards import public
from webapp.web.limits import feed_reads
from webapp.web.session import database

bp = Blueprint("feeds", __name__)

COME_BACK_AFTER_SECONDS = 600
HEADERS = {
    "Cache-Control": "private, no-cache",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}
REFUSALS = {
    Refusal.UNKNOWN: ("There is no calendar at this address.", 404),
    Refusal.GONE: ("This address was reset. Its owner has a new one.", 410),
}

log = logging.getLogger(__name__)


def is_ours() -> bool:
    """Whether the asked address is one that this installation made."""
    return read_token(_key(), (request.view_args or {}).get("token", "")) is not None


@bp.get("/feeds/<token>.ics")
@public
@feed_reads(is_ours)
def show(token: str) -> Response:
    """The calendar, or 304 when the program has it already."""
    with database().reading(Scope.installation()) as session:
        found = feeds.read(session, key=_key(), token=token, now=now())
    if isinstance(found, Refusal):
        return _plain(*REFUSALS[found])
    _note_read(found)
    return _calendar(found)


@bp.errorhandler(429)
def too_many(_error: Exception) -> Response:
    """Asked too often."""
    return _plain("Too many requests. Come back later.", 429, is_trouble=True)


@bp.errorhandler(500)
def trouble(error: Exception) -> Response:
    """Whatever went wrong here, the subscriber keeps what it has."""
    cause = getattr(error, "original_exception", None) or error
    log.error(events.FEED_FAILED, extra={"error": type(cause).__name__})
    return _plain("Not available for a moment. Come back later.", 503, is_trouble=True)


def _calendar(found: Feed) -> Response:
    answer = current_app.response_class(found.body, content_type="text/calendar; charset=utf-8")
    answer.headers.update(HEADERS)
    answer.headers["Content-Disposition"] = 'inline; filename="practice.ics"'
    answer.set_etag(found.etag)
    answer.last_modified = found.changed_at
    return answer.make_conditional(request)


def _plain(text: str, status: int, *, is_trouble: bool = False) -> Response:
    answer = current_app.response_class(
        f"{text}\n", status, content_type="text/plain; charset=utf-8"
    )
    answer.headers.update(HEADERS)
    if is_trouble:
        answer.headers["Retry-After"] = str(COME_BACK_AFTER_SECONDS)
    return answer


def _note_read(found: Feed) -> None:
    """Never the reason for a failed answer."""
    if found.is_read_noted:
        return
    try:
        with database().writing(Scope.practice(found.practice_id)) as session:
            agent = request.headers.get("User-Agent", "")
            feeds.note_read(session, link_id=found.link_id, user_agent=agent, now=now())
    except SQLAlchemyError as failed:
        log.warning(events.FEED_READ_NOT_NOTED, extra={"error": type(failed).__name__})


def _key() -> bytes:
    return derived_key(current_app.extensions["settings"].secret_key, Purpose.FEEDS)

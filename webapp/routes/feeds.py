"""The calendar addresses that other programs read, without signing in (PRODUCT.md C).

Answers are for programs: plain text, the same for whatever they say they accept, no cookie, no
redirect. 404 unknown or switched off; 410 reset or ended; 503 trouble, come back later, and never
an empty or partial calendar, which would clear people's phones (ICALENDAR.md A5).
"""

import logging
import sys

from flask import Blueprint, current_app, request
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session
from werkzeug.http import is_resource_modified
from werkzeug.wrappers import Response

from webapp.db.engine import UNAVAILABLE
from webapp.db.scope import Scope
from webapp.domain.keys import Purpose, derived_key
from webapp.feeds.tokens import read_token
from webapp.ops import events
from webapp.services import feed_reading, feeds, kept_feeds
from webapp.services.feeds import Feed, Refusal
from webapp.web.clock import now
from webapp.web.feed_shortcut import keep_for_shortcut, named_etag, wants_gzip
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
    Refusal.GONE: ("This address has ended. Ask whoever gave it to you for a new one.", 410),
}

log = logging.getLogger(__name__)


def asked_link() -> str | None:
    """The link whose address is asked for, if this installation made it."""
    named = read_token(_key(), (request.view_args or {}).get("token", ""))
    return named[0] if named else None


@bp.get("/feeds/<token>.ics")
@public
@feed_reads(asked_link)
def show(token: str) -> Response:
    """The calendar, or 304 when the program has it already."""
    with database().reading(Scope.installation()) as session:
        found = feeds.read(session, key=_key(), token=token, now=now())
        if isinstance(found, Refusal):
            return _plain(*REFUSALS[found])
        answer = _calendar(session, found)
    _note_read(found)
    keep_for_shortcut(found)
    return answer


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


def unavailable(error: Exception) -> Response:
    """The database does not answer: here that is told in the feed's words, not the app's."""
    current_app.log_exception(sys.exc_info())
    return trouble(error)


for no_answer in UNAVAILABLE:
    bp.register_error_handler(no_answer, unavailable)


def _calendar(session: Session, found: Feed) -> Response:
    """304 before any event is read; the body only when it is asked for."""
    is_packed = wants_gzip(current_app, request.environ)
    etag = named_etag(found.etag, is_packed=is_packed)
    is_new = is_resource_modified(
        request.environ, etag=etag, last_modified=found.changed_at, ignore_if_range=True
    )
    body = kept_feeds.body_of(session, found, is_packed=is_packed) if is_new else ()
    answer = current_app.response_class(body, 200 if is_new else 304)
    answer.headers.update(HEADERS)
    answer.headers["ETag"] = etag
    answer.last_modified = found.changed_at
    answer.vary.add("Accept-Encoding")
    if is_new:
        answer.content_type = "text/calendar; charset=utf-8"
        answer.headers["Content-Disposition"] = 'inline; filename="practice.ics"'
        if is_packed:
            answer.headers["Content-Encoding"] = "gzip"
    return answer


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
    link = found.standing.link
    agent = request.headers.get("User-Agent", "")
    if feed_reading.is_noted(link.id, link.generation, user_agent=agent, now=now()):
        return
    try:
        with database().writing(Scope.practice(link.practice_id)) as session:
            octets = kept_feeds.octets_of(link.id)
            feed_reading.note(session, link_id=link.id, user_agent=agent, now=now(), octets=octets)
    except SQLAlchemyError as failed:
        log.warning(events.FEED_READ_NOT_NOTED, extra={"error": type(failed).__name__})


def _key() -> bytes:
    return derived_key(current_app.extensions["settings"].secret_key, Purpose.FEEDS)

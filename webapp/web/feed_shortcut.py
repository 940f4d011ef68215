"""The short way to a calendar that was read before: around Flask, as the view would answer.

Calendar programs ask for the same address again and again, and nearly always nothing is new. Then
one narrow row says so, and the headers and bytes that the view answered with go out once more.
When single events changed, the calendar is brought up to date, and the headers that name its
version with it. Nothing else is decided here: whoever has to be noted, counted out or refused goes
the long way (routes/feeds.py), and so does whatever is asked in another way than before.
"""

import re
import time
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from flask import Flask, request
from werkzeug.datastructures import Accept
from werkzeug.http import http_date, parse_accept_header

from webapp.domain.keys import Purpose, derived_key
from webapp.ops.logging import begin_request
from webapp.services import feed_reading, kept_feeds
from webapp.services.feeds import Feed
from webapp.services.kept_feeds import Headers, KeptFeed
from webapp.web.headers import is_our_host
from webapp.web.limits import FeedPace
from webapp.web.request_log import report

ADDRESS = re.compile(r"/feeds/([\w\-]+)\.ics")
ONE_ETAG = re.compile(r'(?:W/)?"[^",]*"')
STATUS = {200: "200 OK", 304: "304 NOT MODIFIED"}
FEED = "webapp.feed"
OF_ONE_REQUEST = {"X-Request-Id", "Set-Cookie"}
OF_A_304 = {"Cache-Control", "ETag", "Vary"}
"""What else the first answer said still holds (RFC 9110 15.4.5)."""

Environ = dict[str, Any]


class Answer(NamedTuple):
    """What to say again."""

    status: int
    headers: Headers
    parts: Iterable[bytes]


class Told:
    """The parts of a calendar; the line in the log is written when they are on their way.

    A server closes what it has sent (PEP 3333), also when the reader has gone.
    """

    def __init__(self, parts: Iterable[bytes], *, path: str, began: float) -> None:
        self._parts, self._path, self._began = parts, path, began

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._parts)

    def close(self) -> None:
        """Reports the request."""
        report("GET", self._path, "feeds.show", 200, began=self._began)


def init_app(app: Flask) -> None:
    """Stands in front of `app`, behind a proxy's fixes if there are any."""
    app.wsgi_app = FeedShortcut(app)  # type: ignore[method-assign]


def keep_for_shortcut(feed: Feed) -> None:
    """Of the view: its answer to this request is `feed`'s, and may be given again."""
    if request.method == "GET":
        request.environ[FEED] = feed


def wants_gzip(app: Flask, environ: Environ) -> bool:
    """Only who asks for gzip gets it, and nobody where it is switched off (FEED_GZIP)."""
    is_offered: bool = app.extensions["settings"].is_feed_gzipped
    return is_offered and _takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", ""))


def named_etag(etag: str, *, is_packed: bool) -> str:
    """What the header says of a feed's `etag`: packed bytes are others (RFC 9110 8.8.3.3)."""
    return f'"{etag}-gzip"' if is_packed else f'"{etag}"'


class FeedShortcut:
    """A WSGI application around another one."""

    def __init__(self, app: Flask) -> None:
        self._app, self._long_way = app, app.wsgi_app
        self._key = derived_key(app.extensions["settings"].secret_key, Purpose.FEEDS)

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """Answers by itself, or lets the view answer and remembers how."""
        began = time.perf_counter()
        answer = self._again(environ)
        if answer is None:
            return self._long_way(environ, self._remembering(environ, start_response))
        reference = begin_request(environ.get("HTTP_X_REQUEST_ID", ""))
        start_response(STATUS[answer.status], [*answer.headers, ("X-Request-Id", reference)])
        if answer.status == 304:  # Where nothing is new, there is nothing to tell.
            return answer.parts
        return Told(answer.parts, path=environ["PATH_INFO"], began=began)

    def _again(self, environ: Environ) -> Answer | None:
        asked = ADDRESS.fullmatch(environ["PATH_INFO"])
        if asked is None or environ["REQUEST_METHOD"] != "GET" or not self._is_ours(environ):
            return None
        now = self._app.config["CLOCK"]()
        database = self._app.extensions["database"]
        is_packed = wants_gzip(self._app, environ)
        kept = kept_feeds.as_it_is_now(
            database, key=self._key, token=asked[1], now=now, is_packed=is_packed
        )
        if kept is None:
            return None
        link, agent = kept.feed.standing.link, environ.get("HTTP_USER_AGENT", "")
        answer = _answer(kept, environ, is_packed=is_packed)
        is_noted = feed_reading.is_noted(link.id, link.generation, user_agent=agent, now=now)
        pace: FeedPace = self._app.extensions["feed_pace"]
        return answer if answer and is_noted and pace.allows(link.id, at=now) else None

    def _is_ours(self, environ: Environ) -> bool:
        ours = self._app.extensions["settings"].external_url
        return is_our_host(ours, environ.get("HTTP_HOST", ""))

    def _remembering(self, environ: Environ, start_response: Any) -> Any:
        def remember(status: str, headers: Headers, exc_info: Any = None) -> Any:
            kept = kept_feeds.kept_for(environ[FEED]) if FEED in environ else None
            if kept is not None:
                number = int(status[:3])
                kept.headers[wants_gzip(self._app, environ), number] = _lasting(number, headers)
            return start_response(status, headers, exc_info)

        return remember


def _answer(kept: KeptFeed, environ: Environ, *, is_packed: bool) -> Answer | None:
    """What the view would say to such a request; None when it has not been asked yet."""
    status = _status(environ, named_etag(kept.etag, is_packed=is_packed))
    if status is None:
        return None
    headers = kept.headers.get((is_packed, status))
    if headers is None:
        headers = _brought_up_to_date(kept, status, is_packed=is_packed)
    return Answer(status, headers, _parts(kept, status, is_packed=is_packed)) if headers else None


def _brought_up_to_date(kept: KeptFeed, status: int, *, is_packed: bool) -> Headers | None:
    """The headers of an earlier answer, with those that name the version put anew, and kept."""
    earlier = kept.earlier_headers.get((is_packed, status))
    if earlier is None:
        return None
    of_now = {
        "ETag": named_etag(kept.etag, is_packed=is_packed),
        "Last-Modified": http_date(kept.feed.changed_at),
        "Content-Length": str(sum(map(len, _parts(kept, status, is_packed=is_packed)))),
    }
    headers = [(name, of_now.get(name, value)) for name, value in earlier]
    kept.headers[is_packed, status] = headers
    return headers


def _parts(kept: KeptFeed, status: int, *, is_packed: bool) -> Iterable[bytes]:
    return kept.parts(is_packed=is_packed) if status == 200 else ()


def _status(environ: Environ, etag: str) -> int | None:
    """304 for the ETag as subscribers send it back (some mark it as weak), 200 for another one.

    None for everything that takes more thought (RFC 9110 13.2.2).
    """
    known = environ.get("HTTP_IF_NONE_MATCH")
    if known is None:
        return None if "HTTP_IF_MODIFIED_SINCE" in environ else 200
    if ONE_ETAG.fullmatch(known) is None:
        return None
    return 304 if known.removeprefix("W/") == etag else 200


def _lasting(status: int, headers: Headers) -> Headers:
    if status == 304:
        return [one for one in headers if one[0] in OF_A_304]
    return [one for one in headers if one[0] not in OF_ONE_REQUEST]


@lru_cache(maxsize=256)
def _takes_gzip(header: str) -> bool:
    accepted = parse_accept_header(header, Accept)
    return accepted.find("gzip") >= 0 and accepted["gzip"] > 0

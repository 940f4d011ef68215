"""One log line per request: which page, how it ended, how long it took. Never what was in it.

An unforeseen error adds a second line with the places it passed, under the same request id.
"""

import logging
import time
from types import TracebackType

from flask import Flask, g, request
from werkzeug.wrappers import Response

from webapp.ops import events
from webapp.ops.logging import begin_request, request_id, shortened

log = logging.getLogger(__name__)

ExcInfo = tuple[type, BaseException, TracebackType | None] | tuple[None, None, None]

QUIET = {"static", "health.show", "freshness.show"}


def init_app(app: Flask) -> None:
    """Names the request first and reports it last; reports errors in our own words."""
    app.before_request(_begin)
    app.after_request(_finish)
    app.log_exception = _report_failure  # type: ignore[method-assign]


def _begin() -> None:
    g.began = time.perf_counter()
    begin_request(request.headers.get("X-Request-Id", ""))


def _finish(response: Response) -> Response:
    response.headers["X-Request-Id"] = request_id()
    if request.endpoint not in QUIET:
        endpoint, began = request.endpoint or "", g.get("began", 0.0)
        report(request.method, request.path, endpoint, response.status_code, began=began)
    return response


def report(method: str, path: str, endpoint: str, status: int, *, began: float) -> None:
    """The line of one request; `began` by `time.perf_counter`."""
    log.info(
        events.REQUEST_FINISHED,
        extra={
            "method": method,
            "path": shortened(path),
            "endpoint": endpoint,
            "status": status,
            "duration_ms": round(1000 * (time.perf_counter() - began), 1),
        },
    )


def _report_failure(exc_info: ExcInfo) -> None:
    log.error(events.REQUEST_FAILED, exc_info=exc_info, extra={"endpoint": request.endpoint or ""})

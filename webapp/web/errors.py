"""One table: what went wrong → status and words. Pages for people, partials for htmx.

The only place that turns an error into an answer. Nothing of the error itself is shown but the
sentence that was written for it; a reference leads from the page to the log line.
"""

import sys
from dataclasses import dataclass

from flask import Flask, current_app, render_template
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, InternalServerError, ServiceUnavailable
from werkzeug.wrappers import Response

from webapp.db.engine import UNAVAILABLE, is_passing
from webapp.domain.errors import Invalid, NotFound, ProductError
from webapp.ops.logging import request_id
from webapp.web.htmx import is_htmx


@dataclass(frozen=True, slots=True)
class Trouble:
    """What the person reads."""

    status: int
    heading: str
    sentence: str
    help_anchor: str = ""
    errors: tuple[str, ...] = ()
    reference: str = ""


WORDS = {
    400: ("This request could not be read", "Go back, load the page again and repeat it."),
    403: ("This is not allowed", "You may not do this, or the request came from another site."),
    404: (NotFound.heading, NotFound.default_sentence),
    405: ("This address cannot be used like that", "Go back and use the button on the page."),
    413: ("That was too much at once", "Send less than one megabyte."),
    429: (
        "Too many tries",
        "Wait a quarter of an hour, then try again. Nothing is lost, and nothing is locked.",
    ),
    500: (
        "Something went wrong on our side",
        "Nothing was saved. Try again; if it happens twice, tell your administrator the reference.",
    ),
    503: ("Not available for a moment", "Try again in a minute. Nothing was changed."),
}
COME_BACK_AFTER_SECONDS = 60
"""What programs are told where people read that they should try again."""
ANCHORS = {403: "not-allowed", 429: "sign-in", 500: "something-went-wrong", 503: "slow-or-down"}

FORGED = Trouble(
    400,
    "This page was open for too long",
    "Your sign-in changed since the page was loaded. Load it again and repeat the step; "
    "nothing was changed.",
    "signed-out",
)


def init_app(app: Flask) -> None:
    """Answers every product error, HTTP error and forged form in one style."""
    app.register_error_handler(ProductError, _product_error)
    app.register_error_handler(CSRFError, _forged)
    app.register_error_handler(HTTPException, _http_error)
    for error in UNAVAILABLE:
        app.register_error_handler(error, _unavailable)


def _product_error(error: ProductError) -> Response:
    errors = tuple(error.errors.values()) if isinstance(error, Invalid) else ()
    return answer(
        Trouble(error.status_hint, error.heading, error.sentence, error.help_anchor, errors)
    )


def _forged(_error: CSRFError) -> Response:
    return answer(FORGED)


def _unavailable(error: Exception) -> Response:
    """The database does not answer, or others were writing for too long (F77, F79, F81)."""
    current_app.log_exception(sys.exc_info())
    return _http_error(ServiceUnavailable() if is_passing(error) else InternalServerError())


def _http_error(error: HTTPException) -> Response:
    if error.response is not None:
        return error.get_response()
    code = error.code or 500
    if code < 400:
        return error.get_response()
    heading, sentence = WORDS.get(code, WORDS[500] if code >= 500 else WORDS[400])
    reference = request_id() if code >= 500 else ""
    return answer(Trouble(code, heading, sentence, ANCHORS.get(code, ""), (), reference))


def answer(trouble: Trouble) -> Response:
    """The page about `trouble`; for htmx the same words as a partial, for #problems."""
    template = "errors/_problem.html" if is_htmx() else "errors/show.html"
    response = current_app.make_response(
        (render_template(template, trouble=trouble), trouble.status)
    )
    if trouble.status == ServiceUnavailable.code:
        response.headers["Retry-After"] = str(COME_BACK_AFTER_SECONDS)
    if is_htmx():
        response.headers["HX-Retarget"] = "#problems"
        response.headers["HX-Reswap"] = "innerHTML show:window:top"
    return response

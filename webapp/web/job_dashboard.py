"""RQ's dashboard at /operations/jobs, for operators, made safe (docs/decisions/0003).

On its own it has no sign-in, unpickles what it finds in Redis, changes state on GET and needs
inline scripts. Here it is guarded like our own pages, reads signed JSON alone (queue/doorbell.py
sees to that), changes state only by a POST of its own page, and has a content policy of its own.
"""

import rq_dashboard.web as dashboard
from flask import Flask, abort, current_app, request
from werkzeug.wrappers import Response

from webapp.config import Settings
from webapp.queue.doorbell import Doorbell, ForgedJob, SignedJson
from webapp.web import errors, guards
from webapp.web.csrf import csrf

ADDRESS = "/operations/jobs"
BLUEPRINT = "rq_dashboard"
READS_ONLY = {"GET", "HEAD"}

POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)

FORGED = errors.Trouble(
    409,
    "This job cannot be read",
    "It was not put there by this app, or by an installation with another secret. "
    "Nothing in it was run. Delete it, and look who else can write to the queue server.",
)


def init_app(app: Flask) -> None:
    """Mounts the dashboard behind its own hooks."""
    settings: Settings = app.extensions["settings"]
    dashboard.config.serializer = SignedJson
    app.config["RQ_DASHBOARD_REDIS_URL"] = settings.redis_url
    dashboard.setup_rq_connection(app)
    app.before_request(_only_from_its_own_page)
    app.after_request(_own_policy)
    app.context_processor(_what_its_templates_forget)
    app.register_error_handler(ForgedJob, _forged)
    app.register_blueprint(dashboard.blueprint, url_prefix=ADDRESS)
    csrf.exempt(dashboard.blueprint)
    guards.declare(app, BLUEPRINT, guards.Entry.OPERATORS)


def _only_from_its_own_page() -> None:
    """Its pages send no token; the browser's word on where a POST comes from replaces it."""
    if request.blueprint != BLUEPRINT:
        return
    if request.method in READS_ONLY and "/requeue/" in request.path:
        abort(405)
    if request.method not in READS_ONLY and request.headers.get("Sec-Fetch-Site") != "same-origin":
        abort(403)
    doorbell: Doorbell = current_app.extensions["doorbell"]
    if not doorbell.is_answering():
        abort(503)


def _own_policy(response: Response) -> Response:
    if request.blueprint == BLUEPRINT:
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["Cache-Control"] = "no-store"
    return response


def _what_its_templates_forget() -> dict[str, str]:
    """One of its pages names no tab, which strict templates do not forgive."""
    return {"active_tab": "jobs"} if request.blueprint == BLUEPRINT else {}


def _forged(_error: ForgedJob) -> Response:
    return errors.answer(FORGED)

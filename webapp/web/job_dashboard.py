"""RQ's dashboard at /operations/jobs, for owners, made safe (docs/decisions/0003-job-dashboard.md).

It brings no sign-in, unpickles what it finds in Redis, changes state on GET and needs inline
scripts. Here it is guarded like our own pages, reads only signed JSON, changes state only by a POST
of its own page, and has a content policy of its own.
"""

from flask import Flask, abort, request
from werkzeug.wrappers import Response

from webapp.config import Settings
from webapp.web import guards
from webapp.web.csrf import csrf

ADDRESS = "/operations/jobs"
BLUEPRINT = "rq_dashboard"
READS_ONLY = {"GET", "HEAD"}

POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)


def init_app(app: Flask) -> None:
    """Mounts the dashboard behind its own hooks."""
    # Imported here: it patches nothing, but it needs RQ, which tests of other pages do without.
    import rq_dashboard.web as dashboard

    from webapp.queue import SignedJson

    settings: Settings = app.extensions["settings"]
    dashboard.config.serializer = SignedJson
    app.config.update(RQ_DASHBOARD_REDIS_URL=settings.redis_url, RQ_DASHBOARD_DISABLE_DELETE=False)
    dashboard.setup_rq_connection(app)
    app.before_request(_only_from_its_own_page)
    app.after_request(_own_policy)
    app.register_blueprint(dashboard.blueprint, url_prefix=ADDRESS)
    csrf.exempt(dashboard.blueprint)
    guards.declare(app, BLUEPRINT, guards.Entry.OWNERS)


def _is_dashboard() -> bool:
    return request.blueprint == BLUEPRINT


def _only_from_its_own_page() -> None:
    """Its pages send no token; the browser's word on where a POST comes from replaces it."""
    if not _is_dashboard():
        return
    if request.method in READS_ONLY:
        if "/requeue/" in request.path:
            abort(405)
    elif request.headers.get("Sec-Fetch-Site") != "same-origin":
        abort(403)


def _own_policy(response: Response) -> Response:
    if _is_dashboard():
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["Cache-Control"] = "no-store"
    return response

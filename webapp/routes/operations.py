"""The operator's page: whether the installation works and who is cut off, with no client in it."""

from flask import Blueprint, current_app, render_template, request

from webapp.db.queries.connection_health import connection_health
from webapp.db.scope import Scope
from webapp.services import self_check
from webapp.services.self_check import Installation
from webapp.web.clock import now
from webapp.web.guards import operator_only
from webapp.web.session import database

bp = Blueprint("operations", __name__)

PAGE_SIZE = 50


@bp.get("/operations")
@operator_only
def index() -> str:
    """Findings of the self-check, then every connection, the gravest first; `from` pages on."""
    installation = Installation(
        settings=current_app.extensions["settings"],
        database=database(),
        doorbell=current_app.extensions["doorbell"],
        now=now(),
    )
    with database().reading(Scope.installation()) as session:
        everybody = connection_health(session, now=now())
    first = max(0, request.args.get("from", 0, type=int))
    return render_template(
        "operations/index.html",
        findings=self_check.gravest_first(self_check.findings(installation, is_full=False)),
        connections=everybody[first : first + PAGE_SIZE],
        total=len(everybody),
        first=first,
        page_size=PAGE_SIZE,
    )

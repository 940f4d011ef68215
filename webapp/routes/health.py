"""Whether this server can serve, for load balancers and for `make demo`."""

from typing import Any

from flask import Blueprint, current_app

from webapp.services import health
from webapp.web.guards import public
from webapp.web.session import database

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@public
def show() -> tuple[dict[str, Any], int]:
    """200 when everything is there, else 503; `missing` says what is not, in plain words."""
    settings, doorbell = current_app.extensions["settings"], current_app.extensions["doorbell"]
    missing = health.missing(
        database=database(), doorbell=doorbell, expected_workers=settings.expected_workers
    )
    return {"ready": not missing, "missing": missing}, 503 if missing else 200

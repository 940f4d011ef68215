"""The practice's audit log, for its owner: who changed what about syncing and access, and when."""

from flask import Blueprint, render_template, request

from webapp.services import audit_log
from webapp.web.guards import owner_only
from webapp.web.session import db

bp = Blueprint("audit_entries", __name__)


@bp.get("/audit-entries")
@owner_only
def index() -> str:
    """A page of it, newest first; `before` is the number of the entry to go on from."""
    before = request.args.get("before", type=int)
    acts = audit_log.page(db(), before=before)
    return render_template(
        "audit_entries/index.html",
        acts=acts,
        is_newest=before is None,
        older=acts[-1].position if len(acts) == audit_log.PAGE_SIZE else None,
    )

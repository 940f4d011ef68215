"""What an open page asks every few seconds: am I still right? Nearly always "yes", which is 204."""

from flask import Blueprint, current_app, request

from webapp.services import freshness
from webapp.services.freshness import Freshness
from webapp.web.clock import now
from webapp.web.guards import member_only
from webapp.web.htmx import render_partial, trigger
from webapp.web.session import db

bp = Blueprint("freshness", __name__)

PARTIALS = {"calendar": "freshness/_calendar.html", "sync": "freshness/_sync.html"}


@bp.get("/freshness")
@member_only
def show() -> tuple[str, int]:
    """204 while the page has `seen` the newest; else the line about its age, and the page's parts
    hear that they should ask again."""
    found, seen = of_member(request.args.get("member", "")), request.args.get("seen", "")
    if seen == found.seen:
        return "", 204
    if found.has_new_content(seen):
        trigger("calendar-changed")
        trigger("tiles-changed")
    partial = PARTIALS.get(request.args.get("page", ""), PARTIALS["calendar"])
    return render_partial(partial, freshness=found), 200


@bp.app_template_global()
def freshness_of(member_id: str) -> Freshness:
    """For the page itself, which begins with what it asks for later."""
    return of_member(member_id)


def of_member(member_id: str) -> Freshness:
    """Of a practitioner's calendar here. Raises `NotFound`."""
    settings = current_app.extensions["settings"]
    slowest = max(settings.poll_seconds, settings.pushed_poll_seconds)
    return freshness.gather(db(), member_id=member_id, now=now(), slowest_poll=slowest)

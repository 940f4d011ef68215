"""The calendar: month, week, day, agenda; and its grid alone, which the page asks for again."""

from flask import Blueprint, render_template, request

from webapp.web.calendar_request import asked_sheet, remember_view
from webapp.web.guards import member_only
from webapp.web.htmx import render_partial

bp = Blueprint("calendar", __name__)


@bp.get("/calendar")
@member_only
def index() -> str:
    """The page; the view is remembered."""
    sheet = asked_sheet()
    remember_view(sheet.page.view)
    return render_template("calendar/index.html", sheet=sheet)


@bp.get("/calendar/grid")
@member_only
def show() -> tuple[str, int]:
    """The grid, or 204 when it is as the page that asks already has it."""
    sheet = asked_sheet()
    if request.args.get("rev") == sheet.revision:
        return "", 204
    return render_partial("calendar/_grid.html", sheet=sheet), 200

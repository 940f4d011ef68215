"""Accounts, their calendars' settings, and the apps with access: pages of a person's Google
account.
"""

from __future__ import annotations

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from emulator.google import Google
from emulator.grants import project_of
from emulator.ics_parts import UnreadableCalendar
from emulator.model import ROLES
from emulator.palette import CALENDAR_COLOURS
from emulator.scopes import CONSENT_WORDS, short_name

pages = Blueprint("account_pages", __name__)
Reply = Response | str | tuple[str, int]


@pages.get("/")
def index() -> Reply:
    """Whose calendar shall it be?"""
    return render_template("accounts.html", accounts=list(_google().accounts.values()))


@pages.post("/")
def create() -> Reply:
    email = request.form.get("email", "").strip()
    if "@" not in email:
        abort(422)
    return redirect(url_for("calendar_pages.show", user=_google().account(email).email))


@pages.get("/account")
def show() -> Reply:
    """The apps with access."""
    person = _google().account(_user())
    apps = [
        (project, [CONSENT_WORDS.get(short_name(scope), short_name(scope)) for scope in scopes])
        for (user, project), scopes in _google().grants.granted.items()
        if user == person.email
    ]
    tokens = [t for t in _google().grants.refresh_tokens.values() if t.user == person.email]
    living = {project: sum(project_of(t.client) == project for t in tokens) for project, _ in apps}
    return render_template("account.html", person=person, apps=apps, living=living)


@pages.post("/account")
def remove_access() -> Reply:
    person = _google().account(_user())
    person.remove_app_access(project=request.form["project"])
    return redirect(url_for(".show", user=person.email))


@pages.post("/calendars")
def create_calendar() -> Reply:
    """A calendar by hand, empty or from a calendar file."""
    person = _google().account(_user())
    file = request.files.get("file")
    if file is None or not file.filename:
        person.new_calendar(request.form.get("summary", "").strip() or "New calendar")
        return redirect(url_for("calendar_pages.show", user=person.email))
    try:
        result = person.import_ics(file.read(), name=request.form.get("summary", "").strip())
    except UnreadableCalendar as refused:
        return render_template("imported.html", person=person, result=None, refused=refused), 422
    return render_template("imported.html", person=person, result=result, refused=None)


@pages.get("/calendars/new")
def new_calendar() -> Reply:
    return render_template("new_calendar.html", person=_google().account(_user()))


@pages.get("/calendars/<path:calendar>")
def edit_calendar(calendar: str) -> Reply:
    person = _google().account(_user())
    try:
        hand = person.calendar(calendar)
    except LookupError:
        abort(404)
    return render_template(
        "calendar_settings.html",
        person=person,
        hand=hand,
        entry=person.account.entries[hand.id],
        role=hand.record.role_of(person.email),
        roles=ROLES,
        colours=CALENDAR_COLOURS,
    )


@pages.post("/calendars/<path:calendar>")
def update_calendar(calendar: str) -> Reply:
    """Rename, share, restyle, or delete, by the pressed button."""
    person = _google().account(_user())
    hand = person.calendar(calendar)
    wish = request.form.get("wish", "")
    is_owner = hand.record.role_of(person.email) == "owner"
    if wish == "style":
        hand.restyle(
            selected="selected" in request.form,
            hidden="hidden" in request.form,
            color_id=request.form["color_id"],
        )
    elif not is_owner:
        abort(403)
    elif wish == "rename":
        hand.rename(request.form["summary"].strip())
    elif wish == "share":
        hand.share(request.form["email"].strip(), request.form["role"])
    elif wish == "unshare":
        hand.unshare(request.form["email"])
    elif wish == "delete" and hand.record.kind != "primary":
        hand.remove()
        return redirect(url_for("calendar_pages.show", user=person.email))
    return redirect(url_for(".edit_calendar", calendar=calendar, user=person.email))


def _user() -> str:
    user = request.values.get("user", "")
    if user not in _google().accounts:
        abort(404)
    return user


def _google() -> Google:
    google: Google = current_app.extensions["google"]
    return google

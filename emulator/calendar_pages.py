"""The person's calendar: week and month, the event page, and what the buttons on them do."""

from __future__ import annotations

import base64
from datetime import date, time, timedelta

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from emulator import dragging, event_form, series, views
from emulator.account_hand import Person
from emulator.errors import Refused
from emulator.event_form import EventForm, Unclear
from emulator.event_view import DETAILED
from emulator.google import Google
from emulator.model import Event
from emulator.person import PersonCalendar

pages = Blueprint("calendar_pages", __name__)
ROLE_WORDS = {
    "freeBusyReader": "only when it is busy",
    "reader": "you can read it",
    "writerWithoutPrivateAccess": "you can write, private details stay hidden",
    "writer": "you can write",
}
Reply = Response | str | tuple[str, int]


@pages.get("/calendar")
def show() -> Reply:
    """`?user=…&view=week|month&on=YYYY-MM-DD`."""
    person = _google().account(_user())
    on = _day(request.args.get("on", ""))
    is_month = request.args.get("view") == "month"
    head = on.replace(day=1) if is_month else on
    count, month = (42, on.month) if is_month else (7, None)
    first = head - timedelta(days=head.weekday())
    with _google().lock:
        found = views.days(_google(), person.account, first, count, month=month)
        lines = views.listed(_google(), person.account)
    return render_template(
        "month.html" if is_month else "week.html",
        person=person,
        days=found,
        lines=lines,
        on=on,
        around=_around(on, is_month=is_month),
        now=views.now_in(_google(), person.account),
        writable=_writable(person),
        roles=ROLE_WORDS,
    )


@pages.get("/calendar/event")
def show_by_link() -> Reply:
    """The `htmlLink` of an event: its page, as the calendar's owner sees it."""
    event_id, _, address = _decoded(request.args.get("eid", "")).partition(" ")
    full = {"@m": "@gmail.com", "@g": "@group.calendar.google.com"}
    calendar_id = address[:-2] + full[address[-2:]] if address[-2:] in full else address
    calendar = _google().calendars.get(calendar_id)
    if calendar is None:
        abort(404)
    reader = request.args.get("user") or calendar.owner or next(iter(calendar.acl), "")
    return redirect(url_for(".edit", calendar=calendar_id, event=event_id, user=reader))


@pages.get("/calendar/new")
def new() -> Reply:
    person = _google().account(_user())
    at = request.args.get("at", "09:00")
    return _new_page(person, event_form.blank(_day(request.args.get("on", "")), at))


@pages.post("/calendar/new")
def create() -> Reply:
    person = _google().account(_user())
    form = event_form.from_answers(request.form.to_dict())
    try:
        members = form.members(person.account.time_zone, has_rule=True)
        person.calendar(request.form["calendar"]).insert(members)
    except (Unclear, Refused) as refused:
        form.error = str(getattr(refused, "message", refused))
        return _new_page(person, form), 422
    return _back(form.start_on)


@pages.get("/calendar/events/<path:calendar>/<event>")
def edit(calendar: str, event: str) -> Reply:
    hand, found = _found(calendar, event)
    form = event_form.of_event(found, hand.record, hand.account.time_zone)
    return _event_page(hand, found, form)


@pages.post("/calendar/events/<path:calendar>/<event>")
def update(calendar: str, event: str) -> Reply:
    """Save, or one of the other buttons of the event page."""
    hand, found = _found(calendar, event)
    if hand.record.role_of(hand.account.email) not in DETAILED:
        abort(403)
    before = event_form.of_event(found, hand.record, hand.account.time_zone)
    form = event_form.from_answers(request.form.to_dict())
    try:
        _act(hand, found, before, form)
    except (Unclear, Refused, LookupError) as refused:
        form.error = str(getattr(refused, "message", refused))
        return _event_page(hand, found, form), 422
    return _back(before.start_on)


@pages.post("/calendar/drag")
def drag() -> Reply:
    """Dropped elsewhere: `days` on and `at` (minutes); or the lower edge pulled to `until`
    (minutes) on `on`. A refusal is one sentence, 422.
    """
    hand, found = _found(request.form["calendar"], request.form["event"])
    if hand.record.role_of(hand.account.email) not in DETAILED:
        abort(403)
    try:
        start, end = _dropped(hand, found)
        hand.move_time(found.id, start, end, scope=request.form.get("scope") or None)
    except (Refused, ValueError) as refused:
        return str(getattr(refused, "message", refused)), 422
    return "", 204


@pages.post("/calendar/shown")
def choose_shown() -> Reply:
    """Tick or untick a calendar in the list at the side."""
    person = _google().account(_user())
    person.calendar(request.form["calendar"]).restyle(selected="selected" in request.form)
    view, on = request.form.get("view"), request.form.get("on")
    return redirect(url_for(".show", user=person.email, view=view, on=on))


@pages.get("/calendar/bin")
def bin_() -> Reply:
    """Deleted events that can come back."""
    person = _google().account(_user())
    with _google().lock:
        deleted = [
            (hand, event)
            for hand in person.calendars()
            if hand.record.role_of(person.email) in DETAILED
            for event in hand.record.events.values()
            if event.is_cancelled and not event.is_bare and not event.is_gone
        ]
    return render_template("bin.html", person=person, deleted=deleted)


@pages.post("/calendar/bin")
def restore() -> Reply:
    person = _google().account(_user())
    person.calendar(request.form["calendar"]).restore(request.form["event"])
    return redirect(url_for(".bin_", user=person.email))


def _dropped(hand: PersonCalendar, found: Event) -> tuple[str, str | None]:
    form, zone = request.form, hand.account.time_zone
    if form.get("until"):
        on, minutes = date.fromisoformat(form["on"]), int(form["until"])
        return dragging.resized(found, hand.record, zone, on=on, minutes=minutes)
    at = None
    if form.get("at"):
        hours, minutes = divmod(int(form["at"]), 60)
        at = time(hours, minutes)
    return dragging.moved(found, hand.record, zone, days=int(form["days"]), at=at)


def _act(hand: PersonCalendar, found: Event, before: EventForm, form: EventForm) -> None:
    scope = request.form.get("scope") or ("this" if found.recurring_event_id else "all")
    wish = request.form.get("wish", "save")
    if wish == "delete":
        hand.delete(found.id, scope=scope)
    elif wish == "duplicate":
        hand.duplicate(found.id)
    elif wish == "restore":
        hand.restore(found.id)
    elif wish == "move":
        destination = _google().account(hand.account.email).calendar(request.form["destination"])
        hand.move_to(found.recurring_event_id or found.id, destination)
    else:
        has_rule = not found.recurring_event_id
        members = event_form.changed(before, form, hand.account.time_zone, has_rule=has_rule)
        if members:
            hand.edit(found.id, scope=scope, **members)


def _new_page(person: Person, form: EventForm) -> str:
    return render_template("event.html", person=person, form=form, event=None, **_choices())


def _event_page(hand: PersonCalendar, found: Event, form: EventForm) -> str:
    person = _google().account(hand.account.email)
    role = hand.record.role_of(person.email) or "reader"
    is_private = found.fields.get("visibility") in ("private", "confidential")
    return render_template(
        "event.html",
        person=person,
        form=form,
        event=found,
        chosen=hand,
        role=role,
        is_hidden=is_private and role not in DETAILED,
        **_choices(),
    )


def _choices() -> dict[str, object]:
    writable = _writable(_google().account(_user()))
    return {
        "repeats": event_form.REPEATS,
        "colours": event_form.COLOURS,
        "writable": writable,
    }


def _writable(person: Person) -> list[PersonCalendar]:
    return [h for h in person.calendars() if h.record.role_of(person.email) in DETAILED]


def _found(calendar: str, event: str) -> tuple[PersonCalendar, Event]:
    try:
        hand = _google().account(_user()).calendar(calendar)
        return hand, series.find(hand.record, event)
    except LookupError:
        abort(404)


def _decoded(eid: str) -> str:
    try:
        return base64.urlsafe_b64decode(eid + "=" * (-len(eid) % 4)).decode()
    except ValueError:
        abort(404)


def _around(on: date, *, is_month: bool) -> tuple[date, date]:
    if not is_month:
        return on - timedelta(days=7), on + timedelta(days=7)
    first = on.replace(day=1)
    return (first - timedelta(days=1)).replace(day=1), (first + timedelta(days=32)).replace(day=1)


def _back(on: str) -> Response:
    return redirect(url_for(".show", user=_user(), on=on))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return _google().clock.now().date()


def _user() -> str:
    user = request.values.get("user", "")
    if user not in _google().accounts:
        abort(404)
    return user


def _google() -> Google:
    google: Google = current_app.extensions["google"]
    return google

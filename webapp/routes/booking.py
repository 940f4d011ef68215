"""The public booking page: practitioner, day, time, details. No sign-in and nothing of anybody's.

Every page works without scripts and tells search engines to leave it alone. What is asked for here
is confirmed through a mail (routes/bookings.py).
"""

from flask import Blueprint, current_app, render_template, request, session, url_for
from werkzeug.wrappers import Response

from webapp.config import LOOPBACK, Settings
from webapp.db.models import Booking
from webapp.domain import booking_page
from webapp.domain.booking_page import instant_of
from webapp.services import booking, booking_mails, booking_requests, booking_visits
from webapp.services.booking_requests import Wish
from webapp.services.booking_visits import Visit
from webapp.web import booking_form, limits
from webapp.web.clock import now
from webapp.web.forms import Form
from webapp.web.guards import public
from webapp.web.htmx import see_other
from webapp.web.session import db, read_on

bp = Blueprint("booking", __name__)


@bp.get("/book/<practice_slug>")
@public
@limits.booking_pages
def index(practice_slug: str) -> str | Response:
    """With whom; where there is one practitioner alone, straight to their times."""
    front = booking.front_desk(db(), practice_slug=practice_slug)
    if len(front.desks) == 1:
        who = front.desks[0].settings.slug
        return see_other("booking.show", practice_slug=practice_slug, who=who)
    visit = _visit(practice_slug, booking.ANY)
    return _page("booking/index.html", visit, visits=[visit, *visit.each()])


@bp.get("/book/<practice_slug>/<who>")
@public
@limits.booking_pages
def show(practice_slug: str, who: str) -> str:
    """The free times of one week, on one day; at first the first free ones."""
    visit = _visit(practice_slug, who)
    on = Form(request.args).day("on", is_required=False)
    return _page("booking/show.html", visit, week=visit.week(on, now=now()))


@bp.get("/book/<practice_slug>/<who>/new")
@public
@limits.booking_pages
def new(practice_slug: str, who: str) -> str:
    """The details, for the time that was clicked."""
    visit = _visit(practice_slug, who)
    form = booking_form.first_values(request.args.get("at", ""), visit.time_zone)
    at = instant_of(form.value("at"))
    if at not in visit.starts:
        form.errors["at"] = booking_form.NO_TIME
    return _new_page(visit, form)


@bp.post("/book/<practice_slug>/<who>")
@public
@limits.booking_requests
def create(practice_slug: str, who: str) -> Response | tuple[str, int]:
    """Holds the time and sends the mail. Programs hear the same and nothing happens."""
    form = Form(request.form)
    if booking_form.is_by_program(form):
        return _sent(practice_slug, who, form)
    wish = booking_form.wish(form)
    if wish is not None:
        with booking_form.refusals(form):
            _place(practice_slug, who, wish)
            return _sent(practice_slug, who, form)
    read_on()
    status = 409 if form.error("at") else 422
    return _new_page(_visit(practice_slug, who, form.value("zone")), form), status


def _visit(practice_slug: str, who: str, zone: str = "") -> Visit:
    return booking_visits.gather(
        db(),
        practice_slug=practice_slug,
        who=who,
        asked_zone=zone or request.args.get("zone", ""),
        now=now(),
    )


def _page(template: str, visit: Visit, **context: object) -> str:
    return render_template(
        template, visit=visit, practice=visit.practice, words=booking_page, **context
    )


def _new_page(visit: Visit, form: Form) -> str:
    at = instant_of(form.value("at"))
    offers = visit.nearest(at or now()) if form.error("at") else []
    return _page("booking/new.html", visit, form=form, at=at, nearest=offers)


def _place(practice_slug: str, who: str, wish: Wish) -> None:
    front = booking.front_desk(db(), practice_slug=practice_slug)
    desk = booking.first_free(db(), desks=front.chosen(who), starts_at=wish.starts_at, now=now())
    practice_name = front.practice.name

    def tell(row: Booking, token: str) -> bool:
        path = url_for("bookings.show", token=token)
        _show_in_demo(path)
        return booking_mails.ask_to_confirm(
            current_settings(), row=row, practice_name=practice_name, path=path
        )

    booking_requests.place(db(), desk=desk, wish=wish, now=now(), tell=tell)


def _sent(practice_slug: str, who: str, form: Form) -> Response:
    given = {name: form.value(name) for name in ("at", "zone")}
    return see_other("booking_requests.show", practice_slug=practice_slug, who=who, **given)


def _show_in_demo(path: str) -> None:
    """Where mails are files on this very machine nobody gets them; the page leads to the link."""
    settings = current_settings()
    is_here = settings.external_url.partition("://")[2].partition(":")[0] in LOOPBACK
    if is_here and settings.mail_server.startswith("file:"):
        session["booking_link"] = path


def current_settings() -> Settings:
    """This installation's."""
    found: Settings = current_app.extensions["settings"]
    return found

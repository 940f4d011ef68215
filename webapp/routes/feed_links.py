"""The calendar addresses of the person who is signed in: made, changed, reset, removed.

Every answer is the whole list, which stands on the sync page.
"""

from collections.abc import Callable

from flask import Blueprint, current_app, request
from werkzeug.wrappers import Response

from webapp.domain.naming import Display
from webapp.services import feed_cards, feed_links, sync_settings
from webapp.services.feed_links import LONGEST_NAME, LinkChoice
from webapp.web.clock import now
from webapp.web.forms import Form
from webapp.web.guards import practitioner_only
from webapp.web.htmx import announce, is_htmx, render_partial, see_other
from webapp.web.login import current_member
from webapp.web.session import db, read_on
from webapp.web.shown_address import remember_shown, shown_address
from webapp.web.step_up import recently_confirmed

bp = Blueprint("feed_links", __name__)
addresses = Blueprint("feed_addresses", __name__)

OWN, BUSY = "own", "busy"


@bp.post("/feed-links")
@practitioner_only
def create() -> str | Response | tuple[str, int]:
    """One more address (R44)."""
    return _answer(
        Form(request.form),
        lambda choice: feed_links.add(db(), by=current_member(), choice=choice, now=now()),
        "You have a new address.",
    )


@bp.route("/feed-links/<link_id>", methods=["POST", "PATCH"])
@practitioner_only
def update(link_id: str) -> str | Response | tuple[str, int]:
    """Another name, or another way to show events."""
    return _answer(
        Form(request.form),
        lambda choice: feed_links.change(
            db(), by=current_member(), link_id=link_id, choice=choice, now=now()
        ),
        "Saved",
        link_id=link_id,
    )


@addresses.post("/feed-links/<link_id>/reset", endpoint="create")
@practitioner_only
def create_address(link_id: str) -> str | Response:
    """A new address for this link; the old one stops at once (R43)."""
    feed_links.reset(db(), by=current_member(), link_id=link_id, now=now())
    announce("You have a new address. The old one no longer works.")
    return _list(Form(), opened=link_id)


@addresses.post("/feed-links/<link_id>/address", endpoint="show")
@practitioner_only
@recently_confirmed
def show_address(link_id: str) -> str | Response:
    """The whole address for a few minutes, to somebody who has lately given their password."""
    feed_links.note_shown(db(), by=current_member(), link_id=link_id, now=now())
    remember_shown(link_id)
    return _list(Form(), opened=link_id)


@bp.post("/feed-links/<link_id>/revoke")
@practitioner_only
def delete(link_id: str) -> str | Response:
    """Ends this address for good; the others go on."""
    feed_links.revoke(db(), by=current_member(), link_id=link_id, now=now())
    announce("The address is removed. It no longer works.")
    return _list(Form())


def _answer(
    form: Form, apply: Callable[[LinkChoice], object], said: str, *, link_id: str = ""
) -> str | Response | tuple[str, int]:
    choice = _choice(form)
    if not form.errors:
        with form.accepting():
            apply(choice)
    if form.errors:
        read_on()
        announce(next(iter(form.errors.values())), kind="problem")
        listed = _list(form, opened=link_id or "new")
        return (listed, 422) if isinstance(listed, str) else listed
    announce(said)
    return _list(Form(), opened=link_id)


def _choice(form: Form) -> LinkChoice:
    shows = form.value("shows") or OWN
    is_named = shows not in (OWN, BUSY)
    return LinkChoice(
        name=form.text("name", longest=LONGEST_NAME),
        display=form.choice("shows", Display) if is_named else None,
        is_busy_only=shows == BUSY,
        has_location=form.flag("has_location"),
        is_practice=form.flag("is_practice"),
    )


def _list(form: Form, *, opened: str = "") -> str | Response:
    if not is_htmx():
        return see_other("sync_settings.show")
    settings, member = current_app.extensions["settings"], current_member()
    return render_partial(
        "feed_links/_list.html",
        cards=feed_cards.gather(
            db(), settings=settings, member=member, now=now(), shown=shown_address()
        ),
        shown=shown_address(),
        form=form,
        opened=opened,
        own=sync_settings.for_member(db(), member=member),
    )

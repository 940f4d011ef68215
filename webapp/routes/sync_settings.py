"""The Sync Calendar page: set-up, status and repair in one (PRODUCT.md 6.1). GET never writes."""

from collections.abc import Callable
from enum import StrEnum

from flask import Blueprint, current_app, request
from werkzeug.wrappers import Response

from webapp.db.models import SyncMode
from webapp.db.queries.event_counts import event_counts
from webapp.domain.naming import Display
from webapp.domain.product import FEED_AHEAD_DAYS, SYNCED_PAST_DAYS
from webapp.services import feed_cards, sync_page, sync_settings
from webapp.web.clock import now
from webapp.web.forms import Form
from webapp.web.guards import practitioner_only
from webapp.web.htmx import announce, is_htmx, page_or_partial, see_other, trigger
from webapp.web.login import current_member
from webapp.web.session import db, read_on
from webapp.web.shown_address import shown_address
from webapp.web.step_up import confirmed_where

bp = Blueprint("sync_settings", __name__)

REMOVE = "remove"
"""What a dialog says of our calendar in Google; everything else keeps it."""


class Change(StrEnum):
    """Which part of the page a form saves."""

    ALLOW = "allow"
    DISPLAY = "display"
    MODE = "mode"
    LOCATION = "location"
    INTERNAL_IDS = "internal_ids"
    PRACTICE = "practice"


class Question(StrEnum):
    """What the page asks before it acts; each is a dialog of that name."""

    DISABLE = "disable"
    ONE_WAY = "one_way"
    TWO_WAY = "two_way"
    FULL_NAME = "full_name"
    DISCONNECT = "disconnect"


def _shows_full_names(form: Form) -> bool:
    """The step that cannot be taken back: what is out there has been seen."""
    return form.value("display") == Display.FULL_NAME and form.flag("is_acknowledged")


@bp.get("/sync-settings")
@practitioner_only
def show() -> str:
    """The page; `ask` opens one of its dialogs, `focus` says where the person came from."""
    return page(Form(), asks=request.args.get("ask", ""), focus=request.args.get("focus", ""))


@bp.route("/sync-settings", methods=["POST", "PATCH"])
@practitioner_only
@confirmed_where(_shows_full_names)
def update() -> tuple[str, int] | str | Response:
    """Saves one part at once; refused, the page comes back with what was chosen."""
    form = Form(request.form)
    change = form.choice("change", Change)
    if change is not None:
        with form.accepting():
            APPLY[change](form)
    if form.errors:
        read_on()
        return page(form, asks=_question(form), opened=form.value("change")), 422
    announce("Saved")
    trigger("calendar-changed")
    return _saved(form) if is_htmx() else see_other("sync_settings.show")


def page(form: Form, *, asks: str = "", focus: str = "", opened: str = "") -> str:
    """The whole page, or its content for htmx; `form` holds what was refused.

    The step of `focus` and the step `opened` are open, however much is answered already.
    """
    settings, member = current_app.extensions["settings"], current_member()
    question = asks if asks in set(Question) else ""
    return page_or_partial(
        "sync_settings/show.html",
        "sync_settings/_settings.html",
        page=sync_page.gather(db(), member=member, now=now()),
        form=form,
        asks=question,
        counts=event_counts(db(), member_id=member.id) if question else None,
        focus=focus,
        opened=opened,
        cards=feed_cards.gather(
            db(), settings=settings, member=member, now=now(), shown=shown_address()
        ),
        shown=shown_address(),
        has_google=settings.has_google,
        support_email=settings.support_email,
        past_days=SYNCED_PAST_DAYS,
        ahead_days=FEED_AHEAD_DAYS,
    )


def _saved(form: Form) -> str:
    """The page as it is stored; the step that was changed stays open."""
    return page(Form(), focus=_origin(form), opened=form.value("change"))


def _allow(form: Form) -> None:
    if form.flag("is_enabled"):
        sync_settings.enable(db(), by=current_member(), now=now())
    else:
        is_confirmed = form.flag("is_confirmed")
        sync_settings.disable(
            db(),
            by=current_member(),
            is_confirmed=is_confirmed,
            removes_calendar=form.value("there") == REMOVE,
            now=now(),
        )


def _display(form: Form) -> None:
    display = form.choice("display", Display)
    if display is not None:
        sync_settings.choose_display(
            db(),
            by=current_member(),
            display=display,
            is_acknowledged=form.flag("is_acknowledged"),
            now=now(),
        )


def _mode(form: Form) -> None:
    mode = form.choice("mode", SyncMode)
    if mode is not None:
        sync_settings.choose_mode(
            db(),
            by=current_member(),
            mode=mode,
            is_confirmed=form.flag("is_confirmed"),
            removes_calendar=form.value("there") == REMOVE,
            now=now(),
        )


def _location(form: Form) -> None:
    sync_settings.choose_location(
        db(), by=current_member(), includes_location=form.flag("includes_location"), now=now()
    )


def _internal_ids(_form: Form) -> None:
    sync_settings.enable_internal_ids(db(), by=current_member(), now=now())


def _practice(form: Form) -> None:
    sync_settings.open_to_practice(
        db(), by=current_member(), is_open=form.flag("is_open_to_practice"), now=now()
    )


APPLY: dict[Change, Callable[[Form], None]] = {
    Change.ALLOW: _allow,
    Change.DISPLAY: _display,
    Change.MODE: _mode,
    Change.LOCATION: _location,
    Change.INTERNAL_IDS: _internal_ids,
    Change.PRACTICE: _practice,
}


def _question(form: Form) -> str:
    """The dialog that a refused form leads to."""
    if form.error("is_acknowledged"):
        return Question.FULL_NAME
    if form.error("is_confirmed"):
        is_off = form.value("change") == Change.ALLOW
        return Question.DISABLE if is_off else Question(form.value("mode"))
    return ""


def _origin(form: Form) -> str:
    """Where the focus belongs after a dialog; a control on the page itself keeps its own."""
    is_from_dialog = form.flag("is_confirmed") or form.flag("is_acknowledged")
    return form.value("change") if is_from_dialog else ""

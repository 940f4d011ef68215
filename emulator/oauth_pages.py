"""The authorization address: account chooser, consent page, error page, and the redirects between
them.
"""

from __future__ import annotations

from flask import Blueprint, current_app, redirect, render_template, request
from werkzeug.wrappers import Response

from emulator import consent
from emulator.consent import Asked, PageRefused
from emulator.model import Account, Json
from emulator.state import State

pages = Blueprint("oauth_pages", __name__)
Reply = Response | str | tuple[str, int]


@pages.get("/o/oauth2/v2/auth")
def show() -> Reply:
    """Where an app sends the browser."""
    state: State = current_app.extensions["google"]
    query = request.args.to_dict()
    try:
        asked = consent.read(state, query)
    except PageRefused as refused:
        return render_template("oauth_error.html", refused=refused), refused.status
    override = consent.overrides(state, query)
    if override is not None:
        return redirect(_overridden(state, asked, override))
    return _for_a_person(state, asked, query)


@pages.post("/o/oauth2/v2/auth")
def answer() -> Reply:
    """The person pressed Allow or Cancel."""
    state: State = current_app.extensions["google"]
    try:
        asked = consent.read(state, request.args.to_dict())
    except PageRefused as refused:
        return render_template("oauth_error.html", refused=refused), refused.status
    if request.form.get("decision") != "allow":
        return redirect(consent.deny(asked))
    account = state.ensure_account(request.form["account"])
    has_boxes = len(asked.boxes()) > 1
    ticked = request.form.getlist("scope") if has_boxes else None
    days = request.form.get("days", type=float)
    return redirect(consent.grant(state, asked, account, ticked, days=days))


def _overridden(state: State, asked: Asked, override: Json) -> str:
    if override["is_denied"]:
        return consent.deny(asked)
    account = consent.known_account(state, asked)
    email = str(override["user"] or (account.email if account else "ada@example.com"))
    return consent.grant(
        state, asked, state.ensure_account(email), override["scopes"], days=override["days"]
    )


def _for_a_person(state: State, asked: Asked, query: dict[str, str]) -> Reply:
    chosen = query.get("emulator_account", "").strip()
    account: Account | None = (
        state.ensure_account(chosen) if "@" in chosen else consent.known_account(state, asked)
    )
    if account is not None and consent.has_consented(state, asked, account):
        return redirect(consent.grant(state, asked, account, None))
    if "none" in asked.prompts:
        return redirect(consent.silent_refusal(asked, account))
    if account is None:
        accounts = list(state.accounts.values())
        return render_template("account_chooser.html", accounts=accounts, query=query, asked=asked)
    boxes = asked.boxes()
    is_ticked = state.knobs.boxes_start_ticked
    return render_template(
        "consent.html", account=account, asked=asked, boxes=boxes, is_ticked=is_ticked
    )

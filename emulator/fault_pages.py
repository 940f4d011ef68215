"""The workshop: faults in force and a form to set one, and the log of calls."""

from __future__ import annotations

from itertools import islice

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from emulator.faults import KINDS
from emulator.google import Google
from emulator.methods import METHODS
from emulator.model import Json

pages = Blueprint("fault_pages", __name__)
Reply = Response | str | tuple[str, int]
OTHERS = ("token", "token.code", "token.refresh", "revoke", "userinfo", "batch", "calendar.*", "*")


@pages.get("/faults")
def show() -> Reply:
    return _page()


@pages.post("/faults")
def create() -> Reply:
    """Set a fault, forget one or all of them; what cannot be is one sentence, 422."""
    form, faults = request.form, _google().faults
    if form.get("wish") == "clear":
        faults.clear()
    elif form.get("wish") == "remove":
        for fault in [one for one in faults.wishes if str(one.number) == form.get("number")]:
            faults.remove(fault)
    else:
        try:
            faults.add(form["method"], form["kind"], **_wish(form.to_dict()))
        except ValueError as wrong:
            return _page(f"That fault cannot be: {wrong}"), 422
    return redirect(url_for(".show"))


def _page(error: str = "") -> str:
    names = [*OTHERS, *(method.id for method in METHODS)]
    wishes = _google().faults.wishes
    return render_template("faults.html", faults=wishes, names=names, kinds=KINDS, error=error)


def _wish(form: dict[str, str]) -> Json:
    """The members of a fault from the form; empty fields mean no restriction."""
    at = [int(number) for number in form.get("at", "").split(",") if number.strip()]
    wish: Json = {
        "when": form["when"],
        "status": int(form.get("status") or 503),
        "reason": form.get("reason") or "backendError",
        "seconds": float(form.get("seconds") or 0),
        "user": form.get("user") or None,
        "at": at,
    }
    if form.get("percent"):
        return wish | {"probability": float(form["percent"]) / 100}
    return wish | ({} if at else {"times": int(form.get("times") or 1)})


@pages.get("/calls")
def calls() -> Reply:
    """The newest two hundred calls."""
    newest = list(islice(reversed(list(_google().calls)), 200))
    return render_template("calls.html", calls=newest, units=_google().calls.units())


def _google() -> Google:
    google: Google = current_app.extensions["google"]
    return google

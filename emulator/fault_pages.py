"""The workshop: faults in force and a form to set one, the clock, and the log of calls."""

from __future__ import annotations

from itertools import islice

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from emulator.faults import KINDS
from emulator.google import Google
from emulator.methods import METHODS

pages = Blueprint("fault_pages", __name__)
Reply = Response | str | tuple[str, int]
OTHERS = ("token", "token.code", "token.refresh", "revoke", "userinfo", "batch", "calendar.*", "*")


@pages.get("/faults")
def show() -> Reply:
    names = [*OTHERS, *(method.id for method in METHODS)]
    return render_template(
        "faults.html",
        faults=_google().faults.wishes,
        names=names,
        kinds=KINDS,
        clock=_google().clock.now(),
        error="",
    )


@pages.post("/faults")
def create() -> Reply:
    """Set a fault, forget all of them, or move the clock."""
    form = request.form
    if form.get("wish") == "clear":
        _google().faults.clear()
    elif form.get("wish") == "clock":
        _google().move_clock(hours=float(form.get("hours") or 0))
    else:
        times = form.get("times", "1")
        _google().faults.add(
            form["method"],
            form["kind"],
            when=form["when"],
            status=int(form.get("status") or 503),
            reason=form.get("reason") or "backendError",
            seconds=float(form.get("seconds") or 0),
            times=int(times or 1),
        )
    return redirect(url_for(".show"))


@pages.get("/calls")
def calls() -> Reply:
    """The newest two hundred calls."""
    newest = list(islice(reversed(list(_google().calls)), 200))
    return render_template("calls.html", calls=newest, units=_google().calls.units())


def _google() -> Google:
    google: Google = current_app.extensions["google"]
    return google

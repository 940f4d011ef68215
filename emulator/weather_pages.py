"""The workshop's clock, limits, latency, knobs and channels: pages that show and set them.

Faults and the log of calls are `fault_pages`; the same over HTTP is `control`.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from itertools import islice

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from emulator import knob_texts, profiles
from emulator.channels import Channel
from emulator.google import Google

pages = Blueprint("weather_pages", __name__)
Reply = Response | str | tuple[str, int]


@pages.get("/weather")
def show() -> Reply:
    return render_template("weather.html", google=_google(), error="")


@pages.post("/weather")
def change() -> Reply:
    """One of the buttons; what cannot be is one sentence, 422."""
    try:
        with _google().lock:
            WISHES[request.form.get("wish", "")](_google())
    except (KeyError, ValueError) as wrong:
        words = f"That cannot be set: {wrong}"
        return render_template("weather.html", google=_google(), error=words), 422
    return redirect(url_for(".show"))


@pages.get("/knobs")
def knobs() -> Reply:
    return render_template("knobs.html", knobs=knob_texts.shown(_google().knobs), error="")


@pages.post("/knobs")
def change_knobs() -> Reply:
    try:
        knob_texts.read(_google().knobs, request.form.to_dict())
    except ValueError as wrong:
        shown = knob_texts.shown(_google().knobs)
        return render_template("knobs.html", knobs=shown, error=str(wrong)), 422
    return redirect(url_for(".knobs"))


@pages.get("/channels")
def channels() -> Reply:
    """Channels, and the newest hundred messages."""
    google = _google()
    return render_template(
        "channels.html",
        channels=[(channel, _state(google, channel)) for channel in google.channels],
        messages=list(islice(reversed(google.push.messages), 100)),
    )


@pages.post("/channels")
def send() -> Reply:
    with suppress(TimeoutError):  # The page shows what still waits.
        _google().push.wait_until_sent(seconds=10)
    return redirect(url_for(".channels"))


def _state(google: Google, channel: Channel) -> str:
    if channel.is_cut_off:
        return "its grant is gone"
    if channel.stopped_at is not None:
        return "stopped"
    is_live = channel.is_live(google.clock.now())
    return f"{'runs until' if is_live else 'expired'} {channel.expires_at:%Y-%m-%d %H:%M} UTC"


def _set_limits(google: Google) -> None:
    form, quota = request.form, google.quota
    quota.per_user = _limit(form["per_user"])
    quota.per_project = _limit(form["per_project"])
    quota.calendar_writes_per_second = _limit(form["calendar_writes_per_second"])
    quota.refusal_status = 429 if form["refusal_status"] == "429" else 403


def _limit(text: str) -> int | None:
    return int(text) if text.strip() else None


def _set_latency(google: Google) -> None:
    profile = request.form["latency"]
    wanted = request.form["seconds"] if profile == "fixed" else profile
    google.latency.use(wanted, moves_clock="moves_clock" in request.form)


WISHES: dict[str, Callable[[Google], None]] = {
    "two-hours": lambda google: google.move_clock(hours=2),
    "week": lambda google: google.move_clock(weeks=1),
    "move": lambda google: google.move_clock(hours=float(request.form["hours"])),
    "freeze": lambda google: google.clock.freeze(),
    "run": lambda google: google.clock.run(),
    "quotas": _set_limits,
    "quotas-google": lambda google: profiles.use_quotas(google, "google"),
    "quotas-off": lambda google: profiles.use_quotas(google, "off"),
    "stop": lambda google: google.account(request.form["user"]).stop_for_usage_limits(hours=2),
    "resume": lambda google: google.account(request.form["user"]).stop_for_usage_limits(hours=0),
    "latency": _set_latency,
    "push-google": lambda google: profiles.use_push(google, "google"),
    "push-off": lambda google: profiles.use_push(google, "off"),
}


def _google() -> Google:
    google: Google = current_app.extensions["google"]
    return google

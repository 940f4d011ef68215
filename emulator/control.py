"""`/control/…`: tokens at once, a person's verbs, faults, clock, knobs and the call log, as JSON
over HTTP.

For programs in other processes; tests in this process use `emulator.google` directly. A refusal is
400 with one sentence in `error`.
"""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, current_app, jsonify, request
from flask.wrappers import Response

from emulator import profiles
from emulator.errors import Refused
from emulator.google import Google
from emulator.knobs import Knobs
from emulator.model import Json
from emulator.scopes import UnknownScope

api = Blueprint("control", __name__, url_prefix="/control")
Reply = Response | tuple[Response, int]

CALENDAR_VERBS = [
    "create",
    "get_invited",
    "edit",
    "move_time",
    "delete",
    "restore",
    "duplicate",
    "move_to",
    "rename",
    "change",
    "remove",
    "share",
    "unshare",
    "restyle",
    "events",
    "event",
    "find",
    "instances",
    "entry",
    "expire_sync_tokens",
]
ACCOUNT_VERBS = [
    "new_calendar",
    "remove_app_access",
    "expire_access_tokens",
    "expire_refresh_tokens",
    "stop_for_usage_limits",
    "close",
]


class ControlRefused(ValueError):
    """The wish cannot be right; the text says why."""


@api.errorhandler(ControlRefused)
@api.errorhandler(LookupError)
@api.errorhandler(ValueError)
@api.errorhandler(TypeError)
@api.errorhandler(TimeoutError)
def refused(error: Exception) -> Reply:
    return jsonify(error=str(error)), 400


@api.errorhandler(Refused)
def refused_by_google(error: Refused) -> Reply:
    return jsonify(error=error.message, reason=error.reason), 400


@api.post("/token")
def create_token() -> Reply:
    """{"user", "scopes"} → {"access_token"}; makes the account when it is new."""
    body = _body()
    if "@" not in str(body.get("user", "")) or not isinstance(body.get("scopes"), list):
        raise ControlRefused('Send {"user": "ada@example.com", "scopes": ["..."]}.')
    client = {"client": str(body["client_id"])} if body.get("client_id") else {}
    try:
        token = (
            _google()
            .account(body["user"])
            .token([str(scope) for scope in body["scopes"]], **client)
        )
    except UnknownScope as unknown:
        raise ControlRefused(f"Google has no scope {unknown}.") from None
    seconds = _google().knobs.access_token_seconds
    return jsonify({"access_token": token, "token_type": "Bearer", "expires_in": seconds})


@api.post("/person")
def act() -> Reply:
    """{"user", "calendar", "verb", "with": {...}}: any verb of a person's hand."""
    body = _body()
    person = _google().account(str(body.get("user", "")))
    verb, wish = str(body.get("verb", "")), dict(body.get("with") or {})
    if verb in ACCOUNT_VERBS:
        result = getattr(person, verb)(**wish)
    elif verb in CALENDAR_VERBS:
        if verb == "move_to":
            wish["other"] = person.calendar(str(wish["other"]))
        result = getattr(person.calendar(str(body.get("calendar", "primary"))), verb)(**wish)
    else:
        raise ControlRefused(
            f"No verb {verb!r}; there are {', '.join(CALENDAR_VERBS + ACCOUNT_VERBS)}."
        )
    return jsonify(
        result=result if isinstance(result, (dict, list, int, str, type(None))) else _named(result)
    )


@api.post("/consent")
def answer_consent() -> Reply:
    """{"user", "scopes"?, "is_denied"?, "days"?} answers the consent page by itself, {} no more."""
    body = _body()
    if body.get("user"):
        _google().answer_consent(
            str(body["user"]),
            scopes=body.get("scopes"),
            is_denied=bool(body.get("is_denied")),
            days=body.get("days"),
        )
    else:
        _google().ask_again()
    return jsonify({})


@api.route("/faults", methods=["GET", "POST", "DELETE"])
def faults() -> Reply:
    """GET lists wishes with their counts, POST adds one, DELETE forgets all."""
    wishes = _google().faults
    if request.method == "DELETE":
        wishes.clear()
    if request.method == "POST":
        body = _body()
        return jsonify(
            wishes.add(
                str(body.pop("method", "*")), str(body.pop("kind", "error")), **body
            ).as_json()
        )
    return jsonify(faults=[fault.as_json() for fault in wishes.wishes])


@api.route("/clock", methods=["GET", "POST"])
def clock() -> Reply:
    """POST {"move_seconds"}, {"freeze": iso or true} or {"run": true}; answers with the time."""
    ticking = _google().clock
    if request.method == "POST":
        body = _body()
        if "move_seconds" in body:
            ticking.move(timedelta(seconds=float(body["move_seconds"])))
        if body.get("freeze"):
            ticking.freeze(
                None if body["freeze"] is True else datetime.fromisoformat(body["freeze"])
            )
        if body.get("run"):
            ticking.run()
    return jsonify(now=ticking.now().isoformat())


@api.route("/knobs", methods=["GET", "POST"])
def knobs() -> Reply:
    """The switches; POST changes the named ones."""
    known = {field.name for field in fields(Knobs)}
    for name, value in (_body() if request.method == "POST" else {}).items():
        if name not in known:
            raise ControlRefused(f"No knob {name!r}; there are {', '.join(sorted(known))}.")
        setattr(_google().knobs, name, value)
    return jsonify(asdict(_google().knobs))


@api.route("/quota", methods=["GET", "POST"])
def quota() -> Reply:
    """Limits per_user, per_project, calendar_writes_per_second, refusal_status; null lifts one."""
    limits = ("per_user", "per_project", "calendar_writes_per_second", "refusal_status")
    for name, value in (_body() if request.method == "POST" else {}).items():
        if name not in limits:
            raise ControlRefused(f"No limit {name!r}; there are {', '.join(limits)}.")
        setattr(_google().quota, name, value)
    return jsonify({name: getattr(_google().quota, name) for name in limits})


@api.route("/weather", methods=["GET", "POST"])
def weather() -> Reply:
    """Profiles: {"latency": "google"|"off"|seconds, "moves_clock", "quotas", "push"}."""
    body, google = _body() if request.method == "POST" else {}, _google()
    if "latency" in body or "moves_clock" in body:
        wanted = body.get("latency", google.latency.profile)
        google.latency.use(wanted, moves_clock=body.get("moves_clock"))
    if "quotas" in body:
        profiles.use_quotas(google, str(body["quotas"]))
    if "push" in body:
        profiles.use_push(google, str(body["push"]))
    return jsonify(latency=google.latency.profile, moves_clock=google.latency.moves_clock)


@api.route("/push", methods=["GET", "POST"])
def push() -> Reply:
    """Every message and its outcome; POST first sends what waits, within {"seconds"} (10)."""
    google = _google()
    if request.method == "POST":
        google.push.wait_until_sent(seconds=float(_body().get("seconds", 10)))
    sent = [
        {
            "channel": message.channel.id,
            "number": message.number,
            "state": message.state,
            "outcome": message.outcome,
            "attempts": message.attempts,
            "status": message.status,
        }
        for message in google.push.messages
    ]
    return jsonify(messages=sent, channels=[asdict(channel) for channel in google.channels])


@api.route("/calls", methods=["GET", "DELETE"])
def calls() -> Reply:
    """The log; `?method=calendar.events.*&user=…&since=N` filters, DELETE empties it."""
    log = _google().calls
    if request.method == "DELETE":
        log.clear()
    since = int(request.args.get("since", "0"))
    found = log.select(request.args.get("method", "*"), user=request.args.get("user"), since=since)
    return jsonify(
        calls=[call.as_json() for call in found],
        units=sum(call.units for call in found),
        mark=log.mark(),
    )


@api.get("/mails")
def mails() -> Reply:
    """Mails Google would have sent to guests."""
    return jsonify(mails=[{"to": to, "event": event} for to, event in _google().mails])


@api.post("/expire-sync-tokens")
def expire_sync_tokens() -> Reply:
    _google().expire_all_sync_tokens()
    return jsonify({})


def _google() -> Google:
    google: Google = current_app.extensions["google"]
    return google


def _body() -> Json:
    body: Any = request.get_json(silent=True)
    if body is None and not request.get_data():
        return {}
    if not isinstance(body, dict):
        raise ControlRefused("Send a JSON object.")
    return body


def _named(calendar: Any) -> Json:
    return {"id": calendar.id, "summary": calendar.summary}

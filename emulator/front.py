"""The front door of the Calendar API: log, faults, authentication, scopes, quota, then the method
under the lock.

`answer` is used by the server for each request and by the batch for each part.
"""

from __future__ import annotations

import json

from emulator import body_types, errors, faulting, methods, parameters, partial
from emulator.api_call import Answer, ApiCall
from emulator.calls import Call
from emulator.errors import Refused
from emulator.grants import AccessToken
from emulator.methods import Method
from emulator.scopes import ACCEPTED, PREFIX, usable
from emulator.state import State
from emulator.wire import JSON_TYPE, NO_CACHE, Request, Response

ROOT = "/calendar/v3/"
NOT_FOUND_PAGE = (
    b"<!DOCTYPE html><html lang=en><title>Error 404 (Not Found)!!1</title>"
    b"<p>The requested URL was not found on this server."
)


def answer(state: State, request: Request) -> Response:
    """Google's answer to one Calendar API request; raises ConnectionLost when a fault wants it."""
    call = state.calls.open(
        at=state.clock.now().isoformat(), method=request.http, path=request.path
    )
    call.is_batched = request.is_batched
    call.query = "&".join(
        f"{name}={value}" for name, values in request.query.items() for value in values
    )
    response = _logged_answer(state, request, call)
    call.status = response.status
    if state.calls.keep_bodies:
        call.request_body = request.body.decode(errors="replace")
        call.response_body = response.body.decode(errors="replace")
    return response


def refusal(refused: Refused) -> Response:
    """An error as bytes."""
    headers = {"Content-Type": JSON_TYPE, "Cache-Control": NO_CACHE, "Pragma": "no-cache"}
    return Response(refused.status, headers | refused.headers, refused.body())


def _logged_answer(state: State, request: Request, call: Call) -> Response:
    found = methods.match(request.http, request.path.removeprefix(ROOT))
    if found is None:
        call.note = "no such method"
        return _no_such_page()
    method, path = found
    call.method_id, call.calendar = method.id, path.get("calendarId", "")
    call.note = _unknown_parameters(method, request)
    token = _token(state, request)
    call.user, call.client = (token.user, token.client) if token else ("", "")

    def work() -> Response:
        try:
            return _run(state, method, path, request, token, call)
        except Refused as refused:
            call.reason = refused.reason
            call.note = "; ".join(filter(None, [call.note, refused.why]))
            return refusal(refused)

    return faulting.around(state, method.id, work, call)


def _run(
    state: State,
    method: Method,
    path: dict[str, str],
    request: Request,
    token: AccessToken | None,
    call: Call,
) -> Response:
    if token is None:
        raise errors.invalid_credentials() if _bearer(request) else errors.login_required()
    scopes = usable(method.id, set(token.scopes))
    if not scopes:
        wanted = " ".join(PREFIX + scope for scope in sorted(ACCEPTED[method.id]))
        raise errors.insufficient_scopes(method=method.rpc_name, scopes=wanted)
    known = method.parameters | methods.STANDARD
    parameters.check(request.query, known)
    with state.lock:
        _charge(state, method, token, path, call)
        account = state.accounts[token.user]
        api_call = ApiCall(
            state,
            account,
            token.project,
            scopes,
            path,
            {name: values for name, values in request.query.items() if name in known},
            request.headers,
            client=token.client,
        )
        if method.http in ("POST", "PUT", "PATCH"):
            is_patch = method.http == "PATCH"
            api_call.body = body_types.cleaned(method.id, _json(request), keeps_null=is_patch)
        result = method.run(api_call)
    if result.before_reply is not None:
        result.before_reply()
    if not request.is_batched:  # The envelope takes its own time.
        state.latency.pass_time(method.id, items=_size(result))
    return _response(result, request)


def _charge(
    state: State, method: Method, token: AccessToken, path: dict[str, str], call: Call
) -> None:
    now = state.clock.now().timestamp()
    call.units = method.units
    state.quota.charge(user=token.user, project=token.project, units=method.units, now=now)
    if method.is_write:
        account = state.accounts[token.user]
        if account.outage and now < account.outage_until:
            raise errors.usage_limits_exceeded()
        if "eventId" in path or method.id.startswith("calendar.events."):
            calendar = token.user if path["calendarId"] == "primary" else path["calendarId"]
            state.quota.charge_write(calendar=calendar, now=now)


def _token(state: State, request: Request) -> AccessToken | None:
    value = _bearer(request) or (request.query.get("access_token") or [""])[-1]
    with state.lock:
        token = state.grants.live_access(value, now=state.clock.now())
        return None if token is None or state.accounts[token.user].is_deleted else token


def _bearer(request: Request) -> str:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    return value.strip() if scheme.lower() == "bearer" else ""


def _json(request: Request) -> object:
    if not request.body.strip():
        return None
    try:
        return json.loads(request.body)
    except ValueError:
        raise errors.parse_error() from None


def _response(result: Answer, request: Request) -> Response:
    headers = {
        "Vary": "Origin, X-Origin, Referer",
        "Cache-Control": "private, max-age=0, must-revalidate",
    }
    if result.etag:
        headers["ETag"] = result.etag
    if result.body is None:
        return Response(result.status, headers, b"")
    body = (
        partial.select(result.body, request.query["fields"][-1])
        if request.query.get("fields")
        else result.body
    )
    is_pretty = request.query.get("prettyPrint") == ["true"]
    text = (
        json.dumps(body, indent=1, ensure_ascii=False)
        if is_pretty
        else json.dumps(body, ensure_ascii=False)
    )
    return Response(
        result.status,
        headers | {"Content-Type": JSON_TYPE},
        text.encode("utf-8", "backslashreplace"),
    )


def _unknown_parameters(method: Method, request: Request) -> str:
    unknown = sorted(set(request.query) - method.parameters - methods.STANDARD)
    return f"ignored unknown parameters: {', '.join(unknown)}" if unknown else ""


def _no_such_page() -> Response:
    headers = {"Content-Type": "text/html; charset=UTF-8", "Cache-Control": NO_CACHE}
    return Response(404, headers, NOT_FOUND_PAGE)


def _size(result: Answer) -> int:
    items = (result.body or {}).get("items")
    return len(items) if isinstance(items, list) else 0

"""Carrying out faults around one call: before the work, or on its answer (see `faults` for the
kinds).
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable

from emulator import errors, spoiling
from emulator.calls import Call
from emulator.errors import Refused
from emulator.faults import Fault
from emulator.state import State
from emulator.wire import HTML_PAGE, JSON_TYPE, NO_CACHE, ConnectionLost, Response


def around(state: State, method_id: str, work: Callable[[], Response], call: Call) -> Response:
    """Do the work, unless a fault forbids it, and spoil the answer if one says so."""
    due = state.faults.due(method_id, user=call.user, calendar=call.calendar)
    for fault in due:
        if fault.when == "before":
            call.fault = f"{fault.kind} before"
            spoilt = _strike(fault, None)
            if spoilt is not None:
                return spoilt
    response = work()
    for fault in due:
        if fault.when == "after":
            call.fault = f"{fault.kind} after"
            call.status = response.status
            if fault.kind in spoiling.KINDS:
                response = spoiling.spoil(
                    fault.kind,
                    response,
                    query=call.query,
                    seconds=fault.seconds,
                    items=fault.items,
                )
            else:
                response = _strike(fault, response) or response
    return response


def _strike(fault: Fault, response: Response | None) -> Response | None:
    """The spoilt answer, or None when the fault only cost time."""
    if fault.kind == "delay":
        time.sleep(fault.seconds)
        return None
    if fault.kind == "drop":
        raise ConnectionLost
    if fault.kind == "truncated":
        body = response.body if response is not None else b'{"error": {"errors"'
        headers = response.headers if response is not None else {"Content-Type": JSON_TYPE}
        return Response(
            response.status if response is not None else 200, headers, body[: len(body) // 2]
        )
    return _refusal(fault)


def _refusal(fault: Fault) -> Response:
    if fault.kind == "html":
        return Response(
            fault.status, {"Content-Type": "text/html; charset=UTF-8"} | fault.headers, HTML_PAGE
        )
    if fault.kind == "empty":
        return Response(fault.status, {"Content-Type": JSON_TYPE} | fault.headers, b"")
    if fault.kind == "invalid_grant":
        return Response(400, {"Content-Type": JSON_TYPE} | fault.headers, INVALID_GRANT)
    if fault.kind == "oauth_error":
        return Response(fault.status, {"Content-Type": JSON_TYPE} | fault.headers, _oauth(fault))
    refused = errors.invalid_credentials() if fault.kind == "unauthorized" else _asked(fault)
    headers = {"Content-Type": JSON_TYPE, "Cache-Control": NO_CACHE}
    return Response(refused.status, headers | refused.headers | fault.headers, refused.body())


INVALID_GRANT = b"""{
  "error": "invalid_grant",
  "error_description": "Token has been expired or revoked."
}"""
WORDS = {
    "backendError": "Backend Error",
    "rateLimitExceeded": "Rate Limit Exceeded",
    "userRateLimitExceeded": "User Rate Limit Exceeded",
    "quotaExceeded": "Calendar usage limits exceeded.",
    "notFound": "Not Found",
    "conditionNotMet": "Precondition Failed",
    "duplicate": "The requested identifier already exists.",
    "deleted": "Resource has been deleted",
    "fullSyncRequired": "Sync token is no longer valid, a full sync is required.",
    "forbidden": "Forbidden",
    "invalid": "Invalid Value",
}
DOMAINS = {
    "fullSyncRequired": "calendar",
    "updatedMinTooLongAgo": "calendar",
    "requiredAccessLevel": "calendar",
}


def _oauth(fault: Fault) -> bytes:
    words = {"error_description": fault.message} if fault.message else {}
    return json.dumps({"error": fault.reason} | words, indent=2).encode()


def _asked(fault: Fault) -> Refused:
    if fault.reason == "insufficientPermissions":
        return errors.insufficient_scopes(method=fault.method, scopes="")
    is_limit = "imit" in fault.reason or fault.reason == "quotaExceeded"
    domain = "usageLimits" if is_limit else DOMAINS.get(fault.reason, "global")
    return Refused(
        fault.status, fault.reason, fault.message or WORDS.get(fault.reason, "Error"), domain
    )

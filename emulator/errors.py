"""Google's refusals: one class that knows both error envelopes, and one constructor per reason
(GOOGLE.md 6).

Only the words and shapes live here; who refuses what, and when, is decided elsewhere.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

GRPC_STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
}


@dataclass
class Refused(Exception):
    """An answer that is an error. `is_front_end` chooses the second envelope of GOOGLE.md 6.1."""

    status: int
    reason: str
    message: str
    domain: str = "global"
    location_type: str | None = None
    location: str | None = None
    outer_message: str | None = None
    is_front_end: bool = False
    details: list[dict[str, Any]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    why: str = ""
    """What the caller did wrong, for the call log only: Google would not say it."""

    def body(self) -> bytes:
        """The JSON text with Google's one-space indentation."""
        return json.dumps(
            {"error": self._front_end() if self.is_front_end else self._backend()}, indent=1
        ).encode()

    def _backend(self) -> dict[str, Any]:
        return {
            "errors": [self._entry()],
            "code": self.status,
            "message": self.outer_message or self.message,
        }

    def _front_end(self) -> dict[str, Any]:
        error: dict[str, Any] = {
            "code": self.status,
            "message": self.outer_message or self.message,
            "errors": [self._entry()],
            "status": GRPC_STATUS.get(self.status, "UNKNOWN"),
        }
        return error | ({"details": self.details} if self.details else {})

    def _entry(self) -> dict[str, str]:
        entry = {"domain": self.domain, "reason": self.reason, "message": self.message}
        if self.location_type and self.location:
            entry |= {"locationType": self.location_type, "location": self.location}
        return entry


def not_found() -> Refused:
    return Refused(404, "notFound", "Not Found")


def deleted() -> Refused:
    return Refused(410, "deleted", "Resource has been deleted")


def duplicate() -> Refused:
    return Refused(409, "duplicate", "The requested identifier already exists.")


def invalid(
    message: str = "Invalid Value", *, parameter: str | None = None, why: str = ""
) -> Refused:
    return Refused(
        400,
        "invalid",
        message,
        location_type="parameter" if parameter else None,
        location=parameter,
        why=why,
    )


def invalid_choice(value: str, *, parameter: str) -> Refused:
    message = f"Invalid value '{value}'. Values must match the documented ones."
    return Refused(400, "invalidParameter", message, location_type="parameter", location=parameter)


def required(message: str = "Required") -> Refused:
    return Refused(400, "required", message)


def bad_request(message: str = "Bad Request") -> Refused:
    return Refused(400, "badRequest", message)


def parse_error() -> Refused:
    return Refused(400, "parseError", "Parse Error", why="the body is no JSON object")


def time_range_empty() -> Refused:
    message = "The specified time range is empty."
    return Refused(
        400, "timeRangeEmpty", message, "calendar", location_type="parameter", location="timeMax"
    )


def forbidden() -> Refused:
    return Refused(403, "forbidden", "Forbidden")


def needs_writer() -> Refused:
    message = "You need to have writer access to this calendar."
    return Refused(403, "requiredAccessLevel", message, "calendar")


def condition_not_met() -> Refused:
    return Refused(
        412, "conditionNotMet", "Precondition Failed", location_type="header", location="If-Match"
    )


def full_sync_required() -> Refused:
    message = "Sync token is no longer valid, a full sync is required."
    return Refused(
        410,
        "fullSyncRequired",
        message,
        "calendar",
        location_type="parameter",
        location="syncToken",
    )


def updated_min_too_long_ago() -> Refused:
    message = "The requested minimum modification time lies too far in the past."
    return Refused(
        410,
        "updatedMinTooLongAgo",
        message,
        "calendar",
        location_type="parameter",
        location="updatedMin",
    )


def rate_limited(status: int = 403, *, reason: str = "rateLimitExceeded") -> Refused:
    words = {
        "rateLimitExceeded": "Rate Limit Exceeded",
        "userRateLimitExceeded": "User Rate Limit Exceeded",
    }
    return Refused(status, reason, words.get(reason, "Rate Limit Exceeded"), "usageLimits")


def usage_limits_exceeded() -> Refused:
    return Refused(403, "quotaExceeded", "Calendar usage limits exceeded.", "usageLimits")


def push_not_supported() -> Refused:
    message = "Push notifications are not supported by this resource."
    return Refused(400, "pushNotSupportedForRequestedResource", message, "calendar")


def push_needs_https(address: str) -> Refused:
    message = f"WebHook callback must be HTTPS: {address}"
    return Refused(400, "push.webhookUrlNotHttps", message)


def channel_id_not_unique(channel_id: str) -> Refused:
    return Refused(400, "channelIdNotUnique", f"Channel id {channel_id} not unique")


def channel_not_found(channel_id: str, *, project: str) -> Refused:
    return Refused(404, "notFound", f"Channel '{channel_id}' not found for project '{project}'")


def login_required() -> Refused:
    outer = (
        "Request is missing required authentication credential. Expected OAuth 2 access token, "
        "login cookie or other valid authentication credential. "
        "See https://developers.google.com/identity/sign-in/web/devconsole-project."
    )
    return _unauthorized("required", "Login Required.", outer)


def invalid_credentials() -> Refused:
    outer = (
        "Request had invalid authentication credentials. Expected OAuth 2 access token, "
        "login cookie or other valid authentication credential. "
        "See https://developers.google.com/identity/sign-in/web/devconsole-project."
    )
    return _unauthorized("authError", "Invalid Credentials", outer)


def _unauthorized(reason: str, message: str, outer: str) -> Refused:
    return Refused(
        401,
        reason,
        message,
        location_type="header",
        location="Authorization",
        outer_message=outer,
        is_front_end=True,
        headers={
            "WWW-Authenticate": 'Bearer realm="https://accounts.google.com/", error="invalid_token"'
        },
    )


def insufficient_scopes(*, method: str, scopes: str) -> Refused:
    """`method` as `calendar.v3.Events.Insert`, `scopes` the space-separated list that would do."""
    detail = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
        "domain": "googleapis.com",
        "metadata": {"service": "calendar-json.googleapis.com", "method": method},
    }
    realm = (
        'Bearer realm="https://accounts.google.com/", error="insufficient_scope", scope="'
        + scopes
        + '"'
    )
    return Refused(
        403,
        "insufficientPermissions",
        "Insufficient Permission",
        outer_message="Request had insufficient authentication scopes.",
        is_front_end=True,
        details=[detail],
        headers={"WWW-Authenticate": realm},
    )

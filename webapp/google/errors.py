"""What Google can say no with: one class for each different thing that a caller does about it.

    GoogleError
    ├── GrantGone           the account no longer lets us in: ask to reconnect
    ├── PermissionMissing   a scope was not ticked, or an administrator forbids: ask to reconnect
    ├── SyncTokenExpired    the listing has to begin anew
    ├── Missing             404: not there, or not ours to see
    ├── Gone                410: deleted
    ├── Taken               409: the id is in use or reserved for ever
    ├── Stale               412: somebody else changed it since we read it
    ├── Throttled           not done; again after a while (`retry_after` in seconds, or None)
    │   └── QuotaSpent      Google was not even asked: our own limiter says "in `seconds`"
    ├── UsageLimited        not done; again after an hour at the earliest
    │   └── ProjectLimited  the same for every account that the installation is connected with
    ├── Refused             will never be done in this form (`field` says what is wrong, or "")
    └── Unavailable         no readable answer: a write may or may not have happened

The reason decides, not the status (GOOGLE.md 6.3). No error carries a body, a title or a token.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, Self

LONGEST_WAIT_SECONDS = 3600
NO_ANSWER = "no_answer"
UNREADABLE_ANSWER = "unreadable_answer"
_REASON = re.compile(r"[A-Za-z_]{1,60}")
_WHOLE_SECONDS = re.compile(r"[0-9]{1,9}")


class GoogleError(Exception):
    """Google did not do what was asked. `reason` is Google's own word for why, or ours."""

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason)
        self.reason = reason

    @classmethod
    def because(cls, complaint: "Complaint") -> Self:
        """The error for a complaint; classes that need more of it than the reason override this."""
        return cls(complaint.reason)


class GrantGone(GoogleError):
    """The refresh token is dead, or Google keeps refusing fresh access tokens (F20, F21)."""


class PermissionMissing(GoogleError):
    """The account lets us in but not do this: scope, administrator, or API switched off (F27)."""


class SyncTokenExpired(GoogleError):
    """The sync or page token is no longer accepted; damaged ones count as well (F37, F40)."""


class Missing(GoogleError):
    """404. Right after a creation it may be Google's own delay (F19)."""


class Gone(GoogleError):
    """410 for an event that was deleted: to whoever wanted it deleted, a success."""


class Taken(GoogleError):
    """409: an event with this id exists, or existed once (GOOGLE.md 3.3)."""


class Stale(GoogleError):
    """412 for a request that carried an etag; nothing was changed (F18)."""


class Throttled(GoogleError):
    """Too many requests, or a clash inside one batch. Nothing was changed (F24, F26)."""

    def __init__(self, reason: str = "", retry_after: int | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after

    @classmethod
    def because(cls, complaint: "Complaint") -> Self:
        """Keeps the wait that Google asked for."""
        return cls(complaint.reason, complaint.retry_after)


class QuotaSpent(Throttled):
    """This minute's quota of the account is used up, as far as we count; nothing was sent."""

    def __init__(self, seconds: float) -> None:
        super().__init__("quota_spent", math.ceil(seconds))
        self.seconds = seconds


class UsageLimited(GoogleError):
    """The account's abuse protection, which lasts for hours (F25, GOOGLE.md 7.3)."""


class ProjectLimited(UsageLimited):
    """The quota of the whole project is used up for today (F25, GOOGLE.md 6.3)."""


class Refused(GoogleError):
    """A permanent refusal of this one request (F28, F29)."""

    def __init__(self, reason: str = "", field: str = "") -> None:
        super().__init__(f"{reason} ({field})" if field else reason)
        self.reason = reason
        self.field = field

    @classmethod
    def because(cls, complaint: "Complaint") -> Self:
        """Keeps the name of the field."""
        return cls(complaint.reason, complaint.field)


class Unavailable(GoogleError):
    """5xx, network trouble, or an answer that is no answer (F22, F30 to F34)."""

    def __init__(self, reason: str = "", retry_after: int | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after

    @classmethod
    def because(cls, complaint: "Complaint") -> Self:
        """Keeps the wait that Google asked for."""
        return cls(complaint.reason, complaint.retry_after)


@dataclass(frozen=True, slots=True)
class Complaint:
    """An error answer, reduced to what decides and what may be repeated to others."""

    status: int
    reason: str
    field: str = ""
    retry_after: int | None = None


BY_REASON: dict[str, type[GoogleError]] = {
    "authError": GrantGone,
    "insufficientPermissions": PermissionMissing,
    "ACCESS_TOKEN_SCOPE_INSUFFICIENT": PermissionMissing,
    "accessNotConfigured": PermissionMissing,
    "SERVICE_DISABLED": PermissionMissing,
    "domainPolicy": PermissionMissing,
    "notACalendarUser": PermissionMissing,
    "fullSyncRequired": SyncTokenExpired,
    "updatedMinTooLongAgo": SyncTokenExpired,
    "notFound": Missing,
    "deleted": Gone,
    "duplicate": Taken,
    "conflict": Throttled,
    "conditionNotMet": Stale,
    "rateLimitExceeded": Throttled,
    "userRateLimitExceeded": Throttled,
    "RATE_LIMIT_EXCEEDED": Throttled,
    "quotaExceeded": UsageLimited,
    "calendarUsageLimitsExceeded": UsageLimited,
    "dailyLimitExceeded": ProjectLimited,
    "dailyLimitExceededUnreg": ProjectLimited,
    "backendError": Unavailable,
}

BY_STATUS: dict[int, type[GoogleError]] = {
    404: Missing,
    408: Unavailable,
    409: Taken,
    410: Gone,
    412: Stale,
    429: Throttled,
}
"""For reasons that nobody has met yet; other 4xx are refusals, everything else is unavailable."""

LISTING_TOKENS = frozenset({"syncToken", "pageToken"})

FIELD_WORDS = {
    "start time": "start",
    "end time": "end",
    "recurrence rule": "recurrence",
    "time range": "end",
    "resource id": "id",
    "sequence": "sequence",
    "reminder": "reminders",
    "sync token": "syncToken",
    "page token": "pageToken",
}


def error_from(
    status: int, headers: Mapping[str, str], answer: Any, *, has_condition: bool
) -> GoogleError:
    """The error that an answer with `status` means; `answer` is its JSON, or None for no JSON.

    `has_condition` says whether the request carried an etag: a 412 without one is one of Google's
    passing troubles (F19).
    """
    retry_after = seconds_to_wait(headers.get("Retry-After", ""), headers.get("Date", ""))
    entry = _entry(answer)
    if entry is None:
        failure = Throttled if status == 429 else Unavailable
        return failure(UNREADABLE_ANSWER, retry_after)
    complaint = Complaint(status, _reason(entry, answer), _field(entry), retry_after)
    kind = _kind(complaint)
    if kind is Stale and not has_condition:
        kind = Unavailable
    return kind.because(complaint)


def seconds_to_wait(retry_after: str, date: str) -> int | None:
    """The wait of a Retry-After header: 1 second to 1 hour, else None (F26).

    An HTTP date counts from the answer's own Date header, so that no clock of ours matters.
    """
    if _WHOLE_SECONDS.fullmatch(retry_after.strip()):
        seconds = int(retry_after)
    else:
        try:
            until, since = parsedate_to_datetime(retry_after), parsedate_to_datetime(date)
            seconds = int((until - since).total_seconds())
        except (ValueError, TypeError):
            return None
    return seconds if 1 <= seconds <= LONGEST_WAIT_SECONDS else None


def _kind(complaint: Complaint) -> type[GoogleError]:
    if complaint.status >= 500:
        return Unavailable
    if complaint.status == 401:
        return GrantGone
    if complaint.reason == "invalid" and complaint.field in LISTING_TOKENS:
        return SyncTokenExpired
    known = BY_REASON.get(complaint.reason) or BY_STATUS.get(complaint.status)
    if known is not None:
        return known
    return Refused if 400 <= complaint.status < 500 else Unavailable


def _entry(answer: Any) -> Mapping[str, Any] | None:
    """The first entry of either envelope (GOOGLE.md 6.1), or None for something else."""
    error = answer.get("error") if isinstance(answer, Mapping) else None
    if not isinstance(error, Mapping):
        return None
    errors = error.get("errors")
    if isinstance(errors, list) and errors and isinstance(errors[0], Mapping):
        return errors[0]
    return error


def _reason(entry: Mapping[str, Any], answer: Mapping[str, Any]) -> str:
    reason = entry.get("reason") or _detail_reason(answer) or entry.get("status")
    return reason if isinstance(reason, str) and _REASON.fullmatch(reason) else "unknown"


def _detail_reason(answer: Mapping[str, Any]) -> Any:
    details = answer["error"].get("details")
    first = details[0] if isinstance(details, list) and details else None
    return first.get("reason") if isinstance(first, Mapping) else None


def _field(entry: Mapping[str, Any]) -> str:
    """Which part of the request is wrong, in Google's name for it; never its content."""
    message = entry.get("message")
    words = message.lower() if isinstance(message, str) else ""
    for phrase, field in FIELD_WORDS.items():
        if phrase in words:
            return field
    location = entry.get("location")
    is_name = isinstance(location, str) and _REASON.fullmatch(location)
    return str(location) if is_name and entry.get("locationType") == "parameter" else ""

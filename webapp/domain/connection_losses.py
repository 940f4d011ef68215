"""Why Google let us in no longer: from Google's own word for it and from the grant's age.

`invalid_grant` says nothing about the cause (GOOGLE.md 1.5), so the time that Google announced for
the grant, or its age, tells the likely one (1.7).
"""

import datetime as dt

from webapp.domain.connection_states import ConnectionEvent

DEAD = "invalid_grant"
UNREADABLE = "token_unreadable"

TESTING_LIFE = dt.timedelta(days=7)
"""How long a grant lives while the project is in Testing (GOOGLE.md 1.7)."""
SLACK = dt.timedelta(hours=12)
"""A dead grant is noticed at the next attempt, not in the minute it died."""

BY_REASON = {
    "admin_policy_enforced": ConnectionEvent.FORBIDDEN,
    "org_internal": ConnectionEvent.FORBIDDEN,
    "domainPolicy": ConnectionEvent.FORBIDDEN,
    "insufficientPermissions": ConnectionEvent.PERMISSION_MISSING,
    "ACCESS_TOKEN_SCOPE_INSUFFICIENT": ConnectionEvent.PERMISSION_MISSING,
    "accessNotConfigured": ConnectionEvent.API_OFF,
    "notACalendarUser": ConnectionEvent.NO_CALENDAR,
    UNREADABLE: ConnectionEvent.KEY_UNREADABLE,
}


def loss(
    reason: str, *, given_at: dt.datetime, ends_at: dt.datetime | None, now: dt.datetime
) -> ConnectionEvent:
    """What happened, by Google's `reason`; all times are aware UTC.

    `ends_at` is what Google announced when the grant was given, None for a lasting one.
    """
    if reason == DEAD:
        return _death(given_at, ends_at, now)
    return BY_REASON.get(reason, ConnectionEvent.REFUSED)


def is_testing(given_at: dt.datetime, ends_at: dt.datetime | None) -> bool:
    """Whether the announced life of a grant is that of a project in Testing (R56)."""
    return ends_at is not None and abs(ends_at - given_at - TESTING_LIFE) < SLACK


def _death(given_at: dt.datetime, ends_at: dt.datetime | None, now: dt.datetime) -> ConnectionEvent:
    if ends_at is None:
        is_a_week_old = abs(now - given_at - TESTING_LIFE) < SLACK
        return ConnectionEvent.SEVEN_DAYS_OVER if is_a_week_old else ConnectionEvent.ACCESS_REMOVED
    if now < ends_at:
        return ConnectionEvent.ACCESS_REMOVED
    is_short = is_testing(given_at, ends_at)
    return ConnectionEvent.SEVEN_DAYS_OVER if is_short else ConnectionEvent.TIME_OVER

"""Who may see a calendar: a person's sharing, which the `acl` methods use too.

A change of access ends the calendar's sync tokens with 410 (GOOGLE.md 2.5, 5.2). Rules are keyed
by address, or by `domain:…`, `group:…` and `default` (everybody).
"""

from __future__ import annotations

from emulator import errors
from emulator.api_call import ApiCall
from emulator.model import ROLES, Calendar
from emulator.state import State

READS_ACCESS = ("owner", "writer")


def share(state: State, calendar: Calendar, email: str, role: str) -> None:
    """Give (or change) access; the calendar appears in the other person's list."""
    if role not in ROLES:
        raise ValueError(f"role must be one of {', '.join(ROLES)}, not {role!r}")
    calendar.acl[email] = role
    _changed(state, calendar, email)
    if "@" in email and not email.startswith("group:"):
        account = state.ensure_account(email)
        entry = account.entries.get(calendar.id)
        if entry is None or entry.is_deleted:
            state.subscribe(account, calendar)


def unshare(state: State, calendar: Calendar, email: str) -> None:
    """Take access away; the entry shows as deleted in the other person's incremental list."""
    calendar.acl.pop(email, None)
    _changed(state, calendar, email)
    account = state.accounts.get(email)
    entry = account.entries.get(calendar.id) if account else None
    if entry is not None:
        entry.is_deleted, entry.version = True, state.clock.stamp()
        state.writes.note(email, "")


def owned(call: ApiCall) -> Calendar:
    """The calendar of the path when the caller may read its access list: writers and owners."""
    calendar, role = call.calendar()
    if role not in READS_ACCESS:
        raise errors.forbidden()
    return calendar


def _changed(state: State, calendar: Calendar, key: str) -> None:
    calendar.acl_stamps[key] = state.clock.stamp()
    calendar.token_epoch += 1
    state.writes.note(calendar.owner, calendar.id, "acl")

"""Who may see a calendar: the person's sharing and the `acl` reading methods.

A change of access ends the calendar's sync tokens with 410 (GOOGLE.md 2.5, 5.2).
"""

from __future__ import annotations

from emulator import errors
from emulator.api_call import Answer, ApiCall
from emulator.model import ROLES, Calendar, Json
from emulator.state import State


def share(state: State, calendar: Calendar, email: str, role: str) -> None:
    """Give (or change) access; the calendar appears in the other person's list."""
    if role not in ROLES:
        raise ValueError(f"role must be one of {', '.join(ROLES)}, not {role!r}")
    account = state.ensure_account(email)
    calendar.acl[email] = role
    calendar.token_epoch += 1
    entry = account.entries.get(calendar.id)
    if entry is None or entry.is_deleted:
        state.subscribe(account, calendar)


def unshare(state: State, calendar: Calendar, email: str) -> None:
    """Take access away; the entry shows as deleted in the other person's incremental list."""
    calendar.acl.pop(email, None)
    calendar.token_epoch += 1
    entry = state.accounts[email].entries.get(calendar.id)
    if entry is not None:
        entry.is_deleted, entry.version = True, state.clock.stamp()
        state.writes.note(email, "")


def list_(call: ApiCall) -> Answer:
    calendar, role = call.calendar()
    if role != "owner":
        raise errors.forbidden()
    items = [_rule(email, given) for email, given in _access(calendar).items()]
    body: Json = {"kind": "calendar#acl", "etag": '"p1"', "nextSyncToken": "acl", "items": items}
    return Answer(body)


def get(call: ApiCall) -> Answer:
    calendar, role = call.calendar()
    if role != "owner":
        raise errors.forbidden()
    email = call.path["ruleId"].removeprefix("user:")
    if email not in _access(calendar):
        raise errors.not_found()
    return Answer(_rule(email, _access(calendar)[email]))


def _access(calendar: Calendar) -> dict[str, str]:
    return {calendar.owner: "owner"} | calendar.acl


def _rule(email: str, role: str) -> Json:
    scope = {"type": "user", "value": email}
    return {
        "kind": "calendar#aclRule",
        "etag": '"1"',
        "id": f"user:{email}",
        "scope": scope,
        "role": role,
    }

"""The `acl` methods: rules of one calendar, listed with sync tokens, changed by its owners.

What a rule does lies in `sharing`; roles and scopes are those of the discovery document.
"""

from __future__ import annotations

from emulator import errors, sharing, small_lists
from emulator.api_call import Answer, ApiCall
from emulator.model import ROLES, Calendar, Json
from emulator.small_lists import SmallList

SCOPE_TYPES = ("default", "user", "group", "domain")
NO_ACCESS = "none"


def list_(call: ApiCall) -> Answer:
    """All rules, or with `syncToken` the changed ones, those taken away with role `none`."""
    calendar = sharing.owned(call)
    if call.text("syncToken") and call.text("showDeleted") == "false":
        raise errors.bad_request("showDeleted cannot be false with a sync token.")
    end = max(calendar.acl_stamps.values(), default=calendar.version)
    shape = SmallList(f"acl {calendar.id}", "calendar#acl", end)
    shows_deleted = call.flag("showDeleted")
    return small_lists.answer(call, shape, lambda since: _rules(calendar, since, shows_deleted))


def get(call: ApiCall) -> Answer:
    calendar = sharing.owned(call)
    return _answer(calendar, _existing(call, calendar))


def insert(call: ApiCall) -> Answer:
    """Also changes a rule that exists; role `none` takes the access away."""
    calendar = _governed(call)
    body = call.json()
    role, key = _role(body), _key(body.get("scope"))
    _apply(call, calendar, key, role)
    return _answer(calendar, key)


def update(call: ApiCall) -> Answer:
    """PUT and PATCH: only the role can change."""
    calendar = _governed(call)
    key = _existing(call, calendar)
    call.check_if_match(_etag(calendar, key))
    _apply(call, calendar, key, _role(call.json()))
    return _answer(calendar, key)


def delete(call: ApiCall) -> Answer:
    calendar = _governed(call)
    key = _existing(call, calendar)
    call.check_if_match(_etag(calendar, key))
    _apply(call, calendar, key, NO_ACCESS)
    return Answer(status=204)


def _governed(call: ApiCall) -> Calendar:
    calendar, role = call.calendar()
    if role != "owner":
        raise errors.forbidden()
    return calendar


def _existing(call: ApiCall, calendar: Calendar) -> str:
    """The key of the rule in the path; 404 when there is none."""
    key = call.path["ruleId"].removeprefix("user:")
    if key not in _access(calendar):
        raise errors.not_found()
    return key


def _role(body: Json) -> str:
    role = body.get("role")
    if not role:
        raise errors.required()
    if role not in (*ROLES, NO_ACCESS):
        raise errors.invalid_choice(str(role), parameter="role")
    return str(role)


def _key(scope: object) -> str:
    if not isinstance(scope, dict) or not scope.get("type"):
        raise errors.required()
    kind, value = scope["type"], str(scope.get("value") or "")
    if kind not in SCOPE_TYPES:
        raise errors.invalid_choice(str(kind), parameter="scope.type")
    if kind == "default":
        return "default"
    if not value or (kind != "domain" and "@" not in value):
        raise errors.invalid("Invalid scope value.")
    return value if kind == "user" else f"{kind}:{value}"


def _apply(call: ApiCall, calendar: Calendar, key: str, role: str) -> None:
    if key in (calendar.owner, call.account.email):
        message = "Cannot change your own access level."
        raise errors.Refused(403, "cannotChangeOwnAcl", message, "calendar")
    if role == NO_ACCESS:
        sharing.unshare(call.state, calendar, key)
    else:
        sharing.share(call.state, calendar, key, role)


def _rules(calendar: Calendar, since: int, shows_deleted: bool) -> list[Json]:
    access = _access(calendar)
    keys = list(access)
    if since >= 0 or shows_deleted:
        keys += [key for key in calendar.acl_stamps if key not in access]
    return [_rule(calendar, key) for key in keys if _stamp(calendar, key) > since]


def _access(calendar: Calendar) -> dict[str, str]:
    return ({calendar.owner: "owner"} if calendar.owner else {}) | calendar.acl


def _rule(calendar: Calendar, key: str) -> Json:
    kind, _, value = key.partition(":") if ":" in key else ("user", "", key)
    scope = {"type": "default"} if key == "default" else {"type": kind, "value": value}
    return {
        "kind": "calendar#aclRule",
        "etag": _etag(calendar, key),
        "id": key if key == "default" else f"{kind}:{value}",
        "scope": scope,
        "role": _access(calendar).get(key, NO_ACCESS),
    }


def _stamp(calendar: Calendar, key: str) -> int:
    return calendar.acl_stamps.get(key, calendar.version)


def _etag(calendar: Calendar, key: str) -> str:
    return f'"{2 * _stamp(calendar, key)}"'


def _answer(calendar: Calendar, key: str) -> Answer:
    return Answer(_rule(calendar, key), _etag(calendar, key))

"""One call of the Calendar API after the door: who asks, for what, with which parameters; and its
answer.

Methods take an `ApiCall` and return an `Answer`. Parameters are read here so that every method
refuses bad values in the same words. Whether a calendar may be touched by this caller is decided
here too (GOOGLE.md 1.8, 2.5).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from emulator import errors
from emulator.event_view import Viewer
from emulator.model import ROLES, Account, Calendar, Json
from emulator.state import State
from emulator.times import UnreadableTime, known_zones, parse_moment

SEES_TIMES_ONLY = frozenset({"calendar.events.freebusy", "calendar.freebusy"})


@dataclass
class Answer:
    """What a method returns; `body` None is an empty 204. `before_reply` runs outside the lock."""

    body: Json | None = None
    etag: str = ""
    status: int = 200
    before_reply: Callable[[], None] | None = None


@dataclass
class ApiCall:
    """An authenticated, scope-checked call. `scopes` are the granted ones this method accepts
    (short names).
    """

    state: State
    account: Account
    project: str
    scopes: frozenset[str]
    path: dict[str, str]
    query: dict[str, list[str]] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    body: object = None
    client: str = ""

    def calendar(self, *, is_write: bool = False) -> tuple[Calendar, str]:
        """The calendar of the path and the caller's role; 404 when it is not theirs, 403 when it is
        read-only.
        """
        found = self.state.visible_calendar(self.account.email, self.path["calendarId"])
        if found is None or not self._is_covered(*found):
            raise errors.not_found()
        if is_write and ROLES.index(found[1]) < ROLES.index("writerWithoutPrivateAccess"):
            raise errors.needs_writer()
        return found

    def covers(self, calendar: Calendar) -> bool:
        """Whether some scope of this token reaches this calendar."""
        role = calendar.role_of(self.account.email)
        return role is not None and self._is_covered(calendar, role)

    def viewer(self, calendar: Calendar, role: str) -> Viewer:
        """How this caller sees events of the calendar."""
        return Viewer(
            email=self.account.email,
            role=role,
            origin=self.state.origin,
            zone=self.zone() or calendar.time_zone,
            is_times_only=role == "freeBusyReader" or self.scopes <= SEES_TIMES_ONLY,
            most_attendees=self.whole("maxAttendees", None, least=1),
            is_deleted_shown=self.flag("showDeleted"),
        )

    def json(self) -> Json:
        """The body as an object; 400 parseError otherwise."""
        if not isinstance(self.body, dict):
            raise errors.parse_error()
        return self.body

    def text(self, name: str) -> str | None:
        values = self.query.get(name)
        return values[-1] if values else None

    def flag(self, name: str) -> bool:
        value = self.text(name)
        if value not in (None, "true", "false"):
            raise errors.invalid_choice(str(value), parameter=name)
        return value == "true"

    def whole(self, name: str, default: int | None, *, least: int = 0) -> int | None:
        value = self.text(name)
        if value is None:
            return default
        if not value.isascii() or not value.isdigit() or int(value) < least:
            raise errors.invalid(parameter=name)
        return int(value)

    def page_size(self, default: int, most: int) -> int:
        """`maxResults`, capped; knob `page_limit` may lower it further."""
        wanted = min(self.whole("maxResults", default, least=1) or default, most)
        return min(wanted, self.state.knobs.page_limit or wanted)

    def moment(self, name: str) -> datetime | None:
        """An RFC 3339 parameter as aware UTC; the offset is mandatory (GOOGLE.md 5.1)."""
        value = self.text(name)
        if value is None:
            return None
        try:
            moment, has_offset = parse_moment(value)
            if has_offset:
                return moment.astimezone(UTC)
        except (UnreadableTime, OverflowError):
            raise errors.bad_request() from None
        raise errors.bad_request()

    def zone(self) -> str | None:
        value = self.text("timeZone")
        if value is not None and value not in known_zones():
            raise errors.invalid(parameter="timeZone")
        return value

    def check_if_match(self, etag: str) -> None:
        """412 when the caller expects another version."""
        wanted = self.headers.get("if-match")
        if (
            wanted
            and wanted.strip() != "*"
            and etag not in [one.strip() for one in wanted.split(",")]
        ):
            raise errors.condition_not_met()

    def has_fresh_copy(self, etag: str) -> bool:
        """Whether `If-None-Match` says that nothing need be sent."""
        wanted = self.headers.get("if-none-match", "")
        return etag in [one.strip() for one in wanted.split(",")]

    def _is_covered(self, calendar: Calendar, role: str) -> bool:
        return any(self._reaches(scope, calendar, role) for scope in self.scopes)

    def _reaches(self, scope: str, calendar: Calendar, role: str) -> bool:
        if scope == "calendar.app.created":
            return bool(calendar.project) and calendar.project == self.project
        if scope.startswith("calendar.events.owned"):
            return role == "owner"
        if scope == "calendar.events.public.readonly":
            return calendar.kind == "holiday"
        return True

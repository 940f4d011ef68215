"""A person with all their calendars: making, importing, sharing, tokens, and taking an app's access
away.
"""

from __future__ import annotations

from datetime import timedelta

from emulator.import_ics import Imported, import_ics
from emulator.model import Account, Calendar
from emulator.person import PersonCalendar
from emulator.scopes import PREFIX, full_names
from emulator.state import State

TEST_CLIENT = "1234-control.apps.googleusercontent.com"


class Person:
    """What one account's owner can do."""

    def __init__(self, state: State, account: Account) -> None:
        self.state, self.account = state, account

    @property
    def email(self) -> str:
        return self.account.email

    @property
    def sub(self) -> str:
        return self.account.sub

    def calendar(self, name: str = "primary") -> PersonCalendar:
        """By id, `primary`, or title; LookupError unless exactly one fits."""
        wanted = self.email if name == "primary" else name
        fitting = [c for c in self._visible() if c.id == wanted] or [
            c for c in self._visible() if c.summary == wanted
        ]
        if len(fitting) != 1:
            raise LookupError(f"{len(fitting)} calendars are called {name!r}")
        return PersonCalendar(self.state, self.account, fitting[0])

    def calendars(self) -> list[PersonCalendar]:
        """All calendars in this person's list that still exist, in the order of the list."""
        return [PersonCalendar(self.state, self.account, calendar) for calendar in self._visible()]

    def new_calendar(
        self, summary: str, *, zone: str | None = None, kind: str = "secondary"
    ) -> PersonCalendar:
        """A calendar made by hand in Google, so no app owns it; kind `holiday` or `import` cannot
        be watched.
        """
        with self.state.lock:
            ending = {
                "holiday": "@group.v.calendar.google.com",
                "import": "@import.calendar.google.com",
            }.get(kind)
            calendar_id = self.state.dice.hex(40) + ending if ending else None
            made = self.state.new_calendar(
                self.account, summary, zone=zone, kind=kind, calendar_id=calendar_id
            )
            return PersonCalendar(self.state, self.account, made)

    def import_ics(self, text: str | bytes, *, name: str = "") -> Imported:
        """One more calendar from a calendar file; `.imported`, `.problems`, `.notes`,
        `.calendar` tell.
        """
        raw = text.encode() if isinstance(text, str) else text
        return import_ics(self.state, self.account, raw, name=name)

    def token(self, scopes: list[str], *, client: str = TEST_CLIENT) -> str:
        """An access token without the consent dance; the grant is remembered as if consented."""
        with self.state.lock:
            named = [PREFIX + s if s.startswith("calendar") else s for s in scopes]
            full = full_names(" ".join(named))
            self.state.grants.remember(user=self.email, client=client, scopes=full)
            now = self.state.clock.now()
            return self.state.grants.issue_access(
                user=self.email, client=client, scopes=full, now=now
            ).value

    def remove_app_access(self, *, project: str | None = None) -> None:
        """As on the account page: the app learns of it only through `invalid_grant` (GOOGLE.md
        1.6).
        """
        with self.state.lock:
            self.state.grants.forget(user=self.email, project=project)
            self.state.writes.note(self.email, "")

    def expire_access_tokens(self) -> int:
        with self.state.lock:
            return self.state.grants.expire_access(user=self.email, now=self.state.clock.now())

    def expire_refresh_tokens(self) -> int:
        """As after seven days in Testing, or when more than a hundred were issued."""
        with self.state.lock:
            return self.state.grants.expire_refresh(user=self.email)

    def close(self) -> None:
        """The account is deleted or suspended: refreshing says so, access tokens are bad."""
        with self.state.lock:
            self.account.is_deleted = True
            self.state.channels.cut_off(self.email, None)
            self.state.writes.note(self.email, "")

    def stop_for_usage_limits(self, *, hours: float = 2.0) -> None:
        """Writes answer 403 quotaExceeded for hours (GOOGLE.md 7.3)."""
        with self.state.lock:
            until = self.state.clock.now() + timedelta(hours=hours)
            self.account.outage, self.account.outage_until = "quotaExceeded", until.timestamp()

    def _visible(self) -> list[Calendar]:
        entries = [entry for entry in self.account.entries.values() if not entry.is_deleted]
        return [self.state.calendars[entry.calendar_id] for entry in entries]

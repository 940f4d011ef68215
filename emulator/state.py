"""The whole memory of the stand-in behind one lock, and how accounts and calendars come to be.

Everything that must survive a restart hangs here. No HTTP and no rules of the API beyond creation.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from emulator.calls import CallLog
from emulator.channels import Channels
from emulator.clock import Clock, Dice
from emulator.faults import Faults
from emulator.grants import Grants
from emulator.knobs import Knobs
from emulator.latency import Latency
from emulator.model import Account, Calendar, Event, ListEntry
from emulator.push import Push
from emulator.quota import Quota


@dataclass
class ConsentAnswer:
    """How the consent page answers by itself in tests; `scopes` None grants everything asked
    for.
    """

    user: str
    scopes: list[str] | None = None
    is_denied: bool = False
    days: float | None = None


class State:
    """Google, as far as a calendar client can see it."""

    def __init__(self, *, seed: int | None = None, zone: str = "Europe/Berlin") -> None:
        self.lock = threading.RLock()
        self.clock = Clock()
        self.dice = Dice(seed)
        self.knobs = Knobs()
        self.faults = Faults(self.dice.random)
        self.quota = Quota()
        self.latency = Latency(self.clock, self.dice.apart("latency"))
        self.calls = CallLog()
        self.grants = Grants(self.dice, self.knobs)
        self.accounts: dict[str, Account] = {}
        self.calendars: dict[str, Calendar] = {}
        self.key_pem = ""
        self.default_zone = zone
        self.origin = "http://127.0.0.1"
        self.is_strict_about_clients = False
        self.consent_answer: ConsentAnswer | None = None
        self.writes = Writes()
        self.channels = Channels()
        self.grants.on_forget = self.channels.cut_off
        self.push = Push(self.channels, self.clock, self.knobs, self.dice.apart("push"))
        self.writes.listeners.append(self.push.note)
        self.mails: list[tuple[str, str]] = []
        """Mails Google would have sent to guests: (address, event id)."""

    def ensure_account(self, email: str, *, name: str = "", zone: str | None = None) -> Account:
        """The account, made with its primary calendar when it is new."""
        account = self.accounts.get(email)
        if account is None:
            name = name or email.partition("@")[0].replace(".", " ").title()
            sub = str(10**20 + int(hashlib.sha256(email.encode()).hexdigest(), 16) % 10**20)
            account = Account(email, sub, name, zone or self.default_zone)
            self.accounts[email] = account
            primary = self.new_calendar(account, email, kind="primary", calendar_id=email)
            primary.time_zone = account.time_zone
            account.entries[email].default_reminders = [{"method": "popup", "minutes": 30}]
        return account

    def new_calendar(
        self,
        account: Account,
        summary: str,
        *,
        zone: str | None = None,
        kind: str = "secondary",
        calendar_id: str | None = None,
        project: str = "",
    ) -> Calendar:
        """A calendar with its entry in the owner's list."""
        stamp = self.clock.stamp()
        calendar_id = calendar_id or self.dice.hex(64) + "@group.calendar.google.com"
        zone = zone or account.time_zone
        calendar = Calendar(
            calendar_id, summary, zone, account.email, stamp, kind=kind, project=project
        )
        self.calendars[calendar_id] = calendar
        self.subscribe(account, calendar, stamp=stamp)
        return calendar

    def subscribe(
        self, account: Account, calendar: Calendar, *, stamp: int | None = None
    ) -> ListEntry:
        """Put the calendar into the account's list (again)."""
        colour = str(14 + len(account.entries) * 5 % 11) if account.entries else "14"
        entry = ListEntry(calendar.id, stamp or self.clock.stamp(), color_id=colour)
        account.entries[calendar.id] = entry
        self.writes.note(account.email, "")
        return entry

    def touch(
        self, calendar: Calendar, *events: Event, stamp: int, is_reminder_only: bool = False
    ) -> None:
        """Store events changed by one operation: they share stamp, etag and `updated` (GOOGLE.md
        3.1).
        """
        for event in events:
            event.version = stamp
            if not is_reminder_only:
                event.updated = stamp
            calendar.put(event)
        self.writes.note(calendar.owner, calendar.id)

    def visible_calendar(self, email: str, calendar_id: str) -> tuple[Calendar, str] | None:
        """The calendar and this person's role on it; None when it is gone or not theirs to see."""
        calendar = self.calendars.get(email if calendar_id == "primary" else calendar_id)
        if calendar is None or calendar.is_deleted:
            return None
        role = calendar.role_of(email)
        return (calendar, role) if role else None


@dataclass
class Writes:
    """A counter of changes with listeners: the state file and the push channels want to know."""

    count: int = 0
    listeners: list[Callable[[str, str, str], None]] = field(default_factory=list)

    def note(self, user: str, calendar_id: str, resource: str = "") -> None:
        """Something changed: events of a calendar (or its `acl`), or without a calendar this
        person's calendar list; without either only the state file is told.
        """
        self.count += 1
        resource = resource or ("events" if calendar_id else "calendarList")
        for listener in self.listeners if user or calendar_id else []:
            listener(user, calendar_id, resource)

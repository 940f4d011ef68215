"""What Google remembers: accounts, calendar-list entries, calendars with their change log, events.

Plain records and the indexes over them. No rule about who may do what, no HTTP, no JSON of the API.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Any

from emulator.times import EventTime

Json = dict[str, Any]
ROLES = ("freeBusyReader", "reader", "writerWithoutPrivateAccess", "writer", "owner")
SPLIT_ID = re.compile(r"(.+?)_R\d{8}(?:T\d{6})?")


@dataclass
class Event:
    """A stored event: single, master, exception or tombstone. `fields` holds the rest in Google's
    own form.
    """

    id: str
    uid: str
    start: EventTime
    end: EventTime
    creator: str
    created: int
    updated: int
    version: int
    status: str = "confirmed"
    sequence: int = 0
    fields: Json = field(default_factory=dict)
    recurrence: list[str] = field(default_factory=list)
    recurring_event_id: str | None = None
    original_start: EventTime | None = None
    is_bare: bool = False
    """A tombstone that only says `{id, status}` (GOOGLE.md 5.4)."""
    is_gone: bool = False
    """No list delivers it any more; only its id stays reserved."""

    @property
    def is_cancelled(self) -> bool:
        return self.status == "cancelled"

    @property
    def is_master(self) -> bool:
        return bool(self.recurrence)

    @property
    def etag(self) -> str:
        return f'"{2 * self.version}"'


@dataclass
class Calendar:
    """A calendar and its events; `log` is the change log that sync tokens point into."""

    id: str
    summary: str
    time_zone: str
    owner: str
    version: int
    kind: str = "secondary"
    """primary, secondary, holiday, birthdays or import."""
    project: str = ""
    """The Google Cloud project that made it, for `calendar.app.created`; empty when a person did.
    """
    description: str = ""
    location: str = ""
    labels: list[Json] = field(default_factory=list)
    """Event labels as the API shows them (GOOGLE.md 3.2)."""
    acl: dict[str, str] = field(default_factory=dict)
    """Role by address, by `domain:example.com`, `group:…`, or `default` for everybody."""
    acl_stamps: dict[str, int] = field(default_factory=dict)
    """When each rule last changed; rules that were taken away stay here."""
    token_epoch: int = 0
    is_deleted: bool = False
    events: dict[str, Event] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    log_versions: list[int] = field(default_factory=list)
    log_ids: list[str] = field(default_factory=list)
    exceptions: dict[str, dict[str, None]] = field(default_factory=dict)
    series: dict[str, dict[str, None]] = field(default_factory=dict)
    uids: dict[str, dict[str, None]] = field(default_factory=dict)

    def put(self, event: Event) -> None:
        """Store the event under its id and write its version into the change log and the
        indexes.
        """
        known = self.events.get(event.id)
        if known is None:
            self.order.append(event.id)
        elif known.recurring_event_id and known.recurring_event_id != event.recurring_event_id:
            self.exceptions.get(known.recurring_event_id, {}).pop(event.id, None)
        self.events[event.id] = event
        self.uids.setdefault(event.uid, {})[event.id] = None
        if event.recurring_event_id:
            self.exceptions.setdefault(event.recurring_event_id, {})[event.id] = None
        elif event.is_master:
            self.series.setdefault(root_id(event.id), {})[event.id] = None
        self.log_versions.append(event.version)
        self.log_ids.append(event.id)

    def exceptions_of(self, master_id: str) -> list[Event]:
        """Stored exceptions of a master, cancelled ones included, in the order they came to be."""
        return [self.events[event_id] for event_id in self.exceptions.get(master_id, {})]

    def changed_after(self, version: int, until: int) -> list[str]:
        """Ids changed in (version, until], each once, at the place of its latest change."""
        first = bisect_right(self.log_versions, version)
        last = bisect_right(self.log_versions, until)
        latest = dict.fromkeys(reversed(self.log_ids[first:last]))
        return list(reversed(latest))

    def last_version(self) -> int:
        return self.log_versions[-1] if self.log_versions else self.version

    def version_at(self, stamp: int) -> int:
        """The latest change not younger than a stamp; the calendar's own version before any."""
        before = bisect_right(self.log_versions, stamp)
        return self.log_versions[before - 1] if before else min(self.version, stamp)

    def role_of(self, email: str) -> str | None:
        """owner, writer, … or None when the calendar cannot be seen."""
        if email == self.owner and not self.acl.get(email):
            return "owner"
        keys = (email, "domain:" + email.partition("@")[2], "default")
        given = [self.acl[key] for key in keys if key in self.acl]
        return max(given, key=ROLES.index, default=None)

    @property
    def etag(self) -> str:
        return f'"{2 * self.version}"'


@dataclass
class ListEntry:
    """One account's subscription to a calendar (GOOGLE.md 2.1)."""

    calendar_id: str
    version: int
    color_id: str = "14"
    background: str = ""
    foreground: str = "#000000"
    is_hidden: bool = False
    is_selected: bool = True
    is_deleted: bool = False
    summary_override: str = ""
    default_reminders: list[Json] = field(default_factory=list)

    @property
    def etag(self) -> str:
        return f'"{2 * self.version}"'


@dataclass
class Account:
    """A person with a Google account; the primary calendar has the account's address as id."""

    email: str
    sub: str
    name: str
    time_zone: str
    locale: str = "en"
    entries: dict[str, ListEntry] = field(default_factory=dict)
    list_epoch: int = 0
    is_deleted: bool = False
    """Closed or suspended: no token of it works any more (GOOGLE.md 1.5, 1.7)."""
    outage: str = ""
    """A refusal for every write until it is lifted: empty or `quotaExceeded` (GOOGLE.md 7.3)."""
    outage_until: float = 0.0
    calendars_made: list[float] = field(default_factory=list)
    """When apps made calendars here (epoch seconds), for the usage limit of GOOGLE.md 7.3."""


def root_id(event_id: str) -> str:
    """The id before every `_R…` of a split: instances of split series keep it (GOOGLE.md 4.5)."""
    match = SPLIT_ID.fullmatch(event_id)
    return match.group(1) if match else event_id

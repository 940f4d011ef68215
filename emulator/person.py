"""A person's hand: what somebody does in Google's own calendar, as verbs for tests, pages and the
control API.

    ada = google.account("ada@example.com")
    work = ada.calendar("primary")
    event = work.create("Lunch", "2026-11-05T12:00", "2026-11-05T13:00")
    work.edit(event["id"], summary="Late lunch")

Times are ISO texts, dates (all-day) or datetimes (naive ones are wall-clock in the calendar's
zone). Every verb returns the event as the owner sees it through the API.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from emulator import (
    calendar_list,
    calendars,
    event_body,
    event_store,
    event_view,
    instances,
    series,
    sharing,
)
from emulator.event_view import Viewer
from emulator.model import Account, Calendar, Event, Json
from emulator.state import State

Moment = str | date | datetime


class PersonCalendar:
    """One calendar under this person's hand."""

    def __init__(self, state: State, account: Account, calendar: Calendar) -> None:
        self.state, self.account, self.record = state, account, calendar

    @property
    def id(self) -> str:
        return self.record.id

    @property
    def summary(self) -> str:
        return self.record.summary

    def events(self) -> list[Json]:
        """Live singles, masters and exceptions, as `events.list` shows them."""
        with self.state.lock:
            return [
                self._shown(e)
                for e in self.record.events.values()
                if not e.is_cancelled and not e.is_gone
            ]

    def event(self, event_id: str) -> Json:
        """One event or occurrence, deleted ones too; LookupError when there is none."""
        with self.state.lock:
            return self._shown(series.find(self.record, event_id))

    def find(self, summary: str) -> Json:
        """The live event with this title; LookupError unless there is exactly one."""
        found = [event for event in self.events() if event.get("summary") == summary]
        if len(found) != 1:
            raise LookupError(f"{len(found)} events are called {summary!r}")
        return found[0]

    def instances(self, event_id: str, *, days: int = 365) -> list[Json]:
        """The occurrences of a series from its start, `days` far; cancelled ones left out."""
        with self.state.lock:
            master = series.find(self.record, event_id)
            until = master.start.instant(self.record.time_zone) + timedelta(days=days)
            found = [
                e for e in instances.expand(self.record, master, until=until) if not e.is_cancelled
            ]
            return [
                self._shown(e)
                for e in sorted(found, key=lambda e: e.start.instant(self.record.time_zone))
            ]

    def create(
        self,
        summary: str,
        start: Moment,
        end: Moment | None = None,
        *,
        zone: str | None = None,
        **members: Any,
    ) -> Json:
        """A new event; without `end` an hour or a day long. `members` are API members
        (`recurrence`, `visibility`…).
        """
        body: Json = {"summary": summary, **self._times(start, end, zone), **members}
        return self.insert(body)

    def insert(self, body: Json) -> Json:
        """A new event from a body as the API takes it; Google's own pages allow zero lengths."""
        with self.state.lock:
            draft = event_body.read(body, zone=self.record.time_zone, is_lenient=True)
            made_by, event_id = self.account.email, body.get("id")
            return self._shown(
                event_store.create(
                    self.state, self.record, draft, creator=made_by, event_id=event_id
                )
            )

    def get_invited(self, summary: str, start: Moment, *, host: str, master: str = "") -> Json:
        """Somebody invites this person to one occurrence only: it names a master that is not here
        (GOOGLE.md 4.6).
        """
        guests = [{"email": self.account.email, "responseStatus": "needsAction"}, {"email": host}]
        people = {"organizer": {"email": host}, "attendees": guests}
        with self.state.lock:
            body: Json = {"summary": summary, **self._times(start, None, None), **people}
            draft = event_body.read(body, zone=self.record.time_zone, is_lenient=True)
            master = master or self.state.dice.event_id()
            event = event_store.create(
                self.state,
                self.record,
                draft,
                creator=host,
                event_id=f"{master}_{draft.start.id_stamp()}",
                uid=f"{master}@google.com",
                series=(master, draft.start),
            )
            return self._shown(event)

    def edit(self, event_id: str, *, scope: str | None = None, **members: Any) -> Json:
        """Change members of an event; `scope` is this, following or all (an occurrence defaults to
        this).
        """
        with self.state.lock:
            event = series.find(self.record, event_id)
            chosen = self._scope(event, scope)
            return self._shown(series.edit(self.state, self.record, event, members, scope=chosen))

    def move_time(
        self, event_id: str, start: Moment, end: Moment | None = None, *, scope: str | None = None
    ) -> Json:
        """Drag to another time; without `end` the length stays."""
        with self.state.lock:
            event = series.find(self.record, event_id)
            zone = event.start.zone
            times = self._times(start, end, zone)
            if end is None:
                length = event.end.local() - event.start.local()
                draft = event_body.read(times, zone=self.record.time_zone, is_lenient=True)
                if draft.start.is_all_day == event.start.is_all_day:
                    times["end"] = draft.start.shifted(length).rendered(self.record.time_zone)
            return self.edit(event_id, scope=scope, **_replacing(times))

    def delete(self, event_id: str, *, scope: str | None = None) -> None:
        """Into the bin: this occurrence, this and following, or all."""
        with self.state.lock:
            event = series.find(self.record, event_id)
            series.delete(self.state, self.record, event, scope=self._scope(event, scope))

    def restore(self, event_id: str) -> Json:
        """Out of the bin."""
        with self.state.lock:
            return self._shown(
                event_store.restore(self.state, self.record, series.find(self.record, event_id))
            )

    def duplicate(self, event_id: str) -> Json:
        """A copy with a new id; like Google's it carries the private properties along (GOOGLE.md 9,
        Q3).
        """
        with self.state.lock:
            event = series.find(self.record, event_id)
            draft = event_body.read(
                event_view.body_of(self.record, event), zone=self.record.time_zone, is_lenient=True
            )
            draft.sequence = 0
            return self._shown(
                event_store.create(self.state, self.record, draft, creator=self.account.email)
            )

    def move_to(self, event_id: str, other: PersonCalendar) -> Json:
        """To another calendar: same id there, a bare tombstone here."""
        with self.state.lock:
            event = event_store.move(
                self.state, self.record, series.find(self.record, event_id), other.record
            )
            return other._shown(event)

    def rename(self, summary: str) -> None:
        with self.state.lock:
            calendars.change(self.state, self.record, {"summary": summary})

    def change(self, **values: str) -> None:
        """Title, description, location or timeZone of the calendar itself."""
        with self.state.lock:
            calendars.change(self.state, self.record, values)

    def remove(self) -> None:
        """Delete the whole calendar, for everybody."""
        with self.state.lock:
            calendars.remove(self.state, self.record)

    def share(self, email: str, role: str = "reader") -> None:
        """Let somebody in, or change what they may; ends sync tokens of this calendar."""
        with self.state.lock:
            sharing.share(self.state, self.record, email, role)

    def unshare(self, email: str) -> None:
        with self.state.lock:
            sharing.unshare(self.state, self.record, email)

    def restyle(
        self, *, hidden: bool | None = None, selected: bool | None = None, color_id: str = ""
    ) -> None:
        """Hide it, untick it, or give it another colour in this person's list."""
        with self.state.lock:
            entry = self.account.entries[self.record.id]
            entry.is_hidden = entry.is_hidden if hidden is None else hidden
            entry.is_selected = entry.is_selected if selected is None else selected
            entry.color_id = color_id or entry.color_id
            entry.version = self.state.clock.stamp()
            self.state.writes.note(self.account.email, "")

    def entry(self) -> Json:
        """The calendar as it stands in this person's list."""
        with self.state.lock:
            return calendar_list.resource(
                self.state, self.account, self.account.entries[self.record.id]
            )

    def expire_sync_tokens(self) -> None:
        """Every sync token of this calendar answers 410 from now on."""
        with self.state.lock:
            self.record.token_epoch += 1

    def _scope(self, event: Event, scope: str | None) -> str:
        chosen = scope or ("this" if event.recurring_event_id else "all")
        if chosen not in series.SCOPES:
            raise ValueError(f"scope must be one of {', '.join(series.SCOPES)}, not {chosen!r}")
        return chosen

    def _shown(self, event: Event) -> Json:
        role = self.record.role_of(self.account.email) or "owner"
        viewer = Viewer(self.account.email, role, self.state.origin, self.record.time_zone)
        return event_view.resource(self.record, event, viewer)

    def _times(self, start: Moment, end: Moment | None, zone: str | None) -> Json:
        zone = zone or self.record.time_zone
        begin = _member(start, zone)
        if end is not None:
            return {"start": begin, "end": _member(end, zone)}
        draft_end = (
            {"dateTime": begin.get("dateTime"), "timeZone": zone} if "dateTime" in begin else begin
        )
        times = event_body.read({"start": begin, "end": draft_end}, zone=zone, is_lenient=True)
        length = timedelta(0) if times.start.is_all_day else timedelta(hours=1)
        return {"start": begin, "end": times.end.shifted(length).rendered(zone)}


def _member(value: Moment, zone: str) -> Json:
    """A time as the API's `start` or `end` member."""
    if isinstance(value, datetime):
        return {"dateTime": value.isoformat(), "timeZone": zone}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    return (
        {"date": value}
        if len(value) == 10
        else {"dateTime": _with_seconds(value), "timeZone": zone}
    )


def _with_seconds(text: str) -> str:
    return text + ":00" if len(text) == 16 else text


def _replacing(times: Json) -> Json:
    """Times that replace the other kind: all-day nulls the timed members, and the reverse."""
    full = {"date": None, "dateTime": None, "timeZone": None}
    return {name: full | value for name, value in times.items()}

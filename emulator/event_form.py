"""The event form: what it shows for an event, and what its answers mean as API members."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from emulator.model import Calendar, Event, Json
from emulator.palette import EVENT_COLOUR_NAMES
from emulator.times import zone_of

COLOURS = {"": "As the calendar"} | EVENT_COLOUR_NAMES
REPEATS = {
    "": "Does not repeat",
    "RRULE:FREQ=DAILY": "Daily",
    "RRULE:FREQ=WEEKLY": "Weekly",
    "RRULE:FREQ=WEEKLY;INTERVAL=2": "Every two weeks",
    "RRULE:FREQ=MONTHLY": "Monthly",
    "RRULE:FREQ=YEARLY": "Yearly",
}


class Unclear(ValueError):
    """An answer that cannot be right; the text says which, for the person."""


@dataclass
class EventForm:
    """Texts as the inputs hold them; an all-day end is the last day, as people say it."""

    summary: str = ""
    start_on: str = ""
    start_at: str = "09:00"
    end_on: str = ""
    end_at: str = "10:00"
    is_all_day: bool = False
    repeat: str = ""
    visibility: str = "default"
    transparency: str = "opaque"
    color_id: str = ""
    location: str = ""
    description: str = ""
    error: str = field(default="", compare=False)

    def members(self, zone: str, *, has_rule: bool) -> Json:
        """The members for `create` or `edit`; raises Unclear."""
        members: Json = {
            "summary": self.summary,
            "location": self.location,
            "description": self.description,
            "visibility": self.visibility,
            "transparency": self.transparency,
            "colorId": self.color_id or None,
            **self.times(zone),
        }
        if has_rule:
            members["recurrence"] = [self.repeat] if self.repeat else []
        return members

    def times(self, zone: str) -> Json:
        """`start` and `end`; the unused kind is nulled, so that an edit can change the kind."""
        try:
            first, last = date.fromisoformat(self.start_on), date.fromisoformat(self.end_on)
        except ValueError:
            raise Unclear("Give a first and a last day.") from None
        if self.is_all_day:
            if last < first:
                raise Unclear("The last day lies before the first.")
            return {"start": _day(first), "end": _day(last + timedelta(days=1))}
        if f"{self.end_on}T{self.end_at}" < f"{self.start_on}T{self.start_at}":
            raise Unclear("It ends before it starts.")
        return {
            "start": _moment(self.start_on, self.start_at, zone),
            "end": _moment(self.end_on, self.end_at, zone),
        }


def blank(on: date, at: str = "09:00") -> EventForm:
    """The form for a new event on a day."""
    hour = min(int(at[:2]) + 1, 23)
    ends = f"{hour:02d}:{at[3:]}" if hour > int(at[:2]) else "23:59"
    return EventForm(start_on=on.isoformat(), end_on=on.isoformat(), start_at=at, end_at=ends)


def of_event(event: Event, calendar: Calendar, zone: str) -> EventForm:
    """The form filled from an event, times in the person's zone."""
    fields = event.fields
    form = EventForm(
        summary=fields.get("summary", ""),
        location=fields.get("location", ""),
        description=fields.get("description", ""),
        visibility=fields.get("visibility", "default"),
        transparency=fields.get("transparency", "opaque"),
        color_id=fields.get("colorId", ""),
        repeat=event.recurrence[0] if event.recurrence else "",
    )
    if event.start.on is not None and event.end.on is not None:
        form.is_all_day = True
        form.start_on = event.start.on.isoformat()
        form.end_on = (event.end.on - timedelta(days=1)).isoformat()
        return form
    begin = event.start.instant(calendar.time_zone).astimezone(zone_of(zone))
    end = event.end.instant(calendar.time_zone).astimezone(zone_of(zone))
    form.start_on, form.start_at = begin.date().isoformat(), f"{begin:%H:%M}"
    form.end_on, form.end_at = end.date().isoformat(), f"{end:%H:%M}"
    return form


def from_answers(answers: dict[str, str]) -> EventForm:
    """The form as a person sent it."""
    texts = {name: answers.get(name, "").strip() for name in _TEXTS if name in answers}
    return EventForm(**texts, is_all_day="is_all_day" in answers)


_TEXTS = (
    "summary",
    "start_on",
    "start_at",
    "end_on",
    "end_at",
    "repeat",
    "visibility",
    "transparency",
    "color_id",
    "location",
    "description",
)


def changed(before: EventForm, after: EventForm, zone: str, *, has_rule: bool) -> Json:
    """Only the members whose answers differ: an untouched time must not count as moved."""
    old, new = before.members(zone, has_rule=has_rule), after.members(zone, has_rule=has_rule)
    differing = {name for name in new if new[name] != old[name]}
    if differing & {"start", "end"}:
        differing |= {"start", "end"}
    return {name: new[name] for name in new if name in differing}


def _day(on: date) -> Json:
    return {"date": on.isoformat(), "dateTime": None, "timeZone": None}


def _moment(on: str, at: str, zone: str) -> Json:
    try:
        moment = datetime.fromisoformat(f"{on}T{at}")
    except ValueError:
        raise Unclear("Give a start and an end time, or choose all day.") from None
    return {"date": None, "dateTime": moment.isoformat(), "timeZone": zone}

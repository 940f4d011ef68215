"""gcsa at its ordinary jobs. A program of its own: `gcsa_jobs.py URL` prints what it saw as JSON.

Runs in .venv-judges. Nothing of gcsa is changed except the address of its service.
"""

import json
import sys
from datetime import date, datetime
from urllib.request import Request, urlopen
from zoneinfo import ZoneInfo

from gcsa.calendar import Calendar
from gcsa.event import Event
from gcsa.google_calendar import GoogleCalendar
from gcsa.recurrence import DAILY, Recurrence
from gcsa.reminders import PopupReminder
from google.oauth2.credentials import Credentials
from googleapiclient import discovery

BERLIN = ZoneInfo("Europe/Berlin")
SINCE, UNTIL = date(2026, 11, 1), date(2026, 12, 1)


def main(url: str) -> dict:
    """Each job by its name, with what the client made of the answers."""
    google = opened(url)
    seen = one_event(google)
    seen |= a_series(google)
    seen |= calendars(google)
    return seen | other_questions(google)


def opened(url: str) -> GoogleCalendar:
    """The client with a token from the stand-in, pointed at it."""
    wish = {"user": "ada@example.com", "scopes": ["calendar"]}
    request = Request(
        f"{url}/control/token", json.dumps(wish).encode(), {"Content-Type": "application/json"}
    )
    with urlopen(request, timeout=20) as answer:
        credentials = Credentials(json.load(answer)["access_token"])
    google = GoogleCalendar(credentials=credentials)
    google.service = discovery.build(
        "calendar",
        "v3",
        credentials=credentials,
        client_options={"api_endpoint": f"{url}/calendar/v3/"},
    )
    return google


def one_event(google: GoogleCalendar) -> dict:
    added = google.add_event(
        Event(
            "Lunch",
            datetime(2026, 11, 5, 12, tzinfo=BERLIN),
            datetime(2026, 11, 5, 13, tzinfo=BERLIN),
            timezone="Europe/Berlin",
            location="Corner café",
            color_id="5",
            reminders=PopupReminder(minutes_before_start=20),
        )
    )
    added.summary = "Late lunch"
    added.start, added.end = added.start.replace(hour=14), added.end.replace(hour=15)
    updated = google.update_event(added)
    trip = google.add_event(Event("Trip", date(2026, 11, 7), date(2026, 11, 9)))
    read = google.get_event(updated.event_id)
    listed = list(google.get_events(SINCE, UNTIL, timezone="Europe/Berlin", order_by="updated"))
    google.delete_event(trip)
    left = google.get_events(
        SINCE,
        UNTIL,
        timezone="Europe/Berlin",
        single_events=True,
        order_by="startTime",
    )
    return {
        "read": [read.summary, read.start.isoformat(), read.location, read.color_id],
        "reminder": read.reminders[0].minutes_before_start,
        "all_day": [trip.start.isoformat(), trip.end.isoformat()],
        "listed": [event.summary for event in listed],
        "left": [event.summary for event in left],
        "found": [event.summary for event in google.get_events(date(2026, 1, 1), query="late")],
    }


def a_series(google: GoogleCalendar) -> dict:
    series = google.add_event(
        Event(
            "Stretching",
            datetime(2026, 11, 2, 8, tzinfo=BERLIN),
            datetime(2026, 11, 2, 9, tzinfo=BERLIN),
            timezone="Europe/Berlin",
            recurrence=[Recurrence.rule(freq=DAILY, count=4)],
        )
    )
    second = list(google.get_instances(series, SINCE, UNTIL))[1]
    second.summary = "Stretching outside"
    google.update_event(second)
    third = list(google.get_instances(series, SINCE, UNTIL))[2]
    google.delete_event(third)
    return {
        "rule": series.recurrence,
        "instances": [
            [one.summary, one.start.isoformat()]
            for one in google.get_instances(series, SINCE, UNTIL)
        ],
    }


def calendars(google: GoogleCalendar) -> dict:
    work = google.add_calendar(Calendar("Work", timezone="Europe/Berlin", description="Plans"))
    work.summary = "Work plan"
    google.update_calendar(work)
    entry = google.get_calendar_list_entry(work.id)
    entry.summary_override = "My work"
    google.update_calendar_list_entry(entry)
    lunch = next(iter(google.get_events(date(2026, 1, 1), query="late lunch")))
    moved = google.move_event(lunch, destination_calendar_id=work.id)
    quick = google.add_quick_event("Call the plumber", calendar_id=work.id)
    there = google.get_events(date(2026, 1, 1), date(2099, 1, 1), calendar_id=work.id)
    titles = [calendar.summary for calendar in google.get_calendar_list()]
    overrides = [calendar.summary_override for calendar in google.get_calendar_list()]
    seen = {
        "read_again": google.get_calendar(work.id).summary,
        "titles": titles,
        "overrides": overrides,
        "moved_keeps_its_id": moved.id == lunch.id,
        "there": sorted(event.summary for event in there),
        "quick": quick.summary,
    }
    google.delete_calendar(work)
    return seen | {"titles_after": [calendar.summary for calendar in google.get_calendar_list()]}


def other_questions(google: GoogleCalendar) -> dict:
    free_busy = google.get_free_busy(
        time_min=datetime(2026, 11, 2, tzinfo=BERLIN),
        time_max=datetime(2026, 11, 7, tzinfo=BERLIN),
        timezone="Europe/Berlin",
    )
    settings = google.get_settings()
    return {
        "colours": [len(google.list_event_colors()), len(google.list_calendar_colors())],
        "busy": [
            [span.start.isoformat(), span.end.isoformat()]
            for span in free_busy.calendars["primary"]
        ],
        "settings": [settings.timezone, settings.format24_hour_time, settings.week_start],
        "access": [
            [rule.role, rule.scope_type, rule.scope_value] for rule in google.get_acl_rules()
        ],
    }


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1])))

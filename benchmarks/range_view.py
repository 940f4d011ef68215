"""A week and a month of a calendar with a long history beside one with hardly any.

Two practitioners have the same on the pages that are asked for: two dozen own events, two dozen of
Google's, eight endless series. Around those pages one has 1,000 events, the other 50,000: single
ones, whole days, and occurrences of those series that were moved or cancelled. The pages are asked
for turn by turn, through the whole app, as a browser would.
"""

import datetime as dt
import logging
import secrets
import tempfile
import time
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert

from benchmarks.installation import ZONE
from benchmarks.report import Report, Series
from benchmarks.rows import own_event
from webapp.app import create_app
from webapp.config import Settings
from webapp.db import migrate
from webapp.db.engine import Database
from webapp.db.models import (
    Appointment,
    CalendarRole,
    ConnectionState,
    GoogleConnection,
    GoogleEvent,
    Member,
    Practice,
    SyncedCalendar,
    SyncMode,
    SyncSettings,
)
from webapp.db.scope import Scope
from webapp.domain.roles import Role
from webapp.services import browser_sessions

SIZES = (1_000, 50_000)
ROUNDS = 25
NOW = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
HISTORY = 3000 * DAY
SERIES = 5
NOTHING_LEFT = {"is_cancelled": True, "first_starts_at": None, "last_ends_at": None}
PLACES = {"now": NOW, "years ago": NOW - 1500 * DAY}
"""Where pages are opened: after all the history, and in the midst of it."""

QUIET = 60 * DAY
"""So far around these places there is nothing but what both have."""


def run() -> Report:
    """Fills both practices, then asks for pages turn by turn."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        url = f"sqlite:///{folder}/range.sqlite3"
        migrate.upgrade(url)
        app = _app(url)
        logging.disable()
        browsers = {size: _signed_in(app, _practitioner(app, size)) for size in SIZES}
        asked = [
            (view, place, size) for view in ("week", "month") for place in PLACES for size in SIZES
        ]
        series = dict(zip(asked, _in_turns(browsers, asked), strict=True))
        app.extensions["database"].dispose()
        logging.disable(logging.NOTSET)
    small, large = SIZES
    ratios = {
        f"{view} {place}, {large:,} / {small:,}, median": series[view, place, large].median
        / series[view, place, small].median
        for view in ("week", "month")
        for place in PLACES
    }
    facts: dict[str, int | float | str] = {"rounds": ROUNDS, "events": f"{small} and {large}"}
    return Report("range_view", list(series.values()), ratios, facts)


def _app(url: str) -> Flask:
    settings = Settings.from_environment(
        {
            "SECRET_KEY": secrets.token_hex(32),
            "DATABASE_URL": url,
            "REDIS_URL": "redis://127.0.0.1:1/0",
        }
    )
    return create_app(settings, CLOCK=lambda: NOW, RATELIMIT_STORAGE_URI="memory://")


def _signed_in(app: Flask, member: Member) -> FlaskClient:
    browser = app.test_client()
    with app.extensions["database"].writing(Scope.installation()) as session:
        secret = browser_sessions.begin(session, member=member, now=NOW)
    with browser.session_transaction() as cookie:
        cookie["_user_id"] = secret
        cookie["_fresh"] = True
        cookie["began"] = cookie["seen"] = NOW.timestamp()
    return browser


def _in_turns(
    browsers: dict[int, FlaskClient], asked: list[tuple[str, str, int]]
) -> Iterator[Series]:
    seconds: list[list[float]] = [[] for _ in asked]
    for number in range(ROUNDS + 5):
        for (view, place, size), taken in zip(asked, seconds, strict=True):
            took = _ask(browsers[size], f"/calendar?view={view}&on={PLACES[place]:%Y-%m-%d}")
            if number >= 5:
                taken.append(took)
    for (view, place, size), taken in zip(asked, seconds, strict=True):
        yield Series(f"{view} {place}, {size:,} events", taken, len(taken) / sum(taken))


def _ask(browser: FlaskClient, path: str) -> float:
    began = time.perf_counter()
    answer = browser.get(path)
    took = time.perf_counter() - began
    if answer.status_code != 200 or "Lunch" not in answer.text:
        raise SystemExit(f"{path} answered {answer.status_code} without its events")
    return took


def _practitioner(app: Flask, size: int) -> Member:
    """One practitioner with `size` events behind her and the same present as the other."""
    database: Database = app.extensions["database"]
    with database.writing(Scope.installation()) as session:
        practice = Practice(name=f"{size} events", time_zone=ZONE, created_at=NOW)
        session.add(practice)
        session.flush()
        member = Member(
            practice_id=practice.id,
            email=f"ada{size}@example.test",
            name="Ada Lind",
            role=Role.PRACTITIONER,
            has_calendar=True,
            time_zone=ZONE,
            password_hash="",
            created_at=NOW,
        )
        session.add(member)
        session.flush()
        calendar = _calendar(member)
        for row in calendar:
            session.add(row)
            session.flush()
        session.commit()
    own = [*_own(member, size // 4), *_own_present(member)]
    google = [*_google(calendar[-1], size - size // 4), *_google_present(calendar[-1])]
    with database.engine.begin() as connection:
        connection.execute(insert(Appointment), own)
        connection.execute(insert(GoogleEvent), google)
    return member


def _calendar(member: Member) -> tuple[SyncSettings, GoogleConnection, SyncedCalendar]:
    here: dict[str, Any] = {"practice_id": member.practice_id, "member_id": member.id}
    connection = GoogleConnection(
        **here,
        google_sub=member.id,
        email=member.email,
        granted_scopes="",
        sealed_token="",
        state=ConnectionState.CONNECTED,
        state_since=NOW,
        connected_at=NOW,
    )
    calendar = SyncedCalendar(
        **here,
        connection_id=connection.id,
        google_id=member.email,
        role=CalendarRole.OTHER,
        name="Private",
        is_on=True,
        last_success_at=NOW,
    )
    settings = SyncSettings(**here, is_enabled=True, mode=SyncMode.TWO_WAY)
    return settings, connection, calendar


def _own(member: Member, count: int) -> Iterator[dict[str, Any]]:
    for start in _history(count):
        yield _appointment(member, start)


def _history(count: int) -> Iterator[dt.datetime]:
    """`count` starts, evenly over the years, and none near a page that is opened."""
    stretch = HISTORY - 3 * QUIET
    for number in range(count):
        start = NOW - HISTORY + stretch * number / count
        yield start if start < PLACES["years ago"] - QUIET else start + 2 * QUIET


def _page() -> Iterator[dt.datetime]:
    """Starts on every page that is opened."""
    for place in PLACES.values():
        for number in range(24):
            yield place + DAY * (number % 5) + HOUR * (number // 5)


def _own_present(member: Member) -> Iterator[dict[str, Any]]:
    for start in _page():
        yield _appointment(member, start)
    for number in range(3):
        yield _appointment(member, NOW - HISTORY + HOUR * number, rule="FREQ=WEEKLY")


def _appointment(member: Member, start: dt.datetime, rule: str = "") -> dict[str, Any]:
    row = own_event(member, start, lasts=HOUR, title="Lunch", rule=rule, written_at=start)
    return row.model_dump()


def _google(calendar: SyncedCalendar, count: int) -> Iterator[dict[str, Any]]:
    """Of ten, six are single events, one is a whole day, three are changed occurrences."""
    for number, start in enumerate(_history(count)):
        if number % 10 < 6:
            yield _event(calendar, f"single{number}", start)
        elif number % 10 == 6:
            yield _whole_day(calendar, f"day{number}", start.date())
        else:
            yield _changed(calendar, number, start)


def _google_present(calendar: SyncedCalendar) -> Iterator[dict[str, Any]]:
    for number, start in enumerate(_page()):
        yield _event(calendar, f"page{number}", start)
    for number in range(SERIES):
        start = NOW - HISTORY + HOUR * number
        columns = {"recurrence": ["RRULE:FREQ=DAILY"], "last_ends_at": None}
        yield _event(calendar, f"series{number}", start, **columns)


def _changed(calendar: SyncedCalendar, number: int, near: dt.datetime) -> dict[str, Any]:
    """An occurrence of one of the series: every other one cancelled, the others moved."""
    series = number % SERIES
    zone = ZoneInfo(ZONE)
    first = (NOW - HISTORY + HOUR * series).astimezone(zone)
    original = dt.datetime.combine(near.astimezone(zone).date(), first.time(), tzinfo=zone)
    original = original.astimezone(dt.UTC)
    return _event(
        calendar,
        f"series{series}_{number}",
        original + 2 * HOUR,
        recurring_google_id=f"series{series}",
        original_start=original.isoformat(),
        **(NOTHING_LEFT if number % 2 else {}),
    )


def _event(
    calendar: SyncedCalendar, google_id: str, start: dt.datetime, **columns: Any
) -> dict[str, Any]:
    usual = {
        "practice_id": calendar.practice_id,
        "calendar_id": calendar.id,
        "google_id": google_id,
        "summary": "Lunch",
        "starts_at": start,
        "ends_at": start + HOUR,
        "time_zone": ZONE,
        "first_starts_at": start,
        "last_ends_at": start + HOUR,
    }
    return GoogleEvent(**{**usual, **columns}).model_dump()


def _whole_day(calendar: SyncedCalendar, google_id: str, day: dt.date) -> dict[str, Any]:
    begins = dt.datetime.combine(day, dt.time(), tzinfo=dt.UTC)
    times = {"starts_at": None, "ends_at": None, "starts_on": day, "ends_on": day + DAY}
    bounds = {"first_starts_at": begins - 14 * HOUR, "last_ends_at": begins + 38 * HOUR}
    return _event(calendar, google_id, begins, **times, **bounds)

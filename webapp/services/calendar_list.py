"""The tiles follow Google's calendar list (R78, R79, R82, U11, F45, F46, F60).

New calendars appear unsynced and ask whether they block booking; renamed ones follow. Nothing is
removed because a calendar is not listed: a synced one is marked and keeps its events until a
person decides. A calendar that this app made for somebody else is never brought in.
"""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from webapp.db.models import CalendarRole, GoogleConnection, SyncedCalendar
from webapp.domain.plain_text import outside_line
from webapp.services import progress, synced_calendars
from webapp.services.synced_calendars import OWNER, marker_for, marker_of
from webapp.sync.run_states import RunEvent, next_state

LONGEST_NAME = 200
STILL_GONE = "It is not in your list of calendars there."
NO_ANSWER = "There was no answer, so nothing has changed here."
_KNOWN = select(SyncedCalendar).where(SyncedCalendar.connection_id == bindparam("connection"))
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


def follow(
    session: Session,
    *,
    connection: GoogleConnection,
    entries: Iterable[Mapping[str, Any]],
    now: dt.datetime,
) -> None:
    """Makes the tiles equal to Google's list. Commits. `entries` is all of it, in Google's form."""
    known = {
        row.google_id: row
        for row in session.exec(_KNOWN, params={"connection": connection.id})
        if row.google_id
    }
    own_marker = marker_for(connection.member_id)
    listed = set()
    for entry in entries:
        listed.add(entry["id"])
        row = known.get(entry["id"])
        if row is None and marker_of(entry) == own_marker:
            continue
        row = row or _new(connection, entry)
        _take(row, entry)
        _keep_out(session, row, entry, own_marker, now)
        session.add(row)
    for google_id, row in known.items():
        if google_id not in listed:
            _unlisted(session, row, now)
    connection.calendars_listed_at = now
    session.add(connection)
    session.commit()


def leave_unanswered(
    session: Session, *, connection: GoogleConnection, has_access: bool, now: dt.datetime
) -> None:
    """Google could not be asked at `now`; who wants to know whether a calendar is there again is
    told so, and may ask another time. Joins the caller's transaction."""
    missing = session.exec(
        select(SyncedCalendar).where(
            SyncedCalendar.connection_id == connection.id, col(SyncedCalendar.is_missing).is_(True)
        )
    )
    event = RunEvent.FAILED if has_access else RunEvent.ACCESS_LOST
    for row in missing:
        _answer(session, row, NO_ANSWER, event, now)


def _answer(
    session: Session, row: SyncedCalendar, reason: str, event: RunEvent, now: dt.datetime
) -> None:
    """Ends the run of somebody who asked before `now`; later ones get an answer of their own."""
    run = progress.live_run(session, calendar_id=row.id)
    if run is not None and run.created_at <= now:
        run.state = next_state(run.state, event)
        run.reason, run.finished_at = reason, now


def _new(connection: GoogleConnection, entry: Mapping[str, Any]) -> SyncedCalendar:
    """A tile of its own; new to people too, unless the whole account is (U11)."""
    is_owned = entry.get("accessRole") == OWNER
    return SyncedCalendar(
        practice_id=connection.practice_id,
        member_id=connection.member_id,
        connection_id=connection.id,
        google_id=entry["id"],
        role=CalendarRole.OTHER,
        name="",
        access_role="",
        is_new=is_owned and connection.calendars_listed_at is not None,
    )


def _take(row: SyncedCalendar, entry: Mapping[str, Any]) -> None:
    """Name, colour and rights as Google has them. What was gone and is there again, and what may
    be seen in another way now, is read once more."""
    access_role = entry.get("accessRole", "")
    if row.is_on and (row.is_missing or access_role != row.access_role):
        row.sync_token = ""
        row.requested += 1
    named = str(entry.get("summaryOverride") or entry.get("summary") or "")
    row.name = outside_line(named, longest=LONGEST_NAME) or entry["id"]
    row.colour = _colour(str(entry.get("backgroundColor", "")))
    row.access_role = access_role
    row.time_zone = entry.get("timeZone", row.time_zone)
    row.is_primary = bool(entry.get("primary", False))
    row.is_missing = False


def _keep_out(
    session: Session,
    row: SyncedCalendar,
    entry: Mapping[str, Any],
    own_marker: str,
    now: dt.datetime,
) -> None:
    """Somebody else's sessions, here or in another installation, are not brought in (F60)."""
    if row.role is CalendarRole.DEFAULT:
        return
    row.is_of_app = marker_of(entry) not in ("", own_marker)
    row.is_new = row.is_new and not row.is_of_app
    if row.is_of_app and row.is_on:
        synced_calendars.stop(session, row, now)


def _colour(text: str) -> str:
    return text if _COLOUR.fullmatch(text) else ""


def _unlisted(session: Session, row: SyncedCalendar, now: dt.datetime) -> None:
    """Gone from the account: a synced calendar says so, an unsynced one just disappears."""
    if not row.is_on and row.role is not CalendarRole.DEFAULT:
        session.delete(row)
        return
    if row.is_missing:
        _answer(session, row, STILL_GONE, RunEvent.FAILED, now)
    row.is_missing = True

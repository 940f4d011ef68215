"""What one practitioner lets out of the app, and by which way (R15 to R32, R112 to R119).

Each change is audited, raises `version` so that no worker sends what is no longer allowed (I13),
and asks for the titles in Google to follow. Nothing here talks to Google.
"""

import datetime as dt

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from webapp import queue
from webapp.db.models import (
    ConnectionState,
    Departure,
    GoogleConnection,
    Member,
    Practice,
    SyncMode,
    SyncSettings,
)
from webapp.domain.departures import DepartureKind
from webapp.domain.errors import Invalid, NotAllowed
from webapp.domain.naming import Display
from webapp.domain.roles import Role
from webapp.queue import Bell
from webapp.services import audit, departures, feed_links, google_connection, outbox


def for_member(session: Session, *, member: Member) -> SyncSettings:
    """The member's settings; an unsaved row with the defaults when nothing was ever chosen."""
    found = session.exec(select(SyncSettings).where(SyncSettings.member_id == member.id)).first()
    return found or SyncSettings(practice_id=member.practice_id, member_id=member.id)


def enable(session: Session, *, by: Member, now: dt.datetime) -> SyncSettings:
    """Allows the calendar to sync (R15), in the mode it had. Commits, then rings.

    Raises `NotAllowed` for assistants.
    """
    settings = _own(session, by)
    connection: GoogleConnection | None = None
    if not settings.is_enabled:
        settings.is_enabled = True
        if settings.mode is SyncMode.ONE_WAY:
            feed_links.ensure(session, member=by, now=now)
        if settings.mode is SyncMode.TWO_WAY:
            connection = google_connection.resume(session, by=by, now=now)
        _change(session, settings, by=by, action="sync.enabled", now=now)
    session.commit()
    _ring_about(connection, None)
    return settings


def disable(
    session: Session,
    *,
    by: Member,
    is_confirmed: bool,
    now: dt.datetime,
    removes_calendar: bool = False,
) -> SyncSettings:
    """Ends the feed and the Google sync; Google's events leave the app (R16, R17).

    Commits, then rings. Raises `Invalid` with the field `is_confirmed` when sync is live and
    nobody confirmed.
    """
    settings = _own(session, by)
    departure: Departure | None = None
    if settings.is_enabled:
        if settings.mode is not None and not is_confirmed:
            raise Invalid({"is_confirmed": "Please confirm that sync should stop."})
        settings.is_enabled = False
        departure = departures.leave_two_way(
            session, by=by, kind=DepartureKind.OFF, removes_calendar=removes_calendar, now=now
        )
        _change(session, settings, by=by, action="sync.disabled", now=now)
    session.commit()
    _ring_about(None, departure)
    return settings


def choose_display(
    session: Session, *, by: Member, display: Display, is_acknowledged: bool, now: dt.datetime
) -> SyncSettings:
    """Names clients outside by `display`, in the feed at once and in Google as it is rewritten.

    Commits, then rings. Raises `Invalid`: field `display` when sync is off or the practice does
    not allow full names (R29), field `is_acknowledged` for full names without it (R26).
    """
    settings = _enabled(session, by, field="display")
    calendars: list[str] = []
    if settings.display is not display:
        if display is Display.FULL_NAME:
            _accept_full_names(session, settings, by=by, is_acknowledged=is_acknowledged, now=now)
        settings.display = display
        _change(session, settings, by=by, action="display.changed", subject=display, now=now)
        calendars = outbox.request_all(session, member_id=by.id, now=now)
    session.commit()
    _ring(calendars)
    return settings


def choose_mode(
    session: Session,
    *,
    by: Member,
    mode: SyncMode,
    is_confirmed: bool,
    now: dt.datetime,
    removes_calendar: bool = False,
) -> SyncSettings:
    """One-way or two-way (R27). Commits, then rings.

    Leaving two-way stops every Google calendar and clears Google's events from the app; own
    events stay (R112 to R115). Coming back uses the access that was kept (R117). Raises `Invalid`
    with the field `mode` when sync is off, or with `is_confirmed` when something would happen
    that nobody has confirmed.
    """
    settings = _enabled(session, by, field="mode")
    connection: GoogleConnection | None = None
    departure: Departure | None = None
    if settings.mode is not mode:
        if not is_confirmed and _has_effects(session, settings, by=by):
            raise Invalid({"is_confirmed": "Please confirm what the change does."})
        settings.mode = mode
        if mode is SyncMode.ONE_WAY:
            departure = departures.leave_two_way(
                session,
                by=by,
                kind=DepartureKind.ONE_WAY,
                removes_calendar=removes_calendar,
                now=now,
            )
            feed_links.ensure(session, member=by, now=now)
        else:
            connection = google_connection.resume(session, by=by, now=now)
        _change(session, settings, by=by, action="mode.changed", subject=mode, now=now)
    session.commit()
    _ring_about(connection, departure)
    return settings


def _has_effects(session: Session, settings: SyncSettings, *, by: Member) -> bool:
    """Whether leaving the present mode, or coming back to two-way, does something at once."""
    connection = google_connection.of_member(session, member_id=by.id)
    is_resting = connection is not None and connection.state is ConnectionState.RESTING
    return settings.mode is SyncMode.TWO_WAY or is_resting


def choose_location(
    session: Session, *, by: Member, includes_location: bool, now: dt.datetime
) -> SyncSettings:
    """Whether the place of an appointment leaves the app (R89). Commits, then rings."""
    settings = _enabled(session, by, field="includes_location")
    calendars: list[str] = []
    if settings.includes_location is not includes_location:
        settings.includes_location = includes_location
        subject = "on" if includes_location else "off"
        _change(session, settings, by=by, action="location.changed", subject=subject, now=now)
        calendars = outbox.request_all(session, member_id=by.id, now=now)
    session.commit()
    _ring(calendars)
    return settings


def open_to_practice(
    session: Session, *, by: Member, is_open: bool, now: dt.datetime
) -> SyncSettings:
    """Whether the owner's feed of the whole practice shows more of `by` than "Busy". Commits."""
    settings = _enabled(session, by, field="is_open_to_practice")
    if settings.is_open_to_practice is not is_open:
        settings.is_open_to_practice = is_open
        subject = "on" if is_open else "off"
        _change(session, settings, by=by, action="practice_feed.changed", subject=subject, now=now)
    session.commit()
    return settings


def enable_internal_ids(session: Session, *, by: Member, now: dt.datetime) -> None:
    """Shows internal IDs in the client list and records again (R21). Commits.

    Raises `NotAllowed` for everybody but the practice's owner.
    """
    if by.role is not Role.OWNER:
        raise NotAllowed()
    practice = session.exec(select(Practice).where(Practice.id == by.practice_id)).one()
    if not practice.has_internal_ids:
        practice.has_internal_ids = True
        session.add(practice)
        audit.record(session, by=by, action="internal_ids.enabled", now=now)
    session.commit()


def _own(session: Session, by: Member) -> SyncSettings:
    """The member's row, locked for this transaction and made when there is none."""
    if by.role is Role.ASSISTANT or not by.has_calendar:
        raise NotAllowed()
    wanted = select(SyncSettings).where(SyncSettings.member_id == by.id).with_for_update()
    found = session.exec(wanted).first()
    if found is not None:
        return found
    settings = SyncSettings(practice_id=by.practice_id, member_id=by.id)
    try:
        with session.begin_nested():
            session.add(settings)
    except IntegrityError:
        # Another tab was first; its row is as good as ours.
        return session.exec(wanted).one()
    return settings


def _enabled(session: Session, by: Member, *, field: str) -> SyncSettings:
    settings = _own(session, by)
    if not settings.is_enabled:
        raise Invalid({field: "Allow your calendar to sync first."})
    return settings


def _accept_full_names(
    session: Session,
    settings: SyncSettings,
    *,
    by: Member,
    is_acknowledged: bool,
    now: dt.datetime,
) -> None:
    practice = session.exec(select(Practice).where(Practice.id == by.practice_id)).one()
    if not practice.is_full_name_allowed:
        raise Invalid({"display": "Your practice does not allow full names outside the app."})
    if not is_acknowledged:
        raise Invalid({"is_acknowledged": "Tick the box to show full names."})
    settings.full_name_acknowledged_at = now
    settings.full_name_acknowledged_by = by.id
    audit.record(session, by=by, action="full_name.acknowledged", now=now)


def _change(
    session: Session,
    settings: SyncSettings,
    *,
    by: Member,
    action: str,
    now: dt.datetime,
    subject: str = "",
) -> None:
    settings.version += 1
    session.add(settings)
    audit.record(session, by=by, action=action, subject=subject, now=now)


def _ring_about(connection: GoogleConnection | None, departure: Departure | None) -> None:
    if connection is not None:
        queue.ring(Bell.CALENDARS, connection.id)
    if departure is not None:
        queue.ring(Bell.DEPARTURES, departure.id)


def _ring(calendar_ids: list[str]) -> None:
    for calendar_id in calendar_ids:
        queue.ring(Bell.SYNC, calendar_id)

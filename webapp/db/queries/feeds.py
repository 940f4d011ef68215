"""What a feed reads: the link behind an address, a cheap mark of change, the events to show.

`feed_revision` reads sums over the member's events and none of the events themselves, so that an
unchanged feed costs two small queries.
"""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, or_
from sqlmodel import Session, col, select

from webapp.db.models import (
    Appointment,
    AppointmentException,
    AuditEntry,
    FeedLink,
    Member,
    Practice,
    SyncSettings,
)

VISIBLE_SETTINGS = ("display.changed", "location.changed", "sync.enabled")
"""Audited acts after which every event of a feed may look different."""

A_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class FeedOwner:
    """Whose feed it is and what they let out of the app."""

    member: Member
    practice: Practice
    settings: SyncSettings


@dataclass(frozen=True, slots=True)
class FeedRevision:
    """Differs whenever the content may differ. `changed_at` (aware UTC) is the latest change."""

    count: int
    versions: int
    sequences: int
    settings_version: int
    names: tuple[str, str, str]
    changed_at: dt.datetime
    settings_changed_at: dt.datetime


def feed_link(session: Session, *, link_id: str) -> FeedLink | None:
    """The link of an address, in whatever practice: needs the installation scope."""
    return session.exec(select(FeedLink).where(FeedLink.id == link_id)).first()


def feed_owner(session: Session, *, member_id: str) -> FeedOwner | None:
    """The owner of a feed; None when deactivated or when sync is off (R16, R131)."""
    found = session.exec(
        select(Member, Practice, SyncSettings)
        .join(Practice, col(Practice.id) == Member.practice_id)
        .join(SyncSettings, col(SyncSettings.member_id) == Member.id)
        .where(
            Member.id == member_id,
            col(Member.is_active).is_(True),
            col(SyncSettings.is_enabled).is_(True),
        )
    ).first()
    return FeedOwner(*found) if found is not None else None


def feed_revision(session: Session, *, owner: FeedOwner, link: FeedLink) -> FeedRevision:
    """The present revision of the owner's feed."""
    count, versions, sequences, changed_at = session.exec(
        select(
            func.count(col(Appointment.id)),
            func.sum(Appointment.version),
            func.sum(Appointment.sequence),
            func.max(Appointment.changed_at),
        ).where(Appointment.member_id == owner.member.id)
    ).one()
    settings_changed_at = _settings_changed_at(session, owner.member) or link.created_at
    return FeedRevision(
        count=count,
        versions=versions or 0,
        sequences=sequences or 0,
        settings_version=owner.settings.version,
        names=(owner.member.name, owner.practice.name, owner.member.time_zone),
        changed_at=max(settings_changed_at, changed_at) if count else settings_changed_at,
        settings_changed_at=settings_changed_at,
    )


def feed_appointments(
    session: Session, *, member_id: str, after: dt.datetime, before: dt.datetime
) -> list[Appointment]:
    """The member's events that are not cancelled and may take place between the two instants.

    Endless series always; whole days with a day to spare on both sides, for every zone.
    """
    single = and_(col(Appointment.rule) == "", _touches(Appointment, after, before))
    endless = and_(col(Appointment.rule) != "", col(Appointment.repeats_until).is_(None))
    series = and_(
        col(Appointment.rule) != "",
        col(Appointment.repeats_until) > after,
        _begins(Appointment, before),
    )
    moved = col(Appointment.id).in_(
        select(AppointmentException.appointment_id).where(
            _touches(AppointmentException, after, before)
        )
    )
    return list(
        session.exec(
            select(Appointment)
            .where(
                Appointment.member_id == member_id,
                col(Appointment.cancelled_at).is_(None),
                or_(single, endless, series, moved),
            )
            .order_by(col(Appointment.id))
        )
    )


def _settings_changed_at(session: Session, member: Member) -> dt.datetime | None:
    found: dt.datetime | None = session.exec(
        select(func.max(AuditEntry.at)).where(
            AuditEntry.member_id == member.id, col(AuditEntry.action).in_(VISIBLE_SETTINGS)
        )
    ).one()
    return found


def _touches(
    row: type[Appointment] | type[AppointmentException], after: dt.datetime, before: dt.datetime
) -> ColumnElement[bool]:
    ends = or_(col(row.ends_at) > after, col(row.ends_on) > after.date() - A_DAY)
    return and_(ends, _begins(row, before))


def _begins(
    row: type[Appointment] | type[AppointmentException], before: dt.datetime
) -> ColumnElement[bool]:
    return or_(col(row.starts_at) < before, col(row.starts_on) < before.date() + A_DAY)

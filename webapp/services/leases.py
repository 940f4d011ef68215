"""One worker per calendar, fenced: who lost the lease can no longer commit (I8, F10, F11).

A lease is three columns of the calendar's row. Taking it raises `lease_epoch`; every later write of
the worker goes through `hold`, which matches that epoch or raises `LeaseLost`. Whoever has to stop
the workers of a calendar at once raises the epoch (`revoke`). A lease that ran out instead of being
given back says that its worker was lost; `crashes` counts how many were, in a row (F08).
"""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, or_, update
from sqlmodel import Session, col, select

from webapp.db.models import SyncedCalendar


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to act on one calendar, until it runs out or is revoked."""

    calendar_id: str
    practice_id: str
    epoch: int
    seconds: int


class LeaseLost(RuntimeError):
    """Another worker, or a person's decision, has taken the calendar over."""


def take(
    session: Session, *, calendar_id: str, owner: str, now: dt.datetime, seconds: int
) -> Lease | None:
    """The lease, or None while another worker holds it. Commits."""
    taken = session.exec(
        update(SyncedCalendar)
        .where(
            col(SyncedCalendar.id) == calendar_id,
            or_(
                col(SyncedCalendar.lease_until).is_(None),
                col(SyncedCalendar.lease_until) < now,
            ),
        )
        .values(
            lease_owner=owner,
            lease_until=now + dt.timedelta(seconds=seconds),
            lease_epoch=SyncedCalendar.lease_epoch + 1,
            crashes=SyncedCalendar.crashes + _was_lost(),
        )
        .execution_options(synchronize_session=False)
    )
    if not taken.rowcount:
        session.rollback()
        return None
    calendar = session.exec(select(SyncedCalendar).where(SyncedCalendar.id == calendar_id)).one()
    session.commit()
    return Lease(calendar.id, calendar.practice_id, calendar.lease_epoch, seconds)


def _was_lost() -> ColumnElement[int]:
    return case((col(SyncedCalendar.lease_owner) == "", 0), else_=1)


def hold(session: Session, lease: Lease, *, now: dt.datetime) -> None:
    """Extends the lease inside the caller's transaction. Raises `LeaseLost` when it is gone.

    As the row is now locked by this transaction, nobody can take the calendar before it ends.
    """
    held = session.exec(
        update(SyncedCalendar)
        .where(
            col(SyncedCalendar.id) == lease.calendar_id,
            col(SyncedCalendar.lease_epoch) == lease.epoch,
        )
        .values(lease_until=now + dt.timedelta(seconds=lease.seconds))
        .execution_options(synchronize_session=False)
    )
    if not held.rowcount:
        raise LeaseLost(lease.calendar_id)


def release(session: Session, lease: Lease) -> None:
    """Gives the calendar back; does nothing when it was already lost. Commits."""
    session.exec(
        update(SyncedCalendar)
        .where(
            col(SyncedCalendar.id) == lease.calendar_id,
            col(SyncedCalendar.lease_epoch) == lease.epoch,
        )
        .values(lease_owner="", lease_until=None)
        .execution_options(synchronize_session=False)
    )
    session.commit()


def revoke(calendar: SyncedCalendar) -> None:
    """Fences whoever works on `calendar` now; takes effect with the caller's commit."""
    calendar.lease_epoch += 1
    calendar.lease_owner = ""
    calendar.lease_until = None

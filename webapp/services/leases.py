"""One worker per calendar, fenced: who lost the lease can no longer commit (I8, F10, F11).

A lease is three columns of the calendar's row. Taking it raises `lease_epoch`; every later write of
the worker goes through `hold`, which matches that epoch or raises `LeaseLost`. Whoever has to stop
the workers of a calendar at once raises the epoch (`revoke`). A lease that ran out instead of being
given back says that its worker was lost; `crashes` counts how many were, in a row (F08).
"""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Update, bindparam, case, or_, update
from sqlmodel import Session, col, select

from webapp.db.models import SyncedCalendar

LEFT_AT_LEAST = 0.9
"""Of a lease, at the beginning of whatever follows `hold`."""


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
    until = now + dt.timedelta(seconds=seconds)
    named = {"which": calendar_id, "worker": owner, "at": now, "until": until}
    calendar = session.scalars(_TAKE, named).one_or_none()
    session.commit()
    if calendar is None:
        return None
    return Lease(calendar.id, calendar.practice_id, calendar.lease_epoch, seconds)


def hold(session: Session, lease: Lease, *, now: dt.datetime) -> SyncedCalendar:
    """Keeps the lease inside the caller's transaction. Raises `LeaseLost` when it is gone.

    As the row is now locked by this transaction, nobody can take the calendar before it ends.
    Returns that row, so that nobody has to read it again. It is written only where a tenth of the
    lease has passed, so that short steps one after the other do not write it each time.
    """
    named = {"which": lease.calendar_id, "epoch": lease.epoch}
    calendar = session.exec(_HELD, params=named).one_or_none()
    if calendar is None:
        raise LeaseLost(lease.calendar_id)
    until = calendar.lease_until
    if until is None or until - now < dt.timedelta(seconds=lease.seconds * LEFT_AT_LEAST):
        calendar.lease_until = now + dt.timedelta(seconds=lease.seconds)
    return calendar


def release(session: Session, lease: Lease) -> SyncedCalendar | None:
    """Gives the calendar back, and returns its row; None when it was already lost.

    In the caller's transaction: until that commits, nobody else can take the calendar.
    """
    named = {"which": lease.calendar_id, "epoch": lease.epoch}
    calendar: SyncedCalendar | None = session.scalars(_RELEASE, named).one_or_none()
    return calendar


def give_back(calendar: SyncedCalendar) -> None:
    """The same in a transaction that holds the lease; takes effect with its commit."""
    calendar.lease_owner = ""
    calendar.lease_until = None


def revoke(calendar: SyncedCalendar) -> None:
    """Fences whoever works on `calendar` now; takes effect with the caller's commit."""
    calendar.lease_epoch += 1
    calendar.lease_owner = ""
    calendar.lease_until = None


def _was_lost() -> ColumnElement[int]:
    return case((col(SyncedCalendar.lease_owner) == "", 0), else_=1)


def _changed(*conditions: ColumnElement[bool], **values: object) -> Update:
    """One calendar changed where the conditions hold, and its row as it is then."""
    return (
        update(SyncedCalendar)
        .where(col(SyncedCalendar.id) == bindparam("which"), *conditions)
        .values(**values)
        .returning(SyncedCalendar)
        .execution_options(synchronize_session=False)
    )


_IS_HELD = col(SyncedCalendar.lease_epoch) == bindparam("epoch")
_HELD = (
    select(SyncedCalendar)
    .where(col(SyncedCalendar.id) == bindparam("which"), _IS_HELD)
    .with_for_update()
)
_RELEASE = _changed(_IS_HELD, lease_owner="", lease_until=None)
_TAKE = _changed(
    or_(
        col(SyncedCalendar.lease_until).is_(None), col(SyncedCalendar.lease_until) < bindparam("at")
    ),
    lease_owner=bindparam("worker"),
    lease_until=bindparam("until"),
    lease_epoch=SyncedCalendar.lease_epoch + 1,
    crashes=SyncedCalendar.crashes + _was_lost(),
)

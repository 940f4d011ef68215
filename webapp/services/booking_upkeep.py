"""Forgets what online booking no longer needs: who asked and did not come back, and who typed what.

The client's record and the appointment stay; that it was booked online, too.
"""

import datetime as dt

from sqlalchemy import delete, update
from sqlmodel import Session, col

from webapp.db.models import Booking, BookingState

UNCONFIRMED_KEPT_FOR = dt.timedelta(days=2)
TYPED_KEPT_FOR = dt.timedelta(days=30)


def forget_old(session: Session, *, now: dt.datetime) -> None:
    """Links that were not used, after two days; names and addresses, thirty days after the
    appointment. `session` is of the whole installation. Commits."""
    session.exec(
        delete(Booking).where(
            col(Booking.state) == BookingState.PENDING,
            col(Booking.confirm_by) < now - UNCONFIRMED_KEPT_FOR,
        )
    )
    session.exec(
        update(Booking)
        .where(col(Booking.ends_at) < now - TYPED_KEPT_FOR, col(Booking.email) != "")
        .values(given_name="", family_name="", email="")
    )
    session.commit()

"""The own events that a range of the calendar may show, at the cost of that range alone.

Four questions, each answered by an index of its own, because one question with four alternatives
reads a whole history: single events, whole days, series, and occurrences moved here from anywhere.
"""

import datetime as dt
from typing import Any

from sqlalchemy import ColumnElement, and_, literal_column, not_, or_, union
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from webapp.db.models import Appointment, AppointmentException, Member
from webapp.domain.appointment_details import LONGEST_DAYS, LONGEST_TIMED
from webapp.domain.calendar_pages import Window

ZONES_APART = dt.timedelta(days=1)
"""Whole days are looked at in any zone, so their dates are compared with this much to spare."""

IS_SERIES = col(Appointment.rule) != literal_column("''")
"""Written out, as an index of series alone is only used for a question that names them."""


def appointments_in(session: Session, member: Member, window: Window) -> list[Appointment]:
    """Live own events of `member`; some of the series may turn out to show nothing there."""
    mine = Appointment.member_id == member.id
    near = union(
        _ids(mine, ~IS_SERIES, _is_timed_in(Appointment, window)),
        _ids(mine, ~IS_SERIES, _is_on_days_in(Appointment, window)),
        _ids(mine, IS_SERIES, col(Appointment.repeats_until).is_(None), _has_begun(window)),
        _ids(mine, IS_SERIES, _is_not_over(window), _has_begun(window)),
        *_moved_into(window),
    )
    found = session.exec(
        select(Appointment).where(
            col(Appointment.id).in_(near), col(Appointment.cancelled_at).is_(None)
        )
    )
    return [row for row in found if row.member_id == member.id]


def _ids(*conditions: Any) -> SelectOfScalar[str]:
    return select(Appointment.id).where(*conditions)


def _is_timed_in(
    row: type[Appointment | AppointmentException], window: Window
) -> ColumnElement[bool]:
    return and_(
        col(row.starts_at) >= window.after - LONGEST_TIMED,
        col(row.starts_at) < window.before,
        col(row.ends_at) >= window.after,
    )


def _is_on_days_in(
    row: type[Appointment | AppointmentException], window: Window
) -> ColumnElement[bool]:
    first_on, last_on = (window.after - ZONES_APART).date(), (window.before + ZONES_APART).date()
    return and_(
        col(row.starts_on) >= first_on - LONGEST_DAYS,
        col(row.starts_on) <= last_on,
        col(row.ends_on) >= first_on,
    )


def _is_not_over(window: Window) -> ColumnElement[bool]:
    return col(Appointment.repeats_until) >= window.after - ZONES_APART


def _has_begun(window: Window) -> ColumnElement[bool]:
    """Said as a negation, so that the series' own index answers and not that of all starts."""
    last_on = (window.before + ZONES_APART).date()
    return not_(
        and_(
            or_(col(Appointment.starts_at).is_(None), col(Appointment.starts_at) >= window.before),
            or_(col(Appointment.starts_on).is_(None), col(Appointment.starts_on) > last_on),
        )
    )


def _moved_into(window: Window) -> tuple[SelectOfScalar[str], ...]:
    """Anybody's series with an occurrence moved here, even from before the first or after the last.

    Whose they are the caller sees; asking here would read all that a member has.
    """
    moved = AppointmentException
    return (
        select(moved.appointment_id).where(_is_timed_in(moved, window)),
        select(moved.appointment_id).where(_is_on_days_in(moved, window)),
    )

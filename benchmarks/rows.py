"""Rows that several benchmarks write."""

import datetime as dt

from benchmarks.installation import ZONE
from webapp.db.models import Appointment, Member
from webapp.db.snapshots import span_columns
from webapp.domain.timespan import TimedSpan


def own_event(
    member: Member,
    starts_at: dt.datetime,
    *,
    lasts: dt.timedelta,
    title: str,
    written_at: dt.datetime,
    rule: str = "",
) -> Appointment:
    """A timed non-client event of `member`; times are aware UTC. With a `rule` it repeats."""
    return Appointment(
        practice_id=member.practice_id,
        member_id=member.id,
        title=title,
        **span_columns(TimedSpan(starts_at, starts_at + lasts, ZONE)),
        time_zone=ZONE,
        rule=rule,
        created_at=written_at,
        changed_at=written_at,
    )

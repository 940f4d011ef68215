"""What else takes the time of one event, for its card (PRODUCT.md 6.5). Reads only."""

import datetime as dt

from sqlmodel import Session

from webapp.db.models import Member
from webapp.db.queries.calendar import calendar_entries
from webapp.domain.calendar_entries import Entry, clock_text
from webapp.domain.calendar_pages import Window
from webapp.domain.timespan import AllDaySpan, Span, instants

DAY = dt.timedelta(days=1)


def overlapping(
    session: Session, *, viewer: Member, member: Member, span: Span, except_id: str, zone: str
) -> list[str]:
    """Title and times, in `zone`, of what `member` has at the same time, as `viewer` may see it.

    Not the event `except_id` itself, nothing that is Free, and no whole days: those stand above
    the hours. Empty for a whole day.
    """
    if isinstance(span, AllDaySpan):
        return []
    window = Window(span.starts_at - DAY, span.ends_at + DAY, member.time_zone)
    found = calendar_entries(session, viewer=viewer, member=member, window=window)
    return [
        f"{each.title}, {clock_text(each, zone)}"
        for each in found
        if each.key != except_id and _takes(each, span.starts_at, span.ends_at)
    ]


def _takes(entry: Entry, starts_at: dt.datetime, ends_at: dt.datetime) -> bool:
    if entry.is_all_day or not entry.is_busy:
        return False
    begins, ends = instants(entry.span, time_zone=entry.day_zone or "UTC")
    return begins < ends_at and ends > starts_at

"""Whether a practitioner's time is free, for booking: own events and what blocks in Google (U17).

What blocks is decided in `domain/busy.py` alone, as for the calendar. No title leaves this module:
whoever books may be somebody who must not read them (R100, R138).
"""

import datetime as dt
from collections.abc import Iterable

from sqlmodel import Session

from webapp.db.models import Member
from webapp.db.queries.busy_times import busy_times
from webapp.domain.calendar_pages import Window
from webapp.domain.errors import Invalid
from webapp.domain.free_time import Taken, clash_sentence, clashes, free_starts, nearest
from webapp.domain.recurrence import occurrences
from webapp.domain.timespan import Span, instants, zone

DAY = dt.timedelta(days=1)
LOOKS_AHEAD = dt.timedelta(weeks=26)
"""How far a series is compared with what is taken."""


def taken_between(
    session: Session,
    *,
    member: Member,
    after: dt.datetime,
    before: dt.datetime,
    except_id: str = "",
) -> list[Taken]:
    """What takes the member's time between two instants, in time order; not the event `except_id`.

    Whole days from Google are days in their calendar's own zone (R92).
    """
    window = Window(after - DAY, before + DAY, member.time_zone)
    found = busy_times(session, member=member, window=window)
    taken = [
        Taken(each.starts_at, each.ends_at, is_google=each.is_google)
        for each in found
        if each.key != except_id
    ]
    return clashes(taken, after, before)


def is_free(session: Session, *, member: Member, span: Span) -> bool:
    """Whether nothing of the member's is in the way of `span` (R91, R140)."""
    starts_at, ends_at = instants(span, time_zone=member.time_zone)
    return not taken_between(session, member=member, after=starts_at, before=ends_at)


def free_slots(
    session: Session, *, member: Member, day: dt.date, length: dt.timedelta, now: dt.datetime
) -> list[dt.datetime]:
    """When a session of `length` could begin on the member's `day`: aware UTC, from `now` on."""
    begins = dt.datetime.combine(day, dt.time(), tzinfo=zone(member.time_zone))
    taken = taken_between(session, member=member, after=begins, before=begins + 2 * DAY)
    return free_starts(taken, day=day, time_zone=member.time_zone, length=length, not_before=now)


def refuse_clash(
    session: Session,
    *,
    member: Member,
    span: Span,
    rule: str = "",
    accepted: str,
    except_id: str = "",
    now: dt.datetime,
) -> None:
    """Raises `Invalid` with a sentence for the field `accepted` when the time is taken.

    With that very sentence as `accepted` somebody books over it on purpose; when something else
    came in the way meanwhile, they are asked again (R137).
    """
    spans = _spans(span, rule, member)
    starts_at, _ = instants(spans[0], time_zone=member.time_zone)
    _, ends_at = instants(spans[-1], time_zone=member.time_zone)
    taken = taken_between(
        session, member=member, after=starts_at, before=ends_at, except_id=except_id
    )
    days = [found for each in spans if (found := _in_the_way(taken, each, member))]
    if not days:
        return
    sentence = clash_sentence(
        days[0],
        _offers(session, member, span, now),
        time_zone=member.time_zone,
        more_days=len(days) - 1,
    )
    if accepted != sentence:
        raise Invalid({"accepted": sentence})


def _spans(span: Span, rule: str, member: Member) -> list[Span]:
    """The session, or each of a series within half a year."""
    if not rule:
        return [span]
    starts_at, _ = instants(span, time_zone=member.time_zone)
    found = occurrences(
        span,
        rule,
        after=starts_at,
        before=starts_at + LOOKS_AHEAD,
        day_zone=member.time_zone,
    )
    return [each.span for each in found] or [span]


def _in_the_way(taken: Iterable[Taken], span: Span, member: Member) -> list[Taken]:
    return clashes(taken, *instants(span, time_zone=member.time_zone))


def _offers(session: Session, member: Member, span: Span, now: dt.datetime) -> list[dt.datetime]:
    starts_at, ends_at = instants(span, time_zone=member.time_zone)
    day = starts_at.astimezone(zone(member.time_zone)).date()
    slots = free_slots(session, member=member, day=day, length=ends_at - starts_at, now=now)
    return nearest(slots, starts_at)

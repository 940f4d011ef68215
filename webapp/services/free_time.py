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
from webapp.domain.series_edits import OwnSeries
from webapp.domain.timespan import AllDaySpan, Span, instants, zone

DAY = dt.timedelta(days=1)
LOOKS_AHEAD = dt.timedelta(weeks=26)
MOST_COMPARED = 26
"""How far a series is compared with what is taken, and how many of its sessions."""


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
    series: OwnSeries,
    accepted: str,
    except_id: str = "",
    now: dt.datetime,
) -> None:
    """Raises `Invalid` with a sentence for the field `accepted` when the time is taken.

    A single event is compared, or the next sessions of a series, those that were moved where they
    are. With that very sentence as `accepted` somebody books over it on purpose; when something
    else came in the way meanwhile, they are asked again (R137).
    """
    spans = _spans(series, member, now)
    bounds = [instants(each, time_zone=member.time_zone) for each in spans]
    taken = taken_between(
        session,
        member=member,
        after=min((begins for begins, _ in bounds), default=now),
        before=max((ends for _, ends in bounds), default=now),
        except_id=except_id,
    )
    clashing = [(each, found) for each in spans if (found := _in_the_way(taken, each, member))]
    if not clashing:
        return
    first, found = clashing[0]
    sentence = clash_sentence(
        found,
        _offers(session, member, first, now),
        starts_at=instants(first, time_zone=member.time_zone)[0],
        time_zone=member.time_zone,
        count=len(clashing),
        of=len(spans),
    )
    if accepted != sentence:
        raise Invalid({"accepted": sentence})


def _spans(series: OwnSeries, member: Member, now: dt.datetime) -> list[Span]:
    """The event, or the sessions of a series that are to come within half a year."""
    if not series.rule:
        return [series.span]
    starts_at, _ = instants(series.span, time_zone=member.time_zone)
    after = max(starts_at, now)
    found = occurrences(
        series.span,
        series.rule,
        series.changes,
        after=after,
        before=after + LOOKS_AHEAD,
        day_zone=member.time_zone,
        limit=MOST_COMPARED,
    )
    return [each.span for each in found]


def _in_the_way(taken: Iterable[Taken], span: Span, member: Member) -> list[Taken]:
    return clashes(taken, *instants(span, time_zone=member.time_zone))


def _offers(
    session: Session, member: Member, span: Span, now: dt.datetime
) -> list[dt.datetime] | None:
    """Other times of the day; None for whole days, which have none."""
    if isinstance(span, AllDaySpan):
        return None
    starts_at, ends_at = instants(span, time_zone=member.time_zone)
    day = starts_at.astimezone(zone(member.time_zone)).date()
    slots = free_slots(session, member=member, day=day, length=ends_at - starts_at, now=now)
    return nearest(slots, starts_at)

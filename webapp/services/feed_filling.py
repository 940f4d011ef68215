"""Puts the events of a feed into its assembly: all of them, or those that changed since.

Titles come from `sync/desired.py`, as they do for Google, so the two can never disagree.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from sqlmodel import Session

from webapp.db.queries.feed_changes import changes_since
from webapp.db.queries.feeds import FeedCalendar, feed_appointments
from webapp.db.questions import Ask
from webapp.db.snapshots import appointment_values
from webapp.domain.appointments import AppointmentValues
from webapp.domain.product import FEED_AHEAD_DAYS, SYNCED_PAST_DAYS
from webapp.feeds.assembly import Assembly
from webapp.feeds.render import FeedHead
from webapp.services.feed_content import feed_items
from webapp.services.feeds import Feed


def begun(session: Session, feed: Feed) -> Assembly:
    """Every event in the window. Raises `UnknownTimeZone`."""
    assembly = Assembly(_head(feed))
    after, before = _window(feed)
    for calendar in feed.standing.calendars:
        rows = feed_appointments(session, member_id=calendar.member.id, after=after, before=before)
        _put(appointment_values(session, rows), feed, assembly, calendar)
    return assembly


def follow(ask: Ask, feed: Feed, assembly: Assembly, *, since: Sequence[int]) -> Feed | None:
    """Puts in the events that changed after the revisions `since`, one for each calendar.

    The feed as it stands then. None, with the assembly as it was, when every event of a calendar
    may have come to look different.
    """
    after, before = _window(feed)
    calendars = []
    for calendar, revision in zip(feed.standing.calendars, since, strict=True):
        found = changes_since(
            ask, member_id=calendar.member.id, since=revision, after=after, before=before
        )
        current = replace(calendar, revision=found.counts)
        if current.wholes != calendar.wholes:
            return None
        for event_id in found.ids:
            assembly.put(event_id, ())
        _put(found.shown, feed, assembly, current)
        calendars.append(current)
    return replace(feed, standing=replace(feed.standing, calendars=calendars))


def _put(
    events: Sequence[AppointmentValues], feed: Feed, assembly: Assembly, calendar: FeedCalendar
) -> None:
    for key, items in feed_items(events, standing=feed.standing, calendar=calendar):
        assembly.put(key, items)


def _window(feed: Feed) -> tuple[dt.datetime, dt.datetime]:
    return (
        feed.today - dt.timedelta(days=SYNCED_PAST_DAYS),
        feed.today + dt.timedelta(days=FEED_AHEAD_DAYS + 1),
    )


def _head(feed: Feed) -> FeedHead:
    standing = feed.standing
    whose = "All practitioners" if standing.link.is_practice else standing.owner.name
    return FeedHead(f"{whose}, {standing.practice.name}", standing.owner.time_zone)

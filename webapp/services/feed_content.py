"""What a link shows of each event: the practitioner's choice, the link's, and the stricter wins.

Everything goes through `sync/desired.py`; here it is only taken away from (U19).
"""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import replace

from webapp.db.queries.feeds import FeedCalendar, FeedStanding
from webapp.domain.appointments import AppointmentValues
from webapp.domain.feed_links import shown_display
from webapp.domain.product import FEED_NOTE, UID_DOMAIN
from webapp.domain.recurrence import UnreadableRule
from webapp.feeds.event import FeedItem
from webapp.ops import events
from webapp.sync.desired import UNTITLED, wanted
from webapp.sync.types import Key, Snapshot, Transparency, Visibility

log = logging.getLogger(__name__)


def feed_items(
    events: Iterable[AppointmentValues],
    *,
    standing: FeedStanding,
    calendar: FeedCalendar,
) -> Iterator[tuple[str, list[FeedItem]]]:
    """Each event's id with its items, the series before its moved occurrences.

    Sequence and time of change rise with the settings too: Google looks at nothing else (A5).
    """
    link, revision = standing.link, calendar.revision
    times = [revision.whole_at if revision else None, link.changed_at]
    for values in events:
        yield (
            values.id,
            [
                FeedItem(
                    uid=f"{values.id}@{UID_DOMAIN}",
                    snapshot=snapshot,
                    sequence=values.sequence + calendar.wholes + link.version - 1,
                    changed_at=max([values.changed_at, *filter(None, times)]),
                    original_start=key.original_start,
                )
                for key, snapshot in _shown(values, standing, calendar).items()
            ],
        )


def is_busy_only(standing: FeedStanding, calendar: FeedCalendar) -> bool:
    """Whether nothing but "Busy" may be said: as the link wants it, or in a colleague's name."""
    link = standing.link
    return link.is_busy_only or (link.is_practice and not calendar.settings.is_open_to_practice)


def _shown(
    values: AppointmentValues, standing: FeedStanding, calendar: FeedCalendar
) -> dict[Key, Snapshot]:
    """A rule that cannot be read leaves its first time: one event never ends a feed (F99)."""
    try:
        found = _wanted(values, standing, calendar)
    except UnreadableRule:
        log.warning(events.FEED_RULE_UNREADABLE, extra={"member_id": calendar.member.id})
        found = _wanted(replace(values, rule="", changes=()), standing, calendar)
    if is_busy_only(standing, calendar):
        found = {key: _busy(one) for key, one in found.items() if _takes_time(one)}
    if standing.link.is_practice:
        found = {key: _signed(one, calendar.member.name) for key, one in found.items()}
    return found


def _wanted(
    values: AppointmentValues, standing: FeedStanding, calendar: FeedCalendar
) -> dict[Key, Snapshot]:
    link, settings = standing.link, calendar.settings
    return wanted(
        values,
        shown_display(settings.display, link.display),
        includes_location=settings.includes_location and link.has_location,
        description=FEED_NOTE,
    )


def _takes_time(snapshot: Snapshot) -> bool:
    return snapshot.transparency is Transparency.OPAQUE


def _busy(snapshot: Snapshot) -> Snapshot:
    return replace(
        snapshot, summary=UNTITLED, description="", location="", visibility=Visibility.PRIVATE
    )


def _signed(snapshot: Snapshot, name: str) -> Snapshot:
    return replace(snapshot, summary=f"{name}: {snapshot.summary}")

"""Whether a calendar of ours got events after its removal was asked for (RELIABILITY.md F83).

Asking for it stops the sync, so that nothing of ours is made there any more. If something was, then
the rows that ask are older than Google is: a backup was restored, in truth somebody came back, and
what they booked may be in this calendar alone. It is not removed then, whether the operator has
said `sync restored` by now or not.
"""

import datetime as dt

from webapp.google.calendar import CalendarClient
from webapp.google.errors import Gone, Missing
from webapp.google.listing import Asked
from webapp.google.origin import created_at, is_ours
from webapp.services.whole_listing import whole_listing

ON_ITS_WAY = dt.timedelta(minutes=5)
"""Longer than a last write takes to arrive, and clocks may differ."""


def has_later_events(
    client: CalendarClient, google_id: str, *, asked_at: dt.datetime, now: dt.datetime
) -> bool:
    """Whether a live event of ours was made there since; asks Google only when there was time.

    An event that does not say when counts. Raises `GoogleError`.
    """
    latest = asked_at + ON_ITS_WAY
    if now <= latest:
        return False
    try:
        items = whole_listing(client, google_id, asked=Asked.AGES)
    except (Gone, Missing):
        return False
    times = [created_at(item) for item in items if is_ours(item)]
    return any(time is None or time > latest for time in times)

"""Our own events in a calendar whose links we have lost or have of yesterday: known by their ids.

With a connection its links go. When the practitioner comes back to the same calendar, its events
are still ours: each carries its own id as its mark, and the ids can be made again from our events
(U3). After a restored backup an event may be in a later life than its link knows (F83). Without
this they would be shown as copies, and what was cancelled meanwhile would stay in Google.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlmodel import Session, select

from webapp.db.models import Appointment, CalendarRole, EventLink, SyncedCalendar
from webapp.google.origin import is_ours
from webapp.services import agreement
from webapp.services.agreement import EventIds, Links
from webapp.sync.types import Key

MOST_LIVES = 16
"""How often one of our events may have been deleted in Google and made again before."""

Item = Mapping[str, Any]


def recognise(
    session: Session,
    *,
    calendar: SyncedCalendar,
    items: Iterable[Item],
    links: dict[str, Links],
    ids: EventIds,
    is_full: bool,
) -> None:
    """Adds the links of our events among `items` that we have forgotten, cancelled ones too.

    What has a link is known by it: an earlier life of it, out of Google's bin, is a copy (F56).
    A later one is it, when all of the calendar is listed (`is_full`) without the one we know.
    Joins the caller's transaction. Costs one small query, and only when there is such an item.
    """
    if calendar.role is not CalendarRole.DEFAULT:
        return
    there = {item["id"] for item in items if is_ours(item)}
    forgotten = there - {link.google_id for own in links.values() for link in own.values()}
    if not forgotten:
        return
    own = select(Appointment.id).where(Appointment.member_id == calendar.member_id)
    for appointment_id in session.exec(own):
        link = links.get(appointment_id, {}).get(Key(appointment_id))
        if link is None:
            _recognise_one(session, calendar, appointment_id, forgotten, links, ids)
        elif is_full and link.google_id not in there:
            _recognise_later(session, calendar, link, forgotten, links[appointment_id], ids)


def _recognise_one(
    session: Session,
    calendar: SyncedCalendar,
    appointment_id: str,
    forgotten: set[str],
    links: dict[str, Links],
    ids: EventIds,
) -> None:
    for generation in range(1, MOST_LIVES + 1):
        link = agreement.another_life(
            calendar, appointment_id=appointment_id, generation=generation, ids=ids
        )
        if link.google_id in forgotten:
            session.add(link)
            links.setdefault(appointment_id, {})[agreement.key_of(link)] = link
            return


def _recognise_later(
    session: Session,
    calendar: SyncedCalendar,
    link: EventLink,
    forgotten: set[str],
    links: Links,
    ids: EventIds,
) -> None:
    for generation in range(link.generation + 1, link.generation + 1 + MOST_LIVES):
        later = agreement.another_life(
            calendar, appointment_id=link.appointment_id, generation=generation, ids=ids
        )
        if later.google_id in forgotten:
            agreement.live_on(link, generation=generation, ids=ids)
            agreement.drop_occurrences(session, links)
            return

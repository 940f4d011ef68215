"""One pass inwards: list what changed in Google, decide, apply in one transaction.

1. Gather: pages from Google, staged in memory (`sync/staging.py`), with `sync/paging.py` saying
   what to ask. A token that expired, also in mid-paging, starts once more as a complete listing
   (F37, F38, F40).
2. Decide: ours, a copy of ours, or made in Google (`sync/lineage.py`, `sync/reconcile.py`).
3. Apply: rows, token and counts together (F05). Nothing is ever removed because a listing failed
   or was short: only a tombstone, or absence from a complete listing within the guard (I12).
"""

from dataclasses import dataclass

from webapp.db.models import CalendarRole, SyncedCalendar
from webapp.google.errors import SyncTokenExpired, Unavailable
from webapp.google.listing import Asked, list_format
from webapp.services import apply_foreign, apply_own, progress, push_messages
from webapp.services.stops import MakesRoom
from webapp.services.sync_context import SyncContext
from webapp.sync.paging import (
    Done,
    Expired,
    ListingNeverEnds,
    ListingRefused,
    NeedPage,
    Page,
    Paging,
)
from webapp.sync.staging import Staged


@dataclass(frozen=True, slots=True)
class Listing:
    """What a pass has read: every item once, the next token, and whether it is complete."""

    items: Staged
    sync_token: str
    is_full: bool
    time_zone: str


def pull(context: SyncContext) -> None:
    """Brings the app up to what Google shows now. Commits once, at the end.

    Raises `GoogleError`, `LeaseLost`, and `MakesRoom` between two pages. While something that a
    listing lacked is held for a person to look at, each pass lists everything, so that trouble at
    Google heals by itself.
    """
    with context.reading() as (session, calendar):
        wished = calendar.requested
        asked, is_counted = _asked(calendar), calendar.role is CalendarRole.OTHER
        reading = _format(calendar, asked)
        is_whole = progress.wants_comparison(session, calendar_id=calendar.id)
        token = calendar.sync_token if calendar.sync_format == reading and not is_whole else ""
        google_id = calendar.google_id or ""
    listing = _gather(context, google_id, asked, token, is_counted=is_counted)
    with context.writing() as (session, calendar):
        calendar.time_zone = listing.time_zone or calendar.time_zone
        sorting = apply_own.apply(
            session, context, calendar, listing.items, is_full=listing.is_full
        )
        apply_foreign.apply(
            session,
            calendar=calendar,
            items=listing.items,
            sorting=sorting,
            is_full=listing.is_full,
            now=context.now(),
        )
        if listing.items and not listing.is_full:
            push_messages.note_untold(session, calendar_id=calendar.id)
        is_in_doubt = listing.is_full and calendar.gone_count > 0
        calendar.sync_token = "" if is_in_doubt else listing.sync_token
        calendar.sync_format = reading
        calendar.completed = max(calendar.completed, wished)
        if is_whole:
            progress.compared(session, calendar_id=calendar.id)
        session.commit()


def _asked(calendar: SyncedCalendar) -> Asked:
    """What is compared with ours is read whole, of all else only what the tile's choice needs."""
    if calendar.role is CalendarRole.DEFAULT:
        return Asked.OWN
    return Asked.DETAILS if calendar.shows_details else Asked.TIMES


def _format(calendar: SyncedCalendar, asked: Asked) -> str:
    """What a token goes with: titles that were not wanted then are missing in what it continues."""
    return f"{list_format(asked)} {'details' if calendar.shows_details else 'times'}"


def _gather(
    context: SyncContext, google_id: str, asked: Asked, sync_token: str, *, is_counted: bool
) -> Listing:
    """Every page into memory; nothing is applied from a listing that does not end (F36, F39)."""
    paging = Paging(sync_token or None)
    time_zone, read = "", 0
    step: NeedPage | Done = paging.start()
    try:
        while isinstance(step, NeedPage):
            answer, zone, count = _ask(context, google_id, asked, step)
            step = paging.answer(answer)
            time_zone, read = zone or time_zone, read + count
            del answer
            _report(context, read if is_counted else None)
            if context.tools.is_stopping():
                raise MakesRoom
    except (ListingNeverEnds, ListingRefused) as endless:
        raise Unavailable("endless_listing") from endless
    return Listing(step.items, step.sync_token or "", step.is_full, time_zone)


def _ask(
    context: SyncContext, google_id: str, asked: Asked, step: NeedPage
) -> tuple[Page | Expired, str, int]:
    """One page, the calendar's zone, and how many items the page had."""
    try:
        page = context.client.events(
            google_id, asked=asked, page_token=step.page_token, sync_token=step.sync_token
        )
    except SyncTokenExpired:
        return Expired(), "", 0
    answer = Page(page.items, page.next_page_token, page.next_sync_token)
    return answer, page.time_zone, len(page.items)


def _report(context: SyncContext, read: int | None) -> None:
    """Keeps the lease alive between pages, and tells people how far it is."""
    with context.writing() as (session, calendar):
        if read is not None:
            progress.count_incoming(session, calendar_id=calendar.id, done=read, total=None)
        session.commit()

"""One pass inwards: list what changed in Google, decide, apply in one transaction.

1. Gather: pages from Google, staged in memory (`sync/staging.py`), with `sync/paging.py` saying
   what to ask. A token that expired, also in mid-paging, starts once more as a complete listing
   (F37, F38, F40), once an hour at most (F39).
2. Decide: ours, a copy of ours, or made in Google (`sync/lineage.py`, `sync/reconcile.py`).
3. Apply: rows, token and counts together (F05). Nothing is ever removed because a listing failed
   or was short: only a tombstone, or absence from a complete listing within the guard (I12).
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from sqlmodel import Session

from webapp.db.models import CalendarRole, SyncedCalendar
from webapp.db.queries.calendar_work import Work
from webapp.google.errors import SyncTokenExpired, Unavailable
from webapp.google.listing import Asked, list_format
from webapp.services import apply_foreign, apply_own, progress, push_messages
from webapp.services.stops import MakesRoom, PlaceLost
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

ONCE_IN = dt.timedelta(hours=1)
"""How often a calendar is read as a whole at most because Google dropped the token."""


@dataclass(frozen=True, slots=True)
class Listing:
    """What a pass has read: every item once, the next token, and whether it is complete.

    `read` counts what came, what came twice twice.
    """

    items: Staged
    sync_token: str
    is_full: bool
    time_zone: str
    read: int


@dataclass(frozen=True, slots=True)
class Look:
    """What a pass asks Google for: changes since `sync_token`, everything without one.

    `asked` is how much of each event, `wished` the count of wishes that this fulfils, `reading`
    what its token goes with. `is_comparison`: somebody wants everything compared (R123).
    `is_counted`: somebody watches a calendar of their own, and is told how many events were read.
    """

    google_id: str
    asked: Asked
    wished: int
    reading: str
    sync_token: str
    is_comparison: bool
    is_counted: bool


def look_at(work: Work) -> Look:
    """The look that is wished now. While something that a listing lacked is held for a person to
    look at, there is no token, so that trouble at Google heals by itself."""
    calendar, asked = work.calendar, _asked(work.calendar)
    reading = _format(calendar, asked)
    is_whole = progress.wants_comparison(work.run)
    has_token = calendar.sync_format == reading and not is_whole
    return Look(
        google_id=calendar.google_id or "",
        asked=asked,
        wished=calendar.requested,
        reading=reading,
        sync_token=calendar.sync_token if has_token else "",
        is_comparison=is_whole,
        is_counted=work.run is not None and asked is not Asked.OWN,
    )


def pull(
    context: SyncContext, look: Look, is_over: Callable[[Session, SyncedCalendar], bool]
) -> bool:
    """Brings the app up to what Google shows now. Commits once, at the end, with what `is_over`
    does in the same transaction; its answer.

    Raises `GoogleError`, `LeaseLost`, and `MakesRoom` between two pages.
    """
    listing = _gather(context, look)
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
        with session.no_autoflush:  # Every other row is written: the calendar's own once is enough.
            if look.is_counted:
                progress.count_incoming(
                    session, calendar_id=calendar.id, done=listing.read, total=None
                )
            _note_look(session, calendar, look, listing)
            over = is_over(session, calendar)
        session.commit()
    return over


def _note_look(session: Session, calendar: SyncedCalendar, look: Look, listing: Listing) -> None:
    """Where the next look goes on, and which wishes this one has fulfilled."""
    is_in_doubt = listing.is_full and calendar.gone_count > 0
    calendar.sync_token = "" if is_in_doubt else listing.sync_token
    calendar.sync_format = look.reading
    calendar.completed = max(calendar.completed, look.wished)
    if look.is_comparison:
        progress.compared(session, calendar_id=calendar.id)


def _asked(calendar: SyncedCalendar) -> Asked:
    """What is compared with ours is read whole, of all else only what the tile's choice needs."""
    if calendar.role is CalendarRole.DEFAULT:
        return Asked.OWN
    return Asked.DETAILS if calendar.shows_details else Asked.TIMES


def _format(calendar: SyncedCalendar, asked: Asked) -> str:
    """What a token goes with: titles that were not wanted then are missing in what it continues."""
    return f"{list_format(asked)} {'details' if calendar.shows_details else 'times'}"


def _gather(context: SyncContext, look: Look) -> Listing:
    """Every page into memory; nothing is applied from a listing that does not end (F36, F39)."""
    paging = Paging(look.sync_token or None)
    time_zone, read = "", 0
    step: NeedPage | Done = paging.start()
    try:
        while isinstance(step, NeedPage):
            answer, zone, count = _ask(context, look, step)
            step = paging.answer(answer)
            time_zone, read = zone or time_zone, read + count
            del answer
            if isinstance(step, NeedPage):
                _go_on(context, read if look.is_counted else None)
    except (ListingNeverEnds, ListingRefused) as endless:
        raise Unavailable("endless_listing") from endless
    return Listing(step.items, step.sync_token or "", step.is_full, time_zone, read)


def _ask(context: SyncContext, look: Look, step: NeedPage) -> tuple[Page | Expired, str, int]:
    """One page, the calendar's zone, and how many items the page had. Raises `PlaceLost`."""
    try:
        page = context.client.events(
            look.google_id,
            asked=look.asked,
            page_token=step.page_token,
            sync_token=step.sync_token,
        )
    except SyncTokenExpired:
        _read_anew(context)
        return Expired(), "", 0
    answer = Page(page.items, page.next_page_token, page.next_sync_token)
    return answer, page.time_zone, len(page.items)


def _read_anew(context: SyncContext) -> None:
    """Keeps a token that dies every time from costing a complete listing every time (F39)."""
    with context.writing() as (session, calendar):
        before, now = calendar.read_anew_at, context.now()
        is_too_soon = before is not None and before <= now < before + ONCE_IN
        if before is not None and is_too_soon:
            calendar.reads_again_at = before + ONCE_IN
        else:
            calendar.read_anew_at = now
        session.commit()
    if is_too_soon:
        raise PlaceLost


def _go_on(context: SyncContext, read: int | None) -> None:
    """Between two pages: keeps the lease alive, and tells people how far it is."""
    with context.writing() as (session, calendar):
        if read is not None:
            progress.count_incoming(session, calendar_id=calendar.id, done=read, total=None)
        session.commit()
    if context.tools.is_stopping():
        raise MakesRoom

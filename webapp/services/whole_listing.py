"""All that a calendar in Google holds, read at once and without a lease: to be asked about."""

from webapp.google.calendar import CalendarClient
from webapp.google.errors import Unavailable
from webapp.google.listing import Asked
from webapp.sync.paging import Done, ListingNeverEnds, ListingRefused, NeedPage, Page, Paging
from webapp.sync.staging import Staged


def whole_listing(client: CalendarClient, google_id: str, *, asked: Asked) -> Staged:
    """Every event of the calendar, cancelled ones too. Raises `GoogleError`."""
    paging = Paging(None)
    step: NeedPage | Done = paging.start()
    try:
        while isinstance(step, NeedPage):
            page = client.events(google_id, asked=asked, page_token=step.page_token)
            step = paging.answer(Page(page.items, page.next_page_token, page.next_sync_token))
    except (ListingNeverEnds, ListingRefused) as endless:
        raise Unavailable("endless_listing") from endless
    return step.items

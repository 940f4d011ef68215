"""Google's list protocol without the network: what to ask next, and when the listing is whole.

    NeedPage ── Page with a next page ──▶ NeedPage      (the old sync token goes along; 5.2)
    NeedPage ── Page without one ──────▶ Done
    NeedPage ── Expired ───────────────▶ NeedPage        (once, from the start, as a full listing)

A listing that names the same page twice, or never ends, raises `ListingNeverEnds`; one that expires
a second time raises `ListingRefused`. Items come out once each: the later one wins (F37 to F40).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from webapp.sync.staging import Item, Staged

MOST_PAGES = 500
MOST_REPEATS = 20


@dataclass(frozen=True, slots=True)
class NeedPage:
    """Ask for this page. Without a sync token it is part of a full listing."""

    page_token: str | None
    sync_token: str | None


@dataclass(frozen=True, slots=True)
class Done:
    """Everything that Google said. `is_full`: what is not here, is not there (GOOGLE.md 5.3)."""

    items: Staged
    sync_token: str | None
    is_full: bool


@dataclass(frozen=True, slots=True)
class Page:
    """An answer with items. Each has an "id"."""

    items: Sequence[Item]
    next_page_token: str | None
    next_sync_token: str | None


@dataclass(frozen=True, slots=True)
class Expired:
    """The answer that the sync token or page token no longer counts."""


class ListingNeverEnds(RuntimeError):
    """Google kept naming another page."""


class ListingRefused(RuntimeError):
    """Even a full listing was answered with an expired token."""


class Paging:
    """One listing. Ask what `start` and then each `answer` returns, until it is `Done`."""

    def __init__(self, sync_token: str | None) -> None:
        self._sync_token = sync_token
        self._items = Staged()
        self._asked: set[str] = set()
        self._pages = self._repeats = 0
        self._has_begun_again = False

    def start(self) -> NeedPage:
        """The first question."""
        return NeedPage(None, self._sync_token)

    def answer(self, answer: Page | Expired) -> NeedPage | Done:
        """Takes Google's answer to the last question."""
        if isinstance(answer, Expired):
            return self._begin_again()
        self._pages += 1
        self._items.add(answer.items)
        if not answer.next_page_token:
            return self._done(answer.next_sync_token)
        return self._next(answer.next_page_token, is_patient=not answer.items)

    def _begin_again(self) -> NeedPage:
        if self._has_begun_again:
            raise ListingRefused("the listing expired again after it had begun anew")
        self._has_begun_again = True
        self._sync_token, self._pages, self._repeats = None, 0, 0
        self._items = Staged()
        self._asked.clear()
        return self.start()

    def _next(self, page_token: str, *, is_patient: bool) -> NeedPage:
        """An empty page may name itself again for a while; any other that does will never end."""
        self._repeats += page_token in self._asked
        is_lost = page_token in self._asked and not is_patient
        if is_lost or self._repeats > MOST_REPEATS or self._pages >= MOST_PAGES:
            raise ListingNeverEnds(f"after {self._pages} pages there is still another one")
        self._asked.add(page_token)
        return NeedPage(page_token, self._sync_token)

    def _done(self, sync_token: str | None) -> Done:
        return Done(self._items, sync_token, is_full=self._sync_token is None)

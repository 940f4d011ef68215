"""Google's list protocol, page by page, without a network."""

from typing import Any

import pytest

from webapp.sync.paging import (
    MOST_PAGES,
    MOST_REPEATS,
    Done,
    Expired,
    ListingNeverEnds,
    ListingRefused,
    NeedPage,
    Page,
    Paging,
)


def item(google_id: str, **fields: Any) -> dict[str, Any]:
    return {"id": google_id, **fields}


def test_a_full_listing_is_whole_after_its_last_page() -> None:
    paging = Paging(None)
    assert paging.start() == NeedPage(None, None)
    assert paging.answer(Page([item("a")], "p2", None)) == NeedPage("p2", None)
    done = paging.answer(Page([item("b")], None, "t1"))
    assert done == Done((item("a"), item("b")), "t1", is_full=True)


def test_the_old_sync_token_goes_along_with_every_page() -> None:
    """GOOGLE.md 5.2."""
    paging = Paging("t1")
    assert paging.start() == NeedPage(None, "t1")
    assert paging.answer(Page([], "p2", None)) == NeedPage("p2", "t1")
    assert paging.answer(Page([], None, "t2")) == Done((), "t2", is_full=False)


def test_of_an_item_that_comes_twice_the_later_one_counts() -> None:
    """An event that changed between two pages."""
    paging = Paging(None)
    paging.answer(Page([item("a", etag="1"), item("b")], "p2", None))
    done = paging.answer(Page([item("a", etag="2")], None, "t"))
    assert isinstance(done, Done)
    assert done.items == (item("b"), item("a", etag="2"))


@pytest.mark.parametrize("pages_before", [0, 1, 3])
def test_an_expired_token_starts_once_more_as_a_full_listing(pages_before: int) -> None:
    """F37, F38, F40, R124: also in mid-paging; what was read before does not count."""
    paging = Paging("t1")
    for number in range(pages_before):
        paging.answer(Page([item(f"old{number}")], f"p{number}", None))
    assert paging.answer(Expired()) == NeedPage(None, None)
    done = paging.answer(Page([item("a")], None, "t2"))
    assert done == Done((item("a"),), "t2", is_full=True)


def test_a_page_may_have_the_same_name_after_a_new_start() -> None:
    paging = Paging("t1")
    paging.answer(Page([], "p2", None))
    paging.answer(Expired())
    assert paging.answer(Page([], "p2", None)) == NeedPage("p2", None)


@pytest.mark.parametrize("sync_token", [None, "t1"])
def test_a_listing_that_expires_twice_is_given_up(sync_token: str | None) -> None:
    """F39: no loop."""
    paging = Paging(sync_token)
    paging.answer(Expired())
    paging.answer(Page([], "p2", None))
    with pytest.raises(ListingRefused):
        paging.answer(Expired())


def test_a_page_that_names_itself_again_is_given_up() -> None:
    paging = Paging(None)
    paging.answer(Page([{"id": "one"}], "p2", None))
    with pytest.raises(ListingNeverEnds):
        paging.answer(Page([{"id": "one"}], "p2", None))


def test_an_empty_page_may_name_itself_again_but_not_for_ever() -> None:
    """F36: Google has nothing ready yet, and says where to ask."""
    paging = Paging(None)
    for _ in range(MOST_REPEATS + 1):
        assert paging.answer(Page([], "p2", None)) == NeedPage("p2", None)
    with pytest.raises(ListingNeverEnds):
        paging.answer(Page([], "p2", None))


def test_a_listing_without_an_end_is_given_up() -> None:
    paging = Paging(None)
    for number in range(1, MOST_PAGES):
        paging.answer(Page([], f"p{number}", None))
    with pytest.raises(ListingNeverEnds):
        paging.answer(Page([], "one more", None))


def test_a_last_page_without_a_token_leaves_none_so_that_the_next_pass_is_full() -> None:
    assert Paging("t1").answer(Page([], None, None)) == Done((), None, is_full=False)

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


def told(step: NeedPage | Done) -> tuple[list[Any], str | None, bool]:
    """Items, token, and whether the listing is complete."""
    assert isinstance(step, Done)
    return [*step.items], step.sync_token, step.is_full


def test_a_full_listing_is_whole_after_its_last_page() -> None:
    paging = Paging(None)
    assert paging.start() == NeedPage(None, None)
    assert paging.answer(Page([item("a")], "p2", None)) == NeedPage("p2", None)
    done = paging.answer(Page([item("b")], None, "t1"))
    assert told(done) == ([item("a"), item("b")], "t1", True)


def test_the_old_sync_token_goes_along_with_every_page() -> None:
    """GOOGLE.md 5.2."""
    paging = Paging("t1")
    assert paging.start() == NeedPage(None, "t1")
    assert paging.answer(Page([], "p2", None)) == NeedPage("p2", "t1")
    assert told(paging.answer(Page([], None, "t2"))) == ([], "t2", False)


def test_of_an_item_that_comes_twice_the_later_one_counts() -> None:
    """An event that changed between two pages."""
    paging = Paging(None)
    paging.answer(Page([item("a", etag="1"), item("b")], "p2", None))
    done = paging.answer(Page([item("a", etag="2")], None, "t"))
    assert isinstance(done, Done)
    assert [*done.items] == [item("b"), item("a", etag="2")]
    assert len(done.items) == len(done.items.ids) == 2


@pytest.mark.parametrize("pages_before", [0, 1, 3])
def test_an_expired_token_starts_once_more_as_a_full_listing(pages_before: int) -> None:
    """F37, F38, F40, R124: also in mid-paging; what was read before does not count."""
    paging = Paging("t1")
    for number in range(pages_before):
        paging.answer(Page([item(f"old{number}")], f"p{number}", None))
    assert paging.answer(Expired()) == NeedPage(None, None)
    done = paging.answer(Page([item("a")], None, "t2"))
    assert told(done) == ([item("a")], "t2", True)


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
    assert told(Paging("t1").answer(Page([], None, None))) == ([], None, False)


def test_masters_come_before_exceptions_and_both_before_what_is_cancelled() -> None:
    """F49, Q6: whatever order Google chose, and as often as somebody goes through them."""
    paging = Paging(None)
    exception = item("a_20270301T090000Z", recurringEventId="a")
    gap = item("a_20270308T090000Z", recurringEventId="a", status="cancelled")
    paging.answer(Page([item("z", status="cancelled"), exception], "p2", None))
    done = paging.answer(Page([gap, item("a")], None, "t"))
    assert isinstance(done, Done)
    order = [item("a"), exception, item("z", status="cancelled"), gap]
    assert [*done.items] == order
    assert [*done.items] == order


def test_the_later_one_counts_whatever_it_has_become() -> None:
    """An event that was deleted between two pages, and an occurrence that was put back."""
    paging = Paging(None)
    paging.answer(Page([item("a"), item("b", status="cancelled")], "p2", None))
    done = paging.answer(Page([item("a", status="cancelled"), item("b")], None, "t"))
    assert isinstance(done, Done)
    assert [*done.items] == [item("b"), item("a", status="cancelled")]

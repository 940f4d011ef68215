"""The short way to a calendar that was read before answers as the view does, or leaves it to it."""

import datetime as dt
import io
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import select
from werkzeug.test import TestResponse

from tests.feeds.conftest import Book, Subscriber
from tests.web.conftest import NOW, Clock
from webapp.db.models import FeedLink, Member, SyncSettings
from webapp.domain.naming import Display
from webapp.services import feed_links, kept_feeds
from webapp.web.feed_shortcut import FeedShortcut
from webapp.web.limits import PER_FEED

DAY = dt.timedelta(days=1)
PACKED = {"Accept-Encoding": "gzip"}


@pytest.fixture
def asked_view(subscriber: Subscriber) -> Callable[[], int]:
    """How many requests have gone the long way since the last time somebody asked."""
    shortcut = subscriber.app.wsgi_app
    assert isinstance(shortcut, FeedShortcut)
    by_the_view, count = shortcut._long_way, [0]

    def counted(environ: Any, start_response: Any) -> Any:
        count[0] += 1
        return by_the_view(environ, start_response)

    shortcut._long_way = counted

    def since() -> int:
        found, count[0] = count[0], 0
        return found

    return since


@pytest.fixture
def followed(
    subscriber: Subscriber, book: Book, asked_view: Callable[[], int]
) -> tuple[TestResponse, TestResponse]:
    """Somebody has read Ada's calendar and asked again: the view's two answers."""
    book(NOW + DAY)
    first = subscriber.browser.get(subscriber.path)
    again = subscriber.browser.get(subscriber.path, headers=known(first))
    assert asked_view() == 2
    return first, again


def known(answer: TestResponse) -> dict[str, str]:
    """What a program sends that has this answer."""
    return {"If-None-Match": answer.headers["ETag"]}


@pytest.mark.parametrize("accepts", [{}, PACKED], ids=["plain", "packed"])
def test_the_second_answer_is_the_first_one_again(
    subscriber: Subscriber, book: Book, asked_view: Callable[[], int], accepts: dict[str, str]
) -> None:
    """F107, ICALENDAR.md A8, 6: headers and bytes, apart from the request's own name."""
    book(NOW + DAY)
    first, second = (subscriber.browser.get(subscriber.path, headers=accepts) for _ in range(2))
    assert asked_view() == 1
    assert (second.status_code, second.data) == (200, first.data)
    assert lasting(second) == lasting(first)
    assert second.headers["X-Request-Id"] != first.headers["X-Request-Id"]


@pytest.mark.parametrize("form", ["{}", "W/{}"])
def test_nothing_new_is_said_without_the_view(
    subscriber: Subscriber,
    followed: tuple[TestResponse, TestResponse],
    asked_view: Callable[[], int],
    form: str,
) -> None:
    """RFC 9110 15.4.5: a 304 repeats what it is about."""
    first, by_the_view = followed
    headers = {"If-None-Match": form.format(first.headers["ETag"])}
    answer = subscriber.browser.get(subscriber.path, headers=headers)
    assert asked_view() == 0
    assert (answer.status_code, answer.data) == (304, b"")
    for name in ("ETag", "Cache-Control"):
        assert answer.headers[name] == by_the_view.headers[name] == first.headers[name]
    assert "Accept-Encoding" in answer.headers["Vary"]


def test_what_was_sent_is_in_the_log_once_and_nothing_new_is_not(
    subscriber: Subscriber, followed: tuple[TestResponse, TestResponse], log_lines: io.StringIO
) -> None:
    """R45: with the way it was answered, and without the address."""
    first, _ = followed
    before = len(log_lines.getvalue().splitlines())
    subscriber.browser.get(subscriber.path, headers=known(first))
    subscriber.browser.get(subscriber.path).close()
    [written] = log_lines.getvalue().splitlines()[before:]
    line = json.loads(written)
    assert (line["event"], line["endpoint"]) == ("web.request.finished", "feeds.show")
    assert line["status"] == 200
    assert line["request_id"]
    assert line["path"].startswith(f"{subscriber.path[:13]}…")


@pytest.mark.usefixtures("followed")
@pytest.mark.parametrize(
    "headers",
    [
        {"If-None-Match": "*"},
        {"If-None-Match": '"one", "another"'},
        {"If-Modified-Since": "Mon, 23 Nov 2026 09:00:00 GMT"},
        {"User-Agent": "Google-Calendar-Importer"},
        {"Host": "elsewhere.example.com"},
        PACKED,
    ],
    ids=lambda headers: next(iter(headers.items()))[1],
)
def test_whatever_is_asked_otherwise_is_the_views(
    subscriber: Subscriber, asked_view: Callable[[], int], headers: dict[str, str]
) -> None:
    """A reader that was not noted yet goes there too (R44)."""
    subscriber.browser.get(subscriber.path, headers=headers)
    assert asked_view() == 1


@pytest.mark.usefixtures("followed")
@pytest.mark.parametrize("method", ["HEAD", "POST", "OPTIONS"])
def test_other_methods_are_the_views(
    subscriber: Subscriber, asked_view: Callable[[], int], method: str
) -> None:
    subscriber.browser.open(subscriber.path, method=method)
    assert asked_view() == 1


@pytest.mark.parametrize("accepts", [{}, PACKED], ids=["plain", "packed"])
def test_an_edit_is_in_the_very_next_answer_as_the_view_would_give_it(
    subscriber: Subscriber, book: Book, asked_view: Callable[[], int], accepts: dict[str, str]
) -> None:
    """R39; ICALENDAR.md A8, 2 and 6: one event is rendered, and nobody can tell how."""
    book(NOW + DAY)
    first = subscriber.browser.get(subscriber.path, headers=accepts)
    book(NOW + 2 * DAY, rule="FREQ=WEEKLY")
    asked_view()
    answer = subscriber.browser.get(subscriber.path, headers=accepts | known(first))
    assert asked_view() == 0
    kept_feeds.MEMORY.clear()
    begun = subscriber.browser.get(subscriber.path, headers=accepts)
    assert (answer.status_code, answer.data) == (200, begun.data)
    assert lasting(answer) == lasting(begun) != lasting(first)


def test_what_the_short_way_brought_up_to_date_is_unchanged_from_then_on(
    subscriber: Subscriber,
    followed: tuple[TestResponse, TestResponse],
    book: Book,
    asked_view: Callable[[], int],
) -> None:
    first, _ = followed
    book(NOW + 2 * DAY)
    new = subscriber.browser.get(subscriber.path, headers=known(first))
    assert new.text.count("BEGIN:VEVENT") == 2
    assert subscriber.browser.get(subscriber.path, headers=known(new)).status_code == 304
    assert subscriber.browser.get(subscriber.path, headers=known(first)).status_code == 200
    assert asked_view() == 0


def test_a_change_of_every_event_is_the_views(
    subscriber: Subscriber, followed: tuple[TestResponse, TestResponse], book: Book
) -> None:
    """R27: another display is in the very next answer, together with an event that changed."""
    first, _ = followed
    book(NOW + 2 * DAY)
    with subscriber.writing() as session:
        session.exec(select(SyncSettings)).one().display = Display.INITIALS
        session.commit()
    answer = subscriber.browser.get(subscriber.path, headers=known(first))
    titles = [one for one in answer.text.splitlines() if one.startswith("SUMMARY")]
    assert len(titles) == 2
    assert (
        len({*titles, *(one for one in first.text.splitlines() if one.startswith("SUMMARY"))}) == 2
    )


def test_many_readers_at_once_are_brought_up_to_date_together(
    subscriber: Subscriber, followed: tuple[TestResponse, TestResponse], book: Book
) -> None:
    """Whoever comes second waits, and finds it done or goes to the view."""
    assert followed
    for number in range(2, 12):
        book(NOW + number * DAY)
        with ThreadPoolExecutor(4) as readers:
            asked = [readers.submit(_read, subscriber) for _ in range(4)]
        assert {one.result().count("BEGIN:VEVENT") for one in asked} == {number}


@pytest.mark.parametrize(
    ("table", "column", "value", "status"),
    [
        (FeedLink, "revoked_at", NOW, 410),
        (FeedLink, "generation", 2, 410),
        (Member, "is_active", False, 404),
        (SyncSettings, "is_enabled", False, 404),
    ],
)
def test_an_address_that_ended_is_refused_on_the_very_next_request(
    subscriber: Subscriber,
    followed: tuple[TestResponse, TestResponse],
    table: type[FeedLink],
    column: str,
    value: object,
    status: int,
) -> None:
    """R16, R43, R131: whoever has the calendar is told, too."""
    first, _ = followed
    with subscriber.writing() as session:
        is_adas = Member.id == subscriber.world.ada.id if table is Member else True
        setattr(session.exec(select(table).where(is_adas)).one(), column, value)  # type: ignore[arg-type]
        session.commit()
    for headers in ({}, known(first)):
        assert subscriber.browser.get(subscriber.path, headers=headers).status_code == status


def test_a_reset_ends_the_old_address_and_not_the_new_one(
    subscriber: Subscriber, followed: tuple[TestResponse, TestResponse]
) -> None:
    old, (first, _) = subscriber.path, followed
    with subscriber.writing() as session:
        new = feed_links.reset(
            session, by=subscriber.world.ada, link_id=subscriber.link.id, now=NOW
        )
    path = feed_links.address(subscriber.app.extensions["settings"], new).partition(":8000")[2]
    for _ in range(3):
        assert subscriber.browser.get(path).status_code == 200
        assert subscriber.browser.get(old, headers=known(first)).status_code == 410


def test_at_midnight_the_window_moves(
    subscriber: Subscriber, followed: tuple[TestResponse, TestResponse], clock: Clock
) -> None:
    first, _ = followed
    clock.advance(days=1)
    assert subscriber.browser.get(subscriber.path, headers=known(first)).status_code == 200


def test_a_reading_is_noted_again_after_five_minutes(
    subscriber: Subscriber, followed: tuple[TestResponse, TestResponse], clock: Clock
) -> None:
    """R44."""
    first, _ = followed
    clock.advance(minutes=5)
    subscriber.browser.get(subscriber.path, headers=known(first))
    with subscriber.writing() as session:
        assert session.get_one(FeedLink, subscriber.link.id).last_read_at == clock()


def test_trouble_is_the_views_to_tell(
    subscriber: Subscriber, followed: tuple[TestResponse, TestResponse]
) -> None:
    """A5: 503 and Retry-After, though this process still has the calendar."""
    first, _ = followed
    subscriber.app.config["PROPAGATE_EXCEPTIONS"] = False
    with subscriber.database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE feed_link RENAME TO feed_link_away"))
    for headers in ({}, known(first)):
        answer = subscriber.browser.get(subscriber.path, headers=headers)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "600")


def test_one_address_can_be_read_too_often(
    subscriber: Subscriber, followed: tuple[TestResponse, TestResponse], clock: Clock
) -> None:
    """F107: the short way counts too; ten minutes later all is well."""
    first, _ = followed
    for _ in range(PER_FEED - 2):
        answer = subscriber.browser.get(subscriber.path, headers=known(first))
        assert answer.status_code == 304
    refused = subscriber.browser.get(subscriber.path, headers=known(first))
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "600")
    clock.advance(minutes=10)
    assert subscriber.browser.get(subscriber.path, headers=known(first)).status_code == 304


def test_a_practice_feed_always_goes_the_long_way(
    subscriber: Subscriber, asked_view: Callable[[], int], as_owner_link: str
) -> None:
    """Many rows say whether it has changed."""
    for _ in range(3):
        assert subscriber.browser.get(as_owner_link).status_code == 200
    assert asked_view() == 3
    assert kept_feeds.MEMORY.peek(subscriber.link.id) is None


@pytest.fixture
def as_owner_link(subscriber: Subscriber) -> str:
    """The path of a feed of the whole practice."""
    dora = subscriber.world.dora
    choice = feed_links.LinkChoice("Everybody", is_practice=True)
    with subscriber.writing() as session:
        link = feed_links.add(session, by=dora, choice=choice, now=NOW)
    return feed_links.address(subscriber.app.extensions["settings"], link).partition(":8000")[2]


def lasting(answer: TestResponse) -> dict[str, str]:
    """The headers that do not belong to one request."""
    return {name: value for name, value in answer.headers if name != "X-Request-Id"}


def _read(subscriber: Subscriber) -> str:
    answer = subscriber.app.test_client().get(subscriber.path)
    assert answer.status_code == 200
    return answer.text

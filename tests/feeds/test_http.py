"""The HTTP side of a feed, as calendar programs rely on it (ICALENDAR.md A5)."""

import base64
import datetime as dt
import io
from email.utils import parsedate_to_datetime

import pytest
from sqlalchemy import text
from sqlmodel import select

from tests.feeds.conftest import Book, Subscriber
from tests.web.conftest import NOW, Clock
from webapp.db.models import FeedLink, Member, SyncSettings
from webapp.services import feed_links, feeds

DAY = dt.timedelta(days=1)


def test_it_answers_the_same_to_everybody_without_a_cookie_or_a_redirect(
    subscriber: Subscriber, book: Book
) -> None:
    """R34: Google sends no Accept header at all."""
    book(NOW + DAY)
    bodies = set()
    for accept in (None, "*/*", "text/html", "text/calendar,text/plain;q=0.8,*/*;q=0.5"):
        headers = {"Accept": accept} if accept else {}
        answer = subscriber.browser.get(subscriber.path, headers=headers)
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
        assert "Set-Cookie" not in answer.headers
        assert int(answer.headers["Content-Length"]) == len(answer.data)
        bodies.add(answer.data)
    assert len(bodies) == 1


def test_its_headers_keep_the_address_to_itself(subscriber: Subscriber) -> None:
    """R45: neither indexed nor passed on; always asked for again."""
    headers = subscriber.browser.get(subscriber.path).headers
    assert headers["Cache-Control"] == "private, no-cache"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Robots-Tag"] == "noindex, nofollow, noarchive"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Disposition"] == 'inline; filename="practice.ics"'


@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', "*"])
def test_what_a_program_has_already_is_not_sent_again(subscriber: Subscriber, form: str) -> None:
    """R42."""
    etag = subscriber.browser.get(subscriber.path).headers["ETag"]
    assert not etag.startswith("W/")
    answer = subscriber.browser.get(subscriber.path, headers={"If-None-Match": form.format(etag)})
    assert (answer.status_code, answer.data) == (304, b"")
    assert answer.headers["ETag"] == etag
    assert answer.headers["Cache-Control"] == "private, no-cache"


def test_the_etag_wins_over_the_date(subscriber: Subscriber, book: Book) -> None:
    first = subscriber.browser.get(subscriber.path).headers
    book(NOW + DAY)
    headers = {"If-None-Match": first["ETag"], "If-Modified-Since": first["Last-Modified"]}
    assert subscriber.browser.get(subscriber.path, headers=headers).status_code == 200


def test_the_date_of_the_last_change_will_do(
    subscriber: Subscriber, book: Book, clock: Clock
) -> None:
    clock.advance(hours=1)
    book(NOW + DAY)
    clock.advance(hours=1)
    answer = subscriber.browser.get(subscriber.path)
    assert parsedate_to_datetime(answer.headers["Last-Modified"]) == NOW + dt.timedelta(hours=1)
    since = {"If-Modified-Since": answer.headers["Last-Modified"]}
    assert subscriber.browser.get(subscriber.path, headers=since).status_code == 304
    earlier = {"If-Modified-Since": "Mon, 23 Nov 2026 09:59:59 GMT"}
    assert subscriber.browser.get(subscriber.path, headers=earlier).status_code == 200


def test_head_is_get_without_the_body(subscriber: Subscriber, book: Book) -> None:
    book(NOW + DAY)
    get, head = (ask(subscriber.path) for ask in (subscriber.browser.get, subscriber.browser.head))
    assert (head.status_code, head.data) == (200, b"")
    for name in ("Content-Type", "Content-Length", "ETag", "Last-Modified", "Cache-Control"):
        assert head.headers[name] == get.headers[name]


def test_another_day_is_another_window_and_another_etag_only_if_something_left_it(
    subscriber: Subscriber, book: Book, clock: Clock
) -> None:
    book(NOW - 60 * DAY)
    first = subscriber.browser.get(subscriber.path)
    clock.advance(minutes=5)
    assert subscriber.browser.get(subscriber.path).headers["ETag"] == first.headers["ETag"]
    clock.advance(days=1)
    assert subscriber.browser.get(subscriber.path).headers["ETag"] != first.headers["ETag"]


def test_a_change_is_in_the_very_next_answer(subscriber: Subscriber, book: Book) -> None:
    """R39."""
    before = subscriber.browser.get(subscriber.path).headers["ETag"]
    book(NOW + DAY)
    assert subscriber.browser.get(subscriber.path).headers["ETag"] != before


def test_an_address_nobody_made_answers_as_one_that_is_switched_off(
    subscriber: Subscriber,
) -> None:
    """R16, R45: 404 without a hint that there is such a practitioner."""
    guessed = subscriber.browser.get("/feeds/" + "A" * 59 + ".ics")
    with subscriber.writing() as session:
        session.exec(select(SyncSettings)).one().is_enabled = False
        session.commit()
    switched_off = subscriber.browser.get(subscriber.path)
    assert guessed.status_code == switched_off.status_code == 404
    assert guessed.data == switched_off.data == b"There is no calendar at this address.\n"
    ignored = {"X-Request-Id"}
    assert {k: v for k, v in guessed.headers if k not in ignored} == {
        k: v for k, v in switched_off.headers if k not in ignored
    }


def test_a_practitioner_who_left_has_no_feed(subscriber: Subscriber) -> None:
    """R131."""
    with subscriber.writing() as session:
        session.get_one(Member, subscriber.world.ada.id).is_active = False
        session.commit()
    assert subscriber.browser.get(subscriber.path).status_code == 404


def test_an_address_that_was_reset_is_gone_and_the_new_one_works(
    subscriber: Subscriber, clock: Clock
) -> None:
    """R43; 410 makes programs stop asking."""
    old = subscriber.path
    assert subscriber.browser.get(old).status_code == 200
    with subscriber.writing() as session:
        new = feed_links.reset(session, by=subscriber.world.ada, now=clock())
    answer = subscriber.browser.get(old)
    assert (answer.status_code, answer.mimetype) == (410, "text/plain")
    path = feed_links.address(subscriber.app.extensions["settings"], new).partition(":8000")[2]
    assert subscriber.browser.get(path).status_code == 200


def test_a_revoked_address_is_gone(subscriber: Subscriber) -> None:
    with subscriber.writing() as session:
        session.get_one(FeedLink, subscriber.link.id).revoked_at = NOW
        session.commit()
    assert subscriber.browser.get(subscriber.path).status_code == 410


def test_trouble_asks_to_come_back_and_never_shows_an_empty_calendar(
    subscriber: Subscriber, log_lines: io.StringIO
) -> None:
    """Thunderbird deletes all events for an empty 200 (A5)."""
    subscriber.app.config["PROPAGATE_EXCEPTIONS"] = False
    with subscriber.database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE feed_link RENAME TO feed_link_away"))
    answer = subscriber.browser.get(subscriber.path)
    assert (answer.status_code, answer.mimetype) == (503, "text/plain")
    assert int(answer.headers["Retry-After"]) > 0
    assert "feed.answer.failed" in log_lines.getvalue()


def test_a_forged_address_never_reaches_the_database(subscriber: Subscriber) -> None:
    """HOUSE.md 10 d: guesses cost one HMAC."""
    with subscriber.database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE feed_link RENAME TO feed_link_away"))
    raw = bytearray(base64.urlsafe_b64decode(_token(subscriber) + "="))
    raw[-1] ^= 1
    forged = base64.urlsafe_b64encode(raw).decode().rstrip("=")
    assert subscriber.browser.get(f"/feeds/{forged}.ics").status_code == 404


def test_guesses_are_limited_and_real_addresses_are_not(subscriber: Subscriber) -> None:
    """R45: a large provider reads from one address, its good feeds must not suffer."""
    answers = [subscriber.browser.get(f"/feeds/{'A' * 50}{number:09d}.ics") for number in range(25)]
    assert [answer.status_code for answer in answers] == [404] * 20 + [429] * 5
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert answers[-1].mimetype == "text/plain"
    for _ in range(30):
        assert subscriber.browser.get(subscriber.path).status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_it_can_only_be_read(subscriber: Subscriber, method: str) -> None:
    """R40."""
    assert subscriber.browser.open(subscriber.path, method=method).status_code == 405


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Google-Calendar-Importer", "Google"),
        ("iOS/18.1 (22B83) dataaccessd/1.0", "Apple"),
        ("Mozilla/5.0 (X11; Linux) Thunderbird/140.1", "Thunderbird"),
        ("Microsoft.Exchange/15.20", "Outlook"),
        ("curl/8.1 <script>", "another program"),
        ("", "another program"),
    ],
)
def test_it_notes_who_read_it_last(subscriber: Subscriber, agent: str, name: str) -> None:
    """R44."""
    subscriber.browser.get(subscriber.path, headers={"User-Agent": agent})
    link = _link(subscriber)
    assert (link.last_read_at, link.last_reader) == (NOW, name)


def test_it_notes_reading_at_most_once_in_five_minutes(
    subscriber: Subscriber, clock: Clock
) -> None:
    for minutes, expected in ((0, 0), (4, 0), (1, 5)):
        clock.advance(minutes=minutes)
        subscriber.browser.get(subscriber.path)
        assert _link(subscriber).last_read_at == NOW + dt.timedelta(minutes=expected)


def test_the_address_is_not_in_the_log(subscriber: Subscriber, log_lines: io.StringIO) -> None:
    """R45."""
    for path in (subscriber.path, subscriber.path.replace(".ics", "x.ics")):
        subscriber.browser.get(path)
    assert log_lines.getvalue().count("web.request.finished") == 2
    assert _token(subscriber)[10:] not in log_lines.getvalue()


def test_an_unchanged_feed_is_answered_without_reading_events(
    subscriber: Subscriber, book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A8, 6; F107."""
    book(NOW + DAY)
    etag = subscriber.browser.get(subscriber.path).headers["ETag"]
    monkeypatch.delattr(feeds, "feed_appointments")
    assert subscriber.browser.get(subscriber.path).status_code == 200
    answer = subscriber.browser.get(subscriber.path, headers={"If-None-Match": etag})
    assert answer.status_code == 304


def _token(subscriber: Subscriber) -> str:
    return subscriber.path.removeprefix("/feeds/").removesuffix(".ics")


def _link(subscriber: Subscriber) -> FeedLink:
    with subscriber.writing() as session:
        return session.get_one(FeedLink, subscriber.link.id)

"""The HTTP side of a feed, as calendar programs rely on it (ICALENDAR.md A5)."""

import base64
import datetime as dt
import gzip
import io
import random
from dataclasses import replace
from email.utils import parsedate_to_datetime

import pytest
from sqlalchemy import text
from sqlmodel import select

from tests.feeds.conftest import Book, Subscriber
from tests.web.conftest import NOW, Clock
from webapp.db.models import Appointment, FeedLink, Member, SyncSettings
from webapp.services import feed_filling, feed_links, feed_reading, kept_feeds
from webapp.services.feed_reading import Reader

pytestmark = pytest.mark.page

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


def test_another_day_is_another_window_and_another_etag(
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
        new = feed_links.reset(
            session, by=subscriber.world.ada, link_id=subscriber.link.id, now=clock()
        )
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


def test_every_refusal_is_plain_and_keeps_nothing(subscriber: Subscriber) -> None:
    """A5, to the letter: no calendar, no validator, no cookie, no redirect; when to come back is
    said where coming back helps."""
    subscriber.app.config["PROPAGATE_EXCEPTIONS"] = False
    unknown = subscriber.browser.get("/feeds/" + "A" * 59 + ".ics")
    with subscriber.writing() as session:
        feed_links.revoke(session, by=subscriber.world.ada, link_id=subscriber.link.id, now=NOW)
    gone = subscriber.browser.get(subscriber.path)
    with subscriber.database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE feed_link RENAME TO feed_link_away"))
    trouble = subscriber.browser.get(subscriber.path)
    guessed_too_often = [subscriber.browser.get(f"/feeds/{'A' * 59}.ics") for _ in range(21)][-1]
    answers = {404: unknown, 410: gone, 503: trouble, 429: guessed_too_often}
    for status, answer in answers.items():
        headers = answer.headers
        assert answer.status_code == status
        assert headers["Content-Type"] == "text/plain; charset=utf-8"
        assert headers["Cache-Control"] == "private, no-cache"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Robots-Tag"] == "noindex, nofollow, noarchive"
        assert headers.get("Retry-After") == ("600" if status in (429, 503) else None)
        assert not {"ETag", "Last-Modified", "Set-Cookie", "Location"} & set(headers.keys())
        assert b"BEGIN" not in answer.data


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
    assert _link(subscriber).last_read_at == NOW
    assert [(one.name, one.last_read_at) for one in _readers(subscriber)] == [(name, NOW)]


def test_each_family_of_readers_is_noted_for_itself(subscriber: Subscriber, clock: Clock) -> None:
    """U1; a reset begins anew."""
    for agent in ("Google-Calendar-Importer", "iOS/18.1 dataaccessd/1.0"):
        subscriber.browser.get(subscriber.path, headers={"User-Agent": agent})
        clock.advance(hours=1)
    assert [one.name for one in _readers(subscriber)] == ["Apple", "Google"]
    clock.advance(days=3)
    assert [one.has_stopped for one in _readers(subscriber, now=clock())] == [True, True]
    with subscriber.writing() as session:
        feed_links.reset(session, by=subscriber.world.ada, link_id=subscriber.link.id, now=clock())
    assert _readers(subscriber) == []


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
    monkeypatch.delattr(feed_filling, "feed_appointments")
    assert subscriber.browser.get(subscriber.path).status_code == 200
    answer = subscriber.browser.get(subscriber.path, headers={"If-None-Match": etag})
    assert answer.status_code == 304


def test_gzip_is_for_those_who_ask_and_has_an_etag_of_its_own(
    subscriber: Subscriber, book: Book
) -> None:
    """A5: strong and per representation; what is packed is what is not."""
    for number in range(30):
        book(NOW + number * DAY)
    plain = subscriber.browser.get(subscriber.path)
    packed = subscriber.browser.get(subscriber.path, headers={"Accept-Encoding": "gzip, br"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) == int(packed.headers["Content-Length"]) < len(plain.data) / 4
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert "Accept-Encoding" in packed.headers["Vary"]
    for accept, etag, status in (
        ("gzip", packed.headers["ETag"], 304),
        ("gzip", plain.headers["ETag"], 200),
        ("identity", plain.headers["ETag"], 304),
        ("gzip;q=0", plain.headers["ETag"], 304),
    ):
        headers = {"Accept-Encoding": accept, "If-None-Match": etag}
        assert subscriber.browser.get(subscriber.path, headers=headers).status_code == status


def test_gzip_can_be_switched_off(subscriber: Subscriber) -> None:
    """A5: one report has Outlook failing with it."""
    extensions = subscriber.app.extensions
    extensions["settings"] = replace(extensions["settings"], is_feed_gzipped=False)
    answer = subscriber.browser.get(subscriber.path, headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in answer.headers


def test_another_process_with_the_same_rows_gives_the_same_bytes_and_etag(
    subscriber: Subscriber, book: Book, clock: Clock
) -> None:
    """A8, 2: following the changes ends where beginning anew does."""
    first, second = book(NOW + DAY, rule="FREQ=WEEKLY"), book(NOW + 2 * DAY)
    subscriber.browser.get(subscriber.path)
    with subscriber.writing() as session:
        for row, columns in ((first, {"location": "Room 2"}), (second, {"cancelled_at": NOW})):
            found = session.get_one(Appointment, row.id)
            for column, value in columns.items():
                setattr(found, column, value)
            found.changed_at = clock()
            session.add(found)
        session.commit()
    book(NOW + 3 * DAY)
    followed = subscriber.browser.get(subscriber.path)
    kept_feeds.MEMORY.clear()
    begun = subscriber.browser.get(subscriber.path)
    assert (followed.data, followed.headers["ETag"]) == (begun.data, begun.headers["ETag"])


def test_one_changed_event_is_the_only_one_rendered_again(
    subscriber: Subscriber, book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A8, 6."""
    for number in range(5):
        book(NOW + number * DAY)
    subscriber.browser.get(subscriber.path)
    read: list[int] = []
    usual = feed_filling.changes_since
    monkeypatch.setattr(
        feed_filling,
        "changes_since",
        lambda *args, **kwargs: (found := usual(*args, **kwargs), read.append(len(found.ids)))[0],
    )
    book(NOW + 9 * DAY)
    assert subscriber.browser.get(subscriber.path).text.count("BEGIN:VEVENT") == 6
    assert read == [1]


@pytest.mark.long
@pytest.mark.slow
def test_ten_thousand_guesses_teach_nothing_and_are_slowed_down(subscriber: Subscriber) -> None:
    """R45, RELIABILITY.md 3.8: one body for every wrong address until the limit, then another."""
    chance = random.Random(45)
    seen = set()
    for _ in range(10_000):
        guess = base64.urlsafe_b64encode(chance.randbytes(44)).decode().rstrip("=")
        answer = subscriber.browser.get(f"/feeds/{guess}.ics")
        seen.add((answer.status_code, answer.data))
    assert {status for status, _ in seen} == {404, 429}
    assert len(seen) == 2


def _readers(subscriber: Subscriber, *, now: dt.datetime = NOW) -> list[Reader]:
    with subscriber.writing() as session:
        link_id = subscriber.link.id
        found = feed_reading.readers(session, link_ids=[link_id], now=now)
    return found.get(link_id, [])


def _token(subscriber: Subscriber) -> str:
    return subscriber.path.removeprefix("/feeds/").removesuffix(".ics")


def _link(subscriber: Subscriber) -> FeedLink:
    with subscriber.writing() as session:
        return session.get_one(FeedLink, subscriber.link.id)

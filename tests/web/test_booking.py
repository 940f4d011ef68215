"""The public booking page as a client meets it, without scripts, and what it keeps to itself."""

import datetime as dt
import io
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from limits import parse
from sqlmodel import select
from werkzeug.test import TestResponse

from tests.cast import CANARY, World
from tests.services.booking_rows import TEN, appointments_of, open_desk
from tests.web.conftest import Clock, MakeApp, SignIn, make_settings
from tests.web.google_rows import given_google, google_row
from webapp.config import Settings
from webapp.db.engine import Database
from webapp.db.models import Booking, Client
from webapp.db.scope import Scope
from webapp.domain.booking_pause import LONGEST_UNREAD
from webapp.domain.timespan import TimedSpan
from webapp.services import appointments
from webapp.web import limits

PAGE = "/book/harbour-practice/ada-lind"
AT = "2026-11-26T09:00Z"
"""Thursday at ten in Berlin."""
SECRETS = re.compile(r'/bookings/[\w-]+|"X-CSRFToken": "[^"]+"|name="csrf_token" value="[^"]+"')
"""What differs from one answer to the next whoever gets it."""
LINK = re.compile(r"http://localhost:8000(/bookings/\S+)")


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """A server whose mails are files."""
    mails = f"file://{tmp_path / 'mails'}"
    return make_settings(database_url, MAIL_SERVER=mails, MAIL_FROM="practice@example.test")


@pytest.fixture(autouse=True)
def open_page(database: Database, world: World) -> None:
    """Ada can be booked online."""
    open_desk(database, world.ada)


def mails(tmp_path: Path) -> list[str]:
    """What was sent, in order."""
    return [path.read_text() for path in sorted((tmp_path / "mails").glob("*"))]


def link(tmp_path: Path) -> str:
    """The path of the newest link that a mail asked to open."""
    found = [LINK.search(mail) for mail in mails(tmp_path)]
    return [match[1] for match in found if match][-1]


def filled(client: FlaskClient, clock: Clock, **fields: str) -> dict[str, str]:
    """Cleo has opened the form, and taken her time to fill it in."""
    page = client.get(f"{PAGE}/new", query_string={"at": AT}).text
    stamp = re.search(r'name="form_key" value="([^"]+)"', page)
    assert stamp
    clock.advance(seconds=20)
    own = {"given_name": "Cleo", "family_name": "Marsh", "email": "cleo@example.test"}
    return {"at": AT, "zone": "Europe/Berlin", "form_key": stamp[1], **own, **fields}


def ask(client: FlaskClient, clock: Clock, **fields: str) -> TestResponse:
    """Fills in the form and sends it."""
    return client.post(PAGE, data=filled(client, clock, **fields))


def busy(database: Database, world: World, **calendar: object) -> None:
    """Thursday at ten is taken by an event of Google's with a telling title."""
    span = TimedSpan(TEN, TEN + dt.timedelta(minutes=50), "Europe/Berlin")
    with database.writing(Scope.practice(world.practice.id)) as session:
        google_row(session, given_google(session, world, **calendar), span, summary=CANARY)
        session.commit()


def test_a_client_books_from_the_first_page_to_the_calendar_file(
    client: FlaskClient, clock: Clock, database: Database, world: World, tmp_path: Path
) -> None:
    """6.6, S44, S55: who, day, time, details, mail, confirmed."""
    first = client.get("/book/harbour-practice")
    assert (first.status_code, first.location) == (303, PAGE)
    assert f'href="{PAGE}/new?at=2026-11-26T09:00Z' in client.get(f"{PAGE}?on=2026-11-26").text
    sent = ask(client, clock)
    assert sent.status_code == 303
    assert "look into your mail" in client.get(sent.location).text
    address = link(tmp_path)
    assert "Confirm your appointment" in client.get(address).text
    assert appointments_of(database, world.ada) == [], "opening the link books nothing"
    assert client.post(address).status_code == 303
    assert "Your appointment is booked" in client.get(address).text
    assert [row.starts_at for row in appointments_of(database, world.ada)] == [TEN]
    file = client.get(f"{address}/appointment.ics")
    assert file.mimetype == "text/calendar"
    assert "SUMMARY:Appointment\r\n" in file.text
    assert "DTSTART:20261126T090000Z" in file.text
    assert not any(word in file.text for word in ("Cleo", "Ada", "Harbour"))


def test_nobody_typed_is_in_a_mail_and_the_practitioner_hears_a_time(
    client: FlaskClient, clock: Clock, tmp_path: Path
) -> None:
    """R145, S45."""
    ask(client, clock)
    client.post(link(tmp_path))
    to_confirm, confirmed, news = mails(tmp_path)
    assert "To: cleo@example.test" in to_confirm
    assert "To: ada@example.test" in news
    assert not any("Marsh" in mail for mail in (to_confirm, confirmed, news))
    assert "cleo" not in news.lower()
    assert "Thursday 26 November 2026, 10:00" in news


def test_the_first_page_offers_the_next_free_time_at_once(client: FlaskClient) -> None:
    """6.6: lead time is twelve hours, so the first is on Tuesday."""
    page = client.get(PAGE).text
    assert "Next free: <a" in page
    assert "Tue 24 Nov, 9:00" in page
    assert "Tuesday 24 November</h3>" in page


def test_times_are_shown_in_the_zone_that_was_chosen(client: FlaskClient) -> None:
    """R10."""
    page = client.get(f"{PAGE}?on=2026-11-26&zone=America/New_York").text
    assert "Times in New York" in page
    assert re.findall(r"new\?at=2026-11-26T09:00Z[^>]*>([\d:]+)<", page) == ["4:00"]
    assert "Times in Berlin" in client.get(f"{PAGE}?zone=Mars/Base").text


def test_a_day_without_free_times_says_so_with_the_next_one(client: FlaskClient) -> None:
    page = client.get(f"{PAGE}?on=2026-11-28").text
    assert "Nothing is free that day." in page
    assert "Mon 30 Nov, 9:00" in page


def test_a_practitioner_without_free_times_has_a_page_that_says_so(
    client: FlaskClient, database: Database, world: World
) -> None:
    """6.8."""
    open_desk(database, world.ben, slug="ben", hours=[], phone="+49 30 5550 100")
    page = client.get("/book/harbour-practice/ben").text
    assert "No free times in the coming 8 weeks" in page
    assert "+49 30 5550 100" in page


def test_with_several_practitioners_one_can_choose_or_take_whoever_is_free(
    client: FlaskClient, clock: Clock, database: Database, world: World, tmp_path: Path
) -> None:
    """6.6: practitioner, or any."""
    open_desk(database, world.ben, slug="ben-okafor")
    busy(database, world)
    page = client.get("/book/harbour-practice").text
    names = re.findall(r'person-name">([^<]+)<', page)
    assert names == ["Anyone who is free", "Ada Lind", "Ben Okafor"]
    sent = client.post("/book/harbour-practice/any", data=filled(client, clock))
    assert sent.status_code == 303
    client.post(link(tmp_path))
    assert len(appointments_of(database, world.ben)) == 1


def test_a_time_that_was_taken_meanwhile_is_refused_with_others_and_nothing_is_lost(
    client: FlaskClient, clock: Clock, database: Database, world: World
) -> None:
    """R137, F68, WCAG 3.3.7."""
    form = filled(client, clock)
    busy(database, world)
    answer = client.post(PAGE, data=form)
    assert answer.status_code == 409
    assert "Thu 26 Nov, 10:00 is not free any more" in answer.text
    offered = re.findall(r'name="at" value="([^"]+)"', answer.text)
    assert offered == [
        "2026-11-26T08:00Z", "2026-11-26T10:00Z", "2026-11-26T12:00Z", "2026-11-26T12:30Z",
    ]  # fmt: skip
    assert 'value="cleo@example.test"' in answer.text
    again = {**form, "at": offered[1]}
    assert client.post(PAGE, data=again).status_code == 303


def test_a_link_whose_time_is_gone_offers_others_and_books_one_of_them(
    client: FlaskClient, clock: Clock, database: Database, world: World, tmp_path: Path
) -> None:
    """R137: nothing has to be typed again."""
    ask(client, clock)
    busy(database, world)
    refused = client.post(link(tmp_path))
    assert refused.status_code == 409
    assert 'name="at" value="2026-11-26T10:00Z"' in refused.text
    assert client.post(link(tmp_path), data={"at": "2026-11-26T10:00Z"}).status_code == 303
    (made,) = appointments_of(database, world.ada)
    assert made.starts_at == TEN + dt.timedelta(hours=1)


def test_the_link_shows_what_the_practice_has_made_of_it_since(
    client: FlaskClient, clock: Clock, database: Database, world: World, tmp_path: Path
) -> None:
    """Moved, then cancelled, by staff and the service that they use."""
    ask(client, clock)
    client.post(link(tmp_path))
    address, later = link(tmp_path), TEN + dt.timedelta(hours=5)
    (made,) = appointments_of(database, world.ada)
    to = TimedSpan(later, later + dt.timedelta(minutes=50), "Europe/Berlin")
    with database.writing(Scope.practice(world.practice.id)) as session:
        appointments.move(
            session, by=world.ada, now=clock(), appointment_id=made.id, version=1, to=to
        )
    assert "Thursday 26 November 2026, 15:00" in client.get(address).text
    assert "DTSTART:20261126T140000Z" in client.get(f"{address}/appointment.ics").text
    with database.writing(Scope.practice(world.practice.id)) as session:
        appointments.cancel(session, by=world.ada, now=clock(), appointment_id=made.id, version=2)
    assert "This appointment was cancelled" in client.get(address).text
    assert client.get(f"{address}/appointment.ics").status_code == 404


def test_paused_booking_says_to_call_and_not_why(
    client: FlaskClient, clock: Clock, database: Database, world: World
) -> None:
    """R138, R139, 6.6: never "fully booked", never the word Google."""
    form = filled(client, clock)
    busy(database, world, last_success_at=clock() - LONGEST_UNREAD - dt.timedelta(minutes=1))
    for page in (client.get(PAGE).text, client.get(f"{PAGE}/new?at={AT}").text):
        assert "Online booking is paused for a moment" in page
        assert not re.search(r"google|fully booked", page, re.IGNORECASE)
    refused = client.post(PAGE, data=form)
    assert refused.status_code == 422
    assert "paused for a moment" in refused.text


def test_a_link_that_is_too_old_leads_to_a_new_time(
    client: FlaskClient, clock: Clock, database: Database, world: World, tmp_path: Path
) -> None:
    """S44: 24 hours."""
    ask(client, clock)
    clock.advance(hours=25)
    page = client.get(link(tmp_path)).text
    assert "This link is no longer valid" in page
    assert client.post(link(tmp_path)).status_code == 404
    assert appointments_of(database, world.ada) == []


REFUSED = [
    ({"email": "cleo"}, "Enter an e-mail address"),
    ({"given_name": " "}, "Enter your first name."),
    ({"given_name": "Buy http://spam.example"}, "Enter a name"),
    ({"form_key": "forged.1.abc"}, "This page was open for a long time."),
    ({"form_key": ""}, "This page was open for a long time."),
]


def test_what_cannot_be_right_is_said_beside_what_was_typed(
    client: FlaskClient, clock: Clock, tmp_path: Path
) -> None:
    for fields, sentence in REFUSED:
        answer = ask(client, clock, **fields)
        assert answer.status_code == 422, fields
        assert sentence in answer.text, fields
        assert 'value="Marsh"' in answer.text
    assert mails(tmp_path) == []


def test_a_form_that_comes_back_at_once_is_asked_for_once_more(
    client: FlaskClient, clock: Clock
) -> None:
    """S44: the shortest time to fill it in; the second press works."""
    form = filled(client, clock)
    clock.advance(seconds=-20)
    assert "That was very quick" in client.post(PAGE, data=form).text
    clock.advance(seconds=5)
    assert client.post(PAGE, data=form).status_code == 303


def test_programs_hear_what_people_hear_and_nothing_happens(
    client: FlaskClient, clock: Clock, database: Database, world: World, tmp_path: Path
) -> None:
    """S44: the field that nobody sees."""
    form = filled(client, clock)
    caught = client.post(PAGE, data={**form, "website": "https://spam.example"})
    assert mails(tmp_path) == []
    person = client.post(PAGE, data=form)
    assert (caught.status_code, caught.location) == (person.status_code, person.location)


def test_the_same_form_sent_twice_leads_to_the_same_page(
    client: FlaskClient, clock: Clock, tmp_path: Path
) -> None:
    """F70."""
    form = filled(client, clock)
    first, second = client.post(PAGE, data=form), client.post(PAGE, data=form)
    assert (first.status_code, first.location) == (second.status_code, second.location)
    assert len(mails(tmp_path)) == 1


def test_nobody_learns_whether_an_address_is_a_clients(
    client: FlaskClient, clock: Clock, database: Database, world: World, tmp_path: Path
) -> None:
    """S44: the same answers and the same mail, word for word, but for the link."""
    with database.writing(Scope.practice(world.practice.id)) as session:
        known = session.exec(select(Client).where(Client.id == world.cleo.id)).one()
        known.email = "cleo@example.test"
        session.add(known)
        session.commit()
    answers = []
    for email in ("cleo@example.test", "ida@example.test"):
        sent = ask(client, clock, email=email)
        page = client.get(sent.location).text
        pages = [page, *(client.get(link(tmp_path)).text for _ in "x"), mails(tmp_path)[-1]]
        answers.append([LINK.sub("", text).replace(email, "") for text in pages])
        clock.advance(minutes=31)
    known_to, new = ([SECRETS.sub("", text) for text in each] for each in answers)
    assert known_to == new


def test_public_pages_hold_no_name_of_a_client_and_no_title(
    client: FlaskClient, clock: Clock, database: Database, world: World, tmp_path: Path
) -> None:
    """R138, S44: scraped, nothing is found; nor in the log lines of it."""
    busy(database, world)
    ask(client, clock, at="2026-11-26T10:00Z")
    client.post(link(tmp_path))
    addresses = [
        "/book/harbour-practice", PAGE, f"{PAGE}?on=2026-11-26", f"{PAGE}/new?at={AT}",
        f"{PAGE}/requested?at={AT}&zone=Europe/Berlin", link(tmp_path),
    ]  # fmt: skip
    for address in addresses:
        answer = client.get(address, follow_redirects=True)
        assert answer.status_code == 200, address
        assert not any(word in answer.text for word in (CANARY, "Marsh", "C-1001", "Oncologist"))
        assert '<meta name="robots" content="noindex">' in answer.text
        assert not re.search(r'(src|href)="https?://', answer.text), "nothing from elsewhere"


def test_the_secret_of_a_link_is_in_no_log_line(
    client: FlaskClient, clock: Clock, tmp_path: Path, log_lines: io.StringIO
) -> None:
    ask(client, clock)
    address = link(tmp_path)
    client.get(address)
    client.post(address)
    client.get(f"{address}/appointment.ics")
    said = log_lines.getvalue()
    assert said.count('"endpoint": "bookings.show"') == 1
    assert address.rpartition("/")[2] not in said
    assert not any(word in said for word in ("cleo", "Marsh"))


NOT_THERE = [
    "/book/nowhere", "/book/harbour-practice/ben", "/book/harbour-practice/mallory",
    "/bookings/guess", f"{PAGE}/requested", "/book/next-door",
]  # fmt: skip


def test_what_cannot_be_booked_is_not_there(client: FlaskClient) -> None:
    """S44, T1: closed, foreign and invented pages answer alike."""
    assert {client.get(address).status_code for address in NOT_THERE} == {404}


def test_another_practice_has_a_page_of_its_own(
    client: FlaskClient, database: Database, world: World, as_member: SignIn
) -> None:
    """T1: also for somebody who is signed in elsewhere."""
    open_desk(database, world.mallory, practice_slug="next-door", slug="mallory", hours=[])
    with database.writing(Scope.practice(world.other_practice.id)) as session:
        session.get_one(type(world.mallory), world.mallory.id).has_calendar = True
        session.commit()
    for browser in (client, as_member(world.ada)):
        page = browser.get("/book/next-door/mallory").text
        assert "Mallory" in page
        assert not any(name in page for name in ("Harbour", "Ada", "Ben"))


def test_forms_from_other_sites_are_refused(client: FlaskClient, clock: Clock) -> None:
    """S25, S44."""
    form = filled(client, clock)
    foreign = {"Sec-Fetch-Site": "cross-site"}
    assert client.post(PAGE, data=form, headers=foreign).status_code == 403


def test_forms_without_our_token_are_refused(
    settings: Settings, new_app: MakeApp, world: World
) -> None:
    """S25: on the public page as well."""
    browser = new_app(settings).test_client()
    assert browser.post(PAGE, data={"at": AT}).status_code == 400
    assert browser.post("/bookings/guess").status_code == 400


def test_asking_too_often_is_slowed_down(client: FlaskClient, clock: Clock) -> None:
    """S44, T10: one mailbox is not flooded."""
    codes = [ask(client, clock).status_code for _ in range(7)]
    assert codes == [303] * 6 + [429]


def test_a_mail_that_does_not_go_out_is_said_and_nothing_is_kept(
    database_url: str, new_app: MakeApp, clock: Clock, database: Database, world: World
) -> None:
    away = make_settings(
        database_url, MAIL_SERVER="smtp://127.0.0.1:9", MAIL_FROM="practice@example.test"
    )
    browser = new_app(away, WTF_CSRF_ENABLED=False).test_client()
    refused = ask(browser, clock)
    assert refused.status_code == 422
    assert "We could not send the mail" in refused.text
    with database.reading(Scope.practice(world.practice.id)) as session:
        assert session.exec(select(Booking)).all() == []


def test_pages_are_not_read_out_by_asking_without_end(app: Flask, client: FlaskClient) -> None:
    """T10: not even whether there is a practice of some name. All but the last two are asked for
    in one step, as rendering hundreds of pages shows nothing more."""
    assert client.get("/book/nowhere").status_code == 404
    with app.test_request_context(environ_base={"REMOTE_ADDR": "127.0.0.1"}):
        key = limits._address()
    allowed = parse(limits.BOOKING_PAGES)
    limits.limiter.limiter.hit(allowed, key, "booking.index", cost=allowed.amount - 2)
    codes = [client.get("/book/nowhere").status_code for _ in range(2)]
    assert codes == [404, 429]

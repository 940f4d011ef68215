"""How times and shortcuts are shown to one person."""

import datetime as dt

import pytest
from flask import Flask

from tests.cast import World
from tests.web.conftest import NOW, Clock, SignIn
from webapp.web import jinja

pytestmark = pytest.mark.page


def test_times_are_in_the_persons_zone_until_they_ask_for_another(
    as_member: SignIn, world: World
) -> None:
    """R10."""
    ada = as_member(world.ada)
    assert 'data-zone="Europe/Berlin"' in ada.get("/password").text
    answer = ada.post("/display", data={"zone": "Europe/Lisbon", "next": "/help"})
    assert answer.location == "/help"
    page = ada.get("/password").text
    assert 'data-zone="Europe/Lisbon"' in page
    assert "Times are now shown in Europe/Lisbon." in page


def test_the_calendar_leads_back_to_the_persons_own_zone(as_member: SignIn, world: World) -> None:
    """R10: without scripts as well, to the same days; in one's own zone there is nothing to say."""
    ada, days = as_member(world.ada), "/calendar?view=week&on=2026-11-24"
    assert "Back to" not in ada.get(days).text
    ada.post("/display", data={"zone": "America/New_York"})
    page = ada.get(days).text
    assert "<span>Times in America/New York</span>" in page
    assert "Back to Europe/Berlin time" in page
    assert f'name="next" value="{days.replace("&", "&amp;")}"' in page
    answer = ada.post("/display", data={"zone": "", "next": days})
    assert answer.location == days
    page = ada.get(days).text
    assert "Times are now shown in Europe/Berlin." in page
    assert "Back to" not in page


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../../etc/passwd", "Europe/Berlin\x00"])
def test_an_unknown_zone_means_the_persons_own(as_member: SignIn, world: World, zone: str) -> None:
    ada = as_member(world.ada)
    ada.post("/display", data={"zone": "Europe/Lisbon"})
    ada.post("/display", data={"zone": zone})
    assert 'data-zone="Europe/Berlin"' in ada.get("/password").text


def test_single_letter_shortcuts_can_be_switched_off(as_member: SignIn, world: World) -> None:
    """R9, WCAG 2.1.4."""
    ada = as_member(world.ada)
    assert "data-shortcuts" in ada.get("/password").text
    ada.post("/display", data={"shortcuts": "off"})
    assert "data-shortcuts" not in ada.get("/password").text
    ada.post("/display", data={"shortcuts": "on"})
    assert "data-shortcuts" in ada.get("/password").text


@pytest.mark.parametrize(
    ("earlier", "words"),
    [
        (dt.timedelta(seconds=20), "just now"),
        (dt.timedelta(minutes=2), "2 min ago"),
        (dt.timedelta(minutes=59), "59 min ago"),
        (dt.timedelta(hours=1, minutes=59), "1 hour ago"),
        (dt.timedelta(hours=3), "3 hours ago"),
        (dt.timedelta(hours=25), "yesterday"),
        (dt.timedelta(days=3), "3 days ago"),
        (dt.timedelta(days=30), "Sat 24 Oct 2026"),
        (dt.timedelta(seconds=-30), "just now"),
    ],
)
def test_how_long_ago(app: Flask, clock: Clock, earlier: dt.timedelta, words: str) -> None:
    with app.test_request_context():
        assert jinja.ago(NOW - earlier) == words


def test_whole_days_stay_the_day_they_are(app: Flask) -> None:
    with app.test_request_context():
        assert jinja.local_day(dt.date(2026, 3, 29)) == "Sun 29 Mar 2026"

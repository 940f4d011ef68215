"""The help page answers what people ask, and every link to it finds its answer (R132 to R135)."""

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.cast import World
from tests.web.conftest import SignIn

pytestmark = pytest.mark.page

WEBAPP = Path(__file__).parents[2] / "webapp"

FACTS = {
    "both ways are offered": r"two ways.*One-way.*Two-way",
    "anything that takes .ICS, iCal too": r"any program accepts which can subscribe to \.ICS.*iCal",
    "four names": r"Internal ID.*Initials.*First name.*Full name",
    "care with names, pointing to HIPAA": r"check HIPAA before",
    "Google reads an address about once a day": r"From URL.*about once a day",
    "Apple down to 15 minutes": r"every 15 minutes",
    "two-way is faster": r"Two-way sync is much faster",
    "why a Google change is not here yet": r"Why do I not see it here",
    "names change in place, without toggling": r"no need to switch back and forth",
    "Busy stays Busy and blocks": r"Busy in Google is Busy here and blocks online booking",
    "access is removed at Google": r"Security.*third-party apps",
    "the calendar is removed at Google": r"left panel.*Remove calendar",
    "no client appointments from Google, and why": r"belongs to a client record, a service, notes",
    "pages need no refresh": r"you never have to load them again",
}


@pytest.mark.parametrize("fact", FACTS)
def test_it_states_the_fact(client: FlaskClient, fact: str) -> None:
    words = " ".join(re.sub(r"<[^>]+>", " ", client.get("/help").text).split())
    assert re.search(FACTS[fact], words), fact


def test_every_link_to_help_finds_its_answer(client: FlaskClient) -> None:
    """R134. Links are written in templates and as help_anchor in errors."""
    anchors: set[str] = set()
    for file in (*WEBAPP.rglob("*.html"), *WEBAPP.rglob("*.py")):
        text = file.read_text()
        anchors |= set(re.findall(r'help\.index", _anchor="([\w-]+)"', text))
        anchors |= set(re.findall(r'help_anchor(?:: [^=]+)? = "([\w-]+)"', text))
    answered = set(re.findall(r'id="([\w-]+)"', client.get("/help").text))
    assert anchors
    assert anchors - answered == set()


def test_links_within_the_page_lead_somewhere(client: FlaskClient) -> None:
    html = client.get("/help").text
    assert set(re.findall(r'href="#([\w-]+)"', html)) <= set(re.findall(r'id="([\w-]+)"', html))


def test_ids_are_unique(client: FlaskClient) -> None:
    ids = re.findall(r'\bid="([\w-]+)"', client.get("/help").text)
    assert len(ids) == len(set(ids))


def test_help_stands_in_the_same_place_on_every_page(
    client: FlaskClient, as_member: SignIn, world: World
) -> None:
    """WCAG 3.2.6."""
    for page in (client.get("/sign-in"), as_member(world.ada).get("/password")):
        header = page.text.partition("</header>")[0]
        assert 'href="/help"' in header

"""Text from Google is written by whoever can send an invitation: it is cut, flattened, escaped."""

import unicodedata
from typing import Any

import pytest

from webapp.google.mapping import ForeignEvent, foreign_event, title_of

MARKUP = "<img src=x onerror=alert(1)></title>"
UPSIDE_DOWN = "\u202ecod.exe\u202c \u2066in\u2069 \u200bzero"


def read(*, shows_details: bool = True, **fields: Any) -> ForeignEvent:
    """An event of an hour with `fields`."""
    item = {
        "id": "e1",
        "start": {"dateTime": "2026-12-01T10:00:00Z"},
        "end": {"dateTime": "2026-12-01T11:00:00Z"},
        **fields,
    }
    return foreign_event(item, calendar_time_zone="Europe/Berlin", shows_details=shows_details)


def test_a_title_of_many_lines_is_one_line() -> None:
    event = read(summary="Dinner\r\nBEGIN:VEVENT\u2028and\tmore\x00\x1b[31m")
    assert event.summary == "Dinner BEGIN:VEVENT and more[31m"


@pytest.mark.parametrize("field", ["summary", "location"])
def test_a_text_of_ten_kilobytes_is_cut(field: str) -> None:
    """It would push everything else off the page."""
    event = read(**{field: "x" * 10_240})
    assert len(getattr(event, field)) == 1024


def test_marks_that_turn_the_words_around_are_taken_out() -> None:
    """A title must not be able to rearrange the sentence it stands in."""
    event = read(summary=UPSIDE_DOWN)
    assert event.summary == "cod.exe in zero"
    assert all(unicodedata.category(each) != "Cf" for each in event.summary)


def test_scripts_of_every_direction_and_emoji_stay_as_they_are() -> None:
    for title in ("פגישה עם נועה", "اجتماع", "👩‍👧 school", "Zoë & Ärzte"):
        assert read(summary=title).summary == unicodedata.normalize("NFC", title)


def test_markup_is_text() -> None:
    """It is kept as it was typed, and escaped where it is shown (tests/web/test_privacy.py)."""
    assert read(summary=MARKUP).summary == MARKUP


def test_a_title_of_nothing_visible_is_no_title() -> None:
    assert read(summary="\u200b\u202e \n").summary == ""


@pytest.mark.parametrize("link", ["javascript:alert(1)", "data:text/html,x", "//evil.test", None])
def test_only_addresses_of_the_web_become_links(link: str | None) -> None:
    assert read(htmlLink=link).html_link == ""


@pytest.mark.parametrize("visibility", ["private", "confidential"])
def test_a_private_event_is_not_named_in_a_complaint_about_it_either(visibility: str) -> None:
    """R99: what cannot be read is named in the tile, but not if it is private."""
    assert title_of({"summary": "Clinic", "visibility": visibility}, shows_details=True) == ""
    assert title_of({"summary": "Clinic"}, shows_details=False) == ""
    assert title_of({"summary": "Choir\n"}, shows_details=True) == "Choir"

"""Reading forms: what was typed, what it means, what is wrong with it."""

import datetime as dt
from enum import StrEnum

import pytest

from webapp.domain.errors import Invalid
from webapp.web.forms import NOT_A_DATE, NOT_A_TIME, REQUIRED, Form


class Colour(StrEnum):
    """For one choice."""

    RED = "red"


def test_it_keeps_what_was_typed_and_says_what_is_wrong() -> None:
    form = Form({"day": "next week"})
    assert form.day("day") is None
    assert form.value("day") == "next week"
    assert form.error("day") == NOT_A_DATE


def test_it_reads_each_kind() -> None:
    form = Form(
        {
            "name": "  Ada ", "on": "2026-03-29", "at": "02:30", "colour": "red", "weeks": "2",
            "zone": "Europe/Berlin", "busy": "on",
        }
    )  # fmt: skip
    assert form.text("name") == "Ada"
    assert form.day("on") == dt.date(2026, 3, 29)
    assert form.time("at") == dt.time(2, 30)
    assert form.choice("colour", Colour) is Colour.RED
    assert form.whole_number("weeks", lowest=1, highest=52) == 2
    assert form.zone("zone") == "Europe/Berlin"
    assert form.flag("busy")
    assert not form.flag("absent")
    assert not form.errors


@pytest.mark.parametrize("typed", ["", "0", "53", "-1", "1.5", "two", "9" * 30, "²"])
def test_it_refuses_numbers_out_of_bounds(typed: str) -> None:
    form = Form({"weeks": typed})
    assert form.whole_number("weeks", lowest=1, highest=52) is None
    assert form.error("weeks") == "Enter a whole number from 1 to 52."


@pytest.mark.parametrize("typed", ["25:00", "noon", "14:60"])
def test_it_refuses_times_that_no_clock_shows(typed: str) -> None:
    form = Form({"at": typed})
    assert form.time("at") is None
    assert form.error("at") == NOT_A_TIME


def test_it_refuses_a_choice_that_was_not_offered() -> None:
    form = Form({"colour": "mauve"})
    assert form.choice("colour", Colour) is None
    assert form.error("colour")


def test_an_empty_field_is_asked_for_unless_optional() -> None:
    form = Form({})
    form.text("name")
    form.text("note", is_required=False)
    assert form.errors == {"name": REQUIRED}


def test_a_secret_is_read_once_and_never_shown_again() -> None:
    form = Form({"password": " two words "})
    assert form.secret("password") == " two words "
    assert form.value("password") == ""


def test_what_a_service_finds_invalid_joins_the_rest() -> None:
    form = Form({})
    with form.accepting():
        raise Invalid({"ends_at": "It ends before it starts."})
    assert form.error("ends_at") == "It ends before it starts."

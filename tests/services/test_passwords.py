"""What is accepted as a password, and how it is kept (RELIABILITY.md S1, S2)."""

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.low_level import Type

from webapp.services import passwords

GOOD = "a long walk by the water"


@pytest.mark.parametrize(
    "password",
    ["twelve chars", GOOD, "x7!" * 42 + "ab", "ένας μεγάλος περίπατος", "  spaces at the ends  "],
)
def test_any_characters_do_from_twelve_to_a_hundred_and_twenty_eight(password: str) -> None:
    assert passwords.problem(password) == ""


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("", passwords.TOO_SHORT),
        ("eleven char", passwords.TOO_SHORT),
        (GOOD * 6, passwords.TOO_LONG),
        ("aaaaaaaaaaaaaaaa", passwords.TOO_COMMON),
        ("abababababababab", passwords.TOO_COMMON),
        ("123456789012", passwords.TOO_COMMON),
        ("qwertyuiopas", passwords.TOO_COMMON),
        ("Harbour-Practice-1", passwords.TOO_COMMON),
    ],
)
def test_what_is_easy_to_guess_is_refused_with_a_sentence(password: str, sentence: str) -> None:
    assert passwords.problem(password, practice_name="Harbour Practice") == sentence


def test_only_the_right_password_is_correct() -> None:
    kept = passwords.hash_password(GOOD)

    assert passwords.is_correct(GOOD, kept)
    assert not passwords.is_correct(GOOD + " ", kept)
    assert not passwords.is_correct(GOOD, "not a hash")
    assert GOOD not in kept


def test_a_password_of_a_megabyte_costs_nothing() -> None:
    assert not passwords.is_correct("x" * 1_000_000, passwords.hash_password(GOOD))


def test_hashes_are_made_with_the_costs_that_were_decided() -> None:
    found = extract_parameters(passwords.hash_password(GOOD))

    assert (found.type, found.memory_cost, found.time_cost, found.parallelism) == (
        Type.ID,
        19 * 1024,
        2,
        1,
    )


def test_an_older_hash_is_still_right_and_wants_to_be_renewed() -> None:
    older = passwords.hash_password(GOOD, hasher=PasswordHasher(time_cost=1, memory_cost=1024))

    assert passwords.is_correct(GOOD, older)
    assert passwords.needs_rehash(older)
    assert not passwords.needs_rehash(passwords.hash_password(GOOD))

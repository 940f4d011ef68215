"""The secret part of a feed address."""

import base64
import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.feeds.tokens import TOKEN_LENGTH, address_token, public_part, read_token

KEY = b"k" * 32
LINK = "0123456789abcdef0123456789abcdef"


@given(st.binary(min_size=16, max_size=16), st.integers(0, 2**32 - 1))
def test_a_token_names_its_link_and_generation(link: bytes, generation: int) -> None:
    token = address_token(KEY, link.hex(), generation)
    assert re.fullmatch(rf"[\w-]{{{TOKEN_LENGTH}}}", token, re.ASCII)
    assert read_token(KEY, token) == (link.hex(), generation)


def test_another_installation_cannot_read_it() -> None:
    assert read_token(b"x" * 32, address_token(KEY, LINK, 1)) is None


def test_generations_have_tokens_that_do_not_follow_from_each_other() -> None:
    one, two = address_token(KEY, LINK, 1), address_token(KEY, LINK, 2)
    assert one[-32:] != two[-32:]


@given(st.integers(0, 43), st.integers(1, 255))
def test_a_change_of_any_byte_makes_it_unknown(place: int, change: int) -> None:
    raw = bytearray(base64.urlsafe_b64decode(address_token(KEY, LINK, 1) + "="))
    raw[place] ^= change
    assert read_token(KEY, base64.urlsafe_b64encode(raw).decode().rstrip("=")) is None


@pytest.mark.parametrize("spoil", ["{}=", "{}A", " {}", "{}\n", "!{}", "%00{}", "é{}"])
def test_a_token_has_only_one_spelling(spoil: str) -> None:
    assert read_token(KEY, spoil.format(address_token(KEY, LINK, 1))) is None


def test_the_unused_bits_of_the_last_character_do_not_count_as_another_spelling() -> None:
    token = address_token(KEY, LINK, 1)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    twins = [token[:-1] + letter for letter in alphabet if letter != token[-1]]
    assert not any(read_token(KEY, twin) for twin in twins)


@given(st.text(st.characters(max_codepoint=300), max_size=80))
def test_anything_else_is_unknown(text: str) -> None:
    assert read_token(KEY, text) is None


def test_ten_thousand_guesses_open_nothing() -> None:
    """R45, RELIABILITY.md 3.8: at random, and for a link that is known but for its proof."""
    chance = random.Random(45)
    named = base64.urlsafe_b64decode(address_token(KEY, LINK, 1) + "=")[:20]
    blind = [chance.randbytes(44) for _ in range(5_000)]
    informed = [named + chance.randbytes(24) for _ in range(5_000)]
    guesses = [base64.urlsafe_b64encode(raw).decode().rstrip("=") for raw in blind + informed]
    assert {read_token(KEY, guess) for guess in guesses} == {None}


def test_what_is_shown_of_a_hidden_address_says_nothing_of_its_proof() -> None:
    """RELIABILITY.md 3.8, 1: other keys, other proofs, the same beginning."""
    shown = {public_part(address_token(bytes([number]) * 32, LINK, 1)) for number in range(64)}
    assert len(shown) == 1
    assert len(shown.pop()) == 26

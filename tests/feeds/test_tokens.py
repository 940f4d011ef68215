"""The secret part of a feed address."""

import base64
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.feeds.tokens import TOKEN_LENGTH, address_token, read_token

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

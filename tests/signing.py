"""Google's key for identity tokens: one for every stand-in of a test process."""

from functools import cache

from emulator import id_tokens
from emulator.google import Google


@cache
def google_s_key() -> str:
    """The key as PEM; left alone, a stand-in makes one, which takes longer than most tests."""
    google = Google()
    id_tokens.key_set(google)
    return google.key_pem

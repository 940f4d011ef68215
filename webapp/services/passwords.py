"""Passwords: what is accepted, how they are kept, and whether one is right (RELIABILITY.md S1, S2).

Nothing here logs, and no error carries a password.
"""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 12
LONGEST = 128
TOO_SHORT = f"Use at least {SHORTEST} characters."
TOO_LONG = f"Use at most {LONGEST} characters."
TOO_COMMON = "This password is easy to guess. Use another one."

HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""argon2id with 19 MiB, two passes and one lane: about 30 ms on one core."""


def problem(password: str, *, practice_name: str = "") -> str:
    """Why `password` is not accepted, as a sentence for its owner; "" when it is.

    Any characters count, nothing expires (ASVS 6.2). What is too easy to guess: few different
    characters, a run along the keyboard or the alphabet, or the practice's own name.
    """
    if len(password) < SHORTEST:
        return TOO_SHORT
    if len(password) > LONGEST:
        return TOO_LONG
    return TOO_COMMON if _is_easy_to_guess(password, practice_name) else ""


def hash_password(password: str, *, hasher: PasswordHasher = HASHER) -> str:
    """The hash to keep. Tests pass a cheap `hasher`; the product never does."""
    return hasher.hash(password)


def is_correct(password: str, password_hash: str) -> bool:
    """Whether `password` is the one that was hashed. False for a hash that cannot be read."""
    if len(password) > LONGEST:
        return False
    try:
        return HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def needs_rehash(password_hash: str) -> bool:
    """Whether the hash was made with other costs than today's."""
    return HASHER.check_needs_rehash(password_hash)


def _is_easy_to_guess(password: str, practice_name: str) -> bool:
    plain = password.casefold()
    letters = [character for character in plain if character.isalnum()]
    name = "".join(character for character in practice_name.casefold() if character.isalnum())
    rest = "".join(letters).replace(name, "") if name else plain
    return len(set(plain)) < 5 or _is_run(plain) or len(rest) < 4


def _is_run(plain: str) -> bool:
    """A repeated start of a well-known row, such as 123456789012 or qwertyuiopqw."""
    rows = ("1234567890", "0123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm")
    return any((row * 20).startswith(plain) for row in rows)

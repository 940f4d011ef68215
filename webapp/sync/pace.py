"""How much goes out at once: half after each trouble, double after each batch without any. Pure.

A lost worker weighs more: after three in a row each event goes alone, so that the one that they
were lost over is found (RELIABILITY.md F08).

Google names no number for quick writes to one calendar (GOOGLE.md 7.2), so the pace is found by
going. What is remembered is one number, the calendar's `attempts`: troubles not yet made good.
"""

LARGEST_BATCH = 50
MOST_CRASHES = 3


def batch_size(attempts: int, crashes: int = 0) -> int:
    """How many calls the next batch may have."""
    return max(1, LARGEST_BATCH >> min(attempts + 2 * crashes, 10))


def is_suspicious(crashes: int) -> bool:
    """Whether something in this calendar has cost so many workers that it has to be found."""
    return crashes >= MOST_CRASHES


def after_clean_batch(attempts: int) -> int:
    """One trouble is made good."""
    return max(0, attempts - 1)

"""How much goes out at once: half after each trouble, double after each batch without any. Pure.

Google names no number for quick writes to one calendar (GOOGLE.md 7.2), so the pace is found by
going. What is remembered is one number, the calendar's `attempts`: troubles not yet made good.
"""

LARGEST_BATCH = 50


def batch_size(attempts: int) -> int:
    """How many calls the next batch may have."""
    return max(1, LARGEST_BATCH >> min(attempts, 10))


def after_clean_batch(attempts: int) -> int:
    """One trouble is made good."""
    return max(0, attempts - 1)

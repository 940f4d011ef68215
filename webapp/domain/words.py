"""Numbers as people say them."""

MINUTE = 60


def every(seconds: int) -> str:
    """ "every minute", "every 15 minutes", "every 10 seconds": how often something happens."""
    is_whole = seconds >= MINUTE and seconds % MINUTE == 0
    count, unit = (seconds // MINUTE, "minute") if is_whole else (seconds, "second")
    return f"every {unit}" if count == 1 else f"every {count} {unit}s"

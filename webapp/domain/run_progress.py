"""When the progress of a sync is worth saying aloud: at the start, each quarter, and the end."""

QUARTERS = (75, 50, 25)


def quarter(done: int, total: int | None) -> int:
    """The last quarter that was reached, in percent: 0, 25, 50 or 75 (6.2, WCAG 4.1.3)."""
    if not total:
        return 0
    percent = done * 100 // total
    return next((step for step in QUARTERS if percent >= step), 0)

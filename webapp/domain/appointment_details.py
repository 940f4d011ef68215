"""What an own event holds besides who and when, and which of it cannot be right.

Checks return `{field: sentence}` for a form; an empty answer means that nothing is wrong.
"""

import datetime as dt
from dataclasses import dataclass

from webapp.domain.timespan import AllDaySpan, Span, TimedSpan
from webapp.domain.wall_clock import wall

LONGEST_TEXT = 200
LONGEST_NOTES = 10_000
LONGEST_TIMED = dt.timedelta(days=1)
LONGEST_DAYS = dt.timedelta(days=366)
FIRST_YEAR, LAST_YEAR = 1970, 2199


@dataclass(frozen=True, slots=True)
class Details:
    """`notes` None leaves them as they are, for people who may not see them."""

    title: str = ""
    service: str = ""
    notes: str | None = None
    location: str = ""
    is_busy: bool = True


def faults(details: Details, *, is_client: bool) -> dict[str, str]:
    """What is wrong with `details`; a client appointment needs no title, its client is that."""
    found = {}
    if not is_client and not details.title.strip():
        found["title"] = "Give it a title, for example Lunch."
    for field in ("title", "service", "location"):
        if len(getattr(details, field)) > LONGEST_TEXT:
            found[field] = f"Use at most {LONGEST_TEXT} characters."
    if len(details.notes or "") > LONGEST_NOTES:
        found["notes"] = f"Use at most {LONGEST_NOTES} characters."
    return found


def span_faults(span: Span, *, is_client: bool) -> dict[str, str]:
    """What is wrong with `span`: its order, its length, its year."""
    if isinstance(span, AllDaySpan):
        return _day_faults(span, is_client=is_client)
    return _clock_faults(span)


def _day_faults(span: AllDaySpan, *, is_client: bool) -> dict[str, str]:
    if is_client:
        return {"is_all_day": "A client appointment needs a time."}
    if not FIRST_YEAR <= span.starts_on.year <= LAST_YEAR:
        return {"starts_on": f"Choose a day from {FIRST_YEAR} to {LAST_YEAR}."}
    if span.ends_on <= span.starts_on:
        return {"ends_on": "The last day must not come before the first."}
    if span.duration > LONGEST_DAYS:
        return {"ends_on": "Choose at most a year."}
    return {}


def _clock_faults(span: TimedSpan) -> dict[str, str]:
    if not FIRST_YEAR <= wall(span.starts_at, span.time_zone).year <= LAST_YEAR:
        return {"starts_on": f"Choose a day from {FIRST_YEAR} to {LAST_YEAR}."}
    if span.ends_at <= span.starts_at:
        return {"ends_at": "The end must come after the start."}
    if span.duration > LONGEST_TIMED:
        return {"ends_at": "For more than a day, choose All day."}
    return {}

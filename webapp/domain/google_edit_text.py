"""How a change of time made in Google reads: "Tue 14:00" and "15:00", and more where needed.

The day is said again only when it is another one, the end only when the length changed.
"""

import datetime as dt

from webapp.domain.timespan import AllDaySpan, Span, TimedSpan, zone

DAY = dt.timedelta(days=1)


def span_change(seen: Span | None, kept: Span | None, *, time_zone: str) -> tuple[str, str]:
    """The two times, seen and kept, as short as they stay clear; "" for what was not there.

    The kept one always says its day: "Tue 24 Nov 14:00". Times are shown in `time_zone`.
    """
    kept_text = short(kept, time_zone) if kept else ""
    if seen is None:
        return "", kept_text
    if isinstance(seen, TimedSpan) and isinstance(kept, TimedSpan):
        return _timed_change(seen, kept, time_zone)
    return short(seen, time_zone), kept_text


def short(span: Span, time_zone: str) -> str:
    """ "Tue 24 Nov 14:00", or for whole days "Tue 24 Nov", "Tue 24 Nov to Thu 26 Nov"."""
    if isinstance(span, AllDaySpan):
        last = span.ends_on - DAY
        until = "" if last <= span.starts_on else f" to {_day(last)}"
        return f"{_day(span.starts_on)}{until}"
    starts = span.starts_at.astimezone(zone(time_zone))
    return f"{_day(starts.date())} {starts:%H:%M}"


def _timed_change(seen: TimedSpan, kept: TimedSpan, time_zone: str) -> tuple[str, str]:
    theirs, ours = (span.starts_at.astimezone(zone(time_zone)) for span in (seen, kept))
    is_other_day, is_other_length = theirs.date() != ours.date(), seen.duration != kept.duration
    seen_text = short(seen, time_zone) if is_other_day else f"{theirs:%H:%M}"
    kept_text = short(kept, time_zone)
    if not is_other_length:
        return seen_text, kept_text
    ends = (span.ends_at.astimezone(zone(time_zone)) for span in (seen, kept))
    return tuple(  # type: ignore[return-value]
        f"{text} to {end:%H:%M}" for text, end in zip((seen_text, kept_text), ends, strict=True)
    )


def _day(day: dt.date) -> str:
    return f"{day:%a} {day.day} {day:%b}"

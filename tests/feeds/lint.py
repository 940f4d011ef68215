"""What is wrong with a feed: the byte-level rules and the property rules of ICALENDAR.md A8.

Reads the octets by itself, with no library, so that it shares no blind spot with one.
"""

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator
from zoneinfo import ZoneInfo

NEEDED = ("UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "SEQUENCE", "LAST-MODIFIED")
MOMENT = re.compile(r"\d{8}(T\d{6}Z?)?")
RULE_PARTS = {
    *("FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", "BYMONTH", "BYMONTHDAY"),
    *("BYSETPOS", "BYYEARDAY", "BYWEEKNO"),
}
KNOWN = re.compile(
    r"(BEGIN|END|VERSION|PRODID|CALSCALE|NAME|COLOR|REFRESH-INTERVAL|TZID|TZOFFSETFROM|TZOFFSETTO|"
    r"TZNAME|RRULE|EXDATE|UID|DTSTAMP|DTSTART|DTEND|SUMMARY|DESCRIPTION|LOCATION|STATUS|CLASS|"
    r"TRANSP|SEQUENCE|LAST-MODIFIED|RECURRENCE-ID|X-WR-CALNAME|X-WR-TIMEZONE|X-PUBLISHED-TTL|"
    r"X-APPLE-CALENDAR-COLOR)"
)

Line = tuple[str, dict[str, str], str]


def faults(octets: bytes) -> list[str]:
    """Everything that is wrong, in words; none for a feed as it should be."""
    found = list(_physical(octets))
    try:
        text = octets.decode()
    except UnicodeDecodeError:
        return [*found, "not UTF-8"]
    lines = [_line(line) for line in text.replace("\r\n ", "").split("\r\n") if line]
    return [*found, *_calendar(lines), *_events(lines)]


def _physical(octets: bytes) -> Iterator[str]:
    if not octets.endswith(b"END:VCALENDAR\r\n"):
        yield "no proper end"
    for line in octets.removesuffix(b"\r\n").split(b"\r\n"):
        if len(line) > 75:
            yield "a line over 75 octets"
        if any(byte < 32 or byte == 127 for byte in line):
            yield "a control character"
        try:
            line.decode()
        except UnicodeDecodeError:
            yield "a character split by a fold, or not UTF-8"


def _line(line: str) -> Line:
    head, _, value = line.partition(":")
    name, *parameters = head.split(";")
    return name, dict(one.partition("=")[::2] for one in parameters), value


def _calendar(lines: list[Line]) -> Iterator[str]:
    names = [name for name, _, _ in lines]
    if names[1:3] != ["VERSION", "PRODID"]:
        yield "VERSION or PRODID missing or late"
    if "METHOD" in names:
        yield "METHOD without an ORGANIZER"
    if unknown := [name for name in names if not KNOWN.fullmatch(name)]:
        yield f"a line that nobody wrote: {unknown[0][:20]}"
    opened: list[str] = []
    for name, _, value in lines:
        if name == "BEGIN":
            opened.append(value)
        elif name == "END" and (not opened or opened.pop() != value):
            yield "components that do not nest"
    if opened:
        yield "a component that does not end"
    for name, _, value in lines:
        is_text = name in ("SUMMARY", "LOCATION", "DESCRIPTION", "NAME", "X-WR-CALNAME")
        if is_text and re.search(r"(?<!\\)(\\\\)*[,;]|(?<!\\)(\\\\)*\\([^\\;,n]|$)", value):
            yield "a text that is not escaped"
    yield from _zones(lines)


def _zones(lines: list[Line]) -> Iterator[str]:
    defined = {value for name, _, value in lines if name == "TZID"}
    used = {parameters["TZID"] for _, parameters, _ in lines if "TZID" in parameters}
    if used - defined:
        yield "a TZID without its VTIMEZONE"
    last, offset_from = "", ""
    for name, _, value in lines:
        if name == "TZID":
            last = value
        elif name == "DTSTART" and last and len(value) == 15:
            onset = dt.datetime.fromisoformat(value)
        elif name == "TZOFFSETFROM":
            offset_from = value
        elif name == "TZOFFSETTO" and not _is_right(onset, ZoneInfo(last), offset_from, value):
            yield "an onset at the wrong hour, or to the wrong offset"
        elif name == "BEGIN" and value == "VEVENT":
            return


def _is_right(onset: dt.datetime, place: ZoneInfo, offset_from: str, offset_to: str) -> bool:
    """The old offset holds a second before the onset, and the new one at it."""
    before, after = _offset(offset_from), _offset(offset_to)
    at = (onset - before).replace(tzinfo=dt.UTC)
    earlier = at - dt.timedelta(seconds=1) if before != after else at
    found = [one.astimezone(place).utcoffset() for one in (earlier, at)]
    return found == [before, after]


def _offset(written: str) -> dt.timedelta:
    sign = -1 if written[0] == "-" else 1
    return sign * dt.timedelta(hours=int(written[1:3]), minutes=int(written[3:]))


def _events(lines: list[Line]) -> Iterator[str]:
    counted: Counter[tuple[str, str]] = Counter()
    starts: dict[str, Line] = {}
    for event in _components(lines):
        by_name = {name: (name, parameters, value) for name, parameters, value in event}
        if missing := [name for name in NEEDED if name not in by_name]:
            yield f"an event without {missing[0]}"
            continue
        uid = by_name["UID"][2]
        recurrence_id = by_name.get("RECURRENCE-ID", ("", {}, ""))
        counted[uid, recurrence_id[2]] += 1
        if "RECURRENCE-ID" not in by_name:
            starts[uid] = by_name["DTSTART"]
        elif uid not in starts or _form(recurrence_id) != _form(starts[uid]):
            yield "a RECURRENCE-ID without its series, or in another form"
        yield from _times(by_name)
        yield from _recurrence(event, by_name["DTSTART"])
    if any(number > 1 for number in counted.values()):
        yield "a UID that stands for two events"


def _times(by_name: dict[str, Line]) -> Iterator[str]:
    start, end = by_name["DTSTART"], by_name["DTEND"]
    if "DURATION" in by_name:
        yield "DURATION beside or instead of DTEND"
    if not MOMENT.fullmatch(start[2]) or _form(start) != _form(end):
        yield "DTSTART and DTEND in different forms"
    elif end[2] < start[2] or (len(start[2]) == 8 and end[2] == start[2]):
        yield "DTEND before DTSTART, or not exclusive"


def _recurrence(event: list[Line], start: Line) -> Iterator[str]:
    for name, parameters, value in event:
        if name == "EXDATE" and any(
            _form((name, parameters, one)) != _form(start) for one in value.split(",")
        ):
            yield "an EXDATE in another form than DTSTART"
        if name != "RRULE":
            continue
        parts = dict(part.partition("=")[::2] for part in value.split(";"))
        if parts.keys() - RULE_PARTS or parts.get("FREQ") not in (
            "DAILY", "WEEKLY", "MONTHLY", "YEARLY",
        ):  # fmt: skip
            yield "a rule that is none"
        until = parts.get("UNTIL", "")
        if until and until.endswith("Z") != ("T" in start[2]):
            yield "an UNTIL that is neither UTC nor a date like DTSTART"
        if start[2].endswith("Z"):
            yield "a series in UTC"


def _form(line: Line) -> tuple[str, int, bool]:
    _, parameters, value = line
    return parameters.get("TZID", ""), len(value), value.endswith("Z")


def _components(lines: list[Line]) -> Iterator[list[Line]]:
    event: list[Line] | None = None
    for name, parameters, value in lines:
        if (name, value) == ("BEGIN", "VEVENT"):
            event = []
        elif (name, value) == ("END", "VEVENT") and event is not None:
            yield event
            event = None
        elif event is not None:
            event.append((name, parameters, value))

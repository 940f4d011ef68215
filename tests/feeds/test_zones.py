"""VTIMEZONEs against zoneinfo (ICALENDAR.md A8, 3)."""

import datetime as dt
from bisect import bisect_right

import pytest
from dateutil.rrule import rrulestr

from webapp.domain.timespan import UnknownTimeZone, zone
from webapp.feeds.zones import LAST_YEAR, timezone_bytes

HALF_AN_HOUR = dt.timedelta(minutes=30)
END = dt.datetime(LAST_YEAR, 12, 31)

ZONES = [
    "Europe/Berlin", "Europe/London", "Europe/Dublin", "Europe/Moscow", "Atlantic/Azores",
    "America/New_York", "America/Los_Angeles", "America/Phoenix", "America/St_Johns",
    "America/Santiago", "America/Nuuk", "America/Havana", "America/Sao_Paulo", "America/Caracas",
    "Asia/Kolkata", "Asia/Kathmandu", "Asia/Jerusalem", "Asia/Beirut", "Asia/Almaty",
    "Africa/Cairo", "Africa/Casablanca", "Africa/El_Aaiun", "Australia/Sydney",
    "Australia/Lord_Howe", "Pacific/Auckland", "Pacific/Chatham", "Pacific/Apia",
    "Antarctica/Troll",
]  # fmt: skip

WITH_A_PAST = [
    "Europe/Berlin", "America/New_York", "Europe/Moscow", "Africa/Cairo", "Pacific/Apia",
]  # fmt: skip


class Written:
    """A VTIMEZONE as a subscriber reads it: the offset of the last onset that has passed."""

    def __init__(self, octets: bytes) -> None:
        self.onsets: list[tuple[dt.datetime, dt.timedelta]] = []
        observance: dict[str, str] = {}
        for line in octets.decode().split("\r\n"):
            name, _, value = line.partition(":")
            if name == "BEGIN":
                observance = {}
            elif name == "END" and value in ("STANDARD", "DAYLIGHT"):
                self._add(observance)
            observance[name] = value
        self.onsets.sort()

    def _add(self, observance: dict[str, str]) -> None:
        start = dt.datetime.fromisoformat(observance["DTSTART"])
        before, after = (_offset(observance[name]) for name in ("TZOFFSETFROM", "TZOFFSETTO"))
        starts = [start]
        if "RRULE" in observance:
            starts = rrulestr(observance["RRULE"], dtstart=start).between(start, END, inc=True)
        self.onsets += [(start - before, after) for start in starts]

    def offset(self, at: dt.datetime) -> dt.timedelta:
        """The offset at an instant (naive UTC)."""
        place = bisect_right(self.onsets, at, key=lambda onset: onset[0])
        assert place, "nothing is said about this time"
        return self.onsets[place - 1][1]


@pytest.mark.parametrize(
    ("name", "since_year"),
    [*((name, 2026) for name in ZONES), *((name, 2005) for name in WITH_A_PAST)],
)
def test_the_offset_is_right_at_every_half_hour_around_each_change(
    name: str, since_year: int
) -> None:
    written = Written(timezone_bytes(name, since_year=since_year))
    own_zone = zone(name)
    at = dt.datetime(since_year, 1, 1)
    while at < END:
        is_near = _offset_at(at, own_zone) != _offset_at(at + dt.timedelta(days=2), own_zone)
        step = HALF_AN_HOUR if is_near else dt.timedelta(days=1)
        assert written.offset(at) == _offset_at(at, own_zone), at
        at += step


def test_the_rules_have_the_form_that_outlook_understands() -> None:
    """ICALENDAR.md A5: one yearly rule with an ordinal weekday for each half of the year."""
    berlin = timezone_bytes("Europe/Berlin", since_year=2026).decode()
    assert berlin == (
        "BEGIN:VTIMEZONE\r\nTZID:Europe/Berlin\r\n"
        "BEGIN:DAYLIGHT\r\nDTSTART:20250330T020000\r\n"
        "TZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nTZNAME:CEST\r\n"
        "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\nEND:DAYLIGHT\r\n"
        "BEGIN:STANDARD\r\nDTSTART:20251026T030000\r\n"
        "TZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nTZNAME:CET\r\n"
        "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\nEND:STANDARD\r\n"
        "END:VTIMEZONE\r\n"
    )


def test_a_zone_without_changes_is_one_observance() -> None:
    assert timezone_bytes("Asia/Kolkata", since_year=2026).count(b"BEGIN:STANDARD") == 1


@pytest.mark.parametrize("name", ZONES)
def test_there_is_always_a_standard_time_and_never_an_rdate(name: str) -> None:
    octets = timezone_bytes(name, since_year=2026)
    assert b"BEGIN:STANDARD" in octets
    assert b"RDATE" not in octets


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(UnknownTimeZone):
        timezone_bytes("Mars/Phobos", since_year=2026)


def _offset_at(at: dt.datetime, own_zone: dt.tzinfo) -> dt.timedelta:
    offset = at.replace(tzinfo=dt.UTC).astimezone(own_zone).utcoffset()
    assert offset is not None
    return offset


def _offset(text: str) -> dt.timedelta:
    minutes = int(text[1:3]) * 60 + int(text[3:5])
    return dt.timedelta(minutes=-minutes if text[0] == "-" else minutes)

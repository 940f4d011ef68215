"""One VEVENT: `ics` keeps the event, this module writes it (ICALENDAR.md A4).

The library's hooks are kept where they are right (status, transparency) and replaced where they
are not: times with their zone, texts, the stamp. Nothing of people ever comes in here but what the
snapshot already shows.
"""

import datetime as dt
from dataclasses import dataclass

from ics import Event
from ics.grammar.parse import Container, ContentLine
from ics.parsers.event_parser import EventParser
from ics.serializers.event_serializer import EventSerializer

from webapp.domain.timespan import AllDaySpan, Start, TimedSpan, zone
from webapp.feeds.lines import line, text
from webapp.sync.types import Snapshot, Transparency, Visibility

UTC_NAMES = frozenset({"UTC", "Etc/UTC", "Etc/Universal", "Etc/Zulu", "Zulu", "Universal", "UCT"})
CLASSES = {Visibility.PRIVATE: "PRIVATE", Visibility.DEFAULT: "PUBLIC"}


@dataclass(frozen=True, slots=True)
class FeedItem:
    """What a feed shows of one event or one moved occurrence (`original_start`) of a series.

    `changed_at` (aware UTC) and `sequence` rise with every change that a subscriber can see.
    """

    uid: str
    snapshot: Snapshot
    sequence: int
    changed_at: dt.datetime
    original_start: Start | None = None


class FeedSerializer(EventSerializer):  # type: ignore[misc] # ics ships no types.
    """Hooks in the library's style: the event and the container that takes its lines."""

    def serialize_created(event, container):  # type: ignore[no-untyped-def]  # noqa: N805
        """DTSTAMP is the time of the last change, as RFC 5545 3.8.7.2 has it without a METHOD."""
        container.append(line("DTSTAMP", _utc(event.item.changed_at)))

    def serialize_last_modified(event, container):  # type: ignore[no-untyped-def]  # noqa: N805
        """LAST-MODIFIED: Google looks at changes of known events only when it moves."""
        container.append(line("LAST-MODIFIED", _utc(event.item.changed_at)))

    def serialize_sequence(event, container):  # type: ignore[no-untyped-def]  # noqa: N805
        """SEQUENCE."""
        container.append(line("SEQUENCE", str(event.item.sequence)))

    def serialize_uid(event, container):  # type: ignore[no-untyped-def]  # noqa: N805
        """UID, and which occurrence of it this is."""
        container.append(line("UID", event.item.uid))
        if event.item.original_start is not None:
            container.append(moment("RECURRENCE-ID", event.item.original_start, event.place))

    def serialize_start(event, container):  # type: ignore[no-untyped-def]  # noqa: N805
        """DTSTART and DTEND, both in one form."""
        span = event.item.snapshot.span
        is_timed = isinstance(span, TimedSpan)
        begins, ends = (
            (span.starts_at, span.ends_at) if is_timed else (span.starts_on, span.ends_on)
        )
        container.append(moment("DTSTART", begins, event.place))
        container.append(moment("DTEND", ends, event.place))

    def serialize_recurrence(event, container):  # type: ignore[no-untyped-def]  # noqa: N805
        """RRULE and EXDATE, which the snapshot holds in canonical form."""
        for written in event.item.snapshot.recurrence:
            container.append(_recurrence(written, event.place))

    def serialize_summary(event, container):  # type: ignore[no-untyped-def]  # noqa: N805
        """SUMMARY."""
        container.append(line("SUMMARY", text(event.name)))

    def serialize_description(event, container):  # type: ignore[no-untyped-def]  # noqa: N805
        """DESCRIPTION, where there is one."""
        if event.description:
            container.append(line("DESCRIPTION", text(event.description)))

    def serialize_location(event, container):  # type: ignore[no-untyped-def]  # noqa: N805
        """LOCATION, where it may leave the app."""
        if event.location:
            container.append(line("LOCATION", text(event.location)))

    def _nothing(event, container):  # type: ignore[no-untyped-def]  # noqa: N805
        """What is written elsewhere, or never."""

    serialize_all_day = serialize_duration = serialize_end = _nothing
    serialize_alarm = serialize_attendee = serialize_organizer = _nothing
    serialize_categories = serialize_geo = serialize_url = _nothing


class FeedEvent(Event):  # type: ignore[misc] # ics ships no types.
    """An event of `ics` that knows its item, and the zone in which its times are written."""

    class Meta:
        name = "VEVENT"
        parser = EventParser
        serializer = FeedSerializer

    def __init__(self, item: FeedItem, place: str) -> None:
        snapshot = item.snapshot
        super().__init__(
            name=snapshot.summary,
            uid=item.uid,
            description=snapshot.description,
            location=snapshot.location,
            transparent=snapshot.transparency is Transparency.TRANSPARENT,
            status="CONFIRMED",
            classification=CLASSES[snapshot.visibility],
        )
        self.item = item
        self.place = place


HOOKS = [hook for hook in FeedSerializer.get_serializers() if hook.__name__ != "_nothing"]
"""Asked for once: the library would sort them again for every event."""


def event_component(item: FeedItem, *, place: str) -> Container:
    """The VEVENT of `item`, with its times in `place` (`zone_written`)."""
    component = Container("VEVENT")
    event = FeedEvent(item, place)
    for hook in HOOKS:
        hook(event, component)
    return component


def moment(name: str, at: Start, place: str) -> ContentLine:
    """A date, a local time with its TZID, or (with an empty `place`) UTC."""
    if not isinstance(at, dt.datetime):
        return line(name, f"{at:%Y%m%d}", {"VALUE": "DATE"})
    if not place:
        return line(name, _utc(at))
    return line(name, f"{at.astimezone(zone(place)):%Y%m%dT%H%M%S}", {"TZID": place})


def zone_written(item: FeedItem) -> str:
    """The zone that the item's times name and that needs a VTIMEZONE; "" for dates and UTC.

    Series keep their zone. A single event goes out in UTC when one of its times comes twice, as
    programs disagree which of the two is meant, and when the clock is set while it lasts, as they
    disagree about its end (ICALENDAR.md A4).
    """
    span = item.snapshot.span
    if isinstance(span, AllDaySpan) or span.time_zone in UTC_NAMES:
        return ""
    is_series = bool(item.snapshot.recurrence) or item.original_start is not None
    return span.time_zone if is_series or not _is_doubtful(span) else ""


def _is_doubtful(span: TimedSpan) -> bool:
    begins, ends = span.starts_local, span.ends_local
    is_set_between = begins.utcoffset() != ends.utcoffset()
    return is_set_between or _comes_twice(begins) or _comes_twice(ends)


def _comes_twice(local: dt.datetime) -> bool:
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


def _recurrence(written: str, place: str) -> ContentLine:
    head, _, value = written.partition(":")
    name, _, parameter = head.partition(";")
    key, _, content = parameter.partition("=")
    if key == "TZID" and not place:
        return line(name, f"{value}Z")
    return line(name, value, {key: content} if key else None)


def _utc(at: dt.datetime) -> str:
    return f"{at.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"

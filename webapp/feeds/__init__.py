"""Calendars that other programs subscribe to: addresses and iCalendar bytes. Knows no table.

The only folder that knows the `ics` library, and only its object model: time zones, order and
folding are written here, because the library's own serializer converts to UTC, does not fold and
depends on the process (ICALENDAR.md A1).
"""

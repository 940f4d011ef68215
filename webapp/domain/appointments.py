"""An own event as plain values: a client appointment or a non-client event, single or series.

Rows become these values in `db/snapshots.py`; the renderer, the feed and the calendar read only
these, so that none of them can reach a note or a bill by accident.
"""

import datetime as dt
from dataclasses import dataclass

from webapp.domain.naming import ClientName
from webapp.domain.timespan import Span, Start


@dataclass(frozen=True, slots=True)
class ChangedOccurrence:
    """One occurrence of a series that differs: cancelled (`span` is None) or moved to `span`."""

    original_start: Start
    span: Span | None

    @property
    def is_cancelled(self) -> bool:
        """Whether the occurrence does not take place."""
        return self.span is None


@dataclass(frozen=True, slots=True)
class AppointmentValues:
    """What may be rendered of one own event.

    `client` is set for client appointments; `title` only for non-client events. `rule` is the
    value of an RRULE without its name (RFC 5545 3.3.10) or "" for a single event. `sequence`
    counts changes that others can see; `changed_at` (aware UTC) is the time of the last one.
    """

    id: str
    span: Span
    client: ClientName | None = None
    title: str = ""
    rule: str = ""
    changes: tuple[ChangedOccurrence, ...] = ()
    is_busy: bool = True
    location: str = ""
    sequence: int = 0
    changed_at: dt.datetime = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    is_cancelled: bool = False

    @property
    def is_client_appointment(self) -> bool:
        """Whether a client is met, so that the event is locked outside (R85)."""
        return self.client is not None

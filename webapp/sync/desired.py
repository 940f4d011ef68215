"""What another calendar should show of an own event: the one renderer for Google and the feed.

Nothing leaves the app that is not put into a `Snapshot` here: no notes, services, bills, phone
numbers or addresses (R89); a name only as `domain/naming.py` allows (R88); the place only when the
practitioner wants it.
"""

from webapp.domain.appointments import AppointmentValues
from webapp.domain.naming import Display, name_outside
from webapp.domain.plain_text import one_line
from webapp.domain.recurrence import canonical_lines, exdate_line, has_occurrence, takes_place
from webapp.domain.timespan import Span
from webapp.sync.types import Key, Snapshot, Transparency, Visibility

UNTITLED = "Busy"


def wanted(
    values: AppointmentValues, display: Display, *, includes_location: bool, description: str
) -> dict[Key, Snapshot]:
    """One snapshot for the single event or master, and one for each moved occurrence.

    Empty when nothing of it takes place. `description` is the fixed line that says where an event
    is edited; every one carries it. Cancelled occurrences become EXDATE lines of the master;
    changes that name no occurrence of the rule are left out. Raises `UnreadableRule`.
    """
    if values.is_cancelled or not takes_place(values.span, values.rule, values.changes):
        return {}
    shown = {
        Key(values.id): _snapshot(
            values,
            display,
            span=values.span,
            recurrence=_recurrence(values),
            location=values.location if includes_location else "",
            description=description,
        )
    }
    for change in values.changes:
        is_own = has_occurrence(values.span, values.rule, change.original_start)
        if change.span is not None and is_own:
            shown[Key(values.id, change.original_start)] = _snapshot(
                values,
                display,
                span=change.span,
                recurrence=(),
                location=values.location if includes_location else "",
                description=description,
            )
    return shown


def title_outside(values: AppointmentValues, display: Display) -> str:
    """The title in another calendar: the client as chosen, or the event's own words."""
    if values.client is not None:
        return one_line(name_outside(values.client, display)) or UNTITLED
    return one_line(values.title) or UNTITLED


def _snapshot(
    values: AppointmentValues,
    display: Display,
    *,
    span: Span,
    recurrence: tuple[str, ...],
    location: str,
    description: str,
) -> Snapshot:
    is_locked = values.is_client_appointment
    is_busy = is_locked or values.is_busy
    return Snapshot(
        summary=title_outside(values, display),
        span=span,
        description=description,
        location=one_line(location),
        visibility=Visibility.PRIVATE if is_locked else Visibility.DEFAULT,
        transparency=Transparency.OPAQUE if is_busy else Transparency.TRANSPARENT,
        recurrence=recurrence,
    )


def _recurrence(values: AppointmentValues) -> tuple[str, ...]:
    if not values.rule:
        return ()
    cancelled = [
        exdate_line(change.original_start, values.span)
        for change in values.changes
        if change.is_cancelled and has_occurrence(values.span, values.rule, change.original_start)
    ]
    return canonical_lines([f"RRULE:{values.rule}", *cancelled], values.span)

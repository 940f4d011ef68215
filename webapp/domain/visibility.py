"""Who in a practice sees what of a practitioner's calendar: audience by field, as one table.

What leaves the practice is decided in `domain/naming.py` and `sync/desired.py`.
"""

from enum import StrEnum

from webapp.domain.roles import Role


class Audience(StrEnum):
    """How somebody stands to the calendar they look at."""

    SELF = "self"
    OWNER = "owner"
    ASSISTANT = "assistant"
    COLLEAGUE = "colleague"


class Sight(StrEnum):
    """What may be seen or done. Times, as "Busy", are seen by the whole practice (R100)."""

    CLIENTS = "clients"
    NOTES = "notes"
    GOOGLE_DETAILS = "google details"
    CHANGES = "changes"


SEES: dict[Audience, frozenset[Sight]] = {
    Audience.SELF: frozenset(Sight),
    Audience.OWNER: frozenset({Sight.CLIENTS, Sight.NOTES, Sight.CHANGES}),
    Audience.ASSISTANT: frozenset({Sight.CLIENTS, Sight.CHANGES}),
    Audience.COLLEAGUE: frozenset(),
}
"""Nobody but the practitioner reads their Google events, the owner included (R100, R146)."""


def audience(*, viewer_id: str, role: Role, member_id: str) -> Audience:
    """How the viewer stands to the calendar of `member_id`, in one practice."""
    if viewer_id == member_id:
        return Audience.SELF
    if role is Role.OWNER:
        return Audience.OWNER
    return Audience.ASSISTANT if role is Role.ASSISTANT else Audience.COLLEAGUE


def can(sight: Sight, *, viewer_id: str, role: Role, member_id: str) -> bool:
    """Whether the viewer may see, or do, `sight` on the calendar of `member_id`."""
    return sight in SEES[audience(viewer_id=viewer_id, role=role, member_id=member_id)]

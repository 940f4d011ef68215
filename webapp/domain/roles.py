"""Who works in a practice."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Protocol


class Role(StrEnum):
    """Owner: runs the practice and its installation pages. Practitioner: meets clients.

    Assistant: keeps calendars, sees times and names but no notes and no sync settings.
    """

    OWNER = "owner"
    PRACTITIONER = "practitioner"
    ASSISTANT = "assistant"


class Colleague(Protocol):
    """Somebody of a practice, as far as the rules about roles go."""

    @property
    def id(self) -> str: ...

    @property
    def role(self) -> Role: ...

    @property
    def is_active(self) -> bool: ...


def is_only_owner(person: Colleague, *, among: Iterable[Colleague]) -> bool:
    """Whether nobody else of the practice, all of it, is an owner who can sign in: such a person
    cannot go."""
    owners = {one.id for one in among if one.is_active and one.role is Role.OWNER}
    return owners == {person.id}

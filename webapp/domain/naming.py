"""The four ways to name a client outside the app (PRODUCT.md R18 to R31).

This is the only place that turns a client into text for another calendar. No choice ever shows
more than it says, and nothing falls back to a name: a client without what a choice needs is shown
by internal ID.
"""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum


class Display(StrEnum):
    """How clients are named outside, most private first."""

    INTERNAL_ID = "internal_id"
    FIRST_NAME = "first_name"
    INITIALS = "initials"
    FULL_NAME = "full_name"


@dataclass(frozen=True, slots=True)
class PersonName:
    """One person's names. `preferred_name` replaces the given name where it is set."""

    given_name: str
    family_name: str = ""
    preferred_name: str = ""

    @property
    def called(self) -> str:
        """The first name this person goes by."""
        return (self.preferred_name or self.given_name).strip()


@dataclass(frozen=True, slots=True)
class ClientName:
    """A client record as naming sees it: one internal ID, and one person or more (a couple)."""

    internal_id: str
    people: tuple[PersonName, ...]


def name_outside(client: ClientName, display: Display) -> str:
    """How `client` reads in another calendar under `display`.

    First name: the whole given name ("Ana Maria"), or the preferred name; never the surname (R23).
    Initials: see `initials`. Couples are joined with " & ". Missing parts give the internal ID.
    """
    if display is Display.INTERNAL_ID:
        return client.internal_id
    parts = [_person_outside(person, display) for person in client.people]
    return " & ".join(parts) if parts and all(parts) else client.internal_id


def initials(person: PersonName) -> str:
    """Initials without dots: "Jean-Luc Picard" gives "JLP", "Madonna" gives "M" (R24).

    The first letter of every word and of every hyphenated part, upper-cased, keeping the script
    it is written in. A grapheme's combining marks stay with their letter.
    """
    words = f"{person.called} {person.family_name}".replace("-", " ").split()
    return "".join(_first_letter(word) for word in words)


def _person_outside(person: PersonName, display: Display) -> str:
    if display is Display.FIRST_NAME:
        return person.called
    if display is Display.INITIALS:
        return initials(person)
    return f"{person.called} {person.family_name}".strip()


def _first_letter(word: str) -> str:
    for index, character in enumerate(word):
        if character.isalnum():
            end = index + 1
            while end < len(word) and unicodedata.combining(word[end]):
                end += 1
            return unicodedata.normalize("NFC", word[index:end]).upper()
    return ""

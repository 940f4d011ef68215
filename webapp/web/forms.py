"""A form as one small object: what was typed, what it means, and what is wrong with it.

    form = Form(request.form)
    name = form.text("name", longest=80)
    with form.accepting():                 # an Invalid from the service lands in form.errors
        clients.create(db(), by=…, now=…, name=name)
    if form.errors: return page_or_partial(…, form=form), 422

Values are kept as they were typed, so that a refused form comes back as the person left it.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from typing import TypeVar

from webapp.domain.errors import Invalid
from webapp.domain.timespan import is_known_zone

Choice = TypeVar("Choice", bound=StrEnum)

REQUIRED = "Please fill this in."
NOT_A_DATE = "Enter a date, such as 2026-03-31."
NOT_A_TIME = "Enter a time, such as 14:30."


class Form:
    """`given` is what was sent, or for a form's first showing the values it starts with."""

    def __init__(self, given: Mapping[str, str] | None = None) -> None:
        self.given = dict(given or {})
        self.errors: dict[str, str] = {}

    def value(self, name: str) -> str:
        """What was typed, for showing it again; "" when nothing was."""
        return str(self.given.get(name, ""))

    def error(self, name: str) -> str:
        """What is wrong with one field, "" when nothing is."""
        return self.errors.get(name, "")

    def text(self, name: str, *, is_required: bool = True, longest: int = 200) -> str:
        """Trimmed text."""
        typed = self.value(name).strip()
        if not typed and is_required:
            self.errors[name] = REQUIRED
        elif len(typed) > longest:
            self.errors[name] = f"Use at most {longest} characters."
        return typed

    def secret(self, name: str) -> str:
        """A password: every character counts. It is never shown again."""
        typed = self.given.pop(name, "")
        if not typed:
            self.errors[name] = REQUIRED
        return str(typed)

    def flag(self, name: str) -> bool:
        """Whether a checkbox was ticked."""
        return self.value(name) not in ("", "0", "off", "false")

    def choice(self, name: str, choices: type[Choice]) -> Choice | None:
        """One of `choices`, or None and an error."""
        try:
            return choices(self.value(name))
        except ValueError:
            self.errors[name] = "Choose one of these."
            return None

    def whole_number(self, name: str, *, lowest: int, highest: int) -> int | None:
        """A whole number within bounds, or None and an error."""
        typed = self.value(name).strip()
        if not typed.isdecimal() or len(typed) > 9 or not lowest <= int(typed) <= highest:
            self.errors[name] = f"Enter a whole number from {lowest} to {highest}."
            return None
        return int(typed)

    def day(self, name: str, *, is_required: bool = True) -> dt.date | None:
        """A date as browsers send it (2026-03-31), or None and an error."""
        typed = self.text(name, is_required=is_required, longest=10)
        try:
            return dt.date.fromisoformat(typed) if typed else None
        except ValueError:
            self.errors[name] = NOT_A_DATE
            return None

    def time(self, name: str) -> dt.time | None:
        """A wall-clock time without a zone (14:30), or None and an error."""
        typed = self.text(name, longest=8)
        try:
            return dt.time.fromisoformat(typed).replace(tzinfo=None) if typed else None
        except ValueError:
            self.errors[name] = NOT_A_TIME
            return None

    def zone(self, name: str) -> str:
        """An IANA zone, or "" and an error."""
        typed = self.text(name, longest=64)
        if typed and not is_known_zone(typed):
            self.errors[name] = "Choose a time zone from the list."
            return ""
        return typed

    @contextmanager
    def accepting(self) -> Iterator[None]:
        """Collects what a service finds invalid. Nothing inside runs on after such a finding."""
        try:
            yield
        except Invalid as invalid:
            self.errors |= invalid.errors

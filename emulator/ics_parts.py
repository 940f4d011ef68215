"""A calendar file taken apart: unfolded lines, VEVENT and VTIMEZONE blocks, calendar
properties.

Tolerant on purpose: real files hold junk lines, lone carriage returns and cut ends. What a
block means is read by `import_ics`; nothing is judged here except that there is a calendar at
all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

FOLD = re.compile(r"\n[ \t]")
NAMED = ("X-WR-CALNAME", "X-WR-TIMEZONE", "X-WR-CALDESC", "NAME")
OTHERS = ("VTODO", "VJOURNAL", "VFREEBUSY")


class UnreadableCalendar(ValueError):
    """The file holds no calendar; the text is one line for the person."""


@dataclass
class Block:
    """The lines of one component, BEGIN and END included."""

    lines: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\r\n".join(self.lines) + "\r\n"

    def own_lines(self, *names: str) -> list[str]:
        """Its property lines with these names; those of components inside it are left out."""
        found, depth = [], 0
        for line in self.lines:
            name = re.split("[:;]", line, maxsplit=1)[0].upper()
            depth += {"BEGIN": 1, "END": -1}.get(name, 0)
            if depth == 1 and name in names:
                found.append(line)
        return found


@dataclass
class Parts:
    """What a file is made of; `others` counts components that are no events."""

    events: list[Block] = field(default_factory=list)
    zones: list[Block] = field(default_factory=list)
    properties: dict[str, str] = field(default_factory=dict)
    others: dict[str, int] = field(default_factory=dict)
    is_cut: bool = False


def take_apart(raw: bytes) -> Parts:
    """The parts of a file; UnreadableCalendar when there is no component in it."""
    lines = _lines(raw)
    if not any(line.upper().startswith(("BEGIN:VCALENDAR", "BEGIN:VEVENT")) for line in lines):
        if not any(line.upper().startswith("BEGIN:VTIMEZONE") for line in lines):
            raise UnreadableCalendar("there is no calendar in it (no BEGIN:VCALENDAR)")
    parts = Parts()
    inside: list[tuple[str, Block]] = []
    for line in lines:
        _take(parts, inside, line)
    parts.is_cut = bool(inside)
    return parts


def _lines(raw: bytes) -> list[str]:
    if b"\x00" in raw:
        raise UnreadableCalendar("it is a binary file")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return [line for line in FOLD.sub("", text).split("\n") if line.strip()]


def _take(parts: Parts, inside: list[tuple[str, Block]], line: str) -> None:
    word, _, value = line.partition(":")
    kind = value.strip().upper()
    for _, block in inside:
        block.lines.append(line)
    if word.upper() == "BEGIN":
        inside.append((kind, Block([line])))
    elif word.upper() == "END":
        _close(parts, inside, kind)
    elif word.partition(";")[0].upper() in NAMED and [name for name, _ in inside] == ["VCALENDAR"]:
        parts.properties.setdefault(word.partition(";")[0].upper(), value.strip())


def _close(parts: Parts, inside: list[tuple[str, Block]], kind: str) -> None:
    while inside:
        name, block = inside.pop()
        if name == "VEVENT":
            parts.events.append(block)
        elif name == "VTIMEZONE":
            parts.zones.append(block)
        elif name in OTHERS:
            parts.others[name] = parts.others.get(name, 0) + 1
        if name == kind:
            return

"""The table in emulator/README.md: what the stand-in supports, counted against Google's document.

`python -m tests.emulator.judges.counted` writes it anew; a test holds the README to it. A method or
parameter counts when Google's client drove it, a member when it was met in an answer on that tour.
"""

from __future__ import annotations

import textwrap
from collections import defaultdict
from itertools import pairwise
from pathlib import Path

import pytest

from emulator import methods, running_emulator
from emulator.google import Google
from tests.emulator.judges import document, tour
from tests.emulator.judges.witness import Witness

README = Path(__file__).parents[3] / "emulator" / "README.md"
BEGIN, END = "<!-- counted: begin -->", "<!-- counted: end -->"
RESOURCES = {
    "acl": ("AclRule", "Acl"),
    "calendarList": ("CalendarListEntry", "CalendarList"),
    "calendars": ("Calendar",),
    "channels": ("Channel",),
    "colors": ("Colors",),
    "events": ("Event", "Events"),
    "freebusy": ("FreeBusyResponse",),
    "settings": ("Setting", "Settings"),
}


def table() -> str:
    """The counted lines in Markdown, what is missing named below them."""
    met = _met()
    rows, missing = [], []
    for resource, shapes in RESOURCES.items():
        known = [one for one in document.methods().values() if one.id.split(".")[1] == resource]
        ours = {one.id: one for one in methods.METHODS if one.id.split(".")[1] == resource}
        wanted = {(one.id, name) for one in known for name in one.query}
        held = {(one.id, name) for one in ours.values() for name in one.parameters}
        members = {(shape, name) for shape in shapes for name in _own_members(shape)}
        found = {(shape, name) for shape, name in members if name in met[shape]}
        cells = [f"{len(ours)} of {len(known)}", f"{len(held & wanted)} of {len(wanted)}"]
        rows.append(f"| {resource} | {' | '.join(cells)} | {len(found)} of {len(members)} |")
        missing += [f"`{one.id.removeprefix('calendar.')}`" for one in known if one.id not in ours]
        missing += sorted(f"`{shape}.{name}`" for shape, name in members - found)
    head = ["| resource | methods | query parameters | members of answers |", "|---|---|---|---|"]
    revision = f"Counted against revision {document.read()['revision']} of the discovery document."
    text = f"{revision} Not there: {', '.join(_shortest(missing))}."
    lines = textwrap.wrap(text, 118, break_on_hyphens=False)
    return "\n".join([*head, *rows, "", *lines])


def written(text: str) -> str:
    """The README's text with the table in its place."""
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}\n{table()}\n{END}{rest.partition(END)[2]}"


def _met() -> dict[str, set[str]]:
    """Members per shape; those of list items count for the shape of one item."""
    witness = Witness()
    with pytest.MonkeyPatch.context() as patch:
        witness.install(patch.setattr)
        with running_emulator(google=Google(seed=7)) as emu:
            tour.drive(emu)
    met = defaultdict(set, witness.met)
    for shapes in RESOURCES.values():
        for single, many in pairwise(shapes):
            inner = {name for name in met[many] if name.startswith("items.")}
            met[single] |= {name.removeprefix("items.") for name in inner}
    return met


def _own_members(shape: str) -> set[str]:
    return {name for name in document.members(shape) if not name.startswith("items.")}


def _shortest(names: list[str]) -> list[str]:
    """Without members below a member that is named already."""
    return [
        name
        for name in names
        if not any(name.startswith(other[:-1] + ".") for other in names if other != name)
    ]


if __name__ == "__main__":
    README.write_text(written(README.read_text(encoding="utf-8")), encoding="utf-8")

"""Templates are of four kinds, told apart by name and first line (HOUSE.md 8).

A page extends a layout. A partial (`_name.html`) says what it needs and is one element, so that it
can be swapped. A macro file (`_name.html` too) begins by saying how it is imported. A response
(`name.htmx.html`) has no markup of its own.
"""

import re
from dataclasses import dataclass, field

import pytest

from tests.house.source import templates

TOKEN = re.compile(
    r"\{#.*?#\}|\{%-?\s*(?P<tag>.*?)-?%\}|\{\{.*?\}\}|<(?P<markup>/?[a-zA-Z][^<>]*)>", re.S
)
IN_BRACES = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.S)
VOID = {
    *("area", "base", "br", "col", "embed", "hr", "img"),
    *("input", "link", "meta", "source", "track", "wbr"),
}

KINDS = {name: text for name, text in templates().items() if not name.startswith("layouts/")}
UNDERSCORED = {name: text for name, text in KINDS.items() if name.rpartition("/")[2][0] == "_"}
RESPONSES = {name: text for name, text in KINDS.items() if name.endswith(".htmx.html")}
MACROS = {name: text for name, text in UNDERSCORED.items() if "{% macro" in text}
PARTIALS = {name: text for name, text in UNDERSCORED.items() if name not in MACROS}
PAGES = {name: text for name, text in KINDS.items() if name not in UNDERSCORED | RESPONSES}

NOT_AN_ELEMENT = {
    "shared/_person.html": "attributes of <body>",
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_begins_by_extending_a_layout(name: str) -> None:
    assert PAGES[name].startswith('{% extends "layouts/')


@pytest.mark.parametrize("name", PARTIALS)
def test_a_partial_begins_by_saying_what_it_needs(name: str) -> None:
    assert PARTIALS[name].startswith("{# needs: ")


@pytest.mark.parametrize("name", UNDERSCORED)
def test_a_partial_extends_nothing(name: str) -> None:
    assert "{% extends" not in UNDERSCORED[name]


@pytest.mark.parametrize("name", sorted(PARTIALS.keys() - NOT_AN_ELEMENT))
def test_a_partial_is_one_element(name: str) -> None:
    assert roots(PARTIALS[name]) == 1


@pytest.mark.parametrize("name", MACROS)
def test_a_macro_file_begins_by_saying_how_it_is_imported(name: str) -> None:
    first = MACROS[name].partition("#}")[0]

    assert first.startswith("{# ")
    assert f'{{% from "{name}" import ' in first


def test_a_response_has_no_markup_of_its_own() -> None:
    assert [name for name, text in RESPONSES.items() if "<" in IN_BRACES.sub("", text)] == []


def test_no_template_holds_a_script_or_a_handler() -> None:
    """The content policy forbids them, and allowEval is off."""
    inline = re.compile(r"<script(?![^>]*\bsrc=)|\son[a-z]+=|\shx-on|javascript:|\sstyle=", re.I)

    assert [name for name, text in templates().items() if inline.search(text)] == []


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ('<p id="a">x</p>', 1),
        ("<p>x</p><p>y</p>", 2),
        ("{% if a %}<p>x</p>{% else %}<b>y</b>{% endif %}", 1),
        ("{% if a %}<a>{% else %}<span>{% endif %}x{% if a %}</a>{% else %}</span>{% endif %}", 1),
        ('{% call card("x") %}<p>x</p><p>y</p>{% endcall %}', 1),
        ("<div><br><input>{% for a in b %}<i>x</i>{% endfor %}</div>", 1),
    ],
)
def test_elements_are_counted_as_a_browser_would_get_them(source: str, count: int) -> None:
    assert roots(source) == count


@dataclass
class _Reading:
    """Where the reading of a template is: `depth` open elements, `found` roots so far."""

    depth: int = 0
    found: int = 0
    branches: list[tuple[int, int, int]] = field(default_factory=list)

    def tag(self, words: list[str]) -> None:
        """An if has alternatives, of which a browser gets one; a call is what its macro makes."""
        match words:
            case ["if", *_]:
                self.branches.append((self.depth, self.found, self.found))
            case ["elif" | "else", *_] if self.branches:
                depth, began, most = self.branches.pop()
                self.branches.append((depth, began, max(most, self.found)))
                self.depth, self.found = depth, began
            case ["endif", *_]:
                _, _, most = self.branches.pop()
                self.found = max(most, self.found)
            case ["call", *_]:
                self.opened()
            case ["endcall", *_]:
                self.depth -= 1

    def markup(self, element: str) -> None:
        """An opening or closing tag."""
        if element.startswith("/"):
            self.depth -= 1
            return
        self.opened()
        if element.split()[0].lower() in VOID or element.endswith("/"):
            self.depth -= 1

    def opened(self) -> None:
        """One more element, a root if nothing is open."""
        self.found += self.depth == 0
        self.depth += 1


def roots(source: str) -> int:
    """How many elements a browser gets at the top, at most."""
    reading = _Reading()
    for token in TOKEN.finditer(without_values(source)):
        if token["tag"] is not None:
            reading.tag(token["tag"].split())
        elif token["markup"] is not None:
            reading.markup(token["markup"])
    return reading.found


def without_values(source: str) -> str:
    """Inside an element's tag Jinja may write anything: attributes are none of our business."""
    outside = re.sub(r"\{#.*?#\}", "", source, flags=re.S)
    outside = re.sub(r"\{\{.*?\}\}", "x", outside, flags=re.S)
    return re.sub(
        r"<([a-zA-Z][^<>{}]*)((?:\{%.*?%\}|[^<>{}])*)>",
        lambda tag: f"<{tag[1].split()[0]}{'/' if tag[0].endswith('/>') else ''}>",
        outside,
        flags=re.S,
    )

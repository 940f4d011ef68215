"""The only makers of content lines: checked names, escaped texts, quoted parameters.

`ics` neither checks values nor quotes parameters and shares one default dict between all lines
(ICALENDAR.md A1), so nobody else in this folder creates a `ContentLine`.
"""

import re
from collections.abc import Mapping

from ics.grammar.parse import ContentLine

_NAME = re.compile(r"[A-Z0-9-]+", re.ASCII)
_CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_NEEDS_QUOTES = re.compile(r"[:;,]")


class UnsafeLine(ValueError):
    """A name or value that would break out of its line."""


def line(name: str, value: str, params: Mapping[str, str] | None = None) -> ContentLine:
    """One property. `value` is in its final form: texts go through `text` first.

    Raises `UnsafeLine` for a name that is none and for a value with a line break.
    """
    checked = {_checked(key): [_parameter(content)] for key, content in (params or {}).items()}
    if "\r" in value or "\n" in value:
        raise UnsafeLine(name)
    return ContentLine(_checked(name), checked, value)


def text(value: str) -> str:
    """A TEXT value, escaped (RFC 5545 3.3.11); control characters other than line feeds go."""
    value = _CONTROLS.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))
    escaped = value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return escaped.replace("\n", "\\n")


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise UnsafeLine(name)
    return name


def _parameter(value: str) -> str:
    """A parameter value with RFC 6868 escapes, quoted where it has to be."""
    value = value.replace("^", "^^").replace("\n", "^n").replace('"', "^'")
    value = _CONTROLS.sub("", value)
    return f'"{value}"' if _NEEDS_QUOTES.search(value) else value

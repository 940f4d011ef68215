"""From containers to bytes: CRLF after every line, and no line over 75 octets (RFC 5545 3.1).

A fold never splits a character: programs that join octets late would break it.
"""

from ics.grammar.parse import Container, ContentLine

LONGEST_LINE = 75


def component_bytes(component: Container) -> bytes:
    """The component with its properties first and its parts after them."""
    lines = [item for item in component if isinstance(item, ContentLine)]
    parts = [item for item in component if isinstance(item, Container)]
    return b"".join(
        [
            folded(f"BEGIN:{component.name}"),
            *(folded(str(line)) for line in lines),
            *(component_bytes(part) for part in parts),
            folded(f"END:{component.name}"),
        ]
    )


def folded(line: str) -> bytes:
    """One logical line as physical ones, in UTF-8."""
    rest = line.encode()
    pieces = []
    room = LONGEST_LINE
    while len(rest) > room:
        end = room
        while rest[end] & 0xC0 == 0x80:  # inside a character
            end -= 1
        pieces.append(rest[:end])
        rest, room = rest[end:], LONGEST_LINE - 1  # the leading space counts
    return b"\r\n ".join([*pieces, rest]) + b"\r\n"

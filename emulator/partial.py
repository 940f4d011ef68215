"""The `fields` parameter: partial responses such as `items(id,start/date),nextPageToken`."""

from __future__ import annotations

from typing import Any

from emulator import errors

Mask = dict[str, "Mask"]


def select(body: Any, mask: str) -> Any:
    """The parts of a body that the mask names; 400 for a mask that cannot be read."""
    tree, rest = _read(mask, 0)
    if rest != len(mask):
        raise errors.Refused(
            400, "invalidParameter", f"Invalid field selection {mask}", location="fields"
        )
    return _cut(body, tree)


def _cut(value: Any, tree: Mask) -> Any:
    if not tree or "*" in tree:
        return value
    if isinstance(value, list):
        return [_cut(one, tree) for one in value]
    if not isinstance(value, dict):
        return value
    return {key: _cut(member, tree[key]) for key, member in value.items() if key in tree}


def _read(mask: str, at: int) -> tuple[Mask, int]:
    tree: Mask = {}
    while at < len(mask):
        begin = at
        while at < len(mask) and mask[at] not in ",/()":
            at += 1
        name = mask[begin:at].strip()
        child: Mask = {}
        if at < len(mask) and mask[at] == "/":
            child, at = _read_path(mask, at + 1)
        elif at < len(mask) and mask[at] == "(":
            child, at = _read(mask, at + 1)
            at += 1
        tree.setdefault(name, {}).update(child)
        if at >= len(mask) or mask[at] != ",":
            break
        at += 1
    return tree, at


def _read_path(mask: str, at: int) -> tuple[Mask, int]:
    begin = at
    while at < len(mask) and mask[at] not in ",/()":
        at += 1
    name = mask[begin:at]
    if at < len(mask) and mask[at] == "/":
        child, at = _read_path(mask, at + 1)
        return {name: child}, at
    if at < len(mask) and mask[at] == "(":
        child, at = _read(mask, at + 1)
        return {name: child}, at + 1
    return {name: {}}, at

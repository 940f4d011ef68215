"""Knobs as texts: for the page that shows them and for answers that set them.

What each knob means stands beside it in `knobs`; here it is only read out.
"""

from __future__ import annotations

import ast
import inspect
from dataclasses import dataclass, fields
from functools import cache
from itertools import pairwise

from emulator import knobs as knobs_module
from emulator.knobs import Knobs

CHOICES: dict[str, tuple[object, ...]] = {
    "cancelled_put_without_status": ("forbidden", "restore", "deleted"),
    "instance_of_deleted_master": (404, 410),
}
KINDS = {"bool": bool, "int": int, "float": float, "str": str}


@dataclass(frozen=True)
class ShownKnob:
    name: str
    words: str
    value: object
    is_flag: bool


def shown(knobs: Knobs) -> list[ShownKnob]:
    """Every knob with its meaning and its present value."""
    words = _meanings()
    return [
        ShownKnob(f.name, words.get(f.name, ""), getattr(knobs, f.name), f.type == "bool")
        for f in fields(Knobs)
    ]


def read(knobs: Knobs, answers: dict[str, str]) -> None:
    """Set all knobs from a form (an unticked flag is absent); ValueError when one cannot be."""
    values = {f.name: _value(f.name, str(f.type), answers.get(f.name)) for f in fields(Knobs)}
    for name, value in values.items():
        setattr(knobs, name, value)


def _value(name: str, kind: str, text: str | None) -> object:
    if kind == "bool":
        return text is not None
    plain, _, optional = kind.partition(" | ")
    if optional and not (text or "").strip():
        return None
    try:
        value = KINDS[plain]((text or "").strip())
    except ValueError:
        raise ValueError(f"{name} cannot be {text!r}.") from None
    if value not in CHOICES.get(name, (value,)):
        raise ValueError(f"{name} is one of {CHOICES[name]}.")
    return value


@cache
def _meanings() -> dict[str, str]:
    """The text below each knob in the source."""
    (body,) = [n.body for n in ast.parse(_source()).body if isinstance(n, ast.ClassDef)]
    found: dict[str, str] = {}
    for knob, text in pairwise(body):
        if isinstance(knob, ast.AnnAssign) and isinstance(knob.target, ast.Name):
            if isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant):
                found[knob.target.id] = " ".join(str(text.value.value).split())
    return found


def _source() -> str:
    return inspect.getsource(knobs_module)

"""The README names every knob, switch and verb there is."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from emulator.__main__ import _parser
from emulator.control import ACCOUNT_VERBS, CALENDAR_VERBS
from emulator.faults import KINDS
from emulator.knobs import Knobs

README = (Path(__file__).parents[2] / "emulator" / "README.md").read_text(encoding="utf-8")
SWITCHES = [a.option_strings[0] for a in _parser()._actions if a.option_strings[0] != "-h"]
KNOBS = [field.name for field in fields(Knobs)]


@pytest.mark.parametrize("word", [*KNOBS, *SWITCHES, *ACCOUNT_VERBS, *CALENDAR_VERBS, *KINDS])
def test_it_is_explained(word: str) -> None:
    assert word in README

"""docs/sync.md shows the tables as the code has them."""

import importlib.util
from types import ModuleType

import pytest

from tests.house.source import ROOT


@pytest.fixture
def drawing() -> ModuleType:
    """docs/draw_sync.py, which is a program beside the page and no package."""
    spec = importlib.util.spec_from_file_location("draw_sync", ROOT / "docs" / "draw_sync.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_as_the_code_is(drawing: ModuleType) -> None:
    text = drawing.PAGE.read_text()

    assert drawing.drawn(text) == text, "run python docs/draw_sync.py"


def test_every_table_is_on_the_page_once(drawing: ModuleType) -> None:
    named = [found[2] for found in drawing.PART.finditer(drawing.PAGE.read_text())]

    assert sorted(named) == sorted(drawing.TABLES)

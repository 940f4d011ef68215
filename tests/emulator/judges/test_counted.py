"""The counted table in the stand-in's README is as fresh as the stand-in."""

from tests.emulator.judges import counted


def test_the_readme_counts_what_there_is() -> None:
    """Issue 3, Show 1."""
    text = counted.README.read_text(encoding="utf-8")
    assert counted.written(text) == text, "run python -m tests.emulator.judges.counted"

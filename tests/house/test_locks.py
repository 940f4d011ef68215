"""The locks: complete, hashed, and without a single host (STACK.md A2)."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.lock"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def pins(lines: list[str]) -> dict[str, str]:
    """Name and version of every `name[extra]==version`, environment markers left aside."""
    found = (re.match(r"([A-Za-z0-9._-]+)(?:\[.*?\])?==([^\s;]+)", line) for line in lines)
    return {match[1].lower(): match[2] for match in found if match}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_a_lock_names_no_host_and_no_folder(lock):
    assert not re.search(r"https?:|file:|@ |index-url|find-links", lock.read_text())


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_pin_of_a_lock_has_its_hashes(lock):
    entries = re.split(r"\n(?=\S)", lock.read_text().strip())
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize(
    ("lock", "wanted"),
    [
        ("run.lock", PROJECT["project"]["dependencies"]),
        ("dev.lock", PROJECT["project"]["dependencies"]),
        ("dev.lock", PROJECT["dependency-groups"]["dev"]),
        ("judges.lock", PROJECT["dependency-groups"]["judges"]),
        ("engines.lock", PROJECT["dependency-groups"]["engines"]),
        ("peers.lock", PROJECT["dependency-groups"]["peers"]),
    ],
)
def test_a_lock_holds_what_pyproject_asks_for(lock, wanted):
    locked = pins((ROOT / "requirements" / lock).read_text().splitlines())
    asked = pins(wanted)
    assert len(asked) == len(wanted), "every dependency is pinned with =="
    assert asked.items() <= locked.items(), "run `make lock`"

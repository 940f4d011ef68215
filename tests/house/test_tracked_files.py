"""What is in the repository works anywhere: no machine's folders, no registry's hosts, no secrets.

The words are put together here, so that this file does not hold them itself.
"""

import re
from pathlib import Path

from tests.house.source import ROOT, tracked_files

REGISTRIES = ("pypi" + r"\.org", "python" + "hosted", "npm" + "js", "proxy.golang" + r"\.org")
FOLDERS = ("work", "root", "home/[a-z]", "Users/[A-Za-z]")
SECRETS = (r"ya29\.[A-Za-z0-9_-]{20}", r"-----BEGIN [A-Z ]*PRIVATE" + " KEY")
MEGABYTE = 1_000_000


def test_no_registry_is_named() -> None:
    assert holding("|".join(REGISTRIES)) == []


def test_no_folder_of_a_machine_is_named() -> None:
    assert holding(rf"(?<![\w.<}}/-])/(?:{'|'.join(FOLDERS)})/") == []


def test_no_secret_is_kept() -> None:
    assert holding("|".join(SECRETS)) == []


def test_nothing_is_vendored_or_huge() -> None:
    large = [path for path in tracked_files() if path.stat().st_size > MEGABYTE]
    minified = [path for path in tracked_files() if path.name.endswith((".min.js", ".min.css"))]

    assert large + minified == []


def test_a_host_would_be_noticed() -> None:
    """The tests above can fail."""
    assert re.search("|".join(REGISTRIES), "https://" + "pypi" + ".org/simple")


def holding(pattern: str) -> list[str]:
    """The files whose text matches, by path."""
    found = re.compile(pattern)
    return [str(path.relative_to(ROOT)) for path in tracked_files() if found.search(text(path))]


def text(path: Path) -> str:
    """The file's text; pictures have none."""
    try:
        return path.read_text()
    except UnicodeDecodeError:
        return ""

"""Other zone data is another feed: VTIMEZONE differs, so nobody is told "nothing new" (F86)."""

import zoneinfo
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.feeds.conftest import Subscriber
from webapp.feeds.zone_release import zone_release
from webapp.services import kept_feeds


@pytest.fixture
def zones(tmp_path: Path) -> Iterator[Path]:
    """A folder in which `zoneinfo` looks first."""
    before = zoneinfo.TZPATH
    zoneinfo.reset_tzpath([str(tmp_path)])
    zone_release.cache_clear()
    yield tmp_path
    zoneinfo.reset_tzpath(before)
    zone_release.cache_clear()


def test_the_machine_s_zones_name_their_release(zones: Path) -> None:
    (zones / "tzdata.zi").write_text("# version 2031c\n# This zic input file…\n")
    assert zone_release() == "2031c"


@pytest.mark.usefixtures("zones")
def test_without_any_the_package_s_are_taken() -> None:
    assert zone_release() == version("tzdata")


def test_a_feed_that_was_read_is_sent_anew_after_an_update(
    subscriber: Subscriber, zones: Path
) -> None:
    (zones / "tzdata.zi").write_text("# version 2031c\n")
    etag = subscriber.browser.get(subscriber.path).headers["ETag"]
    same = subscriber.browser.get(subscriber.path, headers={"If-None-Match": etag})
    (zones / "tzdata.zi").write_text("# version 2031d\n")
    zone_release.cache_clear()
    kept_feeds.MEMORY.clear()  # As of a process that has just begun.
    after = subscriber.browser.get(subscriber.path, headers={"If-None-Match": etag})
    assert (same.status_code, after.status_code) == (304, 200)

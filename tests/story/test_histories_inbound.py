"""Random histories on Google's side, by the hundred; see histories_inbound.py."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.story.histories_inbound import Inbound
from tests.story.inbound_office import life_in_google
from tests.story.one_process import Beginning
from tests.story.portions import Portions

pytestmark = pytest.mark.slow

ENOUGH, KINDS = 300, 21
"""From so many on, in all portions together, chance leaves none of so many kinds out, or one."""
PORTIONS = Portions(usual=1200, size=150)


@pytest.fixture(scope="module")
def beginning(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Beginning]:
    """Ada's office, and her life in Google."""
    with life_in_google(tmp_path_factory.mktemp("inbound")) as beginning:
        yield beginning


@pytest.mark.parametrize("portion", range(PORTIONS.count))
def test_after_any_history_the_app_shows_exactly_what_google_shows(
    beginning: Beginning, counts: Path, portion: int
) -> None:
    """I1, I3, I4, I6, I12, F10, F35 to F41, F44, F47 to F51, F56, F67, F90."""
    ran = PORTIONS.run(Inbound, beginning, portion)
    total = PORTIONS.add(counts / "histories_inbound", portion, ran.happened)
    assert total is None or len(total) >= (KINDS - 1 if PORTIONS.histories >= ENOUGH else 4)

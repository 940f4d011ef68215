"""Random histories in which the connection itself comes and goes; see histories_connection.py."""

import pytest

from tests.story.histories_connection import Life
from tests.story.one_process import Beginning
from tests.story.portions import Portions
from tests.story.test_histories import beginning

__all__ = ["beginning"]

pytestmark = pytest.mark.slow

PORTIONS = Portions(usual=120, size=40)


@pytest.mark.parametrize("portion", range(PORTIONS.count))
def test_whatever_happens_to_the_connection_nothing_is_lost_doubled_or_left_behind(
    beginning: Beginning, portion: int
) -> None:
    """I1 to I6, I16, F21, F59, F63, F64, F85, U3: after a way home everything is as it must be."""
    PORTIONS.run(Life, beginning, portion)

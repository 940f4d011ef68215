"""The pace goes down by halves and comes back the same way."""

from webapp.sync.pace import LARGEST_BATCH, after_clean_batch, batch_size, is_suspicious


def test_each_trouble_halves_the_batch_down_to_one() -> None:
    """GOOGLE.md 7.2, F08."""
    assert [batch_size(attempts) for attempts in range(8)] == [50, 25, 12, 6, 3, 1, 1, 1]
    assert batch_size(1_000_000) == 1


def test_after_three_lost_workers_each_event_goes_alone() -> None:
    """F08."""
    assert [batch_size(0, crashes) for crashes in range(5)] == [50, 12, 3, 1, 1]
    assert [is_suspicious(crashes) for crashes in range(5)] == [False, False, False, True, True]


def test_clean_batches_bring_the_pace_back() -> None:
    attempts = 7
    sizes = []
    for _ in range(8):
        attempts = after_clean_batch(attempts)
        sizes.append(batch_size(attempts))
    assert sizes == [1, 1, 3, 6, 12, 25, LARGEST_BATCH, LARGEST_BATCH]

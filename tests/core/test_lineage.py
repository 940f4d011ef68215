"""Whose event an item is, for every way in which people copy and split (F48, F56, R97, R98)."""

import pytest

from webapp.sync.lineage import Lineage, lineage

OURS = {"0ab1": "master", "0ab1_20261119T130000Z": "moved occurrence", "9cd2": "single"}


@pytest.mark.parametrize(
    ("google_id", "mark", "recurring", "expected"),
    [
        ("9cd2", "9cd2", None, Lineage.OURS),
        ("9cd2", None, None, Lineage.OURS),  # its tombstone, or the property was dropped (F106)
        ("0ab1_20261119T130000Z", "0ab1", "0ab1", Lineage.OURS),
        (
            "0ab1_20261126T130000Z",
            "0ab1",
            "0ab1",
            Lineage.OURS,
        ),  # moved in Google just now
        ("0ab1_20261126T130000Z", None, None, Lineage.OURS),  # orphaned tombstone (GOOGLE.md 5.4)
        ("0ab1_20261126", None, None, Lineage.OURS),
        ("k3v9", "9cd2", None, Lineage.COPY),  # copied by hand
        ("k3v9", "0ab1", None, Lineage.COPY),  # split with a changed time: a fresh id (4.6)
        ("k3v9_20261126T130000Z", "0ab1", "k3v9", Lineage.COPY),
        ("0ab1_R20261126T130000", "0ab1", None, Lineage.SPLIT),
        ("0ab1_R20261126", None, None, Lineage.SPLIT),
        ("0ab1_20261126T130000Z", "0ab1", "0ab1_R20261126T130000", Lineage.SPLIT),
        ("0ab1_20261119T130000Z", "0ab1", "0ab1_R20261119T130000", Lineage.SPLIT),  # 4.5
        ("k3v9", None, None, Lineage.STRANGER),
        ("k3v9_R20261126T130000", None, None, Lineage.STRANGER),
        ("k3v9_20261126T130000Z", None, "k3v9", Lineage.STRANGER),
        ("9cd2x", None, None, Lineage.STRANGER),
    ],
)
def test_an_item_is_sorted_by_what_we_recorded(
    google_id: str, mark: str | None, recurring: str | None, expected: Lineage
) -> None:
    assert expected is lineage(google_id, mark, recurring, ours=OURS)

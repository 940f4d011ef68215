"""The sync page's status line: how one practitioner's sync is doing as a whole, in a few words."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from webapp.domain.tile_state import NEEDS_ATTENTION, POLLING, TileState


class Health(StrEnum):
    """What the status line is about; it chooses the icon."""

    OFF = "off"
    UNFINISHED = "unfinished"
    BUSY = "busy"
    GOOD = "good"
    ATTENTION = "attention"


@dataclass(frozen=True, slots=True)
class SyncStatus:
    """One line for the head of the page."""

    health: Health
    text: str


def sync_status(
    *,
    is_enabled: bool,
    is_one_way: bool,
    is_two_way: bool,
    is_connected: bool,
    tiles: Sequence[TileState],
) -> SyncStatus:
    """The status of one practitioner's sync; `tiles` are the states of all their tiles.

    A lost connection counts once, however many calendars wait for it.
    """
    if not is_enabled:
        return SyncStatus(Health.OFF, "Sync is off")
    if is_one_way:
        return SyncStatus(Health.GOOD, "Your calendar address is active")
    if not is_two_way:
        return SyncStatus(Health.UNFINISHED, "Almost there: choose how to sync")
    troubles = [state for state in tiles if state in NEEDS_ATTENTION]
    if TileState.RECONNECT_NEEDED in troubles:
        return SyncStatus(Health.ATTENTION, _count(1))
    if troubles:
        return SyncStatus(Health.ATTENTION, _count(len(troubles)))
    if not is_connected:
        return SyncStatus(Health.UNFINISHED, "Almost there: connect with Google")
    if any(state in POLLING for state in tiles):
        return SyncStatus(Health.BUSY, "Syncing now")
    if not any(state in (TileState.SYNCED, TileState.SYNCED_WITH_NOTES) for state in tiles):
        return SyncStatus(Health.UNFINISHED, "Almost there: start the first sync")
    paused = sum(state is TileState.PAUSED for state in tiles)
    if paused:
        return SyncStatus(Health.UNFINISHED, _paused(paused))
    return SyncStatus(Health.GOOD, "All good")


def _paused(number: int) -> str:
    return "1 calendar is paused" if number == 1 else f"{number} calendars are paused"


def _count(number: int) -> str:
    return "1 thing needs you" if number == 1 else f"{number} things need you"

"""Leaving Google, step by step: which steps a departure has, and what is said about each.

What is ours to do is done in the transaction of the person's own click; only what Google has to
hear comes after, and may come late (F64, docs/decisions/0014). Pure: no clock, no rows.
"""

from collections.abc import Collection, Mapping
from enum import StrEnum


class DepartureKind(StrEnum):
    """Why Google is left: for a calendar address, for nothing, or for good."""

    ONE_WAY = "one_way"
    OFF = "off"
    DISCONNECT = "disconnect"


class Step(StrEnum):
    """One thing to do; in this order."""

    STOP_SYNC = "stop_sync"
    CLEAR_EVENTS = "clear_events"
    STOP_CHANNELS = "stop_channels"
    REMOVE_CALENDAR = "remove_calendar"
    GIVE_BACK = "give_back"
    ERASE_KEY = "erase_key"


class Outcome(StrEnum):
    """How a step ended. `waiting` is tried again; the others are final."""

    DONE = "done"
    WAITING = "waiting"
    NOT_NEEDED = "not_needed"
    BY_HAND = "by_hand"


FINAL = frozenset({Outcome.DONE, Outcome.NOT_NEEDED, Outcome.BY_HAND})
HERE = (Step.STOP_SYNC, Step.CLEAR_EVENTS)
"""Done with the click itself."""

TO_DO = ""

SENTENCES: dict[Step, dict[str, str]] = {
    Step.STOP_SYNC: {Outcome.DONE: "Sync has stopped"},
    Step.CLEAR_EVENTS: {
        Outcome.DONE: "Google’s events left this app",
        Outcome.NOT_NEEDED: "Google’s events are kept here and no longer change",
    },
    Step.STOP_CHANNELS: {
        TO_DO: "Ask Google to stop sending us messages",
        Outcome.DONE: "Google sends us no more messages",
        Outcome.WAITING: "Google does not answer: its messages are ignored here meanwhile",
        Outcome.NOT_NEEDED: "Google’s messages no longer reach this app",
    },
    Step.REMOVE_CALENDAR: {
        TO_DO: "Remove our calendar from Google",
        Outcome.DONE: "Our calendar is removed from Google",
        Outcome.WAITING: "Google does not answer: our calendar is removed when it does",
        Outcome.NOT_NEEDED: "Our calendar stays in Google: it is in use again",
        Outcome.BY_HAND: "We cannot remove our calendar any more. Please delete it in Google",
    },
    Step.GIVE_BACK: {
        TO_DO: "Give our access back to Google",
        Outcome.DONE: "Our access to your Google account has ended",
        Outcome.WAITING: "Google does not answer: we give the access back when it does",
        Outcome.NOT_NEEDED: "The access stays with Google: this account is still in use here",
        Outcome.BY_HAND: "Google did not hear us. Please remove this app in your Google Account",
    },
    Step.ERASE_KEY: {
        TO_DO: "Delete the key to your Google account",
        Outcome.DONE: "The key to your Google account is deleted",
    },
}


def steps(kind: DepartureKind, *, removes_calendar: bool) -> tuple[Step, ...]:
    """What a departure consists of."""
    left_out = set() if removes_calendar else {Step.REMOVE_CALENDAR}
    if kind is not DepartureKind.DISCONNECT:
        left_out |= {Step.GIVE_BACK, Step.ERASE_KEY}
    return tuple(step for step in Step if step not in left_out)


def next_step(
    planned: tuple[Step, ...], outcomes: Mapping[str, str], *, tried: Collection[Step]
) -> Step | None:
    """What comes next, or None when this try has done what it can.

    `tried` is what was tried in this try already. Access is given back only when nothing waits
    that needs it, and the key goes last of all.
    """
    open_steps = [step for step in planned if outcomes.get(step, TO_DO) not in FINAL]
    for step in open_steps:
        if step not in tried and not _needs_others(step, open_steps):
            return step
    return None


def is_over(planned: tuple[Step, ...], outcomes: Mapping[str, str]) -> bool:
    """Whether every step has ended."""
    return all(outcomes.get(step, TO_DO) in FINAL for step in planned)


def sentence(step: Step, outcome: str) -> str:
    """One step in plain words; `outcome` is "" for what is still to do."""
    return SENTENCES[step][outcome]


def _needs_others(step: Step, open_steps: list[Step]) -> bool:
    """Whether something that needs the access, or the access itself, has to be settled before."""
    if step is Step.GIVE_BACK:
        return Step.REMOVE_CALENDAR in open_steps
    return step is Step.ERASE_KEY and len(open_steps) > 1

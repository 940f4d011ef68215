"""A departure in each of its states, made of rows that no database holds: for /patterns."""

import datetime as dt

from webapp.db.models import ConnectionState, Departure
from webapp.domain.connection_states import LOSSES, ConnectionEvent
from webapp.domain.departures import DepartureKind, Outcome, Step
from webapp.domain.troubles import TroubleKind, Words, words
from webapp.services.departure_card import DepartureCard, card

HERE: dict[str, str] = {Step.STOP_SYNC: Outcome.DONE, Step.CLEAR_EVENTS: Outcome.DONE}
HEARD: dict[str, str] = {
    **HERE,
    Step.STOP_CHANNELS: Outcome.DONE,
    Step.REMOVE_CALENDAR: Outcome.DONE,
}
GIVEN_BACK: dict[str, str] = {
    **HEARD,
    Step.GIVE_BACK: Outcome.DONE,
    Step.ERASE_KEY: Outcome.DONE,
}
BY_HAND: dict[str, str] = {
    **HERE,
    Step.STOP_CHANNELS: Outcome.NOT_NEEDED,
    Step.REMOVE_CALENDAR: Outcome.BY_HAND,
    Step.GIVE_BACK: Outcome.BY_HAND,
    Step.ERASE_KEY: Outcome.DONE,
}
SILENT: dict[str, str] = {
    **HERE,
    Step.CLEAR_EVENTS: Outcome.NOT_NEEDED,
    Step.STOP_CHANNELS: Outcome.NOT_NEEDED,
    Step.REMOVE_CALENDAR: Outcome.DONE,
    Step.GIVE_BACK: Outcome.WAITING,
}


def cards(now: dt.datetime) -> dict[str, DepartureCard]:
    """The cards by the name of their state, as of `now` (aware UTC)."""
    departures = {
        "just asked": _departure(now, HERE),
        "under way": _departure(now, HEARD),
        "Google is silent": _departure(now, SILENT, google_after=213),
        "over": _departure(now, GIVEN_BACK, finished_at=now),
        "left to the person": _departure(now, BY_HAND, finished_at=now),
        "one-way": _departure(now, HEARD, kind=DepartureKind.ONE_WAY, finished_at=now),
        "off": _departure(now, HEARD, kind=DepartureKind.OFF, finished_at=now),
    }
    return {name: card(one, now=now) for name, one in departures.items()}


def troubles() -> dict[str, Words]:
    """Every banner about a connection or a calendar, by what happened."""
    lost = {
        event.value: words(TroubleKind.RECONNECT, reason=reason) for event, reason in LOSSES.items()
    }
    name = {"calendar_name": "Practice Calendar", "is_default": True}
    refused = "Google refuses what we ask for this calendar."
    return lost | {
        "calendar gone": words(TroubleKind.MISSING, **name),  # type: ignore[arg-type]
        "another calendar gone": words(TroubleKind.MISSING, calendar_name="Family"),
        "calendar failed": words(TroubleKind.FAILED, reason=refused, calendar_name="Family"),
    }


def _departure(
    now: dt.datetime,
    outcomes: dict[str, str],
    *,
    kind: DepartureKind = DepartureKind.DISCONNECT,
    finished_at: dt.datetime | None = None,
    google_after: int = 0,
) -> Departure:
    return Departure(
        id="sample",
        practice_id="sample",
        member_id="sample",
        kind=kind,
        state=ConnectionState.LEAVING,
        cause=ConnectionEvent.DISCONNECTED,
        google_sub="sample",
        email="ada@example.com",
        removes_calendar=True,
        outcomes=outcomes,
        own_before=45,
        google_before=213,
        own_after=45,
        google_after=google_after,
        asked_at=now,
        next_attempt_at=now + dt.timedelta(minutes=4),
        finished_at=finished_at,
    )

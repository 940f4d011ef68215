"""Pausing and resuming a calendar as verbs of the story machine (PRODUCT.md 6.2).

While a calendar is paused nobody asks Google for it and no row of it changes, whatever else
happens. What ends a pause is a person: who syncs it, turns it off, leaves, or restores a backup.
"""

import datetime as dt
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule
from sqlalchemy.exc import NoResultFound
from sqlmodel import Session, col, select

from tests.story.inbound_office import CHOIR, PRIMARY
from tests.story.one_process import OneProcess
from webapp.db.models import GoogleEvent, SyncedCalendar
from webapp.domain.errors import Invalid, NotFound
from webapp.services import pauses

NAMES = st.sampled_from([PRIMARY, CHOIR])


@dataclass(frozen=True)
class Pause:
    """A calendar at rest since `at`, with its rows as they were and Google's calls until then."""

    at: dt.datetime
    rows: list[dict[str, Any]]
    mark: int


class PauseRules(RuleBasedStateMachine):
    """A practitioner lets a calendar rest, and ends it."""

    office: OneProcess
    happened: ClassVar[Counter[str]]

    def __init__(self) -> None:
        super().__init__()
        self.pauses: dict[str, Pause] = {}

    @rule(name=NAMES)
    def pause(self, name: str) -> None:
        with suppress(Invalid, NoResultFound):
            self._pause(self.office.calendar(name).id)
            self.happened["paused"] += 1

    @rule(name=NAMES)
    def resume(self, name: str) -> None:
        """Any sync that a person asks for."""
        self._check_pauses()
        with suppress(Invalid, NotFound, NoResultFound):
            self.office.sync_tile(name)
            self.happened["resumed"] += 1

    def _pause(self, calendar_id: str) -> None:
        with self.office.writing() as (session, ada):
            row = pauses.pause(session, by=ada, calendar_id=calendar_id, now=self.office.clock())
            assert row.paused_at is not None
            mark = self.office.google.calls.mark()
            self.pauses[row.id] = Pause(row.paused_at, _rows(session, row.id), mark)

    def _check_pauses(self) -> None:
        """Whatever rests still is as it was when it was paused, and nobody has looked."""
        paused = select(SyncedCalendar).where(col(SyncedCalendar.paused_at).is_not(None))
        with self.office.writing() as (session, _):
            for row in session.exec(paused).all():
                known = self.pauses.get(row.id)
                if known is not None and known.at == row.paused_at:
                    assert _rows(session, row.id) == known.rows, "rows of a paused calendar changed"
                    self._check_calls(row.google_id, known)

    def _check_calls(self, google_id: str | None, pause: Pause) -> None:
        calls = self.office.google.calls.select("calendar.events.*", since=pause.mark)
        asked = [call.method_id for call in calls if call.calendar == google_id]
        assert not asked, f"Google was asked for a paused calendar: {asked}"

    def _resume_all(self) -> None:
        """The practitioner ends every pause that is left; she has to be connected."""
        self._check_pauses()
        paused = select(SyncedCalendar.name).where(col(SyncedCalendar.paused_at).is_not(None))
        with self.office.writing() as (session, _):
            names = session.exec(paused).all()
        for name in names:
            self.office.sync_tile(name)


def _rows(session: Session, calendar_id: str) -> list[dict[str, Any]]:
    found = select(GoogleEvent).where(GoogleEvent.calendar_id == calendar_id)
    return [row.model_dump() for row in session.exec(found.order_by(col(GoogleEvent.id)))]

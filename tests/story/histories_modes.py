"""People who change between one-way and two-way, and who remove our calendar in Google.

Rules for the state machine in histories.py. A practitioner who is away comes back in the end, by
the way that the seed documents: one-way, two-way, sync (R120 to R123).
"""

from collections import Counter
from contextlib import suppress
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule
from sqlmodel import select

from tests.story.office import GOOGLE_ACCOUNT
from tests.story.one_process import OneProcess
from webapp.db.models import ConnectionState, GoogleConnection, SyncMode, SyncSettings
from webapp.db.scope import Scope
from webapp.domain.errors import Invalid, NotFound
from webapp.domain.naming import Display

MODE = select(SyncSettings.mode)
STANDING = select(GoogleConnection.state)
IS_ENABLED = select(SyncSettings.is_enabled)


class ModeRules(RuleBasedStateMachine):
    """Leaving Google, coming back, and losing the calendar that we made there."""

    office: OneProcess
    happened: ClassVar[Counter[str]]

    @rule()
    def go_one_way(self) -> None:
        """Google's events leave the app, ours stay in Google (R112 to R115).

        Only where sync is allowed: the page does not offer it else (R16, R17).
        """
        if self._mode() is SyncMode.TWO_WAY and self._ask(IS_ENABLED):
            self.office.choose_mode(SyncMode.ONE_WAY)
            self.happened["one-way"] += 1

    @rule()
    def go_two_way(self) -> None:
        """Back again; what is pressed next finds the calendar that was there (R117, R130)."""
        self._come_back()

    @rule(display=st.sampled_from(Display))
    def toggle_for_another_display(self, display: Display) -> None:
        """The seed's own way to other titles (R120)."""
        self.office.choose_display(display)
        self.go_one_way()
        self._come_back()
        self._start_sync()
        self.office.work()
        self.happened["toggled"] += 1

    @rule()
    def remove_our_calendar_in_google(self) -> None:
        """In Google's settings, with all that is in it (R111, R121)."""
        with suppress(LookupError):
            self.office.ours.remove()
            self.happened["calendar removed"] += 1

    def _come_back(self) -> None:
        if self._mode() is SyncMode.ONE_WAY:
            self.office.choose_mode(SyncMode.TWO_WAY)
            self.happened["two-way"] += 1
        if self._standing() is not ConnectionState.CONNECTED:
            self.office.google.answer_consent(GOOGLE_ACCOUNT)
            self.office.connect(is_accepted=True)
            self.happened["reconnected"] += 1

    def _start_sync(self) -> None:
        with suppress(Invalid, NotFound):
            self.office.start_sync()

    def _mode(self) -> SyncMode | None:
        return self._ask(MODE)

    def _standing(self) -> ConnectionState | None:
        return self._ask(STANDING)

    def _ask(self, question: Any) -> Any:
        practice = Scope.practice(self.office.world.practice.id)
        with self.office.database.reading(practice) as session:
            return session.exec(question).first()

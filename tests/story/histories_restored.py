"""Backups as verbs of the story machine: kept at some moment, and put back when Google, the keys
and the clock have moved on (RELIABILITY.md F83).

What the restored rows wish is what Google must show in the end. Whoever restores forgets what was
wished since: the events of it in Google are nobody's, and access given since is known to nobody.
"""

from collections import Counter
from dataclasses import dataclass, replace
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule
from sqlmodel import select

from tests.story import judgement
from tests.story.one_process import Beginning, OneProcess
from webapp.db.models import Appointment, Departure, GoogleConnection
from webapp.db.scope import Scope
from webapp.services import restoring
from webapp.services.google_access import token_of
from webapp.services.recognition import MOST_LIVES
from webapp.services.synced_calendars import marker_for
from webapp.services.token_vault import Holder
from webapp.sync.event_ids import event_id

GOES_BY = st.sampled_from([0, 5, 30, 24 * 8])


@dataclass(frozen=True)
class Backup:
    """A copy of the database by its name, and the keys that opened its tokens then."""

    name: str
    token_keys: tuple[str, ...] = ()


class RestoreRules(RuleBasedStateMachine):
    """Keeping a copy of the database, and going on from it."""

    office: OneProcess
    beginning: ClassVar[Beginning]
    happened: ClassVar[Counter[str]]
    by_hand: set[str]
    written: list[tuple[object, ...]]

    def __init__(self) -> None:
        super().__init__()
        self.backup = Backup("kept")
        self.unknown_access: set[str] = set()

    @rule()
    def make_a_backup(self) -> None:
        """Last night's, from now on."""
        self.backup = Backup("backup", self.office.settings.token_keys)
        self.beginning.copy("backup")
        self.happened["backed up"] += 1

    @rule(hours=GOES_BY, has_its_keys=st.booleans())
    def restore_the_backup(self, hours: int, has_its_keys: bool) -> None:
        """F83, F85: the rows of then, Google and the clock of now; `has_its_keys` when the operator
        has put the keys of then behind those of now. Then what the handbook says."""
        self.office.advance(hours=hours)
        before = self._appointments()
        self.beginning.put_back(self.backup.name)
        if has_its_keys:
            self._use_keys(*self.office.settings.token_keys, *self.backup.token_keys)
        with self.office.database.writing(Scope.installation()) as session:
            restoring.compare_everything(session, now=self.office.clock())
        self._forget_what_came_since(before)
        self.happened["restored" if has_its_keys else "restored without its keys"] += 1

    def _use_keys(self, *token_keys: str) -> None:
        """What every process of the installation is started with from now on, the newest first."""
        keys = tuple(dict.fromkeys(token_keys))
        self.office.settings = replace(self.office.settings, token_keys=keys)

    def _forget_what_came_since(self, before: set[str]) -> None:
        """Strays are, in any of their lives, those that stand for what the rows never heard of."""
        self.written = judgement.own_rows(self.office)
        for appointment_id in before - self._appointments():
            self.by_hand |= {self._google_id(appointment_id, life) for life in range(MOST_LIVES)}
        self.unknown_access |= set(self.office.google.grants.refresh_tokens) - self._held()

    def _appointments(self) -> set[str]:
        with self.office.writing() as (session, _):
            return set(session.exec(select(Appointment.id)).all())

    def _google_id(self, appointment_id: str, life: int) -> str:
        ada = self.office.world.ada
        return event_id(
            self.office.tools.event_id_key,
            practice_id=ada.practice_id,
            appointment_id=appointment_id,
            calendar_id=marker_for(ada.id),
            generation=life,
        )

    def _held(self) -> set[str]:
        """The refresh tokens that can be read in the rows."""
        tokens = [token_of(row, self.office.settings) for row in self._holders()]
        return {token["refresh_token"] for token in tokens if token}

    def _unreadable(self) -> list[str]:
        """The ids of the rows whose token no key here opens."""
        found = self._holders()
        return [row.id for row in found if not token_of(row, self.office.settings)]

    def _holders(self) -> list[Holder]:
        """Every row of the installation with a sealed token."""
        with self.office.database.reading(Scope.installation()) as session:
            connections = session.exec(select(GoogleConnection)).all()
            return [
                row for row in (*connections, *session.exec(select(Departure))) if row.sealed_token
            ]

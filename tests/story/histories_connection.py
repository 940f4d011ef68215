"""The life of a connection as verbs of the story machine: switch, leave, come back, lose access,
rotate keys, pause, go back to a backup, in any order with everything else that can happen here and
in Google.

At the end the practitioner is back on her own account and everything heals; then the judgement of
the other histories holds, no departure has kept a key, and no token lies about in plain text.
"""

from contextlib import suppress

from hypothesis import strategies as st
from hypothesis.stateful import rule
from sqlalchemy.exc import NoResultFound
from sqlmodel import select

from tests.story.histories import EFFECTS, MOST_ROUNDS, History
from tests.story.histories_paused import PauseRules
from tests.story.histories_restored import RestoreRules
from tests.story.office import GOOGLE_ACCOUNT
from tests.story.one_process import Killed
from webapp.db.models import ConnectionState, Departure, GoogleConnection, SyncMode, SyncSettings
from webapp.domain.errors import Invalid, NotConnected, NotFound
from webapp.services import key_rotation, resyncs, sync_settings
from webapp.services.token_vault import TokenVault

OTHER = "ada.lind@example.com"
OFTEN = 3
"""One rule is as likely as another, and there are eighty: these stand here more than once."""
WHEN = st.sampled_from(["before", "after"])
ACCOUNTS = st.sampled_from([GOOGLE_ACCOUNT, GOOGLE_ACCOUNT, OTHER])


class Life(RestoreRules, PauseRules, History):
    """Everything of `History`, and the connection's own ups and downs."""

    def __init__(self) -> None:
        super().__init__()
        self._use_keys()
        self.office.google.account(OTHER, zone="Europe/Berlin")
        self.keys = 0

    @rule(removes_calendar=st.booleans(), is_off=st.booleans())
    def leave_two_way(self, removes_calendar: bool, is_off: bool) -> None:
        """R112 to R116, R17."""
        if is_off:
            with self.office.writing() as (session, ada):
                sync_settings.disable(
                    session,
                    by=ada,
                    is_confirmed=True,
                    removes_calendar=removes_calendar,
                    now=self.office.clock(),
                )
        else:
            self._allow(SyncMode.ONE_WAY, removes_calendar=removes_calendar)
        self._count("two-way left")

    @rule()
    def come_back_to_two_way(self) -> None:
        """R117"""
        self._allow(SyncMode.TWO_WAY)
        self._press("")

    @rule(
        keeps_events=st.booleans(),
        removes_calendar=st.booleans(),
        is_silent=st.booleans(),
    )
    def disconnect(self, keeps_events: bool, removes_calendar: bool, is_silent: bool) -> None:
        """R128, U13, F64."""
        if is_silent:
            self.office.google.faults.add("revoke", "error", status=503, times=2)
        with suppress(NotFound):
            self.office.disconnect(keeps_events=keeps_events, removes_calendar=removes_calendar)
            self._count("disconnected")

    @rule(account=ACCOUNTS)
    def connect(self, account: str) -> None:
        """R130, F59: the same account, or another one after the warning."""
        self._allow(SyncMode.TWO_WAY)
        with suppress(NotConnected):
            self.office.connect(account=account, is_accepted=True)
            self._press("")
            self._count("connected")

    @rule(account=ACCOUNTS)
    def revoke_at_google(self, account: str) -> None:
        """F21, R126."""
        self.office.google.account(account).remove_app_access()
        self._count("revoked at Google")

    @rule(is_old_dropped=st.booleans())
    def rotate_keys(self, is_old_dropped: bool) -> None:
        """F85: a new key in front, everything sealed anew, and the old one taken out."""
        self.keys += 1
        new = f"key number {self.keys} of this installation"
        self._use_keys(new, *self.office.settings.token_keys)
        if is_old_dropped:
            lost = len(self._unreadable())
            vault = TokenVault.of(self.office.settings)
            assert key_rotation.rotate(self.office.database, vault).unreadable == lost
            self._use_keys(new)
        self._count("keys rotated")

    @rule()
    def resync(self) -> None:
        """R123: Re-sync now."""
        with suppress(Invalid), self.office.writing() as (session, ada):
            resyncs.start(session, by=ada, now=self.office.clock())
            self._count("re-synced")

    @rule(number=EFFECTS, when=WHEN, has_its_keys=st.booleans())
    def work_while_the_backup_is_restored(self, number: int, when: str, has_its_keys: bool) -> None:
        """F83, I8: a worker of before lives on, and goes on in the middle of what it did."""

        def happens() -> None:
            self.restore_the_backup(hours=0, has_its_keys=has_its_keys)
            self._count("restored in mid-pass")

        self._wish_a_look()
        self.effects.plan(number, when, happens, only_calls=when == "before")
        self._work()
        self.effects.rest()
        self._forget_refresh_lease()

    @rule(number=EFFECTS, when=WHEN)
    def tell_google_and_die(self, number: int, when: str) -> None:
        """A worker that carries out departures dies at a numbered effect."""
        self.effects.plan(number, when, self.effects.die)
        try:
            self.office.depart()
        except Killed:
            self._count("killed while leaving")
        self.effects.rest()
        self._forget_refresh_lease()
        self.office.advance(minutes=2)

    def teardown(self) -> None:
        """Home again, and whatever was left is told; then the healing of the other histories."""
        self.effects.rest()
        self.office.google.faults.clear()
        self.office.advance(minutes=90)
        self._forget_refresh_lease()
        while self.office.depart():
            self.office.advance(minutes=90)
        self._allow(SyncMode.TWO_WAY)
        self._come_home()
        self._resume_all()
        super().teardown()
        self._check_keys()

    def _come_home(self) -> None:
        """A worker sees whether the access is still there; then the own account is connected."""
        self._press("")
        for _ in range(MOST_ROUNDS):
            if not self._is_home() or not (self._work() or self._pass_to_next_attempt()):
                break
        if not self._is_home():
            self.office.connect(is_accepted=True)
        self.office.depart()

    def _is_home(self) -> bool:
        """Whether the own account lets the app in, as far as the app knows."""
        with self.office.writing() as (session, _):
            row = session.exec(select(GoogleConnection)).first()
        is_own = row is not None and row.email == GOOGLE_ACCOUNT
        return row is not None and is_own and row.state is ConnectionState.CONNECTED

    def _allow(self, mode: SyncMode, *, removes_calendar: bool = False) -> None:
        """Sync allowed, in this mode, with every question answered."""
        with self.office.writing() as (session, ada):
            sync_settings.enable(session, by=ada, now=self.office.clock())
            sync_settings.choose_mode(
                session,
                by=ada,
                mode=mode,
                is_confirmed=True,
                removes_calendar=removes_calendar,
                now=self.office.clock(),
            )

    def _come_back(self) -> None:
        with self.office.writing() as (session, ada):
            sync_settings.enable(session, by=ada, now=self.office.clock())
        super()._come_back()

    def _press(self, name: str) -> None:
        """As ever; the tiles of an account that was left are gone."""
        with suppress(NoResultFound):
            super()._press(name)

    def _check_keys(self) -> None:
        """I16, S18: what is over has no key, and what is stored shows none."""
        with self.office.writing() as (session, _):
            departures = session.exec(select(Departure)).all()
            assert [row.outcomes for row in departures if row.finished_at is None] == []
            assert [row.id for row in departures if row.sealed_token] == []
            assert session.exec(select(SyncSettings.mode)).one() is SyncMode.TWO_WAY
        grants = self.office.google.grants
        known = [name for name in grants.refresh_tokens if name not in self.unknown_access]
        assert {grants.refresh_tokens[name].user for name in known} <= {GOOGLE_ACCOUNT}
        stored = b"".join(
            file.read_bytes()
            for file in self.beginning.file.parent.glob(f"{self.beginning.file.stem}.*")
        )
        for token in (*grants.refresh_tokens, *grants.access_tokens):
            assert token.encode() not in stored


REPEATED = ("make_a_backup", "restore_the_backup", "work_while_the_backup_is_restored", "pause")
for _deed in REPEATED:
    for _number in range(OFTEN - 1):
        setattr(Life, f"{_deed}_{_number}", getattr(Life, _deed))

"""What one worker needs to sync one calendar, gathered once at the door and passed down."""

import datetime as dt
import hashlib
import hmac
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self

from sqlalchemy import bindparam
from sqlmodel import Session, select

from webapp.config import Settings
from webapp.db.engine import Database
from webapp.db.models import SyncedCalendar
from webapp.db.scope import Scope
from webapp.domain.keys import Purpose, derived_key
from webapp.google.calendar import CalendarClient
from webapp.services import leases
from webapp.services.agreement import EventIds
from webapp.services.leases import Lease, LeaseLost
from webapp.services.token_vault import Holder

_CALENDAR = select(SyncedCalendar).where(SyncedCalendar.id == bindparam("which"))

Clock = Callable[[], dt.datetime]
OpenClient = Callable[[Holder], CalendarClient]


@dataclass(frozen=True, slots=True)
class PushDoor:
    """Where Google's messages arrive, "" for nowhere, and the key that their secrets come from.

    The address names the key (by a hash of it that gives nothing away), so that channels of an
    older key are seen to lead elsewhere, and are replaced.
    """

    address: str = ""
    key: bytes = b""

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """This installation's."""
        key = derived_key(settings.secret_key, Purpose.CHANNELS)
        name = hmac.new(key, b"name of this key", hashlib.sha256).hexdigest()[:8]
        address = settings.push_address
        return cls(f"{address}?key={name}" if address else "", key)


@dataclass(frozen=True, slots=True)
class SyncTools:
    """What every worker of the installation has: the database, a clock, and a way to Google.

    `is_stopping`: the worker was told to end, so what is left is for another one.
    """

    database: Database
    clock: Clock
    open_client: OpenClient
    event_id_key: bytes
    lease_seconds: int
    sleep: Callable[[float], None] = time.sleep
    is_stopping: Callable[[], bool] = lambda: False
    push: PushDoor = PushDoor()


@dataclass(frozen=True, slots=True)
class SyncContext:
    """One calendar under one lease. Every write of a worker goes through `writing`."""

    tools: SyncTools
    lease: Lease
    client: CalendarClient
    marker: str = ""

    @property
    def ids(self) -> EventIds:
        """Names our events in this calendar."""
        return EventIds(self.tools.event_id_key, self.marker)

    @property
    def calendar_id(self) -> str:
        """The calendar's row id."""
        return self.lease.calendar_id

    def now(self) -> dt.datetime:
        """Aware UTC."""
        return self.tools.clock()

    @contextmanager
    def writing(self) -> Iterator[tuple[Session, SyncedCalendar]]:
        """A transaction in the calendar's practice that holds the lease, and the calendar's row.

        The caller commits. Raises `LeaseLost` when somebody else has taken over.
        """
        with self.tools.database.writing(Scope.practice(self.lease.practice_id)) as session:
            yield session, leases.hold(session, self.lease, now=self.now())

    @contextmanager
    def reading(self) -> Iterator[tuple[Session, SyncedCalendar]]:
        """A reading session in the calendar's practice, and the calendar's row.

        Raises `LeaseLost` when the row has gone with its connection.
        """
        with self.tools.database.reading(Scope.practice(self.lease.practice_id)) as session:
            yield session, self._calendar(session)

    def _calendar(self, session: Session) -> SyncedCalendar:
        found = session.exec(_CALENDAR, params={"which": self.calendar_id}).first()
        if found is None:
            raise LeaseLost(self.calendar_id)
        return found

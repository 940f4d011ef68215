"""Several practitioners, each with a practice and a Google account, behind one limiter."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from emulator.account_hand import Person
from jobs.limiter import Limiter
from tests.cast import ZONE, make_client, make_member, make_practice
from tests.story.office import Office
from webapp.db.models import GoogleConnection
from webapp.db.scope import Scope
from webapp.google.calendar import CalendarClient
from webapp.services import google_access
from webapp.services.sync_context import SyncTools


@dataclass
class Desk(Office):
    """One of them. Its workers ask the limiter, as real ones do."""

    account: str = ""
    limiter: Limiter | None = None

    @property
    def tools(self) -> SyncTools:
        """A worker's tools, within the account's quota."""
        return replace(super().tools, open_client=self._open_client)

    @property
    def hand(self) -> Person:
        """This practitioner's own hand in Google."""
        return self.google.account(self.account, zone=ZONE)

    def _open_client(self, connection: GoogleConnection) -> CalendarClient:
        quota = self.limiter.account(connection.google_sub) if self.limiter else None
        return google_access.client_for(self.settings, self.database, connection, allowance=quota)


@contextmanager
def desks(office: Office, redis_url: str, *, count: int, **limits: float) -> Iterator[list[Desk]]:
    """`count` connected desks, each with a limiter of its own over one Redis, as processes have."""
    made = [
        connected_desk(office, number, limiter=Limiter(redis_url, **limits))  # type: ignore[arg-type]
        for number in range(count)
    ]
    yield made
    for desk in made:
        if desk.limiter:
            desk.limiter.close()


def connected_desk(office: Office, number: int, *, limiter: Limiter | None = None) -> Desk:
    """One more practitioner, connected; without a limiter for real workers, which have theirs."""
    with office.database.writing(Scope.installation()) as session:
        now = office.clock()
        practice = make_practice(session, f"Practice {number}", now=now)
        member = make_member(session, practice, f"Desk{number} Own", now=now)
        cleo = make_client(session, practice, "C-1001", ("Cleo", "Marsh"), now=now)
        session.commit()
    world = replace(office.world, practice=practice, ada=member, cleo=cleo)
    made = Desk(
        office.database,
        office.settings,
        world,
        office.emulator,
        office.clock,
        account=f"desk{number}@example.com",
        limiter=limiter,
    )
    made.google.account(made.account, zone=ZONE)
    made.connect(account=made.account)
    return made

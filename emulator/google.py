"""Google as tests hold it: the state with its people, the consent answer, and the switches in one
place.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from emulator.account_hand import Person
from emulator.grants import Client
from emulator.state import ConsentAnswer, State


class Google(State):
    """`google.account(...)`, `google.faults`, `google.calls`, `google.clock`, `google.quota`,
    `google.knobs`.
    """

    def account(self, email: str, *, name: str = "", zone: str | None = None) -> Person:
        """The person with this address; the account is made when it is new."""
        with self.lock:
            return Person(self, self.ensure_account(email, name=name, zone=zone))

    def register_client(self, client_id: str, secret: str = "", *redirect_uris: str) -> None:
        """A known OAuth client: its secret and redirect URIs are checked from now on."""
        with self.lock:
            self.grants.clients[client_id] = Client(client_id, secret, list(redirect_uris))

    def answer_consent(
        self,
        user: str,
        *,
        scopes: list[str] | None = None,
        is_denied: bool = False,
        days: float | None = None,
    ) -> None:
        """From now on the authorization address answers by itself, as this person ticking these
        scopes (all asked for when None), for so many days.
        """
        self.consent_answer = ConsentAnswer(user, scopes, is_denied, days)

    def ask_again(self) -> None:
        """Show the consent page again."""
        self.consent_answer = None

    def expire_all_sync_tokens(self) -> None:
        """Every sync token of every list answers 410."""
        with self.lock:
            for calendar in self.calendars.values():
                calendar.token_epoch += 1
            for account in self.accounts.values():
                account.list_epoch += 1

    def move_clock(self, *, to: datetime | None = None, **by: float) -> None:
        """`move_clock(hours=2)` or `move_clock(to=...)`."""
        self.clock.move(timedelta(**by) if to is None else to - self.clock.now())

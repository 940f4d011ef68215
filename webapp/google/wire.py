"""What `calendar.py` asks of whatever carries its requests; `transport.py` is the real one."""

from collections.abc import Callable, Mapping
from typing import Protocol

from webapp.google.answers import Answer

Check = Callable[[], object]
"""Raises when a request should not be sent after all."""


def unchecked() -> None:
    """Whatever was asked for is sent."""


class Wire(Protocol):
    """Sends with the account's token."""

    def send(
        self,
        method: str,
        address: str,
        *,
        body: bytes | None,
        headers: Mapping[str, str],
        check: Check = ...,
    ) -> Answer:
        """The answer, whatever it says. Raises `Unavailable` or `GrantGone`, or as `check` does,
        which is called immediately before anything is sent."""

    def refresh(self) -> None:
        """Gets a token that Google has not refused yet."""

    def close(self) -> None:
        """Closes the connections."""

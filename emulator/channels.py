"""Watch channels: who wants to hear of which resource, where, until when (GOOGLE.md 8.1, 8.3).

The register with its rules of uniqueness, expiry and death. What is sent lies in `push`, the API's
methods in `watching`.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from emulator import errors
from emulator.grants import project_of


@dataclass
class Channel:
    """One promise to call `address` when `resource` changes; kept after its end, as its id is used
    up.

    `resource` is events, acl, calendarList or settings; `calendar` is empty for the last two.
    """

    id: str
    user: str
    client: str
    resource: str
    calendar: str
    uri: str
    address: str
    token: str
    expires_at: datetime
    number: int = 0
    stopped_at: datetime | None = None
    is_cut_off: bool = False
    """The grant was taken away: nothing is delivered and nobody can stop it (GOOGLE.md 8.3)."""

    @property
    def project(self) -> str:
        return project_of(self.client)

    @property
    def resource_id(self) -> str:
        """The same for all channels of this person on this resource, however it was addressed."""
        text = f"{self.user} {self.resource} {self.calendar}"
        digest = hashlib.sha256(text.encode()).digest()[:20]
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")

    def is_live(self, now: datetime, *, stop_seconds: float = 0.0) -> bool:
        """Whether it still speaks; a stop may take `stop_seconds` to have effect."""
        if self.is_cut_off or now >= self.expires_at:
            return False
        stop = timedelta(seconds=stop_seconds)
        return self.stopped_at is None or now < self.stopped_at + stop


class Channels:
    """Every channel that ever was, by project and id."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Channel] = {}

    def __iter__(self) -> Iterator[Channel]:
        return iter(list(self._known.values()))

    def __len__(self) -> int:
        return len(self._known)

    def add(self, channel: Channel) -> Channel:
        """Register it; 400 when the project ever used this id, also after a stop."""
        key = (channel.project, channel.id)
        if key in self._known:
            raise errors.channel_id_not_unique(channel.id)
        self._known[key] = channel
        return channel

    def get(self, project: str, channel_id: str) -> Channel | None:
        return self._known.get((project, channel_id))

    def open_one(self, *, client: str, user: str, channel_id: str, resource_id: str) -> Channel:
        """The running channel that this person may stop with this client; 404 otherwise."""
        project = project_of(client)
        found = self.get(project, channel_id)
        is_theirs = (
            found is not None
            and (found.client, found.user) == (client, user)
            and found.resource_id == resource_id
            and found.stopped_at is None
        )
        if found is None or not is_theirs:
            raise errors.channel_not_found(channel_id, project=project)
        return found

    def watching(self, resource: str, *, calendar: str, user: str) -> list[Channel]:
        """Channels on a resource, dead ones included: of anybody for a calendar, else of this
        person.
        """
        return [
            channel
            for channel in self
            if channel.resource == resource
            and (channel.calendar == calendar if calendar else channel.user == user)
        ]

    def cut_off(self, user: str, project: str | None) -> None:
        """The person's grant to the project (to every one when None) is gone."""
        for channel in self:
            if channel.user == user and project in (None, channel.project):
                channel.is_cut_off = True

    def restore(self, records: list[dict[str, Any]]) -> None:
        """Put saved channels back."""
        for record in records:
            channel = Channel(**record)
            self._known[channel.project, channel.id] = channel

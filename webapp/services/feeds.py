"""Serving a feed: from an address to the bytes that a subscriber gets (HOUSE.md 10 d).

Titles come from `sync/desired.py`, as they do for Google, so the two can never disagree. A feed is
complete or refused, never partial: what is missing from it would be deleted on people's phones.
"""

import datetime as dt
import hashlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from sqlmodel import Session

from webapp.db.models import Appointment, FeedLink, SyncSettings
from webapp.db.queries.feeds import (
    FeedOwner,
    FeedRevision,
    feed_appointments,
    feed_link,
    feed_owner,
    feed_revision,
)
from webapp.db.scope import Scope, enter
from webapp.db.snapshots import appointment_values
from webapp.domain.appointments import AppointmentValues
from webapp.domain.product import FEED_AHEAD_DAYS, FEED_NOTE, SYNCED_PAST_DAYS, UID_DOMAIN
from webapp.domain.recurrence import UnreadableRule
from webapp.feeds.event import FeedItem
from webapp.feeds.readers import reader_name
from webapp.feeds.render import FeedHead, render
from webapp.feeds.tokens import read_token
from webapp.ops import events
from webapp.services.feed_memory import FeedMemory
from webapp.sync.desired import wanted
from webapp.sync.types import Key, Snapshot

NOTED_EVERY = dt.timedelta(minutes=5)

log = logging.getLogger(__name__)


class Refusal(StrEnum):
    """Why an address shows nothing. Unknown also stands for switched off: nobody can tell (R45)."""

    UNKNOWN = "unknown"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Feed:
    """A calendar to hand out. `etag` is made from the bytes; `changed_at` is aware UTC."""

    body: bytes
    etag: str
    changed_at: dt.datetime
    link_id: str
    practice_id: str
    is_read_noted: bool


MEMORY = FeedMemory()
"""The last rendering of each feed in this process; its key says when it is out of date."""


def read(session: Session, *, key: bytes, token: str, now: dt.datetime) -> Feed | Refusal:
    """The feed behind `token`, as of `now`. The session is in the installation scope and leaves it.

    A forged token is refused without a query. An address that was reset or revoked is `GONE`.
    """
    named = read_token(key, token)
    if named is None:
        return Refusal.UNKNOWN
    link = feed_link(session, link_id=named[0])
    if link is None:
        return Refusal.UNKNOWN
    if link.generation != named[1] or link.revoked_at is not None:
        return Refusal.GONE
    enter(session, Scope.practice(link.practice_id))
    owner = feed_owner(session, member_id=link.member_id)
    if owner is None:
        return Refusal.UNKNOWN
    return _feed(session, link, owner, now)


def note_read(session: Session, *, link_id: str, user_agent: str, now: dt.datetime) -> None:
    """Remembers when and by which program the feed was read last. Commits."""
    link = session.get(FeedLink, link_id)
    if link is not None:
        link.last_read_at, link.last_reader = now, reader_name(user_agent)
        session.add(link)
        session.commit()


def _feed(session: Session, link: FeedLink, owner: FeedOwner, now: dt.datetime) -> Feed:
    revision = feed_revision(session, owner=owner, link=link)
    today = dt.datetime.combine(now.astimezone(dt.UTC).date(), dt.time(), tzinfo=dt.UTC)
    body, etag = MEMORY.recall(
        link.id, (revision, today), lambda: _rendered(session, owner, revision, today)
    )
    last_read_at = link.last_read_at
    return Feed(
        body=body,
        etag=etag,
        changed_at=max(revision.changed_at, today),  # the window moves at midnight
        link_id=link.id,
        practice_id=link.practice_id,
        is_read_noted=last_read_at is not None and now - last_read_at < NOTED_EVERY,
    )


def _rendered(
    session: Session, owner: FeedOwner, revision: FeedRevision, today: dt.datetime
) -> tuple[bytes, str]:
    rows = feed_appointments(
        session,
        member_id=owner.member.id,
        after=today - dt.timedelta(days=SYNCED_PAST_DAYS),
        before=today + dt.timedelta(days=FEED_AHEAD_DAYS + 1),
    )
    head = FeedHead(f"{owner.member.name}, {owner.practice.name}", owner.member.time_zone)
    body = render(_items(session, rows, owner.settings, revision), head=head)
    return body, hashlib.sha256(body).hexdigest()[:32]


def _items(
    session: Session, rows: list[Appointment], settings: SyncSettings, revision: FeedRevision
) -> Iterator[FeedItem]:
    """Sequence and time of change rise with the settings too: Google looks at nothing else (A5)."""
    for values in appointment_values(session, rows):
        for key, snapshot in _shown(values, settings).items():
            yield FeedItem(
                uid=f"{values.id}@{UID_DOMAIN}",
                snapshot=snapshot,
                sequence=values.sequence + settings.version - 1,
                changed_at=max(values.changed_at, revision.settings_changed_at),
                original_start=key.original_start,
            )


def _shown(values: AppointmentValues, settings: SyncSettings) -> dict[Key, Snapshot]:
    """A rule that cannot be read leaves its first time: one event never ends a feed (F99)."""
    try:
        return _wanted(values, settings)
    except UnreadableRule:
        log.warning(events.FEED_RULE_UNREADABLE, extra={"member_id": settings.member_id})
        return _wanted(replace(values, rule="", changes=()), settings)


def _wanted(values: AppointmentValues, settings: SyncSettings) -> dict[Key, Snapshot]:
    return wanted(
        values,
        settings.display,
        includes_location=settings.includes_location,
        description=FEED_NOTE,
    )

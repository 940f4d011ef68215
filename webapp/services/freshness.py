"""Whether an open page still shows what there is, and how old that is. Reads only."""

import datetime as dt
import hashlib
from dataclasses import dataclass

from sqlmodel import Session

from webapp.db.queries import freshness as queries
from webapp.domain.errors import NotFound
from webapp.domain.freshness import STALE_AFTER, Age, age


@dataclass(frozen=True, slots=True)
class Freshness:
    """Of one practitioner's calendar. `looked_at` is aware UTC, None where Google is not read.

    `content` changes with whatever the page shows, `seen` also with each minute of its age: a page
    that has seen the same needs nothing. Neither says what changed.
    """

    member_id: str
    age: Age
    looked_at: dt.datetime | None
    content: str
    seen: str

    def has_new_content(self, seen: str) -> bool:
        """Whether a page that has `seen` shows something else than there is."""
        return not seen.startswith(self.content)


def gather(session: Session, *, member_id: str, now: dt.datetime, slowest_poll: int) -> Freshness:
    """One statement. `slowest_poll` is the longest time between two looks in seconds: nothing is
    old before two of them were missed. Raises `NotFound` for nobody here."""
    found = queries.marks(session, member_id=member_id)
    if not found:
        raise NotFound
    how_old, looked_at = age(
        queries.looks(found),
        is_cut_off=queries.is_cut_off(found),
        stale_after=max(STALE_AFTER, 2 * dt.timedelta(seconds=slowest_poll)),
        now=now,
    )
    content = f"{hashlib.sha256(repr(found).encode()).hexdigest()[:16]}.{how_old}"
    minutes = int((now - looked_at).total_seconds() // 60) if looked_at else 0
    return Freshness(member_id, how_old, looked_at, content, f"{content}.{minutes}")

"""Finding a feed: from an address to how its calendar stands now (HOUSE.md 10 d).

No event is read here: the ETag is known from the revisions, and most subscribers need no more. The
bytes are services/kept_feeds.py's.
"""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from sqlmodel import Session

from webapp.db.queries.feeds import FeedStanding, feed_standing
from webapp.db.scope import Scope, enter
from webapp.feeds.render import FORMAT
from webapp.feeds.tokens import read_token
from webapp.feeds.zone_release import zone_release


class Refusal(StrEnum):
    """Why an address shows nothing. Unknown also stands for switched off: nobody can tell (R45)."""

    UNKNOWN = "unknown"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Feed:
    """A calendar to hand out, as it stands. `today` is midnight in UTC."""

    standing: FeedStanding
    today: dt.datetime

    @property
    def etag(self) -> str:
        """Names its identity representation, from the revisions alone (ICALENDAR.md A4, 5)."""
        standing = self.standing
        link = standing.link
        whole = "_".join(f"{one.settings.version}.{one.wholes}" for one in standing.calendars)
        revisions = "_".join(map(str, standing.revisions))
        head = f"{link.id[:12]}-{link.version}-{whole}-{revisions}"
        return f"{head}-{FORMAT}-{self.today:%Y%m%d}-{zone_release()}"

    @property
    def changed_at(self) -> dt.datetime:
        """When its bytes changed last, aware UTC: its window moves at midnight."""
        return max(self.standing.changed_at, self.today)


def read(session: Session, *, key: bytes, token: str, now: dt.datetime) -> Feed | Refusal:
    """The feed behind `token`, as of `now`. The session is in the installation scope and leaves it.

    A forged token is refused without a query. An address that was reset or revoked is `GONE`.
    """
    named = read_token(key, token)
    if named is None:
        return Refusal.UNKNOWN
    standing = feed_standing(session, link_id=named[0])
    if standing is None:
        return Refusal.UNKNOWN
    link = standing.link
    if link.generation != named[1] or link.revoked_at is not None:
        return Refusal.GONE
    enter(session, Scope.practice(link.practice_id))
    return Feed(standing, day(now)) if standing.calendars else Refusal.UNKNOWN


def day(now: dt.datetime) -> dt.datetime:
    """The midnight in UTC that began the day of `now`."""
    return dt.datetime.combine(now.astimezone(dt.UTC).date(), dt.time(), tzinfo=dt.UTC)

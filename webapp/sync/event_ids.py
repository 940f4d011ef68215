"""Google event ids that we choose, so that a lost answer is found again and never doubled.

An id is an HMAC, in the only alphabet that Google takes (base32hex, 5 to 1024 characters;
GOOGLE.md 3.2). Deleted ids stay taken for ever, so a re-created event takes the next generation,
which is committed before the call (RELIABILITY.md 1.3).
"""

import base64
import datetime as dt
import hashlib
import hmac
import re

from webapp.domain.timespan import Start

_OCCURRENCE = re.compile(r"[0-9a-v]+_(?P<day>\d{8})(?P<clock>T\d{6}Z)?", re.ASCII)


def event_id(
    key: bytes, *, practice_id: str, appointment_id: str, calendar_id: str, generation: int
) -> str:
    """52 characters of 0-9 and a-v; says nothing about what it was made from."""
    parts = (practice_id, appointment_id, calendar_id, str(generation))
    digest = hmac.new(key, "\x1f".join(parts).encode(), hashlib.sha256).digest()
    return base64.b32hexencode(digest).decode().rstrip("=").lower()


def occurrence_id(master_google_id: str, original_start: Start) -> str:
    """The id that Google gives one occurrence of a series (GOOGLE.md 4.2)."""
    if isinstance(original_start, dt.datetime):
        return f"{master_google_id}_{original_start.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"
    return f"{master_google_id}_{original_start:%Y%m%d}"


def occurrence_start(google_id: str) -> Start | None:
    """The reverse: which occurrence an id names, None for no occurrence. All that a bare tombstone
    tells (GOOGLE.md 4.6)."""
    match = _OCCURRENCE.fullmatch(google_id)
    if match is None:
        return None
    try:
        if match["clock"] is None:
            return dt.date.fromisoformat(match["day"])
        return dt.datetime.fromisoformat(match["day"] + match["clock"])
    except ValueError:
        return None

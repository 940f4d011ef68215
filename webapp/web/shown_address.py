"""Which calendar address this browser shows in full: the one asked for last, for a few minutes."""

from flask import session

from webapp.domain.feed_links import SHOWN_FOR
from webapp.web.clock import now

SHOWN = "address_shown"
"""Of the session's cookie, which anybody with this browser can read: the link's id and a time."""


def remember_shown(link_id: str) -> None:
    """From now on this address is shown in full."""
    session[SHOWN] = [link_id, now().timestamp()]


def shown_address() -> str:
    """The id of the link whose address is shown; "" for none."""
    link_id, at = session.get(SHOWN, ["", 0.0])
    return link_id if 0 <= now().timestamp() - at < SHOWN_FOR.total_seconds() else ""

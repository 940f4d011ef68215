"""In which zone times are shown: the member's own, or the one asked for while travelling (R10).

The choice lasts as long as the sign-in. Times are stored as UTC and series keep their own zone;
this changes only what is shown.
"""

from flask import session

from webapp.domain.timespan import is_known_zone
from webapp.web.login import current_member, is_signed_in


def display_zone() -> str:
    """The IANA zone that this request's pages show times in; "UTC" while nobody is signed in."""
    if not is_signed_in():
        return "UTC"
    chosen: str = session.get("zone", "")
    return chosen if chosen and is_known_zone(chosen) else current_member().time_zone


def show_times_in(zone_name: str) -> None:
    """Remembers the zone to show times in; "" goes back to the member's own."""
    session["zone"] = zone_name if is_known_zone(zone_name) else ""

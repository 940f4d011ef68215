"""What every template can use: strict names, times in words, ids, and who may go where.

StrictUndefined: a partial that is not given what it needs fails in its test, not in the clinic.
"""

import datetime as dt
from pathlib import Path
from typing import Any

import segno
from flask import Flask, current_app, g, get_flashed_messages, session, url_for
from jinja2 import StrictUndefined
from markupsafe import Markup

from webapp.domain import product
from webapp.domain.feed_links import allowed_displays
from webapp.domain.timespan import zone
from webapp.web.clock import now
from webapp.web.guards import Entry, entry_of
from webapp.web.login import current_member, is_signed_in
from webapp.web.zones import display_zone


def init_app(app: Flask) -> None:
    """Filters: time, day, start, full_time, ago and more. Globals: dom_id, may_enter and more."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.filters.update(time=local_time, day=local_day, full_time=full_time, ago=ago)
    app.jinja_env.filters.update(start=start, duration=duration)
    app.jinja_env.filters.update(qr_code=qr_code, allowed_displays=allowed_displays)
    app.jinja_env.globals.update(
        product_name=product.NAME,
        asset=asset,
        dom_id=dom_id,
        may_enter=may_enter,
        messages=messages,
        display_zone=display_zone,
        current_member=current_member,
        is_signed_in=is_signed_in,
        has_shortcuts=has_shortcuts,
        now=now,
    )


def qr_code(text: str) -> Markup:
    """`text` as a picture that phones read: SVG, in the colours of paper in every theme."""
    return Markup(segno.make(text, error="m").svg_inline(scale=4, dark="#000", light="#fff"))  # noqa: S704


def local_time(at: dt.datetime) -> str:
    """14:05, in the zone of this page."""
    return f"{_local(at):%H:%M}"


def local_day(at: dt.datetime | dt.date) -> str:
    """Tue 3 Mar 2026; whole days stay the day they are."""
    day = _local(at) if isinstance(at, dt.datetime) else at
    return f"{day:%a} {day.day} {day:%b} {day.year}"


def start(at: dt.datetime | dt.date) -> str:
    """Tue 3 Mar 2026, 14:05; a whole day without the time."""
    return f"{local_day(at)}, {local_time(at)}" if isinstance(at, dt.datetime) else local_day(at)


def full_time(at: dt.datetime) -> str:
    """Tuesday 3 March 2026, 14:05 (Europe/Berlin)."""
    local = _local(at)
    return f"{local:%A} {local.day} {local:%B} {local.year}, {local:%H:%M} ({display_zone()})"


def ago(at: dt.datetime) -> str:
    """How long ago in words: "just now", "2 min ago", "3 hours ago", "yesterday", else the day."""
    minutes = int((now() - at).total_seconds() // 60)
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{minutes} min ago"
    if minutes < 24 * 60:
        return f"{minutes // 60} hour{'' if minutes < 120 else 's'} ago"
    days = (_local(now()).date() - _local(at).date()).days
    return "yesterday" if days == 1 else f"{days} days ago" if days < 7 else local_day(at)


def duration(span: dt.timedelta) -> str:
    """ "40 s", "12 min", "3 h" or "2 days"."""
    seconds = int(span.total_seconds())
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min"
    return f"{seconds // 3600} h" if seconds < 48 * 3600 else f"{seconds // 86_400} days"


def asset(filename: str) -> str:
    """The address of one of our files; it changes with the file, so browsers may keep it."""
    path = Path(current_app.static_folder or "") / filename
    changed = int(path.stat().st_mtime) if path.exists() else 0
    return url_for("static", filename=filename, v=f"{changed:x}")


def dom_id(noun: str, key: Any) -> str:
    """The id of a row's element: dom_id("sync-run", run.id) is "sync-run-1f…"."""
    return f"{noun}-{key}"


def may_enter(endpoint: str) -> bool:
    """Whether there is such a page and this person may open it: for links."""
    if endpoint not in current_app.view_functions:
        return False
    entry = entry_of(current_app, endpoint)
    if entry is Entry.PUBLIC:
        return True
    return is_signed_in() and entry.lets_in(current_member())


def messages() -> list[dict[str, str]]:
    """What to say on this page, from this request and from the one that led here."""
    flashed: list[tuple[str, str]] = get_flashed_messages(with_categories=True)  # type: ignore[assignment]
    kept = [{"kind": kind, "text": text} for kind, text in flashed]
    said: list[dict[str, str]] = g.pop("announcements", [])
    return kept + said


def has_shortcuts() -> bool:
    """Whether single-letter shortcuts are on (R9, WCAG 2.1.4)."""
    return bool(session.get("shortcuts", True))


def _local(at: dt.datetime) -> dt.datetime:
    return at.astimezone(zone(display_zone()))

"""Rings again for whatever waits, and on time for who waits until a time; ends unread addresses."""

import datetime as dt

from jobs import scope
from webapp import mail
from webapp.db.scope import Scope
from webapp.services import feed_reading, wakeups
from webapp.services.feed_reading import UnreadLink


def run() -> None:
    """One sweep over the whole installation."""
    now = dt.datetime.now(dt.UTC)
    with scope.tools().database.writing(Scope.installation()) as session:
        wakeups.sweep(session, now=now, poll_seconds=scope.settings().poll_seconds)
    with scope.tools().database.writing(Scope.installation()) as session:
        feed_reading.end_unread(session, now=now, tell=tell)


def ring_due() -> None:
    """Rings for the calendars whose waiting has ended; costs one query."""
    with scope.tools().database.reading(Scope.installation()) as session:
        wakeups.ring_due(session, now=dt.datetime.now(dt.UTC))


def tell(link: UnreadLink) -> None:
    """Tells the owner of a calendar address that it will end, two weeks before."""
    settings = scope.settings()
    text = (
        f"No calendar program has read your calendar address “{link.link_name}” for a long time.\n"
        f"It ends on {link.ends_on:%d %B %Y} unless a program reads it before then.\n\n"
        f"Your addresses: {settings.external_url}/sync-settings\n"
    )
    letter = mail.Mail(link.email, "A calendar address that nobody reads will end", text)
    mail.send(letter, server=settings.mail_server, sender=settings.mail_from)

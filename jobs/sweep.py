"""Rings again for whatever waits, and on time for who waits until a time; writes the mails about
troubles; ends unread addresses."""

import datetime as dt

from jobs import scope
from webapp import mail
from webapp.db.scope import Scope
from webapp.domain import alert_letters
from webapp.services import alerts, channels, feed_reading, push_messages, wakeups
from webapp.services.alerts import Letter
from webapp.services.feed_reading import UnreadLink


def run() -> None:
    """One sweep over the whole installation."""
    now, settings = dt.datetime.now(dt.UTC), scope.settings()
    with scope.tools().database.writing(Scope.installation()) as session:
        wakeups.sweep(
            session,
            now=now,
            poll_seconds=settings.poll_seconds,
            pushed_poll_seconds=settings.pushed_poll_seconds,
        )
    with scope.tools().database.reading(Scope.installation()) as session:
        channels.ring_untended(session, address=scope.tools().push.address, now=now)
    with scope.tools().database.writing(Scope.installation()) as session:
        feed_reading.end_unread(session, now=now, tell=tell)
    with scope.tools().database.writing(Scope.installation()) as session:
        alerts.tell_due(session, now=now, tell=tell_trouble)


def ring_due() -> None:
    """Rings for the calendars whose waiting has ended, or whose messages have stopped coming;
    costs two small queries."""
    now = dt.datetime.now(dt.UTC)
    with scope.tools().database.reading(Scope.installation()) as session:
        wakeups.ring_due(session, now=now)
        has_messages = push_messages.is_any_due(session, now=now)
    if has_messages:
        with scope.tools().database.writing(Scope.installation()) as session:
            push_messages.wake_due(session, now=now)


def tell_trouble(letter: Letter) -> bool:
    """Tells a practitioner what is wrong with their sync; whether the mail is on its way."""
    settings = scope.settings()
    text = alert_letters.text(
        letter.words,
        since=letter.since,
        time_zone=letter.time_zone,
        address=f"{settings.external_url}/sync-settings",
    )
    written = mail.Mail(letter.email, alert_letters.SUBJECT, text)
    return mail.send(written, server=settings.mail_server, sender=settings.mail_from)


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

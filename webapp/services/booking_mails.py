"""Sends the mails of online booking."""

import datetime as dt

from webapp import mail
from webapp.config import Settings
from webapp.db.models import Booking
from webapp.domain import booking_letters
from webapp.mail import Mail
from webapp.services.booking_confirmations import Claim


def ask_to_confirm(settings: Settings, *, row: Booking, practice_name: str, path: str) -> bool:
    """Whether the mail with the link to `path` is on its way."""
    held = max(row.held_until - row.created_at, dt.timedelta())
    text = booking_letters.to_confirm(
        practice=practice_name,
        at=row.starts_at,
        time_zone=row.time_zone,
        address=settings.external_url + path,
        held_minutes=int(held.total_seconds() // 60),
    )
    return _send(settings, row.email, booking_letters.TO_CONFIRM, text)


def tell_of_appointment(settings: Settings, *, claim: Claim, path: str) -> None:
    """To the client and to the practitioner, each in their own zone."""
    row, member = claim.row, claim.desk.member
    text = booking_letters.confirmed(
        practice=claim.practice.name,
        at=row.starts_at,
        time_zone=row.time_zone,
        address=settings.external_url + path,
        phone=claim.desk.settings.phone,
    )
    _send(settings, row.email, booking_letters.CONFIRMED, text)
    news = booking_letters.to_practitioner(
        at=row.starts_at, time_zone=member.time_zone, address=f"{settings.external_url}/calendar"
    )
    _send(settings, member.email, booking_letters.TO_PRACTITIONER, news)


def _send(settings: Settings, to: str, subject: str, text: str) -> bool:
    written = Mail(to, subject, text)
    return mail.send(written, server=settings.mail_server, sender=settings.mail_from)

"""Mails to the people of a practice and to who books online: by SMTP where it is set up, else to a
folder or the log.

No client's name ever comes in here. A mail that cannot be sent is logged and never the reason that
something else fails.
"""

import logging
import smtplib
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from webapp.ops import events

TIMEOUT_SECONDS = 10

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail in plain text."""

    to: str
    subject: str
    text: str


def send(mail: Mail, *, server: str, sender: str) -> bool:
    """Whether `mail` is on its way.

    `server` is smtp://, smtps:// (with user and password if need be), file:///folder for the demo,
    or "" for the log alone. Line breaks in headers are refused by the email package (S45).
    """
    try:
        _deliver(_message(mail, sender), server)
    except (OSError, smtplib.SMTPException, ValueError) as failed:
        log.error(events.MAIL_FAILED, extra={"error": type(failed).__name__})
        return False
    log.info(events.MAIL_SENT, extra={"subject": mail.subject})
    return True


def is_answering(server: str) -> bool:
    """Whether a mail could be handed over to `server` now; nothing is sent."""
    try:
        _connected(urlsplit(server), lambda smtp: smtp.noop())
    except (OSError, smtplib.SMTPException, ValueError):
        return False
    return True


def _message(mail: Mail, sender: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, mail.to, mail.subject
    message.set_content(mail.text)
    return message


def _deliver(message: EmailMessage, server: str) -> None:
    parts = urlsplit(server)
    if parts.scheme == "file":
        folder = Path(unquote(parts.path))
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{len(list(folder.iterdir())) + 1:04d}.eml").write_bytes(bytes(message))
    _connected(parts, lambda smtp: smtp.send_message(message))


def _connected(parts: SplitResult, act: Callable[[smtplib.SMTP], object]) -> None:
    """Signs in at the mail server, if it is one, and does that."""
    if parts.scheme not in ("smtp", "smtps"):
        return
    connect = smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP
    with connect(parts.hostname or "", parts.port or 0, timeout=TIMEOUT_SECONDS) as smtp:
        if parts.username:
            smtp.login(unquote(parts.username), unquote(parts.password or ""))
        act(smtp)

"""Asking a person at Google for access: the question, the way back, what was granted (R47 to R49).

The question is kept in the browser's signed session, bound to the person, used once, for ten
minutes (S13). Keeping what was granted is google_connection.py.
"""

import datetime as dt
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlmodel import Session, col, select

from webapp.config import Settings
from webapp.db.models import GoogleConnection, Member, SyncSettings
from webapp.domain.errors import (
    ConsentExpired,
    GoogleNotSetUp,
    GoogleSilent,
    Invalid,
    NotConnected,
)
from webapp.google import oauth
from webapp.google.errors import GoogleError, GrantGone, Refused
from webapp.google.oauth import Grant

CONSENT_WITHIN = dt.timedelta(minutes=10)
PURPOSE = "connect"


@dataclass(frozen=True, slots=True)
class Question:
    """What we asked Google, kept in the browser's signed session until the answer comes (S13).

    `accepted_account` is the account about which the person was warned and said yes.
    """

    state: str
    nonce: str
    verifier: str
    member_id: str
    asked_at: float
    accepted_account: str = ""
    purpose: str = PURPOSE


def begin(
    session: Session,
    *,
    by: Member,
    settings: Settings,
    now: dt.datetime,
    accepted_account: str = "",
) -> tuple[str, dict[str, Any]]:
    """The address of Google's consent page, and the question to keep for the way back.

    Raises `GoogleNotSetUp`, `GoogleSilent`, and `Invalid` while sync is not allowed (R15).
    """
    if not settings.has_google:
        raise GoogleNotSetUp()
    hint = _login_hint(session, by)
    question = Question(
        state=secrets.token_urlsafe(32),
        nonce=secrets.token_urlsafe(32),
        verifier=secrets.token_urlsafe(64),
        member_id=by.id,
        asked_at=now.timestamp(),
        accepted_account=accepted_account,
    )
    try:
        address = oauth.authorisation(
            settings,
            state=question.state,
            nonce=question.nonce,
            verifier=question.verifier,
            login_hint=hint,
        )
    except GoogleError:
        raise GoogleSilent() from None
    return address, asdict(question)


def recognise(
    kept: Mapping[str, Any] | None, *, by: Member, state: str, now: dt.datetime
) -> Question:
    """The question that an answer with `state` belongs to. Raises `ConsentExpired` (S13)."""
    question = _question(kept)
    if question is None or question.purpose != PURPOSE or question.member_id != by.id:
        raise ConsentExpired()
    age = now.timestamp() - question.asked_at
    is_ours = hmac.compare_digest(question.state.encode(), state.encode())
    if not is_ours or not 0 <= age <= CONSENT_WITHIN.total_seconds():
        raise ConsentExpired()
    return question


def exchange(settings: Settings, *, question: Question, code: str, now: dt.datetime) -> Grant:
    """What the person granted. Raises `ConsentExpired`, `NotConnected` or `GoogleSilent`."""
    if not code:
        raise NotConnected()
    try:
        return oauth.exchange(
            settings, code=code, verifier=question.verifier, nonce=question.nonce, now=now
        )
    except GrantGone:
        raise ConsentExpired() from None
    except Refused:
        raise NotConnected() from None
    except GoogleError:
        raise GoogleSilent() from None


def _login_hint(session: Session, by: Member) -> str:
    """The account that is connected already, for Google's page. Ends the transaction."""
    allowed = session.exec(
        select(SyncSettings.id).where(
            SyncSettings.member_id == by.id, col(SyncSettings.is_enabled).is_(True)
        )
    ).first()
    account = session.exec(
        select(GoogleConnection.google_sub).where(GoogleConnection.member_id == by.id)
    ).first()
    session.commit()
    if allowed is None:
        raise Invalid({"": "Allow your calendar to sync first."})
    return account or ""


def _question(kept: Mapping[str, Any] | None) -> Question | None:
    try:
        return Question(**kept) if kept else None
    except TypeError:
        # A session cookie of an earlier release.
        return None

"""How one practitioner can be booked online: off until they switch it on themselves.

The address of the page is made when they first save, from the names of practice and practitioner,
and stays: clients have it in their mails.
"""

import datetime as dt
from dataclasses import dataclass

from sqlmodel import Session, col, select

from webapp.db.models import BookingSettings, Member, Practice
from webapp.db.queries.booking_desks import desk_of
from webapp.domain.bookable_hours import SUGGESTED, Stretch, faults, from_stored, stored
from webapp.domain.booking_pause import WhenUnread
from webapp.domain.errors import Invalid, NotFound
from webapp.domain.plain_text import outside_line
from webapp.domain.slugs import slug
from webapp.services import audit
from webapp.services.booking import ANY

LONGEST_PHONE, LONGEST_WORDS = 40, 60
NO_MAIL = (
    "This server sends no mail yet, and clients confirm by mail. Whoever runs it can set that up."
)


@dataclass(frozen=True, slots=True)
class BookingChoice:
    """What the form says. `hours` may be empty while booking is off."""

    is_open: bool
    hours: tuple[Stretch, ...]
    session_minutes: int
    step_minutes: int
    pause_minutes: int
    lead_hours: int
    ahead_weeks: int
    when_unread: WhenUnread
    phone: str
    calendar_words: str


def for_member(session: Session, *, member: Member) -> BookingSettings:
    """Theirs; before they have saved any, what the form begins with. Raises `NotFound` for
    somebody without a calendar."""
    if not member.has_calendar:
        raise NotFound
    desk = desk_of(session, member_id=member.id)
    if desk is not None:
        return desk.settings
    return BookingSettings(
        practice_id=member.practice_id, member_id=member.id, slug="", hours=stored(SUGGESTED)
    )


def save(
    session: Session, *, by: Member, now: dt.datetime, choice: BookingChoice, can_mail: bool
) -> BookingSettings:
    """Saves `by`'s own settings. Commits. Raises `Invalid`, for the hours in "hours_<weekday>"."""
    _check(choice, can_mail=can_mail)
    practice = _locked_practice(session, by)
    row = for_member(session, member=by)
    was_open, row.is_open = row.is_open, choice.is_open
    row.slug = row.slug or _new_slug(session, by)
    practice.slug = practice.slug or _new_practice_slug(session, practice)
    row.hours = stored(choice.hours)
    for name in (
        *("session_minutes", "step_minutes", "pause_minutes", "lead_hours", "ahead_weeks"),
        *("when_unread", "phone", "calendar_words"),
    ):
        setattr(row, name, getattr(choice, name))
    session.add_all([practice, row])
    audit.record(session, by=by, action=_action(was_open, choice.is_open), now=now)
    session.commit()
    return row


def address_parts(session: Session, *, settings: BookingSettings) -> tuple[str, str] | None:
    """The two parts of the page's address; None before there is one."""
    practice = session.exec(select(Practice).where(Practice.id == settings.practice_id)).one()
    return (practice.slug, settings.slug) if practice.slug and settings.slug else None


def hours_of(settings: BookingSettings) -> tuple[Stretch, ...]:
    """The week, for the form."""
    return from_stored(settings.hours)


def typed(text: str, *, longest: int) -> str:
    """A line as it is kept."""
    return outside_line(text, longest=longest)


def _check(choice: BookingChoice, *, can_mail: bool) -> None:
    length = dt.timedelta(minutes=choice.session_minutes)
    found = {f"hours_{day}": said for day, said in faults(choice.hours, length=length).items()}
    if choice.is_open and not choice.hours:
        found["hours"] = "Say when clients can book, or switch online booking off."
    if choice.is_open and not can_mail:
        found["is_open"] = NO_MAIL
    if found:
        raise Invalid(found)


def _locked_practice(session: Session, by: Member) -> Practice:
    """One new address at a time in a practice."""
    lock = select(Practice).where(Practice.id == by.practice_id).with_for_update(key_share=True)
    return session.exec(lock).one()


def _new_slug(session: Session, by: Member) -> str:
    taken = session.exec(
        select(BookingSettings.slug).where(BookingSettings.practice_id == by.practice_id)
    )
    return slug(by.name, instead="practitioner", taken={*taken, ANY})


def _new_practice_slug(session: Session, practice: Practice) -> str:
    """Practices belong to no practice, so that all of them are seen here."""
    taken = session.exec(select(Practice.slug).where(col(Practice.slug).is_not(None)))
    return slug(practice.name, instead="practice", taken=set(filter(None, taken)))


def _action(was_open: bool, is_open: bool) -> str:
    if was_open == is_open:
        return "booking.changed"
    return "booking.opened" if is_open else "booking.closed"

"""The people who may sign in: added from the command line, until a practice does it in the app."""

import datetime as dt

from sqlmodel import Session, select

from webapp.db.models import Member, Practice
from webapp.domain.errors import Invalid
from webapp.domain.roles import Role
from webapp.domain.timespan import is_known_zone
from webapp.services import passwords


def add(
    session: Session,
    *,
    now: dt.datetime,
    practice_name: str,
    time_zone: str,
    email: str,
    name: str,
    role: Role,
    password: str,
) -> Member:
    """Adds somebody to the practice of that name, which is made when it is not there. Commits.

    `session` is in the installation scope; `time_zone` is an IANA name and counts for the person
    and for a new practice. Raises `Invalid`.
    """
    email = email.strip().casefold()
    _check(session, practice_name=practice_name, time_zone=time_zone, email=email, name=name)
    if problem := passwords.problem(password, practice_name=practice_name):
        raise Invalid({"password": problem})
    member = Member(
        practice_id=_practice(session, practice_name, time_zone, now).id,
        email=email,
        name=name.strip(),
        role=role,
        has_calendar=role is Role.PRACTITIONER,
        time_zone=time_zone,
        password_hash=passwords.hash_password(password),
        created_at=now,
    )
    session.add(member)
    session.commit()
    return member


def _check(session: Session, *, practice_name: str, time_zone: str, email: str, name: str) -> None:
    errors = {}
    if not practice_name.strip():
        errors["practice"] = "Say which practice."
    if not name.strip():
        errors["name"] = "Say what the person is called."
    if not is_known_zone(time_zone):
        errors["time_zone"] = "Use the name of a time zone, such as Europe/Berlin."
    if "@" not in email:
        errors["email"] = "This is not an e-mail address."
    elif session.exec(select(Member.id).where(Member.email == email)).first():
        errors["email"] = "Somebody signs in with this address already."
    if errors:
        raise Invalid(errors)


def _practice(session: Session, name: str, time_zone: str, now: dt.datetime) -> Practice:
    found = session.exec(select(Practice).where(Practice.name == name.strip())).first()
    if found is None:
        found = Practice(name=name.strip(), time_zone=time_zone, created_at=now)
        session.add(found)
    return found

"""Fills an empty installation with a believable practice (`flask demo seed`).

What it contains stands in `demo_plan.py`. Rows are written directly: nothing is connected yet, so
there is nobody to tell.
"""

import datetime as dt
from dataclasses import replace

from sqlmodel import Session, col, select

from webapp.db import demo_plan as plan
from webapp.db.models import (
    Appointment,
    AppointmentException,
    BookingSettings,
    Client,
    ClientKind,
    ClientPerson,
    Member,
    Practice,
)
from webapp.db.snapshots import change_columns, span_columns
from webapp.domain.appointments import ChangedOccurrence
from webapp.domain.bookable_hours import stored
from webapp.domain.recurrence import last_end
from webapp.domain.roles import Role
from webapp.domain.rule_edits import weekly
from webapp.domain.timespan import TimedSpan, zone

KNOWN_FOR = dt.timedelta(weeks=26)


def seed(session: Session, *, now: dt.datetime, password_hash: str) -> Practice:
    """The demo practice around `now` (aware UTC). Commits; when it is there already, does nothing.

    `session` is in the installation scope. Everybody signs in with the password behind
    `password_hash`.
    """
    emails = [person.email for person in plan.STAFF]
    there = session.exec(
        select(Practice).join(Member).where(col(Member.email).in_(emails)).limit(1)
    ).first()
    return there or _Seeding(session, now=now, password_hash=password_hash).practice_with_all()


class _Seeding:
    """One run: what the rows share."""

    def __init__(self, session: Session, *, now: dt.datetime, password_hash: str) -> None:
        self._session = session
        self._now = now
        self._password_hash = password_hash
        today = now.astimezone(zone(plan.ZONE)).date()
        self._monday = today - dt.timedelta(days=today.weekday())
        self._practice = Practice(
            name=plan.PRACTICE, time_zone=plan.ZONE, created_at=now - KNOWN_FOR
        )

    def practice_with_all(self) -> Practice:
        """Adds every row in one transaction."""
        self._session.add(self._practice)
        members = {person.key: self._member(person) for person in plan.STAFF}
        clients = {record.internal_id: self._client(record) for record in plan.CLIENTS}
        for one in plan.PLANS:
            self._own_event(one, members[one.who], clients.get(one.client))
        for days_off in plan.DAYS_OFF:
            self._days_off(days_off, members[days_off.who])
        self._open_booking(members["ada"])
        self._session.commit()
        return self._practice

    def _member(self, person: plan.StaffMember) -> Member:
        member = Member(
            practice_id=self._practice.id,
            email=person.email,
            name=person.name,
            role=person.role,
            has_calendar=any(one.who == person.key for one in plan.PLANS),
            is_operator=person.role is Role.OWNER,
            time_zone=plan.ZONE,
            password_hash=self._password_hash,
            created_at=self._practice.created_at,
        )
        self._session.add(member)
        return member

    def _client(self, record: plan.DemoClient) -> Client:
        client = Client(
            practice_id=self._practice.id,
            internal_id=record.internal_id,
            kind=ClientKind.COUPLE if len(record.people) > 1 else ClientKind.INDIVIDUAL,
            phone=record.phone,
            email=record.email,
            created_at=self._practice.created_at,
        )
        self._session.add(client)
        self._session.add_all(
            ClientPerson(
                practice_id=self._practice.id,
                client_id=client.id,
                position=position,
                given_name=person.given,
                family_name=person.family,
                preferred_name=person.preferred,
            )
            for position, person in enumerate(record.people)
        )
        return client

    def _own_event(self, one: plan.Plan, member: Member, client: Client | None) -> None:
        span = self._span(one.first, one.clock)
        rule = self._rule(one, span)
        changes = [self._change(one, change) for change in one.changes]
        row = Appointment(
            practice_id=self._practice.id,
            member_id=member.id,
            client_id=client.id if client else None,
            title=one.title,
            service=one.service,
            notes=one.notes,
            location=one.location,
            is_busy=one.is_busy,
            **span_columns(span),
            time_zone=plan.ZONE,
            rule=rule,
            repeats_until=last_end(span, rule, changes) if rule else None,
            version=1 + len(changes) + one.is_cancelled,
            sequence=len(changes) + one.is_cancelled,
            created_at=self._written_at(one.first),
            changed_at=self._written_at(max([one.first, *(it.week for it in one.changes)])),
            cancelled_at=self._written_at(one.first) if one.is_cancelled else None,
        )
        self._session.add(row)
        self._session.add_all(self._exception(row, change) for change in changes)

    def _span(self, week: int, clock: plan.Clock) -> TimedSpan:
        day = self._monday + dt.timedelta(weeks=week, days=clock.weekday)
        local = dt.datetime.combine(day, dt.time.fromisoformat(clock.time), zone(plan.ZONE))
        starts_at = local.astimezone(dt.UTC)
        return TimedSpan(starts_at, starts_at + dt.timedelta(minutes=clock.minutes), plan.ZONE)

    def _rule(self, one: plan.Plan, span: TimedSpan) -> str:
        if not one.every:
            return ""
        ends = one.times is None and not one.is_endless
        until = self._monday + dt.timedelta(weeks=plan.LAST_WEEK, days=6) if ends else None
        rule = weekly(span, every_weeks=one.every, until=until, count=one.times)
        return rule.replace("BYDAY=MO", f"BYDAY={one.days}") if one.days else rule

    def _change(self, one: plan.Plan, change: plan.Change) -> ChangedOccurrence:
        weekday = one.clock.weekday if change.weekday is None else change.weekday
        original = self._span(change.week, replace(one.clock, weekday=weekday))
        span = self._span(change.week, change.to) if change.to else None
        return ChangedOccurrence(original.starts_at, span)

    def _written_at(self, week: int) -> dt.datetime:
        """Somebody wrote it down a week ahead of its time, and certainly before now."""
        weeks_ago = max(1, 1 - week)
        return self._now - dt.timedelta(weeks=weeks_ago)

    def _exception(self, row: Appointment, change: ChangedOccurrence) -> AppointmentException:
        return AppointmentException(
            practice_id=row.practice_id,
            appointment_id=row.id,
            **change_columns(change, time_zone=row.time_zone),
        )

    def _open_booking(self, member: Member) -> None:
        self._practice.slug, slug = plan.BOOKABLE_AT
        self._session.add(
            BookingSettings(
                practice_id=self._practice.id,
                member_id=member.id,
                slug=slug,
                is_open=True,
                hours=stored(plan.BOOKABLE),
                phone=plan.PHONE,
            )
        )

    def _days_off(self, days_off: plan.DaysOff, member: Member) -> None:
        starts_on = days_off.starts_on(self._monday)
        row = Appointment(
            practice_id=self._practice.id,
            member_id=member.id,
            title=days_off.title,
            starts_on=starts_on,
            ends_on=starts_on + dt.timedelta(days=days_off.days),
            time_zone=plan.ZONE,
            created_at=self._written_at(days_off.week),
            changed_at=self._written_at(days_off.week),
        )
        self._session.add(row)

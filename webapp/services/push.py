"""One step of the way out: gather what waits, write it to Google in one batch, settle the answers.

What is sent is rendered here and now from the current settings, never remembered, and stays here
when they change before it is on its way (I13). No transaction is open during a call. The answers
are settled in `services/settle.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from webapp.db.models import Appointment, EventLink, Outbox, SyncedCalendar, SyncSettings
from webapp.db.snapshots import appointment_values
from webapp.domain.product import EVENT_NOTE
from webapp.google import mapping
from webapp.google.batch import Call
from webapp.google.calendar import delete_call, insert_call, revive_call, update_call
from webapp.google.errors import QuotaSpent
from webapp.services import (
    agreement,
    problems,
    progress,
    quarantine,
    read_back,
    settle,
    stops,
)
from webapp.services.agreement import Links
from webapp.services.stops import Planned
from webapp.services.sync_context import SyncContext
from webapp.sync.desired import wanted
from webapp.sync.outgoing import Verb, Write, writes
from webapp.sync.pace import LARGEST_BATCH, batch_size
from webapp.sync.types import Key, Snapshot

Wanted = dict[Key, Snapshot]


_SETTINGS = select(SyncSettings).where(SyncSettings.member_id == bindparam("member"))
_OPEN_WISHES = (
    select(Outbox)
    .where(Outbox.calendar_id == bindparam("which"), col(Outbox.requested) > col(Outbox.completed))
    .order_by(col(Outbox.is_bulk), col(Outbox.id))
    .offset(bindparam("after"))
    .limit(bindparam("size"))
)
_OPEN_EDITS = _OPEN_WISHES.where(col(Outbox.is_bulk).is_(False))
_APPOINTMENTS = select(Appointment).where(col(Appointment.id).in_(bindparam("ids", expanding=True)))


@dataclass(slots=True)
class Plan:
    """One batch: the calls, and what each was planned for."""

    settings_version: int
    size: int = LARGEST_BATCH
    calls: list[Call] = field(default_factory=list)
    planned: list[Planned] = field(default_factory=list)
    has_edits: bool = False
    has_bulk: bool = False

    @property
    def is_full(self) -> bool:
        """Whether no other call fits in."""
        return len(self.calls) >= self.size


class PlanOutdated(Exception):
    """What may leave was decided anew while the batch waited for its turn."""


def push(context: SyncContext, *, is_edits_only: bool = False) -> None:
    """Carries out one batch.

    Edits go first; where the quota is spent but for its reserve, they go alone. Raises
    `LeaseLost`, `QuotaSpent` before anything was sent, and the `GoogleError` of whatever concerns
    the whole calendar (throttled, unavailable, no access) after everything else was settled.
    """
    quarantine.suspect_next(context)
    plan = _gather(context, is_edits_only=is_edits_only)
    if not plan.calls:
        return
    try:
        answers = context.client.batch(
            plan.calls, is_bulk=plan.has_bulk, check=lambda: _check(context, plan)
        )
    except PlanOutdated:
        return
    except QuotaSpent:
        if not (plan.has_edits and plan.has_bulk):
            raise
        push(context, is_edits_only=True)
        return
    pairs = list(zip(plan.planned, answers, strict=True))
    settle.settle(context, pairs)
    read_back.read_doubtful(context, pairs)
    stops.check(pairs)


def _check(context: SyncContext, plan: Plan) -> None:
    """Asked when only the wire is left. A token may have had to be fetched since the plan was made,
    and a stricter display, another mode or the end of the connection may have been saved (F63).

    Raises `PlanOutdated`; the next plan says what is right then, or that the lease is lost."""
    with context.reading() as (session, calendar):
        version = _settings(session, calendar).version
        if version != plan.settings_version or calendar.lease_epoch != context.lease.epoch:
            raise PlanOutdated


def render(
    session: Session, calendar: SyncedCalendar, appointment_ids: Sequence[str]
) -> dict[str, Wanted]:
    """What Google should show of each appointment now; {} for what is gone or cancelled."""
    settings = _settings(session, calendar)
    rows = session.exec(_APPOINTMENTS, params={"ids": list(appointment_ids)}).all()
    rendered: dict[str, Wanted] = {appointment_id: {} for appointment_id in appointment_ids}
    for values in appointment_values(session, rows):
        rendered[values.id] = wanted(
            values,
            settings.display,
            includes_location=settings.includes_location,
            description=EVENT_NOTE,
        )
    return rendered


def _gather(context: SyncContext, *, is_edits_only: bool) -> Plan:
    """Plans the next batch, records the intent of every insert in it, and commits."""
    with context.writing() as (session, calendar):
        size = batch_size(calendar.attempts, calendar.crashes)
        plan = Plan(_settings(session, calendar).version, size)
        planned = 0
        while not plan.is_full:
            rows = _pending(session, context, plan, is_edits_only=is_edits_only, after=planned)
            if not rows:
                break
            planned += _plan_rows(session, context, plan, calendar, rows)
        progress.count_outgoing(session, calendar_id=calendar.id)
        session.commit()
    return plan


def _settings(session: Session, calendar: SyncedCalendar) -> SyncSettings:
    return session.exec(_SETTINGS, params={"member": calendar.member_id}).one()


def _pending(
    session: Session, context: SyncContext, plan: Plan, *, is_edits_only: bool, after: int
) -> Sequence[Outbox]:
    """Open wishes but the first `after`; edits before what belongs to something large."""
    named = {"which": context.calendar_id, "after": after, "size": plan.size}
    return session.exec(_OPEN_EDITS if is_edits_only else _OPEN_WISHES, params=named).all()


def _plan_rows(
    session: Session,
    context: SyncContext,
    plan: Plan,
    calendar: SyncedCalendar,
    rows: Sequence[Outbox],
) -> int:
    """Plans what these wishes need, as far as the batch has room. How many of them stay open."""
    rendered = render(session, calendar, [row.appointment_id for row in rows])
    links = agreement.links_of(session, calendar_id=calendar.id, appointment_ids=list(rendered))
    done: list[Outbox] = []
    for row in rows:
        known = links.get(row.appointment_id, {})
        wishes = rendered[row.appointment_id]
        coming = next_writes(row.appointment_id, wishes, known)
        if not coming:
            done.append(row)
            continue
        is_all = _is_all(wishes, known, coming)
        for write in coming[: plan.size - len(plan.calls)]:
            plan.has_bulk, plan.has_edits = (
                plan.has_bulk or row.is_bulk,
                plan.has_edits or not row.is_bulk,
            )
            link = _link(session, context, calendar, known, write)
            plan.calls.append(_call(calendar, link, known, write))
            plan.planned.append(Planned(write, link.id, row.requested if is_all else None))
    _complete(session, calendar, done)
    return len(rows) - len(done)


def _is_all(wishes: Wanted, links: Links, coming: Sequence[Write]) -> bool:
    """Whether nothing follows these writes: a single event, or a series without exceptions."""
    has_occurrences = any(key.is_occurrence for key in {*wishes, *links})
    (write, *more) = coming
    return not has_occurrences and not more and (write.snapshot is not None or write.is_last)


def next_writes(appointment_id: str, wishes: Wanted, links: Links) -> list[Write]:
    """What comes next for one appointment, as far as we know Google; nothing when all is well."""
    master = Key(appointment_id)
    if master in links and agreement.is_ending(links[master]):
        return [Write(master, Verb.DELETE, None, is_last=not wishes)]
    known = {key: agreement.agreed(link) for key, link in links.items()}
    return writes(appointment_id, wishes, known)


def _complete(session: Session, calendar: SyncedCalendar, rows: Sequence[Outbox]) -> None:
    """Google shows what is wanted, as far as this transaction can see the wishes."""
    for row in rows:
        row.completed, row.attempts, row.failure = row.requested, 0, ""
    problems.clear(session, calendar_id=calendar.id, subjects=[row.appointment_id for row in rows])


def _link(
    session: Session,
    context: SyncContext,
    calendar: SyncedCalendar,
    links: Links,
    write: Write,
) -> EventLink:
    """The link of a write, with the intent of an insert on it."""
    link = agreement.link_for(
        session,
        calendar=calendar,
        links=links,
        key=write.key,
        ids=context.ids,
    )
    if write.verb is Verb.INSERT and write.snapshot is not None:
        agreement.intend(link, write.snapshot)
    return link


def _call(calendar: SyncedCalendar, link: EventLink, links: Links, write: Write) -> Call:
    calendar_id = calendar.google_id or ""
    etag = link.etag or None
    if write.snapshot is None:
        return delete_call(calendar_id, link.google_id, etag=etag)
    is_insert = write.verb is Verb.INSERT
    if link.google_sequence == agreement.UNKNOWN_SEQUENCE:
        revived = mapping.event_body(write.snapshot, properties=agreement.mark(link))
        return revive_call(calendar_id, link.google_id, revived)
    master = links.get(Key(link.appointment_id), link)
    body = mapping.event_body(
        write.snapshot,
        google_id=link.google_id if is_insert else None,
        properties=agreement.mark(link),
        sequence=None if is_insert else max(link.google_sequence, master.google_sequence),
    )
    if is_insert:
        return insert_call(calendar_id, body)
    return update_call(calendar_id, link.google_id, body, etag=etag)

"""The brake against mass removal, its answers, and the way back for thirty days (R125, U5)."""

import datetime as dt
from collections.abc import Callable

import pytest
from sqlmodel import select

from tests.story.office import Office
from tests.story.test_first_sync import in_a_week
from webapp.db.models import AuditEntry, RemovedEvent
from webapp.db.queries.removals import Removal, recent_removals
from webapp.db.scope import Scope
from webapp.services import removal_answers, removed_events

pytestmark = pytest.mark.slow

PRIMARY = "ada@example.com"
LIST = "calendar.events.list"


def with_private_events(office: Office, count: int) -> list[str]:
    """So many private events in Google, synced; their ids there."""
    primary = office.hand.calendar("primary")
    day = dt.datetime.fromisoformat(in_a_week(office)[:10])
    ids = [
        primary.create(f"Private {n}", (day + dt.timedelta(hours=n)).isoformat())["id"]
        for n in range(count)
    ]
    office.start_sync()
    office.settle()
    office.sync_tile(PRIMARY)
    office.settle()
    return ids


def delete_in_google(office: Office, ids: list[str]) -> None:
    """Ada deletes them there, and the app looks."""
    primary = office.hand.calendar("primary")
    for event_id in ids:
        primary.delete(event_id)
    office.poll()


def question(office: Office) -> tuple[int, int]:
    """What the tile asks about: so many of so many."""
    calendar = office.calendar(PRIMARY)
    return calendar.gone_count, calendar.gone_of


def titles(office: Office) -> set[str]:
    """What the app shows of the calendar."""
    return {row.summary for row in office.mirrored(PRIMARY)}


def answer(office: Office, reply: Callable[..., object]) -> None:
    """One of the three buttons."""
    calendar_id = office.calendar(PRIMARY).id
    with office.writing() as (session, ada):
        reply(session, by=ada, calendar_id=calendar_id, now=office.clock())


def bin_of(office: Office) -> list[Removal]:
    """The page "Recently removed"."""
    with office.writing() as (session, ada):
        return recent_removals(session, member=ada, now=office.clock())


def restore(office: Office, removal: Removal, google_id: str = "") -> int:
    """Restore, or Restore all."""
    with office.writing() as (session, ada):
        return removed_events.restore(
            session,
            by=ada,
            calendar_id=removal.calendar_id,
            removed_at=removal.removed_at,
            google_id=google_id,
            now=office.clock(),
        )


def test_many_deletions_in_google_are_asked_about_and_nothing_goes(connected: Office) -> None:
    """F57: Google says so of each of them, and still somebody looks first."""
    ids = with_private_events(connected, 14)
    delete_in_google(connected, ids[:12])
    assert question(connected) == (12, 14)
    assert len(titles(connected)) == 14
    connected.hand.calendar("primary").create("New", in_a_week(connected).replace(" ", "T"))
    connected.poll()
    assert "New" in titles(connected), "what else happens in Google still arrives"
    assert question(connected) == (12, 15)


def test_removed_after_asking_they_go_and_can_be_restored(connected: Office) -> None:
    """R125, U5: remove, restore one, restore all; Google is not touched."""
    ids = with_private_events(connected, 14)
    delete_in_google(connected, ids[:12])
    answer(connected, removal_answers.remove)
    assert (question(connected), len(titles(connected))) == ((0, 0), 2)
    assert connected.calendar("ada@example.com").event_count == 2
    (removal,) = bin_of(connected)
    assert removal.listing.count == 12
    connected.google.calls.clear()
    assert restore(connected, removal, ids[0]) == 1
    assert restore(connected, removal) == 11
    assert (bin_of(connected), len(titles(connected))) == ([], 14)
    assert connected.calendar("ada@example.com").event_count == 14
    connected.google.expire_all_sync_tokens()
    connected.poll()
    assert len(titles(connected)) == 14, "a complete comparison leaves what was restored"
    assert {call.method for call in connected.google.calls} == {"GET"}


def test_kept_they_stay_until_google_has_them_again(connected: Office) -> None:
    """R125: also through a complete comparison, and then Google's word counts again."""
    ids = with_private_events(connected, 14)
    delete_in_google(connected, ids[:12])
    answer(connected, removal_answers.keep)
    connected.google.expire_all_sync_tokens()
    connected.poll()
    assert (question(connected), len(titles(connected))) == ((0, 0), 14)
    connected.hand.calendar("primary").restore(ids[0])
    connected.poll()
    connected.hand.calendar("primary").delete(ids[0])
    connected.poll()
    assert len(titles(connected)) == 13


def test_asked_again_google_answers_in_full_and_the_question_goes(connected: Office) -> None:
    """F42: what is listed again is there again, on the tile's own run."""
    with_private_events(connected, 14)
    connected.google.expire_all_sync_tokens()
    connected.google.faults.add(LIST, "empty_list", times=6)
    connected.poll()
    assert question(connected) == (14, 14)
    connected.google.faults.clear()
    answer(connected, removal_answers.ask_again)
    connected.settle()
    assert (question(connected), len(titles(connected))) == ((0, 0), 14)
    assert connected.run(PRIMARY).state == "synced"


def test_one_private_event_outlives_an_empty_answer(connected: Office) -> None:
    """I12: however small the calendar, an empty answer is no deletion."""
    with_private_events(connected, 1)
    connected.google.expire_all_sync_tokens()
    connected.google.faults.add(LIST, "empty_list", times=6)
    connected.poll()
    assert (question(connected), titles(connected)) == ((1, 1), {"Private 0"})


@pytest.mark.parametrize("status", [404, 410, 500, 503])
def test_an_error_is_never_read_as_a_deletion(connected: Office, status: int) -> None:
    """I12: whatever Google answers instead of a list, everything stays."""
    with_private_events(connected, 2)
    connected.google.faults.add(LIST, "error", status=status, reason="backendError", times=0)
    for _ in range(2):
        connected.poll()
        connected.clock.move(hours=2)
    assert titles(connected) == {"Private 0", "Private 1"}


def test_a_few_deletions_go_at_once_and_can_be_restored_too(connected: Office) -> None:
    """U5: a series with what was changed in it is one thing to restore."""
    primary = connected.hand.calendar("primary")
    with_private_events(connected, 3)
    start = in_a_week(connected).replace(" ", "T")
    series = primary.create("Choir", start, recurrence=["RRULE:FREQ=WEEKLY;COUNT=5"])
    occurrence = primary.instances(series["id"])[2]
    primary.edit(occurrence["id"], scope="this", summary="Concert")
    connected.poll()
    assert {"Choir", "Concert"} <= titles(connected)
    delete_in_google(connected, [series["id"]])
    assert titles(connected) == {"Private 0", "Private 1", "Private 2"}
    (removal,) = bin_of(connected)
    assert [(event.title, event.is_series) for event in removal.listing.events] == [("Choir", True)]
    assert restore(connected, removal, series["id"]) == 1
    assert {"Choir", "Concert"} <= titles(connected)


def test_what_was_moved_to_another_synced_calendar_is_no_loss(connected: Office) -> None:
    """F47: twelve events change calendars, and nobody is asked about them."""
    ids = with_private_events(connected, 14)
    choir = connected.hand.new_calendar("Choir")
    connected.list_calendars()
    connected.sync_tile("Choir")
    connected.settle()
    for event_id in ids[:12]:
        connected.hand.calendar("primary").move_to(event_id, choir)
    connected.poll()
    connected.poll()
    everything = titles(connected) | {row.summary for row in connected.mirrored("Choir")}
    assert len(everything) == 14
    assert len(connected.mirrored("Choir")) == 12
    assert question(connected) == (0, 0)


def test_after_thirty_days_nothing_of_it_is_left(connected: Office) -> None:
    """U5: what may be restored has an end, and so has what is stored."""
    ids = with_private_events(connected, 4)
    delete_in_google(connected, ids[:1])
    for days, left in ((29, 1), (2, 0)):
        connected.clock.move(days=days)
        with connected.database.writing(Scope.installation()) as session:
            removed_events.forget_old(session, now=connected.clock())
            assert len(session.exec(select(RemovedEvent)).all()) == left


def test_the_answer_is_in_the_audit_log_without_any_title(connected: Office) -> None:
    """R144: mass deletions, by whom and when."""
    ids = with_private_events(connected, 14)
    delete_in_google(connected, ids[:12])
    answer(connected, removal_answers.remove)
    connected_id = connected.calendar(PRIMARY).id
    with connected.writing() as (session, ada):
        entry = session.exec(
            select(AuditEntry).where(AuditEntry.action == "removal.accepted")
        ).one()
        assert (entry.member_id, entry.subject) == (ada.id, connected_id)

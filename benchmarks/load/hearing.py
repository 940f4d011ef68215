"""What comes from Google: a storm of messages, one change, and the looks at idle calendars."""

import datetime as dt
import time
from collections import Counter
from collections.abc import Iterator

from sqlmodel import col, select, update

from benchmarks.load.asking import Ask, Beat
from benchmarks.load.rates import faults_of, percentile
from benchmarks.load.scene import Scene
from benchmarks.load.targets import Row
from benchmarks.load.town import ACCOUNTS, until
from webapp.db.models import GoogleEvent, SyncedCalendar, WatchChannel
from webapp.db.scope import Scope
from webapp.google.channels import token_for
from webapp.services.push_messages import QUIET_FOR
from webapp.services.sync_context import PushDoor
from webapp.sync.watching import ChannelState

MESSAGES, STORM_SECONDS, MOST_LOOKS = 500, 10.0, 2
CHANGES = 10
ALL_CALENDARS, SWEEP_SECONDS = 600, 600.0
LISTS = "calendar.events.list"
LONG_AGO = dt.timedelta(days=1)


def measure(scene: Scene) -> Iterator[Row]:
    """The three rows, one after the other."""
    until(lambda: len(_channels(scene)) >= 2 * ACCOUNTS, "the channels")
    _rest(scene)
    yield _storm(scene)
    yield _one_change(scene)
    yield _sweep(scene)


def _storm(scene: Scene) -> Row:
    mark = scene.town.here.google.calls.mark()
    asks = [_message(scene, channel) for channel in _channels(scene)]
    beat = Beat(MESSAGES / STORM_SECONDS, STORM_SECONDS)
    answers = scene.asking.ask(asks, beat)
    _rest(scene)
    looks = _looks(scene, mark)
    faults = faults_of(answers)
    if max(looks.values()) > MOST_LOOKS:
        faults.append(f"a calendar was looked at {max(looks.values())} times")
    slow = percentile(answers, 0.99)
    return Row(
        "webhooks",
        f"{MESSAGES} in 10 s, p99 < 100 ms, {MOST_LOOKS} looks at a calendar at most",
        f"{len(answers)} in 10 s, p99 {slow * 1000:.0f} ms, {max(looks.values())} looks at most",
        share=min(0.1 / slow, len(answers) / MESSAGES),
        faults=faults,
        facts={"channels": len(asks), "looks in all": looks.total()},
    )


def _one_change(scene: Scene) -> Row:
    """The stand-in sends its message at once; then the event has to stand in the database."""
    time.sleep(QUIET_FOR.total_seconds())  # What follows a storm at once waits for its end.
    here = scene.town.here
    seconds = []
    for number in range(CHANGES):
        person = here.google.account(f"ada{number}@example.com")
        title = f"Change {number}"
        person.calendar().create(title, f"{scene.town.monday}T06:00:00")
        seconds.append(until(lambda wanted=title: _is_here(scene, wanted), "a change"))  # type: ignore[misc]
    _rest(scene)
    longest = max(seconds)
    return Row(
        "incremental sync, one change",
        "3 s at most from message to page",
        f"{longest:.2f} s at most of {CHANGES}, median {sorted(seconds)[CHANGES // 2]:.2f} s",
        share=3 / longest,
    )


def _sweep(scene: Scene) -> Row:
    """All calendars are due at once; the clock process sees it and the workers look."""
    here, mark = scene.town.here, scene.town.here.google.calls.mark()
    began = here.now()
    with here.database.writing(Scope.installation()) as session:
        session.exec(update(SyncedCalendar).values(last_success_at=began - LONG_AGO))
        session.commit()
    seconds = until(lambda: not _unseen(scene, began), "the looks at idle calendars")
    looks = _looks(scene, mark)
    count, most = len(looks), max(looks.values())
    scaled = SWEEP_SECONDS * count / ALL_CALENDARS
    return Row(
        "poll sweep of idle calendars",
        f"{ALL_CALENDARS} in 10 minutes ({count} in {scaled:.0f} s), one list call each",
        f"{count} in {seconds:.1f} s, {most} list calls at most",
        share=scaled / seconds,
        faults=[f"a calendar was listed {most} times"] if most > 1 else [],
    )


def _channels(scene: Scene) -> list[WatchChannel]:
    """Those of calendars that are open."""
    with scene.town.here.database.reading(Scope.installation()) as session:
        return list(
            session.exec(
                select(WatchChannel).where(
                    WatchChannel.state == ChannelState.OPEN, WatchChannel.resource != ""
                )
            )
        )


def _message(scene: Scene, channel: WatchChannel) -> Ask:
    """As Google sends it (GOOGLE.md 8.2)."""
    door = PushDoor.of(scene.town.here.settings)
    headers = {
        "X-Goog-Channel-ID": channel.id,
        "X-Goog-Resource-ID": channel.resource_id,
        "X-Goog-Resource-State": "exists",
        "X-Goog-Channel-Token": token_for(door.key, channel.id),
    }
    return Ask("webhook", "/google-pushes", headers, body="")


def _looks(scene: Scene, mark: int) -> Counter[tuple[str, str]]:
    """How often each calendar's events were listed since."""
    calls = scene.town.here.google.calls.select(LISTS, since=mark)
    return Counter((call.user, call.calendar) for call in calls)


def _rest(scene: Scene) -> None:
    """Waits until nobody has anything to do any more."""
    until(lambda: _is_at_rest(scene), "a rest")


def _is_at_rest(scene: Scene) -> bool:
    with scene.town.here.database.reading(Scope.installation()) as session:
        waits = session.exec(
            select(WatchChannel.id).where(col(WatchChannel.wakes_at).is_not(None))
        ).first()
        wishes = session.exec(
            select(SyncedCalendar.id).where(
                col(SyncedCalendar.requested) > col(SyncedCalendar.completed)
            )
        ).first()
    return waits is None and wishes is None


def _is_here(scene: Scene, title: str) -> bool:
    with scene.town.here.database.reading(Scope.installation()) as session:
        return (
            session.exec(select(GoogleEvent).where(GoogleEvent.summary == title)).first()
            is not None
        )


def _unseen(scene: Scene, began: dt.datetime) -> bool:
    with scene.town.here.database.reading(Scope.installation()) as session:
        question = select(SyncedCalendar.id).where(
            col(SyncedCalendar.is_on), col(SyncedCalendar.last_success_at) < began
        )
        return session.exec(question).first() is not None

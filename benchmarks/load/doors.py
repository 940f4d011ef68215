"""Signing in, alone and in a flood; twenty people for every free time; saving while all is down."""

import datetime as dt
import time
from collections.abc import Iterator

from sqlmodel import col, func, select

from benchmarks.load.asking import Answered, Ask, Beat
from benchmarks.load.rates import faults_of, percentile, saves
from benchmarks.load.scene import Scene
from benchmarks.load.targets import Row
from benchmarks.load.town import PASSWORD
from webapp.db.models import Booking
from webapp.db.queries.booking_desks import desk_of
from webapp.db.scope import Scope
from webapp.services import booking
from webapp.web.booking_form import SHORTEST

PEOPLE, SLOTS, DESKS = 20, 50, 10
PER_SECOND, FLOOD = 5.0, 50.0
REFUSED = (401, 429)
OUTAGE_PER_SECOND = 4.0


def measure(scene: Scene) -> Iterator[Row]:
    """The outage comes last, as nothing is started again after it."""
    yield _race(scene)
    yield _logins(scene)
    yield _flood(scene)
    yield _outage(scene)


def _race(scene: Scene) -> Row:
    """The limits stay on: ten desks with five times each, everybody from several addresses."""
    asks = _race_asks(scene)
    before = _booked(scene)
    time.sleep(SHORTEST.total_seconds())  # Who sends a form sooner is no person.
    beat = Beat(seconds=600, connections=PEOPLE, is_repeated=False)
    answers = scene.asking.ask(asks, beat)
    got = [answer for answer in answers if answer.status == 303]
    times, rows = (after - first for after, first in zip(_booked(scene), before, strict=True))
    faults = faults_of(answers)
    if rows != times:
        faults.append(f"{rows} bookings of {times} times")
    return Row(
        "booking race",
        f"{PEOPLE} people at once x {SLOTS} times: exactly {SLOTS} get one",
        f"{len(got)} were told so, {rows} rows",
        share=float(len(got) == rows == SLOTS),
        faults=faults,
        facts={
            "requests": len(answers),
            "longest wait, s": round(max(answer.seconds for answer in answers), 2),
        },
    )


def _race_asks(scene: Scene) -> list[Ask]:
    """Everybody asks for the first time, then everybody for the second, and so on."""
    browser, stamps = scene.cookies(None), iter(scene.stamps(PEOPLE * SLOTS))
    return [
        browser.form(
            "booking",
            path,
            {
                "at": f"{start:%Y-%m-%dT%H:%MZ}",
                "zone": "Europe/Berlin",
                "given_name": "Cleo",
                "family_name": "Marsh",
                "email": f"p{person}-{number}@example.test",
                "form_key": next(stamps),
            },
            address=f"10.{person}.{number // DESKS}.1",
            fine=(303, 409),
        )
        for number, (path, start) in enumerate(_times(scene))
        for person in range(PEOPLE)
    ]


def _times(scene: Scene) -> list[tuple[str, dt.datetime]]:
    """Free times that do not overlap, each with the address that takes its form."""
    here, found = scene.town.here, []
    for number, member in enumerate(scene.town.staff[1 : DESKS + 1], start=1):
        with here.database.reading(Scope.practice(member.practice_id)) as session:
            desk = desk_of(session, member_id=member.id)
            assert desk is not None
            starts = booking.offer(session, desk=desk, now=here.now()).starts
        path = f"/book/practice-{number}/{desk.settings.slug}"
        found += [(path, start) for start in starts[: 2 * SLOTS // DESKS : 2]]
    return found


def _booked(scene: Scene) -> tuple[int, int]:
    """How many times were asked for, and how many rows there are."""
    with scene.town.here.database.reading(Scope.installation()) as session:
        rows = session.exec(select(func.count(col(Booking.id)))).one()
        times = session.exec(select(Booking.member_id, Booking.starts_at).distinct()).all()
    return len(times), rows


def _logins(scene: Scene) -> Row:
    browser = scene.cookies(None)
    asks = [
        browser.form(
            "login",
            "/sign-in",
            {"email": member.email, "password": PASSWORD},
            address=f"10.1.{number // 250}.{number % 250}",
        )
        for number, member in enumerate(scene.town.staff)
    ]
    answers = scene.asking.ask(asks, Beat(PER_SECOND, scene.seconds))
    slow = percentile(answers, 0.95)
    return Row(
        "logins",
        f"{PER_SECOND:.0f}/s, p95 < 1 s",
        f"{len(answers) / scene.seconds:.1f}/s, p95 {slow * 1000:.0f} ms",
        share=1 / slow,
        faults=faults_of(answers),
    )


def _flood(scene: Scene) -> Row:
    """Wrong passwords for everybody from everywhere, and people who look at their week."""
    stranger = scene.cookies(None)
    wrong = [
        stranger.form(
            "flood",
            "/sign-in",
            {"email": member.email, "password": "a wrong password"},
            address=f"10.2.{number // 250}.{number % 250}",
            fine=(*REFUSED, 503),
        )
        for number, member in enumerate(scene.town.staff)
    ]
    browser = scene.cookies(scene.town.staff[0])
    week = [Ask("view", f"/calendar?view=week&on={scene.town.monday}", browser.headers)]
    flood = scene.asking.begin(wrong, Beat(FLOOD, scene.seconds, connections=64))
    views: list[Answered] = scene.asking.ask(week, Beat(5, scene.seconds))
    slow, tried = percentile(views, 0.95), flood.result()
    return Row(
        "a flood of logins",
        f"{FLOOD:.0f}/s, week view p95 < 600 ms meanwhile",
        f"{len(tried) / scene.seconds:.0f}/s, week view p95 {slow * 1000:.0f} ms",
        share=0.6 / slow,
        faults=faults_of([*views, *tried]),
        facts={
            "turned away without a hash, %": round(
                100 * sum(answer.status != 401 for answer in tried) / max(1, len(tried))
            )
        },
    )


def _outage(scene: Scene) -> Row:
    """Valkey is killed and the stand-in answers nobody; what is saved waits in the database."""
    asks = list(saves(scene, "outage"))[-int(OUTAGE_PER_SECOND * scene.seconds) :]
    here = scene.town.here
    here.google.faults.add("*", "error", status=503)
    assert here.valkey is not None
    here.valkey.kill()
    answers = scene.asking.ask(asks, Beat(OUTAGE_PER_SECOND, scene.seconds))
    slow = percentile(answers, 0.95)
    return Row(
        "saving with Google and Redis down",
        "p95 < 500 ms",
        f"p95 {slow * 1000:.0f} ms of {len(answers)}",
        share=0.5 / slow,
        faults=faults_of(answers),
    )

"""`python -m tests.soak --minutes 10 --seed 1`: exit code 1 when anything was not as it must be."""

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from threading import Thread

from tests.soak import verdict
from tests.soak.people import Crowd
from tests.soak.site import Site, site
from tests.soak.storm import ACTS, GOOGLE, Storm
from tests.soak.verdict import Watch
from webapp.db.models import SyncedCalendar
from webapp.domain.errors import Invalid, NotFound
from webapp.services import removal_answers, resyncs, sync_runs
from webapp.services.resyncs import Resync

PRACTITIONERS = 20
ACTS_PER_SECOND = 3.0
STRIKE_EVERY = (3.0, 7.0)
HEALED_WITHIN = 240.0
BEGUN_WITHIN = 300.0
MATCHED = "Everything already matched"


def main() -> int:
    """One run: begin, storm, heal, judge."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--practitioners", type=int, default=PRACTITIONERS)
    parser.add_argument("--folder", type=Path, help="where to keep logs and database")
    asked = parser.parse_args()
    folder = asked.folder or Path(tempfile.mkdtemp(prefix="soak-"))
    say(f"Seed {asked.seed}, {asked.practitioners} practitioners; everything is in {folder}")
    with site(folder) as running:
        crowd = Crowd(running, size=asked.practitioners, seed=asked.seed)
        soak = Soak(running, crowd, seed=asked.seed)
        soak.begin()
        soak.storm(asked.minutes * 60)
        soak.heal()
        faults = soak.faults()
    soak.report(faults)
    return 1 if faults else 0


class Soak:
    """The phases of a run, and what came of them."""

    def __init__(self, running: Site, crowd: Crowd, *, seed: int) -> None:
        self._site, self._crowd = running, crowd
        self._storm = Storm(running, seed=seed + 1)
        self._watch = Watch(crowd.office)
        self._random = random.Random(seed + 2)
        self._seconds: Counter[str] = Counter()
        self._pressed: Counter[str] = Counter()

    def begin(self) -> None:
        """The first syncs, in calm weather: forty calendars wait in a queue for their turn, so how
        long one of them stands still says how fast the machine is, and is not judged."""
        self._crowd.begin()
        self._seconds["to begin"] = self._rest(BEGUN_WITHIN)
        self._watch = Watch(self._crowd.office)

    def storm(self, seconds: float) -> None:
        """People work while things break."""
        until = time.monotonic() + seconds
        people = Thread(target=self._work, args=(until,), daemon=True)
        people.start()
        self._break_things(until)
        people.join()

    def heal(self) -> None:
        """Nothing breaks any more; where a state asks for a person, one presses its button."""
        self._storm.calm()
        self._seconds["to heal"] = self._rest(HEALED_WITHIN)
        self._crowd.wish_a_look()
        self._seconds["for one more look"] = self._rest(HEALED_WITHIN)

    def faults(self) -> list[str]:
        """Everything that is not as it must be."""
        found = verdict.waiting(self._crowd.office)
        found += verdict.differences(self._crowd)
        found += [f"calendar {one} stood still without a reason" for one in self._watch.silent]
        found += [f"{what}, {times} time(s)" for what, times in self._site.fallen.items()]
        found += [f"{where} holds a canary or a token" for where in self._site.leaks()]
        return found + self._resync_faults()

    def report(self, faults: list[str]) -> None:
        """What happened, in figures."""
        say(f"Done here and in Google: {_listed(self._crowd.acts)}")
        say(f"Struck: {_listed(self._storm.struck)}")
        say(f"Google's faults that reached somebody: {_listed(self._storm.fired())}")
        never = {*ACTS, *GOOGLE} - self._storm.struck.keys()
        say(f"Never struck: {', '.join(sorted(never)) or 'none'}")
        say(f"Seconds: {_listed(self._seconds)}; longest standstill {self._watch.worst:.0f} s")
        say(f"A person had to press: {_listed(self._pressed) or 'nothing'}")
        say(f"The database was busy {self._crowd.refused} time(s); the person pressed again")
        say("\n".join(["NOT AS IT MUST BE:", *faults]) if faults else "All is as it must be.")

    def _work(self, until: float) -> None:
        """In a thread of its own, because a stopped worker may keep the database to itself."""
        while time.monotonic() < until:
            self._crowd.act()
            time.sleep(1 / ACTS_PER_SECOND)

    def _break_things(self, until: float) -> None:
        """In the thread that started the programs: they end with the one that starts them."""
        strike_at = time.monotonic()
        while time.monotonic() < until:
            if time.monotonic() >= strike_at:
                say(f"  {until - time.monotonic():4.0f} s left: {self._storm.strike()}")
                strike_at = time.monotonic() + self._random.uniform(*STRIKE_EVERY)
            self._tend()
            time.sleep(0.3)

    def _rest(self, within: float) -> int:
        """Waits until nothing is wanted; how many seconds that took, at most `within`."""
        began = time.monotonic()
        while time.monotonic() - began < within:
            self._tend()
            self._press_buttons()
            if not verdict.waiting(self._crowd.office) and not verdict.stuck(self._crowd.office):
                break  # Nothing is wanted, and no tile asks for a person either.
            time.sleep(0.5)
        return round(time.monotonic() - began)

    def _tend(self) -> None:
        self._storm.tend()
        self._site.tend()
        self._watch.look()

    def _press_buttons(self) -> None:
        """On every tile that asks for it, once it asks."""
        for calendar in verdict.stuck(self._crowd.office):
            self._pressed[calendar.failure or "Much is gone in Google: remove it here"] += 1
            self._press(calendar)

    def _press(self, calendar: SyncedCalendar) -> None:
        """What the tile offers: to remove what is gone in Google, else to sync now."""
        person = next(
            one for one in self._crowd.people if one.desk.world.ada.id == calendar.member_id
        )
        answer = removal_answers.remove if calendar.gone_count else sync_runs.start
        with person.desk.writing() as (session, ada), suppress(Invalid, NotFound):
            answer(session, by=ada, calendar_id=calendar.id, now=self._crowd.office.clock())

    def _resync_faults(self) -> list[str]:
        """Re-sync now finds nothing to repair, and writes nothing (R123)."""
        pressed = [self._resync(number) for number in range(len(self._crowd.people))]
        self._rest(HEALED_WITHIN)
        found = []
        for number, one in enumerate(pressed):
            with self._crowd.people[number].desk.writing() as (session, ada):
                told = resyncs.show(session, by=ada, resync_id=one.id)
            if told.text != MATCHED or told.unfinished:
                found.append(f"practitioner {number}: re-sync said {told.text} {told.unfinished}")
        return found

    def _resync(self, number: int) -> Resync:
        with self._crowd.people[number].desk.writing() as (session, ada):
            return resyncs.start(session, by=ada, now=self._crowd.office.clock())


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {number}" for name, number in sorted(counts.items()))


def say(text: str) -> None:
    """A line for whoever is watching."""
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())

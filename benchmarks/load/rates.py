"""Feeds, status polls, week views and the mixed day: asked for at their beat, then flat out."""

import itertools
import math
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.load.asking import Answered, Ask, Beat
from benchmarks.load.scene import Scene
from benchmarks.load.targets import Row

BROWSERS = 40
READERS = 300
"""Programs that read calendar addresses; each comes back with the tag of what it has."""

MILLISECONDS = 1000
FLAT_OUT_SECONDS = 5.0
MIXED = {"poll": 70, "view": 15, "feed": 10, "save": 5}
GROWTH = 0.05
ALMOST = 0.99
"""Of a beat that was kept: the last ones may be on their way when the time is over."""

BACKGROUND = {"HX-Request": "true", "X-Background": "true"}


@dataclass(frozen=True, slots=True)
class Rate:
    """A target of so many a second, of which `share_within` are answered `within` seconds."""

    name: str
    per_second: float
    share_within: float
    within: float

    @property
    def words(self) -> str:
        """For people."""
        limit = f"p{self.share_within * 100:.0f} < {self.within * MILLISECONDS:.0f} ms"
        return f"{self.per_second:.0f}/s, {limit}"


FEEDS = Rate("feeds", 50, 0.99, 0.3)
POLLS = Rate("status polls", 150, 0.99, 0.25)
WEEKS = Rate("week view, 5,000 appointments", 30, 0.95, 0.3)


def measure(scene: Scene) -> Iterator[Row]:
    """The four rows, one after the other, beside the bare view."""
    bare = scene.asking.ask(
        [Ask("bare", "/")], Beat(seconds=FLAT_OUT_SECONDS), port=scene.bare_port
    )
    baseline = len(bare) / FLAT_OUT_SECONDS
    polls, weeks, feeds = _polls(scene), _weeks(scene), _known_feeds(scene)
    yield _rate(scene, FEEDS, feeds, baseline)
    yield _rate(scene, POLLS, polls, baseline)
    yield _rate(scene, WEEKS, weeks, baseline)
    yield _mixed_day(scene, polls, weeks, feeds)


def percentile(answers: Sequence[Answered], share: float) -> float:
    """Within how many seconds this share of them came; infinite without any."""
    ordered = sorted(answer.seconds for answer in answers)
    return ordered[math.ceil(share * len(ordered)) - 1] if ordered else math.inf


def faults_of(answers: Sequence[Answered]) -> list[str]:
    """One sentence for each status that must not be."""
    bad = [answer.status for answer in answers if not answer.is_fine]
    return [
        f"{bad.count(status)} answers were {status or 'broken off'}" for status in sorted(set(bad))
    ]


def _rate(scene: Scene, rate: Rate, asks: Sequence[Ask], baseline: float) -> Row:
    before = scene.cpu_seconds()
    kept = scene.asking.ask(asks, Beat(rate.per_second, scene.seconds))
    used = scene.cpu_seconds() - before
    flat_out = scene.asking.ask(asks, Beat(seconds=FLAT_OUT_SECONDS))
    most = len(flat_out) / FLAT_OUT_SECONDS
    slow = percentile(kept, rate.share_within)
    return Row(
        rate.name,
        rate.words,
        f"{len(kept) / scene.seconds:.0f}/s, p{rate.share_within * 100:.0f} {slow * 1000:.0f} ms",
        share=rate.within / slow,
        faults=faults_of([*kept, *flat_out]),
        facts={
            "processor ms each": round(MILLISECONDS * used / max(1, len(kept)), 1),
            "processors busy with the target": round(rate.per_second * used / max(1, len(kept)), 2),
            "flat out, per second": round(most),
            "flat out, of the target": round(most / rate.per_second, 1),
            "bare Flask view / ours, flat out": round(baseline / most, 1),
            "longest answer, octets": max(answer.octets for answer in kept),
            "304, %": round(100 * _share_unchanged(kept)),
        },
    )


def _share_unchanged(answers: Sequence[Answered]) -> float:
    return sum(answer.status == 304 for answer in answers) / max(1, len(answers))


def _mixed_day(
    scene: Scene, polls: Sequence[Ask], weeks: Sequence[Ask], feeds: Sequence[Ask]
) -> Row:
    kinds = {"poll": polls, "view": weeks, "feed": feeds, "save": list(saves(scene, "mixed"))}
    asks = list(_mixture(kinds))
    seconds = 5 * scene.seconds
    scene.asking.ask(asks, Beat(80, scene.seconds / 2))
    before, memory = scene.cpu_seconds(), scene.resident()
    kept = scene.asking.ask(asks[len(asks) // 2 :], Beat(80, seconds, connections=16))
    growth = scene.resident() / memory - 1
    used = scene.cpu_seconds() - before
    faults = faults_of(kept)
    if growth > GROWTH:
        faults.append(f"memory grew by {growth:.1%}")
    return Row(
        "mixed day",
        f"80/s for {seconds:.0f} s, no error, memory + 5 % at most",
        f"{len(kept) / seconds:.0f}/s, memory {growth:+.1%}",
        share=len(kept) / seconds / (80 * ALMOST),
        faults=faults,
        facts={
            "processors busy with it": round(used / seconds, 2),
            **{
                f"{kind}, p99 ms": round(
                    1000 * percentile([each for each in kept if each.kind == kind], 0.99)
                )
                for kind in MIXED
            },
        },
    )


def _mixture(kinds: dict[str, Sequence[Ask]]) -> Iterator[Ask]:
    """Twenty thousand in random order, the same in every run."""
    dice = random.Random(1)
    turns = {kind: itertools.cycle(asks) for kind, asks in kinds.items()}
    for kind in dice.choices(list(MIXED), weights=list(MIXED.values()), k=60_000):
        yield next(turns[kind])


def _polls(scene: Scene) -> list[Ask]:
    """What open pages ask."""
    browsers = [scene.cookies(member) for member in scene.town.staff[:BROWSERS]]
    visitor = scene.app.test_client(use_cookies=False)
    asks = []
    for browser in browsers:
        page = visitor.get("/calendar", headers=browser.headers).text
        found = re.search(r'hx-get="(/freshness\?[^"]+)"', page)
        assert found is not None
        path = found[1].replace("&amp;", "&")
        asks.append(Ask("poll", path, browser.headers | BACKGROUND))
    return asks


def _weeks(scene: Scene) -> list[Ask]:
    """Weeks of the large practice, before and after today."""
    large = scene.town.staff[0].practice_id
    people = [member for member in scene.town.staff if member.practice_id == large]
    browsers = [scene.cookies(member) for member in people]
    return [
        Ask("view", f"/calendar?view=week&on={scene.town.monday}", browser.headers)
        for browser in browsers
    ]


def _known_feeds(scene: Scene) -> list[Ask]:
    """Nine in ten readers come back with the tag of what they have, one has lost it."""
    asks = [Ask("feed", path) for path in scene.feed_paths()[:READERS]]
    first = scene.asking.ask(asks, Beat(seconds=600, connections=1, is_repeated=False))
    known = [
        Ask("feed", ask.path, {"If-None-Match": answer.etag} if number % 10 else {})
        for number, (ask, answer) in enumerate(zip(asks, first, strict=True))
    ]
    return random.Random(1).sample(known, len(known))


def saves(scene: Scene, name: str) -> Iterator[Ask]:
    """New entries of those who are connected to Google, each at a time of its own."""
    browsers = [(member, scene.cookies(member)) for member in scene.town.connected]
    for number in range(4_000):
        member, browser = browsers[number % len(browsers)]
        turn = number // len(browsers)
        fields = {
            "kind": "own",
            "title": "Supervision",
            "member_id": member.id,
            "form_key": f"{name}-{number}",
            "starts_on": f"{2030 + turn // 336}-{1 + turn // 28 % 12:02}-{1 + turn % 28:02}",
            "starts_at": "10:00",
            "ends_at": "10:50",
            "repeats": "0",
            "ends": "never",
        }
        yield browser.form("save", "/appointments", fields)

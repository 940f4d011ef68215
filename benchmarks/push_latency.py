"""From a change in Google to an open page in Chromium: told by Google, and by asking alone.

Two whole installations, one after the other, with the product's own intervals. Google's own delay
(1 to 5 s, GOOGLE.md 10) is left out: the stand-in sends its messages at once. A change has arrived
when it stands in the page, which nobody touches or loads again.
"""

import datetime as dt
import os
import random
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

import requests
from playwright.sync_api import Page, sync_playwright
from sqlmodel import select

from benchmarks.installation import ZONE, Installation, running_installation
from benchmarks.report import Report, Series
from demo.ports import any_free_port
from webapp.db.models import Member, SyncedCalendar, WatchChannel
from webapp.db.scope import Scope
from webapp.domain.run_state import LIVE
from webapp.services import sync_runs
from webapp.services.passwords import hash_password

CHANGES, QUICK_CHANGES = 40, 10
ASKING_SECONDS = 90
"""The changes of the baseline are spread over so long: each waits for the next look."""

PATIENCE_SECONDS = 180.0
POLL_SECONDS = 60
WORKERS = 2
PASSWORD = "only for this benchmark"  # noqa: S105
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

WATCH_THE_PAGE = """() => {
  window.arrivals = {};
  const note = () => document.querySelectorAll("#calendar-grid .entry-name")
    .forEach((entry) => { window.arrivals[entry.textContent] ??= Date.now() / 1000; });
  new MutationObserver(note).observe(document.body, { childList: true, subtree: true });
}"""


def run(*, is_quick: bool = False) -> Report:
    """Measures both, in one run."""
    count = QUICK_CHANGES if is_quick else CHANGES
    with open_page(is_told=True) as page:
        told = list(page.one_by_one(count))
        lists = page.lists_per_change(count)
    with open_page(is_told=False) as page:
        asked = page.all_together(count)
    series = [
        Series("told by Google", told, count / sum(told)),
        Series("asking alone", asked, count / sum(asked)),
    ]
    return Report(
        "push_latency",
        series,
        ratios={"asking / told, median": series[1].median / series[0].median},
        facts={
            "changes": count,
            "median_ms": round(series[0].median),
            "percentile_95_ms": round(series[0].percentile_95),
            "asking_median_ms": round(series[1].median),
            "asking_percentile_95_ms": round(series[1].percentile_95),
            "lists_per_change": lists,
        },
    )


@dataclass
class OpenPage:
    """Ada's week, open in Chromium, and her calendar in Google."""

    here: Installation
    page: Page
    monday: dt.date

    def one_by_one(self, count: int) -> Iterator[float]:
        """Seconds for each change, at moments that follow no beat."""
        for number in range(count):
            time.sleep(random.uniform(2.5, 4.5))
            yield self._arrivals({f"Event {number}": self._change(number)})[0]

    def all_together(self, count: int) -> list[float]:
        """Seconds for each of many changes that wait for the same looks."""
        made: dict[str, float] = {}
        for number in range(count):
            time.sleep(random.uniform(0, 2 * ASKING_SECONDS / count))
            made[f"Event {number}"] = self._change(number)
        return self._arrivals(made)

    def lists_per_change(self, count: int) -> float:
        """How often Google was asked for a list of events."""
        return self.here.google.calls.count("calendar.events.list") / count

    def _change(self, number: int) -> float:
        """A new event at a time of its own; when it was made."""
        day = self.monday + dt.timedelta(days=number // 10)
        start = f"{day}T{8 + number % 10:02}:00:00"
        made_at = self._clock()
        self.here.google.account("ada@example.com").calendar().create(f"Event {number}", start)
        return made_at

    def _arrivals(self, made: dict[str, float]) -> list[float]:
        self.page.wait_for_function(
            "(titles) => titles.every((title) => title in window.arrivals)",
            arg=list(made),
            timeout=PATIENCE_SECONDS * 1000,
        )
        seen = cast(dict[str, float], self.page.evaluate("window.arrivals"))
        return [seen[title] - made_at for title, made_at in made.items()]

    def _clock(self) -> float:
        """The browser's clock and ours are this machine's."""
        return self.here.now().timestamp()


@contextmanager
def open_page(*, is_told: bool) -> Iterator[OpenPage]:
    """A running installation with Ada's calendar synced, watched or not, and open in Chromium."""
    port = any_free_port()
    chosen = {
        "EXTERNAL_URL": f"http://127.0.0.1:{port}",
        "GOOGLE_POLL_SECONDS": str(POLL_SECONDS),
        "GOOGLE_PUSH_WITHOUT_TLS": str(int(is_told)),
    }
    with running_installation(
        workers=WORKERS, units_per_minute=600, chosen=chosen, web_port=port
    ) as here:
        ada = here.connected_practitioner("Ada")
        _sync(here, ada)
        if is_told:
            _until(lambda: _heard(here) == 3)
        today = here.now().date()
        monday = today + dt.timedelta(days=7 - today.weekday())
        with sync_playwright() as playwright:
            page = _signed_in(playwright, here, ada, monday)
            here.google.calls.clear()
            yield OpenPage(here, page, monday)


def _sync(here: Installation, ada: Member) -> None:
    """Both calendars, the one that we make and her own."""
    run_id = here.start_sync(ada)
    _until(lambda: here.run(ada, run_id).state not in LIVE)
    _until(lambda: _own_calendar(here) is not None)
    with here.session_of(ada) as session:
        run_id = sync_runs.start(
            session, by=ada, calendar_id=str(_own_calendar(here)), now=here.now()
        ).id
    _until(lambda: here.run(ada, run_id).state not in LIVE)


def _own_calendar(here: Installation) -> str | None:
    with here.database.reading(Scope.installation()) as session:
        return session.exec(
            select(SyncedCalendar.id).where(SyncedCalendar.google_id == "ada@example.com")
        ).first()


def _heard(here: Installation) -> int:
    """How many channels a message has come through."""
    with here.database.reading(Scope.installation()) as session:
        rows = session.exec(select(WatchChannel)).all()
    return sum(row.greeted_at is not None for row in rows)


def _signed_in(playwright: Any, here: Installation, ada: Member, monday: dt.date) -> Page:
    with here.session_of(ada) as session:
        row = session.exec(select(Member).where(Member.id == ada.id)).one()
        row.password_hash = hash_password(PASSWORD)
        session.commit()
    site = here.settings.external_url
    _until(lambda: _answers(f"{site}/healthz"))
    browser = playwright.chromium.launch(
        executable_path=_chromium(), args=["--no-sandbox"] if os.geteuid() == 0 else []
    )
    page: Page = browser.new_page(timezone_id=ZONE)
    page.goto(f"{site}/sign-in?next=/calendar?on={monday}")
    page.get_by_label("E-mail address").fill("ada@example.test")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_selector("#calendar-grid")
    page.wait_for_load_state()
    page.evaluate(WATCH_THE_PAGE)
    return page


def _chromium() -> str:
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        raise SystemExit("this benchmark needs Chromium (Debian: apt-get install chromium)")
    return found


def _answers(address: str) -> bool:
    try:
        return requests.get(address, timeout=2).ok
    except requests.ConnectionError:
        return False


def _until(is_so: Any) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        if time.monotonic() > deadline:
            raise SystemExit("the installation did not come to rest")
        time.sleep(0.1)

"""One run: everything is started, measured and stopped again."""

import json
import logging
import os
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import requests

from benchmarks.installation import running_installation
from benchmarks.load import doors, hearing, rates, town
from benchmarks.load.asking import running_askers
from benchmarks.load.scene import Scene, running_bare
from benchmarks.load.targets import LoadReport, Row
from demo.ports import any_free_port

WORKERS = 2
OURS = "webapp.web.request_log"
UNITS_PER_MINUTE = 600


def run(*, minutes: float = 1.0) -> LoadReport:
    """`minutes` is how long the mixed day takes; each rate takes a fifth of it. RELIABILITY.md's
    own durations are those of five."""
    load, began = os.getloadavg()[0], time.monotonic()
    rows = list(_rows(minutes * 60 / 5))
    return LoadReport(
        rows,
        facts={
            "practices": town.PRACTICES,
            "people": town.STAFF,
            "appointments": town.APPOINTMENTS,
            "addresses": town.LINKS,
            "connected calendars": 2 * town.ACCOUNTS,
            "database": "PostgreSQL" if "DATABASE_URL" in os.environ else "SQLite",
            "processors": os.cpu_count() or 0,
            "load before": round(load, 1),
            "load after": round(os.getloadavg()[0], 1),
            "minutes": round((time.monotonic() - began) / 60, 1),
        },
    )


def _rows(seconds: float) -> Iterator[Row]:
    port = any_free_port()
    with (
        tempfile.TemporaryDirectory(prefix="load-") as name,
        running_installation(
            workers=WORKERS,
            units_per_minute=UNITS_PER_MINUTE,
            chosen=_chosen(port, Path(name)),
            web_port=port,
        ) as here,
        running_askers(port) as asking,
        running_bare(Path(name)) as bare_port,
    ):
        logging.disable()
        town.until(lambda: _answers(port), "the server")
        scene = Scene(town.build(here), asking, seconds, bare_port)
        for measure in (hearing.measure, rates.measure, doors.measure):
            yield from measure(scene)
        assert here.web_log is not None
        yield _errors(here.web_log)


def _errors(log: Path) -> Row:
    """Mistakes that gunicorn's processes have logged, by where they came from."""
    lines = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    bad = [line for line in lines if line["level"] == "error" and line["logger"] == OURS]
    places = Counter(" < ".join(line.get("trace", [])[-2:]) or line["event"] for line in bad)
    return Row(
        "errors in the web log",
        "none",
        f"{len(bad)}",
        share=float(not bad),
        facts={f"at {place}": count for place, count in places.items()},
    )


def _chosen(port: int, folder: Path) -> dict[str, str]:
    """As the demo has it; clients are told apart as behind a proxy, so that limits count each.

    An empty PostgreSQL database can be given as the environment's DATABASE_URL.
    """
    given = {name: value for name, value in os.environ.items() if name == "DATABASE_URL"}
    return given | {
        "EXTERNAL_URL": f"http://127.0.0.1:{port}",
        "PROXY_HOPS": "1",
        "GOOGLE_PUSH_WITHOUT_TLS": "1",
        "EXPECTED_WORKERS": str(WORKERS),
        "MAIL_SERVER": f"file://{folder}/mails",
        "MAIL_FROM": "practice@example.test",
    }


def _answers(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/help", timeout=2).ok
    except requests.ConnectionError:
        return False

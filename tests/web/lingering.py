"""What test_lingering_worker.py has gunicorn serve; it imports little, so that it starts soon."""

import gc
import threading
from collections.abc import Iterable
from typing import Any

from webapp.web.lingering_worker import LingeringWorker


class PatientWorker(LingeringWorker):
    """One whose moment no machine is too slow for."""

    lingers_for_milliseconds = 30_000


def answer_with_the_thread(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Who answers; at "/frozen", how much the collector leaves alone."""
    is_about_memory = environ["PATH_INFO"] == "/frozen"
    answer = str(gc.get_freeze_count()) if is_about_memory else threading.current_thread().name
    start_response("200 OK", [("Content-Length", str(len(answer)))])
    return [answer.encode()]

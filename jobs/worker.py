"""The workers: `python -m jobs.worker [--workers N]`. Two queues, signed jobs, known functions.

Edits never wait behind a first sync: one worker of several serves only the quick queue, and the
others turn to the long one when the quick one is empty (docs/decisions/0008).

Recovery does not rest on RQ: a worker that dies leaves a lease that runs out, and the sweeper
rings again (services/wakeups.py). So jobs have no retry, and short RQ leases only keep its own
lists tidy.
"""

import argparse
import logging
from multiprocessing.process import BaseProcess
from typing import Any

from redis import Redis
from rq import SimpleWorker
from rq.worker_pool import WorkerPool

from jobs import scope
from webapp.config import SettingRefused
from webapp.ops import logging as ops_logging
from webapp.queue.doorbell import LONG_QUEUE_NAME, QUEUE_NAME, AllowedJob, SignedJson


class WarmWorker(SimpleWorker):
    """RQ's worker that runs jobs in its own process, where connections and queries stay warm.

    A process for each job would cost an edit a quarter of a second. What a job may break, the pool
    replaces; while idle it counts as alive for seconds instead of minutes.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs |= {"maintenance_interval": 10, "worker_ttl": 25}
        super().__init__(*args, **kwargs)
        self.log_job_description = False

    def work(self, *args: Any, **kwargs: Any) -> bool:
        """Without RQ's own scheduler, which the pool asks for: nothing of ours is queued for later,
        and that process would live on, alone, when its worker is killed."""
        return super().work(*args, **kwargs | {"with_scheduler": False})

    def handle_warm_shutdown_request(self) -> None:
        """SIGTERM or SIGINT: a sync in its middle keeps what it has and gives its lease back."""
        scope.stopping.set()
        super().handle_warm_shutdown_request()  # type: ignore[no-untyped-call]


class Pool(WorkerPool):
    """RQ's pool, with one of several workers reserved for what is quick."""

    reserved = ""

    def get_worker_process(self, name: str, *args: Any, **kwargs: Any) -> BaseProcess:
        """A worker for both queues, or the reserved one when there is none (any more)."""
        everything = self._queue_names
        if self.num_workers > 1 and self.reserved not in self.worker_dict:
            self.reserved, self._queue_names = name, [QUEUE_NAME]
        try:
            return super().get_worker_process(name, *args, **kwargs)
        finally:
            self._queue_names = everything


def main() -> None:
    """Works until told to stop; SIGTERM lets the current calls finish, and the rest goes on
    elsewhere."""
    parser = argparse.ArgumentParser(prog="python -m jobs.worker")
    parser.add_argument("--workers", type=int, default=2, help="how many at once (default 2)")
    wanted = parser.parse_args()
    ops_logging.set_up()
    try:
        settings, _ = scope.settings(), scope.tools()
    except SettingRefused as refused:
        raise SystemExit(str(refused)) from None
    pool = Pool(
        [QUEUE_NAME, LONG_QUEUE_NAME],
        connection=Redis.from_url(settings.redis_url),
        num_workers=wanted.workers,
        worker_class=WarmWorker,
        serializer=SignedJson,
        job_class=AllowedJob,
    )
    logging.getLogger("rq").setLevel(logging.WARNING)
    pool.start(logging_level="WARNING")


if __name__ == "__main__":
    main()

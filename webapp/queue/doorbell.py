"""The doorbell itself, over RQ: jobs carry ids and nothing else, signed.

Workers run only the functions named by `Bell` (RELIABILITY.md S32, S33). Services ring through the
package itself; only the checks of the installation look at this.
"""

import hashlib
import hmac
import json
import logging
from typing import Any

import rq.serializers
from redis import Redis, RedisError
from rq import Queue, Worker
from rq.job import Job

from webapp import queue
from webapp.ops import events
from webapp.queue import Bell

QUEUE_NAME = "practice"
LONG_QUEUE_NAME = "practice-long"
"""For what takes long, so that nobody's edit waits behind it; see docs/decisions/0008."""

ANSWER_WITHIN_SECONDS = 0.2
RESULT_KEPT_SECONDS = 0
FAILURE_KEPT_SECONDS = 86_400
JOB_TIMEOUT_SECONDS = 600

log = logging.getLogger(__name__)


class SignedJson:
    """RQ serializer: JSON with an HMAC in front. Forged or foreign bytes raise `ForgedJob`."""

    key = b""

    @classmethod
    def dumps(cls, value: Any) -> bytes:
        """Signs `value`; only JSON types are possible."""
        body = json.dumps(value, separators=(",", ":")).encode()
        return cls._signature(body) + body

    @classmethod
    def loads(cls, raw: bytes) -> Any:
        """The signed value. Raises `ForgedJob` when the signature is not ours."""
        signature, body = raw[:64], raw[64:]
        if not hmac.compare_digest(signature, cls._signature(body)):
            raise ForgedJob("this job was not signed by this installation")
        return json.loads(body)

    @classmethod
    def _signature(cls, body: bytes) -> bytes:
        return hmac.new(cls.key, body, hashlib.sha256).hexdigest().encode()


# Wherever RQ is not told how to read something it would unpickle it, and a pickle runs what its
# author likes. Whoever imports this module, the dashboard too, gets signed JSON instead.
rq.serializers.PickleSerializer = SignedJson  # type: ignore[assignment]
rq.serializers.SERIALIZER_ALIASES["pickle"] = SignedJson


class AllowedJob(Job):
    """A job that runs only what `Bell` names."""

    @property
    def func(self) -> Any:
        """The function to run. Raises `ForgedJob` for any other name."""
        if self.func_name not in set(Bell):
            raise ForgedJob("this job names a function that no bell rings")
        return super().func


class ForgedJob(Exception):
    """Somebody else wrote into our queue."""


class Doorbell:
    """A connection to the Redis-compatible server that wakes workers."""

    def __init__(self, redis_url: str, *, signing_key: bytes) -> None:
        SignedJson.key = signing_key
        self.connection = Redis.from_url(
            redis_url,
            socket_connect_timeout=ANSWER_WITHIN_SECONDS,
            health_check_interval=30,
        )
        self.queue, self.long_queue = (
            Queue(name, connection=self.connection, serializer=SignedJson, job_class=AllowedJob)
            for name in (QUEUE_NAME, LONG_QUEUE_NAME)
        )

    def ring(self, bell: Bell, *ids: str) -> bool:
        """Wakes a worker. False, and a log line, when the server does not answer."""
        chosen = self.long_queue if bell is Bell.LONG_SYNC else self.queue
        try:
            chosen.enqueue(
                bell.value,
                *ids,
                job_timeout=JOB_TIMEOUT_SECONDS,
                result_ttl=RESULT_KEPT_SECONDS,
                failure_ttl=FAILURE_KEPT_SECONDS,
            )
        except RedisError as refused:
            log.warning(
                events.RING_FAILED, extra={"bell": bell.value, "error": type(refused).__name__}
            )
            return False
        return True

    def has_waiting(self) -> bool:
        """Whether a job waits for a worker; False when the server does not answer."""
        try:
            return any(self.connection.llen(one.key) for one in (self.queue, self.long_queue))
        except RedisError:
            return False

    def worker_count(self) -> int:
        """How many workers are registered for our queue; 0 when the server does not answer."""
        try:
            return Worker.count(queue=self.queue)
        except RedisError:
            return 0

    def eviction_policy(self) -> str | None:
        """The server's maxmemory-policy; None when it does not answer or does not say."""
        try:
            policy = dict(self.connection.info("memory")).get("maxmemory_policy")
        except RedisError:
            return None
        return str(policy) if policy else None

    def is_answering(self) -> bool:
        """Whether the server answers a ping."""
        try:
            return bool(self.connection.ping())
        except RedisError:
            return False

    def close(self) -> None:
        """Closes the connection."""
        self.connection.close()


def connect(redis_url: str, *, signing_key: bytes) -> Doorbell:
    """The process's doorbell, set up once; app and workers call this at start."""
    doorbell = Doorbell(redis_url, signing_key=signing_key)
    queue.hang(doorbell)
    return doorbell

"""One limiter per Google account, shared by every worker through Redis (docs/decisions/0008).

A sliding minute, as Google's own: each grant is remembered for a minute, by the server's clock. It
never raises and never waits. Redis may forget or be gone: each process also remembers what it has
spent itself, and while it is alone it keeps to a small share, so that several processes together
still stay inside the quota.
"""

import hashlib
import logging
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from typing import cast

from redis import Redis, RedisError

from webapp.google.allowance import Allowance
from webapp.google.batch import LARGEST_BATCH
from webapp.ops import events

RESERVE = 50
"""Units of each minute that bulk work leaves to edits and reads."""

ALONE_SHARE = 4
"""Without Redis a process keeps to a quarter: four workers together stay inside."""

WINDOW_SECONDS = 60.0
ANSWER_WITHIN_SECONDS = 1.0
ASK_AGAIN_AFTER_SECONDS = 5.0
"""A short silence of Redis costs a long run these seconds, not a minute."""

GRANT = """
local at = redis.call('TIME')
local now = at[1] * 1000 + math.floor(at[2] / 1000)
local units, limit, window = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - window)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '(' .. now, '+inf')
local grants = redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')
local spent = 0
for i = 1, #grants, 2 do spent = spent + tonumber(string.match(grants[i], '%d+$')) end
if spent + units <= limit then
  redis.call('ZADD', KEYS[1], now, at[1] .. '.' .. at[2] .. ':' .. units)
  redis.call('PEXPIRE', KEYS[1], window)
  return 0
end
for i = 1, #grants, 2 do
  spent = spent - tonumber(string.match(grants[i], '%d+$'))
  if spent + units <= limit then return grants[i + 1] + window - now + 1 end
end
return window
"""
"""Forgets what is older than the window (or lies ahead: the clock was set back), adds up the rest,
then grants, or answers in milliseconds when enough of it will have passed."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Memory:
    """The grants of this process in the sliding window, by its own clock."""

    window: float
    grants: deque[tuple[float, int]] = field(default_factory=deque)

    def wait(self, units: int, *, limit: int) -> float:
        """Seconds until `units` more stay within `limit`; 0.0 when they do now."""
        now = time.monotonic()
        while self.grants and self.grants[0][0] <= now - self.window:
            self.grants.popleft()
        spent = sum(one for _, one in self.grants)
        if spent + units <= limit:
            return 0.0
        for at, one in self.grants:
            spent -= one
            if spent + units <= limit:
                return at + self.window - now
        return self.window

    def note(self, units: int) -> None:
        """Remembers a grant."""
        self.grants.append((time.monotonic(), units))


class Limiter:
    """The quotas of all accounts, as one process sees them."""

    def __init__(
        self, redis_url: str, *, per_minute: int, window_seconds: float = WINDOW_SECONDS
    ) -> None:
        self._redis = Redis.from_url(
            redis_url,
            socket_connect_timeout=ANSWER_WITHIN_SECONDS,
            socket_timeout=ANSWER_WITHIN_SECONDS,
        )
        self._grant = self._redis.register_script(GRANT)
        self._per_minute, self._window = per_minute, window_seconds
        self._lock = threading.Lock()
        self._memories: dict[str, Memory] = {}
        self._asks_again_at = 0.0

    def account(self, google_sub: str) -> Allowance:
        """The quota of one Google account, whoever of the installation is connected with it."""
        return AccountQuota(self, hashlib.sha256(google_sub.encode()).hexdigest()[:32])

    def take(self, account: str, units: int, *, is_bulk: bool) -> float:
        """As `Allowance.take`, for a hashed account."""
        limit = self._per_minute - (RESERVE if is_bulk else 0)
        with self._lock:
            memory = self._memories.setdefault(account, Memory(self._window))
            wait = memory.wait(units, limit=limit) or self._shared_wait(account, units, limit)
            if wait is None:
                share = max(limit // ALONE_SHARE, LARGEST_BATCH)
                wait = min(memory.wait(units, limit=share), ASK_AGAIN_AFTER_SECONDS)
            if not wait:
                memory.note(units)
        return wait

    def close(self) -> None:
        """Closes the connections."""
        self._redis.close()

    def _shared_wait(self, account: str, units: int, limit: int) -> float | None:
        """What Redis says, or None when it does not answer; then it is left alone for a while."""
        if time.monotonic() < self._asks_again_at:
            return None
        arguments = [units, limit, int(self._window * 1000)]
        try:
            answer = self._grant(keys=[f"google-units:{account}"], args=arguments)
        except RedisError as refused:
            self._asks_again_at = time.monotonic() + ASK_AGAIN_AFTER_SECONDS
            log.warning(events.LIMITER_ALONE, extra={"error": type(refused).__name__})
            return None
        return float(cast(bytes, answer)) / 1000


@dataclass(frozen=True, slots=True)
class AccountQuota:
    """One account's part of the limiter."""

    limiter: Limiter
    account: str

    def take(self, units: int, *, is_bulk: bool) -> float:
        """See `Allowance.take`."""
        return self.limiter.take(self.account, units, is_bulk=is_bulk)

"""One limiter for the installation, shared by every worker through Redis (docs/decisions/0008).

Two sliding minutes, as Google counts them: one for each account, by the grant, and one for the
whole project, by the second. Both go by the server's clock, in one script. It never raises and
never waits. Redis may forget or be gone: each process also remembers what it has spent itself, and
while it is alone it keeps to a small share, so that several processes together still stay inside.
"""

import hashlib
import logging
import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

from redis import Redis, RedisError

from webapp.google.allowance import Allowance
from webapp.google.batch import LARGEST_BATCH
from webapp.ops import events

PROJECT_PER_MINUTE = 10_000
"""What a new project gets (GOOGLE.md 7.1)."""

RESERVE = 50
"""Units of each minute of an account that bulk work leaves to edits and reads."""

PROJECT_RESERVE = 500
"""The same of the whole project: ten accounts may edit and read as fast as they can."""

ALONE_SHARE = 4
"""Without Redis a process keeps to a quarter: four workers together stay inside."""

WINDOW_SECONDS = 60.0
ANSWER_WITHIN_SECONDS = 1.0
ASK_AGAIN_AFTER_SECONDS = 5.0
"""A short silence of Redis costs a long run these seconds, not a minute."""

PROJECT = "google-units:project"
REST = "google-rest"

GRANT = """
local at = redis.call('TIME')
local now = at[1] * 1000 + math.floor(at[2] / 1000)
local units, limit, project_limit = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local window = tonumber(ARGV[4])

local function account_wait()
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - window)
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '(' .. now, '+inf')
  local grants = redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')
  local spent = units
  for i = 1, #grants, 2 do spent = spent + tonumber(string.match(grants[i], '%d+$')) end
  if spent <= limit then return 0 end
  for i = 1, #grants, 2 do
    spent = spent - tonumber(string.match(grants[i], '%d+$'))
    if spent <= limit then return grants[i + 1] + window - now + 1 end
  end
  return window
end

local width = math.max(1, math.floor(window / 60))
local bucket = math.floor(now / width)

local function project_wait()
  local kept, spent = {}, units
  local counts = redis.call('HGETALL', KEYS[2])
  for i = 1, #counts, 2 do
    local number = tonumber(counts[i])
    if number <= bucket - 61 or number > bucket then
      redis.call('HDEL', KEYS[2], counts[i])
    else
      table.insert(kept, {number, tonumber(counts[i + 1])})
      spent = spent + tonumber(counts[i + 1])
    end
  end
  if spent <= project_limit then return 0 end
  table.sort(kept, function(one, other) return one[1] < other[1] end)
  for _, each in ipairs(kept) do
    spent = spent - each[2]
    if spent <= project_limit then return (each[1] + 61) * width - now end
  end
  return window
end

local wait = math.max(account_wait(), project_wait(), redis.call('PTTL', KEYS[3]))
if wait <= 0 then
  redis.call('ZADD', KEYS[1], now, at[1] .. '.' .. at[2] .. ':' .. units)
  redis.call('PEXPIRE', KEYS[1], window)
  redis.call('HINCRBY', KEYS[2], bucket, units)
  redis.call('PEXPIRE', KEYS[2], window * 2)
end
return math.max(0, wait)
"""
"""Forgets what is older than the window (or lies ahead: the clock was set back), adds up the rest,
then grants, or answers in milliseconds when enough of it will have passed. A project's second stays
until it has passed as a whole."""

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


@dataclass(frozen=True, slots=True)
class Limits:
    """How many units of a minute may be spent: of the account's, and of the project's."""

    account: int
    project: int

    @property
    def alone(self) -> "Limits":
        """The share of a process that cannot ask the others."""
        return Limits(
            max(self.account // ALONE_SHARE, LARGEST_BATCH),
            max(self.project // ALONE_SHARE, LARGEST_BATCH),
        )


class Limiter:
    """The quotas of all accounts and of the project, as one process sees them."""

    def __init__(
        self,
        redis_url: str,
        *,
        per_minute: int,
        project_per_minute: int = PROJECT_PER_MINUTE,
        window_seconds: float = WINDOW_SECONDS,
    ) -> None:
        self._redis = Redis.from_url(
            redis_url,
            socket_connect_timeout=ANSWER_WITHIN_SECONDS,
            socket_timeout=ANSWER_WITHIN_SECONDS,
        )
        self._grant = self._redis.register_script(GRANT)
        self._whole = Limits(per_minute, project_per_minute)
        self._window = window_seconds
        self._lock = threading.Lock()
        self._memories: dict[str, Memory] = {}
        self._asks_again_at = self._rests_until = 0.0

    def account(self, google_sub: str) -> Allowance:
        """The quota of one Google account, whoever of the installation is connected with it."""
        return AccountQuota(self, hashlib.sha256(google_sub.encode()).hexdigest()[:32])

    def take(self, account: str, units: int, *, is_bulk: bool) -> float:
        """As `Allowance.take`, for a hashed account."""
        limits = self._bulk if is_bulk else self._whole
        with self._lock:
            wait = self._own_wait(account, units, limits) or self._shared_wait(
                account, units, limits
            )
            if wait is None:
                own = self._own_wait(account, units, limits.alone)
                wait = min(own, ASK_AGAIN_AFTER_SECONDS)
            if not wait:
                for memory in self._memories_of(account):
                    memory.note(units)
        return wait

    def rest(self, seconds: float) -> None:
        """As `Allowance.rest`: nobody of the installation asks Google for so long."""
        self._rests_until = time.monotonic() + seconds
        log.error(events.PROJECT_LIMITED, extra={"seconds": seconds})
        try:
            self._redis.set(REST, 1, px=int(seconds * 1000))
        except RedisError as refused:
            self._leave_alone(refused)

    def close(self) -> None:
        """Closes the connections."""
        self._redis.close()

    @property
    def _bulk(self) -> Limits:
        """What edits and reads leave to bulk work; of a very small project half."""
        spared = min(PROJECT_RESERVE, self._whole.project // 2)
        return Limits(self._whole.account - RESERVE, self._whole.project - spared)

    def _memories_of(self, account: str) -> Iterator[Memory]:
        for name in (account, PROJECT):
            yield self._memories.setdefault(name, Memory(self._window))

    def _own_wait(self, account: str, units: int, limits: Limits) -> float:
        """What this process knows itself."""
        of_account, of_project = self._memories_of(account)
        return max(
            of_account.wait(units, limit=limits.account),
            of_project.wait(units, limit=limits.project),
            self._rests_until - time.monotonic(),
            0.0,
        )

    def _shared_wait(self, account: str, units: int, limits: Limits) -> float | None:
        """What Redis says, or None when it does not answer; then it is left alone for a while."""
        if time.monotonic() < self._asks_again_at:
            return None
        keys = [f"google-units:{account}", PROJECT, REST]
        arguments = [units, limits.account, limits.project, int(self._window * 1000)]
        try:
            answer = self._grant(keys=keys, args=arguments)
        except RedisError as refused:
            self._leave_alone(refused)
            return None
        return float(cast(bytes, answer)) / 1000

    def _leave_alone(self, refused: RedisError) -> None:
        self._asks_again_at = time.monotonic() + ASK_AGAIN_AFTER_SECONDS
        log.warning(events.LIMITER_ALONE, extra={"error": type(refused).__name__})


@dataclass(frozen=True, slots=True)
class AccountQuota:
    """One account's part of the limiter."""

    limiter: Limiter
    account: str

    def take(self, units: int, *, is_bulk: bool) -> float:
        """See `Allowance.take`."""
        return self.limiter.take(self.account, units, is_bulk=is_bulk)

    def rest(self, seconds: float) -> None:
        """See `Allowance.rest`."""
        self.limiter.rest(seconds)

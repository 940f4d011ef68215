"""One limiter per Google account: a sliding minute that all workers share, and its fallbacks."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest
import redis

from jobs.limiter import (
    ASK_AGAIN_AFTER_SECONDS,
    PROJECT,
    PROJECT_PER_MINUTE,
    PROJECT_RESERVE,
    RESERVE,
    Limiter,
)
from webapp.google.allowance import Allowance

NOWHERE = "redis://127.0.0.1:1/0"
ADA = "100000000000000000001"
BEN = "100000000000000000002"


@pytest.fixture
def limiter_of(valkey_url: str) -> Iterator[Callable[..., Limiter]]:
    """Makes limiters, each as another process would have it."""
    made: list[Limiter] = []

    def make(
        url: str = valkey_url,
        *,
        seconds: float = 60.0,
        per_minute: int = 600,
        project: int = PROJECT_PER_MINUTE,
    ) -> Limiter:
        made.append(
            Limiter(
                url,
                per_minute=per_minute,
                project_per_minute=project,
                window_seconds=seconds,
            )
        )
        return made[-1]

    yield make
    for limiter in made:
        limiter.close()


def spend(allowance: Allowance, units: int, *, is_bulk: bool = True) -> int:
    """Takes batches of 50 until one is refused; how many units were granted."""
    granted = 0
    while granted < units and not allowance.take(50, is_bulk=is_bulk):
        granted += 50
    return granted


def test_workers_share_one_minute(limiter_of: Callable[..., Limiter]) -> None:
    """PEERS 16: two processes together get what one would."""
    here, there = limiter_of().account(ADA), limiter_of().account(ADA)
    assert spend(here, 300) + spend(there, 1000) == 600 - RESERVE
    assert here.take(50, is_bulk=True) > 50
    assert there.take(50, is_bulk=True) > 50


def test_bulk_leaves_a_reserve_that_edits_and_reads_may_use(
    limiter_of: Callable[..., Limiter],
) -> None:
    allowance = limiter_of().account(ADA)
    spend(allowance, 1000)
    assert [allowance.take(1, is_bulk=False) for _ in range(RESERVE)] == [0.0] * RESERVE
    assert allowance.take(1, is_bulk=False) > 0


def test_accounts_do_not_take_from_each_other(limiter_of: Callable[..., Limiter]) -> None:
    """PEERS 16."""
    limiter = limiter_of()
    spend(limiter.account(ADA), 1000)
    assert limiter.account(BEN).take(50, is_bulk=True) == 0


def test_the_wait_it_names_is_the_wait_there_is(limiter_of: Callable[..., Limiter]) -> None:
    """The window slides: what was spent first is free first. How much more of it is free by then
    depends on how long the spending took."""
    here, there = limiter_of(seconds=3.0), limiter_of(seconds=3.0)
    spend(here.account(ADA), 1000)
    wait = there.account(ADA).take(50, is_bulk=True)
    assert 0 < wait <= 3
    time.sleep(wait)
    assert there.account(ADA).take(50, is_bulk=True) == 0


def test_twenty_threads_never_get_more_than_the_minute_holds(
    limiter_of: Callable[..., Limiter],
) -> None:
    granted: list[int] = []
    quotas = [limiter_of().account(ADA) for _ in range(20)]
    threads = [
        threading.Thread(target=lambda one=one: granted.append(spend(one, 1000))) for one in quotas
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(granted) == 600 - RESERVE


def test_a_process_remembers_what_it_spent_when_redis_forgets(
    limiter_of: Callable[..., Limiter], valkey_url: str
) -> None:
    """F73."""
    allowance = limiter_of().account(ADA)
    assert spend(allowance, 500) == 500
    with redis.Redis.from_url(valkey_url) as server:
        server.flushall()
        server.script_flush()
    assert spend(allowance, 1000) == 600 - RESERVE - 500


def test_without_redis_four_processes_together_stay_inside(
    limiter_of: Callable[..., Limiter],
) -> None:
    """F74: it neither raises nor blocks, and asks again only after a while."""
    began = time.monotonic()
    quotas = [limiter_of(NOWHERE).account(ADA) for _ in range(4)]
    assert 0 < sum(spend(one, 1000) for one in quotas) <= 600
    assert quotas[0].take(50, is_bulk=True) > 0
    assert time.monotonic() - began < ASK_AGAIN_AFTER_SECONDS


def test_a_silence_of_redis_costs_seconds_and_not_a_minute(
    limiter_of: Callable[..., Limiter],
) -> None:
    """F72: who has spent its share asks again when Redis may be back."""
    alone = limiter_of(NOWHERE, per_minute=250).account(ADA)
    assert alone.take(50, is_bulk=True) == 0
    assert 0 < alone.take(50, is_bulk=True) <= ASK_AGAIN_AFTER_SECONDS


def test_a_clock_that_jumps_back_does_not_lock_an_account(
    limiter_of: Callable[..., Limiter], valkey_url: str
) -> None:
    """F84: grants that lie in the future are forgotten."""
    allowance = limiter_of().account(ADA)
    allowance.take(1, is_bulk=False)
    with redis.Redis.from_url(valkey_url) as server:
        (key,) = (one for one in server.keys("google-units:*") if one != PROJECT.encode())
        server.zadd(key, {f"{time.time() + 3600}:600": (time.time() + 3600) * 1000})
        server.hset(PROJECT, str(int(time.time()) + 3600), PROJECT_PER_MINUTE)
    assert allowance.take(50, is_bulk=True) == 0


def test_redis_holds_no_account(limiter_of: Callable[..., Limiter], valkey_url: str) -> None:
    limiter_of().account(ADA).take(1, is_bulk=False)
    with redis.Redis.from_url(valkey_url) as server:
        assert all(ADA.encode() not in key for key in server.keys("*"))


def test_all_accounts_together_stay_within_the_project(
    limiter_of: Callable[..., Limiter],
) -> None:
    """GOOGLE.md 7.1: workers of every account share the project's minute, and bulk leaves room."""
    made = [limiter_of(project=2000).account(f"account {number}") for number in range(4)]
    granted = sum(spend(one, 1000) for one in made)
    assert granted == 2000 - PROJECT_RESERVE
    assert made[0].take(50, is_bulk=True) > 30
    assert made[3].take(50, is_bulk=False) == 0


def test_the_project_s_minute_slides_as_well(limiter_of: Callable[..., Limiter]) -> None:
    """What was spent first is free first, a sixtieth of the window later at the most."""
    here, there = (limiter_of(seconds=1.2, per_minute=2000, project=1000) for _ in range(2))
    assert spend(here.account(ADA), 2000) == 500
    wait = there.account(BEN).take(50, is_bulk=True)
    assert 0.3 < wait <= 1.24
    time.sleep(wait)
    assert there.account(BEN).take(50, is_bulk=True) == 0


def test_a_project_that_google_has_had_enough_of_rests_everywhere(
    limiter_of: Callable[..., Limiter], valkey_url: str
) -> None:
    """F25: whoever hears it tells all workers, and itself in case Redis forgets."""
    here, there = limiter_of().account(ADA), limiter_of().account(BEN)
    here.rest(3600)
    assert 3500 < there.take(1, is_bulk=False) <= 3600
    with redis.Redis.from_url(valkey_url) as server:
        server.flushall()
    assert 3500 < here.take(1, is_bulk=False) <= 3600
    assert there.take(1, is_bulk=False) == 0

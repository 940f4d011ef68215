"""A flood of sign-ins keeps some of a process's threads, never all of them (RELIABILITY.md 5)."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from webapp.domain.errors import TooManyAtOnce
from webapp.services.hashing_turns import HashingTurns

PATIENCE_SECONDS = 30.0


def test_who_finds_nowhere_to_wait_is_told_so_at_once() -> None:
    turns = HashingTurns(at_once=1, most=1)
    with turns.one(), pytest.raises(TooManyAtOnce), turns.one():
        pass


def test_who_waits_gets_a_turn_and_leaves_room_for_the_next() -> None:
    turns, is_waiting, order = HashingTurns(at_once=1, most=2), Event(), list[str]()

    def wait() -> None:
        is_waiting.set()
        with turns.one():
            order.append("second")

    with ThreadPoolExecutor(1) as pool:
        with turns.one():
            waiting = pool.submit(wait)
            assert is_waiting.wait(PATIENCE_SECONDS)
            order.append("first")
        waiting.result(PATIENCE_SECONDS)
    with turns.one():
        assert order == ["first", "second"]


def test_a_turn_that_ends_badly_is_given_back() -> None:
    turns = HashingTurns(at_once=1, most=1)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), turns.one():
            raise ZeroDivisionError

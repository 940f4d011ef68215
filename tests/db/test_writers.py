"""Whoever waits to write to SQLite gets in before whoever comes later (F79)."""

import fcntl
import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from webapp.db.engine import Database
from webapp.db.scope import Scope
from webapp.db.writers import IS_NEXT, WaitedTooLong, WritersQueue

PATIENCE = 30.0


@pytest.fixture
def path(tmp_path: Path) -> str:
    """Where a database would be."""
    return str(tmp_path / "practice.sqlite3")


@pytest.fixture
def queue(path: str) -> WritersQueue:
    """The queue of one process."""
    return WritersQueue(path, patience=PATIENCE)


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    """People who wait."""
    with ThreadPoolExecutor(5) as pool:
        yield pool


def passed(queue: WritersQueue, name: str, order: list[str]) -> None:
    """Waits for the turn, notes that it came, and gives it on."""
    queue.enter()
    order.append(name)
    queue.leave()


def in_line(
    pool: ThreadPoolExecutor, queue: WritersQueue, name: str, order: list[str]
) -> "Future[None]":
    """Somebody who waits in this process's line, when this comes back."""
    before = queue.waiting
    waiting = pool.submit(passed, queue, name, order)
    wait_until(lambda: queue.waiting == before + 1)
    return waiting


def wait_until(is_so: Callable[[], bool]) -> None:
    """Looks again and again, for as long as it takes."""
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def is_waited_for(path: str) -> bool:
    """Whether some process stands between the two doors."""
    with Path(path + IS_NEXT).open("wb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def test_threads_write_in_the_order_in_which_they_came(
    queue: WritersQueue, pool: ThreadPoolExecutor
) -> None:
    order: list[str] = []
    queue.enter()
    waiting = [in_line(pool, queue, name, order) for name in "abcde"]
    queue.leave()
    for one in waiting:
        one.result(PATIENCE)
    assert order == list("abcde")


def test_a_process_with_a_line_of_its_own_does_not_go_ahead_of_another(
    queue: WritersQueue, path: str, pool: ThreadPoolExecutor
) -> None:
    """Two queues over one file are to each other as two processes are."""
    order: list[str] = []
    queue.enter()
    stranger = pool.submit(passed, WritersQueue(path, patience=PATIENCE), "stranger", order)
    wait_until(lambda: is_waited_for(path))
    waiting = [in_line(pool, queue, name, order) for name in "abc"]
    queue.leave()
    for one in (stranger, *waiting):
        one.result(PATIENCE)
    assert order[0] == "stranger"


def test_whoever_waited_too_long_leaves_and_stands_in_nobody_s_way(
    path: str, queue: WritersQueue, pool: ThreadPoolExecutor
) -> None:
    """Both in the line and at the doors."""
    hasty = WritersQueue(path, patience=0.01)
    queue.enter()
    for _ in range(2):
        with pytest.raises(WaitedTooLong):
            hasty.enter()
    queue.leave()
    hasty.enter()
    with pytest.raises(WaitedTooLong):
        pool.submit(hasty.enter).result(PATIENCE)
    assert hasty.waiting == 0
    hasty.leave()
    passed(queue, "", [])


def test_a_process_that_dies_in_its_turn_gives_it_back(queue: WritersQueue) -> None:
    """F01's neighbour: kill -9 in the middle of a write. What the parent opened is not shared."""
    passed(queue, "", [])
    child = os.fork()
    if not child:
        queue.enter()
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    passed(queue, "", [])


def test_a_child_that_lives_on_does_not_keep_the_turn_of_a_parent_that_was_killed(
    queue: WritersQueue,
) -> None:
    """A worker forks the process that looks at RQ's schedule, and is killed in mid-write."""
    passed(queue, "", [])
    lives, end = os.pipe()
    parent = os.fork()
    if not parent:
        queue.enter()
        if not os.fork():
            os.close(end)
            os.read(lives, 1)  # Until the test closes its end.
            os._exit(0)
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(parent, 0)

    passed(queue, "", [])

    os.close(end)
    os.close(lives)


def test_a_child_does_not_stand_in_its_parent_s_line(queue: WritersQueue) -> None:
    """It has the one thread that forked, and nobody else who could give the turn on."""
    queue.enter()
    child = os.fork()
    if not child:
        signal.alarm(int(PATIENCE))
        queue.enter()
        os._exit(0)
    queue.leave()
    _, status = os.waitpid(child, 0)

    assert os.waitstatus_to_exitcode(status) == 0


def test_a_session_that_fails_gives_its_turn_back(path: str) -> None:
    """Twice as often as there are connections."""
    database = Database(f"sqlite:///{path}")
    for _ in range(50):
        with database.writing(Scope.installation()) as session:
            session.execute(text("SELECT 1"))
            with pytest.raises(OperationalError):
                session.execute(text("SELECT nothing FROM nowhere"))
    database.dispose()


def test_a_session_that_reads_on_keeps_nobody_from_writing(path: str) -> None:
    """What a refused form shows is read after everything was taken back."""
    database = Database(f"sqlite:///{path}")
    with database.writing(Scope.installation()) as refused:
        refused.execute(text("CREATE TABLE noted (word TEXT)"))
        database.read_on(refused)
        tables = refused.execute(text("SELECT name FROM sqlite_master")).all()
        with database.writing(Scope.installation()) as other:
            other.execute(text("CREATE TABLE kept (word TEXT)"))
            other.commit()
    assert tables == []
    database.dispose()

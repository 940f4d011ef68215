"""Log lines as JSON, with an allow-list of fields: what is not listed cannot be logged (S39).

So a client's name or a token cannot reach the log by mistake. `request_id` and `run_id` follow a
click through the web into the job. Tracebacks keep types and places and lose their messages, as
those may quote what a person typed.
"""

import json
import logging
import re
import secrets
import sys
import traceback
from contextvars import ContextVar
from typing import Any, TextIO

FIELDS = (
    "action", "address_hash", "attempts", "bell", "calendar_id", "code", "connection_id", "count",
    "deleted", "duration_ms", "endpoint", "error", "event", "job_id", "link_id", "member_id",
    "method", "outcome", "path", "practice_id", "queue", "read", "reason", "request_id",
    "retry_after", "role", "run_id", "seconds", "state", "status", "worker", "written",
)  # fmt: skip

SECRET_PATH = re.compile(r"(/(?:feeds|bookings)/)([\w\-]{6})[\w\-]*(\.ics)?")

encoded = json.JSONEncoder(ensure_ascii=False).encode
"""Made once: `json.dumps` would make an encoder for each line."""

_request_id: ContextVar[str] = ContextVar("request_id", default="")
_run_id: ContextVar[str] = ContextVar("run_id", default="")


def set_up(stream: TextIO | None = None, *, level: int = logging.INFO) -> None:
    """One JSON line per event on `stream` (standard error) for our own loggers and warnings."""
    lines = logging.StreamHandler(stream or sys.stderr)
    lines.setFormatter(JsonLines())
    root = logging.getLogger()
    for old in [old for old in root.handlers if isinstance(old.formatter, JsonLines)]:
        root.removeHandler(old)
    root.addHandler(lines)
    logging.getLogger("webapp").setLevel(level)
    logging.getLogger("jobs").setLevel(level)


def begin_request(given: str = "") -> str:
    """Names what is logged from here on; a well-formed id from the proxy is kept."""
    is_fine = bool(re.fullmatch(r"[\w\-]{8,64}", given))
    _request_id.set(given if is_fine else secrets.token_hex(8))
    return _request_id.get()


def request_id() -> str:
    """The reference of this request, "" outside of one."""
    return _request_id.get()


def begin_run(run_id: str) -> None:
    """Names the sync run or job that is logged from here on."""
    _run_id.set(run_id)


def shortened(path: str) -> str:
    """The path without the secret of a feed address (R45) or of a booking (S44)."""
    return SECRET_PATH.sub(r"\1\2…\3", path)


class JsonLines(logging.Formatter):
    """One line per record; unknown fields are dropped, known ones are shortened."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line of JSON."""
        line: dict[str, Any] = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": shortened(str(record.msg)),
        }
        line |= {name: value for name, value in self._named() if value}
        given = record.__dict__
        line |= {name: _plain(given[name]) for name in FIELDS if name in given}
        if record.exc_info and record.exc_info[1] is not None:
            line["trace"] = _places(record.exc_info[1])
        return encoded(line)

    def _named(self) -> tuple[tuple[str, str], ...]:
        return (("request_id", _request_id.get()), ("run_id", _run_id.get()))


def _plain(value: Any) -> Any:
    if isinstance(value, bool | int | float) or value is None:
        return value
    return shortened(str(value))[:200]


def _places(error: BaseException) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__)
    return [type(error).__name__, *(f"{f.filename}:{f.lineno} {f.name}" for f in frames[-12:])]

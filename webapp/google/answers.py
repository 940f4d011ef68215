"""One answer of Google's: a value, or the error it means."""

import gc
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from webapp.google.errors import UNREADABLE_ANSWER, Unavailable, error_from

NO_CONTENT = 204


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer, whatever its status. `headers` finds names in any case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def value(self, *, has_condition: bool = False) -> dict[str, Any]:
        """The JSON object of a success ({} for "no content"), or raises the `GoogleError`.

        `has_condition` says whether the request carried an etag. A success that is no JSON object
        is `Unavailable`: what happened is unknown (F34).
        """
        if self.status == NO_CONTENT:
            return {}
        parsed = self._json()
        if not 200 <= self.status < 300:
            raise error_from(self.status, self.headers, parsed, has_condition=has_condition)
        if not isinstance(parsed, dict):
            raise Unavailable(UNREADABLE_ANSWER)
        return parsed

    def _json(self) -> Any:
        try:
            with _no_search_for_circles():
                return json.loads(self.body)
        except (ValueError, RecursionError):
            return None


@contextmanager
def _no_search_for_circles() -> Iterator[None]:
    """JSON has none. A page of 2,500 events is so many new objects at once that Python would look
    through them eleven times while they arrive, and after four pages through the whole program."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()

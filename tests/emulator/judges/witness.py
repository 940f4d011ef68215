"""Watches every Calendar call that an in-process emulator takes, and holds it to Google's document.

It stands where the honest answer leaves the method, before a fault may spoil it, so batches and
faulty calls are seen as well. It changes nothing: breaches are collected, and the test during which
they came up fails (see the conftest).
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

from emulator import faulting, front, methods
from emulator.calls import Call
from emulator.state import State
from emulator.wire import Request, Response
from tests.emulator.judges import document

ERROR_MEMBERS = {"errors", "code", "message", "status", "details"}
ENTRY_MEMBERS = {"domain", "reason", "message", "locationType", "location", "extendedHelp"}
LEGACY = {"access_token", "$.xgafv", "callback", "uploadType", "upload_protocol"}
"""Standard parameters of Google's front end that this document does not list."""


class Witness:
    """`breaches` since the last `take()`; `seen` counts accepted calls; `met` notes members."""

    def __init__(self) -> None:
        self.breaches: list[str] = []
        self.seen = 0
        self.met: dict[str, set[str]] = {}
        self._here = threading.local()
        self._lock = threading.Lock()

    def take(self) -> list[str]:
        """What was wrong since the last time, each thing once."""
        with self._lock:
            found, self.breaches = list(dict.fromkeys(self.breaches)), []
        return found

    def install(self, patch: Callable[..., None]) -> None:
        """Stand between the front door and the methods; `patch` is `monkeypatch.setattr`."""
        answer, around = front.answer, faulting.around

        def watched_answer(state: State, request: Request) -> Response:
            self._here.request = request
            return answer(state, request)

        def watched_around(
            state: State, method_id: str, work: Callable[[], Response], call: Call
        ) -> Response:
            request = getattr(self._here, "request", None)
            if method_id not in document.methods() or request is None:
                return around(state, method_id, work, call)

            def watched_work() -> Response:
                response = work()
                self._look(method_id, request, response)
                return response

            return around(state, method_id, watched_work, call)

        patch(front, "answer", watched_answer)
        patch(faulting, "around", watched_around)

    def _look(self, method_id: str, request: Request, response: Response) -> None:
        method = document.methods()[method_id]
        found = list(_answer_breaches(method, request, response))
        if response.status < 300:
            found += _request_breaches(method, request)
            self._note(method, response)
        with self._lock:
            self.seen += 1
            self.breaches += [f"{method_id}: {one}" for one in found]

    def _note(self, method: document.Method, response: Response) -> None:
        if method.response and response.body:
            body = json.loads(response.body)
            with self._lock:
                seen = self.met.setdefault(method.response, set())
                seen.update(document.met(body, document.schema(method.response)))


def _request_breaches(method: document.Method, request: Request) -> Iterator[str]:
    """What Google's document forbids in a request that was accepted all the same."""
    known = method.query | document.read()["parameters"]
    for name, values in request.query.items():
        if name in known:
            if len(values) > 1 and not known[name].get("repeated"):
                yield f"query {name} came {len(values)} times and may come once"
            for value in values:
                yield from document.parameter_breaches(value, known[name], at=f"query {name}")
    for name, shape in method.query.items():
        if shape.get("required") and not request.query.get(name):
            yield f"query {name} is required and missing"
    if method.request and request.body.strip():
        body = json.loads(request.body)
        shape = document.schema(method.request)
        yield from document.breaches(body, shape, at="body", method=method.id, is_answer=False)


def _answer_breaches(
    method: document.Method, request: Request, response: Response
) -> Iterator[str]:
    if response.status == 304:
        return
    if response.status >= 300:
        yield from _error_breaches(response)
    elif method.response is None:
        if response.status != 204 or response.body:
            yield f"answers {response.status} with {len(response.body)} bytes, not an empty 204"
    else:
        yield from _body_breaches(method, request, response)


def _body_breaches(method: document.Method, request: Request, response: Response) -> Iterator[str]:
    if response.status != 200:
        yield f"answers {response.status}, not 200"
    if response.headers.get("Content-Type") != "application/json; charset=UTF-8":
        yield f"answers with type {response.headers.get('Content-Type')}"
    body = json.loads(response.body)
    shape = document.schema(method.response or "")
    yield from document.breaches(body, shape, at="answer", method=method.id, is_answer=True)
    if not request.query.get("fields"):
        if "kind" in shape["properties"] and "kind" not in body:
            yield "answer.kind is missing"
        if body.get("etag", response.headers.get("ETag")) != response.headers.get("ETag"):
            yield f"answer.etag is {body['etag']}, the header {response.headers.get('ETag')}"


def _error_breaches(response: Response) -> Iterator[str]:
    """GOOGLE.md 6.1: both envelopes have these members and no others."""
    body: Any = json.loads(response.body)
    error = body.get("error", {}) if isinstance(body, dict) else {}
    if set(body) != {"error"} or not {"errors", "code", "message"} <= set(error) <= ERROR_MEMBERS:
        yield f"refuses with {body}"
        return
    if error["code"] != response.status or not error["message"]:
        yield f"refuses {response.status} with code {error['code']} and {error['message']!r}"
    for entry in error["errors"]:
        if not {"domain", "reason", "message"} <= set(entry) <= ENTRY_MEMBERS:
            yield f"refuses with the entry {entry}"


def unlisted_parameters(method: methods.Method) -> set[str]:
    """Parameters that the emulator claims for a method and the document does not have."""
    return set(method.parameters) - set(document.methods()[method.id].query)

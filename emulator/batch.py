"""`POST /batch/calendar/v3`: many calls in one envelope, executed in any order, answered in request
order.

Outer headers except `Content-*` apply to every part; a part may bring its own (GOOGLE.md 7.4).
"""

from __future__ import annotations

import re
from http import HTTPStatus
from urllib.parse import parse_qs

from emulator import errors, faulting, front
from emulator.errors import Refused
from emulator.state import State
from emulator.wire import Request, Response

BOUNDARY = re.compile(r'boundary="?([^";,]+)"?', re.IGNORECASE)


def answer(state: State, request: Request) -> Response:
    """The envelope's answer; inner refusals stay inside their parts."""
    call = state.calls.open(
        at=state.clock.now().isoformat(), method="POST", path=request.path, method_id="batch"
    )

    def work() -> Response:
        try:
            return _run(state, request)
        except Refused as refused:
            call.reason = refused.reason
            return front.refusal(refused)

    response = faulting.around(state, "batch", work, call)
    call.status = response.status
    return response


def _run(state: State, request: Request) -> Response:
    parts = _parts(request)
    if len(parts) > state.knobs.batch_limit:
        message = (
            f"The batch request contains too many calls; the limit is {state.knobs.batch_limit}."
        )
        raise errors.bad_request(message)
    order = list(range(len(parts)))
    state.dice.random.shuffle(order)
    answers: dict[int, Response] = {index: front.answer(state, parts[index][1]) for index in order}
    state.latency.pass_time("batch", parts=len(parts))
    boundary = f"batch_{state.dice.secret(24)}"
    chunks = [_chunk(boundary, parts[index][0], answers[index]) for index in range(len(parts))]
    body = b"".join(chunks) + f"--{boundary}--\r\n".encode()
    return Response(200, {"Content-Type": f"multipart/mixed; boundary={boundary}"}, body)


def _parts(request: Request) -> list[tuple[str, Request]]:
    match = BOUNDARY.search(request.headers.get("content-type", ""))
    if match is None:
        raise errors.bad_request("Missing or malformed batch boundary.")
    inherited = {
        n: v for n, v in request.headers.items() if not n.startswith("content-") and n != "host"
    }
    delimiter = b"--" + match.group(1).encode()
    chunks = (b"\r\n" + request.body).replace(b"\r\n", b"\n").split(b"\n" + delimiter)
    return [_part(chunk, inherited) for chunk in chunks[1:] if not chunk.startswith(b"--")]


def _part(chunk: bytes, inherited: dict[str, str]) -> tuple[str, Request]:
    outer, _, inner = chunk.lstrip(b"\n").partition(b"\n\n")
    head, _, body = inner.lstrip(b"\n").partition(b"\n\n")
    line, *header_lines = head.decode(errors="replace").split("\n")
    words = line.split()
    if len(words) < 2:
        raise errors.bad_request("Failed to parse batch request part.")
    path, _, query = words[1].partition("?")
    if "://" in path:
        path = "/" + path.split("/", 3)[-1]
    headers = inherited | _headers(header_lines)
    content_id = _headers(outer.decode(errors="replace").split("\n")).get("content-id", "")
    return content_id, Request(
        words[0].upper(), path, parse_qs(query, True), headers, body.strip(), is_batched=True
    )


def _headers(lines: list[str]) -> dict[str, str]:
    pairs = (line.partition(":") for line in lines if ":" in line)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def _chunk(boundary: str, content_id: str, response: Response) -> bytes:
    reply_id = (
        content_id.replace("<", "<response-", 1)
        if content_id.startswith("<")
        else f"response-{content_id}"
    )
    phrase = HTTPStatus(response.status).phrase
    lines = [f"--{boundary}", "Content-Type: application/http"]
    lines += [f"Content-ID: {reply_id}"] if content_id else []
    lines += ["", f"HTTP/1.1 {response.status} {phrase}"]
    lines += [f"{name}: {value}" for name, value in response.headers.items()]
    lines += [f"Content-Length: {len(response.body)}", "", ""]
    return "\r\n".join(lines).encode() + response.body + b"\r\n"

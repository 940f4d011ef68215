"""A calendar as a WSGI function: the least that Python and gunicorn can do for a request."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

BODY = Path(os.environ["BODY"]).read_bytes() if "BODY" in os.environ else b""
HEADERS = [("ETag", '"1"'), ("Cache-Control", "private, no-cache")]


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """The same answer to everybody; 304 for whoever has it."""
    if environ.get("HTTP_IF_NONE_MATCH") == '"1"':
        start_response("304 Not Modified", HEADERS)
        return ()
    start_response("200 OK", [*HEADERS, ("Content-Length", str(len(BODY)))])
    return (BODY,)

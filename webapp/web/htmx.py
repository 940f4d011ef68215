"""Pages and partials: what an htmx request gets, and how an answer speaks to the page around it.

Only these modules look at htmx's headers: here, `web/login.py` and `web/errors.py` through
`is_htmx()`. Every answer that depends on them says so in `Vary`.
"""

import json
import re
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, current_app, flash, g, redirect, render_template, url_for
from flask import request as flask_request
from flask_htmx import HTMX
from werkzeug.wrappers import Response

from webapp.web.return_address import safe_address

htmx = HTMX()


def init_app(app: Flask) -> None:
    """Lets each answer carry its announcements and say what it depends on."""
    htmx.init_app(app)
    app.after_request(_vary)
    app.after_request(_carry_events)


def is_htmx() -> bool:
    """Whether the browser wants a piece of the page: not when boosted or restoring its history."""
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def is_background() -> bool:
    """Whether the page itself asked (polling), not the person in front of it."""
    return flask_request.headers.get("X-Background") == "true"


def page_or_partial(page: str, partial: str, /, **context: Any) -> str:
    """Renders `partial` for htmx and `page` for everybody else, with the same context."""
    return render_template(partial if is_htmx() else page, **context)


def render_partial(partial: str, /, **context: Any) -> str:
    """Renders one partial, or a response template made of several."""
    return render_template(partial, **context)


def see_other(endpoint: str, **values: Any) -> Response:
    """Sends the browser to another page after a write: 303, or the same as htmx understands it."""
    return see_other_address(url_for(endpoint, **values))


def see_other_address(address: str) -> Response:
    """As `see_other`, for an address that no endpoint has, such as Google's consent page."""
    if not is_htmx():
        return redirect(address, 303)
    answer = current_app.response_class(status=204)
    answer.headers["HX-Redirect"] = address
    return answer


def asking_form() -> str:
    """The id of the form that htmx sent; "" when it has none, and for whole pages."""
    sender = str(htmx.trigger or "") if htmx else ""
    return sender if re.fullmatch(r"[\w-]+", sender) else ""


def asking_page() -> str:
    """The page of ours that htmx asked from; "" for whole pages."""
    parts = urlsplit(flask_request.headers.get("HX-Current-URL", ""))
    return safe_address(parts.path) if parts.path else ""


def in_its_place(response: Response) -> Response:
    """Puts the answer where the form stood that htmx sent, whatever else it was aimed at."""
    if is_htmx() and asking_form():
        response.headers["HX-Retarget"] = f"#{asking_form()}"
        response.headers["HX-Reswap"] = "outerHTML"
    return response


def announce(text: str, *, kind: str = "status") -> None:
    """Says `text` to the person, aloud too: now, or on the next page when this answer redirects.

    `kind` is "status" (polite) or "problem" (assertive).
    """
    g.setdefault("announcements", []).append({"kind": kind, "text": text})


def trigger(event: str) -> None:
    """Fires `event` on the page when the answer arrives, such as "calendar-changed"."""
    g.setdefault("events", {})[event] = True


def _vary(response: Response) -> Response:
    response.vary.update(["HX-Request", "Cookie"])
    return response


def _carry_events(response: Response) -> Response:
    announcements = g.pop("announcements", [])
    events: dict[str, Any] = g.pop("events", {})
    if "Location" in response.headers or "HX-Redirect" in response.headers:
        for said in announcements:
            flash(said["text"], said["kind"])
    elif htmx and announcements:
        events["announce"] = {"messages": announcements}
    if htmx and events:
        response.headers["HX-Trigger"] = json.dumps(events)
    return response

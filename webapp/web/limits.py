"""How often somebody may try: sign-in, by account and by address (S3); calendar addresses (R45);
messages that say they are Google's (F89); asking for a time on a booking page (S44).

Of sign-ins only refused attempts count. The counts live in Redis, shared by all processes; while it
is down each process counts for itself: the door is never without a lock nor locked for everybody.
Requests that are on their way when it goes away are let through, uncounted, and none fails for it.
Accounts and addresses are counted by their keyed hash: Redis holds no e-mail address.

Readings of one calendar address keep nobody out but the program that reads too often, so each
process counts them for itself: asking Redis would cost more than the answer.
"""

import datetime as dt
import hashlib
import hmac
from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Flask, Response, abort, current_app, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from webapp.config import Settings
from webapp.web.clock import now
from webapp.web.login import current_member, is_signed_in

PER_ACCOUNT = "5 per 15 minutes"
PER_ADDRESS = "30 per 15 minutes"
GUESSED_FEEDS = "20 per 10 minutes"
SECRETS = {"password", "current"}
"""What the fields with somebody's password are called."""
PER_FEED = 600
PER_FEED_SECONDS = 600
FORGED_PUSHES = "60 per 10 minutes"
PER_CHANNEL = "6000 per 10 minutes"
BOOKING_PAGES = "300 per 10 minutes"
BOOKINGS_PER_ADDRESS = "20 per 15 minutes"
BOOKINGS_PER_EMAIL = "6 per hour"
BOOKINGS_PER_PRACTICE = "120 per hour"
STORE_ANSWERS_WITHIN_SECONDS = 0.2

limiter = Limiter(key_func=get_remote_address)


def init_app(app: Flask) -> None:
    """Counts in Redis, or in memory while Redis does not answer."""
    settings: Settings = app.extensions["settings"]
    app.config.setdefault("RATELIMIT_STORAGE_URI", _store(settings.redis_url))
    if not app.config["RATELIMIT_STORAGE_URI"].startswith("memory"):
        seconds = STORE_ANSWERS_WITHIN_SECONDS
        app.config.setdefault(
            "RATELIMIT_STORAGE_OPTIONS",
            {"socket_connect_timeout": seconds, "socket_timeout": seconds},
        )
    app.config.setdefault("RATELIMIT_IN_MEMORY_FALLBACK_ENABLED", True)
    app.config.setdefault("RATELIMIT_SWALLOW_ERRORS", True)
    app.config.setdefault("RATELIMIT_STRATEGY", "moving-window")
    limiter.init_app(app)
    app.extensions["feed_pace"] = FeedPace()


def sign_in_attempts(view: Callable[..., Any]) -> Callable[..., Any]:
    """Throttles a view that takes an e-mail address and a password."""
    for allowed, key in ((PER_ACCOUNT, _account), (PER_ADDRESS, _address)):
        view = limiter.limit(
            allowed, key_func=key, deduct_when=_was_refused, exempt_when=_is_without_secret
        )(view)
    return view


def booking_requests(view: Callable[..., Any]) -> Callable[..., Any]:
    """Throttles asking for a time, by where it comes from, whose mailbox it names, and practice."""
    for allowed, key in (
        (BOOKINGS_PER_PRACTICE, _booked_practice),
        (BOOKINGS_PER_EMAIL, _mailbox),
        (BOOKINGS_PER_ADDRESS, _address),
    ):
        view = limiter.limit(allowed, key_func=key)(view)
    return view


def booking_pages(view: Callable[..., Any]) -> Callable[..., Any]:
    """Throttles looking at free times, by address: nobody reads a calendar out by asking often."""
    throttled: Callable[..., Any] = limiter.limit(BOOKING_PAGES, key_func=_address)(view)
    return throttled


class FeedPace:
    """The readings of each calendar address that this process has answered in these ten minutes."""

    def __init__(self) -> None:
        self._began = 0
        self._counts: dict[str, int] = {}

    def allows(self, link_id: str, *, at: dt.datetime) -> bool:
        """Counts one more, and says whether it is not one too many (F107)."""
        began = int(at.timestamp()) // PER_FEED_SECONDS
        if began != self._began:
            self._began, self._counts = began, {}
        count = self._counts[link_id] = self._counts.get(link_id, 0) + 1
        return count <= PER_FEED


def feed_pace() -> FeedPace:
    """This app's."""
    found: FeedPace = current_app.extensions["feed_pace"]
    return found


def feed_reads(
    asked_link: Callable[[], str | None],
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Throttles a feed: guesses by address (R45), each feed by itself (F107).

    `asked_link` is the link whose address was asked for, None when we never made such an address.
    One that we made is never a guess, so that a large provider, which reads many feeds from one
    address, is not kept out by its stale ones.
    """

    def throttled(view: Callable[..., Any]) -> Callable[..., Any]:
        guessed = limiter.limit(GUESSED_FEEDS, key_func=_address)(view)

        @wraps(view)
        def paced(**asked: Any) -> Any:
            link_id = asked_link()
            if link_id is None:
                return guessed(**asked)
            if not feed_pace().allows(link_id, at=now()):
                abort(429)
            return view(**asked)

        return paced

    return throttled


def push_messages(
    is_ours: Callable[[], bool],
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Throttles Google's messages: forged ones by address, genuine ones by channel.

    A flood of forgeries keeps no genuine one out, also where a proxy gives all one address.
    """

    def throttled(view: Callable[..., Any]) -> Callable[..., Any]:
        view = limiter.limit(FORGED_PUSHES, key_func=_address, exempt_when=is_ours)(view)
        return limiter.limit(PER_CHANNEL, key_func=_channel, exempt_when=lambda: not is_ours())(
            view
        )

    return throttled


def hashed(value: str) -> str:
    """A short keyed hash: tells two values apart and gives neither away."""
    key = str(current_app.secret_key).encode()
    return hmac.new(key, value.encode(), hashlib.sha256).hexdigest()[:32]


def _account() -> str:
    """Whose password is tried: the one who is signed in, or whoever is typed in."""
    email = current_member().email if is_signed_in() else request.form.get("email", "")
    return "account-" + hashed(email.strip().casefold())


def _mailbox() -> str:
    """Whose mailbox is named, whoever is signed in."""
    return "mailbox-" + hashed(request.form.get("email", "").strip().casefold())


def _booked_practice() -> str:
    return "practice-" + hashed((request.view_args or {}).get("practice_slug", ""))


def _address() -> str:
    return "address-" + hashed(request.remote_addr or "")


def _channel() -> str:
    return "channel-" + hashed(request.headers.get("X-Goog-Channel-ID", ""))


def _is_without_secret() -> bool:
    """Whether nothing was tried: the same view may be asked for other things."""
    return not SECRETS & set(request.form)


def _was_refused(response: Response) -> bool:
    return response.status_code in (401, 422)


def _store(redis_url: str) -> str:
    return redis_url.replace("unix://", "redis+unix://", 1)

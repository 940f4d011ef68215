"""The running product as its visitors meet it: cookies, forms, and what its processes use."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask
from flask import session as drawn
from flask_wtf.csrf import generate_csrf

from benchmarks.calendar_servers import running
from benchmarks.load.asking import Ask, Asking
from benchmarks.load.town import Town
from demo.children import session_members
from demo.ports import any_free_port
from webapp.app import create_app
from webapp.db.models import Member
from webapp.db.scope import Scope
from webapp.services import browser_sessions, feed_links
from webapp.web.booking_form import new_stamp

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Scene:
    """What the measurements share. `seconds` is how long a rate is asked for; `bare_port` is where
    the Flask view of one line answers."""

    town: Town
    asking: Asking
    seconds: float
    bare_port: int

    @cached_property
    def app(self) -> Flask:
        """The product in this process, which makes cookies and asks nothing."""
        return create_app(self.town.here.settings, RATELIMIT_STORAGE_URI="memory://")

    def cookies(self, member: Member | None) -> "Cookies":
        """A browser in which this person is signed in, or nobody."""
        here, browser = self.town.here, self.app.test_client()
        secret = ""
        if member is not None:
            with here.database.writing(Scope.installation()) as session:
                secret = browser_sessions.begin(session, member=member, now=here.now())
        with self.app.test_request_context():
            form_token = generate_csrf()
            csrf = drawn["csrf_token"]
        with browser.session_transaction() as cookie:
            cookie["csrf_token"] = csrf
            if secret:
                cookie.update({"_user_id": secret, "_fresh": True})
                cookie["began"] = cookie["seen"] = here.now().timestamp()
        kept = browser.get_cookie("session")
        assert kept is not None
        return Cookies({"Cookie": f"session={kept.value}"}, form_token)

    def stamps(self, count: int) -> list[str]:
        """For booking forms, given out now."""
        with self.app.test_request_context():
            return [new_stamp() for _ in range(count)]

    def feed_paths(self) -> list[str]:
        """Of every calendar address."""
        settings = self.town.here.settings
        addresses = (feed_links.address(settings, link) for link in self.town.links)
        return [address.removeprefix(settings.external_url) for address in addresses]

    def web_pids(self) -> list[int]:
        """Gunicorn's processes."""
        web = self.town.here.web
        assert web is not None
        return session_members(web.pid)

    def cpu_seconds(self) -> float:
        """What gunicorn's processes have used so far."""
        return sum(_cpu_seconds(pid) for pid in self.web_pids())

    def resident(self) -> int:
        """Octets of memory that gunicorn's processes hold; what they share counts each time."""
        statm = [Path(f"/proc/{pid}/statm").read_text().split() for pid in self.web_pids()]
        return sum(int(fields[1]) for fields in statm) * PAGE


@dataclass(frozen=True)
class Cookies:
    """One browser."""

    headers: dict[str, str]
    form_token: str

    def form(
        self,
        kind: str,
        path: str,
        fields: dict[str, str],
        *,
        address: str = "",
        fine: Sequence[int] = (303,),
    ) -> Ask:
        """A form that is sent, from an `address` of its own."""
        headers = {**self.headers, "Content-Type": "application/x-www-form-urlencoded"}
        if address:
            headers["X-Forwarded-For"] = address
        body = urlencode({"csrf_token": self.form_token, **fields})
        return Ask(kind, path, headers, body, tuple(fine))


@contextmanager
def running_bare(folder: Path) -> Iterator[int]:
    """The Flask view of one line under the product's gunicorn settings; its port."""
    port = any_free_port()
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}"]
    command.append("benchmarks.load.bare:application")
    with running("bare", command, f"http://127.0.0.1:{port}/", folder):
        yield port


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS

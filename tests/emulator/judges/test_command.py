"""The real command as another project would use it: only its addresses, no imports from it."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import requests

from tests.emulator.conftest import ADA, Api, timed
from tests.emulator.test_program import ROOT, program

TIMES = timed("2026-11-05T12:00:00", "2026-11-05T13:00:00")
BACK = "http://127.0.0.1:9/back"


def token_of(url: str) -> str:
    wish = {"user": ADA, "scopes": ["https://www.googleapis.com/auth/calendar"]}
    answer = requests.post(f"{url}/control/token", json=wish, timeout=20)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])


def test_a_restart_with_state_goes_on_where_it_was(tmp_path: Path) -> None:
    """Issue 3, use: accounts, events, access tokens and sync tokens outlive the program."""
    state = ("--state", str(tmp_path / "state.json"))
    with program(*state) as url:
        token = token_of(url)
        before = Api(url, token)
        made = before.events("primary", "POST", body=TIMES | {"summary": "Lunch"}).json()
        sync = before.list()["nextSyncToken"]
    with program(*state) as url:
        after = Api(url, token)
        assert after.list(syncToken=sync)["items"] == []
        (kept,) = after.list()["items"]
        assert after.events("primary", "DELETE", kept["id"], match=made["etag"]).status_code == 204
        (gone,) = after.list(syncToken=sync)["items"]
        assert (gone["id"], gone["status"]) == (made["id"], "cancelled")
    before.session.close()
    after.session.close()


def test_a_token_comes_at_once_and_makes_the_account() -> None:
    """Issue 3, use: `POST /control/token` with user and scopes; the same seed, the same ids."""
    made = []
    for _ in range(2):
        with program("--seed", "11") as url:
            api = Api(url, token_of(url))
            me = api("GET", "users/me/calendarList/primary").json()
            made.append(api.events("primary", "POST", body=TIMES).json()["id"])
            wrong = requests.post(f"{url}/control/token", json={"user": "nobody"}, timeout=20)
            api.session.close()
        assert (me["id"], me["accessRole"]) == (ADA, "owner")
        assert (wrong.status_code, list(wrong.json())) == (400, ["error"])
    assert made[0] == made[1]


def test_testing_mode_says_in_the_token_that_it_will_end() -> None:
    """GOOGLE.md 1.3 and 1.7, certain: `refresh_token_expires_in` of seven days."""
    with program("--testing-mode") as url:
        granted = exchanged(url)
    with program() as url:
        lasting = exchanged(url)
    assert granted["refresh_token_expires_in"] == 604799
    assert "refresh_token_expires_in" not in lasting


def exchanged(url: str) -> dict[str, object]:
    """The token answer of a whole consent, answered by a switch of the stand-in."""
    found = requests.get(f"{url}/.well-known/openid-configuration", timeout=20).json()
    app = {"client_id": "1-a.apps.googleusercontent.com", "redirect_uri": BACK}
    asked = app | {
        "response_type": "code",
        "scope": "openid https://www.googleapis.com/auth/calendar",
        "access_type": "offline",
        "emulator_user": ADA,
    }
    sent_back = requests.get(
        found["authorization_endpoint"], params=asked, allow_redirects=False, timeout=20
    )
    code = parse_qs(urlsplit(sent_back.headers["Location"]).query)["code"][0]
    form = app | {"client_secret": "x", "grant_type": "authorization_code", "code": code}
    answer: dict[str, object] = requests.post(found["token_endpoint"], form, timeout=20).json()
    return answer


def test_a_taken_port_and_a_foreign_state_file_are_one_line_each(tmp_path: Path) -> None:
    foreign = tmp_path / "state.json"
    foreign.write_text('{"hello": 1}')
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for options in (["--port", port], ["--port", "0", "--state", str(foreign)]):
            command = [sys.executable, "-m", "emulator", *options]
            ended = subprocess.run(
                command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
            )
            assert (ended.returncode, ended.stderr.count("\n")) == (2, 1), ended.stderr
            assert ended.stderr.startswith("emulator: ")
    assert foreign.read_text() == '{"hello": 1}'

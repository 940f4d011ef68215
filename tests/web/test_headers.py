"""The headers of every answer (S7, S23, S26, S27)."""

import re

import pytest
from flask.testing import FlaskClient

from tests.cast import World
from tests.web.conftest import MakeApp, SignIn, make_settings
from webapp.web.headers import content_security_policy

pytestmark = pytest.mark.page

PAGES = ["/sign-in", "/help", "/healthz", "/nowhere", "/static/app.css", "/patterns"]


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_says_what_may_be_done_with_it(client: FlaskClient, path: str) -> None:
    with client.get(path) as answer:
        headers = answer.headers
    policy = headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "HX-Request" in headers["Vary"]


def test_pages_are_not_kept_by_browsers_and_proxies(
    client: FlaskClient, as_member: SignIn, world: World
) -> None:
    assert client.get("/sign-in").headers["Cache-Control"] == "no-store"
    assert as_member(world.ada).get("/password").headers["Cache-Control"] == "no-store"


def test_forms_may_end_at_the_consent_page_and_nowhere_else() -> None:
    settings = make_settings("sqlite://")
    policy = content_security_policy(settings)
    assert policy.endswith("form-action 'self' https://accounts.google.com")


def test_forms_stay_here_without_google() -> None:
    settings = make_settings("sqlite://", GOOGLE_CLIENT_ID="", GOOGLE_CLIENT_SECRET="")
    assert content_security_policy(settings).endswith("form-action 'self'")


@pytest.mark.parametrize("path", ["/sign-in", "/help", "/patterns", "/nowhere"])
def test_pages_carry_nothing_that_the_policy_refuses(client: FlaskClient, path: str) -> None:
    html = client.get(path).text
    assert not re.search(r"<script(?![^>]+\bsrc=)|<style|\sstyle=|\son[a-z]+=|hx-on|js:", html)


def test_cookies_are_for_http_alone_and_for_our_own_site(client: FlaskClient) -> None:
    cookie = client.get("/sign-in").headers["Set-Cookie"]
    assert cookie.startswith("session=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_under_https_cookies_and_browsers_stay_with_https(
    database_url: str, new_app: MakeApp
) -> None:
    settings = make_settings(database_url, EXTERNAL_URL="https://calendar.example.test")
    app = new_app(settings)
    answer = app.test_client().get("/sign-in", base_url="https://calendar.example.test")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def test_a_made_up_host_gets_nothing(client: FlaskClient) -> None:
    """S14."""
    answer = client.get("/sign-in", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert "evil.example" not in answer.text
    assert client.get("/sign-in", headers={"Host": "127.0.0.1:8000"}).status_code == 200


def test_health_checks_come_by_address(client: FlaskClient) -> None:
    answer = client.get("/healthz", headers={"Host": "10.0.0.7:8000"})
    assert answer.status_code in (200, 503)


def test_redirects_after_a_write_are_303(as_member: SignIn, world: World) -> None:
    assert as_member(world.ada).post("/display", data={"shortcuts": "off"}).status_code == 303


def test_static_files_may_be_kept(client: FlaskClient) -> None:
    with client.get("/static/app.css") as answer:
        assert "no-store" not in answer.headers.get("Cache-Control", "")

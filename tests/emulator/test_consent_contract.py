"""The rules around codes, tokens and consent that GOOGLE.md 1 states one by one."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from typing import Any

import pytest
import requests

from emulator.google import Google
from emulator.scopes import ACCEPTED, PREFIX, short_name
from emulator.serving import RunningEmulator
from tests.emulator.conftest import ADA, Api, api_for, reason
from tests.emulator.test_oauth_contract import BACK, CLIENT, CREATED, READ, Browser

SIBLING = "1234-other.apps.googleusercontent.com"


@pytest.fixture
def app(emu: RunningEmulator) -> Browser:
    return Browser(emu)


def ask(app: Browser, **more: str) -> requests.Response:
    query = {
        "client_id": CLIENT,
        "redirect_uri": BACK,
        "response_type": "code",
        "scope": CREATED,
        "state": "s-1",
    }
    return requests.get(
        app.addresses["authorization_endpoint"],
        params=query | more,
        allow_redirects=False,
        timeout=10,
    )


@pytest.mark.parametrize(
    ("wrong", "status", "error"),
    [
        ({"redirect_uri": BACK + "/"}, 400, "redirect_uri_mismatch"),
        ({"redirect_uri": BACK + "#part"}, 400, "redirect_uri_mismatch"),
        ({"redirect_uri": "http://127.0.0.1:9/../back"}, 400, "redirect_uri_mismatch"),
        ({"client_id": "9-unknown"}, 401, "invalid_client"),
        ({"client_id": ""}, 400, "invalid_request"),
        ({"response_type": "token"}, 400, "invalid_request"),
        ({"scope": ""}, 400, "invalid_request"),
        ({"scope": PREFIX + "calendar.everything"}, 400, "invalid_scope"),
        ({"code_challenge": "x", "code_challenge_method": "S512"}, 400, "invalid_request"),
    ],
)
def test_a_request_that_cannot_be_trusted_stops_on_googles_page_without_a_redirect(
    app: Browser, google: Google, wrong: dict[str, str], status: int, error: str
) -> None:
    """GOOGLE.md 1.2, names certain, statuses likely."""
    google.is_strict_about_clients = True
    google.register_client(CLIENT, "x", BACK)
    answer = ask(app, **wrong)
    assert answer.status_code == status
    assert "Location" not in answer.headers
    assert error in answer.text


def test_prompt_none_comes_back_with_an_error_instead_of_a_page(
    app: Browser, google: Google
) -> None:
    """GOOGLE.md 1.2, likely."""
    assert "error=login_required" in ask(app, prompt="none").headers["Location"]
    google.account(ADA)
    answer = ask(app, prompt="none", login_hint=ADA)
    assert "error=consent_required" in answer.headers["Location"]
    assert "state=s-1" in answer.headers["Location"]


def test_who_has_consented_is_not_asked_again_unless_the_app_wants_it(
    app: Browser, google: Google
) -> None:
    """GOOGLE.md 1.2, certain: absent `prompt` asks only the first time."""
    app.consent(CREATED)
    silent = ask(app, prompt="none", login_hint=ADA)
    assert "code=" in silent.headers["Location"]
    assert ask(app, prompt="consent", login_hint=ADA).status_code == 200
    assert ask(app, scope=READ, login_hint=ADA).status_code == 200


def test_online_access_never_brings_a_refresh_token(app: Browser) -> None:
    """GOOGLE.md 1.4, certain."""
    tokens = app.exchange(app.consent(access_type="online")["code"]).json()
    assert "refresh_token" not in tokens


def test_tokens_keep_their_documented_sizes_and_lives(app: Browser) -> None:
    """GOOGLE.md 1.3, certain; the size of codes likely."""
    code = app.consent()["code"]
    tokens = app.exchange(code).json()
    sizes = [len(code), len(tokens["access_token"]), len(tokens["refresh_token"])]
    assert all(size <= most for size, most in zip(sizes, (256, 2048, 512), strict=True))
    assert (tokens["expires_in"], tokens["token_type"]) == (3599, "Bearer")


def test_a_code_lives_for_minutes(app: Browser, google: Google) -> None:
    """GOOGLE.md 1.3, likely: about ten minutes."""
    early, late = app.consent()["code"], app.consent()["code"]
    google.move_clock(minutes=9)
    assert app.exchange(early).status_code == 200
    google.move_clock(minutes=2)
    assert app.exchange(late).json()["error"] == "invalid_grant"


def test_a_plain_challenge_is_accepted(app: Browser) -> None:
    """GOOGLE.md 1.2, certain."""
    verifier = "v" * 43
    wish = {"code_challenge": verifier, "code_challenge_method": "plain"}
    code = app.consent(**wish)["code"]
    assert app.exchange(code, code_verifier=verifier).status_code == 200
    assert app.exchange(app.consent(**wish)["code"]).json()["error"] == "invalid_grant"


def test_granted_scopes_add_up_and_unticking_later_takes_nothing_back(app: Browser) -> None:
    """GOOGLE.md 1.9, certain union; the second part likely."""
    app.exchange(app.consent(f"{CREATED} {READ}", prompt="consent")["code"])
    wish = {"include_granted_scopes": "true", "prompt": "consent"}
    code = app.consent(f"openid {CREATED}", **wish)["code"]
    assert set(app.exchange(code).json()["scope"].split()) == {"openid", CREATED, READ}


def test_refusing_the_only_scope_is_a_denial(app: Browser) -> None:
    """GOOGLE.md 1.9, likely."""
    assert app.consent(CREATED, emulator_grant="nothing")["error"] == "access_denied"


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"grant_type": "authorization_code"}, 400, "invalid_request"),
        ({"grant_type": "authorization_code", "code": "4/never"}, 400, "invalid_grant"),
        ({"grant_type": "refresh_token"}, 400, "invalid_request"),
        ({"grant_type": "refresh_token", "refresh_token": "1//no"}, 400, "invalid_grant"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({}, 400, "invalid_request"),
        ({"grant_type": "refresh_token", "client_id": ""}, 400, "invalid_request"),
        ({"grant_type": "refresh_token", "client_id": "9-unknown"}, 401, "invalid_client"),
        ({"grant_type": "refresh_token", "client_secret": "bad"}, 401, "invalid_client"),
    ],
)
def test_the_token_endpoint_names_what_is_wrong(
    app: Browser, google: Google, form: dict[str, str], status: int, error: str
) -> None:
    """GOOGLE.md 1.5, certain for `error`, texts undocumented."""
    google.is_strict_about_clients = True
    google.register_client(CLIENT, "x", BACK)
    answer = app.token(**form)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_a_refresh_token_belongs_to_its_client(app: Browser) -> None:
    """GOOGLE.md 1.5."""
    token = app.exchange(app.consent()["code"]).json()["refresh_token"]
    answer = app.token(grant_type="refresh_token", refresh_token=token, client_id=SIBLING)
    assert (answer.status_code, answer.json()["error"]) == (401, "unauthorized_client")


def test_refreshing_may_ask_for_fewer_scopes_but_not_for_more(app: Browser) -> None:
    """GOOGLE.md 1.5."""
    token = app.exchange(app.consent(f"{CREATED} {READ}")["code"]).json()["refresh_token"]
    refresh = {"grant_type": "refresh_token", "refresh_token": token}
    assert app.token(**refresh, scope=READ).json()["scope"] == READ
    assert app.token(**refresh, scope=PREFIX + "calendar").status_code == 400


def test_refreshing_leaves_earlier_access_tokens_alive(emu: RunningEmulator, app: Browser) -> None:
    """GOOGLE.md 1.5, likely."""
    tokens = app.exchange(app.consent(PREFIX + "calendar")["code"]).json()
    newer = app.refresh(tokens["refresh_token"]).json()
    for one in (tokens, newer):
        assert Api(emu.url, one["access_token"]).events("primary", "GET").status_code == 200


def test_an_access_token_dies_when_its_time_is_over(emu: RunningEmulator, google: Google) -> None:
    """GOOGLE.md 1.3 and 6.2."""
    api = api_for(emu, ADA, ["calendar"])
    google.move_clock(seconds=3600)
    assert reason(api.events("primary", "GET")) == (401, "authError")


@pytest.mark.parametrize("place", ["form", "query"])
@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_revoking_any_token_ends_the_project_for_all_its_clients(
    app: Browser, place: str, kind: str
) -> None:
    """GOOGLE.md 1.6, certain."""
    tokens = app.exchange(app.consent()["code"]).json()
    other = app.consent(client_id=SIBLING)["code"]
    other_tokens = app.exchange(other, client_id=SIBLING).json()
    wish: dict[str, Any] = {"data" if place == "form" else "params": {"token": tokens[kind]}}
    first = requests.post(app.addresses["revocation_endpoint"], timeout=10, **wish)
    again = requests.post(app.addresses["revocation_endpoint"], timeout=10, **wish)
    assert (first.status_code, first.json()) == (200, {})
    assert (again.status_code, again.json()["error"]) == (400, "invalid_token")
    form = {"grant_type": "refresh_token", "refresh_token": other_tokens["refresh_token"]}
    assert app.token(**form, client_id=SIBLING).json()["error"] == "invalid_grant"


def test_testing_mode_spares_grants_that_only_sign_in(app: Browser, google: Google) -> None:
    """GOOGLE.md 1.7, certain."""
    google.knobs.testing_mode = True
    signed_in = app.exchange(app.consent("openid email profile")["code"]).json()
    reading = app.exchange(app.consent(READ, prompt="consent")["code"]).json()
    assert "refresh_token_expires_in" not in signed_in
    assert reading["refresh_token_expires_in"] == 604_799


def test_userinfo_and_tokeninfo_tell_who_and_what(emu: RunningEmulator, app: Browser) -> None:
    """GOOGLE.md 1.1 and 1.10, certain: `sub` is the key, never the address."""
    token = app.exchange(app.consent()["code"]).json()["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    who = requests.get(app.addresses["userinfo_endpoint"], headers=bearer, timeout=10).json()
    query = {"access_token": token}
    told = requests.get(emu.url + "/tokeninfo", params=query, timeout=10).json()
    assert re.fullmatch(r"\d{21}", who["sub"])
    assert (who["email"], told["sub"], told["aud"]) == (ADA, who["sub"], CLIENT)
    assert set(told["scope"].split()) >= {"openid", CREATED}


def test_another_account_has_another_sub(app: Browser) -> None:
    """GOOGLE.md 1.10; F59."""
    subs = []
    for user in (ADA, "ben@example.com"):
        code = app.consent(emulator_user=user)["code"]
        token = app.exchange(code).json()["access_token"]
        bearer = {"Authorization": f"Bearer {token}"}
        answer = requests.get(app.addresses["userinfo_endpoint"], headers=bearer, timeout=10)
        subs.append(answer.json()["sub"])
    assert len(set(subs)) == 2


def test_every_method_accepts_exactly_the_scopes_of_the_discovery_document() -> None:
    """GOOGLE.md 1.8, certain."""
    name = "discovery_cache/documents/calendar.v3.json"
    document = json.loads((files("googleapiclient") / name).read_text())
    for resource in document["resources"].values():
        for method in resource["methods"].values():
            if method["id"] in ACCEPTED:
                wanted = {short_name(scope) for scope in method["scopes"]}
                assert ACCEPTED[method["id"]] == wanted, method["id"]


def test_our_own_calendar_is_reached_again_after_a_new_consent(
    emu: RunningEmulator, google: Google
) -> None:
    """GOOGLE.md 1.8, unknown: ownership is per project and survives re-consent."""
    first = api_for(emu, ADA, ["calendar.app.created"])
    work = first("POST", "calendars", {"summary": "Work"}).json()["id"]
    google.account(ADA).remove_app_access()
    again = api_for(emu, ADA, ["calendar.app.created"])
    other = google.account(ADA).token(["calendar.app.created"], client="9999-stranger")
    assert again.events(work, "GET").status_code == 200
    assert reason(Api(emu.url, other).events(work, "GET")) == (404, "notFound")


def test_one_scope_alone_has_no_box_and_several_have_one_each(app: Browser, google: Google) -> None:
    """GOOGLE.md 1.9, subset rule certain, single-scope rule likely."""
    google.account(ADA)
    boxes = [
        ask(app, scope=scope, login_hint=ADA).text.count('name="scope"')
        for scope in (f"openid {CREATED}", f"openid {CREATED} {READ}")
    ]
    assert boxes == [0, 2]


def test_boxes_may_start_unticked(app: Browser, google: Google) -> None:
    """GOOGLE.md 1.9, likely: recent screens; a knob."""
    google.account(ADA)
    wish = {"scope": f"openid {CREATED} {READ}", "login_hint": ADA}
    assert ask(app, **wish).text.count(" checked>") == 3
    google.knobs.boxes_start_ticked = False
    assert ask(app, **wish).text.count(" checked>") == 0

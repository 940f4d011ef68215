"""Consent, codes, refresh tokens, scopes (GOOGLE.md 1)."""

from __future__ import annotations

import base64
import hashlib
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from joserfc import jwt
from joserfc.jwk import KeySet

from emulator.google import Google
from emulator.serving import RunningEmulator
from tests.emulator.conftest import ADA, api_for, reason

PREFIX = "https://www.googleapis.com/auth/"
CREATED, LIST, READ = (
    PREFIX + name
    for name in (
        "calendar.app.created",
        "calendar.calendarlist.readonly",
        "calendar.events.readonly",
    )
)
BACK = "http://127.0.0.1:9/back"
CLIENT = "1234-abc.apps.googleusercontent.com"


class Browser:
    """An app and a person's browser in one."""

    def __init__(self, emu: RunningEmulator) -> None:
        self.addresses = requests.get(
            emu.url + "/.well-known/openid-configuration", timeout=10
        ).json()

    def consent(self, scope: str = f"openid email {CREATED} {LIST} {READ}", **more: str) -> dict:
        """Where the browser is sent back, as a flat query."""
        query = {
            "client_id": CLIENT,
            "redirect_uri": BACK,
            "response_type": "code",
            "scope": scope,
            "state": "s-1",
            "access_type": "offline",
            "emulator_user": ADA,
        }
        answer = requests.get(
            self.addresses["authorization_endpoint"],
            params=query | more,
            allow_redirects=False,
            timeout=10,
        )
        assert answer.status_code == 302, answer.text
        return {k: v[0] for k, v in parse_qs(urlsplit(answer.headers["Location"]).query).items()}

    def token(self, **form: str) -> requests.Response:
        body = {"client_id": CLIENT, "client_secret": "x", "redirect_uri": BACK} | form
        return requests.post(self.addresses["token_endpoint"], data=body, timeout=10)

    def exchange(self, code: str, **form: str) -> requests.Response:
        return self.token(grant_type="authorization_code", code=code, **form)

    def refresh(self, token: str) -> requests.Response:
        return self.token(grant_type="refresh_token", refresh_token=token)


@pytest.fixture
def visitor(emu: RunningEmulator) -> Browser:
    return Browser(emu)


def test_a_denial_comes_back_with_the_state(visitor: Browser) -> None:
    """GOOGLE.md 1.2, certain."""
    assert visitor.consent(emulator_deny="1") == {"error": "access_denied", "state": "s-1"}


def test_an_unticked_scope_is_missing_from_the_token(visitor: Browser) -> None:
    """GOOGLE.md 1.9, certain; F27."""
    code = visitor.consent(emulator_grant="calendar.events.readonly")["code"]
    granted = set(visitor.exchange(code).json()["scope"].split())
    assert granted == {"openid", PREFIX + "userinfo.email", READ}


def test_a_code_works_once(visitor: Browser) -> None:
    """GOOGLE.md 1.3, certain."""
    code = visitor.consent()["code"]
    assert visitor.exchange(code).status_code == 200
    assert visitor.exchange(code).json()["error"] == "invalid_grant"


def test_a_wrong_verifier_or_redirect_fails(visitor: Browser) -> None:
    """GOOGLE.md 1.2 and 1.5."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(b"v" * 43).digest()).decode().rstrip("=")
    pkce = {"code_challenge": challenge, "code_challenge_method": "S256"}
    wrong = visitor.exchange(visitor.consent(**pkce)["code"], code_verifier="w" * 43)
    assert (wrong.status_code, wrong.json()["error"]) == (400, "invalid_grant")
    right = visitor.exchange(visitor.consent(**pkce)["code"], code_verifier="v" * 43)
    assert right.status_code == 200
    elsewhere = visitor.exchange(visitor.consent()["code"], redirect_uri=BACK + "/")
    assert elsewhere.json()["error"] == "redirect_uri_mismatch"


def test_a_refresh_token_comes_with_the_first_consent_and_with_prompt_consent(
    visitor: Browser,
) -> None:
    """GOOGLE.md 1.4, certain."""
    first = visitor.exchange(visitor.consent()["code"]).json()
    second = visitor.exchange(visitor.consent()["code"]).json()
    third = visitor.exchange(visitor.consent(prompt="consent")["code"]).json()
    assert "refresh_token" in first
    assert "refresh_token" not in second
    assert third["refresh_token"] != first["refresh_token"]
    assert "refresh_token" not in visitor.refresh(first["refresh_token"]).json()


def test_the_id_token_verifies_against_the_published_keys(visitor: Browser, google: Google) -> None:
    """GOOGLE.md 1.10, certain."""
    tokens = visitor.exchange(visitor.consent(nonce="n-1")["code"]).json()
    keys = KeySet.import_key_set(requests.get(visitor.addresses["jwks_uri"], timeout=10).json())
    claims = jwt.decode(tokens["id_token"], keys, algorithms=["RS256"]).claims
    assert claims["iss"] == visitor.addresses["issuer"]
    assert (claims["aud"], claims["nonce"]) == (CLIENT, "n-1")
    assert (claims["sub"], claims["email"]) == (google.account(ADA).sub, ADA)


def test_revoking_one_token_ends_the_grant_of_the_whole_project(visitor: Browser) -> None:
    """GOOGLE.md 1.6, certain."""
    first = visitor.exchange(visitor.consent()["code"]).json()
    second = visitor.exchange(visitor.consent(prompt="consent")["code"]).json()
    address = visitor.addresses["revocation_endpoint"]
    assert requests.post(address, data={"token": first["access_token"]}, timeout=10).json() == {}
    assert visitor.refresh(second["refresh_token"]).json()["error"] == "invalid_grant"
    again = requests.post(address, data={"token": first["access_token"]}, timeout=10)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_token")


def test_the_hundred_and_first_refresh_token_silently_ends_the_first(
    visitor: Browser, google: Google
) -> None:
    """GOOGLE.md 1.7, certain."""
    google.knobs.refresh_token_limit = 3
    tokens = [
        visitor.exchange(visitor.consent(prompt="consent")["code"]).json()["refresh_token"]
        for _ in range(4)
    ]
    assert visitor.refresh(tokens[0]).json()["error"] == "invalid_grant"
    assert visitor.refresh(tokens[1]).status_code == 200


def test_in_testing_mode_a_refresh_token_lives_seven_days(visitor: Browser, google: Google) -> None:
    """GOOGLE.md 1.7, certain (Q10)."""
    google.knobs.testing_mode = True
    tokens = visitor.exchange(visitor.consent()["code"]).json()
    assert tokens["refresh_token_expires_in"] == 604799
    google.move_clock(days=7, seconds=1)
    assert visitor.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"


def test_a_person_removes_the_access_and_the_app_learns_it_at_the_next_refresh(
    visitor: Browser, google: Google
) -> None:
    """GOOGLE.md 1.6, certain; F21."""
    tokens = visitor.exchange(visitor.consent()["code"]).json()
    google.account(ADA).remove_app_access()
    refused = visitor.refresh(tokens["refresh_token"])
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")


def test_a_missing_scope_is_refused_by_the_front_end(emu: RunningEmulator) -> None:
    """GOOGLE.md 6.1, likely."""
    api = api_for(emu, ADA, ["calendar.events.readonly"])
    refused = api("GET", "users/me/calendarList")
    error = refused.json()["error"]
    assert reason(refused) == (403, "insufficientPermissions")
    assert error["status"] == "PERMISSION_DENIED"
    assert error["details"][0]["metadata"]["method"] == "calendar.v3.CalendarList.List"
    api.session.close()


def test_app_created_reaches_only_calendars_the_project_made(emu: RunningEmulator) -> None:
    """GOOGLE.md 1.8: the error for foreign calendars is unknown, the stand-in says 404."""
    api = api_for(emu, ADA, ["calendar.app.created"])
    made = api("POST", "calendars", {"summary": "Work plan"}).json()
    assert made["timeZone"] == "UTC"
    assert api.events(made["id"], "GET").status_code == 200
    assert reason(api.events("primary", "GET")) == (404, "notFound")
    api.session.close()


def test_without_a_token_or_with_a_bad_one(emu: RunningEmulator) -> None:
    """GOOGLE.md 1.11, certain."""
    address = emu.url + "/calendar/v3/users/me/calendarList"
    assert reason(requests.get(address, timeout=10)) == (401, "required")
    bad = requests.get(address, headers={"Authorization": "Bearer x"}, timeout=10)
    assert reason(bad) == (401, "authError")


def test_a_redirect_that_is_not_registered_stops_on_googles_own_page(
    emu: RunningEmulator, visitor: Browser
) -> None:
    """GOOGLE.md 1.2, certain."""
    emu.google.register_client(CLIENT, "secret", BACK)
    query = {
        "client_id": CLIENT,
        "redirect_uri": BACK + "/",
        "response_type": "code",
        "scope": CREATED,
    }
    page = requests.get(visitor.addresses["authorization_endpoint"], params=query, timeout=10)
    assert page.status_code == 400
    assert "redirect_uri_mismatch" in page.text


def test_a_person_may_allow_access_for_a_limited_time(visitor: Browser, google: Google) -> None:
    """GOOGLE.md 1.3 and 1.7, certain: `refresh_token_expires_in` tells."""
    tokens = visitor.exchange(visitor.consent(emulator_days="30")["code"]).json()
    assert tokens["refresh_token_expires_in"] == 30 * 86_400 - 1
    google.move_clock(days=29)
    assert visitor.refresh(tokens["refresh_token"]).status_code == 200
    google.move_clock(days=1)
    assert visitor.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"


def test_time_limited_grants_can_be_the_rule(visitor: Browser, google: Google) -> None:
    """GOOGLE.md 1.7, the knob `time_limited_days`."""
    google.knobs.time_limited_days = 180
    tokens = visitor.exchange(visitor.consent()["code"]).json()
    assert tokens["refresh_token_expires_in"] == 180 * 86_400 - 1


def test_a_token_without_limit_says_nothing_of_its_end(visitor: Browser) -> None:
    """GOOGLE.md 1.3, certain."""
    assert "refresh_token_expires_in" not in visitor.exchange(visitor.consent()["code"]).json()


def test_a_refresh_token_unused_for_six_months_is_dead(visitor: Browser, google: Google) -> None:
    """GOOGLE.md 1.7, certain."""
    tokens = visitor.exchange(visitor.consent()["code"]).json()
    for _ in range(2):
        google.move_clock(days=170)
        assert visitor.refresh(tokens["refresh_token"]).status_code == 200
    google.move_clock(days=190)
    assert visitor.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"


def test_a_closed_account_says_so_at_the_next_refresh(
    emu: RunningEmulator, visitor: Browser, google: Google
) -> None:
    """GOOGLE.md 1.5, certain."""
    tokens = visitor.exchange(visitor.consent()["code"]).json()
    api = api_for(emu, ADA, ["calendar"])
    google.account(ADA).close()
    refused = visitor.refresh(tokens["refresh_token"]).json()
    assert refused == {
        "error": "invalid_grant",
        "error_description": "Account has been deleted",
    }
    assert reason(api.events("primary", "GET")) == (401, "authError")

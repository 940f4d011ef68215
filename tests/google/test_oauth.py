"""Out to Google's consent page and back, and the end of a grant."""

import base64
import datetime as dt
import hashlib
import hmac
import json
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from emulator.google import Google
from tests.google.conftest import ADA, CLIENT_ID, VERIFIER, Shelf, came_back, code_for, consented
from webapp.config import Settings
from webapp.google import oauth
from webapp.google.calendar import CalendarClient
from webapp.google.errors import GrantGone, Refused, Unavailable


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def test_the_consent_page_is_asked_for_offline_access_with_pkce(settings: Settings) -> None:
    """S12, S17"""
    address = oauth.authorisation(
        settings, state="the-state", nonce="the-nonce", verifier=VERIFIER, login_hint=ADA
    )
    query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    challenge = query.pop("code_challenge")
    assert VERIFIER not in challenge
    assert query == {
        "response_type": "code",
        "client_id": CLIENT_ID,
        "redirect_uri": "http://127.0.0.1:8000/google-connection/callback",
        "scope": (
            "openid email https://www.googleapis.com/auth/calendar.app.created "
            "https://www.googleapis.com/auth/calendar.calendarlist.readonly "
            "https://www.googleapis.com/auth/calendar.events.readonly"
        ),
        "state": "the-state",
        "nonce": "the-nonce",
        "code_challenge_method": "S256",
        "access_type": "offline",
        "prompt": "consent",
        "login_hint": ADA,
    }


def test_a_grant_knows_the_account_and_what_it_allows(settings: Settings, google: Google) -> None:
    grant = consented(settings, google)
    assert grant.email == ADA
    assert grant.sub == google.accounts[ADA].sub
    assert grant.missing_scopes == ()
    assert grant.token["refresh_token"]
    assert grant.token["expires_at"] > now().timestamp()


def test_a_grant_never_prints_its_token(settings: Settings, google: Google) -> None:
    grant = consented(settings, google)
    assert grant.token["access_token"] not in repr(grant)
    assert "id_token" not in grant.token


def test_a_permission_that_was_unticked_is_noticed(settings: Settings, google: Google) -> None:
    """F27, R50"""
    grant = consented(settings, google, scopes=["calendar.app.created", "calendar.events.readonly"])
    assert grant.missing_scopes == (oauth.PREFIX + "calendar.calendarlist.readonly",)


def test_asking_again_brings_a_refresh_token_again(settings: Settings, google: Google) -> None:
    """GOOGLE.md 1.4: without prompt=consent the second answer would have none."""
    first, second = consented(settings, google), consented(settings, google)
    assert first.token["refresh_token"] != second.token["refresh_token"]


def test_who_declines_comes_back_with_a_word_and_no_code(
    settings: Settings, google: Google
) -> None:
    google.answer_consent(ADA, is_denied=True)
    address = oauth.authorisation(settings, state="s", nonce="n", verifier=VERIFIER)
    assert came_back(address) == {"state": "s", "error": "access_denied"}


def test_a_code_works_once(settings: Settings, google: Google) -> None:
    code = code_for(settings, google)
    oauth.exchange(settings, code=code, verifier=VERIFIER, nonce="n", now=now())
    with pytest.raises(GrantGone):
        oauth.exchange(settings, code=code, verifier=VERIFIER, nonce="n", now=now())


def test_a_stolen_code_is_worthless_without_its_verifier(
    settings: Settings, google: Google
) -> None:
    """S12"""
    code = code_for(settings, google)
    with pytest.raises(GrantGone):
        oauth.exchange(settings, code=code, verifier="w" * 64, nonce="n", now=now())


def test_an_identity_for_another_request_is_refused(settings: Settings, google: Google) -> None:
    code = code_for(settings, google)
    with pytest.raises(Refused, match="invalid_id_token"):
        oauth.exchange(settings, code=code, verifier=VERIFIER, nonce="other", now=now())


@pytest.mark.parametrize("hours", [-2, 2])
def test_an_identity_of_another_time_is_refused(
    settings: Settings, google: Google, hours: int
) -> None:
    code = code_for(settings, google)
    late = now() + dt.timedelta(hours=hours)
    with pytest.raises(Refused, match="invalid_id_token"):
        oauth.exchange(settings, code=code, verifier=VERIFIER, nonce="n", now=late)


def test_two_minutes_between_the_clocks_are_forgiven(settings: Settings, google: Google) -> None:
    code = code_for(settings, google)
    early = now() - dt.timedelta(seconds=100)
    assert oauth.exchange(settings, code=code, verifier=VERIFIER, nonce="n", now=early).sub


def test_an_identity_from_google_is_believed(settings: Settings, google: Google) -> None:
    claims = oauth.identity(settings, id_token(settings, google), nonce="n", now=now())
    assert claims["sub"] == google.accounts[ADA].sub


def test_an_identity_that_was_changed_on_the_way_is_refused(
    settings: Settings, google: Google
) -> None:
    """S15"""
    head, _, signature = id_token(settings, google).split(".")
    forged = f"{head}.{encoded(claims_for(settings))}.{signature}"
    with pytest.raises(Refused, match="invalid_id_token"):
        oauth.identity(settings, forged, nonce="n", now=now())


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_an_identity_without_googles_signature_is_refused(
    settings: Settings, google: Google, algorithm: str
) -> None:
    """S15: neither unsigned nor signed with something public."""
    head = encoded({"alg": algorithm, "typ": "JWT"})
    signing = f"{head}.{encoded(claims_for(settings))}"
    signature = hmac.new(CLIENT_ID.encode(), signing.encode(), hashlib.sha256).digest()
    mark = "" if algorithm == "none" else base64.urlsafe_b64encode(signature).decode().rstrip("=")
    with pytest.raises(Refused, match="invalid_id_token"):
        oauth.identity(settings, f"{signing}.{mark}", nonce="n", now=now())


def test_an_identity_for_another_client_is_refused(settings: Settings, google: Google) -> None:
    """S15: the audience is somebody else's client id."""
    token = id_token(settings, google)
    other = replace(settings, google_client_id="4712-other.apps.googleusercontent.com")
    with pytest.raises(Refused, match="invalid_id_token"):
        oauth.identity(other, token, nonce="n", now=now())


def test_an_identity_from_another_issuer_is_refused(settings: Settings, google: Google) -> None:
    """S15"""
    token = id_token(settings, google)
    other = replace(
        settings,
        google_server_metadata_url=settings.google_server_metadata_url.replace(
            "127.0.0.1", "localhost"
        ),
    )
    google.origin = settings.google_api_root.rstrip("/").replace("127.0.0.1", "localhost")
    with pytest.raises(Refused, match="invalid_id_token"):
        oauth.identity(other, token, nonce="n", now=now())


def test_no_identity_at_all_is_refused(settings: Settings) -> None:
    with pytest.raises(Refused, match="invalid_id_token"):
        oauth.identity(settings, "", nonce="n", now=now())


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "error", "status": 503},
        {"kind": "html", "status": 200},
        {"kind": "html", "status": 502},
        {"kind": "empty", "status": 200},
        {"kind": "drop"},
    ],
)
def test_a_failing_token_endpoint_is_no_refusal(
    settings: Settings, google: Google, fault: dict[str, object]
) -> None:
    """F22"""
    code = code_for(settings, google)
    google.faults.add("token.code", **fault)  # type: ignore[arg-type]
    with pytest.raises(Unavailable):
        oauth.exchange(settings, code=code, verifier=VERIFIER, nonce="n", now=now())


def test_a_wrong_client_secret_is_the_operators_affair_not_a_dead_grant(
    settings: Settings, google: Google
) -> None:
    code = code_for(settings, google)
    wrong = replace(settings, google_client_secret="wrong")
    with pytest.raises(Unavailable, match="invalid_client"):
        oauth.exchange(wrong, code=code, verifier=VERIFIER, nonce="n", now=now())


def test_revoking_ends_every_token_of_the_grant(
    settings: Settings, shelf: Shelf, client: CalendarClient
) -> None:
    """S19"""
    client.calendars()
    oauth.revoke(settings, shelf.token)
    with pytest.raises(GrantGone):
        client.calendars()


def test_revoking_twice_is_as_good_as_once(settings: Settings, shelf: Shelf) -> None:
    oauth.revoke(settings, shelf.token)
    oauth.revoke(settings, shelf.token)


def test_a_revocation_that_did_not_arrive_says_so(
    settings: Settings, google: Google, shelf: Shelf
) -> None:
    google.faults.add("revoke", "error", status=503)
    with pytest.raises(Unavailable):
        oauth.revoke(settings, shelf.token)


def id_token(settings: Settings, google: Google) -> str:
    """An identity token as Google hands it to us with a code."""
    form = {
        "grant_type": "authorization_code",
        "code": code_for(settings, google),
        "code_verifier": VERIFIER,
        "redirect_uri": oauth.callback_address(settings),
        "client_id": CLIENT_ID,
        "client_secret": "secret",
    }
    answer = requests.post(settings.google_api_root + "token", data=form, timeout=10)
    return str(answer.json()["id_token"])


def claims_for(settings: Settings) -> dict[str, object]:
    """What Google would say about Ada, but for the signature."""
    return {
        "iss": settings.google_api_root.rstrip("/"),
        "aud": CLIENT_ID,
        "sub": "1",
        "nonce": "n",
        "iat": int(now().timestamp()),
        "exp": int(now().timestamp()) + 600,
    }


def encoded(part: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")

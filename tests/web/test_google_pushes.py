"""Google's messages at the door: believed or not, answered the same, and what they leave behind."""

import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlmodel import select
from werkzeug.test import TestResponse

from tests.cast import World
from tests.web.conftest import NOW, Clock, MakeApp, make_settings
from tests.web.sync_rows import calendar_row, connection_row, settings_row
from webapp.config import Settings
from webapp.db.engine import Database
from webapp.db.models import SyncedCalendar, WatchChannel
from webapp.db.scope import Scope
from webapp.domain.keys import Purpose, derived_key
from webapp.google.channels import token_for
from webapp.sync.watching import ChannelState

RESOURCE = "o3hgv1538sdjfh-Invented"
OTHER_ID = "3f0c9a527b1e4a599d5e1c2d3e4f5a6b"


@pytest.fixture
def settings(database_url: str) -> Settings:
    """A server that Google can reach."""
    return make_settings(database_url, EXTERNAL_URL="https://practice.example.test")


@pytest.fixture
def channel(database: Database, world: World) -> WatchChannel:
    """An open channel on a calendar of Ada's that was looked at two minutes ago."""
    with database.writing(Scope.installation()) as session:
        settings_row(session, world)
        connection = connection_row(session, world)
        calendar = calendar_row(session, connection)
        row = WatchChannel(
            practice_id=connection.practice_id,
            connection_id=connection.id,
            resource=calendar.id,
            address="https://practice.example.test/google-pushes",
            state=ChannelState.OPEN,
            resource_id=RESOURCE,
            created_at=NOW,
            due_at=NOW + dt.timedelta(days=5),
            expires_at=NOW + dt.timedelta(days=7),
        )
        session.add(row)
        session.commit()
        return row


def tell(
    client: FlaskClient,
    settings: Settings,
    channel_id: str,
    /,
    *,
    state: str = "exists",
    **more: Any,
) -> TestResponse:
    """One message as Google sends it; `more` replaces a header's value."""
    key = derived_key(settings.secret_key, Purpose.CHANNELS)
    headers = {
        "X-Goog-Channel-ID": channel_id,
        "X-Goog-Channel-Token": more.get("token", token_for(key, channel_id)),
        "X-Goog-Resource-ID": more.get("resource", RESOURCE),
        "X-Goog-Resource-State": state,
        "X-Goog-Message-Number": "1043",
        "X-Goog-Channel-Expiration": "Mon, 30 Nov 2026 09:00:00 GMT",
        "User-Agent": "APIs-Google",
    }
    return client.post(
        "/google-pushes",
        base_url="https://practice.example.test",
        headers=headers,
        data=more.get("body", b""),
    )


def wishes(database: Database) -> int:
    """How often a look was wished."""
    with database.reading(Scope.installation()) as session:
        return session.exec(select(SyncedCalendar)).one().requested


def test_a_message_is_a_wish_and_an_empty_answer_without_a_cookie(
    client: FlaskClient, settings: Settings, database: Database, channel: WatchChannel
) -> None:
    """GOOGLE.md 8.4; S25: it needs no form token."""
    answer = tell(client, settings, channel.id)
    assert (answer.status_code, answer.data) == (204, b"")
    assert "Set-Cookie" not in answer.headers
    assert wishes(database) == 1


def test_the_greeting_is_noted_and_wishes_nothing(
    client: FlaskClient, settings: Settings, database: Database, channel: WatchChannel
) -> None:
    """It proves that Google can reach us (F93)."""
    tell(client, settings, channel.id, state="sync")
    with database.reading(Scope.installation()) as session:
        assert session.exec(select(WatchChannel)).one().greeted_at == NOW
    assert wishes(database) == 0


FORGERIES: dict[str, Callable[[WatchChannel], dict[str, Any]]] = {
    "wrong secret": lambda channel: {"id": channel.id, "token": "k" * 43},
    "no secret": lambda channel: {"id": channel.id, "token": ""},
    "no ascii": lambda channel: {"id": channel.id, "token": "schlüssel"},
    "unknown channel": lambda _: {"id": OTHER_ID, "token": "k" * 43},
    "unknown channel, well signed": lambda _: {"id": OTHER_ID},
    "another resource": lambda channel: {"id": channel.id, "resource": "elsewhere"},
    "no channel": lambda _: {"id": "", "token": ""},
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_message_learns_nothing_and_changes_nothing(
    forgery: str,
    client: FlaskClient,
    settings: Settings,
    database: Database,
    channel: WatchChannel,
) -> None:
    """F89, S36: the answer is the one that a genuine message gets."""
    genuine = tell(client, settings, channel.id, state="sync")
    given = FORGERIES[forgery](channel)
    answer = tell(client, settings, given.pop("id"), **given)
    assert (answer.status_code, answer.data) == (genuine.status_code, genuine.data)
    assert set(answer.headers.keys()) == set(genuine.headers.keys())
    assert wishes(database) == 0


@pytest.mark.parametrize("state", [ChannelState.REFUSED, ChannelState.ENDING])
def test_a_channel_that_is_being_ended_says_nothing_any_more(
    state: ChannelState,
    client: FlaskClient,
    settings: Settings,
    database: Database,
    channel: WatchChannel,
) -> None:
    """GOOGLE.md 8.3: a few messages still come after a stop."""
    with database.writing(Scope.installation()) as session:
        session.exec(select(WatchChannel)).one().state = state
        session.commit()
    assert tell(client, settings, channel.id).status_code == 204
    assert wishes(database) == 0


def test_an_expired_channel_says_nothing_any_more(
    client: FlaskClient,
    settings: Settings,
    database: Database,
    channel: WatchChannel,
    clock: Clock,
) -> None:
    """F91."""
    clock.advance(days=7)
    assert tell(client, settings, channel.id).status_code == 204
    assert wishes(database) == 0


def test_a_flood_of_forgeries_is_stopped_and_keeps_no_genuine_message_out(
    client: FlaskClient, settings: Settings, database: Database, channel: WatchChannel
) -> None:
    """F89: without a query, and then without an answer worth having."""
    answers = [tell(client, settings, channel.id, token="k" * 43) for _ in range(61)]
    assert [answer.status_code for answer in answers] == [204] * 60 + [429]
    assert answers[-1].data == b""
    assert tell(client, settings, channel.id).status_code == 204
    assert wishes(database) == 1


def test_the_body_of_a_message_is_not_read(
    client: FlaskClient, settings: Settings, database: Database, channel: WatchChannel
) -> None:
    """F94: larger than anything that may be sent here."""
    answer = tell(client, settings, channel.id, body=b"x" * 3_000_000)
    assert answer.status_code == 204
    assert wishes(database) == 1


def test_the_secret_of_a_channel_stands_in_no_row_and_no_log_line(
    client: FlaskClient,
    settings: Settings,
    database: Database,
    channel: WatchChannel,
    log_lines: io.StringIO,
) -> None:
    """S36, S39."""
    secret = token_for(derived_key(settings.secret_key, Purpose.CHANNELS), channel.id)
    tell(client, settings, channel.id)
    tell(client, settings, channel.id, token="k" * 43)
    assert "google_pushes" in log_lines.getvalue()
    assert secret not in log_lines.getvalue()
    with database.reading(Scope.installation()) as session:
        row = session.exec(select(WatchChannel)).one()
        assert secret not in repr(row.model_dump())


def test_a_forged_message_never_reaches_the_database(new_app: MakeApp) -> None:
    """F89: it is answered although there is no database at all."""
    settings = make_settings(
        "sqlite:////nowhere/at/all", EXTERNAL_URL="https://practice.example.test"
    )
    app = new_app(settings)
    assert tell(app.test_client(), settings, OTHER_ID, token="k" * 43).status_code == 204


@pytest.mark.parametrize(
    ("address", "is_told"),
    [
        ("https://practice.example.test", True),
        ("http://127.0.0.1:8000", False),
        ("https://localhost:8443", False),
    ],
)
def test_google_can_reach_only_an_address_with_tls_that_is_not_this_machine(
    address: str, is_told: bool, database_url: str
) -> None:
    """F93, GOOGLE.md 8.1."""
    settings = make_settings(database_url, EXTERNAL_URL=address)
    assert bool(settings.push_address) is is_told


def test_plain_http_is_for_a_stand_in_alone(database_url: str) -> None:
    """GOOGLE_PUSH_WITHOUT_TLS does nothing with Google itself."""
    given = {"EXTERNAL_URL": "http://127.0.0.1:8000", "GOOGLE_PUSH_WITHOUT_TLS": "1"}
    assert make_settings(database_url, **given).push_address == ""
    stand_in = make_settings(database_url, **given, GOOGLE_API_ROOT="http://127.0.0.1:8001/")
    assert stand_in.push_address == "http://127.0.0.1:8000/google-pushes"

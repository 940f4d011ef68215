"""/healthz: what a load balancer and `make demo` ask."""

from collections.abc import Callable

import pytest
from flask import Flask
from rq import Worker

from tests.web.conftest import MakeApp, make_settings

AppFor = Callable[..., Flask]


@pytest.fixture
def app_for(new_app: MakeApp) -> AppFor:
    """`app_for(database_url, NAME=value)` is an app with these settings."""
    return lambda url, **environ: new_app(make_settings(url, **environ))


def test_all_is_well_with_database_migrations_and_queue(
    app_for: AppFor, database_url: str, valkey_url: str
) -> None:
    app = app_for(database_url, REDIS_URL=valkey_url)
    answer = app.test_client().get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"ready": True, "missing": []})


def test_it_says_when_migrations_are_waiting(
    app_for: AppFor, empty_database_url: str, valkey_url: str
) -> None:
    app = app_for(empty_database_url, REDIS_URL=valkey_url)
    answer = app.test_client().get("/healthz")
    assert answer.status_code == 503
    assert "migration" in answer.json["missing"][0]


def test_it_says_when_the_queue_is_away(app_for: AppFor, database_url: str) -> None:
    answer = app_for(database_url).test_client().get("/healthz")
    assert answer.status_code == 503
    assert answer.json["missing"] == [
        "The queue server does not answer. Saving works; syncing waits."
    ]


def test_it_says_when_the_database_is_away_without_saying_where_it_is(
    app_for: AppFor, valkey_url: str
) -> None:
    secret = "hunter2"
    app = app_for(f"postgresql://app:{secret}@127.0.0.1:1/practice", REDIS_URL=valkey_url)
    answer = app.test_client().get("/healthz")
    assert answer.json["missing"] == ["The database does not answer."]
    assert secret not in answer.text
    assert "127.0.0.1" not in answer.text


def test_it_insists_on_as_many_workers_as_configured(
    app_for: AppFor, database_url: str, valkey_url: str
) -> None:
    app = app_for(database_url, REDIS_URL=valkey_url, EXPECTED_WORKERS="1")
    browser = app.test_client()
    assert browser.get("/healthz").json["missing"] == ["0 of 1 workers are running."]
    doorbell = app.extensions["doorbell"]
    worker = Worker([doorbell.queue], connection=doorbell.connection, name="one")
    worker.register_birth()
    assert browser.get("/healthz").status_code == 200
    worker.register_death()
    assert browser.get("/healthz").status_code == 503

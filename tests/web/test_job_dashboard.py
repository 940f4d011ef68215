"""RQ's dashboard at /operations/jobs: for operators, and harmless (RELIABILITY.md S34)."""

import os
import pickle
from pathlib import Path

import pytest
import redis
from flask import Flask
from flask.testing import FlaskClient
from rq.job import Job, JobStatus

from tests.cast import World
from tests.web.conftest import NOW, MakeApp, SignIn, make_settings
from webapp.config import Settings
from webapp.db.engine import Database
from webapp.db.scope import Scope
from webapp.queue import Bell
from webapp.queue.doorbell import Doorbell
from webapp.services import operators

pytestmark = pytest.mark.page

HOME = "/operations/jobs/"
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}
READING_PAGES = [
    "/operations/jobs/0/view/job/{id}",
    "/operations/jobs/0/data/job/{id}.json",
    "/operations/jobs/0/data/jobs/practice/queued/8/asc/1.json",
    "/operations/jobs/0/data/jobs/practice/failed/8/asc/1.json",
    "/operations/jobs/0/data/workers.json",
]


@pytest.fixture
def settings(database_url: str, valkey_url: str) -> Settings:
    """This dashboard needs a queue to look at."""
    return make_settings(database_url, REDIS_URL=valkey_url)


@pytest.fixture
def doorbell(app: Flask) -> Doorbell:
    """The app's queue."""
    found: Doorbell = app.extensions["doorbell"]
    return found


@pytest.fixture
def operator(as_member: SignIn, world: World, database: Database) -> FlaskClient:
    """Dora's browser, after she was appointed from the command line."""
    with database.writing(Scope.installation()) as session:
        operators.appoint(session, email=world.dora.email, is_operator=True, now=NOW)
    return as_member(world.dora)


@pytest.fixture
def job(doorbell: Doorbell) -> Job:
    """A job that waits."""
    assert doorbell.ring(Bell.SYNC, "calendar-1")
    return doorbell.queue.jobs[0]


@pytest.fixture
def failed(doorbell: Doorbell, job: Job) -> Job:
    """A job that failed."""
    doorbell.queue.remove(job)
    job.set_status(JobStatus.FAILED)
    job.save()
    doorbell.queue.failed_job_registry.add(job, ttl=60, exc_string="RuntimeError")
    return job


def test_strangers_have_to_sign_in(client: FlaskClient) -> None:
    assert client.get(HOME).status_code == 303


def test_only_operators_come_in(operator: FlaskClient, as_member: SignIn, world: World) -> None:
    """Every practice's jobs are in it, so that no role of one practice opens it."""
    assert operator.get(HOME).status_code == 200
    for member in (world.ada, world.eve, world.mallory):
        assert as_member(member).get(HOME).status_code == 403


def test_its_scripts_are_guarded_too(client: FlaskClient) -> None:
    assert client.get(f"{HOME}static/js/underscore-umd-min.js").status_code == 303


def test_it_shows_queues_jobs_and_workers(operator: FlaskClient, job: Job) -> None:
    queues = operator.get("/operations/jobs/0/data/queues.json").json
    assert queues["queues"][0]["count"] == 1
    shown = operator.get(f"/operations/jobs/0/data/job/{job.id}.json").json
    assert "jobs.sync.run" in shown["description"]
    assert operator.get("/operations/jobs/0/view/workers").status_code == 200


def test_it_does_not_show_the_password_of_the_queue(operator: FlaskClient, valkey_url: str) -> None:
    password = valkey_url.partition(":@")[2] or valkey_url.split(":")[2].partition("@")[0]
    assert password
    assert password not in operator.get(HOME).text


@pytest.mark.parametrize("path", READING_PAGES)
@pytest.mark.parametrize("field", ["meta", "data"])
def test_it_runs_no_pickle_that_somebody_planted(
    operator: FlaskClient, job: Job, valkey_url: str, tmp_path: Path, path: str, field: str
) -> None:
    """Whoever can write to Redis must not be able to run code in the web process."""
    trace = tmp_path / "it ran"

    class Bomb:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return os.mkdir, (str(trace),)

    with redis.Redis.from_url(valkey_url) as connection:
        connection.hset(f"rq:job:{job.id}", field, pickle.dumps(Bomb()))
    answer = operator.get(path.format(id=job.id))
    assert not trace.exists()
    assert answer.status_code in (200, 409)


def test_it_says_so_when_a_job_is_not_ours(
    operator: FlaskClient, job: Job, valkey_url: str
) -> None:
    with redis.Redis.from_url(valkey_url) as connection:
        connection.hset(f"rq:job:{job.id}", "meta", pickle.dumps({"a": 1}))
    answer = operator.get(f"/operations/jobs/0/data/job/{job.id}.json")
    assert answer.status_code == 409
    assert "not put there by this app" in answer.text


def test_a_link_changes_nothing(operator: FlaskClient, failed: Job) -> None:
    assert operator.get("/operations/jobs/requeue/practice").status_code == 405
    assert failed.get_status(refresh=True) is JobStatus.FAILED


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", None])
def test_a_post_from_elsewhere_changes_nothing(
    operator: FlaskClient, failed: Job, site: str | None
) -> None:
    headers = {"Sec-Fetch-Site": site} if site else {}
    answer = operator.post("/operations/jobs/requeue/practice", headers=headers)
    assert answer.status_code == 403
    assert failed.get_status(refresh=True) is JobStatus.FAILED


def test_its_own_page_starts_failed_jobs_again(
    operator: FlaskClient, failed: Job, doorbell: Doorbell
) -> None:
    answer = operator.post(f"/operations/jobs/job/{failed.id}/requeue", headers=SAME_ORIGIN)
    assert answer.status_code == 200
    assert [again.id for again in doorbell.queue.jobs] == [failed.id]
    assert doorbell.queue.jobs[0].args == ["calendar-1"]


def test_it_has_a_policy_of_its_own_that_ends_at_its_door(operator: FlaskClient) -> None:
    """Its pages need inline scripts; ours never get that freedom."""
    assert "'unsafe-eval'" in operator.get(HOME).headers["Content-Security-Policy"]
    assert "unsafe" not in operator.get("/operations").headers["Content-Security-Policy"]


def test_two_apps_can_have_it_in_one_process(
    app: Flask, settings: Settings, new_app: MakeApp
) -> None:
    assert new_app(settings) is not app

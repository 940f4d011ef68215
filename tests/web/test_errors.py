"""What people read when something went wrong: pages, and partials for htmx."""

import io

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.cast import World
from tests.web.conftest import HTMX, MakeApp, SignIn
from webapp.config import Settings
from webapp.db.engine import Database
from webapp.db.writers import WaitedTooLong
from webapp.domain import errors
from webapp.domain.errors import Invalid, NotFound, ProductError, SlotTaken
from webapp.web.guards import Entry

SECRET = "PHI-CANARY-7f3a"


@pytest.fixture
def app(app: Flask) -> Flask:
    """The app with doors behind which things go wrong."""

    def broken() -> str:
        raise RuntimeError(SECRET)

    def taken() -> str:
        raise SlotTaken

    def invalid() -> str:
        raise Invalid({"starts_at": "Choose a start.", "title": "Enter a title."})

    def crowded() -> str:
        raise WaitedTooLong

    def mistaken() -> str:
        with app.extensions["database"].engine.connect() as connection:
            return str(connection.exec_driver_sql("SELECT nothing FROM nowhere"))

    for view in (broken, taken, invalid, crowded, mistaken):
        app.add_url_rule(f"/{view.__name__}", view.__name__, view)
        app.extensions["entries"][view.__name__] = Entry.PUBLIC
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app


def test_a_product_error_becomes_its_own_sentence(client: FlaskClient) -> None:
    answer = client.get("/taken")
    assert answer.status_code == 409
    assert SlotTaken.default_sentence in answer.text
    assert "<html" in answer.text


def test_an_invalid_form_names_every_field(client: FlaskClient) -> None:
    answer = client.get("/invalid")
    assert answer.status_code == 422
    assert "Choose a start." in answer.text
    assert "Enter a title." in answer.text


def test_htmx_gets_the_words_alone_and_puts_them_where_problems_belong(client: FlaskClient) -> None:
    answer = client.get("/taken", headers=HTMX)
    assert answer.status_code == 409
    assert "<html" not in answer.text
    assert answer.headers["HX-Retarget"] == "#problems"


@pytest.mark.parametrize("header", ["HX-Boosted", "HX-History-Restore-Request"])
def test_a_boosted_or_restored_page_stays_a_page(client: FlaskClient, header: str) -> None:
    assert "<html" in client.get("/taken", headers={**HTMX, header: "true"}).text


def test_an_unforeseen_error_shows_a_reference_and_nothing_of_itself(
    client: FlaskClient, log_lines: io.StringIO
) -> None:
    """S39: the reference leads to the log line, and the log line to the place in the code."""
    answer = client.get("/broken")
    logged = log_lines.getvalue()
    assert answer.status_code == 500
    assert answer.headers["X-Request-Id"] in answer.text
    assert answer.headers["X-Request-Id"] in logged
    assert "web.request.failed" in logged
    assert "RuntimeError" in logged
    assert "test_errors.py" in logged
    assert SECRET not in answer.text + logged


def test_a_page_without_a_database_asks_to_come_back(
    app: Flask, as_member: SignIn, world: World
) -> None:
    """F77: one page that says so, and no word of where the database should have been."""
    ada = as_member(world.ada)
    app.extensions["database"].dispose()
    app.extensions["database"] = Database("postgresql+psycopg://app@127.0.0.1:1/away")
    answer = ada.get("/password")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert "Not available for a moment" in answer.text
    assert "127.0.0.1" not in answer.text
    assert "Content-Security-Policy" in answer.headers


def test_whoever_waited_too_long_for_others_is_asked_to_come_back(
    client: FlaskClient, log_lines: io.StringIO
) -> None:
    """F79, F81: calm words for the person, and a line for whoever runs the server."""
    answer = client.get("/crowded", headers=HTMX)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert "Nothing was changed." in answer.text
    assert "WaitedTooLong" in log_lines.getvalue()


def test_a_statement_that_is_wrong_is_our_mistake_and_does_not_pass(client: FlaskClient) -> None:
    answer = client.get("/mistaken")
    assert answer.status_code == 500
    assert "Retry-After" not in answer.headers


def test_an_unknown_address_says_so(client: FlaskClient) -> None:
    answer = client.get("/nowhere")
    assert answer.status_code == 404
    assert NotFound.heading in answer.text


def test_a_wrong_method_says_so(client: FlaskClient) -> None:
    assert client.post("/help").status_code == 405


def test_a_large_body_is_refused(client: FlaskClient) -> None:
    """S49."""
    answer = client.post("/sign-in", data={"email": "x" * 1_100_000, "password": "y"})
    assert answer.status_code == 413


def test_a_form_without_its_token_is_refused_kindly(settings: Settings, new_app: MakeApp) -> None:
    """S25."""
    app = new_app(settings)
    answer = app.test_client().post("/sign-in", data={"email": "a", "password": "b"})
    assert answer.status_code == 400
    assert "open for too long" in answer.text


def test_a_request_from_another_site_is_refused(client: FlaskClient) -> None:
    answer = client.post("/sign-out", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "error", [kind for kind in vars(errors).values() if isinstance(kind, type)]
)
def test_every_error_leads_to_an_answer_on_the_help_page(client: FlaskClient, error: type) -> None:
    """R134."""
    if not issubclass(error, ProductError) or not error.help_anchor:
        return
    assert f'id="{error.help_anchor}"' in client.get("/help").text

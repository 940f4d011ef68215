"""The operator's page, the owner's part of it, and who gets to see which (PRODUCT.md U14)."""

import datetime as dt

import pytest
from flask.testing import FlaskClient

from tests.cast import CANARY, World, make_member
from tests.web.conftest import NOW, SignIn
from tests.web.sync_rows import calendar_row, connection_row, default_row
from webapp.db.engine import Database
from webapp.db.models import ConnectionState, GoogleConnection, Member, Outbox, SyncProblem
from webapp.db.queries.connection_health import ConnectionHealth, Health, connection_health
from webapp.db.scope import Scope

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def operator(as_member: SignIn, world: World, database: Database) -> FlaskClient:
    """Ben, appointed: he works in a practice and looks after the installation."""
    with database.writing(Scope.installation()) as session:
        session.get_one(Member, world.ben.id).is_operator = True
        session.commit()
    return as_member(world.ben)


@pytest.fixture
def connection(database: Database, world: World) -> GoogleConnection:
    """Ada's, with her own calendar and one whose name is a secret; all is well."""
    with database.writing(Scope.practice(world.practice.id)) as session:
        account = connection_row(session, world)
        default_row(session, account)
        calendar_row(session, account, name=CANARY)
        session.commit()
    return account


def of_ada(database: Database, now: dt.datetime = NOW) -> ConnectionHealth:
    """How her connection is doing."""
    with database.reading(Scope.installation()) as session:
        (found,) = connection_health(session, now=now)
    return found


def change(database: Database, connection: GoogleConnection, **values: object) -> None:
    """Sets columns of every calendar of the connection."""
    with database.writing(Scope.practice(connection.practice_id)) as session:
        for calendar in connection_health(session, now=NOW)[0].calendars:
            for name, value in values.items():
                setattr(calendar, name, value)
            session.add(calendar)
        session.commit()


def test_owners_see_their_practice_and_operators_see_them_all(
    operator: FlaskClient, as_member: SignIn, world: World, connection: GoogleConnection
) -> None:
    """R146, I14: no role of a practice leads to the installation's pages."""
    assert connection.state is ConnectionState.CONNECTED
    for member in (world.ada, world.dora, world.eve, world.mallory):
        assert as_member(member).get("/operations").status_code == 403
        assert as_member(member).get("/operations/jobs/").status_code == 403
    assert "Ada Lind" in operator.get("/operations").text
    assert "Ada Lind" in as_member(world.dora).get("/practice").text
    assert "Ada Lind" not in as_member(world.mallory).get("/practice").text


def test_an_operator_without_a_practice_s_role_is_no_owner(operator: FlaskClient) -> None:
    assert operator.get("/practice").status_code == 403


@pytest.mark.usefixtures("connection")
def test_no_client_and_no_title_is_on_it(
    operator: FlaskClient, as_member: SignIn, world: World, database: Database
) -> None:
    """A problem's reason is shown, and never which event it is about; nor how calendars are
    called, as Google's names may tell."""
    with database.writing(Scope.installation()) as session:
        calendar = connection_health(session, now=NOW)[0].calendars[0]
        session.add(
            SyncProblem(
                practice_id=calendar.practice_id,
                calendar_id=calendar.id,
                subject="e1",
                title=CANARY,
                reason="Its time cannot be read.",
                noticed_at=NOW,
            )
        )
        session.commit()
    for page in (operator.get("/operations").text, as_member(world.dora).get("/practice").text):
        assert "1 event: Its time cannot be read." in page
        assert CANARY not in page
        assert not any(name in page for name in ("Cleo", "Iris", "ada@example.com"))


def test_it_says_when_all_is_well(database: Database, connection: GoogleConnection) -> None:
    assert connection.email
    found = of_ada(database)
    assert (found.health, found.lag, found.failures) == (Health.FINE, dt.timedelta(0), {})
    assert found.last_success_at == NOW - dt.timedelta(minutes=2)


def test_what_waits_is_counted_with_its_age(
    database: Database, connection: GoogleConnection, operator: FlaskClient
) -> None:
    change(database, connection, requested=1, last_success_at=NOW - 20 * HOUR / 60)
    with database.writing(Scope.practice(connection.practice_id)) as session:
        calendar = connection_health(session, now=NOW)[0].calendars[0]
        session.add(
            Outbox(practice_id=calendar.practice_id, calendar_id=calendar.id, appointment_id="a1")
        )
        session.commit()
    assert of_ada(database).health is Health.WAITING
    page = operator.get("/operations").text
    assert "1 to write, 2 to read" in page
    assert "for up to 20 min" in page


def test_who_is_not_up_to_date_for_half_an_hour_is_late(
    database: Database, connection: GoogleConnection
) -> None:
    """RELIABILITY.md 1.3: whatever the state says."""
    change(database, connection, last_success_at=NOW - HOUR)
    assert of_ada(database).health is Health.LATE


def test_a_failure_is_told_with_its_reason(
    database: Database, connection: GoogleConnection, operator: FlaskClient
) -> None:
    change(database, connection, failure="Google does not answer.", failed_at=NOW)
    assert of_ada(database).health is Health.FAILED
    assert "Google does not answer. (2 calendars)" in operator.get("/operations").text


def test_who_has_to_reconnect_stands_first(
    database: Database, world: World, connection: GoogleConnection
) -> None:
    with database.writing(Scope.practice(world.practice.id)) as session:
        zoe = make_member(session, world.practice, "Zoe Last", now=NOW)
        session.add(
            GoogleConnection(
                practice_id=world.practice.id,
                member_id=zoe.id,
                google_sub="sub-zoe",
                email="zoe@example.com",
                granted_scopes="",
                sealed_token="",
                state=ConnectionState.RECONNECT_NEEDED,
                state_since=NOW,
                connected_at=NOW,
            )
        )
        session.commit()
        assert connection.id
        found = [one.member.name for one in connection_health(session, now=NOW)]
    assert found == ["Zoe Last", "Ada Lind"]


def test_the_self_check_stands_on_top_with_the_gravest_first(operator: FlaskClient) -> None:
    """U15: no queue in these tests, which is a problem; the database is well."""
    page = operator.get("/operations").text
    places = [page.index(text) for text in ("The queue server does not answer", "is up to date")]
    assert places == sorted(places)


def test_it_is_in_the_menu_of_operators_alone(
    operator: FlaskClient, as_member: SignIn, world: World
) -> None:
    assert 'href="/operations"' in operator.get("/help").text
    assert 'href="/operations"' not in as_member(world.dora).get("/help").text

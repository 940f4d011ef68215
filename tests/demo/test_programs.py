"""Which programs the demo starts, and what it tells them."""

import pytest

from demo.programs import Demo, HalfAClient, uses_real_google
from demo.state import StateFolder


@pytest.fixture
def state(tmp_path):
    return StateFolder(tmp_path)


def test_it_points_the_app_at_the_stand_in_and_at_its_own_database(state):
    env = Demo({}, state, 8100, 8101).environment("redis://:x@127.0.0.1:1/0")
    assert env["EXTERNAL_URL"] == "http://127.0.0.1:8100"
    assert env["GOOGLE_API_ROOT"] == "http://127.0.0.1:8101/"
    assert env["GOOGLE_SERVER_METADATA_URL"].startswith("http://127.0.0.1:8101/.well-known/")
    assert env["DATABASE_URL"] == f"sqlite:///{state.path}/practice.sqlite3"
    assert env["REDIS_URL"] == "redis://:x@127.0.0.1:1/0"


def test_it_leaves_every_google_address_to_the_app_when_the_google_is_real(state):
    caller = {"GOOGLE_CLIENT_ID": "mine", "GOOGLE_CLIENT_SECRET": "mine too"}
    assert uses_real_google(caller)
    demo = Demo(caller, state, 8100, None)
    env = demo.environment("redis://127.0.0.1:1/0")
    assert demo.emulator() is None
    assert env["GOOGLE_CLIENT_ID"] == "mine"
    assert not {"GOOGLE_API_ROOT", "GOOGLE_SERVER_METADATA_URL"} & env.keys()


@pytest.mark.parametrize("name", ["GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET"])
def test_it_refuses_half_a_google_client(name):
    with pytest.raises(HalfAClient, match="must be set together"):
        uses_real_google({name: "mine"})


def test_the_callers_own_database_wins_and_an_empty_setting_counts_as_none(state):
    caller = {"DATABASE_URL": "postgresql://db.example/practice", "EXTERNAL_URL": ""}
    env = Demo(caller, state, 8100, 8101).environment("redis://127.0.0.1:1/0")
    assert env["DATABASE_URL"] == "postgresql://db.example/practice"
    assert env["EXTERNAL_URL"] == "http://127.0.0.1:8100"


def test_no_secret_stands_on_a_command_line(state):
    demo = Demo({}, state, 8100, 8101)
    url = "redis://:hush@127.0.0.1:1/0"
    programs = [*demo.preparations(url), *demo.services(url), demo.emulator()]
    words = " ".join(word for program in programs for word in program.argv)
    assert "hush" not in words
    assert state.secret_key() not in words
    assert demo.password not in words

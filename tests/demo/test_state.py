"""The demo's folder: what a second start finds again."""

import pytest

from demo.state import AlreadyRunning, held


def test_it_keeps_the_secret_between_starts_and_from_other_people(tmp_path):
    with held(tmp_path / "demo") as state:
        first = state.secret_key()
    with held(tmp_path / "demo") as state:
        assert state.secret_key() == first
    assert len(first) >= 48
    assert (tmp_path / "demo" / "secret_key").stat().st_mode & 0o077 == 0


def test_it_refuses_a_second_demo_in_the_same_folder(tmp_path):
    with (
        held(tmp_path),
        pytest.raises(AlreadyRunning, match="already running"),
        held(tmp_path),
    ):
        pass


def test_it_begins_every_run_with_empty_logs_and_keeps_the_rest(tmp_path):
    with held(tmp_path) as state:
        state.log("web").write_text("yesterday")
        state.google.write_text("{}")
    with held(tmp_path) as state:
        assert not state.log("web").exists()
        assert state.google.read_text() == "{}"

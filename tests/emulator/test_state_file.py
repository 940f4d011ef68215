"""`--state`: what was there is there again after a restart."""

from __future__ import annotations

from pathlib import Path

import pytest

from emulator import running_emulator, sample, storage
from emulator.google import Google
from tests.emulator.conftest import ADA, ALL, Api, reason


def test_a_restart_keeps_calendars_tokens_and_sync_tokens(tmp_path: Path) -> None:
    google = Google()
    sample.fill(google, ADA)
    with running_emulator(google=google) as before:
        token = google.account(ADA).token(ALL)
        api = Api(before.url, token)
        first = api.list()
        storage.save(google, tmp_path / "state.json")
        api.session.close()
    again = Google()
    assert storage.load(again, tmp_path / "state.json")
    with running_emulator(google=again) as after:
        again.account(ADA).calendar().create("After the restart", "2026-11-05")
        api = Api(after.url, token)
        changes = api.list(syncToken=first["nextSyncToken"])["items"]
        api.session.close()
    assert [event["summary"] for event in changes] == ["After the restart"]


def test_a_file_that_is_no_state_is_refused_with_its_name(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.write_text('{"hello": 1}')
    with pytest.raises(storage.UnreadableState, match=r"state\.json is no state of the stand-in"):
        storage.load(Google(), path)


def test_a_restart_keeps_channels_and_used_up_channel_ids(tmp_path: Path) -> None:
    """GOOGLE.md 8.1: an id is never reusable."""
    google = Google()
    google.knobs.http_push_is_allowed = True
    wish = {"id": "channel-1", "type": "web_hook", "address": "http://127.0.0.1:9/hook"}
    with running_emulator(google=google) as before:
        token = google.account(ADA).token(ALL)
        api = Api(before.url, token)
        channel = api("POST", "calendars/primary/events/watch", wish).json()
        storage.save(google, tmp_path / "state.json")
        api.session.close()
    again = Google()
    again.knobs.http_push_is_allowed = True
    storage.load(again, tmp_path / "state.json")
    with running_emulator(google=again) as after:
        api = Api(after.url, token)
        assert reason(api("POST", "calendars/primary/events/watch", wish))[0] == 400
        stopped = api("POST", "channels/stop", {k: channel[k] for k in ("id", "resourceId")})
        api.session.close()
    assert stopped.status_code == 204

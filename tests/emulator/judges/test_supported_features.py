"""A client names the features it knows; what it does not know stays as it was (DISC, certain)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from emulator.serving import RunningEmulator
from tests.emulator.judges import tour

WHOLE = {
    "summary": "Lunch",
    "start": {"dateTime": "2026-11-05T12:00:00+01:00"},
    "end": {"dateTime": "2026-11-05T13:00:00+01:00"},
    "conferenceData": tour.MEETING,
    "attachments": [{"fileUrl": "https://files.example/1"}],
    "eventLabelId": "label-1",
    "colorId": "5",
}
KEPT = ("conferenceData", "attachments", "eventLabelId")


@pytest.fixture
def events(emu: RunningEmulator) -> Iterator[Any]:
    with tour.service_for(emu) as service:
        yield service.events()


def made(events: Any) -> dict[str, Any]:
    return dict(events.insert(calendarId="primary", body=WHOLE, **tour.WRITE).execute())


@pytest.mark.parametrize("verb", ["update", "patch"])
def test_a_plain_client_does_not_lose_the_meeting_the_files_or_the_label(
    events: Any, verb: str
) -> None:
    """GOOGLE.md 3.2 and 3.6, certain for the versions, likely for PUT."""
    before = made(events)
    body = {name: before[name] for name in ("start", "end", "sequence")} | {"summary": "Later"}
    change = getattr(events, verb)(calendarId="primary", eventId=before["id"], body=body)
    after = change.execute()
    assert {name: after.get(name) for name in KEPT} == {name: before[name] for name in KEPT}


def test_a_client_that_knows_them_clears_them_by_leaving_them_out(events: Any) -> None:
    """GOOGLE.md 3.2 (label) and 3.6 (conference)."""
    before = made(events)
    body = {name: before[name] for name in ("start", "end", "sequence")}
    where = {"calendarId": "primary", "eventId": before["id"]}
    after = events.update(**where, body=body, **tour.WRITE).execute()
    assert [name for name in KEPT if name in after] == []


def test_with_labels_the_colour_is_not_read(events: Any) -> None:
    before = made(events)
    assert "colorId" not in before
    where = {"calendarId": "primary", "eventId": before["id"]}
    assert events.patch(**where, body={"colorId": "3"}).execute()["colorId"] == "3"

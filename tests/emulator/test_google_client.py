"""Google's own Python client, with its bundled discovery document, as an outside judge."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from google.oauth2.credentials import Credentials
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError
from googleapiclient.http import BatchHttpRequest

from emulator.serving import RunningEmulator
from tests.emulator.conftest import ADA

TIMES = {
    "start": {"dateTime": "2026-11-05T12:00:00", "timeZone": "Europe/Berlin"},
    "end": {"dateTime": "2026-11-05T13:00:00", "timeZone": "Europe/Berlin"},
}


@pytest.fixture
def service(emu: RunningEmulator) -> Iterator[Any]:
    token = emu.google.account(ADA).token(["calendar"])
    with build(
        "calendar",
        "v3",
        credentials=Credentials(token),
        static_discovery=True,
        client_options={"api_endpoint": emu.url + "/calendar/v3/"},
    ) as made:
        yield made


def test_it_lists_pages_and_syncs(service: Any) -> None:
    for number in range(5):
        service.events().insert(
            calendarId="primary", body=TIMES | {"summary": str(number)}
        ).execute()
    request, seen, page = service.events().list(calendarId="primary", maxResults=2), [], {}
    while request is not None:
        page = request.execute()
        seen += page["items"]
        request = service.events().list_next(request, page)
    assert [event["summary"] for event in seen] == ["0", "1", "2", "3", "4"]
    service.events().delete(calendarId="primary", eventId=seen[0]["id"]).execute()
    token = page["nextSyncToken"]
    (gone,) = service.events().list(calendarId="primary", syncToken=token).execute()["items"]
    assert (gone["id"], gone["status"]) == (seen[0]["id"], "cancelled")


def test_it_reads_the_reason_of_a_refusal(service: Any) -> None:
    with pytest.raises(HttpError) as caught:
        service.events().get(calendarId="primary", eventId="nothing00").execute()
    assert (caught.value.status_code, caught.value.reason) == (404, "Not Found")


def test_its_batch_comes_back_in_order_with_each_ones_own_outcome(
    emu: RunningEmulator, service: Any
) -> None:
    """GOOGLE.md 7.4: executed in any order, answered in request order."""
    outcomes: list[str] = []

    def note(request_id: str, response: dict[str, Any] | None, error: HttpError | None) -> None:
        outcomes.append(
            response["summary"] if response else str(error.status_code if error else "")
        )

    batch = BatchHttpRequest(callback=note, batch_uri=emu.url + "/batch/calendar/v3")
    for number in range(20):
        batch.add(
            service.events().insert(calendarId="primary", body=TIMES | {"summary": str(number)})
        )
    batch.add(service.events().get(calendarId="primary", eventId="nothing00"))
    batch.execute()
    assert outcomes == [*(str(number) for number in range(20)), "404"]


def test_it_drives_calendars_lists_colours_and_free_busy(service: Any) -> None:
    made = (
        service.calendars().insert(body={"summary": "Work", "timeZone": "Europe/Berlin"}).execute()
    )
    service.calendarList().patch(
        calendarId=made["id"], body={"summaryOverride": "My work"}
    ).execute()
    listed = service.calendarList().list().execute()["items"]
    assert [entry.get("summaryOverride") for entry in listed] == [None, "My work"]
    service.events().insert(calendarId=made["id"], body=TIMES).execute()
    bounds = {"timeMin": "2026-11-05T00:00:00Z", "timeMax": "2026-11-06T00:00:00Z"}
    asked = bounds | {"items": [{"id": made["id"]}, {"id": "nobody@example.com"}]}
    busy = service.freebusy().query(body=asked).execute()["calendars"]
    assert busy[made["id"]]["busy"] == [
        {"start": "2026-11-05T11:00:00Z", "end": "2026-11-05T12:00:00Z"}
    ]
    assert busy["nobody@example.com"]["errors"][0]["reason"] == "notFound"
    assert len(service.colors().get().execute()["event"]) == 11
    service.calendars().delete(calendarId=made["id"]).execute()
    assert [entry["id"] for entry in service.calendarList().list().execute()["items"]] == [ADA]

"""Push messages as GOOGLE.md 8 tells them: real POSTs to a real receiver."""

from __future__ import annotations

import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from emulator import running_emulator
from emulator.google import Google
from emulator.serving import RunningEmulator
from tests.emulator.conftest import ADA, Api, api_for, reason, timed
from tests.emulator.receiver import Receiver, receiving, self_signed

LUNCH = timed("2026-11-05T12:00:00", "2026-11-05T13:00:00", summary="Lunch", id="lunch0001")
WATCH = "calendars/primary/events/watch"


@pytest.fixture
def receiver(google: Google) -> Iterator[Receiver]:
    google.knobs.http_push_is_allowed = True
    with receiving() as made:
        yield made


def wish(receiver: Receiver, channel_id: str = "channel-1", **more: Any) -> dict[str, Any]:
    return {"id": channel_id, "type": "web_hook", "address": receiver.url + "/hook"} | more


def watch(api: Api, receiver: Receiver, channel_id: str = "channel-1", **more: Any) -> Any:
    answer = api("POST", WATCH, wish(receiver, channel_id, **more))
    assert answer.status_code == 200, answer.text
    return answer.json()


def stop(api: Api, channel: dict[str, Any]) -> requests.Response:
    wanted = {"id": channel["id"], "resourceId": channel["resourceId"]}
    return api("POST", "channels/stop", wanted)


def test_the_answer_names_the_resource_as_it_was_addressed_and_expires_after_seven_days(
    google: Google, api: Api, receiver: Receiver
) -> None:
    """GOOGLE.md 8.1, certain; the form of the URI observed."""
    google.clock.freeze()
    channel = watch(api, receiver, token="u=17")
    assert channel["kind"] == "api#channel"
    assert channel["token"] == "u=17"
    assert channel["resourceUri"].endswith("/calendar/v3/calendars/primary/events?alt=json")
    seconds = int(channel["expiration"]) / 1000 - google.clock.now().timestamp()
    assert seconds == pytest.approx(604_800, abs=0.01)
    by_address = api("POST", f"calendars/{ADA}/events/watch", wish(receiver, "channel-2")).json()
    assert by_address["resourceId"] == channel["resourceId"]
    assert "ada%40example.com/events" in by_address["resourceUri"]


def test_the_first_message_is_sync_with_number_one_and_the_documented_headers(
    google: Google, api: Api, receiver: Receiver
) -> None:
    """GOOGLE.md 8.2, certain."""
    channel = watch(api, receiver, token="u=17&k=Zs8")
    google.push.wait_until_sent()
    (sync,) = receiver.messages
    assert sync["X-Goog-Resource-State"] == "sync"
    assert sync["X-Goog-Message-Number"] == "1"
    assert sync["X-Goog-Channel-ID"] == channel["id"]
    assert sync["X-Goog-Channel-Token"] == "u=17&k=Zs8"
    assert sync["X-Goog-Resource-ID"] == channel["resourceId"]
    assert sync["X-Goog-Resource-URI"] == channel["resourceUri"]
    assert sync["Content-Length"] == "0"
    assert sync["User-Agent"].startswith("APIs-Google")
    expires_at = parsedate_to_datetime(sync["X-Goog-Channel-Expiration"])
    assert abs(expires_at.timestamp() - int(channel["expiration"]) / 1000) < 1


def test_the_sync_message_may_arrive_before_the_answer(
    google: Google, api: Api, receiver: Receiver
) -> None:
    """GOOGLE.md 8.2, certain; F92."""
    google.knobs.push_sync_first_rate = 1.0
    watch(api, receiver)
    assert receiver.states() == ["sync"]


def test_creating_changing_and_deleting_all_say_exists_also_for_own_writes(
    google: Google, api: Api, receiver: Receiver
) -> None:
    """GOOGLE.md 8.2, certain."""
    watch(api, receiver)
    api.events("primary", "POST", body=LUNCH)
    google.account(ADA).calendar().edit("lunch0001", summary="Late lunch")
    api.events("primary", "DELETE", "lunch0001")
    google.push.wait_until_sent()
    assert receiver.states() == ["sync", "exists", "exists", "exists"]


def test_message_numbers_rise_but_are_not_consecutive(
    google: Google, api: Api, receiver: Receiver
) -> None:
    """GOOGLE.md 8.2, certain."""
    watch(api, receiver)
    for number in range(4):
        api.events(
            "primary", "POST", body=timed("2026-11-05T12:00:00", f"2026-11-05T1{number + 3}:00:00")
        )
    google.push.wait_until_sent()
    numbers = receiver.numbers()
    assert numbers == sorted(set(numbers))
    assert numbers != list(range(1, 6))


def test_a_write_without_a_change_and_another_calendar_send_nothing(
    google: Google, api: Api, receiver: Receiver
) -> None:
    """GOOGLE.md 8.2, certain: events channels are per calendar."""
    stored = api.events("primary", "POST", body=LUNCH).json()
    watch(api, receiver)
    api.events("primary", "PUT", "lunch0001", stored)
    google.account(ADA).new_calendar("Other").create("Elsewhere", "2026-11-05T12:00")
    google.push.wait_until_sent()
    assert receiver.states() == ["sync"]


def test_two_people_watch_one_calendar_each_with_their_own_resource_id(
    emu: RunningEmulator, google: Google, api: Api, receiver: Receiver
) -> None:
    """GOOGLE.md 8.1, observed."""
    google.account(ADA).calendar().share("ben@example.com", "reader")
    ben = api_for(emu, "ben@example.com", ["calendar"])
    mine = watch(api, receiver)
    path = f"calendars/{ADA}/events/watch"
    his = ben("POST", path, wish(receiver, "channel-ben")).json()
    api.events("primary", "POST", body=LUNCH)
    google.push.wait_until_sent()
    assert mine["resourceId"] != his["resourceId"]
    exists = [m for m in receiver.messages if m["X-Goog-Resource-State"] == "exists"]
    assert {m["X-Goog-Channel-ID"] for m in exists} == {"channel-1", "channel-ben"}


def test_a_channel_on_the_calendar_list_tells_of_new_calendars_only_to_its_person(
    google: Google, api: Api, receiver: Receiver
) -> None:
    """GOOGLE.md 8.2, certain."""
    api("POST", "users/me/calendarList/watch", wish(receiver))
    api("POST", "calendars", {"summary": "Work"})
    google.account("ben@example.com").new_calendar("Not hers")
    google.push.wait_until_sent()
    assert receiver.states() == ["sync", "exists"]


def test_a_channel_on_the_access_list_tells_of_sharing(
    google: Google, api: Api, receiver: Receiver
) -> None:
    """GOOGLE.md 8.1, certain."""
    api("POST", "calendars/primary/acl/watch", wish(receiver))
    google.account(ADA).calendar().share("ben@example.com", "reader")
    google.push.wait_until_sent()
    assert receiver.states() == ["sync", "exists"]


@pytest.mark.parametrize("kind", ["holiday", "import", "birthdays"])
def test_a_generated_or_subscribed_calendar_cannot_be_watched(
    google: Google, api: Api, receiver: Receiver, kind: str
) -> None:
    """GOOGLE.md 8.1, certain; Q17."""
    made = google.account(ADA).new_calendar("Holidays", kind=kind)
    answer = api("POST", f"calendars/{made.id.replace('#', '%23')}/events/watch", wish(receiver))
    assert reason(answer) == (400, "pushNotSupportedForRequestedResource")


def test_an_address_without_https_is_refused_unless_the_stand_in_is_told_otherwise(
    google: Google, api: Api, receiver: Receiver
) -> None:
    """GOOGLE.md 8.1, certain; the text observed."""
    google.knobs.http_push_is_allowed = False
    answer = api("POST", WATCH, wish(receiver))
    assert answer.status_code == 400
    message = f"WebHook callback must be HTTPS: {receiver.url}/hook"
    assert answer.json()["error"]["message"] == message


def test_a_channel_id_is_used_up_for_ever_also_after_a_stop(api: Api, receiver: Receiver) -> None:
    """GOOGLE.md 8.1, certain."""
    channel = watch(api, receiver)
    assert reason(api("POST", WATCH, wish(receiver))) == (400, "channelIdNotUnique")
    assert stop(api, channel).status_code == 204
    assert reason(api("POST", WATCH, wish(receiver))) == (400, "channelIdNotUnique")


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"id": ""}, "required"),
        ({"id": "x" * 65}, "invalid"),
        ({"type": "email"}, "invalid"),
        ({"type": None}, "required"),
        ({"address": None}, "required"),
        ({"token": "x" * 257}, "invalid"),
        ({"params": {"ttl": "soon"}}, "invalid"),
        ({"expiration": 1}, "invalid"),
    ],
)
def test_a_wrong_channel_is_refused_and_the_log_says_why(
    api: Api, receiver: Receiver, wrong: dict[str, Any], why: str
) -> None:
    """GOOGLE.md 8.1, certain."""
    assert reason(api("POST", WATCH, wish(receiver) | wrong)) == (400, why)


def test_watch_refuses_the_parameters_that_list_refuses(api: Api, receiver: Receiver) -> None:
    """GOOGLE.md 5.2, observed."""
    answer = api("POST", WATCH, wish(receiver), syncToken="damaged")
    assert answer.json()["error"]["message"] == "Invalid sync token value."
    answer = api("POST", WATCH, wish(receiver), orderBy="startTime")
    assert reason(answer) == (400, "badRequest")


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        ({"params": {"ttl": "60"}}, 60),
        ({"params": {"ttl": "2592000"}}, 604_800),
        ({"params": {"ttl": "60"}, "expiration_in": 30}, 30),
        ({"params": {"ttl": "60"}, "expiration_in": 90}, 60),
    ],
)
def test_the_more_restrictive_of_wish_and_limit_wins(
    google: Google, api: Api, receiver: Receiver, asked: dict[str, Any], seconds: int
) -> None:
    """GOOGLE.md 8.1, certain; the limit of seven days is a knob."""
    google.clock.freeze()
    now = google.clock.now().timestamp()
    if "expiration_in" in asked:
        asked = asked | {"expiration": str(int((now + asked["expiration_in"]) * 1000))}
    channel = watch(api, receiver, **asked)
    assert int(channel["expiration"]) / 1000 - now == pytest.approx(seconds, abs=0.01)


def test_longer_channels_are_possible_by_knob(google: Google, api: Api, receiver: Receiver) -> None:
    """GOOGLE.md 13, unknown: 7 or 30 days."""
    google.clock.freeze()
    google.knobs.channel_days = 30
    channel = watch(api, receiver, params={"ttl": "9999999"})
    seconds = int(channel["expiration"]) / 1000 - google.clock.now().timestamp()
    assert seconds == pytest.approx(30 * 86_400, abs=0.01)


def test_an_expired_channel_is_silent(google: Google, api: Api, receiver: Receiver) -> None:
    """GOOGLE.md 8.2, certain: no renewal; F91."""
    watch(api, receiver)
    google.push.wait_until_sent()
    google.move_clock(days=7, seconds=1)
    google.account(ADA).calendar().create("Late", "2026-11-05T12:00")
    google.push.wait_until_sent()
    assert receiver.states() == ["sync"]


def test_only_the_same_person_with_the_same_client_stops_a_channel(
    emu: RunningEmulator, google: Google, api: Api, receiver: Receiver
) -> None:
    """GOOGLE.md 8.3, certain; the text observed."""
    channel = watch(api, receiver)
    other_client = Api(emu.url, google.account(ADA).token(["calendar"], client="1234-other"))
    for stranger in (api_for(emu, "ben@example.com", ["calendar"]), other_client):
        refused = stop(stranger, channel)
        assert reason(refused) == (404, "notFound")
        assert refused.json()["error"]["message"] == (
            "Channel 'channel-1' not found for project '1234'"
        )
    assert reason(stop(api, channel | {"resourceId": "other"})) == (404, "notFound")
    assert (stop(api, channel).status_code, stop(api, channel).status_code) == (204, 404)


def test_a_message_on_its_way_arrives_after_the_stop_and_then_none(
    google: Google, api: Api, receiver: Receiver
) -> None:
    """GOOGLE.md 8.3, observed; Q24."""
    channel = watch(api, receiver)
    google.push.wait_until_sent()
    google.knobs.push_delay_seconds_from = google.knobs.push_delay_seconds_to = 3600
    api.events("primary", "POST", body=LUNCH)
    assert stop(api, channel).status_code == 204
    api.events("primary", "DELETE", "lunch0001")
    google.push.wait_until_sent()
    assert receiver.states() == ["sync", "exists"]


def test_a_stop_may_take_a_while(google: Google, api: Api, receiver: Receiver) -> None:
    """GOOGLE.md 8.3, observed."""
    google.knobs.push_stop_seconds = 60
    stop(api, watch(api, receiver))
    api.events("primary", "POST", body=LUNCH)
    google.move_clock(seconds=61)
    api.events("primary", "DELETE", "lunch0001")
    google.push.wait_until_sent()
    assert receiver.states() == ["sync", "exists"]


def test_after_revoke_nothing_is_delivered_and_a_new_consent_does_not_revive_the_channel(
    google: Google, api: Api, receiver: Receiver
) -> None:
    """GOOGLE.md 1.6 and 8.3, certain that it ends; Q24."""
    watch(api, receiver)
    google.push.wait_until_sent()
    google.account(ADA).remove_app_access()
    google.account(ADA).token(["calendar"])
    google.account(ADA).calendar().create("Unseen", "2026-11-05T12:00")
    google.push.wait_until_sent()
    assert receiver.states() == ["sync"]


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_server_error_is_tried_again_with_growing_pauses(
    google: Google, api: Api, receiver: Receiver, status: int
) -> None:
    """GOOGLE.md 8.2, certain; the schedule unknown."""
    watch(api, receiver)
    google.push.wait_until_sent()
    receiver.statuses = [status, status]
    api.events("primary", "POST", body=LUNCH)
    message = google.push.wait_until_sent()[-1]
    assert (message.attempts, message.outcome) == (3, "delivered")
    assert len(set(receiver.numbers()[1:])) == 1


def test_back_off_waits_for_the_clock(google: Google, api: Api, receiver: Receiver) -> None:
    """GOOGLE.md 8.2."""
    watch(api, receiver)
    google.push.wait_until_sent()
    google.clock.freeze()
    receiver.statuses = [503]
    api.events("primary", "POST", body=LUNCH)
    message = google.push.messages[-1]
    _until(lambda: message.attempts == 1)
    time.sleep(0.12)
    assert message.attempts == 1
    google.move_clock(seconds=3)
    _until(lambda: message.outcome == "delivered")


@pytest.mark.parametrize("status", [400, 403, 302, 410])
def test_any_other_status_is_a_failure_and_a_redirect_is_not_followed(
    google: Google, api: Api, receiver: Receiver, status: int
) -> None:
    """GOOGLE.md 8.2, certain; redirects likely."""
    receiver.status = status
    watch(api, receiver)
    (message,) = google.push.wait_until_sent()
    assert (message.outcome, message.attempts, message.status) == ("failed", 1, status)
    assert len(receiver.messages) == 1


def test_messages_get_lost_and_doubled_as_the_seed_wants(
    google: Google, api: Api, receiver: Receiver
) -> None:
    """GOOGLE.md 8.2, certain; F87, F90."""
    google.knobs.push_drop_rate, google.knobs.push_duplicate_rate = 0.3, 0.3
    watch(api, receiver)
    mine = google.account(ADA).calendar()
    for number in range(30):
        mine.create(str(number), "2026-11-05T12:00")
    outcomes = [message.outcome for message in google.push.wait_until_sent()]
    arrived = receiver.numbers()
    assert 0 < outcomes.count("dropped") < 30
    assert len(arrived) > len(set(arrived))
    assert outcomes.count("delivered") == len(arrived)
    assert outcomes == _outcomes_again(google)


def _outcomes_again(first: Google) -> list[str]:
    """The same story told to another stand-in with the same seed, without a receiver."""
    again = Google(seed=7)
    again.knobs.push_drop_rate, again.knobs.push_duplicate_rate = 0.3, 0.3
    again.knobs.push_timeout_seconds, again.knobs.push_retries = 0.2, 0
    (channel,) = first.channels
    again.channels.add(channel)
    channel.address = "http://127.0.0.1:9/nobody"
    again.push.greet(channel)
    again.push.random.random()
    for number in range(30):
        again.account(ADA).calendar().create(str(number), "2026-11-05T12:00")
    outcomes = [message.outcome for message in again.push.wait_until_sent()]
    again.push.stop()
    return ["delivered" if outcome == "failed" else outcome for outcome in outcomes]


def test_all_messages_can_be_lost(google: Google, api: Api, receiver: Receiver) -> None:
    """F90."""
    watch(api, receiver)
    google.knobs.push_drop_rate = 1.0
    api.events("primary", "POST", body=LUNCH)
    google.push.wait_until_sent()
    assert receiver.states() == ["sync"]


def test_a_storm_of_duplicates_and_a_replay_can_be_made(
    google: Google, api: Api, receiver: Receiver
) -> None:
    """F87, F88."""
    watch(api, receiver)
    google.push.repeat(next(iter(google.channels)), times=50)
    google.push.wait_until_sent()
    assert len(receiver.messages) == 51


def test_a_receiver_that_robots_may_not_call_gets_no_messages(
    google: Google, api: Api, receiver: Receiver
) -> None:
    """GOOGLE.md 8.2, certain; Q22."""
    receiver.robots = "User-agent: APIs-Google\nDisallow: /hook\n"
    watch(api, receiver)
    (message,) = google.push.wait_until_sent()
    assert (message.outcome, receiver.messages) == ("failed", [])


def test_a_channel_needs_a_scope_that_reads_the_resource(
    emu: RunningEmulator, receiver: Receiver
) -> None:
    """GOOGLE.md 1.8, certain."""
    mine = api_for(emu, ADA, ["calendar.app.created"])
    work = mine("POST", "calendars", {"summary": "Work"}).json()["id"]
    assert mine("POST", f"calendars/{work}/events/watch", wish(receiver)).status_code == 200
    assert mine("POST", WATCH, wish(receiver, "channel-2")).status_code == 404
    refused = mine("POST", "users/me/calendarList/watch", wish(receiver, "channel-3"))
    assert reason(refused) == (403, "insufficientPermissions")


def _until(is_true: Any) -> None:
    deadline = time.monotonic() + 5
    while not is_true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_stand_in_that_is_served_again_delivers_again(receiver: Receiver, google: Google) -> None:
    with running_emulator(google=google) as once:
        watch(api_for(once, ADA, ["calendar"]), receiver)
        google.push.wait_until_sent()
    with running_emulator(google=google):
        google.account(ADA).calendar().create("Later", "2026-11-05T12:00")
        google.push.wait_until_sent()
    assert receiver.states() == ["sync", "exists"]


@pytest.mark.parametrize(
    "odd", [{"address": "http://127.0.0.1:99999/hook"}, {"token": "line\nbreak"}, {"token": "日"}]
)
def test_a_channel_that_cannot_be_served_fails_alone(
    google: Google, api: Api, receiver: Receiver, odd: dict[str, str]
) -> None:
    """I9 of RELIABILITY.md, for the stand-in itself."""
    google.knobs.push_retries = 0
    watch(api, receiver, "odd", **({"address": receiver.url + "/odd"} | odd))
    watch(api, receiver)
    outcomes = {m.channel.id: m.outcome for m in google.push.wait_until_sent()}
    assert outcomes == {"odd": "failed", "channel-1": "delivered"}


@pytest.mark.parametrize(("is_checked", "outcome"), [(True, "failed"), (False, "delivered")])
def test_a_certificate_that_nobody_trusts_is_not_good_enough_unless_told(
    google: Google, api: Api, tmp_path: Path, is_checked: bool, outcome: str
) -> None:
    """GOOGLE.md 8.1, certain; https also needs no permission."""
    google.knobs.push_checks_certificates, google.knobs.push_retries = is_checked, 0
    with receiving(self_signed(tmp_path)) as receiver:
        watch(api, receiver)
        (message,) = google.push.wait_until_sent()
    assert message.outcome == outcome


def test_robots_txt_may_be_overlooked_by_knob(google: Google, api: Api, receiver: Receiver) -> None:
    google.knobs.push_obeys_robots = False
    receiver.robots = "User-agent: *\nDisallow: /\n"
    watch(api, receiver)
    google.push.wait_until_sent()
    assert receiver.states() == ["sync"]

"""Latency and limits as GOOGLE.md 7 and 10 have them, on a clock that tests move."""

from __future__ import annotations

import statistics

import pytest

from emulator import profiles
from emulator.google import Google
from tests.emulator.conftest import ADA, Api, reason, timed


def body(number: int) -> dict[str, object]:
    return timed("2026-11-05T12:00:00", "2026-11-05T13:00:00", summary=str(number))


def statuses(api: Api, calendar: str, count: int) -> list[int]:
    return [api.events(calendar, "POST", body=body(n)).status_code for n in range(count)]


@pytest.mark.parametrize(
    ("method", "more", "mean"),
    [
        ("calendar.events.list", {"items": 250}, 0.12),
        ("calendar.events.list", {"items": 2500}, 0.9),
        ("calendar.events.get", {}, 0.08),
        ("calendar.events.insert", {}, 0.25),
        ("calendar.events.patch", {}, 0.25),
        ("calendar.events.delete", {}, 0.18),
        ("calendar.calendars.insert", {}, 0.6),
        ("calendar.events.watch", {}, 0.3),
        ("token.refresh", {}, 0.15),
        ("batch", {"parts": 50}, 4.5),
    ],
)
def test_the_google_profile_has_the_means_of_the_fact_sheet_and_a_slow_hundredth(
    method: str, more: dict[str, int], mean: float
) -> None:
    """GOOGLE.md 10: assumptions, configurable."""
    latency = Google(seed=1).latency
    latency.use("google")
    drawn = sorted(latency.draw(method, **more) for _ in range(4000))
    assert statistics.median(drawn) == pytest.approx(mean, rel=0.06)
    if mean < 1:
        slow = [seconds for seconds in drawn if seconds >= 2.0]
        assert 15 < len(slow) < 75
        assert drawn[-1] <= 5.0


def test_latency_can_pass_on_the_clock_instead_of_being_slept(google: Google, api: Api) -> None:
    google.clock.freeze()
    google.latency.use(30, moves_clock=True)
    before = google.clock.now()
    api.events("primary", "GET")
    assert (google.clock.now() - before).total_seconds() == 30


def test_a_fixed_latency_is_really_slept_and_off_is_nothing(google: Google, api: Api) -> None:
    google.latency.use("0.15")
    assert api.events("primary", "GET").elapsed.total_seconds() >= 0.15
    google.latency.use("off")
    assert google.latency.draw("calendar.events.list", items=2500) == 0.0


def test_parts_of_a_batch_do_not_wait_one_after_the_other(google: Google) -> None:
    """GOOGLE.md 10: a batch of fifty writes takes 3 to 6 s."""
    google.latency.use("google")
    drawn = [google.latency.draw("batch", parts=50) for _ in range(300)]
    assert 3.0 <= statistics.median(drawn) <= 6.0


@pytest.mark.parametrize("wrong", ["soon", -1, 9999])
def test_a_latency_that_cannot_be_is_refused(google: Google, wrong: str | float) -> None:
    with pytest.raises(ValueError):
        google.latency.use(wrong)


def test_googles_quotas_are_600_units_a_minute_and_user_and_10000_a_project(
    google: Google,
) -> None:
    """GOOGLE.md 7.1, certain."""
    profiles.use_quotas(google, "google")
    quota = google.quota
    limits = (quota.per_user, quota.per_project, quota.calendar_writes_per_second)
    assert limits == (600, 10_000, 10)


def test_the_eleventh_write_within_a_second_to_one_calendar_is_too_fast(
    google: Google, api: Api
) -> None:
    """GOOGLE.md 7.2 and 11.12: that there is a limit is certain, the number unknown; F24, Q21."""
    profiles.use_quotas(google, "google")
    google.clock.freeze()
    other = google.account(ADA).new_calendar("Other")
    assert statuses(api, "primary", 10) == [200] * 10
    assert reason(api.events("primary", "POST", body=body(11))) == (403, "rateLimitExceeded")
    assert statuses(api, other.id, 1) == [200]
    assert api.events("primary", "GET").status_code == 200
    google.move_clock(seconds=1.1)
    assert statuses(api, "primary", 1) == [200]


def test_limits_may_answer_429_instead_of_403(google: Google, api: Api) -> None:
    """GOOGLE.md 6.3, certain: both must be handled alike."""
    google.quota.calendar_writes_per_second, google.quota.refusal_status = 1, 429
    google.clock.freeze()
    statuses(api, "primary", 1)
    assert reason(api.events("primary", "POST", body=body(2))) == (429, "rateLimitExceeded")


def test_the_minute_slides(google: Google, api: Api) -> None:
    """GOOGLE.md 7.1, certain: a burst throttles what follows."""
    google.quota.per_user = 4
    google.clock.freeze()
    statuses(api, "primary", 2)
    google.move_clock(seconds=40)
    assert statuses(api, "primary", 3) == [200, 200, 403]
    google.move_clock(seconds=21)
    assert statuses(api, "primary", 3) == [200, 200, 403]


def test_users_have_quotas_of_their_own_and_the_project_has_one_for_all(
    google: Google, api: Api, emu: object
) -> None:
    """GOOGLE.md 7.1, certain."""
    google.quota.per_user, google.quota.per_project = 3, 5
    google.clock.freeze()
    token = google.account("ben@example.com").token(["calendar"])
    ben = Api(google.origin, token)
    assert [api.events("primary", "GET").status_code for _ in range(4)] == [200, 200, 200, 403]
    assert [ben.events("primary", "GET").status_code for _ in range(3)] == [200, 200, 403]
    assert reason(ben.events("primary", "GET")) == (403, "rateLimitExceeded")


def test_a_batch_costs_what_its_parts_cost(google: Google, api: Api) -> None:
    """GOOGLE.md 7.1, certain: a batch of n counts n."""
    google.quota.per_user = 3
    part = (
        "--b\r\nContent-Type: application/http\r\n\r\nGET /calendar/v3/colors HTTP/1.1\r\n\r\n\r\n"
    )
    answer = api.session.post(
        google.origin + "/batch/calendar/v3",
        data=part * 5 + "--b--",
        headers={"Content-Type": "multipart/mixed; boundary=b"},
        timeout=10,
    )
    assert answer.text.count("HTTP/1.1 200") == 3
    assert answer.text.count("userRateLimitExceeded") == 2


def test_unknown_profiles_are_refused(google: Google) -> None:
    with pytest.raises(ValueError, match="google or off"):
        profiles.use_push(google, "rainy")


def test_googles_push_loses_a_hundredth(google: Google) -> None:
    """GOOGLE.md 11.11."""
    profiles.use_push(google, "google")
    assert google.knobs.push_drop_rate == 0.01
    assert (google.knobs.push_delay_seconds_from, google.knobs.push_delay_seconds_to) == (1, 5)


def test_the_sixty_first_calendar_of_a_day_stops_every_write_for_hours(
    google: Google, api: Api
) -> None:
    """GOOGLE.md 2.2 and 7.3: about sixty certain, the denominator unknown (a knob); F25, Q20."""
    google.knobs.calendars_before_stop = 3
    made = [api("POST", "calendars", {"summary": str(n)}).status_code for n in range(4)]
    assert made == [200, 200, 200, 403]
    assert reason(api.events("primary", "POST", body=body(1))) == (403, "quotaExceeded")
    assert api.events("primary", "GET").status_code == 200
    google.move_clock(hours=2.1)
    api.session.headers["Authorization"] = f"Bearer {google.account(ADA).token(['calendar'])}"
    assert statuses(api, "primary", 1) == [200]

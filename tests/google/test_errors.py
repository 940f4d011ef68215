"""Which refusal of Google's means which error. The bodies are those of GOOGLE.md 6."""

from typing import Any

import pytest

from webapp.google import errors
from webapp.google.errors import GoogleError, Refused, Throttled, error_from, seconds_to_wait

TODAY = "Mon, 23 Nov 2026 12:00:00 GMT"


def backend(status: int, reason: str, message: str = "", **entry: str) -> dict[str, Any]:
    """The envelope of the Calendar backend."""
    one = {"domain": "global", "reason": reason, "message": message, **entry}
    return {"error": {"errors": [one], "code": status, "message": message}}


def front_end(status: int, reason: str, grpc: str) -> dict[str, Any]:
    """The envelope of the API front end."""
    return {
        "error": {
            "code": status,
            "message": "words",
            "errors": [{"message": "words", "domain": "global", "reason": reason}],
            "status": grpc,
            "details": [{"reason": "SOMETHING_ELSE"}],
        }
    }


def error(status: int, answer: Any, *, has_condition: bool = False, **headers: str) -> GoogleError:
    return error_from(status, headers, answer, has_condition=has_condition)


@pytest.mark.parametrize(
    ("status", "reason", "expected"),
    [
        (401, "authError", errors.GrantGone),
        (401, "required", errors.GrantGone),
        (403, "insufficientPermissions", errors.PermissionMissing),
        (403, "domainPolicy", errors.PermissionMissing),
        (403, "accessNotConfigured", errors.PermissionMissing),
        (410, "fullSyncRequired", errors.SyncTokenExpired),
        (410, "updatedMinTooLongAgo", errors.SyncTokenExpired),
        (404, "notFound", errors.Missing),
        (410, "deleted", errors.Gone),
        (409, "duplicate", errors.Taken),
        (409, "conflict", errors.Throttled),
        (403, "rateLimitExceeded", errors.Throttled),
        (403, "userRateLimitExceeded", errors.Throttled),
        (429, "rateLimitExceeded", errors.Throttled),
        (403, "quotaExceeded", errors.UsageLimited),
        (403, "dailyLimitExceeded", errors.ProjectLimited),
        (403, "forbiddenForNonOrganizer", errors.Refused),
        (403, "requiredAccessLevel", errors.Refused),
        (400, "timeRangeEmpty", errors.Refused),
        (400, "invalid", errors.Refused),
        (400, "notHeardOfYet", errors.Refused),
        (404, "notHeardOfYet", errors.Missing),
        (500, "backendError", errors.Unavailable),
        (503, "rateLimitExceeded", errors.Unavailable),
    ],
)
def test_the_reason_decides_in_both_envelopes(
    status: int, reason: str, expected: type[GoogleError]
) -> None:
    """GOOGLE.md 6.3; F24 to F31"""
    for answer in (backend(status, reason), front_end(status, reason, "STATUS")):
        found = error(status, answer)
        assert type(found) is expected
        assert found.reason == reason


def test_an_envelope_without_reasons_is_judged_by_its_details() -> None:
    answer = {
        "error": {
            "code": 403,
            "status": "PERMISSION_DENIED",
            "details": [{"reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT"}],
        }
    }
    assert type(error(403, answer)) is errors.PermissionMissing


@pytest.mark.parametrize(
    ("message", "entry"),
    [
        ("Invalid sync token value.", {}),
        ("Invalid page token value.", {}),
        ("Invalid Value", {"locationType": "parameter", "location": "syncToken"}),
    ],
)
def test_a_damaged_token_is_as_good_as_an_expired_one(message: str, entry: dict[str, str]) -> None:
    """F40, GOOGLE.md 5.3"""
    found = error(400, backend(400, "invalid", message, **entry))
    assert type(found) is errors.SyncTokenExpired


def test_412_is_stale_only_for_a_request_with_an_etag() -> None:
    """F18 and F19"""
    answer = backend(412, "conditionNotMet", "Precondition Failed")
    assert type(error(412, answer, has_condition=True)) is errors.Stale
    assert type(error(412, answer)) is errors.Unavailable


@pytest.mark.parametrize("answer", [None, [], "error", {}, {"error": "text"}, {"items": []}])
@pytest.mark.parametrize("status", [400, 403, 404, 410, 500, 502])
def test_what_is_no_answer_of_the_api_decides_nothing(status: int, answer: Any) -> None:
    """F34: a proxy's HTML page with 404 is not a deleted event."""
    assert type(error(status, answer)) is errors.Unavailable


def test_429_is_throttling_whatever_its_body() -> None:
    assert type(error(429, None)) is Throttled


@pytest.mark.parametrize(
    ("message", "entry", "field"),
    [
        ("Missing end time.", {}, "end"),
        ("Missing time zone definition for start time.", {}, "start"),
        ("Invalid recurrence rule.", {}, "recurrence"),
        ("Invalid sequence value. The specified number is below the current.", {}, "sequence"),
        ("Invalid 'x'.", {"locationType": "parameter", "location": "colorId"}, "colorId"),
        ("A session with Cleo Marsh", {}, ""),
        ("odd", {"locationType": "parameter", "location": "Cleo Marsh"}, ""),
    ],
)
def test_a_refusal_names_the_field_and_never_its_content(
    message: str, entry: dict[str, str], field: str
) -> None:
    """F29"""
    found = error(400, backend(400, "required", message, **entry))
    assert isinstance(found, Refused)
    assert found.field == field
    assert "Cleo" not in str(found)


def test_a_reason_that_is_no_word_is_not_repeated() -> None:
    found = error(400, backend(400, "<script>Cleo</script>"))
    assert found.reason == "unknown"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7),
        (" 7 ", 7),
        ("1", 1),
        ("3600", 3600),
        ("3601", None),
        ("0", None),
        ("-5", None),
        ("1000000000", None),
        ("soon", None),
        ("", None),
        ("٧", None),
        ("1.5", None),
        ("Mon, 23 Nov 2026 12:01:30 GMT", 90),
        ("Mon, 23 Nov 2026 11:59:00 GMT", None),
        ("Tue, 24 Nov 2026 12:00:00 GMT", None),
    ],
)
def test_a_wait_is_honoured_from_one_second_to_one_hour(value: str, seconds: int | None) -> None:
    """F26"""
    assert seconds_to_wait(value, TODAY) == seconds


def test_a_date_without_a_clock_to_compare_is_ignored() -> None:
    assert seconds_to_wait("Mon, 23 Nov 2026 12:01:30 GMT", "") is None
    assert seconds_to_wait("Mon, 23 Nov 2026 12:01:30 -0000", TODAY) is None


def test_the_wait_travels_with_the_error() -> None:
    answer = backend(403, "rateLimitExceeded")
    found = error_from(403, {"Retry-After": "7"}, answer, has_condition=False)
    assert isinstance(found, Throttled)
    assert found.retry_after == 7

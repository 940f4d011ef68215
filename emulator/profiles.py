"""Named settings of the knobs: how Google limits, delays and loses, as the fact sheet has it.

In a test everything is calm but for the quotas of a minute; the program starts with Google's push
losses too.
"""

from __future__ import annotations

from emulator.google import Google

QUOTAS = ("google", "minute", "off")
PUSH = ("google", "off")
USER_MINUTE, PROJECT_MINUTE, CALENDAR_SECOND = 600, 10_000, 10


def use_quotas(google: Google, profile: str) -> None:
    """`google`: 600 units a minute and user, 10,000 a project, 10 writes a second and calendar
    (GOOGLE.md 7.1, 11.12); `minute`: the published two only; `off`: none. ValueError for others.
    """
    _check(profile, QUOTAS)
    if profile == "off":
        google.quota.lift()
        return
    google.quota.per_user = USER_MINUTE
    google.quota.per_project = PROJECT_MINUTE
    google.quota.calendar_writes_per_second = CALENDAR_SECOND if profile == "google" else None


def use_push(google: Google, profile: str) -> None:
    """`google`: 1 % of messages lost, some doubled, 1 to 5 s late, a stop takes a moment (GOOGLE.md
    8.2, 8.3, 10, 11.11); `off`: every message once and at once.
    """
    _check(profile, PUSH)
    is_real = profile == "google"
    knobs = google.knobs
    knobs.push_drop_rate = 0.01 if is_real else 0.0
    knobs.push_duplicate_rate = 0.02 if is_real else 0.0
    knobs.push_delay_seconds_from = 1.0 if is_real else 0.0
    knobs.push_delay_seconds_to = 5.0 if is_real else 0.0
    knobs.push_stop_seconds = 3.0 if is_real else 0.0


def _check(profile: str, known: tuple[str, ...]) -> None:
    if profile not in known:
        raise ValueError(f"a profile is {' or '.join(known)}, not {profile!r}")

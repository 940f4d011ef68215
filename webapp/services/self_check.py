"""Whether this installation can do its work: one line for each finding, with what to do (U15).

Short at the start of the clock process, in full with `flask doctor`. A problem keeps something from
working; a warning is worth knowing. Nothing here names a person, an address or a key.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import urlsplit

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import select

from webapp import mail
from webapp.config import GOOGLE_API_ROOT, LOOPBACK, Settings
from webapp.db import migrate
from webapp.db.engine import Database
from webapp.db.models import ConnectionState, GoogleConnection
from webapp.db.queries.connection_health import Health, connection_health
from webapp.db.queries.connection_lives import lives
from webapp.db.scope import Scope
from webapp.google.discovery import clock_difference
from webapp.google.errors import Unavailable
from webapp.queue.doorbell import Doorbell
from webapp.services.token_vault import TokenUnreadable, TokenVault

SKEW_NOTICED = dt.timedelta(seconds=30)
SKEW_TOO_MUCH = dt.timedelta(minutes=2)
"""Google's identity tokens are refused beyond this (RELIABILITY.md F84)."""

TESTING_LIFE = dt.timedelta(days=7)
"""How long access lasts while the Google project is in Testing (GOOGLE.md 1.7)."""
TESTING_SLACK = dt.timedelta(hours=12)

NOEVICTION = "noeviction"
NONE = dt.timedelta(0)


class Level(StrEnum):
    """How grave a finding is."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found. `advice` says what to do; empty when all is well."""

    check: str
    level: Level
    text: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Installation:
    """What the checks look at. `now` is aware UTC."""

    settings: Settings
    database: Database
    doorbell: Doorbell
    now: dt.datetime


Check = Callable[[Installation], Finding]


def findings(installation: Installation, *, is_full: bool) -> list[Finding]:
    """Every check's finding. The short form asks nobody beyond the installation itself.

    What needs the database's tables is left out when they are not there.
    """
    schema = _migrations(installation)
    checks: list[Check] = [_addresses, _queue, _workers, _mail]
    if schema.level is Level.OK:
        checks += [_keys, _testing, _progress]
    if is_full:
        checks += [_clock, _mail_server]
    return [schema, *(check(installation) for check in checks)]


def gravest_first(found: list[Finding]) -> list[Finding]:
    """Problems, then warnings, then what is well; each in the order of the checks."""
    return sorted(found, key=lambda finding: list(Level).index(finding.level), reverse=True)


def has_problems(found: list[Finding]) -> bool:
    """Whether something does not work."""
    return any(finding.level is Level.PROBLEM for finding in found)


def _migrations(installation: Installation) -> Finding:
    try:
        pending = len(migrate.pending(installation.database.engine))
    except SQLAlchemyError:
        return _problem("database", "The database does not answer.", "Look whether it is running.")
    if pending:
        advice = "Run flask --app webapp.app db upgrade."
        return _problem("database", f"{pending} migration(s) are pending.", advice)
    return _ok("database", "The database answers and is up to date.")


def _addresses(installation: Installation) -> Finding:
    """Google sends word of changes only to a public HTTPS address (GOOGLE.md 6)."""
    settings = installation.settings
    is_public = settings.is_https and _is_public(urlsplit(settings.external_url).hostname or "")
    if is_public and settings.google_api_root != GOOGLE_API_ROOT:
        advice = "Take GOOGLE_API_ROOT and GOOGLE_SERVER_METADATA_URL out of the environment."
        return _problem("address", "A public server talks to a stand-in for Google.", advice)
    if settings.push_address and not settings.is_https:
        return _ok("address", "The stand-in for Google can send word of changes to EXTERNAL_URL.")
    if not is_public:
        return _warning(
            "address",
            "EXTERNAL_URL is not a public https:// address, so Google cannot send word of changes.",
            "Changes in Google are noticed by polling alone; for more, serve over public HTTPS.",
        )
    return _ok("address", "Google can send word of changes to EXTERNAL_URL.")


def _is_public(host: str) -> bool:
    """Whether a host can be one of the internet's: no loopback, private address or bare name."""
    try:
        return ip_address(host).is_global
    except ValueError:
        is_local = host.endswith((".local", ".internal", ".localhost", ".lan"))
        return host not in LOOPBACK and "." in host and not is_local


def _queue(installation: Installation) -> Finding:
    if not installation.doorbell.is_answering():
        advice = "Look at REDIS_URL and whether the server runs. Saving works; syncing waits."
        return _problem("queue", "The queue server does not answer.", advice)
    policy = installation.doorbell.eviction_policy()
    if policy not in (NOEVICTION, None):
        advice = "Set its maxmemory-policy to noeviction; what it evicts are jobs."
        return _problem("queue", "The queue server may throw jobs away.", advice)
    return _ok("queue", "The queue server answers and keeps what it is given.")


def _workers(installation: Installation) -> Finding:
    working = installation.doorbell.worker_count()
    wanted = max(1, installation.settings.expected_workers)
    if working < wanted:
        advice = "Start python -m jobs.worker; without workers nothing is synced."
        return _problem("workers", f"{working} of {wanted} workers are running.", advice)
    return _ok("workers", f"{working} worker(s) are running.")


def _keys(installation: Installation) -> Finding:
    """Whether what is stored can be opened with the keys of now (F85)."""
    vault = TokenVault.of(installation.settings)
    with installation.database.reading(Scope.installation()) as session:
        rows = session.exec(
            select(GoogleConnection).where(GoogleConnection.state == ConnectionState.CONNECTED)
        ).all()
    unreadable = sum(not _can_open(vault, row) for row in rows)
    if unreadable:
        advice = "Put back the key that sealed them (TOKEN_KEYS, SECRET_KEY), or reconnect."
        return _problem("keys", f"{unreadable} stored token(s) cannot be opened.", advice)
    return _ok("keys", "Every stored token can be opened.")


def _testing(installation: Installation) -> Finding:
    """Access that was announced to end, or did end, seven days after it was given (U15, K4)."""
    with installation.database.reading(Scope.installation()) as session:
        ended = len([life for life in lives(session) if _is_a_week(life)])
        given = session.exec(select(GoogleConnection)).all()
    told = len([row for row in given if row.ends_at and _is_a_week(row.ends_at - row.connected_at)])
    if told or ended:
        return _problem(
            "google",
            f"The Google project seems to be in Testing: access of {max(told, ended)} account(s) "
            "ends after 7 days.",
            "Publish it (OAuth consent screen: In production, or Internal), then reconnect.",
        )
    if not installation.settings.has_google:
        advice = "Set GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET to offer two-way sync."
        return _warning("google", "Two-way sync is not set up on this server.", advice)
    return _ok("google", "No access was seen to end after seven days.")


def _is_a_week(life: dt.timedelta) -> bool:
    return abs(life - TESTING_LIFE) < TESTING_SLACK


def _can_open(vault: TokenVault, row: GoogleConnection) -> bool:
    try:
        vault.unseal(row.sealed_token, connection_id=row.id, practice_id=row.practice_id)
    except TokenUnreadable:
        return False
    return True


def _progress(installation: Installation) -> Finding:
    """Whether connected calendars are looked at: the trace of a clock process that is away."""
    with installation.database.reading(Scope.installation()) as session:
        states = [one.health for one in connection_health(session, now=installation.now)]
    late = states.count(Health.LATE)
    if late:
        advice = "Look whether python -m jobs.schedule runs, and at the operations page."
        return _problem("progress", f"{late} connection(s) are more than 30 min behind.", advice)
    return _ok("progress", "No connection is far behind.")


def _mail(installation: Installation) -> Finding:
    if not installation.settings.mail_server:
        advice = "Set MAIL_SERVER and MAIL_FROM; until then nobody hears of a lost connection."
        return _warning("mail", "Mails are only logged.", advice)
    return _ok("mail", "Mails are set up.")


def _clock(installation: Installation) -> Finding:
    """This machine's clock beside Google's, by the Date of an answer (F84)."""
    try:
        off = clock_difference(installation.settings, now=installation.now)
    except Unavailable:
        advice = "Look at the network; what is wished waits until Google answers."
        return _problem("clock", "Google does not answer, so the clock was not compared.", advice)
    text = f"The clock is {abs(off.total_seconds()):.0f} s {'ahead' if off > NONE else 'behind'}."
    if abs(off) > SKEW_TOO_MUCH:
        return _problem("clock", text, "Set it by NTP; sign-in with Google fails.")
    if abs(off) > SKEW_NOTICED:
        return _warning("clock", text, "Set it by NTP before it grows.")
    return _ok("clock", "The clock agrees with Google's.")


def _mail_server(installation: Installation) -> Finding:
    server = installation.settings.mail_server
    if server and not mail.is_answering(server):
        return _problem("mail server", "The mail server does not answer.", "Look at MAIL_SERVER.")
    return _ok("mail server", "The mail server answers." if server else "There is none to ask.")


def _ok(check: str, text: str) -> Finding:
    return Finding(check, Level.OK, text)


def _warning(check: str, text: str, advice: str) -> Finding:
    return Finding(check, Level.WARNING, text, advice)


def _problem(check: str, text: str, advice: str) -> Finding:
    return Finding(check, Level.PROBLEM, text, advice)

"""`python -m emulator --port N …`: the stand-in as a program of its own."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

from emulator import profiles, sample, serving
from emulator.app import create_app
from emulator.google import Google
from emulator.ics_parts import UnreadableCalendar
from emulator.storage import Keeper, UnreadableState, load
from emulator.times import known_zones

DEFAULT_ACCOUNT = "ada@example.com"


class Unusable(Exception):
    """An option that cannot be right; the text is one line for the person."""


def main(arguments: list[str] | None = None) -> int:
    """Serve until interrupted; 2 when an option, a state file or a calendar file cannot be used."""
    options = _parser().parse_args(arguments)
    google = Google(seed=options.seed, zone=options.zone)
    try:
        keeper = _prepared(google, options)
        server = serving.make(create_app(google), host=options.host, port=options.port)
    except (Unusable, UnreadableState, OSError) as refused:
        print(f"emulator: {refused}", file=sys.stderr)
        return 2
    google.origin = options.public_url or f"http://{options.host}:{server.port}"
    print(f"Stand-in for Google on {google.origin}", flush=True)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        server.serve_forever(poll_interval=0.1)
    except KeyboardInterrupt:
        pass
    finally:
        server.server_close()
        google.push.stop()
        if keeper is not None:
            keeper.stop()
    return 0


def _prepared(google: Google, options: argparse.Namespace) -> Keeper | None:
    if options.zone not in known_zones():
        raise Unusable(f"--zone {options.zone} is no IANA time zone")
    _set_weather(google, options)
    google.is_strict_about_clients = bool(options.client)
    for client in options.client:
        google.register_client(*client.split(":", 2))
    is_restored = options.state is not None and load(google, options.state)
    if options.account:
        person = (
            sample.fill(google, options.account)
            if options.sample
            else google.account(options.account)
        )
        print(f"Account {person.email}", flush=True)
    for path in options.imports:
        _import(google, options.account or DEFAULT_ACCOUNT, path, is_restored=is_restored)
    if options.state is None:
        return None
    keeper = Keeper(google, options.state)
    keeper.start()
    return keeper


def _set_weather(google: Google, options: argparse.Namespace) -> None:
    google.knobs.testing_mode = options.testing_mode
    google.knobs.http_push_is_allowed = options.allow_http_push
    try:
        google.latency.use(options.latency)
    except ValueError:
        raise Unusable("--latency is google, off or a number of seconds") from None
    profiles.use_quotas(google, options.quotas)
    profiles.use_push(google, options.push)


def _import(google: Google, email: str, path: Path, *, is_restored: bool) -> None:
    """One more calendar; a restart with the same state does not import the same file again."""
    person = google.account(email)
    if is_restored and any(calendar.summary == path.stem for calendar in person.calendars()):
        return
    try:
        result = person.import_ics(path.read_bytes(), name=path.stem)
    except (UnreadableCalendar, OSError) as refused:
        raise Unusable(f"cannot import {path}: {refused}") from None
    print(f"Imported {path.name}: {len(result.imported)} events, {len(result.problems)} left out")
    for problem in result.problems:
        print(f"  left out: {problem}")
    for note in result.notes:
        print(f"  note: {note}", flush=True)


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m emulator", description="A local stand-in for Google OAuth and Calendar."
    )
    add = parser.add_argument
    add("--port", type=int, default=8001, help="0 takes a free one")
    add("--host", default="127.0.0.1")
    add("--public-url", default="", help="the address browsers and apps use, when it differs")
    add("--state", type=Path, metavar="FILE", help="keep everything in this file over restarts")
    add("--import", dest="imports", type=Path, action="append", default=[], metavar="FILE.ics")
    add("--account", default="", metavar="EMAIL", help="make this account")
    add("--sample", action="store_true", help="fill the account with a believable life")
    add("--zone", default="Europe/Berlin", help="the time zone of new accounts")
    add("--testing-mode", action="store_true", help="refresh tokens die after seven days")
    add("--latency", default="off", metavar="google|off|SECONDS", help="how long answers take")
    add("--quotas", default="minute", choices=profiles.QUOTAS, help="limits per minute and user")
    add("--push", default="google", choices=profiles.PUSH, help="losses and delays of messages")
    add("--allow-http-push", action="store_true", help="channels may name http addresses")
    add("--seed", type=int, help="make every random choice repeatable")
    add("--client", action="append", default=[], metavar="ID:SECRET:REDIRECT")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())

"""`--state FILE`: the whole memory as JSON, written atomically soon after every change, read at
start.

Faults, quota and the call log belong to one run and are not kept. Raises `UnreadableState` for
a file that is not ours.
"""

from __future__ import annotations

import json
import os
import threading
from dataclasses import asdict, fields
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

from emulator.grants import AccessToken, Client, Code, Grants, RefreshToken
from emulator.model import Account, Calendar, Event, Json, ListEntry
from emulator.state import State
from emulator.times import EventTime

FORMAT = 1
DERIVED = ("events", "order", "log_versions", "log_ids", "exceptions", "series", "uids")
Record = TypeVar("Record")


class UnreadableState(ValueError):
    """The file exists but holds no state of the stand-in."""


class Keeper:
    """Writes the state to its file in the background, at most every `seconds`, and once more at
    the end.
    """

    def __init__(self, state: State, path: Path, *, seconds: float = 1.0) -> None:
        self._state, self._path, self._seconds = state, path, seconds
        self._is_stopped = threading.Event()
        self._written = -1
        self._thread = threading.Thread(target=self._run, daemon=True, name="state-file")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._is_stopped.set()
        self._thread.join()
        self._write()

    def _run(self) -> None:
        while not self._is_stopped.wait(self._seconds):
            self._write()

    def _write(self) -> None:
        if self._state.writes.count != self._written:
            self._written = self._state.writes.count
            save(self._state, self._path)


def save(state: State, path: Path) -> None:
    """Write everything to a new file and put it in place of the old one."""
    with state.lock:
        text = json.dumps(dump(state), separators=(",", ":"))
    fresh = path.with_suffix(path.suffix + ".new")
    with fresh.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def load(state: State, path: Path) -> bool:
    """Fill an empty state from the file; False when there is none yet."""
    if not path.exists():
        return False
    try:
        saved = json.loads(path.read_text(encoding="utf-8"))
        if saved["format"] != FORMAT:
            raise UnreadableState(f"{path} was written by another version; remove it to start anew")
        restore(state, saved)
    except (KeyError, TypeError, AttributeError, json.JSONDecodeError) as broken:
        raise UnreadableState(
            f"{path} is no state of the stand-in; remove it to start anew"
        ) from broken
    return True


def dump(state: State) -> Json:
    """Everything that must survive, as plain JSON."""
    return {
        "format": FORMAT,
        "key_pem": state.key_pem,
        "accounts": [_plain(asdict(account)) for account in state.accounts.values()],
        "calendars": [_calendar(calendar) for calendar in state.calendars.values()],
        "grants": _grants(state.grants),
        "channels": [_plain(asdict(channel)) for channel in state.channels],
    }


def restore(state: State, saved: Json) -> None:
    """Put a dump back."""
    state.key_pem = saved["key_pem"]
    for record in saved["accounts"]:
        entries = {key: _made(ListEntry, entry) for key, entry in record.pop("entries").items()}
        account = _made(Account, record)
        account.entries = entries
        state.accounts[account.email] = account
    for record in saved["calendars"]:
        calendar = _read_calendar(record)
        state.calendars[calendar.id] = calendar
        state.clock.remember(max(calendar.version, calendar.last_version()))
    _read_grants(state.grants, saved["grants"])
    state.channels.restore([_aware(record) for record in saved["channels"]])


def _calendar(calendar: Calendar) -> Json:
    plain = {f.name: getattr(calendar, f.name) for f in fields(calendar) if f.name not in DERIVED}
    events = [_plain(asdict(calendar.events[event_id])) for event_id in calendar.order]
    return plain | {
        "events": events,
        "log": list(zip(calendar.log_versions, calendar.log_ids, strict=True)),
    }


def _read_calendar(record: Json) -> Calendar:
    events, log = record.pop("events"), record.pop("log")
    calendar = _made(Calendar, record)
    for event in events:
        for name in ("start", "end", "original_start"):
            event[name] = _time(event[name])
        calendar.put(_made(Event, event))
    calendar.log_versions = [version for version, _ in log]
    calendar.log_ids = [event_id for _, event_id in log]
    return calendar


def _grants(grants: Grants) -> Json:
    return {
        "clients": [_plain(asdict(client)) for client in grants.clients.values()],
        "granted": [[user, project, scopes] for (user, project), scopes in grants.granted.items()],
        "consented": [list(pair) for pair in grants.consented],
        "codes": [_plain(asdict(code)) for code in grants.codes.values()],
        "refresh_tokens": [_plain(asdict(token)) for token in grants.refresh_tokens.values()],
        "access_tokens": [_plain(asdict(token)) for token in grants.access_tokens.values()],
    }


def _read_grants(grants: Grants, saved: Json) -> None:
    grants.clients |= {record["id"]: _made(Client, record) for record in saved["clients"]}
    grants.granted = {(user, project): scopes for user, project, scopes in saved["granted"]}
    grants.consented = {(user, client) for user, client in saved["consented"]}
    grants.codes = _by_value(Code, saved["codes"])
    grants.refresh_tokens = _by_value(RefreshToken, saved["refresh_tokens"])
    grants.access_tokens = _by_value(AccessToken, saved["access_tokens"])


def _by_value(kind: type[Record], records: list[Json]) -> dict[str, Record]:
    return {record["value"]: _made(kind, _aware(record)) for record in records}


def _aware(record: Json) -> Json:
    moments = {k: datetime.fromisoformat(v) for k, v in record.items() if k.endswith("_at") and v}
    return record | moments


def _made(kind: type[Record], record: Json) -> Record:
    return kind(**record)


def _time(saved: Json | None) -> EventTime | None:
    if saved is None:
        return None
    on = date.fromisoformat(saved["on"]) if saved["on"] else None
    at = datetime.fromisoformat(saved["at"]) if saved["at"] else None
    return EventTime(on=on, at=at, zone=saved["zone"])


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_plain(member) for member in value]
    return value.isoformat() if isinstance(value, (date, datetime)) else value

"""What a job runs with, made once per process: settings, database, doorbell, a way to Google."""

import datetime as dt
import functools
import os
import socket
import threading

from jobs.limiter import Limiter
from webapp.config import Settings
from webapp.db.engine import Database
from webapp.domain.keys import Purpose, derived_key
from webapp.google.calendar import CalendarClient
from webapp.queue import doorbell
from webapp.services import google_access
from webapp.services.sync_context import PushDoor, SyncTools
from webapp.services.token_vault import Holder

stopping = threading.Event()
"""Set when this process was told to end: the call on its way is the last one (F09)."""


@functools.cache
def settings() -> Settings:
    """The process's settings. Raises `SettingRefused`."""
    return Settings.from_environment()


@functools.cache
def tools() -> SyncTools:
    """The process's tools; also connects its doorbell, so that services can ring."""
    chosen = settings()
    database = Database(chosen.database_url)
    doorbell.connect(chosen.redis_url, signing_key=derived_key(chosen.secret_key, Purpose.JOBS))

    limiter = Limiter(
        chosen.redis_url,
        per_minute=chosen.google_units_per_minute,
        project_per_minute=chosen.google_project_units_per_minute,
    )

    def open_client(holder: Holder) -> CalendarClient:
        allowance = limiter.account(holder.google_sub)
        return google_access.client_for(chosen, database, holder, allowance=allowance)

    return SyncTools(
        database=database,
        clock=lambda: dt.datetime.now(dt.UTC),
        open_client=open_client,
        event_id_key=derived_key(chosen.secret_key, Purpose.EVENT_IDS),
        lease_seconds=chosen.lease_seconds,
        is_stopping=stopping.is_set,
        push=PushDoor.of(chosen),
    )


def owner() -> str:
    """Names this process in a lease."""
    return f"{socket.gethostname()}:{os.getpid()}"

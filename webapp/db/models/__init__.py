"""Every table, one module per noun. Import models from here, so that all of them are known."""

from webapp.db.models.alert import Alert
from webapp.db.models.appointment import Appointment, AppointmentException
from webapp.db.models.audit import AuditEntry
from webapp.db.models.booking import Booking, BookingSettings, BookingState
from webapp.db.models.browser_session import BrowserSession
from webapp.db.models.calendar_revision import CalendarRevision
from webapp.db.models.client import Client, ClientKind, ClientPerson
from webapp.db.models.feed_link import FeedLink, FeedReader
from webapp.db.models.google import Departure, GoogleConnection
from webapp.db.models.google_edit import EditState, GoogleEdit
from webapp.db.models.history import HistoryEntry
from webapp.db.models.mirror import GoogleEvent, RemovedEvent
from webapp.db.models.outbox import EventLink, Outbox
from webapp.db.models.practice import Member, Practice
from webapp.db.models.sync_run import SyncProblem, SyncRun
from webapp.db.models.sync_settings import SyncMode, SyncSettings
from webapp.db.models.synced_calendar import CalendarRole, SyncedCalendar
from webapp.db.models.watch_channel import WatchChannel
from webapp.db.write_order import follow_foreign_keys
from webapp.domain.connection_states import ConnectionState

__all__ = [
    "Alert",
    "Appointment",
    "AppointmentException",
    "AuditEntry",
    "Booking",
    "BookingSettings",
    "BookingState",
    "BrowserSession",
    "CalendarRevision",
    "CalendarRole",
    "Client",
    "ClientKind",
    "ClientPerson",
    "ConnectionState",
    "Departure",
    "EditState",
    "EventLink",
    "FeedLink",
    "FeedReader",
    "GoogleConnection",
    "GoogleEdit",
    "GoogleEvent",
    "HistoryEntry",
    "Member",
    "Outbox",
    "Practice",
    "RemovedEvent",
    "SyncMode",
    "SyncProblem",
    "SyncRun",
    "SyncSettings",
    "SyncedCalendar",
    "WatchChannel",
]

follow_foreign_keys()

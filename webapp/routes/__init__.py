"""The site map: every blueprint of the app, in the order of the menu. One module per noun."""

from flask import Blueprint

from webapp.routes import (
    appointments,
    calendar,
    clients,
    display,
    feed_links,
    feeds,
    google_connection,
    google_edits,
    google_events,
    health,
    help,
    home,
    password,
    patterns,
    practice,
    sessions,
    sync_runs,
    sync_settings,
    synced_calendars,
)

BLUEPRINTS: tuple[Blueprint, ...] = (
    home.bp,
    calendar.bp,
    appointments.bp,
    google_events.bp,
    google_edits.bp,
    clients.bp,
    sync_settings.bp,
    google_connection.bp,
    synced_calendars.bp,
    sync_runs.bp,
    feed_links.bp,
    feed_links.addresses,
    feeds.bp,
    practice.bp,
    help.bp,
    password.bp,
    display.bp,
    sessions.bp,
    health.bp,
    patterns.bp,
)

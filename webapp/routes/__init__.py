"""The site map: every blueprint of the app, in the order of the menu. One module per noun."""

from flask import Blueprint

from webapp.routes import (
    display,
    health,
    help,
    home,
    password,
    patterns,
    practice,
    sessions,
)

BLUEPRINTS: tuple[Blueprint, ...] = (
    home.bp,
    practice.bp,
    help.bp,
    password.bp,
    display.bp,
    sessions.bp,
    health.bp,
    patterns.bp,
)

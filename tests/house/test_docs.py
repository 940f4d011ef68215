"""What can be set, typed or read in the log is in the docs, and what the docs link to is there."""

import ast
import re
from pathlib import Path

import click
import pytest
from flask import Flask

from tests.house.source import ROOT, modules, tracked_files
from webapp.ops import events

OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
PAGES = [path for path in tracked_files() if path.suffix == ".md"]
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
GROUPS = ("db", "demo", "people", "sync", "keys", "operator", "audit")


def test_every_setting_is_in_the_docs() -> None:
    assert [name for name in settings() if f"`{name}`" not in OPERATIONS] == []


def test_every_setting_in_the_docs_exists() -> None:
    named = set(re.findall(r"^\| ((?:`[A-Z_]+`(?:, )?)+) \|", OPERATIONS, re.M))

    assert {name for row in named for name in re.findall(r"`([A-Z_]+)`", row)} == set(settings())


def test_every_log_event_is_in_the_docs() -> None:
    names = [value for name, value in vars(events).items() if name.isupper()]

    assert [name for name in names if f"`{name}`" not in OPERATIONS] == []


def test_every_command_is_in_the_docs(app: Flask) -> None:
    commands = [
        f"{group} {command}" for group in GROUPS for command in group_of(app, group).commands
    ] + ["doctor"]

    assert len(commands) >= 6
    assert [command for command in commands if f"| `{command}" not in OPERATIONS] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    links = LINK.findall(page.read_text())

    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_path_in_the_architecture_exists() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text()
    paths = set(re.findall(r"`((?:webapp|jobs|docs|tests|emulator)/[\w./]+)`", text))

    assert len(paths) > 15
    assert [path for path in sorted(paths) if not (ROOT / path).exists()] == []


def settings() -> list[str]:
    """The environment's names that webapp/config.py reads."""
    return sorted(
        str(node.args[0].value)
        for node in ast.walk(modules()["webapp/config.py"])
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "read"
        and isinstance(node.args[0], ast.Constant)
    )


def group_of(app: Flask, name: str) -> click.Group:
    """One of our groups of commands."""
    group = app.cli.commands[name]
    assert isinstance(group, click.Group)
    return group

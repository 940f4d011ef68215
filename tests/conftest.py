"""What every test may rely on: real neighbours, the same examples, no settings from outside.

Fixtures about one folder's subject stand in that folder's own conftest.py.
"""

import gc
import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

pytest_plugins = [
    "tests.fixtures.apps",
    "tests.fixtures.browser",
    "tests.fixtures.databases",
    "tests.fixtures.valkey",
    "tests.fixtures.zone_data",
]

OURS = (
    "DATABASE_URL",
    "REDIS_URL",
    "SECRET_KEY",
    "EXTERNAL_URL",
    "GOOGLE_CLIENT_ID",
    "GOOGLE_CLIENT_SECRET",
    "GOOGLE_SERVER_METADATA_URL",
    "GOOGLE_API_ROOT",
)

# The same examples on every run: a commit that fails does so for everybody (RELIABILITY.md 1.4).
settings.register_profile("commit", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("night", max_examples=50_000, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "commit"))


def pytest_configure() -> None:
    """Nothing that the caller has set for the program may reach a test."""
    for name in OURS:
        os.environ.pop(name, None)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Five thousand tests and all that they import stay until the end; looking through them for
    garbage again and again was a tenth of what the tests cost, and a quarter of collecting them."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.collect()
        gc.freeze()
        gc.set_threshold(5_000)

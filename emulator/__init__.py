"""A stateful stand-in for Google's OAuth and Calendar v3 servers, for local use.

Run it with `python -m emulator --port N`, or inside a test with `running_emulator()`. It is held to
GOOGLE.md (the fact sheet of this project) and shares no code with the product, so that it cannot
repeat our misreading.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from emulator.google import Google
    from emulator.serving import RunningEmulator

__all__ = ["running_emulator"]


def running_emulator(
    *, google: Google | None = None, port: int = 0
) -> AbstractContextManager[RunningEmulator]:
    """Serve a stand-in on a loopback port while the `with` block runs; the value has `.url` and
    `.google`.
    """
    from emulator.serving import running_emulator as serve

    return serve(google=google, port=port)

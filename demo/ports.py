"""Which TCP ports of this machine are free. Asks the system by binding; starts nothing."""

import socket
from collections.abc import Collection

LOOPBACK = "127.0.0.1"


class PortRefused(ValueError):
    """A port was asked for that cannot be one; the message names the setting."""


def port_setting(name: str, text: str) -> int:
    """The port asked for in the setting `name`; raises PortRefused unless it is 1 to 65535."""
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= 65535):
        raise PortRefused(f"{name} must be a port between 1 and 65535, not {text!r}.")
    return int(text)


def next_free_port(first: int, *, besides: Collection[int] = ()) -> int:
    """`first`, or the next above it that is free on the loopback and not among `besides`."""
    for port in range(first, 65536):
        if port not in besides and is_free(port):
            return port
    raise PortRefused(f"No port from {first} upwards is free.")


def any_free_port() -> int:
    """A port of the system's choosing."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def is_free(port: int) -> bool:
    """True when a server could listen on `port` now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True

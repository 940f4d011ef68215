"""Ports: the one asked for, or the next one that is free."""

import socket

import pytest

from demo.ports import LOOPBACK, PortRefused, any_free_port, next_free_port, port_setting


def test_it_takes_the_port_asked_for_when_it_is_free():
    port = any_free_port()
    assert next_free_port(port) == port


def test_it_takes_the_next_port_when_somebody_listens_on_this_one():
    with socket.create_server((LOOPBACK, 0)) as taken:
        port = taken.getsockname()[1]
        assert next_free_port(port) > port


def test_it_leaves_out_ports_that_are_already_promised():
    port = any_free_port()
    assert next_free_port(port, besides={port}) > port


@pytest.mark.parametrize("text", ["", "0", "65536", "-1", "8000x", "eight", "8 000", "²"])
def test_it_refuses_what_cannot_be_a_port_and_names_the_setting(text):
    with pytest.raises(PortRefused, match="EMULATOR_PORT must be a port between 1 and 65535"):
        port_setting("EMULATOR_PORT", text)

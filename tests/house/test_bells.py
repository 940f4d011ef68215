"""Every name that a worker may run is a function that takes ids (webapp/queue)."""

import importlib
import inspect

import pytest

from webapp.queue import Bell


@pytest.mark.parametrize("bell", Bell)
def test_every_bell_rings_something(bell: Bell) -> None:
    module, _, name = bell.value.rpartition(".")
    function = getattr(importlib.import_module(module), name)

    parameters = inspect.signature(function).parameters.values()
    assert all(parameter.annotation is str for parameter in parameters)
    assert len(parameters) <= 1

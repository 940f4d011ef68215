"""Google's own client as the judge: all methods, all parameters, and the document itself."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest

from emulator import methods, scopes
from emulator.serving import RunningEmulator
from tests.emulator.judges import document, tour
from tests.emulator.judges.witness import LEGACY, Witness


def test_google_s_client_drives_every_method_and_every_parameter(
    emu: RunningEmulator, witness: Witness
) -> None:
    """Issue 3, Show 1. The witness holds each of these calls to the document meanwhile."""
    before = witness.seen
    tour.drive(emu)
    calls = emu.google.calls.select("calendar.*")
    refused = [(call.method_id, call.status, call.reason) for call in calls if call.status >= 300]
    assert refused == []
    driven = {
        (call.method_id, name)
        for call in calls
        for name in ["", *dict(parse_qsl(call.query, keep_blank_values=True))]
    }
    claimed = {(one.id, name) for one in methods.METHODS for name in ["", *one.parameters]}
    assert claimed - driven == set()
    assert witness.seen - before == len(calls)


@pytest.mark.parametrize("method", methods.METHODS, ids=lambda method: method.id)
def test_a_method_has_the_path_parameters_and_scopes_of_the_document(
    method: methods.Method,
) -> None:
    """GOOGLE.md 1.8 and DISC, certain."""
    wanted = document.methods()[method.id]
    assert (method.http, method.template) == (wanted.http, wanted.path)
    assert method.parameters == set(wanted.query)
    accepted = {scopes.short_name(scope) for scope in wanted.scopes}
    assert scopes.ACCEPTED[method.id] == accepted


def test_the_standard_parameters_are_those_of_the_document() -> None:
    assert set(document.read()["parameters"]) == methods.STANDARD - LEGACY

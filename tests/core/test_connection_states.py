"""The connection's table: complete, without dead ends, and with words on every arrow."""

import pytest

from webapp.domain.connection_states import (
    LOSSES,
    TABLE,
    Arrow,
    Button,
    ConnectionEvent,
    ConnectionState,
    ImpossibleChange,
    arrow,
    lost_by,
)


def test_every_case_is_there_once() -> None:
    cases = [(one.state, one.event) for one in TABLE]
    assert len(set(cases)) == len(cases)
    assert {one.event for one in TABLE} == set(ConnectionEvent)


@pytest.mark.parametrize("one", TABLE, ids=lambda one: f"{one.state}, {one.event}")
def test_every_arrow_says_what_happened_and_what_it_means(one: Arrow) -> None:
    """U7: and at most one button."""
    assert one.reason.endswith(".")
    assert one.consequence.endswith(".")
    assert isinstance(one.button, Button)


@pytest.mark.parametrize("state", ConnectionState)
def test_every_state_can_be_reached_and_left(state: ConnectionState) -> None:
    assert any(one.to is state for one in TABLE)
    assert any(one.state is state and one.to is not state for one in TABLE)


@pytest.mark.parametrize("state", ConnectionState)
def test_access_can_be_given_in_every_state(state: ConnectionState) -> None:
    """Whatever went wrong, connecting again mends it (R130)."""
    assert arrow(state, ConnectionEvent.GRANTED).to is ConnectionState.CONNECTED


@pytest.mark.parametrize("event", LOSSES)
def test_every_loss_asks_for_a_reconnect(event: ConnectionEvent) -> None:
    """R127"""
    assert lost_by(event).to is ConnectionState.RECONNECT_NEEDED
    assert lost_by(event).button is Button.RECONNECT


def test_what_is_not_in_the_table_cannot_happen() -> None:
    with pytest.raises(ImpossibleChange):
        arrow(ConnectionState.NOT_CONNECTED, ConnectionEvent.GIVEN_BACK)

"""The tile in every one of its states: each renders, and exactly the three live ones ask again.

Rendered from plain rows, with no database behind them (HOUSE.md 8 "The tile").
"""

import datetime as dt
import re
from collections.abc import Iterator

import pytest
from flask import Flask, render_template

from tests.web.conftest import NOW, Clock, make_settings
from webapp.app import create_app
from webapp.db.queries.tile_samples import CONNECTED, calendar_sample, run_sample, tile_samples
from webapp.db.queries.tiles import Tile
from webapp.domain.run_state import RunState
from webapp.domain.tile_state import POLLING, TileState

TILES = tile_samples(NOW)

WORDS = {
    TileState.NOT_SYNCED: ["Not synced", "Events here do not block booking", "Sync"],
    TileState.QUEUED: ["Waiting to start", "Usually under a minute", "Cancel"],
    TileState.RUNNING: ["Syncing 212 of 640", "You can leave this page", "Cancel"],
    TileState.WAITING: ["Waiting for Google", "Google asks us to slow down.", "at 09:05"],
    TileState.SYNCED: ["Synced", "2 min ago", "640 events", "blocks booking", "Sync now"],
    TileState.SYNCED_WITH_NOTES: ["1 event not synced", "Choir", "Its repeat rule"],
    TileState.FAILED: ["Sync did not finish", "Google refused.", "Try again"],
    TileState.STUCK: [
        "Needs attention",
        "Google refused.",
        "Last good sync",
        "2 min ago",
        "Try again",
    ],
    TileState.PAUSED: ["Paused by you", "Since", "Busy ones still block booking", "Resume"],
    TileState.RECONNECT_NEEDED: ["Google stopped our access", "Reconnect"],
    TileState.DISCONNECTED: ["Disconnected", "2 min ago", "are kept for you"],
    TileState.MISSING: [
        "This calendar is gone from Google",
        "Removed or deleted there",
        "Google was asked",
        "It is not in your list of calendars there.",
        "Ask Google again",
    ],
    TileState.ASKING: [
        "Google reports 120 of 140 events gone. Nothing was removed here yet.",
        "Review",
        "Remove them",
        "Keep them",
        "Ask Google again",
    ],
    TileState.ACCESS_LOWERED: ["No longer yours in Google", "still come in", "Turn off"],
    TileState.OF_APP: ["Made by Practice Calendar", "nothing is shown or blocked twice"],
    TileState.CANNOT_SYNC: ["Shared with you", "Only calendars you own can be synced"],
}


@pytest.fixture(scope="module")
def app() -> Iterator[Flask]:
    """The app over a database that nobody asks."""
    app = create_app(
        make_settings("sqlite://"),
        TESTING=True,
        CLOCK=Clock(),
        RATELIMIT_STORAGE_URI="memory://",
    )
    yield app
    app.extensions["database"].dispose()


def rendered(app: Flask, tile: Tile) -> str:
    """The tile's HTML."""
    with app.test_request_context("/"):
        return render_template("synced_calendars/_tile.html", tile=tile, is_focused=False)


def test_every_state_is_here() -> None:
    assert set(TILES) == set(WORDS) == set(TileState)
    assert {tile.state: state for state, tile in TILES.items()} == {s: s for s in TileState}


@pytest.mark.parametrize("state", TileState)
def test_a_tile_says_its_state_in_words_beside_the_picture(app: Flask, state: TileState) -> None:
    """PRODUCT.md 6.2, in these words."""
    html = rendered(app, TILES[state])
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))
    assert [words for words in WORDS[state] if words not in text] == []
    assert f'data-state="{state}"' in html


@pytest.mark.parametrize("state", TileState)
def test_exactly_queued_running_and_waiting_ask_again(app: Flask, state: TileState) -> None:
    """R68: and a tile at rest asks nothing, so an idle page costs nothing."""
    html = rendered(app, TILES[state])
    assert ("hx-get" in html) is (state in POLLING)
    assert ('hx-trigger="load' in html) is (state in POLLING)


@pytest.mark.parametrize("state", TileState)
def test_a_tile_is_one_element_with_the_id_of_its_calendar(app: Flask, state: TileState) -> None:
    html = rendered(app, TILES[state]).strip()
    assert html.startswith("<article")
    assert html.count("<article") == 1
    assert html.endswith("</article>")
    assert f'id="tile-sample-{state}"' in html


def test_the_progress_bar_is_named_after_its_calendar(app: Flask) -> None:
    """WCAG 4.1.2: value, maximum and a name."""
    html = rendered(app, TILES[TileState.RUNNING])
    bar = re.search(r"<progress[^>]*>", html)
    assert bar is not None
    assert 'aria-label="Sync of Family"' in bar[0]
    assert 'value="212" max="640"' in bar[0]


def test_a_failed_run_keeps_the_last_good_time(app: Flask) -> None:
    """PRODUCT.md 6.2: what worked once is not forgotten."""
    tile = Tile(
        calendar_sample(NOW, failure="Google refused."), CONNECTED, run_sample(NOW, RunState.FAILED)
    )
    assert "Last good sync" in rendered(app, tile)


def test_trouble_that_stays_takes_the_check_mark_away(app: Flask) -> None:
    """PRODUCT.md 6.2: the reason, the last good time and one button, however long ago it worked."""
    html = rendered(app, TILES[TileState.STUCK])
    assert ">Synced<" not in html
    assert html.count("<button") == 1


def test_trouble_that_ends_by_itself_is_told_without_taking_the_check_mark(app: Flask) -> None:
    """A single unanswered poll is no failure: the next one comes by itself."""
    at = NOW + dt.timedelta(minutes=1)
    tile = Tile(
        calendar_sample(NOW, failure="Google did not answer.", next_attempt_at=at, attempts=1),
        CONNECTED,
    )
    assert tile.state is TileState.SYNCED
    assert "We try again at 09:01" in rendered(app, tile)


def test_a_name_from_google_is_text_and_nothing_else(app: Flask) -> None:
    tile = Tile(
        calendar_sample(NOW, name="<script>alert(1)</script>", colour='"/><script>'), CONNECTED
    )
    assert "<script>" not in rendered(app, tile)

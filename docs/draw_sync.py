"""Draws the tables of docs/sync.md from the code that they are: `python docs/draw_sync.py`.

The page keeps its words; whatever stands between `<!-- table: name -->` and `<!-- end -->` is drawn
anew. tests/house/test_sync_docs.py fails when the page and the code differ.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from webapp.domain import busy, connection_states, tile_state
from webapp.domain.connection_states import ConnectionState
from webapp.services.failures import SENTENCES
from webapp.sync import actions, outgoing, reconcile, retry, run_states
from webapp.sync.run_states import RunEvent

PAGE = Path(__file__).with_name("sync.md")
PART = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def drawn(text: str) -> str:
    """The page with every table as the code has it now. Raises KeyError for an unknown one."""
    return PART.sub(lambda found: f"{found[1]}\n{TABLES[found[2]]()}\n\n{found[3]}", text)


def own() -> str:
    """The own-events table."""
    rows = [(row.base, row.wanted, row.theirs, *_action(row.action)) for row in reconcile.OWN]
    return _table(("base", "wanted", "theirs", "action", "what it does", "told"), rows)


def mirror() -> str:
    """The table for Google's events."""
    rows = [(row.mirror, row.theirs, *_action(row.action)[:2]) for row in reconcile.MIRROR]
    return _table(("ours", "theirs", "action", "what it does"), rows)


def writing() -> str:
    """The outgoing table, which stands in the docstring of its module."""
    lines = [line.strip() for line in (outgoing.__doc__ or "").splitlines() if " | " in line]
    rows = [[cell.strip() for cell in line.split("|")] for line in lines]
    return _table(rows[0], rows[1:])


def retries() -> str:
    """What follows from each failure."""
    rows = [
        (failure.value, SENTENCES[failure], row.outcome.value, *_waits(row))
        for failure, row in retry.TABLE.items()
    ]
    return _table(("failure", "what the tile says", "then", "first wait", "longest wait"), rows)


def runs() -> str:
    """State, event, next state; "–" where it cannot happen."""
    events = list(RunEvent)
    rows = [
        (state.value, *(after[event].value if event in after else "–" for event in events))
        for state, after in run_states.TABLE.items()
    ]
    return _table(("state", *(event.value for event in events)), rows)


def tiles() -> str:
    """What a tile shows; the first row that applies decides."""
    rows = [(rule.when, rule.state.value.replace("_", " ")) for rule in tile_state.RULES]
    return _table(("a calendar that is", "shows"), rows)


def blocking() -> str:
    """What blocks booking; the first row that applies decides."""
    rows = [(rule.events, "yes" if rule.blocks else "no", rule.changed_by) for rule in busy.RULES]
    return _table(("an event of Google's", "blocks", "choice on the tile"), rows)


def connection() -> str:
    """Every arrow with its three parts."""
    head = ("state", "event", "next state", "what happened", "what it means", "button")
    rows = [
        (a.state.value, a.event.value, a.to.value, a.reason, a.consequence, a.button.value)
        for a in connection_states.TABLE
    ]
    return _table(head, rows)


def connection_drawing() -> str:
    """The same as a drawing; arrows between the same two states share a line."""
    arrows: dict[tuple[ConnectionState, ConnectionState], list[str]] = {}
    for each in connection_states.TABLE:
        arrows.setdefault((each.state, each.to), []).append(each.event.value)
    lines = [f"    {state} --> {to}: {', '.join(names)}" for (state, to), names in arrows.items()]
    first = f"    [*] --> {ConnectionState.NOT_CONNECTED}"
    return "\n".join(["```mermaid", "stateDiagram-v2", first, *lines, "```"])


TABLES: dict[str, Callable[[], str]] = {
    "own": own,
    "mirror": mirror,
    "blocking": blocking,
    "writing": writing,
    "retries": retries,
    "runs": runs,
    "tiles": tiles,
    "connection_drawing": connection_drawing,
    "connection": connection,
}


def _action(action: type[actions.OwnAction] | type[actions.MirrorAction]) -> tuple[str, str, str]:
    words = re.sub(r"(?<!^)(?=[A-Z])", " ", action.__name__).lower()
    meaning = " ".join((action.__doc__ or "").split("`")[0].split())
    return words, meaning, "yes" if action.is_told else ""


def _waits(row: retry.Row) -> tuple[str, str]:
    if row.outcome is not retry.Outcome.AGAIN:
        return "", ""
    return _duration(row.first), _duration(row.longest)


def _duration(length: dt.timedelta) -> str:
    seconds = int(length.total_seconds())
    for unit, size in (("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


if __name__ == "__main__":
    PAGE.write_text(drawn(PAGE.read_text()))

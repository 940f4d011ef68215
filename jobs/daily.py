"""What is done once a day: forgets what is older than it may be kept."""

from jobs import scope
from webapp.db.scope import Scope
from webapp.services import history, removed_events


def run() -> None:
    """One day's work over the whole installation; running it twice does no harm."""
    tools = scope.tools()
    with tools.database.writing(Scope.installation()) as session:
        history.purge(session, now=tools.clock())
    with tools.database.writing(Scope.installation()) as session:
        removed_events.forget_old(session, now=tools.clock())

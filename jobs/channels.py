"""Opens, renews and ends the watch channels of one connected Google account."""

from jobs import scope
from webapp.services import channels


def run(connection_id: str) -> None:
    """`connection_id` is a GoogleConnection's id."""
    channels.tend(scope.tools(), connection_id=connection_id)

"""Lists the calendars of one connected Google account."""

from jobs import scope
from webapp.services import accounts


def run(connection_id: str) -> None:
    """`connection_id` is a GoogleConnection's id."""
    accounts.list_calendars(scope.tools(), connection_id=connection_id)

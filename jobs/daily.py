"""What is done once a day: keeps wall times when zones have changed, forgets what is older than it
may be kept, says how audit logs end."""

import logging

from jobs import scope
from webapp.db import audit_chain
from webapp.db.scope import Scope
from webapp.ops import events
from webapp.services import booking_upkeep, history, removed_events, zone_rules

log = logging.getLogger(__name__)


def run() -> None:
    """One day's work over the whole installation; running it twice does no harm."""
    tools = scope.tools()
    zone_rules.keep_wall_times(tools.database, now=tools.clock())
    with tools.database.writing(Scope.installation()) as session:
        history.purge(session, now=tools.clock())
    with tools.database.writing(Scope.installation()) as session:
        removed_events.forget_old(session, now=tools.clock())
    with tools.database.writing(Scope.installation()) as session:
        booking_upkeep.forget_old(session, now=tools.clock())
    with tools.database.reading(Scope.installation()) as session:
        for head in audit_chain.heads(session):
            fields = {
                "practice_id": head.practice_id,
                "count": head.position,
                "code": head.digest,
            }
            log.info(events.AUDIT_HEAD, extra=fields)

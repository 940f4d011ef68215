"""Looks once, at the start, whether the installation can do its work; each finding is a line."""

import logging

from sqlalchemy.exc import SQLAlchemyError

from jobs import scope
from webapp.domain.keys import Purpose, derived_key
from webapp.ops import events
from webapp.queue import doorbell
from webapp.services import self_check
from webapp.services.self_check import Installation, Level

LOUDNESS = {Level.WARNING: logging.WARNING, Level.PROBLEM: logging.ERROR}

log = logging.getLogger(__name__)


def run() -> None:
    """Logs what is not well. The workers start beside this process, so they are not missed yet."""
    settings, tools = scope.settings(), scope.tools()
    signing_key = derived_key(settings.secret_key, Purpose.JOBS)
    rung = doorbell.connect(settings.redis_url, signing_key=signing_key)
    installation = Installation(settings, tools.database, rung, tools.clock())
    try:
        found = self_check.findings(installation, is_full=False)
    except SQLAlchemyError:  # It went away in between: the sweep says so.
        return
    for finding in found:
        if finding.level in LOUDNESS and finding.check != "workers":
            fields = {"action": finding.check, "reason": f"{finding.text} {finding.advice}"}
            log.log(LOUDNESS[finding.level], events.SELF_CHECK_FOUND, extra=fields)

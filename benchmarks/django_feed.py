"""The same events served by django-ical, as its documentation has it; runs among the peers.

EVENTS names a JSON file: a list of [uid, title, start, end, place] with ISO times in UTC.
"""

import datetime as dt
import json
import os
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import path

settings.configure(
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    SECRET_KEY="of no use elsewhere",  # noqa: S106
    INSTALLED_APPS=[],
    USE_TZ=True,
)
django.setup()

from django_ical.views import ICalFeed  # noqa: E402 - wants its settings first.

EVENTS = json.loads(Path(os.environ["EVENTS"]).read_text())


class Feed(ICalFeed):  # type: ignore[misc] # django-ical ships no types.
    """One calendar."""

    product_id = "-//benchmark//EN"
    timezone = "Europe/Berlin"

    def items(self) -> Any:
        """Every event."""
        return EVENTS

    def item_guid(self, item: Any) -> str:
        """UID."""
        return str(item[0])

    def item_title(self, item: Any) -> str:
        """SUMMARY."""
        return str(item[1])

    def item_start_datetime(self, item: Any) -> dt.datetime:
        """DTSTART."""
        return dt.datetime.fromisoformat(item[2])

    def item_end_datetime(self, item: Any) -> dt.datetime:
        """DTEND."""
        return dt.datetime.fromisoformat(item[3])

    def item_location(self, item: Any) -> str:
        """LOCATION."""
        return str(item[4])

    def item_description(self, item: Any) -> str:
        """DESCRIPTION."""
        return ""

    def item_link(self, item: Any) -> str:
        """URL."""
        return "/"


urlpatterns = [path("calendar.ics", Feed())]
application = get_wsgi_application()

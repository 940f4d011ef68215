"""Which calendar page a request asks for. What it leaves out is remembered, or today."""

import datetime as dt

from flask import request, session

from webapp.domain.calendar_pages import FIRST_DAY, LAST_DAY, CalendarPage, CalendarView, page
from webapp.domain.wall_clock import resolved, wall
from webapp.services import calendar_page
from webapp.services.calendar_page import CalendarSheet
from webapp.web.clock import now
from webapp.web.login import current_member
from webapp.web.session import db
from webapp.web.zones import display_zone

REMEMBERED = "calendar_view"
FIRST_HOUR, LAST_HOUR = 9, 22


def asked_sheet() -> CalendarSheet:
    """The page that `view`, `on`, `member` and `hours` name. An unreadable day means today."""
    return calendar_page.gather(
        db(),
        viewer=current_member(),
        member_id=request.args.get("member", ""),
        page=_page(),
        zone=display_zone(),
        now=now(),
        has_all_hours=request.args.get("hours") == "all",
    )


def remember_view(view: CalendarView) -> None:
    """The calendar opens in this view next time, until the person signs out."""
    if session.get(REMEMBERED) != view.value:
        session[REMEMBERED] = view.value


def _page() -> CalendarPage:
    wanted = request.args.get("view", "") or session.get(REMEMBERED, "")
    view = CalendarView(wanted) if wanted in set(CalendarView) else CalendarView.WEEK
    return page(view, asked_day("on"))


def asked_day(name: str) -> dt.date:
    """The day that an argument names, else today in the zone of the page."""
    try:
        return dt.date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return wall(now(), display_zone()).date()


def asked_start(zone: str) -> dt.datetime:
    """When a new session may begin, aware UTC: the slot `starts`, else a good hour of the day `on`.

    Today that is the next full hour, on any other day nine o'clock in `zone`.
    """
    slot = _slot(request.args.get("starts", ""))
    if slot is not None and FIRST_DAY < slot.date() < LAST_DAY:
        return slot.astimezone(dt.UTC)
    return _good_hour(min(max(asked_day("on"), FIRST_DAY), LAST_DAY), zone)


def _slot(text: str) -> dt.datetime | None:
    try:
        slot = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return slot if slot.tzinfo is not None else None


def _good_hour(day: dt.date, zone: str) -> dt.datetime:
    here = wall(now(), zone)
    if day != here.date() or here.hour >= LAST_HOUR:
        return resolved(dt.datetime.combine(day, dt.time(FIRST_HOUR)), zone)
    return resolved(dt.datetime.combine(day, dt.time(here.hour + 1)), zone)

"""The page and sync tokens of event lists: which list, which parameters, which place (GOOGLE.md
5.2).
"""

from __future__ import annotations

from emulator import list_query, sync_tokens
from emulator.api_call import ApiCall
from emulator.list_query import Query
from emulator.model import Calendar, Json

PLACE = ("o", "n", "after", "end")
PAGED_BY = (
    *list_query.NOT_WITH_SYNC,
    *("syncToken", "singleEvents", "showDeleted", "eventTypes", "originalStart", "maxAttendees"),
)


def place(call: ApiCall, calendar: Calendar) -> Json | None:
    token = call.text("pageToken")
    if token is None:
        return None
    members = sync_tokens.read_page_token(
        token,
        resource=_list_name(call, calendar),
        user=call.account.email,
        parameters=_page_parameters(call),
    )
    return {name: members[name] for name in PLACE if name in members}


def page_token(call: ApiCall, calendar: Calendar, place: Json) -> str:
    return sync_tokens.page_token(
        resource=_list_name(call, calendar),
        user=call.account.email,
        parameters=_page_parameters(call),
        **place,
    )


def position(call: ApiCall, calendar: Calendar, query: Query) -> int:
    return sync_tokens.read_sync_token(
        call.text("syncToken") or "",
        resource=_list_name(call, calendar),
        user=call.account.email,
        epoch=calendar.token_epoch,
        parameters=_sync_parameters(call, query),
        now=call.state.clock.now(),
        knobs=call.state.knobs,
    )


def sync_token(call: ApiCall, calendar: Calendar, query: Query, position: int) -> str:
    return sync_tokens.sync_token(
        resource=_list_name(call, calendar),
        user=call.account.email,
        position=position,
        epoch=calendar.token_epoch,
        parameters=_sync_parameters(call, query),
        now=call.state.clock.now(),
    )


def _list_name(call: ApiCall, calendar: Calendar) -> str:
    return f"events {calendar.id} {call.path.get('eventId', '')}"


def _page_parameters(call: ApiCall) -> str:
    return repr([(name, sorted(call.query.get(name, []))) for name in PAGED_BY])


def _sync_parameters(call: ApiCall, query: Query) -> str:
    return repr(
        (
            query.is_single,
            sorted(query.types),
            call.text("maxAttendees"),
            call.text("showHiddenInvitations"),
        )
    )

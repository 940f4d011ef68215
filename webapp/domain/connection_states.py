"""The life of a connection with Google, as one table: state, event, next state, and what is said.

Every arrow has its reason (what happened), its consequence (what it means for the practitioner and
their clients) and at most one button. The banner, the tile, the page and the mails say these words
and no others (U7); docs/sync.md is drawn from here. Nothing here knows about time or about rows.
"""

from dataclasses import dataclass
from enum import StrEnum


class ConnectionState(StrEnum):
    """How we stand with one practitioner's Google account.

    `leaving` and `still_listed` are a departure's (services/departures.py): by then the
    connection's own row is gone, or holds nothing but events that the practitioner kept.
    """

    NOT_CONNECTED = "not_connected"
    CONNECTED = "connected"
    RESTING = "resting"
    RECONNECT_NEEDED = "reconnect_needed"
    LEAVING = "leaving"
    STILL_LISTED = "still_listed"


class ConnectionEvent(StrEnum):
    """What can happen to a connection: by the person, at Google, or here."""

    GRANTED = "access given"
    ACCESS_REMOVED = "access removed"
    SEVEN_DAYS_OVER = "seven days over"
    TIME_OVER = "time over"
    FORBIDDEN = "forbidden by an administrator"
    PERMISSION_MISSING = "permission missing"
    API_OFF = "API switched off"
    NO_CALENDAR = "account without a calendar"
    KEY_UNREADABLE = "key unreadable"
    REFUSED = "access refused"
    TWO_WAY_LEFT = "two-way left"
    TWO_WAY_CHOSEN = "two-way chosen"
    DISCONNECTED = "disconnected"
    ANOTHER_ACCOUNT = "another account chosen"
    DEACTIVATED = "member deactivated"
    GOOGLE_SILENT = "Google silent"
    GIVEN_BACK = "access given back"
    DAY_OVER = "a day over"


class Button(StrEnum):
    """What the one button says; the templates know where it leads."""

    NONE = ""
    START_SYNC = "Start sync"
    RECONNECT = "Reconnect Google"
    TWO_WAY = "Switch to two-way"
    CONNECT = "Connect with Google"
    GOOGLE_ACCOUNT = "Open your Google Account"


@dataclass(frozen=True, slots=True)
class Arrow:
    """One way from a state to the next, and the three parts of what is said about it."""

    state: ConnectionState
    event: ConnectionEvent
    to: ConnectionState
    reason: str
    consequence: str
    button: Button = Button.NONE


class ImpossibleChange(ValueError):
    """This cannot happen to a connection in this state."""


_S, _E = ConnectionState, ConnectionEvent

WAITING_FOR_YOU = (
    "Nothing was deleted, and your clients’ sessions stay as they are. What you change here waits "
    "and reaches Google when you reconnect. Google’s events stay as we last saw them, so a time "
    "that looks free may be taken."
)

LOSSES: dict[ConnectionEvent, str] = {
    _E.ACCESS_REMOVED: "Access was removed in your Google account, or it has expired.",
    _E.SEVEN_DAYS_OVER: (
        "The access ended seven days after you gave it. The likely reason: this server’s project "
        "is still in “Testing” at Google, where every access ends after seven days. Whoever runs "
        "this server can publish the project and end that."
    ),
    _E.TIME_OVER: "The access was given for a limited time, and that time is over.",
    _E.FORBIDDEN: (
        "The administrator of your Google account does not allow this app. Ask them to allow it, "
        "then reconnect."
    ),
    _E.PERMISSION_MISSING: (
        "Google says that a permission is missing. Reconnect, and tick each box on Google’s page."
    ),
    _E.API_OFF: (
        "The Google Calendar API is switched off for this server’s project. Whoever runs the "
        "server has to switch it on; then reconnect."
    ),
    _E.NO_CALENDAR: "This Google account has no Google Calendar. Reconnect with one that has.",
    _E.KEY_UNREADABLE: "The stored key to your Google account can no longer be read here.",
    _E.REFUSED: "Google no longer accepts our access.",
}
"""The ways to lose access, each with its reason (F21, F27, R127)."""


def _lost() -> tuple[Arrow, ...]:
    return tuple(
        Arrow(_S.CONNECTED, event, _S.RECONNECT_NEEDED, reason, WAITING_FOR_YOU, Button.RECONNECT)
        for event, reason in LOSSES.items()
    )


def _given_again(state: ConnectionState) -> Arrow:
    return Arrow(
        state,
        _E.GRANTED,
        _S.CONNECTED,
        "You gave access again.",
        "Sync goes on where it stopped, with the same calendar and the same events.",
    )


def _put_to_rest(state: ConnectionState) -> Arrow:
    return Arrow(
        state,
        _E.TWO_WAY_LEFT,
        _S.RESTING,
        "You left two-way sync.",
        "We neither read nor write in Google. The access is kept for when you come back.",
        Button.TWO_WAY,
    )


def _left(state: ConnectionState) -> tuple[Arrow, ...]:
    asked = Arrow(
        state,
        _E.DISCONNECTED,
        _S.LEAVING,
        "You disconnected Google.",
        "Sync has stopped, and your sessions here stay as they are. We are giving the access back.",
    )
    changed = Arrow(
        state,
        _E.ANOTHER_ACCOUNT,
        _S.LEAVING,
        "You chose another Google account.",
        "The earlier account’s events left this app. We are giving its access back.",
    )
    deactivated = Arrow(
        state,
        _E.DEACTIVATED,
        _S.LEAVING,
        "The owner of your practice ended your access to this app.",
        "Sync has stopped, and your sessions here stay as they are. We are giving the access back.",
    )
    return asked, changed, deactivated


def _given_back(state: ConnectionState) -> tuple[Arrow, ...]:
    silent = Arrow(
        state,
        _E.GOOGLE_SILENT,
        _S.STILL_LISTED,
        "Google does not answer.",
        "Everything here is done. Google’s list of connected apps may still show this one; "
        "we try again for a day.",
        Button.GOOGLE_ACCOUNT,
    )
    done = Arrow(
        state,
        _E.GIVEN_BACK,
        _S.NOT_CONNECTED,
        "Our access to your Google account has ended.",
        "Nothing here can reach Google any more.",
        Button.CONNECT,
    )
    return silent, done


TABLE: tuple[Arrow, ...] = (
    Arrow(
        _S.NOT_CONNECTED,
        _E.GRANTED,
        _S.CONNECTED,
        "You connected a Google account.",
        "Nothing is read or written until you start the first sync.",
        Button.START_SYNC,
    ),
    _given_again(_S.CONNECTED),
    *_lost(),
    _put_to_rest(_S.CONNECTED),
    *_left(_S.CONNECTED),
    _given_again(_S.RECONNECT_NEEDED),
    _put_to_rest(_S.RECONNECT_NEEDED),
    *_left(_S.RECONNECT_NEEDED),
    _given_again(_S.RESTING),
    Arrow(
        _S.RESTING,
        _E.TWO_WAY_CHOSEN,
        _S.CONNECTED,
        "You came back to two-way sync.",
        "The access and the calendar from before are used again once you start the sync.",
        Button.START_SYNC,
    ),
    *_left(_S.RESTING),
    *_given_back(_S.LEAVING),
    _given_again(_S.LEAVING),
    *_given_back(_S.STILL_LISTED),
    _given_again(_S.STILL_LISTED),
    Arrow(
        _S.STILL_LISTED,
        _E.DAY_OVER,
        _S.NOT_CONNECTED,
        "Google did not answer for a day.",
        "The key is deleted here. Google’s list of connected apps may still show this one; "
        "you can remove it there.",
        Button.GOOGLE_ACCOUNT,
    ),
)

_BY_CASE = {(arrow.state, arrow.event): arrow for arrow in TABLE}


def arrow(state: ConnectionState, event: ConnectionEvent) -> Arrow:
    """What `event` does in `state`. Raises `ImpossibleChange`."""
    try:
        return _BY_CASE[state, event]
    except KeyError:
        raise ImpossibleChange(f"{event} cannot happen to a {state} connection") from None


def lost_by(event: ConnectionEvent) -> Arrow:
    """The words about a lost access, whatever has happened since."""
    return arrow(_S.CONNECTED, event)

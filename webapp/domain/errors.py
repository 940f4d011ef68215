"""What can go wrong in the product, each with a sentence for the person it happened to.

    ProductError
    ├── Invalid            422  a form's fields, each with its sentence
    │   └── TooManyAtOnce  503  very many people are signing in just now
    ├── NotFound           404  not there, or not yours: nobody can tell which
    ├── NotAllowed         403  yours to see, not yours to do
    ├── StaleEdit          409  somebody changed it since you opened it
    ├── SlotTaken          409  the time was taken meanwhile
    ├── BookingPaused      503  nobody can book online just now
    ├── MailNotSent        503  the mail that has to be answered did not go out
    └── NotConnected       400  Google was not connected, and nothing was stored
        ├── ConsentExpired     400  the way back from Google was not ours, used or too old
        ├── PermissionsMissing 400  a box was not ticked at Google
        ├── AccountInQuestion  409  another account than expected: asks before going on
        ├── GoogleSilent       503  Google does not answer
        └── GoogleNotSetUp     404  this server has no Google credentials

Services raise, routes do not catch, `web/errors.py` turns them into answers. `status_hint` only
suggests an HTTP status; `help_anchor` names the answer on the help page (R134). No error carries a
client's name.
"""

from collections.abc import Mapping
from typing import ClassVar


class ProductError(Exception):
    """Something that a person has to be told about. `sentence` is meant for their eyes."""

    status_hint: ClassVar[int] = 400
    heading: ClassVar[str] = "That did not work"
    default_sentence: ClassVar[str] = "That did not work. Nothing was changed."
    help_anchor: ClassVar[str] = ""

    def __init__(self, sentence: str = "") -> None:
        self.sentence = sentence or self.default_sentence
        super().__init__(self.sentence)


class Invalid(ProductError):
    """A form that cannot be accepted: `errors` maps a field's name to a sentence.

    The name "" stands for the form as a whole.
    """

    status_hint = 422
    heading = "Please check the form"
    default_sentence = "Please check what is marked."

    def __init__(self, errors: Mapping[str, str]) -> None:
        self.errors = dict(errors)
        super().__init__(next(iter(self.errors.values()), ""))


class TooManyAtOnce(Invalid):
    """Very many passwords are being looked at; this one was not. The form comes back with it."""

    status_hint = 503
    heading = "Many people are signing in just now"
    default_sentence = "Your password was not looked at yet. Wait a few seconds, then try again."
    help_anchor = "slow-or-down"

    def __init__(self) -> None:
        super().__init__({"": f"{self.heading}. {self.default_sentence}"})
        self.sentence = self.default_sentence


class NotFound(ProductError):
    """There is no such thing, or none that this person may know of (RELIABILITY.md 3.5)."""

    status_hint = 404
    heading = "This page does not exist"
    default_sentence = "It may have been removed, or the address is not complete."


class NotAllowed(ProductError):
    """This person may not do this."""

    status_hint = 403
    heading = "This is not yours to change"
    default_sentence = (
        "Your role in this practice does not include this. The owner can change that."
    )
    help_anchor = "not-allowed"


class StaleEdit(ProductError):
    """Somebody else changed the same thing since this person opened it."""

    status_hint = 409
    heading = "This was changed meanwhile"
    default_sentence = (
        "Somebody changed this after you opened it. Nothing was overwritten: "
        "look at the newer version and repeat your change."
    )
    help_anchor = "changed-meanwhile"


class SlotTaken(ProductError):
    """The wanted time is no longer free."""

    status_hint = 409
    heading = "That time was just taken"
    default_sentence = "Another event now takes this time. Choose another one."
    help_anchor = "busy-and-booking"


class BookingPaused(ProductError):
    """Online booking waits; whoever books is not told for what (R138, R139)."""

    status_hint = 503
    heading = "Online booking is paused for a moment"
    default_sentence = "Please call the practice, or try again later."


class MailNotSent(ProductError):
    """The mail with the link did not go out, and nothing was kept."""

    status_hint = 503
    heading = "We could not send the mail"
    default_sentence = "Nothing was booked. Check the address, or try again in a few minutes."


class NotConnected(ProductError):
    """Google was not connected; nothing of what it gave was kept. `next_step` words the button."""

    heading = "Google was not connected"
    default_sentence = "Google did not complete the connection. Nothing was connected."
    help_anchor = "connect"
    next_step: ClassVar[str] = "Try again"
    account: str = ""


class ConsentExpired(NotConnected):
    """The answer does not belong to a question that this browser asked in the last minutes."""

    heading = "This step was done already or took too long"
    default_sentence = "Nothing was connected by it. You can start again from here."
    next_step = "Connect with Google"


class PermissionsMissing(NotConnected):
    """Boxes were left unticked. `permissions` are Google's own words for them (R50)."""

    heading = "Google did not give us everything"
    default_sentence = (
        "Two-way sync needs every permission on Google’s page. Nothing was connected. "
        "Ask again, and tick each box."
    )
    next_step = "Ask again"

    def __init__(self, permissions: tuple[str, ...]) -> None:
        self.permissions = permissions
        super().__init__()


class AccountInQuestion(NotConnected):
    """Another account than expected. Going on with `account` (Google's id of it) is the answer."""

    status_hint = 409
    heading = "Please check the Google account"
    next_step = "Use this account"

    def __init__(self, sentence: str, *, account: str) -> None:
        self.account = account
        super().__init__(sentence)


class GoogleSilent(NotConnected):
    """Google cannot be reached, or its answer cannot be read."""

    status_hint = 503
    heading = "Google does not answer"
    default_sentence = "Nothing was changed. Try again in a minute."


class GoogleNotSetUp(NotConnected):
    """Two-way sync is not offered by this server (R54)."""

    status_hint = 404
    heading = "Two-way sync is not set up on this server"
    default_sentence = "Your administrator can add it. One-way sync works without it."
    next_step = ""

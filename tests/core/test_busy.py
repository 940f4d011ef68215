"""What blocks: every combination of what Google can say and a practitioner can choose."""

from itertools import product

import pytest

from webapp.domain.busy import (
    AS_IN_GOOGLE,
    RULES,
    Choices,
    Marks,
    is_free_by_default,
    ruling,
)

STATUSES = ("confirmed", "tentative", "cancelled")
RESPONSES = ("", "accepted", "declined", "tentative", "needsAction")
TYPES = (
    "default",
    "birthday",
    "focusTime",
    "fromGmail",
    "outOfOffice",
    "workingLocation",
    "a type of next year",
)
BOTH = (False, True)
EVERY_MARK = [
    Marks(is_free=free, status=status, response=response, event_type=kind, is_all_day=all_day)
    for free, status, response, kind, all_day in product(BOTH, STATUSES, RESPONSES, TYPES, BOTH)
]
EVERY_CHOICE = [Choices(*chosen) for chosen in product(BOTH, repeat=3)]


def says_the_specification(marks: Marks, choices: Choices) -> bool:
    """R84 and R90 to R94 once more, as a person would tick them off, not as a table."""
    if not choices.blocks_booking:
        return False
    takes_place = marks.status != "cancelled" and marks.response != "declined"
    if marks.event_type in ("workingLocation", "birthday"):
        return False
    if marks.event_type in ("outOfOffice", "focusTime"):
        return takes_place
    is_open = marks.status == "tentative" or marks.response in ("tentative", "needsAction")
    is_let_through = (marks.is_all_day and not choices.all_day_blocks) or (
        is_open and not choices.unanswered_blocks
    )
    return takes_place and not marks.is_free and not is_let_through


def test_every_combination_blocks_as_the_specification_says() -> None:
    """R84, R90 to R94, K9 to K11: 3,360 cases, so nothing is left to a guess."""
    wrong = [
        (marks, choices)
        for marks, choices in product(EVERY_MARK, EVERY_CHOICE)
        if ruling(marks, choices).blocks is not says_the_specification(marks, choices)
    ]
    assert wrong == []


def test_every_rule_is_the_reason_for_something_and_says_so() -> None:
    """A row that never applies would be a promise in the docs that nobody keeps."""
    used = {id(ruling(marks, choices)) for marks, choices in product(EVERY_MARK, EVERY_CHOICE)}
    assert used == {id(rule) for rule in RULES}
    assert len({rule.why for rule in RULES}) == len(RULES)


def test_a_choice_only_ever_frees_time() -> None:
    """Unticking a box never makes something block that did not."""
    for marks, choices in product(EVERY_MARK, EVERY_CHOICE):
        assert ruling(marks).blocks or not ruling(marks, choices).blocks


@pytest.mark.parametrize(
    ("marks", "choices", "expected"),
    [
        (Marks(), AS_IN_GOOGLE, True),  # R91
        (Marks(is_free=True), AS_IN_GOOGLE, False),  # R91, PEERS 14
        (Marks(is_all_day=True), AS_IN_GOOGLE, True),  # R92
        (Marks(is_all_day=True), Choices(all_day_blocks=False), False),  # R84, U10
        (Marks(response="needsAction"), AS_IN_GOOGLE, True),  # R93
        (Marks(response="needsAction"), Choices(unanswered_blocks=False), False),  # R93
        (Marks(response="declined"), AS_IN_GOOGLE, False),  # R93
        (Marks(event_type="outOfOffice", is_free=True), AS_IN_GOOGLE, True),  # R94
        (
            Marks(event_type="outOfOffice", is_all_day=True),
            Choices(all_day_blocks=False),
            True,
        ),  # R94 before R84: a vacation is not what that box is about.
        (Marks(event_type="focusTime"), Choices(blocks_booking=False), False),  # R84
        (Marks(event_type="birthday"), AS_IN_GOOGLE, False),  # R94
        (Marks(event_type="fromGmail"), AS_IN_GOOGLE, True),
    ],
)
def test_the_cases_that_people_ask_about(marks: Marks, choices: Choices, expected: bool) -> None:
    assert ruling(marks, choices).blocks is expected


def test_a_free_vacation_gets_a_hint_and_nothing_else_does() -> None:
    """U9: Google makes whole days Free; only an ordinary one that would block is worth a word."""
    vacation = Marks(is_free=True, is_all_day=True)
    assert is_free_by_default(vacation, AS_IN_GOOGLE)
    assert not is_free_by_default(vacation, Choices(all_day_blocks=False))
    assert not is_free_by_default(vacation, Choices(blocks_booking=False))
    assert not is_free_by_default(Marks(is_free=True), AS_IN_GOOGLE)
    assert not is_free_by_default(Marks(is_all_day=True), AS_IN_GOOGLE)
    declined = Marks(is_free=True, is_all_day=True, response="declined")
    assert not is_free_by_default(declined, AS_IN_GOOGLE)
    birthday = Marks(is_free=True, is_all_day=True, event_type="birthday")
    assert not is_free_by_default(birthday, AS_IN_GOOGLE)

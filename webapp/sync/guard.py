"""The brake against removing too much at once (R125, F42, F57): better ask than clear."""

A_FEW = 3
MANY = 10
LARGEST_SHARE = 0.2


def is_too_many(removals: int, *, of_future: int) -> bool:
    """Whether a person should look before `removals` of `of_future` coming events go.

    Too many are more than ten that are also more than a fifth, and a calendar that is suddenly
    empty. The last few events of a small calendar may go without a question.
    """
    is_mass = removals > MANY and removals > of_future * LARGEST_SHARE
    is_emptied = removals > A_FEW and removals >= of_future
    return is_mass or is_emptied

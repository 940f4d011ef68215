"""Clients inside the app, where everybody who may open the record reads the full name."""

from webapp.domain.naming import ClientName, PersonName


def name_inside(client: ClientName) -> str:
    """ "Cleo Marsh", or for a couple "Iris Moor & Jan Holt". Never for another calendar."""
    return " & ".join(person_inside(person) for person in client.people) or client.internal_id


def person_inside(person: PersonName) -> str:
    """First name as they go by, then the family name; either may be missing."""
    return f"{person.called} {person.family_name}".strip()

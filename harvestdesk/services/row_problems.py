"""What is wrong with a list a person edits, by row and field, and what services share in checking one."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.money import PrecisionLostError, to_scaled

RowField = tuple[int, str]
"""Number of a row in the list that was given, from 0, and the name of its field."""


def fits(value: Decimal, digits: int) -> bool:
    """True when a file can hold a number exactly, with so many decimals."""
    try:
        to_scaled(value, digits)
    except PrecisionLostError:
        return False
    return True


def repeated(ids: Sequence[str], field: str, words: str) -> dict[RowField, str]:
    """Return a problem for each id that an earlier row has; empty ids are new ones."""
    return {(row, field): words for row, row_id in enumerate(ids) if row_id and row_id in ids[:row]}


def refuse(problems: Mapping[RowField, str], what: str) -> None:
    """Refuse a list with problems.

    Raises:
        BadInputError: the first problem, with its row and field as facts.
    """
    for (row, field), words in problems.items():
        raise BadInputError(f"Row {row + 1}: {words}", code=f"{what}.{field}", row=row, field=field)

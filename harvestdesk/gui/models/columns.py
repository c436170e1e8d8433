"""What a column of a table is: how it is written, aligned and explained, and one row looked up by column."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from harvestdesk.gui import formatting
from harvestdesk.gui.theme import Tone


class Kind(StrEnum):
    """How a column is written, aligned, sorted and filtered."""

    TEXT = "text"
    MONEY = "money"
    """Dollars with cents."""
    DOLLARS = "dollars"
    """Dollars without cents."""
    PRICE = "price"
    SHARES = "shares"
    PERCENT = "percent"
    """A fraction of one, written as a percentage."""
    BASIS_POINTS = "basis_points"
    INTEGER = "integer"
    DATE = "date"
    WRITTEN = "written"
    """Figures of several kinds in one column, written already; neither sorted nor filtered."""

    @property
    def is_number(self) -> bool:
        """True for kinds that are right-aligned figures."""
        return self not in {Kind.TEXT, Kind.DATE}


WRITERS: dict[Kind, Callable[[Any], str]] = {
    Kind.TEXT: lambda v: "" if v is None else str(v),
    Kind.MONEY: lambda v: formatting.amount(v, cents=True),
    Kind.DOLLARS: lambda v: formatting.amount(v, cents=False),
    Kind.PRICE: lambda v: formatting.amount(v, cents=True),
    Kind.SHARES: formatting.shares,
    Kind.PERCENT: formatting.percent,
    Kind.BASIS_POINTS: lambda v: formatting.number(v, 1),
    Kind.INTEGER: lambda v: formatting.number(v, 0),
    Kind.DATE: formatting.day,
    Kind.WRITTEN: lambda v: "" if v is None else str(v),
}

RowValues = Mapping[str, Any]
"""The values of one row by column key (extra columns included)."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column as data.

    Attributes:
        key: name of the column in the data.
        title: head of the column.
        explain: what the column means, for the head's tooltip.
        explain_cell: words on how one figure came about; without it the head's words are used.
        tone: colour of meaning of a cell; a sign or a word must stand beside it.
        width: width in characters, 0 for the usual one of its kind.
        stretch: takes the room that is left.
    """

    key: str
    title: str
    kind: Kind = Kind.TEXT
    explain: str = ""
    explain_cell: Callable[[RowValues], str] | None = None
    tone: Callable[[RowValues], Tone] | None = None
    width: int = 0
    stretch: bool = False


class RowView(Mapping[str, Any]):
    """One row of the columns, looked up without copying."""

    __slots__ = ("_columns", "_row")

    def __init__(self, columns: Mapping[str, Sequence[Any]], row: int) -> None:
        self._columns = columns
        self._row = row

    def __getitem__(self, key: str) -> Any:
        return self._columns[key][self._row]

    def __iter__(self) -> Any:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

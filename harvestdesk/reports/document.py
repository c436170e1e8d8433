"""The Report model: what is on the paper, in order, with no word about fonts or pages."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path


class Align(StrEnum):
    """Which edge the cells of a column line up on; figures stand on the right."""

    LEFT = "left"
    RIGHT = "right"
    CENTER = "center"


class RowKind(StrEnum):
    """What a row of a table is."""

    BODY = "body"
    GROUP = "group"
    """A heading inside the table: its first cell spans the row."""
    SUM = "sum"
    """A subtotal; not added again into sums."""


class Tone(StrEnum):
    """The weight of a paragraph."""

    BODY = "body"
    LEAD = "lead"
    """The answer in one sentence."""
    WARNING = "warning"
    """Framed, and never by colour alone."""
    SMALL = "small"


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; level 1 opens a section, level 2 a part of it."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text."""

    text: str
    tone: Tone = Tone.BODY


@dataclass(frozen=True, slots=True)
class Points:
    """A list; each item has its mark: a bullet, a number, a tick or a cross."""

    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """Labels with their values, set in two columns of pairs."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Attributes:
        width_share: width relative to the other columns; 100 is an ordinary one.
        total: figures are summed at the foot of each page the table covers.
    """

    title: str
    align: Align = Align.LEFT
    width_share: int = 100
    total: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table; as many cells as columns, except GROUP rows, which have one."""

    cells: tuple[str, ...]
    kind: RowKind = RowKind.BODY


@dataclass(frozen=True, slots=True)
class Table:
    """A table; its head is repeated on each page.

    Attributes:
        totals: the last row, or empty for none.
        empty_text: what stands in place of a table without rows.
    """

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    totals: tuple[str, ...] = ()
    caption: str = ""
    empty_text: str = "None."

    def __post_init__(self) -> None:
        """Refuse rows that do not fit the columns: a shifted figure is worse than none."""
        width = len(self.columns)
        for row in self.rows:
            if len(row.cells) != (1 if row.kind is RowKind.GROUP else width):
                raise ValueError(
                    f"{len(row.cells)} cells in a table of {width} columns: {row.cells}"
                )
        if self.totals and len(self.totals) != width:
            raise ValueError(f"{len(self.totals)} totals in a table of {width} columns")


@dataclass(frozen=True, slots=True)
class Checklist:
    """Things to do, each with a box to tick and a line for initials."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Signatures:
    """Lines to sign, each with a date."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PageBreak:
    """What follows begins on a new page."""


Block = Heading | Paragraph | Points | Facts | Table | Checklist | Signatures | PageBreak


@dataclass(frozen=True, slots=True)
class Report:
    """A document as plain data.

    Attributes:
        header: facts under the title on the first page.
        running: household and as-of date, repeated at the head of each page.
        footer: repeated at the foot of each page, beside page x of y.
        simulated: invented data; every page says so.
        dated: the as-of date; stands in for the time of printing, so that equal reports are equal files.
    """

    title: str
    subtitle: str = ""
    header: tuple[tuple[str, str], ...] = ()
    blocks: tuple[Block, ...] = ()
    footer: str = ""
    simulated: bool = False
    running: str = ""
    dated: date | None = None

    def tables(self) -> Iterator[Table]:
        """Yield the tables in order."""
        return (b for b in self.blocks if isinstance(b, Table))


PaperRenderer = Callable[[Report, Path], None]
"""Sets a report on paper, into a PDF file."""

SIMULATED_MARK = "SIMULATED DATA"

"""Tables on paper: columns that fit, heads on each page, sums on each page, no heading left alone."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from harvestdesk.gui.printing.marks import Line, Mark, Text
from harvestdesk.gui.printing.paper import ACCENT, PT, RULE, Voice
from harvestdesk.gui.printing.type import Typesetter
from harvestdesk.reports.document import Align, Column, Row, RowKind, Table
from harvestdesk.reports.figures import number, plain_figure, usd

_GAP = 5.5 * PT
"""Space between columns."""
_PAD = 2.0 * PT
"""Space above and below the text of a row."""
_SIZES = (
    (Voice.CELL, Voice.CELL_BOLD),
    (Voice.CELL_TIGHT, Voice.CELL_TIGHT_BOLD),
    (Voice.CELL_FINE, Voice.CELL_FINE_BOLD),
)
"""Type of the cells, from the one to use to the one wide tables fall back to."""
_WIDEST_WORD = 74 * PT
"""Longest word of running text that is never broken."""


_LONGEST = 1500
"""Characters of a cell that are set; rows do not break over pages, so that a runaway cell must end."""


@dataclass(frozen=True, slots=True)
class Band:
    """A row set in type: its marks from its upper left corner."""

    marks: tuple[Mark, ...]
    height: float


class TableSetter:
    """Sets one table at one width, part by part as pages give room."""

    def __init__(self, table: Table, setter: Typesetter, width: float) -> None:
        self._table = table
        self._setter = setter
        self._width = width
        self._plain, self._bold = self._size()
        self._widths = self._column_widths(self._plain, self._bold)
        lefts = [0.0]
        for column_width, gap in zip(self._widths, self._gaps(), strict=False):
            lefts.append(lefts[-1] + column_width + gap)
        self._lefts = tuple(lefts)
        self.head = self._head()
        self._sums = [n for n, column in enumerate(table.columns) if column.total]

    def units(self) -> Iterator[list[int]]:
        """Yield rows that must stand together: a group head with its first row, sums with the last."""
        unit: list[int] = []
        rows = self._table.rows
        for n, row in enumerate(rows):
            unit.append(n)
            following = rows[n + 1].kind if n + 1 < len(rows) else None
            if row.kind is not RowKind.GROUP and following is not RowKind.SUM:
                yield unit
                unit = []
        if unit:
            yield unit

    def band(self, n: int) -> Band:
        """Return row `n` in type."""
        row = self._table.rows[n]
        match row.kind:
            case RowKind.GROUP:
                return self._group(row.cells[0])
            case RowKind.SUM:
                return self._cells(row.cells, self._bold, Line(0, 0, self._width, 0, 4.0, RULE))
            case RowKind.BODY:
                rule = Line(0, 0, self._width, 0)
                return self._cells(row.cells, self._plain, rule)

    def continued(self, n: int) -> Band | None:
        """Return the head of the group row `n` belongs to, for the top of a page, or None."""
        rows = self._table.rows
        if rows[n].kind is not RowKind.BODY:
            return None
        for before in reversed(rows[:n]):
            if before.kind is RowKind.GROUP:
                return self._group(f"{before.cells[0]} (continued)")
            if before.kind is RowKind.SUM:
                return None
        return None

    def page_sum(self, shown: Sequence[int]) -> Band | None:
        """Return the sums of the rows on a page, or None where no column is summed."""
        if not self._sums:
            return None
        cells = [""] * len(self._table.columns)
        for column in self._sums:
            cells[column] = _sum_text(
                [
                    self._table.rows[n].cells[column]
                    for n in shown
                    if self._table.rows[n].kind is RowKind.BODY
                ]
            )
        cells[0] = "This page"
        rule = Line(0, 0, self._width, 0, 4.0, RULE)
        return self._cells(tuple(cells), self._bold, rule)

    def totals(self) -> Band | None:
        """Return the last row, under a heavy rule, or None."""
        if not self._table.totals or not self._table.rows:
            return None
        rule = Line(0, 0, self._width, 0, 9.0, "#000000")
        return self._cells(self._table.totals, self._bold, rule)

    def _size(self) -> tuple[Voice, Voice]:
        for plain, bold in _SIZES:
            if sum(self._least_widths(plain, bold)) <= self._room():
                return plain, bold
        return _SIZES[-1]

    def _room(self) -> float:
        return self._width - sum(self._gaps())

    def _gaps(self) -> list[float]:
        """Return the space behind each column but the last; figures and the words after them need more."""
        sides = [column.align is Align.RIGHT for column in self._table.columns]
        return [_GAP * (2 if a and not b else 1) for a, b in itertools.pairwise(sides)]

    def _column_widths(self, plain: Voice, bold: Voice) -> list[float]:
        least = self._least_widths(plain, bold)
        room = self._room()
        if sum(least) >= room:
            return [width * room / sum(least) for width in least]
        # Shares first; a column below its least width takes it, and the others share what is left.
        shares = [column.width_share for column in self._table.columns]
        fixed: set[int] = set()
        while True:
            open_share = sum(s for n, s in enumerate(shares) if n not in fixed) or 1.0
            left = room - sum(least[n] for n in fixed)
            short = {
                n
                for n, s in enumerate(shares)
                if n not in fixed and left * s / open_share < least[n]
            }
            if not short:
                return [
                    least[n] if n in fixed else left * s / open_share for n, s in enumerate(shares)
                ]
            fixed |= short

    def _least_widths(self, plain: Voice, bold: Voice) -> list[float]:
        columns = zip(*(r.cells for r in self._body_rows()), strict=True)
        by_column = [set(cells) for cells in columns] or [set() for _ in self._table.columns]
        return [
            self._least_width(column, cells, plain, bold)
            for column, cells in zip(self._table.columns, by_column, strict=True)
        ]

    def _least_width(self, column: Column, cells: set[str], plain: Voice, bold: Voice) -> float:
        title = self._setter.longest_word([column.title], bold)
        if column.align is Align.RIGHT:
            # Figures are never broken. Page sums can be a digit longer than any figure above them.
            widest = max((self._setter.advance(cell, bold) for cell in cells), default=0.0)
            extra = self._setter.advance("0", bold) if column.total and len(cells) > 20 else 0.0
            return max(title, widest + extra)
        words = self._setter.longest_word(cells, plain)
        return max(title, min(words, _WIDEST_WORD))

    def _body_rows(self) -> list[Row]:
        rows = [row for row in self._table.rows if row.kind is RowKind.BODY]
        blank_first = [
            Row(("", *cells[1:]))
            for cells in (
                *(row.cells for row in self._table.rows if row.kind is RowKind.SUM),
                self._table.totals,
            )
            if cells
        ]
        return rows + blank_first

    def _head(self) -> Band:
        voice = self._bold
        lines = [
            self._setter.wrap(column.title, voice, width)
            for column, width in zip(self._table.columns, self._widths, strict=True)
        ]
        tallest = max(len(cell) for cell in lines)
        height = tallest * self._setter.step(voice) + 2 * _PAD
        marks: list[Mark] = [
            Line(0, 0, self._width, 0, 6.0, RULE),
            Line(0, height, self._width, height, 6.0, RULE),
        ]
        for n, cell in enumerate(lines):
            # Heads sit on the rule below them, so that one-line heads line up with the last lines.
            top = _PAD + (tallest - len(cell)) * self._setter.step(voice)
            marks += self._cell_marks(n, cell, voice, top)
        return Band(tuple(marks), height)

    def _group(self, text: str) -> Band:
        voice = self._bold
        lines = self._setter.wrap(text, voice, self._width)
        height = len(lines) * self._setter.step(voice) + 2 * _PAD + 2 * PT
        base = self._setter.baseline(voice) + _PAD + 2 * PT
        marks: list[Mark] = [Line(0, 0, self._width, 0, 4.0, ACCENT)]
        marks += [
            Text(0, base + n * self._setter.step(voice), line, voice)
            for n, line in enumerate(lines)
        ]
        return Band(tuple(marks), height)

    def _cells(self, cells: Sequence[str], voice: Voice, rule: Line) -> Band:
        lines: list[tuple[str, ...]] = []
        for n, cell in enumerate(cells):
            width = self._widths[n]
            if voice is self._bold and n == 0:
                width = self._spill(cells)
            text = cell if len(cell) <= _LONGEST else f"{cell[:_LONGEST]}…"
            lines.append(self._setter.wrap(text, voice, width) if text else ())
        tallest = max(1, *(len(cell) for cell in lines))
        marks: list[Mark] = [rule]
        for n, cell_lines in enumerate(lines):
            marks += self._cell_marks(n, cell_lines, voice, _PAD)
        return Band(tuple(marks), tallest * self._setter.step(voice) + 2 * _PAD)

    def _spill(self, cells: Sequence[str]) -> float:
        """Return the width the name of a sum may take: to the next cell that says something."""
        following = next((n for n in range(1, len(cells)) if cells[n]), len(cells))
        if following == len(cells):
            return self._width
        taken = self._setter.advance(cells[following], self._bold)
        is_right = self._table.columns[following].align is Align.RIGHT
        start = self._lefts[following]
        return start + (self._widths[following] - taken if is_right else 0.0) - _GAP

    def _cell_marks(self, n: int, lines: Sequence[str], voice: Voice, top: float) -> Iterator[Mark]:
        left, width = self._lefts[n], self._widths[n]
        align = self._table.columns[n].align
        base = top + self._setter.baseline(voice)
        for line_number, line in enumerate(lines):
            x = left
            if align is not Align.LEFT:
                slack = width - self._setter.advance(line, voice)
                x += slack if align is Align.RIGHT else slack / 2
            yield Text(x, base + line_number * self._setter.step(voice), line, voice)


def _sum_text(cells: Sequence[str]) -> str:
    figures = [(cell, plain_figure(cell)) for cell in cells]
    values = [value for _, value in figures if value is not None]
    if not values:
        return ""
    shown = next(cell for cell, value in figures if value is not None)
    digits = len(shown.partition(".")[2])
    total = sum(values, Decimal(0))
    return usd(total, digits) if "$" in shown else number(total, digits)

"""A Report as CSV: the same words and figures, figures as plain numbers, no cell a formula."""

from collections.abc import Iterator
from datetime import date

from harvestdesk.domain.safe_text import CsvValue, csv_text
from harvestdesk.reports.document import (
    SIMULATED_MARK,
    Align,
    Block,
    Checklist,
    Column,
    Facts,
    Heading,
    PageBreak,
    Paragraph,
    Points,
    Report,
    Row,
    RowKind,
    Signatures,
    Table,
)
from harvestdesk.reports.figures import plain_figure

_BOM = "\ufeff"
"""Without it, Excel reads UTF-8 as the code page of the country."""


def render_csv(report: Report) -> str:
    """Return the report as CSV text, one table under the other, with blank lines between."""
    return _BOM + csv_text(_rows(report))


def _rows(report: Report) -> Iterator[tuple[CsvValue, ...]]:
    if report.simulated:
        yield (SIMULATED_MARK,)
    yield (report.title,)
    if report.subtitle:
        yield (report.subtitle,)
    yield from report.header
    for block in report.blocks:
        if isinstance(block, PageBreak):
            continue
        yield ()
        yield from _block(block)
    if report.footer:
        yield ()
        yield (report.footer,)


def _block(block: Block) -> Iterator[tuple[CsvValue, ...]]:
    match block:
        case Heading(text=text) | Paragraph(text=text):
            yield (text,)
        case Points(items=items):
            yield from items
        case Facts(rows=rows):
            yield from ((label, _value(value)) for label, value in rows)
        case Table():
            yield from _table(block)
        case Checklist(items=items):
            yield ("To do", "Done", "Initials")
            yield from ((item,) for item in items)
        case Signatures(lines=lines):
            yield ("Signature", "Date")
            yield from ((line,) for line in lines)
        case PageBreak():
            return


def _table(table: Table) -> Iterator[tuple[CsvValue, ...]]:
    if table.caption:
        yield (table.caption,)
    if not table.rows:
        yield (table.empty_text,)
        return
    yield tuple(column.title for column in table.columns)
    for row in table.rows:
        yield _cells(table.columns, row)
    if table.totals:
        yield _cells(table.columns, Row(table.totals))


def _cells(columns: tuple[Column, ...], row: Row) -> tuple[CsvValue, ...]:
    if row.kind is RowKind.GROUP:
        return row.cells
    return tuple(
        _value(cell) if column.align is Align.RIGHT else _dated(cell)
        for column, cell in zip(columns, row.cells, strict=True)
    )


def _value(cell: str) -> CsvValue:
    figure = plain_figure(cell)
    return _dated(cell) if figure is None else figure


def _dated(cell: str) -> CsvValue:
    """Return a date written as 01/05/2026 as a date, so that files sort and nobody swaps day and month."""
    if len(cell) == 10 and cell[2] == "/" and cell[5] == "/" and cell.replace("/", "").isdigit():
        return date(int(cell[6:]), int(cell[:2]), int(cell[3:5]))
    return cell

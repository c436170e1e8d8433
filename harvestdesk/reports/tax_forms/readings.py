"""Results another respectable reading of wash-sale law would change: which, and to what."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from harvestdesk.domain.money import ZERO
from harvestdesk.reports.document import Align, Block, Column, Heading, Paragraph, Row, Table
from harvestdesk.reports.figures import usd
from harvestdesk.reports.reading_words import other_answer, question
from harvestdesk.reports.tax_forms.facts import YearFacts
from harvestdesk.reports.tax_forms.parts import row_numbers
from harvestdesk.reports.tax_forms.sales import TaxSale
from harvestdesk.reports.worksheets.parts import symbol_of
from harvestdesk.washsale.readings import SaleReading

FLAG = (
    "These results rest on a judgement call. Each line shows what they come to under one other reading, all else as "
    "it is; the household decides which it files by, and keeps to it."
)
MARK = "†"
"""Beside a row whose result another reading would change."""
_MOST_SALES = 60


def readings_by_option(facts: YearFacts) -> Iterator[Block]:
    """Yield one line for each reading that would change results of the year, with the sales it reaches."""
    found: dict[tuple[str, str], list[tuple[list[TaxSale], SaleReading]]] = defaultdict(list)
    for rows, reading in _found(facts):
        found[reading.option, reading.choice].append((rows, reading))
    if not found:
        return
    columns = (
        Column("If instead", width_share=260),
        Column("Rows", width_share=110),
        *_change_columns("(g) now", "(g) then", "(h) now", "(h) then"),
    )
    lines = []
    for group in found.values():
        figures = _sums([reading for _, reading in group])
        numbers = row_numbers((row for rows, _ in group for row in rows), most=8)
        lines.append(Row((_words(group[0][1]), numbers, *figures)))
    yield Heading("Results another reading would change")
    yield Paragraph(f"{FLAG} Rows marked {MARK}; the sums are those of the rows named.")
    yield Table(columns, tuple(lines))


def readings_by_sale(facts: YearFacts) -> Iterator[Block]:
    """Yield the sales of the year that another reading would change, each with both results.

    Where there are too many to read, one line for each reading.
    """
    found = list(_found(facts))
    if len(found) > _MOST_SALES:
        yield from readings_by_option(facts)
        return
    if not found:
        return
    columns = (
        Column("Rows", width_share=60),
        Column("Sold", width_share=70),
        Column("If instead", width_share=300),
        *_change_columns("(g) now", "(g) then", "(h) now", "(h) then"),
    )
    lines = tuple(
        Row(
            (
                row_numbers(rows),
                symbol_of(facts.snapshot, rows[0].security_id),
                _words(reading),
                *_sums([reading]),
            )
        )
        for rows, reading in found
    )
    yield Heading("Results another reading would change")
    yield Paragraph(FLAG)
    yield Table(columns, lines)


def _found(facts: YearFacts) -> Iterator[tuple[list[TaxSale], SaleReading]]:
    by_sale: dict[str, list[TaxSale]] = defaultdict(list)
    for row in facts.sales.rows:
        by_sale[row.sale].append(row)
    for sale, rows in by_sale.items():
        for reading in facts.readings.sales.get(sale, ()):
            yield rows, reading


def _change_columns(*titles: str) -> Iterator[Column]:
    return (Column(title, Align.RIGHT, 98) for title in titles)


def _words(reading: SaleReading) -> str:
    return f"{question(reading)} {other_answer(reading)}."


def _sums(readings: Sequence[SaleReading]) -> tuple[str, str, str, str]:
    now, then = [r.now for r in readings], [r.other for r in readings]
    return (
        usd(sum((f.disallowed for f in now), ZERO)),
        usd(sum((f.disallowed for f in then), ZERO)),
        usd(sum((f.short + f.long for f in now), ZERO)),
        usd(sum((f.short + f.long for f in then), ZERO)),
    )

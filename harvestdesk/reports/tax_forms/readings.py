"""Results another respectable reading of wash-sale law would change: which, and to what."""

from collections.abc import Iterator
from decimal import Decimal

from harvestdesk.reports.document import Align, Block, Column, Heading, Paragraph, Row, Table
from harvestdesk.reports.figures import count, usd
from harvestdesk.reports.tax_forms.facts import YearFacts
from harvestdesk.reports.tax_forms.parts import row_numbers
from harvestdesk.reports.tax_forms.sales import TaxSale
from harvestdesk.reports.worksheets.parts import symbol_of
from harvestdesk.washsale.policy import option_of
from harvestdesk.washsale.readings import SaleReading

FLAG = (
    "These results rest on a judgement call. Each line shows what the sale comes to under one other reading, all "
    "else as it is; the household decides which it files by, and keeps to it."
)


def other_readings_blocks(facts: YearFacts) -> Iterator[Block]:
    """Yield the sales of the year that another reading would change, with both results."""
    by_sale: dict[str, list[TaxSale]] = {}
    for row in facts.sales.rows:
        by_sale.setdefault(row.sale, []).append(row)
    found = [
        (rows, reading)
        for sale, rows in by_sale.items()
        for reading in facts.readings.sales.get(sale, ())
    ]
    if not found:
        return
    columns = (
        Column("Rows", width_share=60),
        Column("Sold", width_share=70),
        Column("If instead", width_share=300),
        Column("(g) now", Align.RIGHT, 95),
        Column("(g) then", Align.RIGHT, 95),
        Column("(h) now", Align.RIGHT, 100),
        Column("(h) then", Align.RIGHT, 100),
    )
    yield Heading("Results another reading would change")
    yield Paragraph(f"{count(len({id(rows) for rows, _ in found}), 'sale')}. {FLAG}")
    yield Table(columns, tuple(_row(facts, rows, reading) for rows, reading in found))


def _row(facts: YearFacts, rows: list[TaxSale], reading: SaleReading) -> Row:
    option = option_of(reading.option)
    choice = next(c.words for c in option.choices if c.value == reading.choice)
    now, then = reading.now, reading.other
    moved = now.short + now.long == then.short + then.long and now.disallowed == then.disallowed
    return Row(
        (
            row_numbers(rows),
            symbol_of(facts.snapshot, rows[0].security_id),
            f"{option.title} {choice}."
            + (" (Only the term, or the basis, differs.)" if moved else ""),
            usd(now.disallowed),
            usd(then.disallowed),
            _result(now.short, now.long),
            _result(then.short, then.long),
        )
    )


def _result(short: Decimal, long: Decimal) -> str:
    return usd(short + long)

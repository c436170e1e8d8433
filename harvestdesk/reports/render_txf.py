"""TXF version 042 (Intuit, 11/30/2011): Form 8949 rows for tax software that reads it.

One field a line, the first character says which; `^` ends a record. Every row is in record format 5: cost
first, proceeds second, disallowed loss third; what isn't known is an empty line, never a guess.
"""

from collections.abc import Iterator
from datetime import date

from harvestdesk import __version__
from harvestdesk.domain.errors import Problem
from harvestdesk.domain.lot import Term
from harvestdesk.domain.money import money_text
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.reports.figures import day
from harvestdesk.reports.tax_forms.boxes import DIGITAL_BOXES_FROM
from harvestdesk.reports.tax_forms.covered import Reporting
from harvestdesk.reports.tax_forms.files import TaxFile, left_out, named
from harvestdesk.reports.tax_forms.parts import description
from harvestdesk.reports.tax_forms.sales import TaxSale, TaxSales

LINE_END = "\r\n"
REFERENCE_NUMBERS: dict[tuple[Reporting, Term | None], int] = {
    (Reporting.REPORTED, Term.SHORT): 321,
    (Reporting.REPORTED, Term.LONG): 323,
    (Reporting.REPORTED, None): 673,
    (Reporting.NOT_REPORTED, Term.SHORT): 711,
    (Reporting.NOT_REPORTED, Term.LONG): 713,
    (Reporting.NOT_REPORTED, None): 715,
    (Reporting.NO_FORM, Term.SHORT): 712,
    (Reporting.NO_FORM, Term.LONG): 714,
    (Reporting.NO_FORM, None): 716,
}
"""Tax line by copy of Form 8949 and term; None where no date tells the term."""


def render_txf(snapshot: HouseholdSnapshot, sales: TaxSales, exported_on: date) -> TaxFile:
    """Return a year's rows as TXF.

    Digital assets of boxes G to L are left out, because the format has no code for them; a problem names
    them. Rows whose cost isn't known go in with an empty cost, named likewise.
    """
    every = (*sales.rows, *sales.unknown)
    rows = [row for row in every if not is_without_code(row)]
    head = ("V042", f"AHarvestDesk {__version__}", f"D{day(exported_on)}", "^")
    lines = [*head, *(line for row in rows for line in _record(snapshot, row))]
    return TaxFile(_ascii(lines), len(rows), tuple(_problems(snapshot, sales)))


def is_without_code(row: TaxSale) -> bool:
    """Return True for rows under boxes G to L."""
    return row.box.is_digital


def reference_number(row: TaxSale) -> int:
    """Return the tax line of a row."""
    term = None if row.adjusted_on is None and row.basis is None else row.term
    return REFERENCE_NUMBERS[row.standing.reporting, term]


def _record(snapshot: HouseholdSnapshot, row: TaxSale) -> tuple[str, ...]:
    return (
        "TD",
        f"N{reference_number(row)}",
        "C1",
        "L1",
        f"P{description(snapshot, row, plain=True)}",
        f"D{day(row.acquired_on) if row.acquired_on else ''}",
        f"D{day(row.sold_on)}",
        f"${'' if row.basis is None else money_text(row.basis)}",
        f"${money_text(row.proceeds)}",
        f"${money_text(row.adjustment) if row.adjustment else ''}",
        "^",
    )


def _problems(snapshot: HouseholdSnapshot, sales: TaxSales) -> Iterator[Problem]:
    digital = [row for row in (*sales.rows, *sales.unknown) if is_without_code(row)]
    if digital:
        yield left_out(
            f"Not in the file: rows {named(snapshot, digital)}. TXF has no code for digital assets (boxes G to "
            f"L, from tax year {DIGITAL_BOXES_FROM}); enter them by hand.",
            "txf.digital",
        )
    bare = [row for row in sales.unknown if not is_without_code(row)]
    if bare:
        yield left_out(
            f"In the file without a cost: rows {named(snapshot, bare)}. Fill it in after the import; an empty "
            "cost may be taken for zero.",
            "txf.no_cost",
        )
    undated = [r for r in sales.rows if r.acquired_on is None and not is_without_code(r)]
    if undated:
        yield left_out(
            f"In the file without a date acquired: rows {named(snapshot, undated)}.", "txf.no_date"
        )


def _ascii(lines: list[str]) -> str:
    """Return the lines in ASCII; a name can't begin a line or a record of its own."""
    clean = ("".join(c for c in line if c.isprintable()) for line in lines)
    text = "".join(f"{line}{LINE_END}" for line in clean)
    return text.encode("ascii", "replace").decode("ascii")

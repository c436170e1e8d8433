"""CSV files of a year's sales: TaxAct's columns, and HarvestDesk's own.

TaxAct: columns of taxact.com/support/882, one row for each sale with the wash-sale adjustment in it, at
most 2,000 rows a file, real dates of sale only.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from harvestdesk.domain.errors import Problem, Severity
from harvestdesk.domain.lot import Term
from harvestdesk.domain.money import decimal_text, money_text
from harvestdesk.domain.safe_text import CsvValue, csv_text
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.reports.figures import day
from harvestdesk.reports.tax_forms.files import TaxFile, left_out, named
from harvestdesk.reports.tax_forms.parts import description
from harvestdesk.reports.tax_forms.sales import TaxSale, TaxSales
from harvestdesk.reports.worksheets.parts import TERM_NAMES, account_name, symbol_of

TAXACT_LIMIT = 2000
"""Transactions TaxAct takes from one file."""
TAXACT_COLUMNS = (
    "Description",
    "Date Acquired",
    "Date Sold",
    "Sales Proceeds",
    "Cost or Other Basis",
    "Additional Description",
    "Wash Sale",
    "Federal Tax Withheld",
    "Transaction Type",
    "Adjustment Code",
    "Adjustment Amount",
    "Reporting Category",
    "Long/Short",
    "Owner",
)
OWN_COLUMNS = (
    "Form8949Box",
    "Description",
    "Symbol",
    "CUSIP",
    "Quantity",
    "DateAcquired",
    "DateSold",
    "Proceeds",
    "CostBasis",
    "AdjustmentCode",
    "AdjustmentAmount",
    "GainLoss",
    "Term",
    "Account",
    "LotId",
)


def render_taxact(snapshot: HouseholdSnapshot, sales: TaxSales) -> tuple[TaxFile, ...]:
    """Return a year's rows for TaxAct, in as many files as its limit asks for (one where there are none).

    Rows TaxAct can't take (no cost, no date acquired, boxes G to L) are left out; problems of the first
    file name them.
    """
    rows = [row for row in sales.rows if _is_takeable(row)]
    chunks = [rows[n : n + TAXACT_LIMIT] for n in range(0, max(1, len(rows)), TAXACT_LIMIT)]
    found = tuple(_taxact_problems(snapshot, sales, len(chunks)))
    return tuple(
        TaxFile(
            csv_text([TAXACT_COLUMNS, *(_taxact_row(snapshot, row) for row in chunk)]),
            len(chunk),
            () if n else found,
        )
        for n, chunk in enumerate(chunks)
    )


def render_own_csv(snapshot: HouseholdSnapshot, sales: TaxSales) -> TaxFile:
    """Return a year's rows in HarvestDesk's own columns; rows without a cost come last, their sums empty."""
    every = (*sales.rows, *sales.unknown)
    text = csv_text([OWN_COLUMNS, *(_own_row(snapshot, row) for row in every)])
    problems: tuple[Problem, ...] = ()
    if sales.unknown:
        problems = (
            left_out(
                f"In the file without cost and gain: rows {named(snapshot, sales.unknown)}.",
                "tax_csv.no_cost",
            ),
        )
    return TaxFile(text, len(every), problems)


def _is_takeable(row: TaxSale) -> bool:
    return not row.box.is_digital and row.acquired_on is not None


def _taxact_row(snapshot: HouseholdSnapshot, row: TaxSale) -> tuple[CsvValue, ...]:
    acquired = "" if row.acquired_on is None else day(row.acquired_on)
    return (
        description(snapshot, row, plain=True),
        acquired,
        day(row.sold_on),
        money_text(row.proceeds),
        _money(row.basis),
        "",
        row.code,  # the wash-sale column alone: TaxAct sets the adjustment code from it
        "",
        "",
        "",
        money_text(row.adjustment) if row.adjustment else "",
        row.box.value,
        "Short" if row.term is Term.SHORT else "Long",
        "",
    )


def _own_row(snapshot: HouseholdSnapshot, row: TaxSale) -> tuple[CsvValue, ...]:
    security = snapshot.security_by_id.get(row.security_id)
    return (
        row.box.value,
        description(snapshot, row, plain=True),
        symbol_of(snapshot, row.security_id),
        security.cusip if security else "",
        decimal_text(row.shares),
        row.acquired_on,
        row.sold_on,
        money_text(row.proceeds),
        _money(row.basis),
        row.code,
        money_text(row.adjustment) if row.adjustment else "",
        _money(row.gain),
        TERM_NAMES[row.term],
        account_name(snapshot, row.account_id),
        row.lot,
    )


def _money(value: Decimal | None) -> str:
    return "" if value is None else money_text(value)


def _taxact_problems(snapshot: HouseholdSnapshot, sales: TaxSales, files: int) -> Iterator[Problem]:
    findings: Sequence[tuple[list[TaxSale], str, str]] = (
        (
            list(sales.unknown),
            "their cost is not known; TaxAct needs one",
            "taxact.no_cost",
        ),
        (
            [r for r in sales.rows if r.box.is_digital],
            "TaxAct's file has the categories A to F only; enter digital assets by hand",
            "taxact.digital",
        ),
        (
            [r for r in sales.rows if r.acquired_on is None and not r.box.is_digital],
            "no file told when they were bought, and a date is never made up",
            "taxact.no_date",
        ),
    )
    for rows, why, code in findings:
        if rows:
            yield left_out(f"Not in the file: rows {named(snapshot, rows)}: {why}.", code)
    if files > 1:
        yield left_out(
            f"TaxAct takes {TAXACT_LIMIT:,} transactions a file: written as {files} numbered files; import "
            "each of them.",
            "taxact.split",
            Severity.INFO,
        )

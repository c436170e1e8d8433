"""Pages and files for the tax return: Form 8949, Schedule D, the carryover worksheet, the wash-sale ledger."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from harvestdesk.domain.errors import BadInputError, Problem
from harvestdesk.domain.files import atomic_write_text, make_folder
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.domain.transaction import TransactionType
from harvestdesk.reports.document import Report
from harvestdesk.reports.render_taxact import render_own_csv, render_taxact
from harvestdesk.reports.render_txf import render_txf
from harvestdesk.reports.tax_forms.carryover import carryover
from harvestdesk.reports.tax_forms.facts import YearFacts
from harvestdesk.reports.tax_forms.files import TaxFile
from harvestdesk.reports.tax_forms.form_8949 import form_8949
from harvestdesk.reports.tax_forms.sales import tax_sales
from harvestdesk.reports.tax_forms.schedule_d import schedule_d
from harvestdesk.reports.tax_forms.wash_ledger import wash_ledger
from harvestdesk.services.context import AppContext
from harvestdesk.services.tax_situation import situation_in
from harvestdesk.washsale.audit import wash_entries
from harvestdesk.washsale.evidence import Coverage, sale_findings
from harvestdesk.washsale.household_run import run_household
from harvestdesk.washsale.readings import household_readings
from harvestdesk.washsale.year import year_results

FIRST_YEAR, LAST_YEAR = 1990, 2100
_ON_A_FORM = frozenset(
    {
        TransactionType.SELL,
        TransactionType.SHORT_SALE,
        TransactionType.SHORT_COVER,
        TransactionType.MERGER,
        TransactionType.RETURN_OF_CAPITAL,
        TransactionType.CAPITAL_GAIN_SHORT,
        TransactionType.CAPITAL_GAIN_LONG,
    }
)
"""Rows a year's forms can tell of."""
_PAGES: dict[str, Callable[[YearFacts], Report]] = {
    "form-8949": form_8949,
    "schedule-d": schedule_d,
    "carryover": carryover,
    "wash-ledger": wash_ledger,
}
TAX_KINDS = tuple(_PAGES)
TAX_FORMATS = ("csv", "txf", "taxact")
"""Files of the year's sales: HarvestDesk's own CSV, TXF 042, TaxAct's CSV."""


@dataclass(frozen=True, slots=True)
class TaxExport:
    """What was written; `problems` name every row that is not in the files, or not whole, and every gap."""

    paths: tuple[Path, ...]
    rows: int
    problems: tuple[Problem, ...] = ()


def build_tax_report(ctx: AppContext, kind: str, year: int | None = None) -> Report:
    """Return a page of a tax year (default: the year of the viewing day).

    Raises:
        BadInputError: for an unknown kind, or a year no such form can be of.
    """
    page = _PAGES.get(kind)
    if page is None:
        raise BadInputError(
            f"There is no tax report {kind!r}. Expected one of: {', '.join(TAX_KINDS)}.",
            code="report.kind",
        )
    facts = year_facts(ctx.snapshot(), year)
    if kind == "wash-ledger":
        counted = facts.snapshot.return_accounts.ids
        washes = wash_entries(facts.snapshot, facts.year)
        facts = replace(facts, washes=tuple(w for w in washes if w.account_id in counted))
    return page(facts)


def export_tax_file(ctx: AppContext, year: int | None, file_format: str, path: Path) -> TaxExport:
    """Write a year's sales for tax software; more than one file where the format has a limit.

    Raises:
        BadInputError: for an unknown format or year, or a file that can't be written.
    """
    facts = year_facts(ctx.snapshot(), year)
    files = _rendered(facts, file_format)
    paths = tuple(_numbered(path, n, len(files)) for n in range(len(files)))
    make_folder(path.parent)
    for target, file in zip(paths, files, strict=True):
        atomic_write_text(target, file.text)
    problems = (problem for file in files for problem in file.problems)
    rows = sum(file.rows for file in files)
    return TaxExport(paths, rows, tuple(dict.fromkeys((*facts.problems, *problems))))


def form_years(snapshot: HouseholdSnapshot) -> tuple[int, ...]:
    """Return the years a return can be of: that of the viewing day, then those with results, newest first."""
    taxable = {a.id for a in snapshot.accounts if a.type.is_taxable}
    found = {
        t.on.year for t in snapshot.transactions if t.account_id in taxable and t.type in _ON_A_FORM
    }
    now = snapshot.as_of.year
    past = (y for y in found if FIRST_YEAR <= y < now)
    return (now, *sorted(past, reverse=True))


def year_facts(snapshot: HouseholdSnapshot, year: int | None = None) -> YearFacts:
    """Return everything the pages of a year are made from.

    Raises:
        BadInputError: for a year out of range.
    """
    tax_year = snapshot.as_of.year if year is None else year
    if not FIRST_YEAR <= tax_year <= LAST_YEAR:
        raise BadInputError(
            f"{tax_year} is no tax year. Expected {FIRST_YEAR} to {LAST_YEAR}.", code="report.year"
        )
    results = year_results(snapshot, tax_year)
    run = run_household(snapshot)
    return YearFacts(
        snapshot,
        tax_sales(snapshot, tax_year, results.slices, results.unknown, history=run.sales),
        situation_in(snapshot, tax_year),
        results.distributions_long,
        results.dividends,
        results.interest,
        results.problems,
        not results.problems,
        household_readings(snapshot, run=run),
        sale_findings(
            Coverage(snapshot),
            (*results.slices, *results.unknown),
            [s for s in run.shortfalls if s.on.year == tax_year],
        ),
        history=run.sales,
        open_lots=run.current.result.lots,
    )


def _rendered(facts: YearFacts, file_format: str) -> tuple[TaxFile, ...]:
    snapshot, sales = facts.snapshot, facts.sales
    if file_format == "csv":
        return (render_own_csv(snapshot, sales),)
    if file_format == "txf":
        return (render_txf(snapshot, sales, snapshot.as_of),)
    if file_format == "taxact":
        return render_taxact(snapshot, sales)
    raise BadInputError(
        f"There is no tax file {file_format!r}. Expected one of: {', '.join(TAX_FORMATS)}.",
        code="report.format",
    )


def _numbered(path: Path, n: int, files: int) -> Path:
    return path if files == 1 else path.with_stem(f"{path.stem}-{n + 1}")

"""`report` and `export-orders`: paper and order files of a plan, pages and files for the tax return."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harvestdesk.cli.run import Run, Subparsers, a_path, add_household, add_json
from harvestdesk.domain.errors import BadInputError, HarvestError
from harvestdesk.domain.files import atomic_write_text, make_folder
from harvestdesk.domain.ids import ProposalId
from harvestdesk.domain.plan_settings import PlanKind
from harvestdesk.reports.document import Report
from harvestdesk.reports.figures import count
from harvestdesk.reports.render_csv import render_csv
from harvestdesk.reports.wording import sentence
from harvestdesk.services import orders, plans, tax_reports, worksheets
from harvestdesk.services.books import list_books, open_book
from harvestdesk.services.context import AppContext
from harvestdesk.services.views.plan import cautions
from harvestdesk.store.database import HouseholdBook

SUFFIXES = (".pdf", ".csv")
SALES_KIND = "form-8949"
"""The report whose CSV and TXF are files for tax software."""
PRESETS = {"harvestdesk": "csv", "taxact": "taxact"}
"""Layouts of the CSV of sales, by the name of --preset."""


def add_parsers(commands: Subparsers) -> None:
    """Add the commands."""
    report: argparse.ArgumentParser = commands.add_parser(
        "report", help="write a worksheet of a plan, or a page for the tax return"
    )
    report.add_argument(
        "kind", metavar="KIND", help=" | ".join((*worksheets.KINDS, *tax_reports.TAX_KINDS))
    )
    report.add_argument(
        "--plan",
        metavar="ID",
        help="default: the year-end harvest made last; for trades the last of the other plans",
    )
    report.add_argument(
        "--year",
        type=int,
        metavar="Y",
        help="tax year of a tax page; default: that of the viewing day",
    )
    report.add_argument(
        "--out",
        type=a_path,
        required=True,
        metavar="FILE",
        help=".pdf or .csv; form-8949 also .txf",
    )
    report.add_argument(
        "--preset",
        choices=tuple(PRESETS),
        help="layout of the CSV of form-8949 (default: harvestdesk)",
    )
    add_household(report, required=False)
    add_json(report)
    report.set_defaults(run=run_report)
    export: argparse.ArgumentParser = commands.add_parser(
        "export-orders", help="write the order files of a plan"
    )
    export.add_argument("--plan", metavar="ID", help="default: the year-end harvest made last")
    export.add_argument("--format", required=True, metavar="F", help=" | ".join(orders.FORMATS))
    export.add_argument("--out", type=a_path, required=True, metavar="DIR")
    export.add_argument(
        "--allow-stale-prices", action="store_true", help="export although prices are old"
    )
    add_household(export, required=False)
    add_json(export)
    export.set_defaults(run=run_export)


def run_report(run: Run) -> None:
    """Write one report."""
    if run.args.kind in tax_reports.TAX_KINDS:
        _run_tax(run)
        return
    if run.args.kind not in worksheets.KINDS:
        known = ", ".join((*worksheets.KINDS, *tax_reports.TAX_KINDS))
        raise BadInputError(
            f"There is no report {run.args.kind!r}. Expected one of: {known}.", code="report.kind"
        )
    if run.args.year is not None or run.args.preset is not None:
        raise BadInputError(
            f"--year and --preset go with {', '.join(tax_reports.TAX_KINDS)}, not with {run.args.kind}.",
            code="report.arguments",
        )
    out = _suffixed(run.args.out, SUFFIXES)
    with book_of(run) as book:
        report = worksheets.build_report(AppContext(book), run.args.kind, run.args.plan)
    write_report(run, report, out)
    _tell(run, (out,))


def _run_tax(run: Run) -> None:
    """Write a page of a tax year, or its sales as a file for tax software."""
    kind, year = run.args.kind, run.args.year
    if run.args.plan is not None:
        raise BadInputError(
            f"{kind} is of a tax year, not of a plan: leave --plan out.", code="report.arguments"
        )
    sales = kind == SALES_KIND
    out = _suffixed(run.args.out, (*SUFFIXES, ".txf") if sales else SUFFIXES)
    suffix = out.suffix.lower()
    if run.args.preset is not None and not (sales and suffix == ".csv"):
        raise BadInputError(
            f"--preset is a layout of {SALES_KIND} as .csv; leave it out.", code="report.arguments"
        )
    with book_of(run) as book:
        ctx = AppContext(book)
        if sales and suffix != ".pdf":
            layout = "txf" if suffix == ".txf" else PRESETS[run.args.preset or "harvestdesk"]
            written = tax_reports.export_tax_file(ctx, year, layout, out)
            _tell_tax(run, written)
            return
        report = tax_reports.build_tax_report(ctx, kind, year)
    write_report(run, report, out)
    _tell(run, (out,))


def _suffixed(out: Path, suffixes: tuple[str, ...]) -> Path:
    if out.suffix.lower() in suffixes:
        return out
    raise BadInputError(
        f"{out.name}: this report is written as {' or '.join(suffixes)}; choose one as the suffix.",
        code="report.suffix",
    )


def write_report(run: Run, report: Report, out: Path) -> None:
    """Write a report as its suffix says, into a folder that is made if need be."""
    make_folder(out.parent)
    if out.suffix.lower() == ".pdf":
        run.paper(report, out)
    else:
        atomic_write_text(out, render_csv(report))


def run_export(run: Run) -> None:
    """Write order files; what the plan does not know for sure is said beside them."""
    with book_of(run) as book:
        ctx = AppContext(book)
        paths = orders.export_orders(
            ctx,
            run.args.plan,
            run.args.format,
            run.args.out,
            allow_stale_prices=run.args.allow_stale_prices,
        )
        unsure = cautions(plans.find(ctx, run.args.plan, plans.YEAR_END))
    for notice in unsure:
        run.out.note(sentence(notice))
    _tell(run, paths)


@contextmanager
def book_of(run: Run) -> Iterator[HouseholdBook]:
    """Give the household of --household, else the one of the data folder that has the plan."""
    household = run.args.household or _only_household(run)
    with open_book(household, view_only=True) as book:
        yield book


def _only_household(run: Run) -> Path:
    plan = run.args.plan
    kind = getattr(run.args, "kind", "")
    is_tax = kind in tax_reports.TAX_KINDS
    kinds = worksheets.kinds_of(kind)
    having = [e.path for e in list_books() if not e.error and (is_tax or _has(e.path, plan, kinds))]
    if len(having) == 1:
        return having[0]
    found = "none" if not having else ", ".join(str(p) for p in having)
    asked = "Which household?" if is_tax else f"Which household is plan {plan or '(the last)'} of?"
    raise BadInputError(
        f"{asked} Found in the data folder: {found}. Say --household.", code="report.household"
    )


def _has(path: Path, plan: str | None, kinds: tuple[PlanKind, ...]) -> bool:
    try:
        with HouseholdBook.open(path, view_only=True) as book:
            if plan is None:
                return bool(book.proposal_ids(kinds))
            return book.proposal(ProposalId(plan)) is not None
    except HarvestError:
        return False


def _tell(run: Run, paths: tuple[Path, ...]) -> None:
    if run.out.as_json:
        run.out.document({"files": [str(p) for p in paths]})
        return
    for path in paths:
        run.out.say(f"Wrote {path}")


def _tell_tax(run: Run, written: tax_reports.TaxExport) -> None:
    problems = [p.described() for p in written.problems]
    for problem in problems:
        run.out.note(problem)
    if run.out.as_json:
        run.out.document(
            {
                "files": [str(p) for p in written.paths],
                "rows": written.rows,
                "problems": [
                    {"severity": p.severity.value, "code": p.code, "message": p.message}
                    for p in written.problems
                ],
            }
        )
        return
    _tell(run, written.paths)
    run.out.say(count(written.rows, "row") + ("" if problems else "; none left out"))

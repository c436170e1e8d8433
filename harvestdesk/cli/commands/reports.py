"""`report` and `export-orders`: paper and order files of a plan."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harvestdesk.cli.run import Run, Subparsers, a_path, add_household, add_json
from harvestdesk.domain.errors import BadInputError, HarvestError
from harvestdesk.domain.files import atomic_write_text, make_folder
from harvestdesk.domain.ids import ProposalId
from harvestdesk.reports.document import Report
from harvestdesk.reports.render_csv import render_csv
from harvestdesk.services import orders, worksheets
from harvestdesk.services.books import list_books, open_book
from harvestdesk.services.context import AppContext
from harvestdesk.store.database import HouseholdBook

SUFFIXES = (".pdf", ".csv")


def add_parsers(commands: Subparsers) -> None:
    """Add the commands."""
    report: argparse.ArgumentParser = commands.add_parser(
        "report", help="write a worksheet of a plan as PDF or CSV"
    )
    report.add_argument("kind", metavar="KIND", help=" | ".join(worksheets.KINDS))
    report.add_argument("--plan", metavar="ID", help="default: the plan made last")
    report.add_argument("--out", type=a_path, required=True, metavar="FILE", help=".pdf or .csv")
    add_household(report, required=False)
    add_json(report)
    report.set_defaults(run=run_report)
    export: argparse.ArgumentParser = commands.add_parser(
        "export-orders", help="write the order files of a plan"
    )
    export.add_argument("--plan", metavar="ID", help="default: the plan made last")
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
    out: Path = run.args.out
    if out.suffix.lower() not in SUFFIXES:
        raise BadInputError(
            f"{out.name}: reports are written as {' or '.join(SUFFIXES)}; choose one as the suffix.",
            code="report.suffix",
        )
    with book_of(run) as book:
        report = worksheets.build_report(AppContext(book), run.args.kind, run.args.plan)
    write_report(run, report, out)
    _tell(run, (out,))


def write_report(run: Run, report: Report, out: Path) -> None:
    """Write a report as its suffix says, into a folder that is made if need be."""
    make_folder(out.parent)
    if out.suffix.lower() == ".pdf":
        run.paper(report, out)
    else:
        atomic_write_text(out, render_csv(report))


def run_export(run: Run) -> None:
    """Write order files."""
    with book_of(run) as book:
        paths = orders.export_orders(
            AppContext(book),
            run.args.plan,
            run.args.format,
            run.args.out,
            allow_stale_prices=run.args.allow_stale_prices,
        )
    _tell(run, paths)


@contextmanager
def book_of(run: Run) -> Iterator[HouseholdBook]:
    """Give the household of --household, else the one of the data folder that has the plan."""
    household = run.args.household or _only_household(run.args.plan)
    with open_book(household, view_only=True) as book:
        yield book


def _only_household(plan: str | None) -> Path:
    having = [e.path for e in list_books() if not e.error and _has(e.path, plan)]
    if len(having) == 1:
        return having[0]
    found = "none" if not having else ", ".join(str(p) for p in having)
    raise BadInputError(
        f"Which household is plan {plan or '(the last)'} of? Found in the data folder: {found}. "
        "Say --household.",
        code="report.household",
    )


def _has(path: Path, plan: str | None) -> bool:
    try:
        with HouseholdBook.open(path, view_only=True) as book:
            if plan is None:
                return bool(book.proposal_ids())
            return book.proposal(ProposalId(plan)) is not None
    except HarvestError:
        return False


def _tell(run: Run, paths: tuple[Path, ...]) -> None:
    if run.out.as_json:
        run.out.document({"files": [str(p) for p in paths]})
        return
    for path in paths:
        run.out.say(f"Wrote {path}")

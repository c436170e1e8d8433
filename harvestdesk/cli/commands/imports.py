"""`import`: read brokers' files into a household."""

import argparse
from dataclasses import replace
from pathlib import Path

from harvestdesk.cli.run import Run, Subparsers, a_path, add_household, add_json
from harvestdesk.domain.errors import Problem
from harvestdesk.domain.household import Household
from harvestdesk.domain.ids import AccountId, HouseholdId
from harvestdesk.services.books import create_book, locate, open_book
from harvestdesk.services.context import AppContext
from harvestdesk.services.import_statements import FilePreview, ImportPreview, confirm, preview
from harvestdesk.services.scratch import scratch_book
from harvestdesk.store.database import HouseholdBook


def add_parsers(commands: Subparsers) -> None:
    """Add the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "import", help="read brokers' files into a household"
    )
    parser.add_argument("files", nargs="+", type=a_path, metavar="FILE")
    add_household(parser)
    parser.add_argument(
        "--account", metavar="ID", help="account the rows go to, if the file names none"
    )
    parser.add_argument("--dry-run", action="store_true", help="look only; nothing is written")
    add_json(parser)
    parser.set_defaults(run=run_import)


def run_import(run: Run) -> None:
    """Take files in as one undo step, making the household file if there is none."""
    args = run.args
    path = locate(args.household)
    account = AccountId(args.account) if args.account else None
    if args.dry_run and not path.exists():
        with scratch_book(Household(HouseholdId("household-1"), path.stem)) as book:
            shown = preview(AppContext(book), args.files, account)
    elif not path.exists():
        shown = _into_new(run, path, account)
    else:
        with open_book(path, view_only=args.dry_run) as book:
            shown = _take_in(run, book, account)
    _tell(run, shown)


def _into_new(run: Run, path: Path, account: AccountId | None) -> ImportPreview:
    """Make the household and take the files in; a file that can't be read leaves nothing behind."""
    book = create_book(path, path.stem)
    try:
        with book:
            shown = _take_in(run, book, account)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    run.out.note(f"Made a new household: {path}")
    return shown


def _take_in(run: Run, book: HouseholdBook, account: AccountId | None) -> ImportPreview:
    ctx = AppContext(book)
    shown = preview(ctx, run.args.files, account)
    if not run.args.dry_run:
        confirm(ctx, shown)
    return shown


def _tell(run: Run, shown: ImportPreview) -> None:
    if run.out.as_json:
        document: dict[str, object] = {"files": [_as_json(f) for f in shown.files]}
        if run.args.dry_run:
            document["dry_run"] = True
        run.out.document(document)
        return
    done = "would be read" if run.args.dry_run else "read"
    for f in shown.files:
        run.out.say(
            f"{f.path.name}: {f.broker} {f.kind}, {f.rows} rows; {f.new_rows} {done}, "
            f"{f.duplicates} known already"
        )
        for problem in f.problems:
            run.out.say(f"  {problem.severity.value}: {problem.described()}")
        for mapping in f.mappings:
            if mapping.account_id is None:
                run.out.say(f"  {mapping.label}: which account is it? Use --account.")


def _in_words(problem: Problem) -> str:
    """Return the finding with the column it is about; the line has a place of its own."""
    return replace(problem, line=None).described()


def _as_json(f: FilePreview) -> dict[str, object]:
    return {
        "path": str(f.path),
        "broker": f.broker,
        "kind": f.kind,
        "rows": f.rows,
        "imported": f.new_rows,
        "skipped_duplicates": f.duplicates,
        "problems": [
            {"line": p.line, "severity": p.severity.value, "message": _in_words(p)}
            for p in f.problems
        ],
    }

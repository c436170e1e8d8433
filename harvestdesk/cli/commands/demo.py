"""`demo`: the main job on the bundled sample household, from files to paper, orders and pictures."""

import argparse
import json
from pathlib import Path

from harvestdesk.cli.commands.plan_tell import money, tell
from harvestdesk.cli.commands.reports import write_report
from harvestdesk.cli.run import Run, Subparsers, a_path, add_json
from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.files import atomic_write_text, make_folder
from harvestdesk.domain.proposal import HarvestSettings, Proposal
from harvestdesk.services import orders, plan_harvest, worksheets
from harvestdesk.services.clock import FixedClock
from harvestdesk.services.context import AppContext
from harvestdesk.services.import_statements import ImportPreview
from harvestdesk.services.plan_json import Json, plan_json
from harvestdesk.services.sample import build_sample
from harvestdesk.store.database import HouseholdBook

BOOK = "sample.harvest"


def add_parsers(commands: Subparsers) -> None:
    """Add the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "demo", help="the main job on the bundled sample household"
    )
    parser.add_argument("--out", type=a_path, required=True, metavar="DIR")
    parser.add_argument("--no-screens", action="store_true", help="leave out the pictures")
    add_json(parser)
    parser.set_defaults(run=run_demo)


def run_demo(run: Run) -> None:
    """Build the sample, plan its harvest, and write everything into a folder.

    Raises:
        BadInputError: when the folder can't be made or holds a file of the sample's name that is not ours.
    """
    folder: Path = run.args.out
    make_folder(folder)
    book_path = folder / BOOK
    _clear(book_path)
    run.out.note("Reading the sample household's files ...")
    shown = build_sample(book_path)
    with HouseholdBook.open(book_path) as book:
        ctx = AppContext(book)
        ctx = AppContext(book, FixedClock(ctx.as_of()))
        proposal, document, files = _plan_and_write(run, ctx, folder)
        if not run.out.as_json:
            _tell(run, ctx, shown, proposal)
    if not run.args.no_screens:
        run.out.note("Taking pictures of the window ...")
        run.screens(book_path, folder / "screens")
        files += sorted((folder / "screens").glob("*.png"))
    if run.out.as_json:
        run.out.document({**document, "files": [str(f) for f in (book_path, *files)]})
        return
    run.out.say()
    for path in (book_path, *files):
        run.out.say(f"  {path}")


def _clear(book_path: Path) -> None:
    """Remove the sample an earlier demo made, and nothing but that."""
    if not (book_path.exists() or book_path.is_symlink()):
        return
    try:
        with HouseholdBook.open(book_path, view_only=True) as book:
            simulated = book.household().simulated
    except BadInputError:
        simulated = False
    if not simulated:
        raise BadInputError(
            f"{book_path} is there already and is not the sample of an earlier demo. "
            "Expected a folder without it; choose another one.",
            code="demo.taken",
        )
    book_path.unlink()


def _plan_and_write(run: Run, ctx: AppContext, folder: Path) -> tuple[Proposal, Json, list[Path]]:
    """Plan, store the plan, and write paper, orders and plan.json; returns what was written."""
    run.out.note("Planning the year-end harvest ...")
    request = plan_harvest.prepare(ctx, HarvestSettings())
    proposal = plan_harvest.run(request)
    plan_harvest.keep(ctx, proposal)
    run.out.note("Writing worksheets and orders ...")
    files: list[Path] = []
    for kind in worksheets.HARVEST_KINDS:
        path = folder / f"{kind}.pdf"
        write_report(run, worksheets.build_report(ctx, kind, proposal.id), path)
        files.append(path)
    for name in orders.FORMATS:
        files += orders.export_orders(ctx, proposal.id, name, folder / "orders" / name)
    document = plan_json(proposal, request.snapshot, stored=True)
    atomic_write_text(
        folder / "plan.json", json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    )
    files.append(folder / "plan.json")
    return proposal, document, files


def _tell(run: Run, ctx: AppContext, shown: ImportPreview, proposal: Proposal) -> None:
    snapshot = ctx.snapshot()
    rows = sum(f.rows for f in shown.files)
    run.out.say(f"{snapshot.household.name} on {snapshot.as_of}")
    run.out.say(
        f"{len(shown.files)} files, {rows} rows read: {len(snapshot.accounts)} accounts, "
        f"{len(snapshot.securities)} securities, {len(snapshot.lots)} lots, "
        f"worth ${money(snapshot.total_value())}."
    )
    run.out.say()
    tell(run, proposal, snapshot)

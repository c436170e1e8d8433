"""`plan frontier` and `plan explain`: what else could be chosen, and what it would cost."""

import argparse

from harvestdesk.cli.commands.plan_options import add_asked, household_settings, with_option
from harvestdesk.cli.commands.plan_tell import say_conflict
from harvestdesk.cli.run import Run, Subparsers, add_household, add_json
from harvestdesk.domain.errors import BadInputError, NoPlanError
from harvestdesk.domain.frontier import Frontier, FrontierPoint
from harvestdesk.domain.plan_settings import PlanKind
from harvestdesk.reports.figures import number, percent, usd0
from harvestdesk.services import plan_choices, plan_household
from harvestdesk.services.books import open_book
from harvestdesk.services.choices_json import frontier_json, lot_asked_json, lot_words
from harvestdesk.services.context import AppContext


def add_choices(kinds: Subparsers) -> None:
    """Add the commands."""
    curve: argparse.ArgumentParser = kinds.add_parser(
        "frontier", help="tracking error against tax: what there is to choose among"
    )
    add_asked(curve)
    curve.set_defaults(run=run_frontier, kind=PlanKind.REBALANCE)
    explain: argparse.ArgumentParser = kinds.add_parser(
        "explain", help="what a stored plan would be worth with one lot otherwise"
    )
    add_household(explain)
    explain.add_argument(
        "--plan", metavar="ID", help="the plan (default: the last that weighs its trades)"
    )
    explain.add_argument(
        "--lot", metavar="L", required=True, help="lot to sell instead, or to keep"
    )
    add_json(explain)
    explain.set_defaults(run=run_explain)


def run_frontier(run: Run) -> int | None:
    """Print the curve; nothing is stored."""
    with open_book(run.args.household, view_only=True) as book:
        ctx = AppContext(book)
        as_of = run.args.as_of or ctx.as_of()
        settings = household_settings(run.args, ctx.snapshot(as_of))
        try:
            request = plan_household.prepare(ctx, settings, as_of)
        except BadInputError as error:
            raise with_option(error) from error
    try:
        curve = plan_choices.frontier(request)
    except NoPlanError as error:
        return say_conflict(run, error, request.snapshot)
    if run.out.as_json:
        run.out.document(frontier_json(curve))
    else:
        _tell(run, curve)
    return None


def _tell(run: Run, curve: Frontier) -> None:
    marks = {curve.current: "asked for", curve.knee: "knee"}
    rows = [_cells("no trade", curve.nothing)]
    rows += [_cells(marks.get(n, ""), point) for n, point in enumerate(curve.points)]
    run.out.table(
        ("", "Tracking error, bp", "Tax", "Cost", "Turnover", "Orders", "Risk aversion"), rows
    )


def _cells(mark: str, point: FrontierPoint) -> tuple[str, ...]:
    return (
        mark,
        number(point.tracking_error_bp, 1),
        usd0(point.tax),
        usd0(point.cost),
        percent(point.turnover),
        str(point.orders),
        f"{float(point.risk_aversion):.4g}",
    )


def run_explain(run: Run) -> None:
    """Print what selling, or keeping, one lot would change."""
    with open_book(run.args.household, view_only=True) as book:
        asked = plan_choices.what_if(AppContext(book), run.args.plan, run.args.lot)
    if run.out.as_json:
        run.out.document(lot_asked_json(asked))
    else:
        run.out.say(f"{asked.proposal.id}, lot {asked.lot_id}. {lot_words(asked)}")

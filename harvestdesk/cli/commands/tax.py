"""`tax`: the year's tax as things stand and with the plan made last."""

import argparse
from collections.abc import Iterator
from decimal import Decimal

from harvestdesk.cli.run import Run, Subparsers, add_household, add_json, iso_date
from harvestdesk.cli.viewing import TRADES_SO_FAR, viewed
from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.proposal import Proposal
from harvestdesk.reports.figures import number, percent
from harvestdesk.reports.tax_words import MEASURE_NAMES, NEXT_NAMES, TERM_NAMES, tax_sentence
from harvestdesk.services.context import AppContext
from harvestdesk.services.tax_reports import FIRST_YEAR, LAST_YEAR
from harvestdesk.services.views.tax import tax_view
from harvestdesk.services.views.tax_json import tax_json
from harvestdesk.services.views.tax_rows import TaxView


def add_parsers(commands: Subparsers) -> None:
    """Add the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "tax", help="the year's tax, with and without the plan made last"
    )
    add_household(parser)
    parser.add_argument(
        "--year", type=tax_year, metavar="Y", help="tax year (default: the present one)"
    )
    parser.add_argument("--as-of", type=iso_date, metavar="D", help="day to view it on")
    parser.add_argument("--no-plan", action="store_true", help="leave the plan out")
    add_json(parser)
    parser.set_defaults(run=run_tax)


def tax_year(text: str) -> int:
    """Return a year given as an argument."""
    if not text.isascii() or not text.isdigit() or not FIRST_YEAR <= int(text) <= LAST_YEAR:
        raise BadInputError(
            f"{text!r} is not a tax year. Expected one from {FIRST_YEAR} to {LAST_YEAR}.",
            code="arguments.year",
        )
    return int(text)


def run_tax(run: Run) -> None:
    """Print the tax of a year."""
    with viewed(run, TRADES_SO_FAR) as (ctx, snapshot):
        proposal = None if run.args.no_plan else latest(ctx)
        view = tax_view(snapshot, proposal, run.args.year)
    if run.out.as_json:
        run.out.document(tax_json(view))
    else:
        tell(run, view)


def latest(ctx: AppContext) -> Proposal | None:
    """Return the plan made last, or None."""
    made = ctx.book.proposal_ids()
    return ctx.book.proposal(made[-1]) if made else None


def tell(run: Run, view: TaxView) -> None:
    """Print the view for a person."""
    out = run.out
    out.say(tax_sentence(view.answer))
    out.say()
    out.table(
        ("So far", "Gains", "Losses", "Disallowed", "Fund gains", "Outside", "Net"),
        [(TERM_NAMES[r.term], *(money(told.value) for told in r.parts)) for r in view.terms],
    )
    out.say()
    out.table(tuple(_heads(view)), list(_measures(view)))
    out.say()
    out.table(
        ("One more dollar of", "This year", "Later", "Together"),
        [
            (
                NEXT_NAMES[r.kind.value],
                percent(r.now.value),
                percent(r.later),
                percent(r.together),
            )
            for r in view.next_dollars
        ],
    )
    for note in view.notes:
        out.say()
        out.say(tax_sentence(note))


def _heads(view: TaxView) -> Iterator[str]:
    yield from (str(view.year), "As it stands")
    if view.has_plan:
        yield from ("With the plan", "Change")


def _measures(view: TaxView) -> Iterator[tuple[str, ...]]:
    for row in view.measures:
        cells = [MEASURE_NAMES[row.measure.value], money(row.now)]
        if row.planned is not None and row.change is not None:
            cells += [money(row.planned), money(row.change)]
        yield tuple(cells)


def money(value: Decimal) -> str:
    """Return dollars and cents with separators."""
    return number(value, 2)

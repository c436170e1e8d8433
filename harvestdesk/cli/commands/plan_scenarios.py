"""`plan scenarios`: stored plans under names, side by side."""

from harvestdesk.cli.run import Run, Subparsers, add_household, add_json
from harvestdesk.domain.errors import BadInputError
from harvestdesk.reports.figures import number, percent, proved_percent, usd
from harvestdesk.services import scenarios
from harvestdesk.services.books import open_book
from harvestdesk.services.choices_json import scenarios_json
from harvestdesk.services.context import AppContext
from harvestdesk.services.scenarios import ScenarioRow, ScenarioTable


def add_scenarios(kinds: Subparsers) -> None:
    """Add the command."""
    parser = kinds.add_parser("scenarios", help="stored plans under names, side by side")
    add_household(parser)
    parser.add_argument(
        "--save",
        metavar="NAME=PLAN",
        help="name a stored plan; without NAME= it gets the next letter",
    )
    parser.add_argument("--rename", metavar="OLD=NEW")
    parser.add_argument("--drop", metavar="NAME", help="take a name away; the plan stays")
    add_json(parser)
    parser.set_defaults(run=run_scenarios)


def run_scenarios(run: Run) -> None:
    """Name plans or take names away, as asked, and print all scenarios."""
    args = run.args
    changing = any(x is not None for x in (args.save, args.rename, args.drop))
    with open_book(args.household, view_only=not changing) as book:
        ctx = AppContext(book)
        if args.save is not None:
            name, _, plan = args.save.rpartition("=")
            scenarios.save(ctx, plan.strip(), name)
        if args.rename is not None:
            old, mark, new = args.rename.partition("=")
            if not mark:
                raise BadInputError(
                    f"--rename {args.rename!r}: expected OLD=NEW.", code="arguments.rename"
                )
            scenarios.rename(ctx, old, new)
        if args.drop is not None:
            scenarios.drop(ctx, args.drop)
        table = scenarios.compare(ctx)
    if run.out.as_json:
        run.out.document(scenarios_json(table))
    else:
        tell(run, table)


def tell(run: Run, table: ScenarioTable) -> None:
    """Print scenarios for a person, one column each."""
    if not table.rows:
        run.out.say("No scenario yet: name a stored plan with --save NAME=PLAN.")
        return
    asked = [(line.label, *line.values) for line in table.asked]
    found = list(zip(*(_column(row) for row in table.rows), strict=True))
    names = (
        "Plan", "Losses", "Gains", "Tax", "Tracking error, bp", "Farthest from target", "Turnover",
        "Orders", "Cash after", "Gap", "State",
    )  # fmt: skip
    rows = [(name, *cells) for name, cells in zip(names, found, strict=True)]
    run.out.table(("", *(row.name for row in table.rows)), [*asked, *rows])


def _column(row: ScenarioRow) -> tuple[str, ...]:
    gap = proved_percent(row.gap)
    worst = "-" if row.worst_drift is None else f"{row.worst_class} {percent(row.worst_drift)}"
    state = "out of date" if row.stale else "current"
    return (
        row.proposal_id,
        usd(row.losses),
        usd(row.gains),
        usd(row.tax),
        number(row.tracking_error_bp, 1),
        worst,
        "-" if row.turnover is None else percent(row.turnover),
        str(row.orders),
        usd(row.cash),
        "-" if gap is None else f"{gap}%",
        state if row.passed else f"{state}, did not pass",
    )

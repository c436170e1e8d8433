"""`plan`: work out a plan, of whatever job, and lay stored ones beside each other."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager

from harvestdesk.cli.commands.plan_choices import add_choices
from harvestdesk.cli.commands.plan_options import add_jobs, household_settings, with_option
from harvestdesk.cli.commands.plan_scenarios import add_scenarios
from harvestdesk.cli.commands.plan_tell import say_conflict, tell, tell_household
from harvestdesk.cli.run import Run, Subparsers, add_household, add_json, amount, iso_date
from harvestdesk.domain.errors import BadInputError, NoPlanError
from harvestdesk.domain.ids import AccountId, SecurityId
from harvestdesk.domain.plan_settings import PlanKind
from harvestdesk.domain.proposal import HarvestGoal, HarvestSettings, Proposal, RiskLimit
from harvestdesk.domain.security import normal_symbol
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.services import plan_harvest, plan_household, plans
from harvestdesk.services.books import open_book
from harvestdesk.services.context import AppContext
from harvestdesk.services.plan_json import plan_json

_DEFAULT = HarvestSettings()


def add_parsers(commands: Subparsers) -> None:
    """Add the command."""
    plan: argparse.ArgumentParser = commands.add_parser("plan", help="work out a plan")
    kinds = plan.add_subparsers(title="plans", metavar="KIND", required=True)
    _add_harvest(kinds)
    add_jobs(kinds, run_household)
    again = kinds.add_parser("repeat", help="work a stored plan out again from its own inputs")
    add_household(again)
    again.add_argument("--plan", metavar="ID", help="the plan (default: the one made last)")
    add_json(again)
    again.set_defaults(run=run_repeat)
    add_scenarios(kinds)
    add_choices(kinds)


def _add_harvest(kinds: Subparsers) -> None:
    parser: argparse.ArgumentParser = kinds.add_parser("harvest", help="the year-end loss harvest")
    add_household(parser)
    parser.add_argument("--as-of", type=iso_date, metavar="D", help="day to plan for")
    parser.add_argument(
        "--tracking-error",
        type=amount,
        default=_DEFAULT.tracking_error_bp,
        metavar="BP",
        help="limit in basis points a year (default 35)",
    )
    parser.add_argument(
        "--increase", action="store_true", help="limit the increase over today, not the level after"
    )
    parser.add_argument(
        "--goal", choices=[g.value.replace("_", "-") for g in HarvestGoal], default="loss"
    )
    parser.add_argument("--min-loss", type=amount, default=_DEFAULT.min_loss, metavar="USD")
    parser.add_argument("--min-trade", type=amount, default=_DEFAULT.min_trade, metavar="USD")
    parser.add_argument(
        "--accept-disallowed",
        type=amount,
        default=_DEFAULT.max_disallowed_percent,
        metavar="PERCENT",
        help="sell a locked lot whole if at most this part of its loss is disallowed (default 0)",
    )
    parser.add_argument(
        "--account", action="append", default=[], metavar="ID", help="may be repeated"
    )
    parser.add_argument("--exclude", action="append", default=[], metavar="SYMBOL")
    parser.add_argument("--no-replace", action="store_true", help="leave the proceeds in cash")
    parser.add_argument("--dry-run", action="store_true", help="do not store the plan")
    add_json(parser)
    parser.set_defaults(run=run_harvest)


def run_repeat(run: Run) -> None:
    """Work a stored plan out again; nothing is stored. Exit code 2 when the trades differ.

    Raises:
        BadInputError: no such plan, no inputs, or other trades than were kept.
    """
    with open_book(run.args.household, view_only=True) as book:
        kept, again = plans.repeat(AppContext(book), run.args.plan)
    same = (kept.sales, kept.purchases, kept.gifts) == (again.sales, again.purchases, again.gifts)
    if not same:
        raise BadInputError(
            f"{kept.id} came out differently: made by HarvestDesk {kept.engine_version} with {kept.solver.solver} "
            f"{kept.solver.solver_version}, repeated by {again.engine_version} with {again.solver.solver} "
            f"{again.solver.solver_version}. Expected the same trades; plan again to use today's.",
            code="plan.differs",
        )
    if run.out.as_json:
        run.out.document({"plan": kept.id, "same": True, "fingerprint": again.fingerprint})
    else:
        run.out.say(
            f"{kept.id} comes out the same: {len(kept.sales)} sales, {len(kept.purchases)} purchases."
        )


def run_harvest(run: Run) -> None:
    """Plan a harvest, store it unless told not to, and print it."""
    with _planning(run) as ctx:
        as_of = run.args.as_of or ctx.as_of()
        request = plan_harvest.prepare(ctx, settings_of(run.args, ctx), as_of)
        proposal = plan_harvest.run(request)
        if not run.args.dry_run:
            plan_harvest.keep(ctx, proposal)
    _print(run, proposal, request.snapshot)


def run_household(run: Run) -> int | None:
    """Plan for the whole household, store the plan unless told not to, and print it.

    Where no plan keeps every rule, the rules in conflict are the answer, with exit code 3.
    """
    with _planning(run) as ctx:
        as_of = run.args.as_of or ctx.as_of()
        settings = household_settings(run.args, ctx.snapshot(as_of))
        try:
            request = plan_household.prepare(ctx, settings, as_of)
        except BadInputError as error:
            raise with_option(error) from error
        try:
            proposal = plan_household.run(request)
        except NoPlanError as error:
            return say_conflict(run, error, request.snapshot)
        if not run.args.dry_run:
            plan_household.keep(ctx, proposal)
    _print(run, proposal, request.snapshot)
    return None


@contextmanager
def _planning(run: Run) -> Iterator[AppContext]:
    """Give the household of --household, opened to store a plan unless --dry-run is given."""
    with open_book(run.args.household, view_only=run.args.dry_run) as book:
        if book.view_only and not run.args.dry_run:
            raise BadInputError(
                f"{book.path.name} is read-only here, so the plan could not be stored. "
                "Expected --dry-run, or a copy in a folder you may write to.",
                code="plan.view_only",
            )
        yield AppContext(book)


def _print(run: Run, proposal: Proposal, snapshot: HouseholdSnapshot) -> None:
    if run.out.as_json:
        run.out.document(plan_json(proposal, snapshot, stored=not run.args.dry_run))
    elif proposal.kind is PlanKind.HARVEST:
        tell(run, proposal, snapshot)
    else:
        tell_household(run, proposal, snapshot)


def settings_of(args: argparse.Namespace, ctx: AppContext) -> HarvestSettings:
    """Return the settings the arguments stand for.

    Raises:
        BadInputError: for a symbol the household does not have.
    """
    by_symbol = {s.symbol: s.id for s in ctx.book.securities()}
    excluded: list[SecurityId] = []
    for text in args.exclude:
        security_id = by_symbol.get(normal_symbol(text))
        if security_id is None:
            raise BadInputError(
                f"The household has no security {text!r} to leave out.", code="arguments.symbol"
            )
        excluded.append(security_id)
    return HarvestSettings(
        tracking_error_bp=args.tracking_error,
        risk_limit=RiskLimit.INCREASE if args.increase else RiskLimit.AFTER,
        goal=HarvestGoal(args.goal.replace("-", "_")),
        min_loss=args.min_loss,
        min_trade=args.min_trade,
        account_ids=tuple(AccountId(a) for a in args.account),
        excluded_security_ids=tuple(excluded),
        replace=not args.no_replace,
        max_disallowed_percent=args.accept_disallowed,
    )

"""Options of household plans: what `plan rebalance` and the other jobs take, and the settings they stand for."""

import argparse
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from harvestdesk.cli.run import Subparsers, add_household, add_json, amount, iso_date
from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.ids import AccountId, SecurityId
from harvestdesk.domain.money import ONE, ZERO, parse_decimal
from harvestdesk.domain.plan_settings import (
    GroupKind,
    GroupLimit,
    PlanKind,
    PlanSettings,
    Zone,
)
from harvestdesk.domain.security import normal_symbol
from harvestdesk.domain.snapshot import HouseholdSnapshot

_DEFAULT = PlanSettings()
_HUNDRED = Decimal(100)
_BP = Decimal(10_000)
_RANGE = re.compile(r"(?P<low>[^:%]*)%?:(?P<high>[^:%]*)%?")


@dataclass(frozen=True, slots=True)
class Job:
    """One job of `plan`: its word on the command line.

    Attributes:
        amount: what --amount means; empty where the job takes none.
        sources: the option that names accounts the cash goes into or comes from; empty for none.
    """

    word: str
    kind: PlanKind
    help: str
    amount: str = ""
    needs_amount: bool = False
    sources: str = ""


JOBS = (
    Job("rebalance", PlanKind.REBALANCE, "tracking error, tax and cost against each other"),
    Job(
        "invest", PlanKind.INVEST, "put a contribution, or idle cash, to work",
        "dollars that come in (default: the idle cash)", sources="--into",
    ),
    Job(
        "withdraw", PlanKind.WITHDRAW, "raise an amount at least tax",
        "dollars to raise", needs_amount=True, sources="--from",
    ),
    Job(
        "harvest-to", PlanKind.HARVEST_TARGET, "realise losses of a given amount",
        "dollars of losses to realise", needs_amount=True,
    ),
    Job(
        "gains", PlanKind.GAIN_HARVEST, "realise long-term gains that are taxed at 0 %%",
        "dollars of gain to realise at most (default: what the 0 %% band takes)",
    ),
    Job(
        "gift", PlanKind.GIFT, "choose long-term lots to give to charity",
        "dollars' worth of shares to give", needs_amount=True,
    ),
)  # fmt: skip

_OPTIONS: Mapping[str, str] = {
    "risk_aversion": "--risk-aversion",
    "cost_rate": "--cost-rate",
    "ticket_cost": "--ticket-cost",
    "tracking_error_bp": "--te-limit",
    "tax_budget": "--tax-budget",
    "gain_budget": "--gain-budget",
    "turnover": "--turnover",
    "keep_bands": "--keep-bands",
    "zone": "--zone",
    "group_limits": "--sector, --class, --max-weight, --min-weight",
    "never_sell": "--never-sell",
    "never_buy": "--never-buy",
    "excluded_security_ids": "--exclude",
    "account_ids": "--account",
    "min_trade": "--min-trade",
    "max_trades": "--max-trades",
    "max_volume_share": "--max-volume",
    "piggy_back": "--piggy-back",
    "location_weight": "--location",
    "location_years": "--location-years",
    "retirement_rate": "--retirement-rate",
    "amount": "--amount",
    "source_ids": "--from, --into",
    "short_only": "--short-only",
    "recipient": "--to",
}
"""The option behind each field of the settings, for messages."""


def percent(text: str) -> Decimal:
    """Return a fraction given in percent: 5 or 5% for 0.05."""
    return amount(text.strip().removesuffix("%")) / _HUNDRED


def basis_points(text: str) -> Decimal:
    """Return a fraction given in basis points: 5 for 0.0005."""
    return amount(text) / _BP


def whole(text: str) -> int:
    """Return a whole number of one or more."""
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 10**6:
        raise BadInputError(
            f"{text!r} is not a number of one or more, such as 12.", code="arguments.whole"
        )
    return int(text)


def named_weight(text: str) -> tuple[str, Decimal]:
    """Return a name with a weight: SYM=5% for ("SYM", 0.05)."""
    name, mark, value = text.rpartition("=")
    if not mark or not name.strip():
        raise BadInputError(
            f"{text!r}: expected a name and a weight, such as ABC=5%.", code="arguments.weight"
        )
    return name.strip(), percent(value)


def named_range(text: str) -> tuple[str, Decimal, Decimal]:
    """Return a name with least and most weight: Energy=0:5% for ("Energy", 0, 0.05).

    An end left out is no limit: Energy=:5%.
    """
    name, mark, value = text.rpartition("=")
    found = _RANGE.fullmatch(value.replace(" ", ""))
    if not mark or not name.strip() or found is None:
        raise BadInputError(
            f"{text!r}: expected a name with least and most weight, such as Energy=0:5%.",
            code="arguments.range",
        )
    low, high = (
        parse_decimal(found[end] or given) for end, given in (("low", "0"), ("high", "100"))
    )
    if low is None or high is None:
        raise BadInputError(f"{text!r}: the weights are no numbers.", code="arguments.range")
    return name.strip(), low / _HUNDRED, high / _HUNDRED


def add_jobs(kinds: Subparsers, run: Callable[..., object]) -> None:
    """Add a parser for each job."""
    for job in JOBS:
        parser: argparse.ArgumentParser = kinds.add_parser(job.word, help=job.help)
        add_asked(parser)
        _add_job(parser, job)
        parser.add_argument("--dry-run", action="store_true", help="do not store the plan")
        parser.set_defaults(run=run, kind=job.kind)


def add_asked(parser: argparse.ArgumentParser) -> None:
    """Add what can be asked of any household plan."""
    add_household(parser)
    parser.add_argument("--as-of", type=iso_date, metavar="D", help="day to plan for")
    _add_balance(parser)
    _add_limits(parser)
    _add_names(parser)
    add_json(parser)


def _add_job(parser: argparse.ArgumentParser, job: Job) -> None:
    if job.amount:
        parser.add_argument(
            "--amount", type=amount, metavar="USD", required=job.needs_amount, help=job.amount
        )
    if job.sources:
        parser.add_argument(
            job.sources,
            dest="sources",
            action="append",
            metavar="ID",
            help="account; may be repeated (default: any taxable one)",
        )
    if job.kind is PlanKind.HARVEST_TARGET:
        parser.add_argument(
            "--short-only", action="store_true", help="count short-term losses only"
        )
    if job.kind is PlanKind.GIFT:
        parser.add_argument("--to", metavar="NAME", help="who receives the gift, for paper")


def _add_balance(parser: argparse.ArgumentParser) -> None:
    """Add what counts how much."""
    add = parser.add_argument
    add("--risk-aversion", type=amount, default=_DEFAULT.risk_aversion, metavar="X",
        help="price of tracking error (default 10: 1 %% of it costs 10 bp a year)")  # fmt: skip
    add("--cost-rate", type=basis_points, default=_DEFAULT.cost_rate, metavar="BP",
        help="of each dollar traded, basis points (default 5)")  # fmt: skip
    add("--ticket-cost", type=amount, default=ZERO, metavar="USD", help="of each order")
    add("--location", type=amount, default=ZERO, metavar="W",
        help="how much asset location counts, 0 to 1 (default 0)")  # fmt: skip
    add("--location-years", type=whole, default=_DEFAULT.location_years, metavar="N")
    add("--after-tax", action="store_true", help="traditional accounts count less their tax")
    add("--retirement-rate", type=percent, default=_DEFAULT.retirement_rate, metavar="PERCENT",
        help="tax rate at withdrawal (default 22)")  # fmt: skip
    add("--piggy-back", action="store_true", help="losses only from what would be sold anyway")


def _add_limits(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--te-limit", type=amount, metavar="BP", help="tracking error after the plan")
    add("--tax-budget", type=amount, metavar="USD", help="most tax of this year it may cost")
    add("--gain-budget", type=amount, metavar="USD", help="most gain less loss it may realise")
    add("--turnover", type=percent, metavar="PERCENT", help="most sold, of the household's value")
    add("--zone", choices=[z.value for z in Zone], default=Zone.NONE.value,
        help="trade only what is outside its band, and how far back (default none)")  # fmt: skip
    add("--keep-bands", action="store_true", help="asset classes end inside their bands")
    add("--min-trade", type=amount, default=_DEFAULT.min_trade, metavar="USD",
        help="smallest order (default 250)")  # fmt: skip
    add("--max-trades", type=whole, metavar="N", help="most orders")
    add("--max-volume", type=percent, metavar="PERCENT",
        help="most of a security's daily volume")  # fmt: skip


def _add_names(parser: argparse.ArgumentParser) -> None:
    """Add options that name something and may be repeated."""
    for option, kind, example in (
        ("--sector", named_range, "NAME=LOW:HIGH"),
        ("--class", named_range, "NAME=LOW:HIGH"),
        ("--max-weight", named_weight, "SYMBOL=PERCENT"),
        ("--min-weight", named_weight, "SYMBOL=PERCENT"),
    ):
        dest = option.strip("-").replace("-", "_")
        parser.add_argument(
            option, dest=f"{dest}_limits", type=kind, action="append", default=[], metavar=example
        )
    for option, metavar, words in (
        ("--never-sell", "SYMBOL", "held, whatever it costs"),
        ("--never-buy", "SYMBOL", "may be sold, not bought"),
        ("--exclude", "SYMBOL", "neither sold nor bought"),
        ("--account", "ID", "only this account trades; may be repeated"),
    ):
        parser.add_argument(option, action="append", default=[], metavar=metavar, help=words)


def household_settings(args: argparse.Namespace, snapshot: HouseholdSnapshot) -> PlanSettings:
    """Return the settings the arguments stand for.

    Raises:
        BadInputError: for a symbol the household does not have.
    """
    return PlanSettings(
        kind=args.kind,
        risk_aversion=args.risk_aversion,
        cost_rate=args.cost_rate,
        ticket_cost=args.ticket_cost,
        tracking_error_bp=args.te_limit,
        tax_budget=args.tax_budget,
        gain_budget=args.gain_budget,
        turnover=args.turnover,
        keep_bands=args.keep_bands,
        zone=Zone(args.zone),
        group_limits=_limits(args, snapshot),
        never_sell=_securities(args.never_sell, "--never-sell", snapshot),
        never_buy=_securities(args.never_buy, "--never-buy", snapshot),
        excluded_security_ids=_securities(args.exclude, "--exclude", snapshot),
        account_ids=tuple(AccountId(a) for a in args.account),
        min_trade=args.min_trade,
        max_trades=args.max_trades,
        max_volume_share=args.max_volume,
        piggy_back=args.piggy_back,
        location_weight=args.location,
        location_years=args.location_years,
        after_tax_view=args.after_tax,
        retirement_rate=args.retirement_rate,
        amount=getattr(args, "amount", None),
        source_ids=tuple(AccountId(a) for a in getattr(args, "sources", None) or ()),
        short_only=getattr(args, "short_only", False),
        recipient=getattr(args, "to", None) or "",
    )


def _limits(args: argparse.Namespace, snapshot: HouseholdSnapshot) -> tuple[GroupLimit, ...]:
    found = [
        GroupLimit(GroupKind.SECTOR, name, low, high) for name, low, high in args.sector_limits
    ]
    found += [
        GroupLimit(GroupKind.ASSET_CLASS, name, low, high) for name, low, high in args.class_limits
    ]
    least = _weights(args.min_weight_limits, "--min-weight", snapshot)
    most = _weights(args.max_weight_limits, "--max-weight", snapshot)
    found += [
        GroupLimit(GroupKind.SECURITY, s, least.get(s, ZERO), most.get(s, ONE))
        for s in dict.fromkeys((*least, *most))
    ]
    return tuple(found)


def _weights(
    given: Iterable[tuple[str, Decimal]], option: str, snapshot: HouseholdSnapshot
) -> dict[SecurityId, Decimal]:
    found: dict[SecurityId, Decimal] = {}
    for name, weight in given:
        security_id = _security(name, option, snapshot)
        if security_id in found:
            raise BadInputError(f"{option}: {name} is there twice.", code="arguments.twice")
        found[security_id] = weight
    return found


def _securities(
    symbols: Iterable[str], option: str, snapshot: HouseholdSnapshot
) -> tuple[SecurityId, ...]:
    return tuple(_security(symbol, option, snapshot) for symbol in symbols)


def _security(symbol: str, option: str, snapshot: HouseholdSnapshot) -> SecurityId:
    wanted = normal_symbol(symbol)
    found = next((s.id for s in snapshot.securities if s.symbol == wanted), None)
    if found is None:
        raise BadInputError(
            f"{option}: the household has no security {symbol!r}.", code="arguments.symbol"
        )
    return found


def with_option(error: BadInputError) -> BadInputError:
    """Return the error with the option that has to be corrected in front."""
    option = _OPTIONS.get(str(error.facts.get("field", "")))
    return error if option is None else BadInputError(f"{option}: {error.message}", code=error.code)

"""Warnings and tasks that go with a harvest plan: codes and facts, worded by the reports."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from harvestdesk.domain.errors import Notice, Severity
from harvestdesk.domain.ids import AccountId, LotId, SecurityId
from harvestdesk.domain.lock import WashLock
from harvestdesk.domain.money import ZERO, cents, decimal_text, money_text
from harvestdesk.domain.proposal import HarvestGoal, LotSale, PlanFigures, Purchase
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.optimize.build import BP, Built, listed_lots
from harvestdesk.optimize.figures import YearToDate
from harvestdesk.optimize.problem import HarvestProblem
from harvestdesk.optimize.solve import Outcome, SolveStatus
from harvestdesk.optimize.thin_evidence import options, uncovered
from harvestdesk.risk.benchmark import untracked_classes
from harvestdesk.risk.statistical import NEEDED_DAYS
from harvestdesk.tax.basis import tax_basis
from harvestdesk.tax.situation import situation_of
from harvestdesk.washsale.evidence import Evidence, Finding
from harvestdesk.washsale.outlook import pause_tasks

NAMED_AT_MOST = 12
NAMED_IN_SHORT = 3
HARVEST_SEASON = 11
"""Before November a plan for the year's end is early."""
LARGE_GAP = 0.01
_GRAVITY = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}
RATE_STEP = Decimal("0.000001")
"""Rates are told to the ten-thousandth of a percent."""


@dataclass(frozen=True)
class Finished:
    """A plan's parts, as far as warnings look at them.

    Attributes:
        thin: findings of the lots sold that are less than probable.
    """

    built: Built
    sales: Sequence[LotSale]
    purchases: Sequence[Purchase]
    locks: Sequence[WashLock]
    after: PlanFigures
    before: PlanFigures
    so_far: YearToDate
    thin: Mapping[LotId, Finding] = field(default_factory=dict)
    outcomes: Sequence[Outcome] = ()
    gap: float = 0.0
    repairs: int = 0
    given_up: float = 0.0


def notices(plan: Finished) -> tuple[Notice, ...]:
    """Return every warning and task of a plan, the gravest kinds first."""
    found = (
        *_solver(plan),
        *_nothing(plan),
        *_limit(plan),
        *_evidence(plan),
        *_calendar(plan),
        *_tasks(plan),
        *_prices(plan.built),
        *_risk(plan.built),
        *_money(plan),
        *_tax_basis(plan.built.snapshot),
    )
    return tuple(sorted(found, key=lambda n: _GRAVITY[n.severity]))


def _solver(plan: Finished) -> Iterator[Notice]:
    for outcome in plan.outcomes:
        if len(outcome.tried) > 1:
            (first, status), (second, _) = outcome.tried[0], outcome.tried[-1]
            facts = {"first": first, "status": status, "second": second}
            yield Notice("solver_fallback", facts)
            break
    for outcome in plan.outcomes:
        if outcome.status is not SolveStatus.OPTIMAL:
            facts = {"status": outcome.status.value, "solver": outcome.solver}
            yield Notice("solver_not_optimal", facts, Severity.ERROR)
            break
    if plan.gap > LARGE_GAP:
        yield Notice("gap_large", {"gap_percent": f"{plan.gap * 100:.2f}"})


def _nothing_to_buy(problem: HarvestProblem) -> bool:
    """Whether replacements are asked for and no account with a loss has one to offer."""
    return problem.replace and not set(problem.lot_account) & set(problem.buy_account)


def _nothing(plan: Finished) -> Iterator[Notice]:
    built = plan.built
    if plan.sales:
        return
    if built.losses:
        _, loss = listed_lots(built.losses)
        if _nothing_to_buy(built.problem):
            symbols = _symbols(built.snapshot, [x.security.id for x in built.losses])
            yield Notice("nothing_to_buy", {"symbols": symbols, "loss": money_text(cents(loss))})
            return
        limit = f"{built.problem.limit / BP:.2f}"
        yield Notice("nothing_fits", {"limit_bp": limit, "loss": money_text(cents(loss))})
        return
    codes = Counter(k.reason.code for k in built.eligibility.kept)
    locked = sum(codes[c] for c in ("locked_until", "permanent_loss_risk", "scheduled_purchase"))
    below = codes["below_threshold"] + codes["below_min_trade"]
    known = codes["gain"] + locked + below
    facts = {
        "lots": str(sum(codes.values())),
        "gains": str(codes["gain"]),
        "locked": str(locked),
        "below": str(below),
        "other": str(sum(codes.values()) - known),
    }
    yield Notice("no_loss_lots", facts, Severity.INFO)


def _limit(plan: Finished) -> Iterator[Notice]:
    built = plan.built
    if built.limit_raised:
        facts = {
            "today_bp": f"{built.te_today / BP:.2f}",
            "limit_bp": f"{built.asked / BP:.2f}",
        }
        yield Notice("te_already_above_limit", facts)
    if plan.repairs and plan.given_up > 0.5:
        yield Notice("limit_repaired", {"loss_given_up": f"{plan.given_up:.2f}"}, Severity.INFO)


def _evidence(plan: Finished) -> Iterator[Notice]:
    """Losses that stand only as far as is known: a missing purchase is no proof that there is none."""
    snapshot = plan.built.snapshot
    for state, code in (
        (Evidence.COVERAGE_INCOMPLETE, "coverage_incomplete"),
        (Evidence.UNCLEAR, "evidence_unclear"),
    ):
        found = {k: f for k, f in plan.thin.items() if f.state is state}
        if not found:
            continue
        gaps = [g for f in found.values() for g in f.gaps]
        sold = [s.security_id for s in plan.sales if s.lot_id in found]
        facts = {
            "sales": str(len(found)),
            "of_sales": str(len(plan.sales)),
            "symbols": _symbols(snapshot, sold, NAMED_IN_SHORT),
        }
        if state is Evidence.UNCLEAR:
            yield Notice(code, {**facts, "options": ", ".join(options(snapshot, gaps))})
        else:
            yield Notice(code, {**facts, "uncovered": uncovered(snapshot, gaps)})


def _calendar(plan: Finished) -> Iterator[Notice]:
    as_of = plan.built.snapshot.as_of
    year_end = date(as_of.year, 12, 31)
    if as_of.month < HARVEST_SEASON:
        facts = {
            "as_of": as_of.isoformat(),
            "days_left": str((year_end - as_of).days),
            "year_end": year_end.isoformat(),
        }
        yield Notice("early_year", facts, Severity.INFO)
    late = [k for k in plan.locks if k.last_day > year_end]
    if not late:
        return
    safe = max(k.first_safe_day for k in late).isoformat()
    symbols = _symbols(plan.built.snapshot, [s for k in late for s in k.security_ids])
    last = max(k.last_day for k in late).isoformat()
    yield Notice(
        "locks_into_january", {"symbols": symbols, "last_day": last, "first_safe_day": safe}
    )
    yield Notice("january_purchases", {"year": str(as_of.year), "first_safe_day": safe})


def _tasks(plan: Finished) -> Iterator[Notice]:
    snapshot = plan.built.snapshot
    reinvesting: dict[tuple[AccountId, str], list[SecurityId]] = defaultdict(list)
    for task in pause_tasks(snapshot, [s.security_id for s in plan.sales]):
        until = task.pause_through.isoformat()
        if task.cause == "reinvestment":
            reinvesting[task.account_id, until].append(task.security_id)
            continue
        facts = {
            "symbol": snapshot.security_by_id[task.security_id].symbol,
            "account": snapshot.account_by_id[task.account_id].name,
            "type": task.cause,
            "next_on": task.next_on.isoformat() if task.next_on else "",
            "until": until,
        }
        yield Notice("pause_scheduled", facts)
    for (account_id, until), securities in reinvesting.items():
        facts = {
            "symbols": _symbols(snapshot, securities),
            "account": snapshot.account_by_id[account_id].name,
            "until": until,
        }
        yield Notice("pause_reinvestment", facts)


def _prices(built: Built) -> Iterator[Notice]:
    snapshot = built.snapshot
    held = {lot.security_id for lot in snapshot.lots}
    stale = [s for s in snapshot.prices.stale() if s in held]
    if stale:
        oldest = min(snapshot.prices.prices[s].on for s in stale)
        facts = {"symbols": _symbols(snapshot, stale), "count": str(len(stale))}
        yield Notice("stale_prices", {**facts, "oldest_on": oldest.isoformat()})
    missing = sorted(s for s in held if snapshot.prices.get(s) is None)
    if missing:
        facts = {"symbols": _symbols(snapshot, missing), "count": str(len(missing))}
        yield Notice("prices_missing", facts)


def _risk(built: Built) -> Iterator[Notice]:
    snapshot, model = built.snapshot, built.model
    held = {lot.security_id for lot in snapshot.lots}
    proxied = [s for s in model.proxied if s in held]
    if model.builtin_only and proxied:
        yield Notice("risk_builtin_only", {"count": str(len(proxied))})
    elif proxied:
        facts = {"symbols": _symbols(snapshot, proxied), "count": str(len(proxied))}
        yield Notice("risk_history_short", {**facts, "needed_days": str(NEEDED_DAYS)})
    if not snapshot.class_targets and not snapshot.security_targets:
        yield Notice("no_targets", {}, Severity.INFO)
    untracked = untracked_classes(snapshot)
    if untracked:
        yield Notice("target_class_not_held", {"asset_classes": ", ".join(untracked)})


def _money(plan: Finished) -> Iterator[Notice]:
    snapshot, settings = plan.built.snapshot, plan.built.settings
    net: dict[AccountId, Decimal] = defaultdict(lambda: ZERO)
    for sale in plan.sales:
        net[sale.account_id] += sale.proceeds
    for bought in plan.purchases:
        net[bought.account_id] -= bought.amount
    for account_id, amount in net.items():
        if amount >= max(settings.min_trade, Decimal(1)):
            name = snapshot.account_by_id[account_id].name
            yield Notice(
                "cash_left", {"account": name, "amount": money_text(amount)}, Severity.INFO
            )
    short = plan.after.carryforward_short - plan.before.carryforward_short
    long = plan.after.carryforward_long - plan.before.carryforward_long
    if short > 0 or long > 0:
        facts = {"short": money_text(max(short, ZERO)), "long": money_text(max(long, ZERO))}
        yield Notice("losses_carried", facts, Severity.INFO)
    if plan.so_far.incomplete:
        yield Notice("year_to_date_incomplete", {"sales": str(plan.so_far.incomplete)})
    if settings.goal is HarvestGoal.TAX_VALUE:
        worth = plan.built.rates
        rates = {"rate_short": _rate(worth.short), "rate_long": _rate(worth.long)}
        walked = situation_of(snapshot).figures is not None
        code = "walked_tax_value" if walked else "linear_tax_value"
        yield Notice(code, rates, Severity.INFO)


def _tax_basis(snapshot: HouseholdSnapshot) -> Iterator[Notice]:
    """What the tax figures rest on that the person may not expect."""
    basis = tax_basis(situation_of(snapshot))
    if basis.tables_missing:
        yield Notice("tax_tables_missing", {"year": str(basis.year)})
    if basis.figures_of not in (0, basis.year):
        facts = {"year": str(basis.year), "figures_of": str(basis.figures_of)}
        yield Notice("tax_figures_of_other_year", facts)
    if not basis.state_known:
        yield Notice("state_rate_unknown", {"state": basis.state})
    if basis.unconfirmed:
        facts = {"figures": ", ".join(basis.unconfirmed)}
        yield Notice("tax_figures_unconfirmed", facts, Severity.INFO)


def _rate(value: Decimal) -> str:
    return decimal_text(value.quantize(RATE_STEP))


def _symbols(
    snapshot: HouseholdSnapshot, ids: Sequence[SecurityId], most: int = NAMED_AT_MOST
) -> str:
    known = snapshot.security_by_id
    names = sorted({known[s].symbol if s in known else str(s) for s in ids})
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")

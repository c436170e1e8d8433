"""Warnings and tasks that go with a harvest plan: codes and facts, worded by the reports."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from harvestdesk.domain.errors import Notice, Severity
from harvestdesk.domain.ids import LotId
from harvestdesk.domain.lock import WashLock
from harvestdesk.domain.money import cents, decimal_text, money_text
from harvestdesk.domain.proposal import HarvestGoal, LotSale, PlanFigures, Purchase
from harvestdesk.optimize.build import BP, Built, listed_lots
from harvestdesk.optimize.exact_checks import net_cash
from harvestdesk.optimize.figures import YearToDate
from harvestdesk.optimize.problem import HarvestProblem
from harvestdesk.optimize.shared_notices import (
    by_gravity,
    carry_notices,
    cash_left_notices,
    evidence_notices,
    lock_notices,
    price_notices,
    risk_notices,
    symbols_named,
    task_notices,
    tax_basis_notices,
)
from harvestdesk.optimize.solve import SolveStatus
from harvestdesk.tax.situation import situation_of
from harvestdesk.washsale.evidence import Finding

HARVEST_SEASON = 11
"""Before November a plan for the year's end is early."""
LARGE_GAP = 0.01
RATE_STEP = Decimal("0.000001")
"""Rates are told to the ten-thousandth of a percent."""


@dataclass(frozen=True)
class Finished:
    """A plan's parts, as far as warnings look at them.

    Attributes:
        thin: findings of the lots sold that are less than probable.
        tried: (solver, status) of every solver asked, in order.
    """

    built: Built
    sales: Sequence[LotSale]
    purchases: Sequence[Purchase]
    locks: Sequence[WashLock]
    after: PlanFigures
    before: PlanFigures
    so_far: YearToDate
    thin: Mapping[LotId, Finding] = field(default_factory=dict)
    status: SolveStatus = SolveStatus.OPTIMAL
    tried: Sequence[tuple[str, str]] = ()
    gap: float = 0.0
    repairs: int = 0
    given_up: float = 0.0


def notices(plan: Finished) -> tuple[Notice, ...]:
    """Return every warning and task of a plan, the gravest kinds first."""
    snapshot = plan.built.snapshot
    found = (
        *_solver(plan),
        *_nothing(plan),
        *_limit(plan),
        *evidence_notices(snapshot, plan.sales, plan.thin),
        *_calendar(plan),
        *lock_notices(snapshot, plan.locks),
        *task_notices(snapshot, [s.security_id for s in plan.sales]),
        *price_notices(snapshot),
        *risk_notices(snapshot, plan.built.model),
        *cash_left_notices(
            snapshot, net_cash(plan.sales, plan.purchases), plan.built.settings.min_trade
        ),
        *carry_notices(plan.before, plan.after),
        *_money(plan),
        *tax_basis_notices(snapshot),
    )
    return by_gravity(found)


def _solver(plan: Finished) -> Iterator[Notice]:
    if len(plan.tried) > 1:
        (first, status), (second, _) = plan.tried[0], plan.tried[-1]
        yield Notice("solver_fallback", {"first": first, "status": status, "second": second})
    if plan.status is not SolveStatus.OPTIMAL:
        facts = {"status": plan.status.value, "solver": plan.tried[-1][0]}
        yield Notice("solver_not_optimal", facts, Severity.ERROR)
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
            symbols = symbols_named(built.snapshot, [x.security.id for x in built.losses])
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


def _money(plan: Finished) -> Iterator[Notice]:
    snapshot, settings = plan.built.snapshot, plan.built.settings
    if plan.so_far.incomplete:
        yield Notice("year_to_date_incomplete", {"sales": str(plan.so_far.incomplete)})
    if settings.goal is HarvestGoal.TAX_VALUE:
        worth = plan.built.rates
        rates = {"rate_short": _rate(worth.short), "rate_long": _rate(worth.long)}
        walked = situation_of(snapshot).figures is not None
        code = "walked_tax_value" if walked else "linear_tax_value"
        yield Notice(code, rates, Severity.INFO)


def _rate(value: Decimal) -> str:
    return decimal_text(value.quantize(RATE_STEP))

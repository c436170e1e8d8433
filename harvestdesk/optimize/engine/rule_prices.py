"""What every rule that binds costs: its dual, in dollars a year and in tracking error."""

from decimal import Decimal

import numpy as np

from harvestdesk.domain.conflict import RuleKind
from harvestdesk.domain.proposal import RulePrice
from harvestdesk.optimize.engine.case import CASH, NETTING, TAX, Row
from harvestdesk.optimize.engine.duals import payout_price
from harvestdesk.optimize.engine.margins import TRACKING_ERROR, Margins
from harvestdesk.optimize.engine.plan import EnginePlan
from harvestdesk.optimize.engine.problem import Mode

DOLLAR_STEP = Decimal(1000)
SHARE_STEP = Decimal("0.01")
BP_STEP = Decimal(1)
LEAST_DOLLARS = 0.01
"""Prices of a step below a cent are the solver's last digits."""
BP = 1e4
INVEST = "cash_invested"
"""The price of an account's most cash: what there is beyond it has to be invested."""
SHARES = frozenset(
    {
        RuleKind.TURNOVER.value,
        RuleKind.SECTOR.value,
        RuleKind.ASSET_CLASS.value,
        RuleKind.SECURITY.value,
    }
)
"""Rules in fractions of value; the others are in dollars."""


def rule_prices(plan: EnginePlan, margins: Margins) -> tuple[RulePrice, ...]:
    """Return every rule that binds, dearest first: what letting it give one step is worth."""
    found = []
    for row, price in zip(plan.case.rows, plan.best.prices.rows, strict=True):
        if row.kind != NETTING:
            found.append(_of_row(row, float(price), margins))
    found += [_of_orders(plan), _of_payout(plan, margins), _of_tracking_error(margins)]
    kept = [price for price in found if price is not None]
    return tuple(sorted(kept, key=lambda p: (-abs(p.dollars), p.code, p.name)))


def worth_in_bp(margins: Margins, objective: float) -> Decimal | None:
    """Return the tracking error in basis points that so much objective pays for; None where risk is free.

    First-order: at the plan's own tracking error, 2 price te dte = dollars.
    """
    slope = 2 * margins.risk_price * margins.tracking_error
    if slope <= 0:
        return None
    return Decimal(f"{objective / slope * BP:.2f}")


def _of_row(row: Row, price: float, margins: Margins) -> RulePrice | None:
    problem = margins.problem
    value = float(problem.exact.value)
    step = SHARE_STEP if row.kind in SHARES else DOLLAR_STEP
    weight = float(step) if row.kind in SHARES else float(step) / value
    gained = abs(price) * weight
    if gained * value < LEAST_DOLLARS:
        return None
    # The tax a budget allows is paid too: what it buys is worth that much more than the gain that is left.
    paid = weight if row.kind == TAX and problem.mode is Mode.REBALANCE else 0.0
    return RulePrice(
        INVEST if row.kind == CASH and price > 0 else row.kind,
        row.name,
        Decimal(f"{gained * value:.2f}"),
        step,
        worth_in_bp(margins, gained + paid),
    )


def _of_orders(plan: EnginePlan) -> RulePrice | None:
    """Return what one order more is worth, where their number binds."""
    problem = plan.case.problem
    dollars = plan.best.prices.orders * float(problem.exact.value)
    if problem.limits.max_trades is None or dollars < LEAST_DOLLARS:
        return None
    return RulePrice(RuleKind.MAX_TRADES, "", Decimal(f"{dollars:.2f}"), Decimal(1))


def _of_payout(plan: EnginePlan, margins: Margins) -> RulePrice | None:
    """Return what the last step of a payout costs, by the account that raises it cheapest."""
    if plan.case.problem.limits.payout is None:
        return None
    value = float(margins.problem.exact.value)
    gained = payout_price(plan.case, plan.best.prices.rows) * float(DOLLAR_STEP) / value
    if not np.isfinite(gained) or abs(gained) * value < LEAST_DOLLARS:
        return None
    dollars = Decimal(f"{gained * value:.2f}")
    return RulePrice(RuleKind.PAYOUT, "", dollars, DOLLAR_STEP, worth_in_bp(margins, gained))


def _of_tracking_error(margins: Margins) -> RulePrice | None:
    """Return the price of the limit: what one basis point more of it is worth."""
    limit = margins.problem.limits.tracking_error
    if not np.isfinite(limit) or margins.limit_price <= 0:
        return None
    dollars = 2 * limit * margins.limit_price * float(BP_STEP) / BP
    dollars *= float(margins.problem.exact.value)
    if dollars < LEAST_DOLLARS:
        return None
    return RulePrice(TRACKING_ERROR, "", Decimal(f"{dollars:.2f}"), BP_STEP)

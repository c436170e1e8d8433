"""A plan in weights to trades in shares that keep every rule: orders large and few enough, limits kept.

Where rounding makes an order too small, or misses a limit, the plan is solved again without it, or with a little room.
"""

from dataclasses import dataclass, replace

import numpy as np

from harvestdesk.optimize.engine.case import Case
from harvestdesk.optimize.engine.evaluate import Figures, evaluate
from harvestdesk.optimize.engine.problem import EngineProblem
from harvestdesk.optimize.engine.repair import (
    tightened,
    without_small_in_shares,
    without_small_orders,
)
from harvestdesk.optimize.engine.search import Effort, Incumbent, polish
from harvestdesk.optimize.engine.shares import to_shares
from harvestdesk.optimize.engine.third_household import orders_of_plan, polished_orders
from harvestdesk.optimize.engine.third_repair import without_excess_orders
from harvestdesk.optimize.engine.trades import Trades

ATTEMPTS = 16
TIGHTENINGS = 4


@dataclass(frozen=True)
class InShares:
    """Trades and what they amount to; `plan` is what they were rounded from, its orders counted."""

    trades: Trades
    figures: Figures
    plan: Incumbent


def in_shares(case: Case, best: Incumbent, effort: Effort) -> InShares:
    """Return trades in shares; where rounding breaks a rule, those of a plan that leaves it room."""
    problem = case.problem
    if best.dealt is None:
        case, best = _without_small_orders(case, best, effort)
    case, made = _within_count(case, best, problem, effort)
    case, made = _large_in_shares(case, made, problem, effort)
    kept = made.plan
    for attempt in range(1, TIGHTENINGS + 1):
        if not made.figures.broken:
            break
        plan = _again(tightened(case, attempt), made.plan, effort) or made.plan
        made = _made(case, plan, problem)
    return replace(made, plan=kept)


def _made(case: Case, plan: Incumbent, problem: EngineProblem) -> InShares:
    trades = to_shares(case, plan)
    return InShares(trades, evaluate(problem, trades), plan)


def _again(case: Case, plan: Incumbent, effort: Effort) -> Incumbent | None:
    """Return the best plan of the same sides, or of the same orders where accounts were chosen."""
    if plan.dealt is None:
        return polish(case, plan.sides, effort, plan.prices)
    problem, orders = case.problem, orders_of_plan(case, plan)
    if problem.may_buy is not None and orders.dealt is not None:
        orders = replace(orders, dealt=orders.dealt & problem.may_buy)
    able = np.zeros_like(orders.sells)
    able[problem.lot_account[problem.sellable], problem.lot_security[problem.sellable]] = True
    return polished_orders(case, plan, replace(orders, sells=orders.sells & able), effort)


def _within_count(
    case: Case, plan: Incumbent, problem: EngineProblem, effort: Effort
) -> tuple[Case, InShares]:
    """Return a plan in shares with no more orders than allowed, solved again without the smallest."""
    most = allowed = problem.limits.max_trades
    for _ in range(ATTEMPTS):
        made = _made(case, plan, problem)
        if most is None or allowed is None or made.figures.orders <= most:
            break
        fewer = without_excess_orders(case.problem, plan.sold, plan.bought, allowed)
        if fewer is None:  # one purchase is shared by several accounts
            allowed -= made.figures.orders - most
            continue
        case = replace(case, problem=fewer)
        plan = _again(case, plan, effort) or plan
    return case, made


def _large_in_shares(
    case: Case, made: InShares, problem: EngineProblem, effort: Effort
) -> tuple[Case, InShares]:
    """Return a plan in shares without the orders that shares made too small, solved again without them."""
    for _ in range(ATTEMPTS):
        fewer = _without_small(case, made, effort) if made.figures.broken else None
        if fewer is None:
            break
        case, plan = fewer
        made = _made(case, plan, problem)
    return case, made


def _without_small(case: Case, made: InShares, effort: Effort) -> tuple[Case, Incumbent] | None:
    """Return the plan without the orders that shares made too small, or without those they pay for as well."""
    for whole_accounts in (False, True):
        smaller = without_small_in_shares(case.problem, made.trades, whole_accounts=whole_accounts)
        if smaller is None:
            return None
        fewer = replace(case, problem=smaller)
        found = _again(fewer, made.plan, effort)
        if found is not None:
            return fewer, found
    return None


def _without_small_orders(case: Case, plan: Incumbent, effort: Effort) -> tuple[Case, Incumbent]:
    """Drop orders below the smallest one until none is left, solving again each time."""
    for _ in range(ATTEMPTS):
        problem = without_small_orders(case.problem, plan.sold, plan.bought)
        if problem is None:
            break
        smaller = replace(case, problem=problem)
        found = polish(smaller, plan.sides, effort, plan.prices)
        if found is None:
            break
        case, plan = smaller, found
    return case, plan

"""The solves behind one household plan: most kinds need one, a few need to know an answer first.

*Piggy-back*: first without any tax, as if the household only rebalanced; then with it, but no security sold
beyond what that plan sold (features F14).
*Asset location*: first without it; then with it, but no gain sold that plan kept, and no more tax than it cost.
*Losses of a given amount*: where the amount can't be had, first the most there can be, then that at least
tracking error and cost (features F2).
"""

from dataclasses import dataclass, replace

import numpy as np

from harvestdesk.domain.errors import NoPlanError
from harvestdesk.domain.plan_settings import PlanKind
from harvestdesk.optimize.engine.case import loss_counts
from harvestdesk.optimize.engine.evaluate import evaluate
from harvestdesk.optimize.engine.plan import PROVEN, EnginePlan, solve_problem
from harvestdesk.optimize.engine.problem import NO_LIMIT, EngineProblem, FloatArray, Mode, total_by
from harvestdesk.optimize.engine.search import Effort, relative_gap
from harvestdesk.optimize.engine.trades import Trades
from harvestdesk.optimize.household.build import BuiltHousehold

HAIR = 1e-6
"""Part of a first plan's answer the second may miss: shares don't land on the last digit."""
A_DOLLAR = 1.0
NEGLIGIBLE = 1e-7
"""Objective, a fraction of value, that no plan is worth searching on for: ten cents a year of a million."""


@dataclass(frozen=True)
class Solved:
    """The problem the plan is certified for, and the plan.

    Attributes:
        reached: losses asked of it, as a fraction of value: less than wanted where there is not more.
    """

    problem: EngineProblem
    plan: EnginePlan
    reached: float = 0.0


def solve_household(built: BuiltHousehold, effort: Effort) -> Solved:
    """Return the certified plan of a household problem.

    Raises:
        NoPlanError: no plan keeps every rule.
    """
    if built.settings.kind is PlanKind.HARVEST_TARGET:
        return _to_target(built.problem, effort)
    problem = built.problem
    if built.settings.piggy_back:
        problem = _piggy_backed(problem, effort)
    if built.location.any():
        problem = _located(built, problem, effort)
    return Solved(problem, solve_problem(problem, effort))


def is_proven(objective: float, bound: float) -> bool:
    """Return True where a plan is near the best there can be, or the difference is next to nothing."""
    return relative_gap(objective, bound) <= PROVEN or objective - bound <= NEGLIGIBLE


def _piggy_backed(problem: EngineProblem, effort: Effort) -> EngineProblem:
    """Return the problem with no more sold of any security than a plan that knows no tax sells."""
    limits = replace(problem.limits, tax=NO_LIMIT)
    blind = replace(
        problem, situation=None, lot_rate=np.zeros(len(problem.lot_rate)), limits=limits
    )
    sold = _sold(problem, solve_problem(blind, effort).trades)
    most = total_by(problem.lot_security, sold, len(problem.symbols))
    if problem.most_sold is not None:
        most = np.minimum(most, problem.most_sold)
    return replace(problem, most_sold=most)


def _located(built: BuiltHousehold, problem: EngineProblem, effort: Effort) -> EngineProblem:
    """Return the problem in which asset location sells no gain that would not be sold without it.

    Nor does it move cash: every account ends with what it ends with without it.
    """
    plain = _without_location(built, problem)
    plan = solve_problem(plain, effort)
    sold = _sold(problem, plan.trades)
    taxed = problem.taxable[problem.lot_account]
    kept = taxed & (problem.lot_gain > 0) & (sold <= 0)
    alone = kept if problem.left_alone is None else kept | problem.left_alone
    value = float(problem.exact.value)
    tax = float(plan.figures.tax_cost) / value + A_DOLLAR / value
    cash = np.array([float(c / problem.exact.value) for c in plan.figures.cash])
    least = np.zeros(len(cash)) if problem.limits.cash_least is None else problem.limits.cash_least
    limits = replace(
        problem.limits,
        tax=min(problem.limits.tax, tax),
        cash=np.maximum(cash, least),
        cash_least=np.maximum(cash - A_DOLLAR / value, np.minimum(least, cash)),
    )
    return replace(problem, left_alone=alone, limits=limits)


def _without_location(built: BuiltHousehold, problem: EngineProblem) -> EngineProblem:
    location = built.location
    buys = None if problem.buy_extra is None else problem.buy_extra + location
    lots = problem.lot_extra
    if lots is not None:
        lots = lots - location[problem.lot_account, problem.lot_security]
    return replace(problem, buy_extra=_or_none(buys), lot_extra=_or_none(lots))


def _or_none(extra: FloatArray | None) -> FloatArray | None:
    return extra if extra is not None and np.abs(extra).max(initial=0.0) > 1e-12 else None


def _sold(problem: EngineProblem, trades: Trades) -> FloatArray:
    """Return [lot] weights sold."""
    sold = np.zeros(len(problem.lot_ids))
    exact = problem.exact
    for sale in trades.sales:
        price = exact.prices[int(problem.lot_security[sale.lot])]
        sold[sale.lot] = float(sale.shares * price / exact.value)
    return sold


def _to_target(problem: EngineProblem, effort: Effort) -> Solved:
    """Return the plan with the losses asked for, or with as much of them as there can be."""
    counts = loss_counts(problem) & problem.sellable
    most = float(np.where(counts, -problem.lot_gain * problem.lot_most, 0.0).sum())
    wanted = min(problem.limits.loss_least, most * (1 - HAIR))
    aimed = _aiming(problem, wanted)
    try:
        return Solved(aimed, solve_problem(aimed, effort), wanted)
    except NoPlanError:
        reachable = _most_loss(problem, effort) * (1 - HAIR)
    aimed = _aiming(problem, min(wanted, reachable))
    return Solved(aimed, solve_problem(aimed, effort), aimed.limits.loss_least)


def _aiming(problem: EngineProblem, loss: float) -> EngineProblem:
    return replace(problem, limits=replace(problem.limits, loss_least=max(0.0, loss)))


def _most_loss(problem: EngineProblem, effort: Effort) -> float:
    """Return the most loss some plan of the same rules sells, a fraction of value."""
    counts = loss_counts(problem)
    alone = ~counts if problem.left_alone is None else problem.left_alone | ~counts
    limits = replace(problem.limits, loss_least=0.0)
    best = replace(problem, mode=Mode.HARVEST, left_alone=alone, limits=limits)
    trades = solve_problem(best, effort).trades
    return float(evaluate(best, trades).realised_loss / problem.exact.value)

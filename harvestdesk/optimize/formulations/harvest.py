"""The year-end maximiser as a cone problem (methods 1.2 and 1.6).

Symbols of the paper in comments: s sold, u bought, x active exposure, f factor exposure, z side of a set.
The active weights and factor exposures are variables of their own, tied by equalities: substituting them
makes the matrices dense and the compile ten times slower. Everything is vectorised.
"""

from dataclasses import dataclass

import cvxpy as cp
import numpy as np
import scipy.sparse as sp

from harvestdesk.optimize.problem import FloatArray, HarvestProblem, IntArray
from harvestdesk.optimize.solve import Outcome, SolveLimits, SolveStatus, run

PERCENT = 100.0
"""Weights inside the solver are percent of the household, and risk is in units of the limit, so that all
numbers it sees are near one."""
LEAST_LIMIT = 1e-6
"""A limit of zero would leave the cone without an inside; a hundredth of a basis point stands for it."""
SLACK = 1.0 + 1e-7


@dataclass(frozen=True)
class Solution:
    """What the solver returned, in fractions of the household's value.

    Attributes:
        sold: [lot]; bought: [purchase]; selling: [set] z, 1 on the selling side, NaN where one-sided.
        objective: value of the solution.
        bound: proven upper bound of the problem that was solved.
        per_limit: objective gained per unit of tracking error more.
    """

    outcome: Outcome
    sold: FloatArray
    bought: FloatArray
    selling: FloatArray
    objective: float
    bound: float
    per_limit: float

    @property
    def usable(self) -> bool:
        """True when there are numbers to work with."""
        return self.outcome.status in {
            SolveStatus.OPTIMAL,
            SolveStatus.INACCURATE,
            SolveStatus.LIMIT,
        } and bool(np.isfinite(self.sold).all() and np.isfinite(self.bought).all())


@dataclass(frozen=True)
class _Variables:
    sell: cp.Variable  # s [lot], percent
    buy: cp.Variable  # u [purchase], percent
    active: cp.Variable  # x [security], percent
    factor: cp.Variable  # f [factor], in units of the limit
    side: cp.Variable | None  # z [two-sided set]


def incidence(rows: IntArray, size: int) -> sp.csr_array:
    """Return the 0/1 matrix [size, len(rows)] that adds entry j to row rows[j]."""
    count = len(rows)
    return sp.csr_array((np.ones(count), (rows, np.arange(count))), shape=(size, count))


def maximise(problem: HarvestProblem, limits: SolveLimits) -> Solution:
    """Solve the problem, with the perspective relaxation of every set whose side is open."""
    sets = problem.two_sided()
    variables = _variables(problem, len(sets))
    scale = 1.0 / max(problem.limit, LEAST_LIMIT)
    constraints = _holdings(problem, variables, scale) + _cash(problem, variables)
    spread, more = _specific(problem, variables, sets, scale)
    constraints += more
    risk = cp.sum_squares(variables.factor) + spread <= SLACK
    value = problem.lot_value @ variables.sell - problem.buy_cost @ variables.buy
    model = cp.Problem(cp.Maximize(value), [*constraints, risk])
    outcome = run(model, limits)
    return _solution(problem, variables, sets, outcome, risk, scale)


def _variables(problem: HarvestProblem, open_sets: int) -> _Variables:
    securities, factors = problem.loadings.shape
    return _Variables(
        sell=cp.Variable(len(problem.lot_limit), nonneg=True),
        buy=cp.Variable(len(problem.buy_cost), nonneg=True),
        active=cp.Variable(securities),
        factor=cp.Variable(factors),
        side=cp.Variable(open_sets, nonneg=True) if open_sets else None,
    )


def _holdings(problem: HarvestProblem, v: _Variables, scale: float) -> list[cp.Constraint]:
    """x = x0 - S s + U u, f = F'x, s within its lot."""
    securities = len(problem.active)
    sold = incidence(problem.lot_security, securities) @ v.sell
    bought = incidence(problem.buy_security, securities) @ v.buy
    return [
        v.active == problem.active * PERCENT - sold + bought,
        v.factor == (problem.loadings.T * (scale / PERCENT)) @ v.active,
        v.sell <= problem.lot_limit * PERCENT,
    ]


def _cash(problem: HarvestProblem, v: _Variables) -> list[cp.Constraint]:
    """Every account buys for exactly what it sells."""
    if not problem.replace:
        return [v.buy == 0] if v.buy.size else []
    proceeds = incidence(problem.lot_account, problem.accounts) @ v.sell
    spent = incidence(problem.buy_account, problem.accounts) @ v.buy
    return [proceeds == spent]


def _specific(
    problem: HarvestProblem, v: _Variables, sets: IntArray, scale: float
) -> tuple[cp.Expression, list[cp.Constraint]]:
    """Return the specific variance and the constraints of the sides: one exposure per side, each under
    its own rotated cone (the convex hull of "sell" or "buy")."""
    deviation = np.sqrt(problem.specific_variance) * (scale / PERCENT)
    if v.side is None:
        return cp.sum_squares(cp.multiply(deviation, v.active)), []
    split = np.isin(problem.security_set, sets)
    whole = np.flatnonzero(~split)
    split_index = np.flatnonzero(split)
    one_sided = (
        cp.sum_squares(cp.multiply(deviation[whole], v.active[whole])) if len(whole) else 0.0
    )
    spread, constraints = _split_exposure(problem, v, sets, split_index, deviation[split_index])
    return one_sided + spread, constraints + _side_limits(problem, v, sets)


def _split_exposure(
    problem: HarvestProblem, v: _Variables, sets: IntArray, index: IntArray, deviation: FloatArray
) -> tuple[cp.Expression, list[cp.Constraint]]:
    assert v.side is not None
    side = v.side[np.searchsorted(sets, problem.security_set[index])]
    start = problem.active[index] * PERCENT
    sold = incidence(problem.lot_security, len(problem.active))[index] @ v.sell
    spread = cp.Variable((2, len(index)))  # tA, tB
    selling = cp.multiply(start, side) - sold  # xA
    buying = v.active[index] - selling  # xB
    cones = [
        cp.SOC(t + z, cp.vstack([cp.multiply(2 * deviation, x), t - z]), axis=0)
        for t, z, x in ((spread[0], side, selling), (spread[1], 1 - side, buying))
    ]
    return cp.sum(spread), cones


def _side_limits(problem: HarvestProblem, v: _Variables, sets: IntArray) -> list[cp.Constraint]:
    """s <= z w, u <= (1 - z) M and z <= 1 for every set with two sides."""
    assert v.side is not None
    lots = np.flatnonzero(np.isin(problem.lot_set, sets))
    buys = np.flatnonzero(np.isin(problem.buy_set, sets))
    lot_side = v.side[np.searchsorted(sets, problem.lot_set[lots])]
    buy_side = v.side[np.searchsorted(sets, problem.buy_set[buys])]
    most = largest_purchase(problem)[buys] * PERCENT
    return [
        v.side <= 1,
        v.sell[lots] <= cp.multiply(problem.lot_limit[lots] * PERCENT, lot_side),
        v.buy[buys] <= cp.multiply(most, 1 - buy_side),
    ]


def largest_purchase(problem: HarvestProblem) -> FloatArray:
    """Return [purchase] the most a purchase can be: the account's proceeds, and what the limit on tracking
    error leaves for the security's own risk."""
    proceeds = np.bincount(problem.lot_account, problem.lot_limit, minlength=problem.accounts)
    deviation = np.sqrt(problem.specific_variance[problem.buy_security])
    limit = max(problem.limit, LEAST_LIMIT) * SLACK
    room = np.divide(limit, deviation, out=np.full(len(deviation), np.inf), where=deviation > 0)
    # Other lots of the same security may be sold in a one-sided reading; the sides forbid it here.
    room = np.maximum(room - problem.active[problem.buy_security], 0.0)
    return np.minimum(proceeds[problem.buy_account], room)


def _solution(
    problem: HarvestProblem,
    v: _Variables,
    sets: IntArray,
    outcome: Outcome,
    risk: cp.Constraint,
    scale: float,
) -> Solution:
    sold = _values(v.sell, len(problem.lot_limit)) / PERCENT
    bought = _values(v.buy, len(problem.buy_cost)) / PERCENT
    selling = np.full(problem.sets, np.nan)
    if v.side is not None:
        selling[sets] = np.clip(_values(v.side, len(sets)), 0.0, 1.0)
    value = outcome.value / PERCENT
    bound = outcome.dual_value / PERCENT if np.isfinite(outcome.dual_value) else value
    dual = 0.0 if risk.dual_value is None else float(np.sum(risk.dual_value))
    return Solution(
        outcome=outcome,
        sold=np.clip(sold, 0.0, problem.lot_limit),
        bought=np.maximum(bought, 0.0),
        selling=selling,
        objective=value,
        bound=max(value, bound),
        per_limit=2.0 * dual * scale / PERCENT,
    )


def _values(variable: cp.Variable, size: int) -> FloatArray:
    if variable.value is None:
        return np.full(size, np.nan)
    return np.asarray(variable.value, dtype=np.float64).reshape(size)

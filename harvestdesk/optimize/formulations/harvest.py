"""The year-end maximiser as a cone problem (methods 1.2 and 1.6).

Symbols of the paper in comments: s sold, u bought, x active exposure, f factor exposure, z side of a set.
The active weights and factor exposures are variables of their own, tied by equalities: substituting them
makes the matrices dense and the compile ten times slower. Everything is vectorised.
"""

from dataclasses import dataclass
from typing import Any

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
        answered = {SolveStatus.OPTIMAL, SolveStatus.INACCURATE, SolveStatus.LIMIT}
        finite = np.isfinite(self.sold).all() and np.isfinite(self.bought).all()
        return self.outcome.status in answered and bool(finite)


def incidence(rows: IntArray, size: int) -> sp.csr_array:
    """Return the 0/1 matrix [size, len(rows)] that adds entry j to row rows[j]."""
    count = len(rows)
    return sp.csr_array((np.ones(count), (rows, np.arange(count))), shape=(size, count))


def maximise(problem: HarvestProblem, limits: SolveLimits) -> Solution:
    """Solve the problem, with the perspective relaxation of every set whose side is open."""
    if not len(problem.lot_limit) or (problem.replace and not len(problem.buy_cost)):
        return _nothing(problem)
    return _Model(problem).solve(limits)


def _nothing(problem: HarvestProblem) -> Solution:
    """Return the only plan there is where nothing can be sold, or nothing bought for it."""
    return Solution(
        Outcome(SolveStatus.OPTIMAL, "none", "", 0.0, 0.0, 0.0),
        np.zeros(len(problem.lot_limit)),
        np.zeros(len(problem.buy_cost)),
        np.full(problem.sets, np.nan),
        0.0,
        0.0,
        0.0,
    )


class _Model:
    """One cone problem: born for one solve."""

    def __init__(self, problem: HarvestProblem) -> None:
        self.problem = problem
        self.sets = problem.two_sided()
        self.scale = 1.0 / max(problem.limit, LEAST_LIMIT)
        # Standard deviations per percent of weight, in units of the limit.
        self.deviation = np.sqrt(problem.specific_variance) * (self.scale / PERCENT)
        securities, factors = problem.loadings.shape
        self.sell = cp.Variable(len(problem.lot_limit), nonneg=True)  # s [lot]
        self.buy = cp.Variable(max(1, len(problem.buy_cost)), nonneg=True)  # u [purchase]
        self.active = cp.Variable(securities)  # x [security]
        self.factor = cp.Variable(max(1, factors))  # f [factor]
        self.side = cp.Variable(max(1, len(self.sets)), nonneg=True)  # z [two-sided set]

    def solve(self, limits: SolveLimits) -> Solution:
        constraints = self._holdings() + self._cash()
        spread = self._whole_risk()
        if len(self.sets):
            open_risk, more = self._open_risk()
            spread = spread + open_risk
            constraints += more + self._side_limits()
        risk = cp.sum_squares(self.factor) + spread <= SLACK
        value = self.problem.lot_value @ self.sell
        if len(self.problem.buy_cost):
            value = value - self.problem.buy_cost @ self.buy
        outcome = run(cp.Problem(cp.Maximize(value), [*constraints, risk]), limits)
        return self._solution(outcome, risk)

    def _holdings(self) -> list[Any]:
        """Tie the exposures: x = x0 - S s + U u, f = F'x, and s within its lot."""
        p = self.problem
        securities, factors = p.loadings.shape
        after = p.active * PERCENT - incidence(p.lot_security, securities) @ self.sell
        if len(p.buy_cost):
            after = after + incidence(p.buy_security, securities) @ self.buy
        exposure = (p.loadings.T * (self.scale / PERCENT)) @ self.active if factors else 0.0
        return [
            self.active == after,
            self.factor == exposure,
            self.sell <= p.lot_limit * PERCENT,
        ]

    def _cash(self) -> list[Any]:
        """Every account buys for exactly what it sells, or for what whole shares may leave less."""
        p = self.problem
        if not p.replace or not len(p.buy_cost):
            return [self.buy == 0]
        proceeds = incidence(p.lot_account, p.accounts) @ self.sell
        cash = proceeds - incidence(p.buy_account, p.accounts) @ self.buy
        if p.unspent is None:
            return [cash == 0]
        least, most = p.unspent
        return [cash >= least * PERCENT, cash <= most * PERCENT]

    def _whole_risk(self) -> Any:
        """Return the specific variance of the securities that have one side only."""
        whole = np.flatnonzero(~np.isin(self.problem.security_set, self.sets))
        if not len(whole):
            return 0.0
        return cp.sum_squares(cp.multiply(self.deviation[whole], self.active[whole]))

    def _open_risk(self) -> tuple[Any, list[Any]]:
        """Return the specific variance of the sets whose side is open, and its cones.

        Each has one exposure per side, each under its own rotated cone: together the convex hull of
        "sell" or "buy".
        """
        p = self.problem
        index = np.flatnonzero(np.isin(p.security_set, self.sets))
        side = self.side[np.searchsorted(self.sets, p.security_set[index])]
        sold = incidence(p.lot_security, len(p.active))[index] @ self.sell
        selling = cp.multiply(p.active[index] * PERCENT, side) - sold  # xA
        buying = self.active[index] - selling  # xB
        spread = cp.Variable((2, len(index)))  # tA, tB
        double = 2 * self.deviation[index]
        cones = [
            cp.SOC(t + z, cp.vstack([cp.multiply(double, x), t - z]), axis=0)
            for t, z, x in ((spread[0], side, selling), (spread[1], 1 - side, buying))
        ]
        return cp.sum(spread), cones

    def _side_limits(self) -> list[Any]:
        """Limit the sides: s <= z w, u <= (1 - z) M and z <= 1."""
        p = self.problem
        lots = np.flatnonzero(np.isin(p.lot_set, self.sets))
        buys = np.flatnonzero(np.isin(p.buy_set, self.sets))
        lot_side = self.side[np.searchsorted(self.sets, p.lot_set[lots])]
        buy_side = self.side[np.searchsorted(self.sets, p.buy_set[buys])]
        most = largest_purchase(p)[buys] * PERCENT
        return [
            self.side <= 1,
            self.sell[lots] <= cp.multiply(p.lot_limit[lots] * PERCENT, lot_side),
            self.buy[buys] <= cp.multiply(most, 1 - buy_side),
        ]

    def _solution(self, outcome: Outcome, risk: Any) -> Solution:
        p = self.problem
        selling = np.full(p.sets, np.nan)
        selling[self.sets] = np.clip(_values(self.side, len(self.sets)), 0.0, 1.0)
        value = outcome.value / PERCENT
        bound = outcome.dual_value / PERCENT if np.isfinite(outcome.dual_value) else value
        dual = 0.0 if risk.dual_value is None else float(np.sum(risk.dual_value))
        return Solution(
            outcome=outcome,
            sold=np.clip(_values(self.sell, len(p.lot_limit)) / PERCENT, 0.0, p.lot_limit),
            bought=np.maximum(_values(self.buy, len(p.buy_cost)) / PERCENT, 0.0),
            selling=selling,
            objective=value,
            bound=max(value, bound),
            per_limit=2.0 * dual * self.scale / PERCENT,
        )


def largest_purchase(problem: HarvestProblem) -> FloatArray:
    """Return [purchase] the most a purchase on the buying side can be.

    That is the account's proceeds, and what the limit leaves for the security's own risk.
    """
    proceeds = np.zeros(problem.accounts) if problem.unspent is None else -problem.unspent[0]
    np.add.at(proceeds, problem.lot_account, problem.lot_limit)
    deviation = np.sqrt(problem.specific_variance[problem.buy_security])
    limit = max(problem.limit, LEAST_LIMIT) * SLACK
    room = np.divide(limit, deviation, out=np.full(len(deviation), np.inf), where=deviation > 0)
    room = np.maximum(room - problem.active[problem.buy_security], 0.0)
    return np.asarray(np.minimum(proceeds[problem.buy_account], room), dtype=np.float64)


def _values(variable: Any, size: int) -> FloatArray:
    if variable.value is None:
        return np.full(size, np.nan)
    return np.asarray(variable.value, dtype=np.float64).reshape(-1)[:size]

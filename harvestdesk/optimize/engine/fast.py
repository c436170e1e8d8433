"""The fast path of methods 1.3: bound and plan of one point in milliseconds, warm from the point before.

For sliders, curves and what-ifs, where the cone programs of search.py take too long; they stay the reference.

What is exact: the bound is that of the closed form (duals.py), true whatever the prices are; with a tax
situation it holds over all cells of the year's netting, with a least order over sets left alone as well. The plan
keeps every row in weights, and its tax, cost and risk are those of the plan (tax by `year_tax`). What isn't: sides come
from rounding and a few flips, not from branching, so concentrated books may show a gap that `solve_problem` would
close; weights are not yet shares; orders below the least one are made larger or left out by their price, all at once.
The gap always says so.

No cvxpy here: a window's process may use it.
"""

from dataclasses import dataclass, replace

import numpy as np

from harvestdesk.domain.errors import NoPlanError
from harvestdesk.optimize.engine.fast_proof import Asked, Start, named, prepared, proven_by
from harvestdesk.optimize.engine.fast_search import Best, PointSearch
from harvestdesk.optimize.engine.problem import (
    EngineProblem,
    FloatArray,
    IntArray,
    Limits,
    Mode,
)

FLIPS, STEP_FLIPS = 6, 2
"""Sets whose other side is tried: for a first point, and in a step from one to the next."""


@dataclass(frozen=True)
class FastPoint:
    """A feasible plan in weights and how far from the best it can be; fractions of value.

    Attributes:
        sold: [lot]; bought: [account, security]; paid: [account] of a payout; sides: [set].
        tracking_error: yearly; tax: this year's, negative saves; cost: of trading; turnover: sold.
        orders: sales and purchases, an account and a security each.
        bound: no plan has a smaller objective; gap: relative distance from it.
        prices: of the plan with its sides, by name of their row.
        central: prices the next point may begin with.
        evaluations: of the dual, for all of it.
    """

    sold: FloatArray
    bought: FloatArray
    paid: FloatArray
    sides: IntArray
    tracking_error: float
    tax: float
    cost: float
    turnover: float
    orders: int
    objective: float
    bound: float
    gap: float
    prices: Start
    central: Start | None
    risk_aversion: float
    evaluations: int


class FastModel:
    """A problem prepared once; `point` may be asked again and again, warm from the one before.

    Attributes:
        evaluations: of the dual, for all points so far.
    """

    def __init__(self, problem: EngineProblem) -> None:
        reason = self.covers(problem)
        if reason is not None:
            raise AssertionError(f"the fast path doesn't know {reason}: ask `covers` first")
        self.problem = problem
        self._prepared = prepared(problem)
        self._warm: Start | None = None
        self.evaluations = 0

    @staticmethod
    def covers(problem: EngineProblem) -> str | None:
        """Return the rule of a problem that the fast path doesn't know, or None."""
        if problem.mode is not Mode.REBALANCE:
            return "mode"
        if problem.limits.ticket_cost > 0:
            return "ticket_cost"
        if problem.swaps and (problem.most_sold is not None or problem.most_bought is not None):
            return "max_volume"  # shares moved between accounts count in it
        return None if problem.limits.max_trades is None else "max_trades"

    def point(
        self,
        risk_aversion: float | None = None,
        tracking_error: float | None = None,
        turnover: float | None = None,
        tax_budget: float | None = None,
        gain_budget: float | None = None,
        *,
        start: Start | None = None,
        flips: int | None = None,
    ) -> FastPoint:
        """Return the plan of these settings; what is None stays as the problem has it.

        Args:
            risk_aversion: objective per yearly variance.
            tracking_error: yearly limit.
            turnover: fraction of value sold.
            tax_budget: fraction of value.
            gain_budget: fraction of value.
            start: prices to begin with instead of those of the point before.
            flips: sets whose other side is tried where rounding leaves a gap; None: fewer in a step than at first.

        Raises:
            NoPlanError: where no plan keeps every rule, or none was found.
        """
        known = self.problem.limits
        limits = replace(
            known,
            tracking_error=_or(tracking_error, known.tracking_error),
            turnover=_or(turnover, known.turnover),
            tax=_or(tax_budget, known.tax),
            gain=_or(gain_budget, known.gain),
        )
        asked = self._prepared.asked(self._changed(risk_aversion, limits))
        warm = start or self._warm
        tries = flips if flips is not None else FLIPS if warm is None else STEP_FLIPS
        best, search = self._found(asked, warm, tries)
        self._warm = search.central
        return _point(asked, best, search)

    def _found(self, asked: Asked, warm: Start | None, flips: int) -> tuple[Best, PointSearch]:
        """Search from the prices given; where they lead nowhere, from none."""
        search = PointSearch(self._prepared, asked, flips)
        try:
            best = search.run(warm)
        except NoPlanError as error:
            self.evaluations += search.evaluations
            if warm is None or error.code == "infeasible":
                raise
            return self._found(asked, None, flips)
        self.evaluations += search.evaluations
        return best, search

    def bound(self, prices: Start, risk_aversion: float | None = None) -> float:
        """Return what prices prove of every plan of the problem, at its own or another risk aversion."""
        asked = self._prepared.asked(self._changed(risk_aversion, self.problem.limits))
        rows = asked.case.rows
        nu = np.array([prices.rows.get((row.kind, row.name), 0.0) for row in rows])
        of_prices = (prices.factors, nu, prices.risk)
        return float(proven_by(self._prepared, asked, of_prices).min())

    def _changed(self, risk_aversion: float | None, limits: Limits) -> EngineProblem:
        aversion = _or(risk_aversion, self.problem.risk_aversion)
        return replace(self.problem, risk_aversion=aversion, limits=limits)


def _or(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else value


def _point(asked: Asked, best: Best, search: PointSearch) -> FastPoint:
    amounts, bound = best.amounts, search.bound
    return FastPoint(
        sold=best.traded.sold,
        bought=best.traded.bought,
        paid=best.traded.paid,
        sides=best.traded.sides,
        tracking_error=amounts.tracking_error,
        tax=amounts.tax,
        cost=amounts.cost,
        turnover=amounts.turnover,
        orders=amounts.orders,
        objective=amounts.objective,
        bound=bound,
        gap=abs(amounts.objective - bound) / max(abs(bound), 1e-9),
        prices=named(best.dual, best.prices, best.cell),
        central=search.central,
        risk_aversion=asked.case.problem.risk_aversion,
        evaluations=search.evaluations,
    )

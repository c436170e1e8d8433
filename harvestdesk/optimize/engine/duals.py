"""The true bound: given prices of all that ties securities together, each is on its own (methods 1.3).

With a price for each factor, each row of the case and the whole risk, what is left is one-dimensional and
piecewise quadratic for every security and side, and solved in closed form. The sum over sets of the better
side bounds every plan from below whatever the prices are, so a solver's tolerance can't make it untrue.
"""

from dataclasses import dataclass

import numpy as np

from harvestdesk.optimize.engine.case import Case
from harvestdesk.optimize.engine.columns import ALWAYS, BUYING, SELLING, Columns
from harvestdesk.optimize.engine.problem import BoolArray, FloatArray, IntArray, total_by
from harvestdesk.optimize.problem import Side

FLOATING = 1e-13
"""What adding up in floating point may be off by, relative to the terms added."""


@dataclass(frozen=True)
class Prices:
    """Multipliers, in objective per unit of weight.

    Attributes:
        rows: [row of the case]; factors: [factor].
        risk: price of variance under a limit on tracking error; unused without one.
    """

    rows: FloatArray
    factors: FloatArray
    risk: float = 0.0


@dataclass(frozen=True)
class Bound:
    """What prices prove.

    Attributes:
        value: no plan with these sides is below it.
        selling, buying: [set] value of each side; equal where a set has one side only.
        sold: [column] sales at these prices, each side on its own.
    """

    value: float
    selling: FloatArray
    buying: FloatArray
    sold: FloatArray

    @property
    def lead(self) -> FloatArray:
        """[set] what the buying side costs more than the selling side; what a forced side would add."""
        return np.asarray(self.buying - self.selling)


def bound_of(case: Case, columns: Columns, prices: Prices, sides: IntArray) -> Bound:
    """Return the bound of a case with some sides [set] fixed; `columns` are those of single lots."""
    problem = case.problem
    limited = np.isfinite(problem.limits.tracking_error)
    risk = max(prices.risk, 0.0) if limited else problem.risk_price
    factors = prices.factors if risk > 0 else np.zeros(len(prices.factors))
    constant, terms = _constant(case, prices, risk, factors)
    separate = _Separate(case, columns, prices, risk, factors)
    values = separate.values()
    sets = problem.sets
    one = total_by(problem.set_of, values[ALWAYS], sets)
    selling = one + total_by(problem.set_of, values[SELLING], sets)
    buying = one + total_by(problem.set_of, values[BUYING], sets)
    both = np.minimum(selling, buying)
    of_set = np.where(sides == Side.SELL, selling, np.where(sides == Side.BUY, buying, both))
    scale = terms + float(np.abs(of_set).sum())
    value = constant + float(of_set.sum()) - FLOATING * scale
    return Bound(value, selling, buying, separate.sold)


def _constant(case: Case, prices: Prices, risk: float, factors: FloatArray) -> tuple[float, float]:
    """Return what the prices cost by themselves, and the size of the terms."""
    problem = case.problem
    terms = [case.constant]
    if risk > 0:
        terms.append(-float(factors @ factors) / (4 * risk))
    for row, price in zip(case.rows, prices.rows, strict=True):
        terms += [price * row.offset, min(-price * row.least, -price * row.most)]
    limit = problem.limits.tracking_error
    if np.isfinite(limit):
        terms.append(min(0.0, (problem.risk_price - risk) * limit**2))
    return sum(terms), sum(abs(t) for t in terms)


class _Separate:
    """The one-dimensional problems of every security and side.

    Each is: minimise a X^2 + p X + cost of sales + cost of purchases over what may be sold and bought.
    """

    def __init__(
        self, case: Case, columns: Columns, prices: Prices, risk: float, factors: FloatArray
    ) -> None:
        p = case.problem
        self.problem, self.columns = p, columns
        self.curve = risk * p.specific
        self.price = p.loadings @ factors
        cost = case.cost.copy()
        # Purchases are paid by the account whose cash is cheapest; only then is spending not free.
        cash = []
        for row, price in zip(case.rows, prices.rows, strict=True):
            cost += price * row.lots
            if row.securities is not None:
                self.price = self.price + price * row.securities
            if row.account >= 0:
                cash.append(-price)
        self.buy = p.buy_cost + min(cash)
        self.room = np.maximum(p.cap - p.held, 0.0)
        self.sold = np.zeros(len(columns))
        self._cost = cost[columns.lots[columns.start[:-1]]]

    def values(self) -> FloatArray:
        """Return [side, security] values; a side that a security doesn't have is 0."""
        p = self.problem
        two = p.two_sided[p.set_of]
        values = np.zeros((3, len(p.symbols)))
        for side in (ALWAYS, SELLING, BUYING):
            here = two if side != ALWAYS else ~two
            buys = here & p.buyable if side != SELLING else np.zeros_like(here)
            values[side] = np.where(here, self._side(side, buys), 0.0)
        return values

    def _side(self, side: int, buys: BoolArray) -> FloatArray:
        """Return [security] values where sales of this side, and purchases of `buys`, are allowed."""
        p, size = self.problem, len(self.problem.symbols)
        mine = np.flatnonzero(self.columns.side == side)
        security, most = self.columns.security[mine], self.columns.most[mine]
        cost = self._cost[mine]
        # Selling and buying the same for less than nothing: done with all of it, it costs no more later.
        moved = np.where(buys[security], np.minimum(cost + self.buy, 0.0), 0.0)
        floor = np.where(buys[security], -self.buy, -np.inf)
        given = total_by(security, moved * most, size)
        cost = np.maximum(cost, floor)
        order = np.lexsort((cost, security))
        sold = np.zeros(len(mine))
        sold[order] = self._filled(security[order], cost[order], most[order])
        self.sold[mine] = sold
        gone = total_by(security, sold, size)
        bought = self._purchases(buys)
        after = p.active - gone + bought
        spent = self.buy * bought + total_by(security, cost * sold, size)
        return np.asarray(self.curve * after**2 + self.price * after + spent + given)

    def _filled(self, security: IntArray, cost: FloatArray, most: FloatArray) -> FloatArray:
        """Return what is sold of lots in the order of their cost within each security."""
        if not len(security):
            return np.zeros(0)
        before = np.cumsum(most) - most
        first = np.searchsorted(security, security)
        before = before - before[first]
        slope = 2 * self.curve[security]
        pull = self.price[security] - cost
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            wanted = self.problem.active[security] + pull / slope
        flat = ~np.isfinite(wanted)
        wanted = np.where(flat, np.where(pull > 0, np.inf, -np.inf), wanted)
        return np.asarray(np.clip(wanted - before, 0.0, most))

    def _purchases(self, buys: BoolArray) -> FloatArray:
        """Return what is bought."""
        pull = -(self.price + self.buy)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            wanted = pull / (2 * self.curve) - self.problem.active
        flat = ~np.isfinite(wanted)
        wanted = np.where(flat, np.where(pull > 0, np.inf, -np.inf), wanted)
        return np.where(buys, np.clip(wanted, 0.0, self.room), 0.0)

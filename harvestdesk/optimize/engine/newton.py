"""Plans with every side fixed, by Newton's method on the prices: milliseconds where a cone program takes more.

With sides fixed and one account the dual of methods 1.3 is smooth and concave in as many unknowns as there are
factors and rows, and piecewise quadratic, so Newton's method ends after a few steps. Where it doesn't apply
(a limit on tracking error, several accounts, securities without risk of their own, rows by the hundred), or
doesn't end, the cone program answers.
"""

from dataclasses import dataclass

import numpy as np

from harvestdesk.optimize.engine.case import Case
from harvestdesk.optimize.engine.columns import ALWAYS, BUYING, SELLING, Columns
from harvestdesk.optimize.engine.duals import Prices
from harvestdesk.optimize.engine.problem import FloatArray, IntArray, total_by
from harvestdesk.optimize.problem import Side

MOST_STEPS = 60
MOST_HALVINGS = 30
ACCURATE = 1e-10
"""Weights by which rows and factors may miss; shares are a thousand times coarser."""
LEAST_CURVE = 1e-7
MOST_ROWS = 200
RIDGE = 1e-14


@dataclass(frozen=True)
class FixedPlan:
    """Sold [lot], bought [purse, security] and paid out [account] at prices that fit."""

    sold: FloatArray
    bought: FloatArray
    paid: FloatArray
    prices: Prices


def fixed_plan(case: Case, columns: Columns, sides: IntArray, start: Prices) -> FixedPlan | None:
    """Return the best plan with sides [set] fixed, or None where this method doesn't find it.

    Sets of two sides must have one of them; `columns` are those of single lots.
    """
    p = case.problem
    if np.isfinite(p.limits.tracking_error) or len(p.account_ids) > 1 or len(case.rows) > MOST_ROWS:
        return None
    if p.limits.payout is not None and not p.limits.payout.payers[0]:
        return None
    if (p.risk_price * p.specific <= LEAST_CURVE).any():
        return None
    ascent = _Ascent(case, columns, sides)
    return None if ascent.swaps else ascent.run(start)


@dataclass(frozen=True)
class _Point:
    """Where the prices lead: value and slope of the dual, and what is traded.

    Attributes:
        slope: [factor, then row]; of rows at a price of zero, what they would hold.
        bends: [security] True where a small change of price moves its exposure.
    """

    prices: FloatArray
    value: float
    slope: FloatArray
    sold: FloatArray
    bought: FloatArray
    active: FloatArray
    bends: np.ndarray
    margin: FloatArray


class _Ascent:
    """The dual of one case with fixed sides."""

    def __init__(self, case: Case, columns: Columns, sides: IntArray) -> None:
        p = self.problem = case.problem
        self.case = case
        side = sides[p.set_of]
        of_column = side[columns.security]
        open_to = columns.side == np.where(of_column == Side.BUY, BUYING, SELLING)
        open_to &= of_column != Side.NONE
        mine = np.flatnonzero(open_to | (columns.side == ALWAYS))
        self.columns = columns.lots[mine]
        self.security, self.most = columns.security[mine], columns.most[mine]
        self.cost = case.cost[self.columns]
        idle = (side == Side.SELL) | (side == Side.NONE)
        self.can_buy = p.buyable & ~(p.two_sided[p.set_of] & idle)
        most = p.room if p.most_bought is None else np.minimum(p.room, p.most_bought)
        self.room = np.where(self.can_buy, most, 0.0)
        self.least_sold = np.where(side == Side.SELL, p.least_order, 0.0)
        self.least_bought = np.where(side == Side.BUY, p.least_order, 0.0)
        self.buy = np.full(len(p.symbols), p.buy_cost)
        self.buy[p.purses.security] = p.purses.cost
        # Rows that are the same for all lots of a security move their costs together.
        self.order = np.lexsort((self.cost, self.security))
        self.rows = np.array([row.lots[self.columns] for row in case.rows])
        none = np.zeros(len(p.symbols))
        exposed = [none if r.securities is None else r.securities for r in case.rows]
        self.exposed = np.array(exposed)
        self.pays = np.array([1.0 if r.account >= 0 else 0.0 for r in case.rows])
        paid = p.limits.payout.amount if p.limits.payout else 0.0
        self.offset = np.array([r.offset for r in case.rows]) - paid * self.pays
        self.least = np.array([r.least for r in case.rows])
        self.row_most = np.array([r.most for r in case.rows])
        self.first = np.searchsorted(self.security[self.order], self.security[self.order])
        self.double = 2 * p.risk_price * p.specific
        self.factors = p.loadings.shape[1]

    @property
    def swaps(self) -> bool:
        """True where selling and buying the same at once is worth something by itself."""
        worth = self.cost + self.buy[self.security]
        return bool((worth[self.can_buy[self.security]] < 0).any())

    def at(self, prices: FloatArray) -> _Point:
        """Return the dual at prices of factors, then rows."""
        p, k = self.problem, self.factors
        factors, rows = prices[:k], prices[k:]
        price = p.loadings @ factors + rows @ self.exposed
        buy = self.buy - float(rows @ self.pays)
        cost = self.cost + rows @ self.rows
        order = self.order if self.case.even else np.lexsort((cost, self.security))
        security, most, sorted_cost = self.security[order], self.most[order], cost[order]
        wanted = p.active[security] + (price[security] - sorted_cost) / self.double[security]
        before = np.cumsum(most) - most
        before = before - before[self.first]
        if p.most_sold is not None:
            most = np.clip(p.most_sold[security] - before, 0.0, most)
        sold, forced = np.empty(len(order)), np.empty(len(order))
        forced[order] = np.clip(self.least_sold[security] - before, 0.0, most)
        sold[order] = np.clip(wanted - before, forced[order], most)
        gone = total_by(self.security, sold, len(p.symbols))
        target = -(price + buy) / self.double - p.active
        # What is sold and bought at once would only move cash within the account: it never pays.
        bought = np.where(gone > 0, 0.0, np.clip(target, self.least_bought, self.room))
        active = p.active - gone + bought
        margin = np.full(len(p.symbols), -1.0)
        ends = np.empty(len(order))
        ends[order] = most
        inside = (sold > forced) & (sold < ends)
        margin[self.security[inside]] = np.flatnonzero(inside)
        bends = (margin >= 0) | ((bought > self.least_bought) & (bought < self.room))
        held = np.where(rows > 0, self.row_most, np.where(rows < 0, self.least, 0.0))
        total = self.offset + self.rows @ sold + self.exposed @ active - self.pays * bought.sum()
        value = self._value(prices, price, cost, buy, sold, bought, active)
        fitted = p.loadings.T @ active - factors / (2 * p.risk_price)
        slope = np.concatenate([fitted, total - held])
        return _Point(prices, value, slope, sold, bought, active, bends, margin)

    def _value(
        self,
        prices: FloatArray,
        price: FloatArray,
        cost: FloatArray,
        buy: FloatArray,
        *traded: FloatArray,
    ) -> float:
        sold, bought, active = traded
        p, k = self.problem, self.factors
        factors, rows = prices[:k], prices[k:]
        spread = 0.5 * self.double @ active**2 + price @ active
        paid = cost @ sold + buy @ bought
        edges = np.minimum(-rows * self.least, -rows * self.row_most).sum()
        fit = factors @ factors / (4 * p.risk_price)
        return float(spread + paid + edges + rows @ self.offset - fit)

    def run(self, start: Prices) -> FixedPlan | None:
        """Climb until all fits."""
        point = self.at(np.concatenate([start.factors, start.rows]))
        for _ in range(MOST_STEPS):
            free = self._free(point)
            slope = np.where(free, self._slope(point), 0.0)
            if np.abs(slope).max(initial=0.0) <= ACCURATE:
                return self._plan(point)
            step = self._step(point, slope, free)
            following = self._along(point, step, slope)
            if following is None:
                return None
            point = following
        return None

    def _slope(self, point: _Point) -> FloatArray:
        """Return the slope; of a row without a price, how far its total is outside its bounds."""
        k = self.factors
        slope = point.slope.copy()
        none = point.prices[k:] == 0
        total = slope[k:]
        outside = np.maximum(total - self.row_most, 0.0) + np.minimum(total - self.least, 0.0)
        slope[k:] = np.where(none, outside, total)
        return slope

    def _free(self, point: _Point) -> np.ndarray:
        """Return which prices may move: all but those of rows that hold without one."""
        k = self.factors
        free = np.ones(len(point.prices), dtype=np.bool_)
        total = point.slope[k:]
        holds = (total >= self.least - ACCURATE) & (total <= self.row_most + ACCURATE)
        free[k:] = (point.prices[k:] != 0) | ~holds
        return free

    def _step(self, point: _Point, slope: FloatArray, free: np.ndarray) -> FloatArray:
        """Return Newton's step over the free prices."""
        p, k = self.problem, self.factors
        bends = np.flatnonzero(point.bends)
        towards = np.zeros((len(bends), len(slope)))
        towards[:, :k] = p.loadings[bends]
        lot = point.margin[bends].astype(np.intp)
        of_lot = self.rows[:, np.maximum(lot, 0)].T if self.rows.shape[1] else 0.0
        moved = np.where((lot >= 0)[:, None], of_lot, self.pays[None, :])
        towards[:, k:] = self.exposed[:, bends].T - moved
        curved = (towards.T / self.double[bends]) @ towards
        curved[np.arange(k), np.arange(k)] += 1 / (2 * p.risk_price)
        curved[np.diag_indices_from(curved)] += RIDGE * max(1.0, float(np.trace(curved)))
        step = np.zeros(len(slope))
        part = np.ix_(free, free)
        step[free] = np.linalg.solve(curved[part], slope[free])
        return step

    def _along(self, point: _Point, step: FloatArray, slope: FloatArray) -> _Point | None:
        """Return the first point on the step, halved as often as needed, that is better."""
        k, length = self.factors, 1.0
        for _ in range(MOST_HALVINGS):
            prices = point.prices + length * step
            # A row's price that changes its sign stops at none first: there its total jumps.
            crossed = point.prices[k:] * prices[k:] < 0
            prices[k:][crossed] = 0.0
            found = self.at(prices)
            gain = found.value - point.value
            if gain >= 1e-4 * length * float(slope @ step) or (
                gain >= -1e-15 and np.abs(found.slope).max() < np.abs(slope).max()
            ):
                return found
            length /= 2
        return None

    def _plan(self, point: _Point) -> FixedPlan:
        sold = np.zeros(len(self.problem.lot_ids))
        np.add.at(sold, self.columns, point.sold)
        p, k = self.problem, self.factors
        bought = np.zeros((p.purses.count, len(p.symbols)))
        bought[0] = point.bought
        paid = np.full(1, p.limits.payout.amount if p.limits.payout else 0.0)
        return FixedPlan(sold, bought, paid, Prices(point.prices[k:], point.prices[:k]))

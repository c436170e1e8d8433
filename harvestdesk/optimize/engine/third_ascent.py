"""The prices at which the choices of orders prove most: the bound of third_orders.py climbed, kinks smoothed.

Where a security is near the border of two choices the bound has a kink. A soft minimum (temperature times the
logarithm of a sum) rounds it off, Newton's method climbs the smooth function in as many unknowns as there are
factors and rows, and the temperature is lowered. Whatever prices come out, what they prove is true; the best of
all that were met is returned.
"""

from dataclasses import dataclass, replace

import numpy as np

from harvestdesk.optimize.engine.case import CASH
from harvestdesk.optimize.engine.duals import Prices, purchase_prices
from harvestdesk.optimize.engine.problem import BoolArray, FloatArray, IntArray, total_by
from harvestdesk.optimize.engine.third_orders import OrderBound, Priced

TEMPERATURES = (1e-3, 3e-4, 1e-4, 3e-5)
"""Of the objective's size, for all securities together."""
MOST_STEPS = 8
MOST_HALVINGS = 8
TIED = (2e-3, 2e-5)
"""Objective per weight within which accounts' cash costs the same, so that they pay for the same purchases: looser
at first, as their prices meet only on the way."""
RIDGE = 1e-9
FLAT = 1e-9
ENOUGH = 100.0
"""Times the objective's size: no plan costs so much."""
LEAST_GAIN = 2e-6
"""Of the objective's size: less isn't worth a step."""


@dataclass(frozen=True)
class Proof:
    """Prices, and what they prove."""

    prices: Prices
    value: float


@dataclass(frozen=True)
class _Point:
    prices: Prices
    priced: Priced
    smooth: float
    true: float
    weight: FloatArray
    idle: FloatArray


def ascended(bound: OrderBound, start: Prices, size: float) -> Proof:
    """Return better prices than those to start from; `size` is that of the objective."""
    best = _Ascent(bound, start, size, TIED[0]).run(TEMPERATURES)
    other = _Ascent(bound, best.prices, size, TIED[1])
    return max(best, other.run(TEMPERATURES[-1:]), key=lambda proof: proof.value)


def nearby(bound: OrderBound, start: Prices, size: float) -> Proof:
    """Return better prices than those of a like bound, in a few steps."""
    return _Ascent(bound, start, size, TIED[1]).run(TEMPERATURES[-2:])


class _Ascent:
    """Newton's method on the smooth bound."""

    def __init__(self, bound: OrderBound, start: Prices, size: float, tied: float) -> None:
        self._bound, self._case, self._size = bound, bound.case, size
        p = self._case.problem
        self._factors = p.loadings.shape[1] if bound.risk_of(start) > 0 else 0
        self._counts = p.limits.max_trades is not None
        self._start, self._tied = self._together(start, tied)
        self._lots = np.array([row.lots for row in self._case.rows])
        none = np.zeros(len(p.symbols))
        members = [none if r.securities is None else r.securities for r in self._case.rows]
        self._members = np.array(members)
        self._least = np.array([row.least for row in self._case.rows])
        self._most = np.array([row.most for row in self._case.rows])
        self._offset = np.array([row.offset for row in self._case.rows])

    def _together(self, start: Prices, apart: float) -> tuple[Prices, FloatArray]:
        """Return the prices to start from, and [row, unknown] rows whose prices move together."""
        p, rows = self._case.problem, start.rows.copy()
        unknown = np.arange(len(rows))
        for purse in range(p.purses.count):
            mine = [
                n
                for n, row in enumerate(self._case.rows)
                if row.kind == CASH and p.purses.of_account[row.account] == purse
            ]
            if len(mine) < 2:
                continue
            tied = [n for n in mine if rows[n] >= rows[mine].max() - apart]
            rows[tied] = rows[tied].mean()
            unknown[tied] = tied[0]
        _, number = np.unique(unknown, return_inverse=True)
        together = np.zeros((len(rows), int(number.max(initial=-1)) + 1))
        together[np.arange(len(rows)), number] = 1.0
        return replace(start, rows=rows), together

    def run(self, temperatures: tuple[float, ...]) -> Proof:
        """Climb at one temperature after the other."""
        each = self._size / max(1, len(self._case.problem.symbols)) ** 0.5
        point = self._at(self._start, temperatures[0] * each)
        best = Proof(point.prices, point.true)
        for part in temperatures:
            heat = part * each
            point = self._at(best.prices, heat)
            for _ in range(MOST_STEPS):
                following = self._step(point, heat)
                if following is None:
                    break
                gain = following.smooth - point.smooth
                point = following
                if point.true > best.value:
                    best = Proof(point.prices, point.true)
                if gain <= LEAST_GAIN * self._size:
                    break
                if best.value > ENOUGH * self._size:  # nothing keeps these rules
                    return best
        return best

    def _at(self, prices: Prices, heat: float) -> _Point:
        """Return the smooth bound at prices, and what each choice weighs in it."""
        bound, p = self._bound, self._case.problem
        priced = bound.at(prices)
        choices, names = bound.choices, len(p.symbols)
        least, _ = bound.by_security(priced)
        key = choices.side * names + choices.security
        ends = np.where(np.isfinite(least), least, 0.0)
        above = (priced.value - ends.reshape(-1)[key]) / heat
        part = np.where(np.isfinite(above), np.exp(-np.clip(above, 0.0, 700.0)), 0.0)
        waiting = np.exp(-np.clip((priced.nothing - ends) / heat, 0.0, 700.0))
        idle = np.where(bound.idle, waiting, 0.0)
        total = total_by(key, part, 2 * names).reshape(2, names) + idle
        soft = np.full(least.shape, np.inf)
        some = total > 0
        soft[some] = least[some] - heat * np.log(total[some])
        of_side = np.array([total_by(p.set_of, row, p.sets) for row in soft])
        low = of_side.min(axis=0)
        side = np.exp(-np.clip((of_side - low) / heat, 0.0, 700.0))
        value = float((low - heat * np.log(side.sum(axis=0))).sum()) + priced.constant
        side /= side.sum(axis=0)
        of_name = np.zeros(total.shape)
        np.divide(side[:, p.set_of], total, out=of_name, where=some)
        weight = part * of_name.reshape(-1)[key]
        untraded = (idle * of_name).sum(axis=0)
        return _Point(prices, priced, value, bound.value(priced), weight, untraded)

    def _step(self, point: _Point, heat: float) -> _Point | None:
        """Return the first point on Newton's step, halved as often as needed, that is better."""
        slope, curved = self._derivatives(point, heat)
        free = self._free(point, slope)
        slope = np.where(free, slope, 0.0)
        if np.abs(slope).max(initial=0.0) <= FLAT:
            return None
        curved[np.diag_indices_from(curved)] += RIDGE + 1e-9 * np.trace(curved)
        step = np.zeros(len(slope))
        step[free] = np.linalg.solve(curved[np.ix_(free, free)], slope[free])
        length = 1.0
        for _ in range(MOST_HALVINGS):
            found = self._at(self._moved(point.prices, length * step), heat)
            if found.smooth > point.smooth:
                return found
            length /= 3
        return None

    def _moved(self, prices: Prices, step: FloatArray) -> Prices:
        """Return prices after a step; one that would change its sign stops at none."""
        k = self._factors
        rows = prices.rows + self._tied @ step[k : k + self._tied.shape[1]]
        rows[prices.rows * rows < 0] = 0.0
        factors = prices.factors + step[:k] if k else prices.factors
        orders = max(0.0, prices.orders + float(step[-1])) if self._counts else prices.orders
        return replace(prices, rows=rows, factors=factors, orders=orders)

    def _free(self, point: _Point, slope: FloatArray) -> BoolArray:
        """Return which unknowns may move; a row without a price that holds needs none."""
        k, prices = self._factors, point.prices
        free = np.ones(len(slope), dtype=np.bool_)
        at_none = (prices.rows == 0) @ self._tied > 0
        free[k : k + self._tied.shape[1]] = ~at_none | (np.abs(slope[k : k + len(at_none)]) > 0)
        if self._counts:
            free[-1] = prices.orders > 0 or slope[-1] > 0
        return free

    def _derivatives(self, point: _Point, heat: float) -> tuple[FloatArray, FloatArray]:
        """Return slope and curvature in the unknowns: factors, rows, the price of orders."""
        each, before = self._totals(point)
        p, k, choices = self._case.problem, self._factors, self._bound.choices
        weight, j = point.weight, choices.security
        mean = np.zeros((len(p.symbols), each.shape[1]))
        for n in range(each.shape[1]):
            mean[:, n] = total_by(j, weight * each[:, n], len(p.symbols))
        mean += point.idle[:, None] * before
        slope = mean.sum(axis=0) + self._constants(point)
        spread = (each.T * weight) @ each + (before.T * point.idle) @ before - mean.T @ mean
        curved = spread / heat
        towards, of = self._towards(point)
        risk = self._bound.risk_of(point.prices)
        double = 2 * risk * p.specific[j[of]]
        curved += (towards.T * (weight[of] / np.maximum(double, 1e-12))) @ towards
        curved[np.arange(k), np.arange(k)] += 1 / (2 * risk) if k else 0.0
        return slope, curved

    def _constants(self, point: _Point) -> FloatArray:
        """Return the slope of what the prices cost by themselves."""
        p, prices, k = self._case.problem, point.prices, self._factors
        rows = prices.rows
        total = self._totals_of_rows(point)
        held = np.where(rows > 0, self._most, np.where(rows < 0, self._least, 0.0))
        none = rows == 0
        held[none] = np.clip(total[none], self._least[none], self._most[none])
        paid = np.zeros(len(rows))
        if p.limits.payout is not None:
            paid = self._payers() * p.limits.payout.amount
        parts = [self._tied.T @ (self._offset - held - paid)]
        if k:
            risk = self._bound.risk_of(prices)
            parts.insert(0, -prices.factors / (2 * risk))
        if self._counts:
            parts.append(np.array([-float(p.limits.max_trades or 0)]))
        return np.concatenate(parts)

    def _payers(self) -> FloatArray:
        """Return [row] 1 for the cash of the one account that pays out cheapest."""
        payout, rows = self._case.problem.limits.payout, self._case.rows
        found = np.zeros(len(rows))
        if payout is None:
            return found
        of = {row.account: n for n, row in enumerate(rows) if row.account >= 0}
        prices = self._start.rows
        able = [int(a) for a in np.flatnonzero(payout.payers)]
        cheapest = min(able, key=lambda a: float(payout.cost[a]) - float(prices[of[a]]))
        found[of[cheapest]] = 1.0
        return found

    def _totals_of_rows(self, point: _Point) -> FloatArray:
        """Return [row] totals of the smooth plan, payouts left out."""
        each, before = self._row_totals(point)
        idle = point.idle @ before
        return np.asarray(point.weight @ each + idle + self._offset)

    def _buying_rows(self, prices: Prices) -> FloatArray:
        """Return [security, row] 1 for the cash that pays for purchases."""
        p, rows = self._case.problem, self._case.rows
        price = purchase_prices(self._case, prices.rows)
        least = np.full(len(p.symbols), np.inf)
        np.minimum.at(least, p.purses.security, price)
        found = np.zeros((len(p.symbols), len(rows)))
        cash = {row.account: n for n, row in enumerate(rows) if row.account >= 0}
        for purse in range(p.purses.count):
            here = (p.purses.purse == purse) & (price <= least[p.purses.security])
            mine = [cash[int(a)] for a in p.purses.members(purse) if int(a) in cash]
            if mine:
                row = max(mine, key=lambda n: float(prices.rows[n]))
                bought = p.purses.security[here]
                bought = bought[found[bought].sum(axis=1) == 0]
                found[bought, row] = 1.0
        return found

    def _row_totals(self, point: _Point) -> tuple[FloatArray, FloatArray]:
        """Return [choice, row] and, untraded, [security, row] what is added to the rows."""
        bound, p = self._bound, self._case.problem
        choices, priced = bound.choices, point.priced
        each = self._members[:, choices.security].T * priced.active[:, None]
        lots = choices.entry_lot[choices.rung_entry]
        for n, row in enumerate(self._lots):
            each[:, n] += total_by(choices.rung_choice, row[lots] * priced.sold, len(choices))
        paid = self._buying_rows(point.prices)[choices.security]
        each -= paid * priced.bought[:, None]
        return each, self._members.T * p.active[:, None]

    def _totals(self, point: _Point) -> tuple[FloatArray, FloatArray]:
        """Return [choice, unknown] and, untraded, [security, unknown] what the unknowns price."""
        p, choices = self._case.problem, self._bound.choices
        each, before = self._row_totals(point)
        parts, idle = [each @ self._tied], [before @ self._tied]
        if self._factors:
            exposure = p.loadings[choices.security] * point.priced.active[:, None]
            parts.insert(0, exposure)
            idle.insert(0, p.loadings * p.active[:, None])
        if self._counts:
            parts.append(self._bound.orders[:, None])
            idle.append(np.zeros((len(p.symbols), 1)))
        return np.hstack(parts), np.hstack(idle)

    def _towards(self, point: _Point) -> tuple[FloatArray, IntArray]:
        """Return [moving choice, unknown] the direction of its margin's price, and the choices."""
        p, choices, margin = self._case.problem, self._bound.choices, point.priced.margin
        of = np.flatnonzero((margin > -2) & (point.weight > 1e-9))
        j, entry = choices.security[of], margin[of]
        cost = self._buying_rows(point.prices)[j]
        sale = entry >= 0
        cost[sale] = self._lots[:, choices.entry_lot[entry[sale]]].T
        parts = [(self._members[:, j].T - cost) @ self._tied]
        if self._factors:
            parts.insert(0, p.loadings[j])
        if self._counts:
            parts.append(np.zeros((len(of), 1)))
        return np.hstack(parts), of

"""The true bound: given prices of all that ties securities together, each is on its own (methods 1.3).

With a price for each factor, each row of the case and the whole risk, what is left is one-dimensional and
piecewise quadratic for every security and side, and solved in closed form. The sum over sets of the better
side bounds every plan from below whatever the prices are, so a solver's tolerance can't make it untrue.
"""

from dataclasses import dataclass

import numpy as np

from harvestdesk.optimize.engine.case import Case
from harvestdesk.optimize.engine.columns import ALWAYS, BUYING, SELLING, Columns
from harvestdesk.optimize.engine.problem import (
    BoolArray,
    EngineProblem,
    FloatArray,
    IntArray,
    total_by,
)
from harvestdesk.optimize.problem import Side

FLOATING = 1e-13
"""What adding up in floating point may be off by, relative to the terms added."""


@dataclass(frozen=True)
class Prices:
    """Multipliers, in objective per unit of weight.

    Attributes:
        rows: [row of the case]; factors: [factor].
        risk: price of variance under a limit on tracking error; unused without one.
        orders: price of an order under a limit on their number.
    """

    rows: FloatArray
    factors: FloatArray
    risk: float = 0.0
    orders: float = 0.0


@dataclass(frozen=True)
class Bound:
    """What prices prove.

    Attributes:
        value: no plan with these sides is below it.
        selling, buying: [set] value of each side; equal where a set has one side only.
        nothing: [set] value of no trade; infinite where orders don't count.
        sold: [column] sales at these prices, each side on its own.
    """

    value: float
    selling: FloatArray
    buying: FloatArray
    nothing: FloatArray
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
    constant, terms = constant_of(case, prices, risk, factors)
    separate = _Separate(case, columns, prices, risk, factors)
    values = separate.values()
    sets = problem.sets
    one = total_by(problem.set_of, values[ALWAYS], sets)
    selling = one + total_by(problem.set_of, values[SELLING], sets)
    buying = one + total_by(problem.set_of, values[BUYING], sets)
    nothing = np.full(sets, np.inf)
    if problem.counts_orders:
        nothing = total_by(problem.set_of, separate.untraded(), sets)
        ticket = np.where(problem.can_order, order_price(problem, prices), np.inf)
        both = np.array([buying, selling]) + ticket
        buying, selling = np.where(problem.two_sided, both, one)
        nothing = np.where(problem.two_sided, nothing, np.inf)
    best = np.minimum(np.minimum(selling, buying), nothing)
    of_set = np.select(
        [sides == Side.SELL, sides == Side.BUY, sides == Side.NONE],
        [selling, buying, nothing],
        best,
    )
    value = float(of_set.sum())
    if np.isfinite(value):
        value += constant - FLOATING * (terms + float(np.abs(of_set).sum()))
    return Bound(value, selling, buying, nothing, separate.sold)


def order_price(problem: EngineProblem, prices: Prices) -> float:
    """Return what an order costs by itself, its price under a limit on their number included."""
    limited = problem.limits.max_trades is not None
    return problem.ticket_price + (max(prices.orders, 0.0) if limited else 0.0)


def constant_of(
    case: Case, prices: Prices, risk: float, factors: FloatArray
) -> tuple[float, float]:
    """Return what the prices cost by themselves, and the size of the terms."""
    problem = case.problem
    terms = [case.constant]
    if problem.limits.payout is not None:
        terms.append(problem.limits.payout.amount * payout_price(case, prices.rows))
    if risk > 0:
        terms.append(-float(factors @ factors) / (4 * risk))
    for row, price in zip(case.rows, prices.rows, strict=True):
        terms += [price * row.offset, min(-price * row.least, -price * row.most)]
    limit = problem.limits.tracking_error
    if np.isfinite(limit):
        terms.append(min(0.0, (problem.risk_price - risk) * limit**2))
    if problem.limits.max_trades is not None:
        terms.append(-max(prices.orders, 0.0) * problem.limits.max_trades)
    return sum(terms), sum(abs(t) for t in terms)


def spending_prices(case: Case, rows: FloatArray) -> FloatArray:
    """Return [account] objective per weight of cash that leaves an account, at prices of the rows."""
    spent = np.zeros(len(case.problem.account_ids))
    for row, price in zip(case.rows, rows, strict=True):
        if row.account >= 0:
            spent[row.account] -= price
    return spent


def purchase_prices(case: Case, rows: FloatArray) -> FloatArray:
    """Return [purchase] objective per weight bought, cash included.

    A purchase is paid by the account of its purse whose cash is cheapest; only then is spending not free.
    """
    purses = case.problem.purses
    cash = np.full(purses.count, np.inf)
    np.minimum.at(cash, purses.of_account, spending_prices(case, rows))
    return np.asarray(purses.cost + cash[purses.purse])


def payout_price(case: Case, rows: FloatArray) -> float:
    """Return the objective per weight paid out, by whoever may pay it cheapest; infinite for nobody."""
    payout = case.problem.limits.payout
    if payout is None:
        return 0.0
    each = payout.cost + spending_prices(case, rows)
    return float(each[payout.payers].min(initial=np.inf))


class _Separate:
    """The one-dimensional problems of every security and side.

    Each is: minimise a X^2 + p X + cost of sales + cost of purchases over what may be sold and bought. With
    everything bought that could be, X is at its highest; not buying is then a sale like any other, whose
    price is what the purchase costs. Sold is what is cheapest, lots and that one together.
    """

    def __init__(
        self, case: Case, columns: Columns, prices: Prices, risk: float, factors: FloatArray
    ) -> None:
        p = case.problem
        self.problem, self.columns = p, columns
        self.curve = risk * p.specific
        self.price = p.loadings @ factors
        cost = case.cost.copy()
        for row, price in zip(case.rows, prices.rows, strict=True):
            cost += price * row.lots
            if row.securities is not None:
                self.price = self.price + price * row.securities
        self.buy = np.full(len(p.symbols), np.inf)
        np.minimum.at(self.buy, p.purses.security, purchase_prices(case, prices.rows))
        self.sold = np.zeros(len(columns))
        self._cost = cost[columns.lots[columns.start[:-1]]]

    def values(self) -> FloatArray:
        """Return [side, security] values; a side that a security doesn't have is 0."""
        p = self.problem
        two = p.two_sided[p.set_of]
        buyable = np.isfinite(self.buy)
        values = np.zeros((3, len(p.symbols)))
        for side in (ALWAYS, SELLING, BUYING):
            here = two if side != ALWAYS else ~two
            buys = here & buyable if side != SELLING else np.zeros_like(here)
            values[side] = np.where(here, self._side(side, buys), 0.0)
        return values

    def untraded(self) -> FloatArray:
        """Return [security] values of what isn't traded."""
        before = self.problem.active
        return np.asarray(self.curve * before**2 + self.price * before)

    def _side(self, side: int, buys: BoolArray) -> FloatArray:
        """Return [security] values where sales of this side, and purchases of `buys`, are allowed."""
        p, size = self.problem, len(self.problem.symbols)
        mine = np.flatnonzero(self.columns.side == side)
        security, most = self.columns.security[mine], self.columns.most[mine]
        buyers = np.flatnonzero(buys)
        bought = self._most_bought(total_by(security, most, size), buys)
        kept = np.maximum(bought - p.room, 0.0)
        high = p.active + bought
        cost = np.concatenate([self._cost[mine], -self.buy[buyers]])
        rungs = _Rungs(
            np.concatenate([security, buyers]),
            np.concatenate([most, bought[buyers]]),
            cost,
            len(mine),
        )
        if p.most_sold is not None:
            rungs.shorten(p.most_sold)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            pull = self.price[rungs.security] - rungs.cost
            wanted = high[rungs.security] + pull / (2 * self.curve[rungs.security])
        flat = ~np.isfinite(wanted)
        wanted = np.where(flat, np.where(pull > 0, np.inf, -np.inf), wanted)
        if side == SELLING:
            kept = np.maximum(kept, p.least_order)
        elif side == BUYING and not len(mine):  # what is left undone can only be the purchase
            wanted = np.minimum(wanted, (bought - p.least_order)[rungs.security])
        taken = rungs.filled(np.maximum(wanted, kept[rungs.security]))
        self.sold[mine] = taken[: len(mine)]
        bought[buyers] -= taken[len(mine) :]
        gone = total_by(security, taken[: len(mine)], size)
        after = p.active - gone + bought
        spent = np.where(bought > 0, self.buy, 0.0) * bought
        spent += total_by(security, self._cost[mine] * taken[: len(mine)], size)
        return np.asarray(self.curve * after**2 + self.price * after + spent)

    def _most_bought(self, sellable: FloatArray, buys: BoolArray) -> FloatArray:
        """Return [security] the most that may be bought, where all that can be sold is."""
        p = self.problem
        if p.most_sold is not None:
            sellable = np.minimum(sellable, p.most_sold)
        most = p.room + sellable
        if p.most_bought is not None:
            most = np.minimum(most, p.most_bought)
        return np.where(buys, most, 0.0)


class _Rungs:
    """Sales and purchases left undone of all securities, each security's in the order of their cost.

    Attributes:
        security, most, cost: [rung] in that order.
    """

    def __init__(self, security: IntArray, most: FloatArray, cost: FloatArray, lots: int) -> None:
        self._order = np.lexsort((cost, security))
        self._lots = self._order < lots
        self.security = security[self._order]
        self.most, self.cost = most[self._order], cost[self._order]
        self._first = np.searchsorted(self.security, self.security)

    def _before(self, amounts: FloatArray) -> FloatArray:
        before = np.cumsum(amounts) - amounts
        return np.asarray(before - before[self._first]) if len(before) else before

    def shorten(self, most_sold: FloatArray) -> None:
        """Leave of the lots, the cheapest first, no more than may be sold of a security."""
        lots = np.where(self._lots, self.most, 0.0)
        left = np.maximum(most_sold[self.security] - self._before(lots), 0.0)
        self.most = np.where(self._lots, np.minimum(lots, left), self.most)

    def filled(self, wanted: FloatArray) -> FloatArray:
        """Return what is taken of each, as they were given, where so much of a security is wanted."""
        taken = np.empty(len(self._order))
        taken[self._order] = np.clip(wanted - self._before(self.most), 0.0, self.most)
        return taken

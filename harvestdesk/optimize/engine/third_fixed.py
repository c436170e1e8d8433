"""The best plan with every order chosen: which accounts sell which security, and what is bought.

What is left is one convex quadratic program, without cones but for a limit on tracking error, in the lots of the
orders made; Clarabel solves it in hundredths of a second. Purchases are those of a purse first, then, once they
are dealt out, those of accounts, each of the least order at least.
"""

import itertools
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy.sparse as sp

from harvestdesk.optimize.engine.case import Case, active_after, objective_of
from harvestdesk.optimize.engine.conic import Stop, clarabel_answer
from harvestdesk.optimize.engine.duals import Prices
from harvestdesk.optimize.engine.matrices import PERCENT, incidence
from harvestdesk.optimize.engine.problem import (
    LEAST_ORDER,
    BoolArray,
    FloatArray,
    IntArray,
)
from harvestdesk.optimize.engine.relaxation import payers_of
from harvestdesk.optimize.engine.third_orders import least_orders
from harvestdesk.optimize.problem import Side
from harvestdesk.optimize.solve import SolveStatus

TOLERANCE = 1e-9
WIDE = 5.0
"""Weights no row reaches."""


@dataclass(frozen=True)
class Orders:
    """Orders made.

    Attributes:
        sells: [account, security]; buys: [purse, security].
        dealt: [account, security] purchases of accounts, where they are dealt out already.
    """

    sells: BoolArray
    buys: BoolArray
    dealt: BoolArray | None = None

    @property
    def key(self) -> bytes:
        """What tells these orders from others."""
        dealt = b"" if self.dealt is None else np.packbits(self.dealt).tobytes()
        return np.packbits(self.sells).tobytes() + np.packbits(self.buys).tobytes() + dealt


@dataclass(frozen=True)
class OrderPlan:
    """The best plan of some orders.

    Attributes:
        sold: [lot]; bought: [purse, security]; dealt: [account, security], None before they are dealt out.
        paid: [account]; sides: [set].
    """

    objective: float
    orders: Orders
    sold: FloatArray
    bought: FloatArray
    dealt: FloatArray | None
    paid: FloatArray
    sides: IntArray
    prices: Prices


def sides_of(case: Case, orders: Orders) -> IntArray:
    """Return [set] the side of some orders."""
    p = case.problem
    buys, sells = np.zeros((2, p.sets), dtype=np.bool_)
    buys[p.set_of[orders.buys.any(axis=0)]] = True
    sells[p.set_of[orders.sells.any(axis=0)]] = True
    sides = np.where(buys, int(Side.BUY), np.where(sells, int(Side.SELL), int(Side.NONE)))
    return np.where(p.two_sided, sides, int(Side.OPEN)).astype(np.intp)


def plan_of(case: Case, orders: Orders, stop: Stop) -> OrderPlan | None:
    """Return the best plan of orders, or None where there is none."""
    return _Program(case, orders).solved(stop)


def missed_by(case: Case, orders: Orders, stop: Stop) -> FloatArray:
    """Return [row] by how much the plan of orders that misses the rows least is above, or below, each."""
    wide = [row if row.account >= 0 else replace(row, least=-WIDE, most=WIDE) for row in case.rows]
    plan = plan_of(replace(case, rows=tuple(wide)), orders, stop)
    missed = np.zeros(len(case.rows))
    if plan is not None:
        for n, row in enumerate(case.rows):
            total = row.offset + float(row.lots @ plan.sold)
            if row.securities is not None:
                total += float(row.securities @ active_after(case.problem, plan.sold, plan.bought))
            if row.account < 0:
                missed[n] = max(0.0, total - row.most) - max(0.0, row.least - total)
    return missed


class _Program:
    """The quadratic program: sales, purchases, what purses and payers spend, exposures, factors; in percent."""

    def __init__(self, case: Case, orders: Orders) -> None:
        p = self.problem = case.problem
        self.case, self.orders = case, orders
        self.sides = sides_of(case, orders)
        losing = p.is_loss & (self.sides[p.lot_set] == Side.BUY)
        made = orders.sells[p.lot_account, p.lot_security]
        self.lots = np.flatnonzero(p.sellable & made & ~losing)
        buys = orders.buys if orders.dealt is None else orders.dealt
        self.who, self.bought = np.nonzero(buys)
        self.payers = payers_of(p)
        accounts = len(p.account_ids) if orders.dealt is None else 0
        sizes = [
            len(self.lots),
            len(self.bought),
            accounts,
            len(self.payers),
            len(p.symbols),
            p.loadings.shape[1],
        ]
        ends = np.cumsum([0, *sizes])
        self.size = int(ends[-1])
        self.sell, self.buy, self.spend, self.pay, self.expose, self.factor = (
            np.arange(*between) for between in itertools.pairwise(ends)
        )
        self.purse = p.purses.of_account[self.who] if orders.dealt is not None else self.who
        self.costs = p.purses.spread(p.purses.cost, len(p.symbols))[self.purse, self.bought]

    def _placed(self, columns: IntArray, matrix: Any) -> Any:
        """Return a matrix over some columns as one over all."""
        wide = sp.csr_array(matrix)
        return wide @ incidence_rows(columns, self.size)

    def _equal(self) -> tuple[Any, FloatArray]:
        """Return what exposures, factors and spending are."""
        p = self.problem
        names, factors = len(p.symbols), len(self.factor)
        moved = self._placed(self.sell, incidence(p.lot_security[self.lots], names))
        moved = moved - self._placed(self.buy, incidence(self.bought, names))
        moved = moved + self._placed(self.expose, sp.eye_array(names))
        exposed = self._placed(self.expose, p.loadings.T)
        exposed = exposed - self._placed(self.factor, sp.eye_array(factors))
        parts, right = [moved, exposed], [PERCENT * p.active, np.zeros(factors)]
        if len(self.spend):
            spent = self._placed(self.spend, incidence(p.purses.of_account, p.purses.count))
            parts.append(spent - self._placed(self.buy, incidence(self.purse, p.purses.count)))
            right.append(np.zeros(p.purses.count))
        if p.limits.payout is not None:
            parts.append(self._placed(self.pay, np.ones((1, len(self.payers)))))
            right.append(np.array([PERCENT * p.limits.payout.amount]))
        return sp.vstack(parts), np.concatenate(right)

    def _totals(self) -> tuple[Any, FloatArray]:
        """Return the totals of the case's rows, less their offsets."""
        rows, p = self.case.rows, self.problem
        parts = self._placed(self.sell, np.array([row.lots[self.lots] for row in rows]))
        none = np.zeros(len(p.symbols))
        members = np.array([none if r.securities is None else r.securities for r in rows])
        parts = parts + self._placed(self.expose, members)
        account = np.array([row.account for row in rows])
        for columns, accounts in (
            (self.pay, self.payers),
            (self.spend, np.arange(len(self.spend))),
            (self.buy if not len(self.spend) else self.buy[:0], self.who),
        ):
            if len(columns):
                mine = (account[:, None] == accounts[None, :]).astype(np.float64)
                parts = parts - self._placed(columns, mine)
        return parts, np.array([row.offset for row in rows])

    def _limits(self) -> tuple[list[Any], list[FloatArray]]:
        """Return what is at most something: rows, the size of orders, weights, volumes and the bounds."""
        p = self.problem
        totals, offset = self._totals()
        least = np.array([row.least for row in self.case.rows])
        most = np.array([row.most for row in self.case.rows])
        parts, right = [totals, -totals], [most - offset, offset - least]
        for columns in (self.sell, self.buy, self.pay, self.spend):
            parts.append(-self._placed(columns, sp.eye_array(len(columns))))
            right.append(np.zeros(len(columns)))
        parts.append(self._placed(self.sell, sp.eye_array(len(self.sell))))
        right.append(p.lot_most[self.lots])
        bought = np.unique(self.bought)
        parts.append(self._placed(self.expose[bought], sp.eye_array(len(bought))))
        right.append((p.room + p.active)[bought])
        for more in (self._sizes(), self._volumes()):
            parts += [part for part, _ in more]
            right += [ends for _, ends in more]
        return parts, right

    def _sizes(self) -> list[tuple[Any, FloatArray]]:
        """Return what keeps orders from being too small; which purse buys is left open until they are dealt."""
        p = self.problem
        least = least_orders(p)
        number = p.lot_account[self.lots] * len(p.symbols) + p.lot_security[self.lots]
        order, of_lot = np.unique(number, return_inverse=True)
        sales = self._placed(self.sell, incidence(of_lot, len(order)))
        if self.orders.dealt is not None:
            buys = self._placed(self.buy, sp.eye_array(len(self.buy)))
            ends = least[self.who, self.bought]
        else:
            bought, of_buy = np.unique(self.bought, return_inverse=True)
            buys = self._placed(self.buy, incidence(of_buy, len(bought)))
            ends = least.min(axis=0)[bought]
        return [(-sales, -least.reshape(-1)[order]), (-buys, -ends)]

    def _volumes(self) -> list[tuple[Any, FloatArray]]:
        """Return the most that may be traded of securities in the whole household."""
        p, found = self.problem, []
        for limit, columns, security in (
            (p.most_sold, self.sell, p.lot_security[self.lots]),
            (p.most_bought, self.buy, self.bought),
        ):
            if limit is not None and len(columns):
                traded, of = np.unique(security, return_inverse=True)
                found.append((self._placed(columns, incidence(of, len(traded))), limit[traded]))
        return found

    def solved(self, stop: Stop) -> OrderPlan | None:
        """Return the plan, or None."""
        p = self.problem
        equal, right = self._equal()
        parts, ends = self._limits()
        left, b = [equal, *parts], [right, *[PERCENT * end for end in ends]]
        cones = []
        if np.isfinite(p.limits.tracking_error):
            root = self._placed(self.expose, sp.diags_array(np.sqrt(p.specific)))
            tip = sp.csr_array((1, self.size))
            left += [tip, -self._placed(self.factor, sp.eye_array(len(self.factor))), -root]
            b += [np.array([PERCENT * p.limits.tracking_error])]
            b += [np.zeros(len(self.factor) + len(self.expose))]
            cones = [1 + len(self.factor) + len(self.expose)]
        positives = sum(part.shape[0] for part in parts)
        curved = np.zeros(self.size)
        curved[self.factor] = 2 * p.risk_price / PERCENT
        curved[self.expose] = 2 * p.risk_price / PERCENT * p.specific
        c = np.zeros(self.size)
        c[self.sell] = self.case.cost[self.lots]
        c[self.buy] = self.costs
        if p.limits.payout is not None:
            c[self.pay] = p.limits.payout.cost[self.payers]
        quadratic = sp.csc_array(sp.diags_array(curved))
        sizes = (equal.shape[0], positives, np.array(cones, dtype=np.intp))
        program = (quadratic, c, sp.csc_array(sp.vstack(left)), np.concatenate(b))
        status, x, z, _, _ = clarabel_answer(program, sizes, stop, TOLERANCE)
        if status not in {SolveStatus.OPTIMAL, SolveStatus.INACCURATE} or not np.isfinite(x).all():
            return None
        return self._plan(x, z[equal.shape[0] :], positives)

    def _plan(self, x: FloatArray, z: FloatArray, positives: int) -> OrderPlan:
        p, rows = self.problem, len(self.case.rows)
        sold = np.zeros(len(p.lot_ids))
        sold[self.lots] = np.clip(x[self.sell] / PERCENT, 0.0, p.lot_most[self.lots])
        bought = np.zeros((p.purses.count, len(p.symbols)))
        amounts = np.maximum(x[self.buy] / PERCENT, 0.0)
        np.add.at(bought, (self.purse, self.bought), amounts)
        dealt = None
        if self.orders.dealt is not None:
            dealt = np.zeros((len(p.account_ids), len(p.symbols)))
            dealt[self.who, self.bought] = amounts
        paid = np.zeros(len(p.account_ids))
        paid[self.payers] = np.maximum(x[self.pay] / PERCENT, 0.0)
        price = z[:rows] - z[rows : 2 * rows]
        limit = p.limits.tracking_error
        risk = p.risk_price
        if 0 < limit < np.inf:  # at none at all its price is no price of variance
            risk += float(z[positives]) / (2 * limit)
        factors = 2 * risk * x[self.factor] / PERCENT
        found = Prices(price, factors, risk)
        objective = objective_with(self.case, sold, bought, dealt, paid)
        return OrderPlan(objective, self.orders, sold, bought, dealt, paid, self.sides, found)


def objective_with(
    case: Case, sold: FloatArray, bought: FloatArray, dealt: FloatArray | None, paid: FloatArray
) -> float:
    """Return the objective, with what orders cost as accounts make them."""
    objective = objective_of(case, sold, bought, paid)
    if dealt is not None and case.problem.ticket_price:
        more = int((dealt > LEAST_ORDER).sum()) - int((bought > LEAST_ORDER).sum())
        objective += case.problem.ticket_price * more
    return objective


def incidence_rows(columns: IntArray, size: int) -> Any:
    """Return the matrix that places columns among `size` of them."""
    ones = np.ones(len(columns))
    return sp.csr_array((ones, (np.arange(len(columns)), columns)), shape=(len(columns), size))

"""The perspective relaxation of a case, written down for cvxpy (methods 1.2).

For each identical set with two sides z in [0, 1] (1: selling side) and a copy of the exposure per side:

    selling side   xA = z x0 - s,         0 <= s <= z w
    buying side    xB = (1-z) x0 + u - s, 0 <= u - s <= (1-z) room,  0 <= s <= (1-z) w
    risk           tA >= d xA^2 / z,      tB >= d xB^2 / (1-z)         rotated second-order cones

Everything is vectorised; `Cone` is what cvxpy compiles it to, with the places of its variables. A node of the
search changes no coefficient: it only fixes columns of the compiled problem.
"""

import warnings
from dataclasses import dataclass
from typing import Any

import cvxpy as cp
import numpy as np
import scipy.sparse as sp

from harvestdesk.optimize.engine.case import CASH, Case
from harvestdesk.optimize.engine.columns import ALWAYS, BUYING, SELLING, Columns
from harvestdesk.optimize.engine.matrices import PERCENT, incidence
from harvestdesk.optimize.engine.problem import EngineProblem, FloatArray, IntArray
from harvestdesk.optimize.engine.third import NoTrade

CASH_FIRMNESS = 1_000.0
MAX_CONSTRAINTS = 50
"""Constraint objects a problem may have: more means that somebody looped in Python."""


@dataclass(frozen=True)
class Places:
    """Where variables stand among the compiled columns; empty where a problem has none.

    Attributes:
        sell, buy, side, paid, total, factor, risk: of columns, purchases, sets, accounts that may pay out,
            rows, factors, and the whole variance under a limit on tracking error.
        buying, orders: of sets and their count, where orders count.
        selling_x, selling_t, buying_x, buying_t: [security of two sides].
    """

    sell: IntArray
    buy: IntArray
    side: IntArray
    buying: IntArray
    orders: IntArray
    paid: IntArray
    total: IntArray
    factor: IntArray
    risk: IntArray
    selling_x: IntArray
    selling_t: IntArray
    buying_x: IntArray
    buying_t: IntArray


@dataclass(frozen=True)
class Cone:
    """minimise x'Px/2 + c'x with Ax + s = b, s in zeros, non-negatives and second-order cones, in this order.

    Attributes:
        sets: numbers of the two-sided sets, as `places.side` counts them.
        two: numbers of the securities of two sides.
    """

    case: Case
    columns: Columns
    P: Any
    c: FloatArray
    A: Any
    b: FloatArray
    zeros: int
    positives: int
    cones: IntArray
    places: Places
    sets: IntArray
    two: IntArray


class Relaxation:
    """The cvxpy problem of a case; `compiled` turns it into numbers once."""

    def __init__(self, case: Case, columns: Columns) -> None:
        p = case.problem
        self.case, self.columns = case, columns
        self.sets = np.flatnonzero(p.two_sided)
        two = p.two_sided[p.set_of]
        self.two, self.one = np.flatnonzero(two), np.flatnonzero(~two)
        self.purses = p.purses
        self.limited = bool(np.isfinite(p.limits.tracking_error))
        self.sell = _variable(len(columns))
        self.buy = _variable(len(self.purses))
        self.side = _variable(len(self.sets))
        self.third = (
            NoTrade(case, columns, self.sets) if p.counts_orders and len(self.sets) else None
        )
        self.spent = cp.Variable(len(p.account_ids))
        self.payers = payers_of(p)
        self.paid = _variable(len(self.payers))
        self.total = cp.Variable(len(case.rows))
        self.factor = _variable(p.loadings.shape[1])
        self.one_x = _variable(len(self.one))
        self.selling_x, self.selling_t = _variable(len(self.two)), _variable(len(self.two))
        self.buying_x, self.buying_t = _variable(len(self.two)), _variable(len(self.two))
        self.risk = cp.Variable() if self.limited else None
        self.slack = self._slack()
        constraints = [*self._holdings(), *self._sides(), *self._rows(), *self._cones()]
        if self.third is not None:
            constraints += self.third.constraints(self.sell, self.buy, self.side)
        if len(constraints) > MAX_CONSTRAINTS:
            raise AssertionError(f"{len(constraints)} constraint objects: vectorise them")
        self.problem = cp.Problem(cp.Minimize(self._objective()), constraints)

    def _slack(self) -> tuple[Any, Any, Any, Any]:
        """Return what rows may be over, under, risk over its limit, and a payout short: nothing."""
        return 0.0, 0.0, 0.0, 0.0

    @property
    def _buying(self) -> Any:
        """Return how much of each set is on its buying side."""
        return 1 - self.side if self.third is None else self.third.buying

    def _of_two(self, share: Any) -> Any:
        """Return the share of a side of each security of two sides."""
        mine = np.searchsorted(self.sets, self.case.problem.set_of[self.two])
        return incidence(mine, len(self.sets)).T @ share

    def _sold(self, securities: IntArray, side: int) -> Any:
        """Return what is sold of each of these securities on a side."""
        mine = np.where(self.columns.side == side, 1.0, 0.0)
        size = len(self.case.problem.symbols)
        return _times(incidence(self.columns.security, size, mine)[securities], self.sell)

    def _bought(self, securities: IntArray) -> Any:
        size = len(self.case.problem.symbols)
        return _times(incidence(self.purses.security, size)[securities], self.buy)

    def _holdings(self) -> list[Any]:
        """Tie the exposures of each side, and those to the factors."""
        p, found = self.case.problem, []
        exposure = 0.0
        if self.one_x is not None:
            after = p.active[self.one] * PERCENT - self._sold(self.one, ALWAYS)
            found.append(self.one_x == after + self._bought(self.one))
            exposure = exposure + p.loadings[self.one].T @ self.one_x
        if self.selling_x is not None:
            selling, x0 = self._of_two(self.side), p.active[self.two] * PERCENT
            buying = cp.multiply(x0, self._of_two(self._buying)) - self._sold(self.two, BUYING)
            found.append(self.selling_x == cp.multiply(x0, selling) - self._sold(self.two, SELLING))
            found.append(self.buying_x == buying + self._bought(self.two))
            self.two_x = self.selling_x + self.buying_x
            if self.third is not None:
                self.idle_x = cp.multiply(x0, 1 - selling - self._of_two(self._buying))
                self.two_x = self.two_x + self.idle_x
            exposure = exposure + p.loadings[self.two].T @ self.two_x
        if self.factor is not None:
            found.append(self.factor == exposure)
        return found

    def _sides(self) -> list[Any]:
        """No more is sold or bought than the side allows."""
        p, columns = self.case.problem, self.columns
        signed = (self.sell, self.buy, self.side, self.spent, self.paid)
        found = [variable >= 0 for variable in signed if variable is not None]
        if self.sell is not None:
            found.append(self.sell <= self._share_of_side(columns.most * PERCENT))
        if self.side is not None:
            found.append(self.side <= 1)
        if self.buy is not None:
            buys = self.purses.bought
            sold = self._sold(buys, ALWAYS) + self._sold(buys, BUYING)
            found.append(self._bought(buys) - sold <= self._of_buying(buys, p.room[buys]))
        return [*found, *self._volumes()]

    def _volumes(self) -> list[Any]:
        """No more of a security is traded in the whole household than its own limit allows."""
        p, found = self.case.problem, []
        if p.most_bought is not None and self.buy is not None:
            buys = self.purses.bought[np.isfinite(p.most_bought[self.purses.bought])]
            if len(buys):
                found.append(self._bought(buys) <= self._of_buying(buys, p.most_bought[buys]))
        if p.most_sold is None:
            return found
        for side in (ALWAYS, SELLING, BUYING):
            sells = np.unique(self.columns.security[self.columns.side == side])
            sells = sells[np.isfinite(p.most_sold[sells])]
            if len(sells):
                most = self._of_buying(sells, p.most_sold[sells])
                if side == SELLING:
                    most = self._of_selling(sells, p.most_sold[sells])
                found.append(self._sold(sells, side) <= most)
        return found

    def _of_buying(self, securities: IntArray, amounts: FloatArray) -> Any:
        """Return amounts [of these securities], times 1 - z where a security has two sides."""
        p, most = self.case.problem, amounts * PERCENT
        two = p.two_sided[p.set_of[securities]]
        if self.side is None or not two.any():
            return most
        mine = np.where(two, np.searchsorted(self.sets, p.set_of[securities]), 0)
        shares = incidence(mine, len(self.sets), np.where(two, most, 0.0)).T
        return np.where(two, 0.0, most) + shares @ self._buying

    def _of_selling(self, securities: IntArray, amounts: FloatArray) -> Any:
        """Return amounts [of these securities, all of two sides], times z."""
        mine = np.searchsorted(self.sets, self.case.problem.set_of[securities])
        return incidence(mine, len(self.sets), amounts * PERCENT).T @ self.side

    def _share_of_side(self, most: FloatArray) -> Any:
        """Return `most` [column], times the share of its side where it is on one of two."""
        columns, sets = self.columns, self.case.problem.set_of[self.columns.security]
        if self.side is None:
            return most
        mine = np.where(columns.side == ALWAYS, 0, np.searchsorted(self.sets, sets))
        share: Any = np.where(columns.side == ALWAYS, most, 0.0)
        for side, of_sets in ((SELLING, self.side), (BUYING, self._buying)):
            here = columns.side == side
            if here.any():
                own = incidence(mine, len(self.sets), np.where(here, most, 0.0))
                share = share + own.T @ of_sets
        return share

    def _rows(self) -> list[Any]:
        """Every total, between its least and its most; purchases are what the accounts spend."""
        rows, p = self.case.rows, self.case.problem
        first = self.columns.lots[self.columns.start[:-1]]
        of_column = sp.vstack([sp.csr_array(row.lots[first][None, :]) for row in rows]).tocsr()
        none = np.zeros(len(p.symbols))
        exposed = np.array([none if r.securities is None else r.securities for r in rows])
        paying = sp.csr_array(
            [[1.0 if r.account == a else 0.0 for a in range(len(p.cash))] for r in rows]
        )
        total = np.array([row.offset for row in rows]) * PERCENT - paying @ self.spent
        if self.paid is not None:
            total = total - paying[:, self.payers] @ self.paid
        total = total + _times(of_column, self.sell)
        if exposed.any():
            total = total + _times(sp.csr_array(exposed[:, self.one]), self.one_x)
            if self.selling_x is not None:
                total = total + sp.csr_array(exposed[:, self.two]) @ self.two_x
        purses = self.purses
        spent = _times(incidence(purses.purse, purses.count), self.buy)
        defining = self.total == total
        self.defining = defining.id
        return [
            defining,
            self.total + self.slack[1] >= np.array([row.least for row in rows]) * PERCENT,
            self.total - self.slack[0] <= np.array([row.most for row in rows]) * PERCENT,
            incidence(purses.of_account, purses.count) @ self.spent == spent,
            *self._payout(),
        ]

    def _payout(self) -> list[Any]:
        """The payout is raised by those who may pay it, or is short."""
        asked = self.case.problem.limits.payout
        if asked is None:
            return []
        raised = 0.0 if self.paid is None else cp.sum(self.paid)
        return [raised + self.slack[3] == asked.amount * PERCENT]

    def _cones(self) -> list[Any]:
        """Risk of each side, and the limit on tracking error."""
        p, found = self.case.problem, []
        spread: Any = 0.0
        if self.selling_x is not None:
            double = 2 * np.sqrt(p.specific[self.two])
            for t, share, x in (
                (self.selling_t, self._of_two(self.side), self.selling_x),
                (self.buying_t, self._of_two(self._buying), self.buying_x),
            ):
                found.append(
                    cp.SOC(t + share, cp.vstack([cp.multiply(double, x), t - share]), axis=0)
                )
                spread = spread + cp.sum(t)
            spread = spread + self._idle_risk()
        if self.risk is not None:
            whole = cp.Variable()
            parts = [] if self.factor is None else [self.factor]
            if self.one_x is not None:
                parts.append(cp.multiply(np.sqrt(p.specific[self.one]), self.one_x))
            found.append(cp.SOC(whole + 1, cp.hstack([2 * cp.hstack(parts), whole - 1])))
            found.append(self.risk == whole + spread)
            limit = (p.limits.tracking_error * PERCENT) ** 2
            found.append(self.risk - self.slack[2] <= limit)
        return found

    def _idle_risk(self) -> Any:
        """Return the own risk of what isn't traded: linear, as its exposure is known."""
        if self.third is None:
            return 0.0
        p = self.case.problem
        return (p.specific * p.active * PERCENT)[self.two] @ self.idle_x

    def _objective(self) -> Any:
        p, columns = self.case.problem, self.columns
        value: Any = 0.0 if self.third is None else self.third.cost(self.side)
        if self.sell is not None:
            value = value + columns.cost @ self.sell
            if (columns.fixed != 0).any():
                value = value + cp.sum(self._share_of_side(columns.fixed * PERCENT))
        if self.buy is not None:
            value = value + self.purses.cost @ self.buy
        if p.limits.payout is not None and self.paid is not None:
            value = value + p.limits.payout.cost[self.payers] @ self.paid
        scale = p.risk_price / PERCENT
        if self.risk is not None:
            return value + scale * self.risk
        if self.factor is not None:
            value = value + scale * cp.sum_squares(self.factor)
        if self.one_x is not None:
            root = sp.diags_array(p.specific[self.one] * scale)
            value = value + cp.quad_form(self.one_x, root, assume_PSD=True)
        if self.selling_t is not None:
            value = value + scale * (cp.sum(self.selling_t + self.buying_t) + self._idle_risk())
        return value

    def compiled(self) -> Cone:
        """Return the cone problem cvxpy makes of it, with the places of its variables."""
        data, _, _ = self.problem.get_problem_data(cp.CLARABEL)
        first = data["param_prob"].var_id_to_col
        dims = data["dims"]
        if dims.exp or dims.psd or len(dims.p3d):
            raise AssertionError("only zero, non-negative and second-order cones are known here")

        def at(variable: Any) -> IntArray:
            if variable is None:
                return np.empty(0, dtype=np.intp)
            return np.asarray(first[variable.id] + np.arange(variable.size), dtype=np.intp)

        quadratic = data["P"] if "P" in data else sp.csc_array((len(data["c"]),) * 2)
        return Cone(
            self.case,
            self.columns,
            sp.csc_array(sp.triu(quadratic)),
            np.asarray(data["c"], dtype=np.float64),
            sp.csr_array(data["A"]),
            np.asarray(data["b"], dtype=np.float64),
            int(dims.zero),
            int(dims.nonneg),
            np.array(dims.soc, dtype=np.intp),
            Places(
                at(self.sell),
                at(self.buy),
                at(self.side),
                at(None if self.third is None else self.third.buying),
                at(None if self.third is None else self.third.orders),
                at(self.paid),
                at(self.total),
                at(self.factor),
                at(self.risk),
                at(self.selling_x),
                at(self.selling_t),
                at(self.buying_x),
                at(self.buying_t),
            ),
            self.sets,
            self.two,
        )


class Elastic(Relaxation):
    """The same rules, each allowed to give: the least they have to give, all together.

    Attributes:
        over, under: [row] by how much a total is beyond its most or its least, fractions of value.
        prices: [row] what the row costs the others.
        risk_over: variance beyond the limit on tracking error.
        payout_short: what the payout is short of, a fraction of value.
    """

    def _slack(self) -> tuple[Any, Any, Any, Any]:
        rows = len(self.case.rows)
        return (
            cp.Variable(rows, nonneg=True),
            cp.Variable(rows, nonneg=True),
            cp.Variable(nonneg=True),
            cp.Variable(nonneg=True),
        )

    def _objective(self) -> Any:
        over, under, risk, short = self.slack
        # Nobody can let cash fall below zero: it gives only where nothing else helps.
        cash = np.array([row.kind == CASH for row in self.case.rows])
        asked = np.array([row.least > 0 for row in self.case.rows])
        down = np.where(cash & ~asked, CASH_FIRMNESS, 1.0)
        return down @ under + np.where(cash, CASH_FIRMNESS, 1.0) @ over + risk + short

    def _rows(self) -> list[Any]:
        """A least amount of cash may give, but not below none."""
        asked = [i for i, row in enumerate(self.case.rows) if row.kind == CASH and row.least > 0]
        if not asked:
            return super()._rows()
        least = np.array([self.case.rows[i].least for i in asked]) * PERCENT
        return [*super()._rows(), self.slack[1][asked] <= least]

    def solve(self) -> None:
        """Solve; raises cvxpy's error if even this has no answer."""
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore", UserWarning
            )  # an inaccurate answer still names the rules
            self.problem.solve(solver=cp.CLARABEL)
        over, under, risk, short = (np.asarray(v.value, dtype=np.float64) for v in self.slack)
        self.over, self.under = over / PERCENT, under / PERCENT
        self.risk_over = float(risk) / PERCENT**2 if self.limited else 0.0
        self.payout_short = float(short) / PERCENT if self.case.problem.limits.payout else 0.0
        defining = next(c for c in self.problem.constraints if c.id == self.defining)
        self.prices = np.asarray(defining.dual_value, dtype=np.float64)


def payers_of(problem: EngineProblem) -> IntArray:
    """Return the accounts a payout may come from."""
    payout = problem.limits.payout
    return np.flatnonzero(payout.payers) if payout else np.empty(0, dtype=np.intp)


def _variable(size: int) -> Any:
    """Return a variable, or None where it would be empty.

    Signs are constraints: cvxpy puts another variable in the place of one with an attribute.
    """
    return cp.Variable(size) if size else None


def _times(matrix: Any, variable: Any) -> Any:
    return np.zeros(matrix.shape[0]) if variable is None else matrix @ variable

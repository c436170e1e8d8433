"""The least that rules have to give, with real sides: an elastic relaxation, branched on the sides left mixed.

In the relaxation a set may be on both sides in parts, which no plan can be, so what has to give there is only a
bound from below. Fixing sides best first closes the distance; the answer is that of whole sides.
"""

import heapq
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import cvxpy as cp
import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from harvestdesk.optimize.engine.case import CASH, GAIN, LOSS, NETTING, TAX, TURNOVER, Case
from harvestdesk.optimize.engine.columns import whole_columns
from harvestdesk.optimize.engine.matrices import PERCENT
from harvestdesk.optimize.engine.problem import BoolArray, FloatArray
from harvestdesk.optimize.engine.relaxation import Elastic

WHOLE = 1e-5
"""How far from one side a set may be and still be on it."""
CLOSE = 1e-7
CLOSE_PART = 1e-4
"""Weighted fractions of value, and parts of the answer, that are not worth another node."""
SECONDS = 10.0
"""Of one integer program."""
MOST_NODES = 40
CASH_WEIGHT = 1000.0
"""Cash below nothing gives only where nothing else helps: nobody can let it."""
WEIGHTS: dict[str, float] = {TAX: 1.0, GAIN: 0.25, TURNOVER: 0.05, LOSS: 0.25, CASH: 1.0}
"""What a unit of each rule weighs when several give together, in dollars of tax: a dollar of gain is worth its tax,
a dollar of turnover and of weight what moving it typically costs; a dollar less paid out is a dollar."""
OTHER_WEIGHT = 0.1
RISK_WEIGHT = 10.0
"""Dollars a year and dollar of value for a unit of variance: 1 % of tracking error costs 10 basis points."""
PAYOUT_WEIGHT = 1.0


@dataclass(frozen=True)
class Giving:
    """Which rules may give.

    Attributes:
        over, under: [row] at its most, at its least.
        risk: the limit on tracking error; payout: the amount asked for.
    """

    over: BoolArray
    under: BoolArray
    risk: bool = False
    payout: bool = False


@dataclass(frozen=True)
class Given:
    """What the rules had to give; fractions of value, `risk` a variance.

    Attributes:
        mixed: what they would give if a set could be on both sides in parts: the first bound.
        prices: [row] what it costs the others, at the end.
        whole: every set is on one side; not so where the search had to stop.
        proven: no other sides give less.
    """

    total: float
    mixed: float
    over: FloatArray
    under: FloatArray
    risk: float
    payout: float
    prices: FloatArray
    whole: bool
    proven: bool = False


@dataclass(frozen=True, order=True)
class _Node:
    value: float
    number: int
    low: FloatArray = field(compare=False)
    high: FloatArray = field(compare=False)
    side: FloatArray = field(compare=False)


class ElasticRules(Elastic):
    """A case whose rules may be let give, some at a time, compiled once."""

    def __init__(self, case: Case) -> None:
        size = len(case.rows)
        self._may_over = cp.Parameter(size, nonneg=True)
        self._may_under = cp.Parameter(size, nonneg=True)
        self._may_risk = cp.Parameter(nonneg=True)
        self._may_payout = cp.Parameter(nonneg=True)
        self._gives = tuple(cp.Variable(n, nonneg=True) for n in (size, size, 1, 1))
        super().__init__(case, whole_columns(case.problem, case.cost))

    def _slack(self) -> tuple[cp.Expression, cp.Expression, cp.Expression, cp.Expression]:
        over, under, risk, payout = self._gives
        return (
            cp.multiply(self._may_over, over),
            cp.multiply(self._may_under, under),
            self._may_risk * risk[0],
            self._may_payout * payout[0],
        )

    def _objective(self) -> cp.Expression:
        over, under, risk, payout = self._gives
        weights = np.array([WEIGHTS.get(row.kind, OTHER_WEIGHT) for row in self.case.rows])
        cash = np.array([row.kind == CASH for row in self.case.rows])
        asked = np.array([row.least > 0 for row in self.case.rows])
        down = np.where(cash & ~asked, CASH_WEIGHT, weights)
        value = weights @ over + down @ under
        return value + RISK_WEIGHT / PERCENT * risk[0] + PAYOUT_WEIGHT * payout[0]

    def _sides(self) -> list[cp.Constraint]:
        found = super()._sides()
        if self.side is None:
            return found
        self._low = cp.Parameter(len(self.sets), nonneg=True)
        self._high = cp.Parameter(len(self.sets), nonneg=True)
        return [*found, self.side >= self._low, self.side <= self._high]

    def _cones(self) -> list[cp.Constraint]:
        """Risk matters only where it is limited; else all is linear."""
        return super()._cones() if self.limited else []

    def least(self, giving: Giving) -> Given | None:
        """Return the least that has to give, or None where even that leaves no plan."""
        self._may_over.value = giving.over.astype(float)
        self._may_under.value = giving.under.astype(float)
        self._may_risk.value = float(giving.risk)
        self._may_payout.value = float(giving.payout)
        size = len(self.sets)
        first = self._node(np.zeros(size), np.ones(size), 0)
        return None if first is None else self._searched(first)

    def _searched(self, first: _Node) -> Given | None:
        best = None if self.limited else self._by_integers(first)
        near = best is not None and best.total <= first.value + _close(best.total)
        if best is not None and (best.proven or near):
            return best
        heap, number = [first], 1
        while heap and number < MOST_NODES:
            node = heapq.heappop(heap)
            if best is not None and node.value >= best.total - _close(best.total):
                break
            rounded = np.where(node.side >= 0.5, 1.0, 0.0)
            found = self._node(rounded, rounded, number)
            number += 1
            if found is not None and (best is None or found.value < best.total):
                best = self._given(found, first.value, whole=True)
            mixed = np.abs(node.side - rounded)
            if mixed.max(initial=0.0) <= WHOLE or (
                best is not None and node.value >= best.total - _close(best.total)
            ):
                continue
            for side in (1.0, 0.0):
                child = self._node(*_fixed(node, int(np.argmax(mixed)), side), number)
                number += 1
                if child is not None:
                    heapq.heappush(heap, child)
        if best is not None:
            return best
        again = self._node(first.low, first.high, 0)
        return None if again is None else self._given(again, first.value, whole=False)

    def _by_integers(self, first: _Node) -> Given | None:
        """Return the answer where all rules are linear: at a corner few sets are mixed, else by integers."""
        if not len(self.sets):
            return None
        self._low.value, self._high.value = first.low, first.high
        data, _, _ = self.problem.get_problem_data(cp.CLARABEL)
        corner, _ = self._sides_of(data, 0)
        near: list[FloatArray] = []
        if corner is not None:
            near = [np.asarray(np.floor(corner + WHOLE)), np.asarray(np.ceil(corner - WHOLE))]
        for rounded in near:
            node = self._node(rounded, rounded, 0)
            if node is not None and node.value <= first.value + _close(node.value):
                return self._given(node, first.value, whole=True)
        sides, proven = self._sides_of(data, 1)
        node = None if sides is None else self._node(np.round(sides), np.round(sides), 0)
        if node is None:
            return None
        return replace(self._given(node, first.value, whole=True), proven=proven)

    def _sides_of(self, data: Any, whole: int) -> tuple[FloatArray | None, bool]:
        """Return z of a linear program, whole where `whole` is 1, and whether it is the best there is."""
        at = data["param_prob"].var_id_to_col[self.side.id]
        integers = np.zeros(len(data["c"]))
        integers[at : at + len(self.sets)] = whole
        least = np.where(np.arange(len(data["b"])) < data["dims"].zero, data["b"], -np.inf)
        found = milp(
            data["c"],
            constraints=LinearConstraint(data["A"], least, data["b"]),
            integrality=integers,
            bounds=Bounds(-np.inf, np.inf),
            options={"time_limit": SECONDS, "mip_rel_gap": CLOSE_PART},
        )
        if found.x is None:
            return None, False
        return np.clip(found.x[at : at + len(self.sets)], 0.0, 1.0), found.status == 0

    def _node(self, low: FloatArray, high: FloatArray, number: int) -> _Node | None:
        """Solve with some sides fixed; None where there is no plan."""
        if self.side is not None:
            self._low.value, self._high.value = low, high
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # an inaccurate answer still names rules
            try:
                self.problem.solve(solver=cp.CLARABEL)
            except cp.SolverError:
                return None
        if self.problem.status not in {cp.OPTIMAL, cp.OPTIMAL_INACCURATE}:
            return None
        side = np.zeros(0) if self.side is None else np.clip(self.side.value, 0.0, 1.0)
        return _Node(float(self.problem.value) / PERCENT, number, low, high, side)

    def _given(self, node: _Node, mixed: float, *, whole: bool) -> Given:
        """Return what the problem's variables hold: those of the node solved last."""
        over, under, risk, payout = (np.asarray(x.value, dtype=np.float64) for x in self.slack)
        defining = next(c for c in self.problem.constraints if c.id == self.defining)
        return Given(
            total=node.value,
            mixed=mixed,
            over=over / PERCENT,
            under=under / PERCENT,
            risk=float(risk) / PERCENT**2 if self.limited else 0.0,
            payout=float(payout) / PERCENT,
            prices=np.asarray(defining.dual_value, dtype=np.float64),
            whole=whole,
        )


def _close(total: float) -> float:
    return max(CLOSE, CLOSE_PART * abs(total))


def _fixed(node: _Node, number: int, side: float) -> tuple[FloatArray, FloatArray]:
    low, high = node.low.copy(), node.high.copy()
    low[number] = high[number] = side
    return low, high


def everything(case: Case) -> Giving:
    """Return that every rule a person made may give."""
    made = np.array([row.kind != NETTING for row in case.rows], dtype=np.bool_)
    limits = case.problem.limits
    return Giving(made, made, bool(np.isfinite(limits.tracking_error)), limits.payout is not None)


def only(
    case: Case, rows: Sequence[int] = (), *, risk: bool = False, payout: bool = False
) -> Giving:
    """Return that nothing else may give; cash may not fall below nothing."""
    over = np.zeros(len(case.rows), dtype=np.bool_)
    over[list(rows)] = True
    under = over.copy()
    for number in rows:
        if case.rows[number].kind == CASH and case.rows[number].least <= 0:
            under[number] = False
    return Giving(over, under, risk, payout)

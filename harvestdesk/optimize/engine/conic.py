"""Nodes of the search: a compiled relaxation with some sides fixed, solved by Clarabel or SCS.

Fixing a side fixes columns (z, and everything of the other side); their rows and cones go away with them, so
a node is smaller than its parent and keeps an inside for the interior-point method.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp

from harvestdesk.optimize.engine.columns import ALWAYS, SELLING
from harvestdesk.optimize.engine.duals import Prices
from harvestdesk.optimize.engine.matrices import PERCENT
from harvestdesk.optimize.engine.problem import (
    BoolArray,
    EngineProblem,
    FloatArray,
    IntArray,
    total_by,
)
from harvestdesk.optimize.engine.relaxation import Cone, payers_of
from harvestdesk.optimize.problem import Side
from harvestdesk.optimize.solve import SolveStatus

TOLERANCE = 1e-8
SCS_TOLERANCE = 1e-7
SCS_ITERATIONS = 200_000


@dataclass(frozen=True)
class NodeSolution:
    """What the solver returned, in fractions of value.

    Attributes:
        sold: [column]; bought: [purse, security]; paid: [account] of a payout.
        gone: [security] all that is sold.
        selling, buying: [set] z of each side, NaN for sets of one side; what is left is not traded.
        prices: multipliers of the coupling rows; any prices give a true bound, these the best one.
    """

    status: SolveStatus
    sold: FloatArray
    bought: FloatArray
    paid: FloatArray
    gone: FloatArray
    selling: FloatArray
    buying: FloatArray
    prices: Prices
    iterations: int
    seconds: float

    @property
    def usable(self) -> bool:
        """True when there are numbers to work with."""
        finite = np.isfinite(self.sold).all() and np.isfinite(self.bought).all()
        return self.status in {SolveStatus.OPTIMAL, SolveStatus.INACCURATE} and bool(finite)


@dataclass(frozen=True)
class _Reduced:
    """A cone problem without its fixed columns; `kept_columns`, `kept_rows` say what is left."""

    P: Any
    c: FloatArray
    A: Any
    b: FloatArray
    zeros: int
    positives: int
    cones: IntArray
    kept_columns: BoolArray
    kept_rows: BoolArray
    values: FloatArray


Stop = Callable[[], bool]


def solve_node(
    cone: Cone,
    sides: IntArray,
    stop: Stop,
    *,
    solver: str = "CLARABEL",
    tolerance: float = TOLERANCE,
) -> NodeSolution:
    """Solve a compiled relaxation with some sides [set] fixed (Side.OPEN: not)."""
    part = _reduced(cone, *_fixed(cone, sides))
    status, x, z, iterations, seconds = _SOLVERS[solver](part, stop, tolerance)
    values = part.values.copy()
    values[part.kept_columns] = x
    duals = np.zeros(len(cone.b))
    duals[part.kept_rows] = z
    return _unpacked(cone, values, duals, status, iterations, seconds)


def _fixed(cone: Cone, sides: IntArray) -> tuple[BoolArray, FloatArray]:
    """Return which columns the sides fix, and at what."""
    problem, places = cone.case.problem, cone.places
    fixed = np.zeros(len(cone.c), dtype=np.bool_)
    values = np.zeros(len(cone.c))
    sides_of_sets = sides[cone.sets]
    never = _never(problem, sides)
    fixed[places.side] = (sides_of_sets != Side.OPEN) | never[Side.SELL, cone.sets]
    values[places.side] = np.where(sides_of_sets == Side.SELL, 1.0, 0.0)
    if len(places.buying):
        fixed[places.buying] = (sides_of_sets != Side.OPEN) | never[Side.BUY, cone.sets]
        values[places.buying] = np.where(sides_of_sets == Side.BUY, 1.0, 0.0)
    of_column = problem.set_of[cone.columns.security]
    side = cone.columns.side
    wrong = np.where(side == SELLING, never[Side.SELL, of_column], never[Side.BUY, of_column])
    fixed[places.sell] = wrong & (side != ALWAYS)
    of_purchase = problem.set_of[problem.purses.security]
    fixed[places.buy] = problem.two_sided[of_purchase] & never[Side.BUY, of_purchase]
    of_security = problem.set_of[cone.two]
    for place in (places.selling_x, places.selling_t):
        fixed[place] = never[Side.SELL, of_security]
    for place in (places.buying_x, places.buying_t):
        fixed[place] = never[Side.BUY, of_security]
    return fixed, values


def _never(problem: EngineProblem, sides: IntArray) -> BoolArray:
    """Return [side of buying, selling; set] True where a set can't be on that side."""
    none = sides == Side.NONE
    never = np.array([none | (sides == Side.SELL), none | (sides == Side.BUY)])
    return never | ~problem.can_order if problem.counts_orders else never


def _reduced(cone: Cone, fixed: BoolArray, values: FloatArray) -> _Reduced:
    kept = ~fixed
    if not fixed.any():
        everything = np.ones(len(cone.b), dtype=np.bool_)
        return _Reduced(
            cone.P,
            cone.c,
            sp.csc_array(cone.A),
            cone.b,
            cone.zeros,
            cone.positives,
            cone.cones,
            kept,
            everything,
            values,
        )
    part = sp.csc_array(cone.A)[:, kept]
    b = cone.b - cone.A @ values
    filled = np.bincount(part.indices, minlength=len(b)) > 0
    first_cone = cone.zeros + cone.positives
    of_cone = np.repeat(np.arange(len(cone.cones)), cone.cones)
    full_cones = np.bincount(of_cone, filled[first_cone:], minlength=len(cone.cones)) > 0
    rows = filled.copy()
    rows[first_cone:] = full_cones[of_cone]
    quadratic = sp.csc_array(cone.P)[kept][:, kept]
    return _Reduced(
        sp.csc_array(quadratic),
        cone.c[kept],  # P ties no fixed column to a free one: exposures and factors are never fixed
        sp.csc_array(sp.csr_array(part)[rows]),
        b[rows],
        int(rows[: cone.zeros].sum()),
        int(rows[cone.zeros : first_cone].sum()),
        cone.cones[full_cones],
        kept,
        rows,
        values,
    )


_Answer = tuple[SolveStatus, FloatArray, FloatArray, int, float]


def _clarabel(part: _Reduced, stop: Stop, tolerance: float) -> _Answer:
    sizes = (part.zeros, part.positives, part.cones)
    return clarabel_answer((part.P, part.c, part.A, part.b), sizes, stop, tolerance)


def clarabel_answer(
    program: tuple[Any, FloatArray, Any, FloatArray],
    sizes: tuple[int, int, IntArray],
    stop: Stop,
    tolerance: float,
) -> _Answer:
    """Return Clarabel's answer to min x'Px/2 + c'x over b - Ax in the cones; `program` is P, c, A, b.

    `sizes` are those of the rows that are zero, of the rows not negative, and of the second order cones.
    """
    import clarabel

    settings = clarabel.DefaultSettings()
    settings.verbose = False
    settings.tol_gap_abs = settings.tol_gap_rel = settings.tol_feas = tolerance
    settings.max_threads = 1
    zeros, positives, cones = sizes
    kinds = [clarabel.ZeroConeT(zeros)] if zeros else []
    if positives:
        kinds.append(clarabel.NonnegativeConeT(positives))
    kinds += [clarabel.SecondOrderConeT(int(size)) for size in cones]
    solver = clarabel.DefaultSolver(*program, kinds, settings)
    solver.set_termination_callback(lambda _info: stop())
    found = solver.solve()
    status = _CLARABEL_STATUS.get(str(found.status), SolveStatus.FAILED)
    return status, np.array(found.x), np.array(found.z), int(found.iterations), found.solve_time


_CLARABEL_STATUS = {
    "Solved": SolveStatus.OPTIMAL,
    "AlmostSolved": SolveStatus.INACCURATE,
    "InsufficientProgress": SolveStatus.INACCURATE,
    "PrimalInfeasible": SolveStatus.INFEASIBLE,
    "DualInfeasible": SolveStatus.UNBOUNDED,
    "MaxTime": SolveStatus.LIMIT,
    "CallbackTerminated": SolveStatus.LIMIT,
}


def _scs(part: _Reduced, _stop: Stop, _tolerance: float) -> _Answer:
    import scs

    data = {"P": part.P, "A": part.A, "b": part.b, "c": part.c}
    cone = {"z": part.zeros, "l": part.positives, "q": [int(size) for size in part.cones]}
    found = scs.SCS(
        data,
        cone,
        verbose=False,
        eps_abs=SCS_TOLERANCE,
        eps_rel=SCS_TOLERANCE,
        max_iters=SCS_ITERATIONS,
    ).solve()
    info = found["info"]
    status = _SCS_STATUS.get(info["status"], SolveStatus.FAILED)
    seconds = (info["setup_time"] + info["solve_time"]) / 1000
    return status, found["x"], found["y"], int(info["iter"]), seconds


_SCS_STATUS = {
    "solved": SolveStatus.OPTIMAL,
    "solved (inaccurate - reached max_iters)": SolveStatus.INACCURATE,
    "infeasible": SolveStatus.INFEASIBLE,
    "unbounded": SolveStatus.UNBOUNDED,
}
_SOLVERS: dict[str, Callable[[_Reduced, Stop, float], _Answer]] = {
    "CLARABEL": _clarabel,
    "SCS": _scs,
}


def _unpacked(
    cone: Cone,
    values: FloatArray,
    duals: FloatArray,
    status: SolveStatus,
    iterations: int,
    seconds: float,
) -> NodeSolution:
    problem, places = cone.case.problem, cone.places
    buys = np.maximum(values[places.buy], 0.0) / PERCENT
    bought = problem.purses.spread(buys, len(problem.symbols))
    paid = np.zeros(len(problem.account_ids))
    paid[payers_of(problem)] = np.maximum(values[places.paid], 0.0) / PERCENT
    selling = np.full(problem.sets, np.nan)
    selling[cone.sets] = np.clip(values[places.side], 0.0, 1.0)
    buying = 1.0 - selling
    if len(places.buying):
        buying[cone.sets] = np.clip(values[places.buying], 0.0, 1.0)
    sold = np.clip(values[places.sell] / PERCENT, 0.0, cone.columns.most)
    gone = total_by(cone.columns.security, sold, len(problem.symbols))
    prices = Prices(
        rows=_prices_of(cone, places.total, duals),
        factors=_prices_of(cone, places.factor, duals),
        risk=PERCENT * float(_prices_of(cone, places.risk, duals).sum()),
        orders=float(_prices_of(cone, places.orders, duals).sum()) / PERCENT,
    )
    return NodeSolution(
        status, sold, bought, paid, gone, selling, buying, prices, iterations, seconds
    )


def _prices_of(cone: Cone, columns: IntArray, duals: FloatArray) -> FloatArray:
    """Return the multipliers of the equalities that define these columns.

    Each of them stands in one equality only, `column - expression = constant` up to its sign; the price of
    `expression - column` is the multiplier with the opposite sign.
    """
    defining = cone.A[: cone.zeros].tocsc()[:, columns]
    return -np.asarray(defining.T @ duals[: cone.zeros], dtype=np.float64)

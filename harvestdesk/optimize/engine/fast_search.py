"""One point of the fast path: cells of netting, sides, flips, and orders that are large enough.

The first climb is the relaxation: its prices bound every plan, and what it mixes says how to round. Each further
climb has its sides decided and ends in a plan. With a tax situation the cells of the year are searched, the most
promising first; one climb's prices bound all of them, so most are never looked at.
"""

from dataclasses import dataclass

import numpy as np

from harvestdesk.domain.errors import NoPlanError
from harvestdesk.optimize.engine.fast_blocks import Layout
from harvestdesk.optimize.engine.fast_dual import At, SmoothDual
from harvestdesk.optimize.engine.fast_netting import Plane
from harvestdesk.optimize.engine.fast_newton import Climb, Target, climb
from harvestdesk.optimize.engine.fast_orders import of_least_size
from harvestdesk.optimize.engine.fast_plan import (
    Amounts,
    Traded,
    amounts_of,
    keeps_rules,
    small_orders,
    traded_at,
)
from harvestdesk.optimize.engine.fast_proof import (
    Asked,
    Prepared,
    Start,
    gain_of_flips,
    named,
    proven_by,
)
from harvestdesk.optimize.engine.problem import FloatArray, IntArray
from harvestdesk.optimize.problem import Side

COLD, WARM = 1e-3, 3e-5
"""Barriers at the start of a climb, relative to the objective."""
ACCURATE, LAST = 1e-7, 1e-8
"""Barriers at the end of the relaxation, and of a plan: the bound is good to six digits."""
FINE = 1e-6
"""What Newton's method may still promise where the relaxation ends, relative to the objective."""
LEAST_SCALE = 1e-3
"""Objectives are compared with a tenth of a percent of value at least."""
AIM = 5e-4
"""Relative gap within which no flip is tried: `solve` calls a plan optimal within it."""
WORTH = 5e-5
"""Relative gain below which a flip isn't tried."""
THRESHOLDS = (0.5, 0.25, 0.75)
ROUGHLY = 1e-3
"""Relative gap within which no other threshold is tried."""
RESCUES = 12
MOST_CELLS = 6
ATTEMPTS = 16
NOTHING = 1e-10


@dataclass(frozen=True)
class Best:
    """A plan, and where its climb ended."""

    traded: Traded
    amounts: Amounts
    dual: SmoothDual
    at: At
    cell: int | None

    @property
    def prices(self) -> FloatArray:
        """Prices of factors, rows, and variance under a limit."""
        return self.at.prices


class PointSearch:
    """The search of one point.

    Attributes:
        proven: [cell] what is proven of each; one number where nothing is netted.
        best: the best plan so far.
        evaluations: of the dual.
    """

    def __init__(self, prepared: Prepared, asked: Asked, flips: int) -> None:
        self._prepared, self._asked, self._flips = prepared, asked, flips
        self._netting = prepared.netting
        problem = asked.case.problem
        nothing = problem.risk_price * problem.variance(problem.active)
        self._scale = max(LEAST_SCALE, nothing, prepared.worth)
        cells = 1 if self._netting is None else len(self._netting.cells)
        self.proven = np.full(cells, -np.inf)
        self.best: Best | None = None
        self._centrals: dict[int | None, Start] = {}
        self._failed: tuple[SmoothDual, Climb] | None = None
        self._started = np.zeros(0)
        self.evaluations = 0

    @property
    def bound(self) -> float:
        """No plan of the point is below it."""
        least = float(self.proven.min())
        return least if self.best is None else min(least, self.best.amounts.objective)

    @property
    def central(self) -> Start | None:
        """Prices on the way to the best plan, where the next point may begin."""
        return None if self.best is None else self._centrals.get(self.best.cell)

    def run(self, warm: Start | None) -> Best:
        """Return the best plan found.

        Raises:
            NoPlanError: where the dual proves that there is none, or none was found.
        """
        waiting = np.ones(len(self.proven), dtype=np.bool_)
        cell, warm = self._first_cell(warm)
        for _ in range(MOST_CELLS):
            self._search_cell(cell, warm)
            waiting[cell or 0] = False
            if not waiting.any():
                break
            cell = int(np.argmin(np.where(waiting, self.proven, np.inf)))
            if self._within(AIM, self.proven[cell]):
                break
        if np.isinf(self.proven).all() and (self.proven > 0).all():
            raise NoPlanError("No plan keeps every rule.", code="infeasible")
        best = None if self.best is None else self._tidied(self.best)
        if best is None:
            raise NoPlanError(
                "The quick calculation found no plan that keeps every rule; a plan made exactly may be there.",
                code="fast.none",
            )
        self.best = best
        return best

    # --- cells ---

    def _first_cell(self, warm: Start | None) -> tuple[int | None, Start | None]:
        """Return the cell to begin with: that of the point before, or of the relaxation over all."""
        if self._netting is None:
            return None, warm
        if warm is not None and warm.cell is not None:
            return warm.cell, warm
        climbed, dual = self._relaxed(warm, None)
        sold = np.zeros(len(self._prepared.problem.lot_ids))
        np.add.at(sold, dual.layout.lot, climbed.at.sold)
        return self._netting.nearest(*self._netting.results(sold)), self._centrals[None]

    def _search_cell(self, cell: int | None, warm: Start | None) -> None:
        climbed, dual = self._relaxed(warm, cell)
        if climbed.beyond:
            self.proven[cell or 0] = np.inf
            return
        if self._within(AIM, self.proven[cell or 0]):
            return
        self._started = climbed.at.prices
        sides = np.full(self._prepared.problem.sets, int(Side.OPEN), dtype=np.intp)
        two = np.flatnonzero(self._prepared.problem.two_sided)
        for threshold in THRESHOLDS:
            sells = climbed.at.mixed >= threshold
            sides[two] = np.where(sells, int(Side.SELL), int(Side.BUY))
            self._keep(sides.copy(), dual, climbed.at.prices, cell)
            if self._within(ROUGHLY, self.proven[cell or 0]):
                break
        if self.best is None:
            self._rescue(sides, cell)
        self._flip(cell)

    def _rescue(self, sides: IntArray, cell: int | None) -> None:
        """Where rounded sides keep no plan: flip what the prices that prove it want flipped most."""
        for _ in range(RESCUES):
            if self._failed is None:
                return
            dual, climbed = self._failed
            prices = dual.split(climbed.at.prices)
            gain = gain_of_flips(self._prepared, self._asked, prices, sides)
            number = int(np.argmax(gain))
            if gain[number] <= 0:
                return
            sides = flipped(sides, number)
            if self._keep(sides, dual, self._started, cell):
                return

    def _plane(self, cell: int | None) -> Plane | None:
        if self._netting is None:
            return None
        only = None if cell is None else np.arange(len(self._netting.cells)) == cell
        return self._netting.plane(self._asked.case, only)

    # --- climbs ---

    def _relaxed(self, warm: Start | None, cell: int | None) -> tuple[Climb, SmoothDual]:
        """Climb with all sides open, and raise what is proven."""
        dual = SmoothDual(self._asked.case, self._prepared.layout, self._plane(cell))
        scale = self._scale
        target = Target(
            first=(COLD if warm is None else WARM) * scale,
            last=ACCURATE * scale,
            missed=np.inf,
            fine=FINE * scale,
            keep=WARM * scale,
            ceiling=self._asked.ceiling,
        )
        climbed = climb(dual, start_of(dual, warm), target)
        self.evaluations += dual.evaluations
        self._centrals[cell] = named(dual, climbed.central, cell)
        if not climbed.beyond:
            self._prove(dual, climbed.at.prices)
        return climbed, dual

    def _prove(self, dual: SmoothDual, prices: FloatArray) -> None:
        own = proven_by(self._prepared, self._asked, dual.split(prices))
        np.maximum(self.proven, own, out=self.proven)

    def _fixed(
        self, layout: Layout, start: FloatArray, sides: IntArray, cell: int | None
    ) -> Best | None:
        """Climb with all sides decided, and return the plan."""
        dual = SmoothDual(self._asked.case, layout, self._plane(cell))
        scale = self._scale
        last = ACCURATE if dual.ramped else LAST  # narrower ramps are lost in the last digits
        target = Target(ACCURATE * scale, last * scale, ceiling=self._asked.ceiling)
        climbed = climb(dual, start, target)
        self.evaluations += dual.evaluations
        self._failed = (dual, climbed)
        if not climbed.done:
            return None
        traded = traded_at(dual, climbed.at, sides)
        amounts = amounts_of(self._asked.case, traded, self._netting)
        if not keeps_rules(self._asked.plain, traded, amounts):
            return None
        return Best(traded, amounts, dual, climbed.at, cell)

    def _keep(self, sides: IntArray, dual: SmoothDual, start: FloatArray, cell: int | None) -> bool:
        """Find the plan of these sides; keep it if it is better."""
        layout = self._prepared.layout.of_sides(sides)
        plan = self._fixed(layout, start, sides, cell)
        if plan is None or (
            self.best is not None and plan.amounts.objective >= self.best.amounts.objective
        ):
            return False
        self.best = plan
        return True

    def _flip(self, cell: int | None) -> None:
        """Flip single sets while one flip helps: at a plan's prices it gains at most the other side's lead."""
        tries = self._flips
        while tries and self.best is not None and self.best.cell == cell:
            if self._within(AIM, self.proven[cell or 0]):
                return
            best, sides = self.best, self.best.traded.sides
            prices = best.dual.split(best.prices)
            gain = gain_of_flips(self._prepared, self._asked, prices, sides)
            worth = WORTH * abs(best.amounts.objective)
            for number in [int(i) for i in np.argsort(-gain) if gain[i] > worth]:
                if not tries:
                    return
                tries -= 1
                if self._keep(flipped(sides, number), best.dual, best.prices, cell):
                    break
            else:
                return

    def _tidied(self, plan: Best) -> Best | None:
        """Return the plan with orders of the least size or none: chosen at once, then what is left taken out."""
        counted = self._asked.counted
        if counted is None:
            return plan
        chosen = of_least_size(plan.dual, plan.at, counted.limits.min_trade)
        sized = self._fixed(chosen, plan.prices, plan.traded.sides, plan.cell)
        plan = sized or plan
        for _ in range(ATTEMPTS):
            small = small_orders(counted, plan.traded)
            if small is None:
                self._prove(plan.dual, plan.prices)
                return plan
            layout = plan.dual.whole.without(*small)
            smaller = self._fixed(layout, plan.prices, plan.traded.sides, plan.cell)
            if smaller is None:
                return None
            plan = smaller
        return None

    def _within(self, gap: float, bound: float) -> bool:
        """Return True where the best plan is within a relative gap of a bound."""
        if self.best is None:
            return False
        distance = self.best.amounts.objective - bound
        return bool(distance <= NOTHING or distance <= gap * abs(bound))


def flipped(sides: IntArray, number: int) -> IntArray:
    """Return sides with one set on its other side."""
    result = sides.copy()
    result[number] = Side.BUY if sides[number] == Side.SELL else Side.SELL
    return result


def start_of(dual: SmoothDual, warm: Start | None) -> FloatArray:
    """Return prices to begin with, as a dual orders them."""
    start = np.zeros(dual.size)
    if dual.limited:
        start[-1] = max(2.0 * dual.aversion, 1.0)
    if warm is None:
        return start
    if dual.limited and warm.risk > 0:
        start[-1] = max(warm.risk, dual.aversion)
    # Where risk costs otherwise, exposures change less than their prices do.
    risk = float(start[-1]) if dual.limited else dual.aversion
    start[: dual.factors] = warm.factors * (risk / warm.risk if warm.risk > 0 else 1.0)
    rows = [warm.rows.get((row.kind, row.name), 0.0) for row in dual.case.rows]
    start[dual.factors : dual.factors + dual.rows] = rows
    return start

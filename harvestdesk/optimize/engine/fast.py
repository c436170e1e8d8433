"""The fast path of methods 1.3: bound and plan of one point in milliseconds, warm from the point before.

For sliders, curves and what-ifs, where the cone programs of search.py take too long; they stay the reference.

What is exact: the bound is that of the closed form (duals.py), true whatever the prices are; with a tax
situation it holds over all cells of the year's netting. The plan keeps every row in weights, and its tax, cost
and risk are those of the plan (tax by `year_tax`). What isn't: sides come from rounding and a few flips, not from
branching, so concentrated books may show a gap that `solve_problem` would close; weights are not yet shares; the
smallest order is kept by taking smaller ones out, not by choosing which ones best. The gap always says so.

No cvxpy here: a window's process may use it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from harvestdesk.domain.errors import NoPlanError
from harvestdesk.optimize.engine.case import NETTING, TAX, Case, linear_case
from harvestdesk.optimize.engine.columns import whole_columns
from harvestdesk.optimize.engine.duals import Bound, Prices, bound_of
from harvestdesk.optimize.engine.fast_blocks import Layout, layout_of
from harvestdesk.optimize.engine.fast_dual import SmoothDual
from harvestdesk.optimize.engine.fast_netting import Netting, Plane, is_netted
from harvestdesk.optimize.engine.fast_newton import Climb, Target, climb
from harvestdesk.optimize.engine.fast_plan import (
    ROUGH,
    Amounts,
    Traded,
    amounts_of,
    missed_by,
    small_orders,
    traded_at,
)
from harvestdesk.optimize.engine.problem import (
    BoolArray,
    EngineProblem,
    FloatArray,
    IntArray,
    Mode,
)
from harvestdesk.optimize.problem import Side

COLD, WARM = 1e-3, 3e-5
"""What is smoothed at the start of a climb, relative to the objective."""
ACCURATE = 1e-7
"""What is smoothed at its end: some tens of sets tie, so the bound is good to six digits."""
LEAST_SCALE = 1e-3
"""Objectives are compared with a tenth of a percent of value at least."""
LAST = 1e-8
AIM = 3e-4
FLIPS = 6
FINE=1e-6
CENTRAL=1
MOST_CELLS = 6
ATTEMPTS = 12
NOTHING = 1e-10

RowName = tuple[str, str]


@dataclass(frozen=True)
class FastPrices:
    """Prices by the name of their row, so that they fit a problem with other limits too.

    Attributes:
        rows: by kind and name; factors: [factor]; risk: of variance.
        cell: of the year's netting the plan was found in.
    """

    rows: Mapping[RowName, float]
    factors: FloatArray
    risk: float
    cell: int | None = None
    central: tuple[FloatArray, FloatArray, float] | None = None


@dataclass(frozen=True)
class FastPoint:
    """A feasible plan in weights and how far from the best it can be; fractions of value.

    Attributes:
        sold: [lot]; bought: [account, security]; paid: [account] of a payout; sides: [set].
        tracking_error: yearly; tax: this year's, negative saves; cost: of trading; turnover: sold.
        orders: sales and purchases, an account and a security each.
        bound: no plan has a smaller objective; gap: relative distance from it.
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
    prices: FastPrices
    risk_aversion: float
    evaluations: int


@dataclass(frozen=True)
class _Asked:
    """One point's problem: the case, the rows the closed form knows, and what no plan exceeds."""

    case: Case
    plain: Case
    ceiling: float


@dataclass
class _Progress:
    """What is known of a point so far."""

    bound: float = -np.inf
    best: Traded | None = None
    amounts: Amounts | None = None
    dual: SmoothDual | None = None
    prices: FloatArray = field(default_factory=lambda: np.zeros(0))
    cell: int | None = None
    central: tuple[FloatArray, FloatArray, float] | None = None
    evaluations: int = 0

    @property
    def objective(self) -> float:
        return np.inf if self.amounts is None else self.amounts.objective

    def within(self, gap: float, bound: float) -> bool:
        """Return True where the best plan is within a relative gap of a bound."""
        distance = self.objective - bound
        return distance <= NOTHING or distance <= gap * abs(bound)


class FastModel:
    """A problem prepared once; `point` may be asked again and again, warm from the one before."""

    def __init__(self, problem: EngineProblem) -> None:
        reason = self.covers(problem)
        if reason is not None:
            raise AssertionError(f"ask `covers` first: {reason}")
        self.problem = problem
        self._netting = Netting(problem) if is_netted(problem) else None
        self._shared = {
            name: getattr(problem, name)
            for name, value in vars(type(problem)).items()
            if type(value).__name__ == "cached_property" and name != "lot_cost"
        }
        case = self._asked(problem).case
        self._columns = whole_columns(problem, case.cost)
        self._layout = layout_of(problem, self._columns)
        self._warm: FastPrices | None = None
        self.evaluations = 0

    @staticmethod
    def covers(problem: EngineProblem) -> str | None:
        """Return the rule of a problem the fast path doesn't know, or None."""
        limits = problem.limits
        if problem.mode is not Mode.REBALANCE:
            return "mode"
        if limits.ticket_cost > 0:
            return "ticket_cost"
        if limits.max_trades is not None:
            return "max_trades"
        return None

    def point(
        self,
        risk_aversion: float | None = None,
        tracking_error: float | None = None,
        turnover: float | None = None,
        tax_budget: float | None = None,
        gain_budget: float | None = None,
        *,
        start: FastPrices | None = None,
        flips: int = FLIPS,
    ) -> FastPoint:
        """Return the plan of these settings; what is None stays as the problem has it.

        Args:
            tracking_error: yearly limit; turnover, tax_budget, gain_budget: fractions of value.
            start: prices to begin with instead of those of the point before.

        Raises:
            NoPlanError: where no plan keeps every rule, or none was found.
        """
        asked = self._asked(
            self._with(risk_aversion, tracking_error, turnover, tax_budget, gain_budget)
        )
        found = _Progress()
        warm = start or self._warm
        self._search(asked, found, warm, flips)
        self.evaluations += found.evaluations
        if found.best is None or found.dual is None or found.amounts is None:
            raise NoPlanError("The fast path found no plan.", code="fast.none")
        prices = _named(found.dual, found.prices, found.cell, found.central)
        self._warm = prices
        return _point(asked, found, prices)

    def bound(self, prices: FastPrices, problem: EngineProblem | None = None) -> float:
        """Return what prices prove: no plan of the problem is below it."""
        asked = self._asked(problem or self.problem)
        nu = np.array([prices.rows.get((r.kind, r.name), 0.0) for r in asked.case.rows])
        open_sides = np.full(self.problem.sets, int(Side.OPEN), dtype=np.intp)
        return float(self._proven(asked, prices.factors, nu, prices.risk, open_sides)[1].min())

    # --- one point's problem ---

    def _with(
        self,
        risk_aversion: float | None,
        tracking_error: float | None,
        turnover: float | None,
        tax: float | None,
        gain: float | None,
    ) -> EngineProblem:
        changed = {
            "tracking_error": tracking_error,
            "turnover": turnover,
            "tax": tax,
            "gain": gain,
        }
        limits = replace(
            self.problem.limits, **{k: v for k, v in changed.items() if v is not None}
        )
        aversion = self.problem.risk_aversion if risk_aversion is None else risk_aversion
        problem = replace(self.problem, limits=limits, risk_aversion=aversion)
        problem.__dict__.update(self._shared)  # limits change none of what was worked out
        return problem

    def _asked(self, problem: EngineProblem) -> _Asked:
        if self._netting is None:
            case = linear_case(problem)
            tax_most, plain = 0.0, case
        else:
            case = self._netting.case_of(problem)
            tax_most = float(self._netting.tax.max())
            kept = tuple(r for r in case.rows if r.kind not in {TAX, NETTING})
            plain = replace(case, rows=kept)
        return _Asked(case, plain, _ceiling(problem, case) + tax_most)

    def _plane(self, asked: _Asked, cell: int | None) -> Plane | None:
        if self._netting is None:
            return None
        only = None if cell is None else np.arange(len(self._netting.cells)) == cell
        return self._netting.plane(asked.case, only)

    # --- bounds ---

    def _proven(
        self, asked: _Asked, y: FloatArray, nu: FloatArray, rho: float, sides: IntArray
    ) -> tuple[Bound, FloatArray]:
        """Return the bound without netting, and [cell] what is proven of each; of all where nothing nets."""
        if self._netting is None:
            bound = bound_of(asked.case, self._columns, Prices(nu, y, rho), sides)
            return bound, np.array([bound.value])
        kept = [i for i, r in enumerate(asked.case.rows) if r.kind not in {TAX, NETTING}]
        nu = nu.copy()
        cost, spent = asked.case.cost, 0.0
        for number, row in enumerate(asked.case.rows):
            if row.kind == NETTING:
                cost = cost + nu[number] * row.lots
            elif row.kind == TAX:
                nu[number] = max(nu[number], 0.0)
                spent = float(nu[number]) * row.most
        plain = replace(asked.plain, cost=cost)
        bound = bound_of(plain, self._columns, Prices(nu[kept], y, rho), sides)
        return bound, bound.value - spent + self._netting.least_of(asked.case, nu)

    # --- the search of one point ---

    def _search(
        self, asked: _Asked, found: _Progress, warm: FastPrices | None, flips: int
    ) -> None:
        """Search the cells of netting, the most promising first; without netting there is one."""
        proven = np.full(1 if self._netting is None else len(self._netting.cells), -np.inf)
        waiting = np.ones(len(proven), dtype=np.bool_)
        cell, warm = self._first_cell(asked, found, warm, proven)
        for _ in range(MOST_CELLS):
            self._search_cell(asked, found, warm, flips, cell, proven)
            waiting[cell or 0] = False
            if not waiting.any():
                break
            cell = int(np.argmin(np.where(waiting, proven, np.inf)))
            if found.within(AIM, proven[cell]):
                break
        found.bound = min(float(proven.min()), found.objective)

    def _first_cell(
        self, asked: _Asked, found: _Progress, warm: FastPrices | None, proven: FloatArray
    ) -> tuple[int | None, FastPrices | None]:
        """Return the cell to begin with: the one of the point before, or of the relaxation over all."""
        if self._netting is None:
            return None, warm
        if warm is not None and warm.cell is not None:
            return warm.cell, warm
        climbed, dual = self._climbed(asked, found, warm, None)
        sold = np.zeros(len(self.problem.lot_ids))
        np.add.at(sold, dual.layout.lot, climbed.at.sold)
        self._cut(asked, dual, climbed, proven)
        return self._netting.nearest(*self._netting.results(sold)), _named(
            dual, climbed.at.prices, None
        )

    def _search_cell(
        self,
        asked: _Asked,
        found: _Progress,
        warm: FastPrices | None,
        flips: int,
        cell: int | None,
        proven: FloatArray,
    ) -> None:
        climbed, dual = self._climbed(asked, found, warm, cell)
        if climbed.beyond:
            if self._netting is None:
                raise NoPlanError("No plan keeps every rule.", code="infeasible")
            proven[cell or 0] = np.inf
            return
        self._cut(asked, dual, climbed, proven)
        if found.within(AIM, proven[cell or 0]):
            return
        sides = self._rounded(climbed)
        self._leaf(asked, found, sides, dual, climbed.at.prices, cell)
        self._flip(asked, found, flips, cell, proven)

    def _climbed(
        self, asked: _Asked, found: _Progress, warm: FastPrices | None, cell: int | None
    ) -> tuple[Climb, SmoothDual]:
        dual = SmoothDual(asked.case, self._layout, self._plane(asked, cell))
        start, first = self._start(dual, warm)
        scale = self._scale(asked)
        climbed = climb(dual, start, Target(first * scale, ACCURATE * scale, 1e-6, FINE * scale, WARM * scale, asked.ceiling))
        found.evaluations += dual.evaluations
        found.central = dual.split(climbed.central)
        return climbed, dual

    def _start(self, dual: SmoothDual, warm: FastPrices | None) -> tuple[FloatArray, float]:
        start = np.zeros(dual.size)
        if dual.limited:
            start[-1] = max(2.0 * dual.aversion, 1.0)
        if warm is None:
            return start, COLD
        start[: dual.factors] = warm.factors
        rows = [warm.rows.get((r.kind, r.name), 0.0) for r in dual.case.rows]
        start[dual.factors : dual.factors + dual.rows] = rows
        if dual.limited and warm.risk > 0:
            start[-1] = max(warm.risk, dual.aversion)
        # Exposures change less than their prices do where risk is charged otherwise.
        rho = float(start[-1]) if dual.limited else dual.aversion
        if warm.risk > 0:
            start[: dual.factors] *= rho / warm.risk
        return start, WARM

    def _scale(self, asked: _Asked) -> float:
        p = asked.case.problem
        nothing = p.risk_price * p.variance(p.active)
        return max(LEAST_SCALE, nothing, self._worth)

    @property
    def _worth(self) -> float:
        """What selling every lot that saves something would save."""
        p = self.problem
        return float(np.maximum(-p.lot_rate * p.lot_gain, 0.0) @ p.lot_weight)

    def _cut(
        self, asked: _Asked, dual: SmoothDual, climbed: Climb, proven: FloatArray
    ) -> None:
        """Raise what is proven of every cell."""
        y, nu, rho = dual.split(climbed.at.prices)
        open_sides = np.full(self.problem.sets, int(Side.OPEN), dtype=np.intp)
        np.maximum(proven, self._proven(asked, y, nu, rho, open_sides)[1], out=proven)

    def _rounded(self, climbed: Climb) -> IntArray:
        sides = np.full(self.problem.sets, int(Side.OPEN), dtype=np.intp)
        two = np.flatnonzero(self.problem.two_sided)
        sides[two] = np.where(climbed.at.mixed >= 0.5, int(Side.SELL), int(Side.BUY))
        return sides

    def _leaf(
        self,
        asked: _Asked,
        found: _Progress,
        sides: IntArray,
        dual: SmoothDual,
        start: FloatArray,
        cell: int | None,
    ) -> bool:
        """Find the best plan with these sides; keep it if it is better."""
        layout = self._layout.of_sides(sides)
        for _ in range(ATTEMPTS):
            plan = self._fixed(asked, found, layout, start, cell)
            if plan is None:
                return False
            fixed, climbed = plan
            start = climbed.at.prices
            traded = traded_at(fixed, climbed.at, sides)
            small = small_orders(self.problem, traded)
            if small is None:
                break
            layout = layout.without(*small)
        if missed_by(asked.plain, traded) > ROUGH or small is not None:
            return False
        amounts = amounts_of(asked.case, traded, self._netting)
        if amounts.objective >= found.objective:
            return False
        found.best, found.amounts = traded, amounts
        found.dual, found.prices, found.cell = fixed, start, cell
        return True

    def _fixed(
        self,
        asked: _Asked,
        found: _Progress,
        layout: Layout,
        start: FloatArray,
        cell: int | None,
    ) -> tuple[SmoothDual, Climb] | None:
        dual = SmoothDual(asked.case, layout, self._plane(asked, cell))
        scale = self._scale(asked)
        climbed = climb(
            dual, start, Target(ACCURATE * scale, LAST * scale, ceiling=asked.ceiling)
        )
        found.evaluations += dual.evaluations
        return (dual, climbed) if climbed.done else None

    def _flip(
        self, asked: _Asked, found: _Progress, flips: int, cell: int | None, proven: FloatArray
    ) -> None:
        """Flip single sets while one flip helps: at a plan's prices it gains at most the other side's lead."""
        tries = flips
        while tries and found.best is not None and found.dual is not None:
            if found.within(AIM, proven[cell or 0]):
                return
            y, nu, rho = found.dual.split(found.prices)
            sides = found.best.sides
            lead = self._proven(asked, y, nu, rho, sides)[0].lead
            gain = np.where(sides == Side.SELL, -lead, lead)
            gain[sides == Side.OPEN] = 0.0
            for number in [int(i) for i in np.argsort(-gain) if gain[i] > 0]:
                if not tries:
                    return
                tries -= 1
                flipped = sides.copy()
                flipped[number] = Side.BUY if sides[number] == Side.SELL else Side.SELL
                if self._leaf(asked, found, flipped, found.dual, found.prices, cell):
                    break
            else:
                return


def _ceiling(problem: EngineProblem, case: Case) -> float:
    """Return an objective no plan exceeds."""
    swing = np.abs(problem.active) + problem.held + 2.0
    factors = np.abs(problem.loadings).T @ swing
    variance = float(factors @ factors + problem.specific @ swing**2)
    extra = 0.0 if problem.buy_extra is None else float(np.abs(problem.buy_extra).max(initial=0.0))
    payout = problem.limits.payout
    extra += 0.0 if payout is None else payout.amount * float(np.abs(payout.cost).max(initial=0.0))
    sales = float(np.abs(case.cost) @ problem.lot_most)
    return problem.risk_price * variance + sales + 4 * (problem.buy_cost + extra)


def _named(dual: SmoothDual, prices: FloatArray, cell: int | None, central=None) -> FastPrices:
    y, nu, rho = dual.split(prices) if central is None or not CENTRAL else central
    names = [(row.kind, row.name) for row in dual.case.rows]
    return FastPrices(dict(zip(names, nu.tolist(), strict=True)), y, rho, cell)


def _point(asked: _Asked, found: _Progress, prices: FastPrices) -> FastPoint:
    best, amounts = found.best, found.amounts
    if best is None or amounts is None:
        raise AssertionError("there is no plan")
    return FastPoint(
        sold=best.sold,
        bought=best.bought,
        paid=best.paid,
        sides=best.sides,
        tracking_error=amounts.tracking_error,
        tax=amounts.tax,
        cost=amounts.cost,
        turnover=amounts.turnover,
        orders=amounts.orders,
        objective=amounts.objective,
        bound=found.bound,
        gap=abs(amounts.objective - found.bound) / max(abs(found.bound), 1e-9),
        prices=prices,
        risk_aversion=asked.case.problem.risk_aversion,
        evaluations=found.evaluations,
    )

"""The best plan over all cells of the year's netting, and the smallest of their bounds (methods 1.4).

Inside a cell tax is linear, so each cell is a case of the ordinary search with a few rows more. Most cells are
never solved: what one of them proves at some pair of rates bounds all others too. With D(a, b) below every
plan's objective when gains cost a and b instead of the year's tax,

    objective + Tax(S, L)  >=  D(a, b) + min over the cell of (Tax(S, L) - a S - b L)

and the minimum is at one of the cell's corners.
"""

import time
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from harvestdesk.domain.conflict import Conflict, ConflictError, RuleGive, RuleKind
from harvestdesk.optimize.engine.case import (
    NETTING,
    TAX,
    Case,
    Row,
    budget_row,
    objective_of,
    rows_of,
)
from harvestdesk.optimize.engine.climbed import MANY_COLUMNS
from harvestdesk.optimize.engine.columns import lots_sold, whole_columns
from harvestdesk.optimize.engine.conflicts import conflict_error, conflict_of
from harvestdesk.optimize.engine.conic import NodeSolution, solve_node
from harvestdesk.optimize.engine.doctor import remedies
from harvestdesk.optimize.engine.duals import Prices, bound_of
from harvestdesk.optimize.engine.netting_cells import Cell, Linear, cells_of
from harvestdesk.optimize.engine.netting_start import head_start, prices_in
from harvestdesk.optimize.engine.problem import NO_LIMIT, EngineProblem, FloatArray, IntArray, Mode
from harvestdesk.optimize.engine.relaxation import Relaxation
from harvestdesk.optimize.engine.search import Effort, Found, Incumbent, near, polish, search
from harvestdesk.optimize.engine.third_search import orders_bound, plan_near
from harvestdesk.optimize.problem import Side
from harvestdesk.optimize.solve import SolveStatus
from harvestdesk.optimize.solvers import SCS

ROOM = 1e-8
"""Fractions of value a cell is made wider by, so that cells leave nothing out between them."""
INSIDE = 1e-7


@dataclass(frozen=True)
class Netted:
    """What the search over the cells ends with.

    Attributes:
        case: of the cell the best plan is in; of the cell of no trade where there is no plan.
        effort: with the solver that answered.
    """

    case: Case
    found: Found
    effort: Effort
    cells: int
    solved: int


def search_netted(problem: EngineProblem, effort: Effort) -> Netted:
    """Return the best plan of a problem with a tax situation, and the bound that certifies it."""
    return _Cells(problem, effort).run()


def netting_conflict(case: Case, effort: Effort) -> ConflictError:
    """Return the error that names the rules in conflict where taxes are netted.

    Without the tax budget the rules don't know of taxes; if they agree, the budget is too small, or another
    rule keeps the plan out of the cells where it could be met.
    """
    problem, limits = case.problem, case.problem.limits
    if not np.isfinite(limits.tax):
        rows = tuple(row for row in case.rows if row.kind != NETTING)
        return conflict_of(replace(case, rows=rows), effort)
    free = replace(problem, limits=replace(limits, tax=NO_LIMIT))
    cheapest = search_netted(_tax_alone(free), effort).found
    if cheapest.best is None:
        rows = tuple(row for row in case.rows if row.kind not in {NETTING, TAX})
        return conflict_of(replace(case, problem=free, rows=rows), effort)
    value = float(problem.exact.value)
    least = max(cheapest.best.objective, limits.tax)
    give = RuleGive(RuleKind.TAX_BUDGET, "", limits.tax * value, least * value)
    within = [cell for cell in cells_of(problem) if cell.tax.min() <= limits.tax]
    others = remedies([cell_case(problem, cell) for cell in within], effort)
    alone = (give, *(other for other in others if other.kind is not RuleKind.TAX_BUDGET))
    return conflict_error(problem, Conflict((give,), alone))


def _tax_alone(problem: EngineProblem) -> EngineProblem:
    """Return the problem with nothing but tax in its objective."""
    limits, payout = problem.limits, problem.limits.payout
    if payout is not None:
        payout = replace(payout, cost=np.zeros(len(payout.cost)))
    limits = replace(limits, payout=payout)
    return replace(
        problem,
        mode=Mode.REBALANCE,
        risk_aversion=0.0,
        cost_rate=0.0,
        lot_extra=None,
        buy_extra=None,
        carried_counts=False,
        left_alone=~problem.sellable,  # a harvest sells losses only
        limits=limits,
    )


def cell_case(problem: EngineProblem, cell: Cell, *, inside: bool = True) -> Case:
    """Return the case of a cell; without its rows where the plan may leave it (`inside` False)."""
    linear = replace(problem, lot_rate=_rates_of_lots(problem, cell.costs))
    rows = [_budget_in(problem, cell) if row.kind == TAX else row for row in rows_of(linear)]
    if inside:
        rows += _rows_of_cell(problem, cell)
    counted = cell.costs.constant if problem.mode is Mode.REBALANCE else 0.0
    return Case(linear, linear.lot_cost, tuple(rows), counted)


def _rates_of_lots(problem: EngineProblem, line: Linear) -> FloatArray:
    """Return [lot] what a dollar of gain costs."""
    taxed = problem.taxable[problem.lot_account]
    return np.where(taxed, np.where(problem.lot_long, line.long, line.short), 0.0)


def _budget_in(problem: EngineProblem, cell: Cell) -> Row:
    """Return the tax budget, of this year's tax, less what the cell's tax starts from."""
    per_lot = _rates_of_lots(problem, cell.taxed) * problem.lot_gain
    row = budget_row(problem, TAX, per_lot, problem.limits.tax - cell.taxed.constant)
    # Where losses save nothing more this year both ends would meet, and any price would do.
    return replace(row, least=row.least - 1.0)


def _rows_of_cell(problem: EngineProblem, cell: Cell) -> list[Row]:
    short, long = _results_of_lots(problem)
    rows = []
    for side in cell.sides:
        along = cell.corners @ np.array(side)
        rows.append(
            Row(
                NETTING,
                f"{side[0]:g},{side[1]:g}",
                float(along.min()) - ROOM,
                float(along.max()) + ROOM,
                0.0,
                side[0] * short + side[1] * long,
                even=False,
            )
        )
    return rows


def _results_of_lots(problem: EngineProblem) -> tuple[FloatArray, FloatArray]:
    """Return [lot] short and long result per weight sold."""
    gain = np.where(problem.taxable[problem.lot_account], problem.lot_gain, 0.0)
    return np.where(problem.lot_long, 0.0, gain), np.where(problem.lot_long, gain, 0.0)


class _Cells:
    """The open cells, what is proven of each, and the best plan."""

    def __init__(self, problem: EngineProblem, effort: Effort) -> None:
        self._started = time.perf_counter()
        self._problem, self._effort = problem, effort
        self._cells = [cell for cell in cells_of(problem) if cell.tax.min() <= problem.limits.tax]
        self._proven = np.full(len(self._cells), -np.inf)
        self._open = np.ones(len(self._cells), dtype=np.bool_)
        self._results = _results_of_lots(problem)
        self._case = cell_case(problem, self._of_no_trade(), inside=False)
        self._columns = whole_columns(problem, self._case.cost)
        self._best: Incumbent | None = None
        self._seconds = {"build": 0.0, "relaxation": 0.0, "polish": 0.0}
        self._nodes = self._solved = 0
        self._begun: int | None = None

    def _of_no_trade(self) -> Cell:
        known = self._cells or cells_of(self._problem)
        return min(known, key=lambda cell: not cell.holds(0.0, 0.0, INSIDE))

    def run(self) -> Netted:
        if self._begin_quickly():
            return self._ended(None)
        root, first = None, self._begun
        if first is None:
            root = self._first_cut()
            first = None if root is None else self._around(*self._sums(root.sold))
        if first is not None:
            self._solve(first)
        while self._open.any() and not self._out_of_time():
            number = int(np.argmin(np.where(self._open, self._proven, np.inf)))
            if self._proven[number] >= self._enough():
                break
            self._solve(number)
        return self._ended(root)

    def _ended(self, root: NodeSolution | None) -> Netted:
        bound = float(self._proven.min(initial=np.inf))
        if self._best is not None:
            bound = min(bound, self._best.objective)
        status = SolveStatus.OPTIMAL if self._best is not None else SolveStatus.INFEASIBLE
        if self._best is None and np.isfinite(bound):
            status = SolveStatus.FAILED
        total = time.perf_counter() - self._started
        self._seconds["build"] += max(0.0, total - sum(self._seconds.values()))
        found = Found(status, bound, self._best, root, self._nodes, self._seconds)
        return Netted(self._case, found, self._effort, len(self._cells), self._solved)

    def _begin_quickly(self) -> bool:
        """Take the fast path's plan and bounds where a problem is large; return True where they suffice."""
        if len(self._columns) < MANY_COLUMNS or self._effort.solver == SCS:
            return False
        started = time.perf_counter()
        head = head_start(self._problem, self._cells)
        self._seconds["relaxation"] += time.perf_counter() - started
        if head is None:
            return False
        started = time.perf_counter()
        np.maximum(self._proven, head.proven, out=self._proven)
        self._begun, cell = head.cell, self._cells[head.cell]
        case = cell_case(self._problem, cell)
        plan = self._plan_near(case, head.sides, prices_in(case, cell, head.prices))
        if plan is not None:
            self._cut(case, cell, plan.prices)
            self._best, self._case = self._exact(case, plan), case
        self._seconds["polish"] += time.perf_counter() - started
        bound = float(self._proven.min())
        return self._best is not None and near(self._best.objective, bound, self._effort.good)

    def _plan_near(self, case: Case, sides: IntArray, prices: Prices) -> Incumbent | None:
        """Return the plan of sides that were found where orders may have any size."""
        problem, bound = case.problem, float(self._proven.min())
        free = replace(problem, limits=replace(problem.limits, min_trade=0.0))
        plan = polish(replace(case, problem=free), sides, self._effort, prices)
        if plan is None or not problem.counts_orders:
            return plan
        # Further than what a large problem is content with its orders need not be looked for.
        effort = replace(self._effort, aim=self._effort.good)
        return plan_near(case, Found(SolveStatus.OPTIMAL, bound, plan, None), effort)

    # --- one cell ---

    def _solve(self, number: int) -> None:
        """Search a cell, for a plan and for what it proves."""
        cell = self._cells[number]
        case = cell_case(self._problem, cell)
        found = self._searched(case)
        self._open[number] = False
        self._solved += 1
        self._nodes += found.nodes
        for name, seconds in found.seconds.items():
            self._seconds[name] += seconds
        if found.status is SolveStatus.INFEASIBLE:
            self._proven[number] = np.inf
            return
        self._proven[number] = max(self._proven[number], found.bound)
        if found.root is not None and found.root.usable:
            self._cut(case, cell, found.root.prices)
        if found.best is None:
            return
        self._cut(case, cell, found.best.prices)
        plan = self._exact(case, found.best)
        if self._best is None or plan.objective < self._best.objective:
            self._best, self._case = plan, case

    def _searched(self, case: Case) -> Found:
        left = self._effort.seconds - (time.perf_counter() - self._started)
        effort = replace(self._effort, seconds=max(left, 0.0), enough=self._enough())
        found = search(case, effort)
        if found.status is SolveStatus.FAILED and not effort.stop():
            found = search(case, replace(effort, solver=SCS))
            self._effort = replace(self._effort, solver=SCS)
        return found

    def _exact(self, case: Case, plan: Incumbent) -> Incumbent:
        """Return a plan with the year's own tax in its objective."""
        if self._problem.mode is Mode.HARVEST:
            return plan
        untaxed = replace(case, cost=self._cost(np.zeros(2)), constant=0.0)
        objective = objective_of(untaxed, plan.sold, plan.bought, plan.paid)
        return replace(plan, objective=objective + self._tax(plan.sold))

    def _tax(self, sold: FloatArray) -> float:
        problem, value = self._problem, self._problem.exact.value
        netted = problem.netted_tax
        assert netted is not None  # noqa: S101 - search_netted looked
        count = netted.cost if problem.values_carried else netted.tax
        return float(count(*(Decimal(amount) * value for amount in self._sums(sold))) / value)

    def _sums(self, sold: FloatArray) -> tuple[float, float]:
        short, long = self._results
        return float(short @ sold), float(long @ sold)

    # --- what one cell proves of the others ---

    def _first_cut(self) -> NodeSolution | None:
        """Solve the relaxation at the rates of no trade; return it with sales by lot."""
        if not self._cells:
            return None
        started = time.perf_counter()
        case = self._case
        columns = whole_columns(case.problem, case.cost)
        cone = Relaxation(case, columns).compiled()
        sides = np.full(case.problem.sets, int(Side.OPEN), dtype=np.intp)
        effort = self._effort
        root = solve_node(cone, sides, effort.stop, solver=effort.solver)
        self._seconds["relaxation"] += time.perf_counter() - started
        if not root.usable:
            return None
        self._cut(case, self._of_no_trade(), root.prices)
        return replace(root, sold=lots_sold(columns, case.problem, root.sold))

    def _around(self, short: float, long: float) -> int | None:
        held = (i for i, cell in enumerate(self._cells) if cell.holds(short, long, INSIDE))
        return next(held, None)

    def _cut(self, case: Case, cell: Cell, prices: Prices) -> None:
        """Raise what is proven of every cell by what the prices of one of them prove."""
        problem = self._problem
        of_row = [float(price) for price in prices.rows]
        kinds = [row.kind for row in case.rows]
        # What a dollar of tax costs: itself, where the objective counts it, and the price of a budget.
        budget = max(of_row[kinds.index(TAX)], 0.0) if TAX in kinds else 0.0
        counts = 1.0 if problem.mode is Mode.REBALANCE else 0.0
        rates = budget * cell.taxed.rates + counts * cell.costs.rates
        if NETTING in kinds:
            own = [p for p, kind in zip(of_row, kinds, strict=True) if kind == NETTING]
            rates += np.array(own) @ np.array(cell.sides)
        kept = [i for i, kind in enumerate(kinds) if kind not in {TAX, NETTING}]
        base = Case(problem, self._cost(rates), tuple(case.rows[i] for i in kept))
        shared = replace(prices, rows=np.array([of_row[i] for i in kept]))
        sides = np.full(problem.sets, int(Side.OPEN), dtype=np.intp)
        least = bound_of(base, self._columns, shared, sides).value
        least = max(least, orders_bound(base, shared))
        if budget:
            least -= budget * problem.limits.tax
        for number, other in enumerate(self._cells):
            worth = budget * other.tax + counts * other.cost
            above = float((worth - other.corners @ rates).min())
            self._proven[number] = max(self._proven[number], least + above)

    def _cost(self, rates: FloatArray) -> FloatArray:
        """Return [lot] objective per weight sold where gains of either term cost `rates`."""
        problem, (short, long) = self._problem, self._results
        own = replace(problem, lot_rate=np.zeros(len(problem.lot_ids))).lot_cost
        return np.asarray(own + rates[0] * short + rates[1] * long)

    # --- when to stop ---

    def _enough(self) -> float:
        """Return the bound at which a cell can't hold a plan better by more than the aim."""
        if self._best is None:
            return np.inf
        return self._best.objective - self._effort.aim * abs(self._best.objective)

    def _out_of_time(self) -> bool:
        late = time.perf_counter() - self._started > self._effort.seconds
        return late or self._effort.stop()

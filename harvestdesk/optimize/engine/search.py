"""The search for the best sides: relax, round, flip, then branch while the gap is wide (methods 1.2).

Best first over one compiled relaxation. Every bound is that of the closed form in duals.py on the solver's
prices, so it is true whatever the solver's last digits are; the certificate is the smallest open one.
"""

import heapq
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from harvestdesk.optimize.engine.case import Case, objective_of
from harvestdesk.optimize.engine.climbed import climbed_plan
from harvestdesk.optimize.engine.columns import Columns, lots_sold, runs, whole_columns
from harvestdesk.optimize.engine.conic import TOLERANCE, NodeSolution, solve_node
from harvestdesk.optimize.engine.duals import Bound, Prices, bound_of
from harvestdesk.optimize.engine.newton import fixed_plan
from harvestdesk.optimize.engine.problem import FloatArray, IntArray
from harvestdesk.optimize.engine.relaxation import Cone, Relaxation
from harvestdesk.optimize.problem import Side
from harvestdesk.optimize.solve import SolveStatus
from harvestdesk.optimize.solvers import CLARABEL

NEAR_LOTS = 3
"""Lots kept single on each side of where the relaxation stops selling."""
FEW_COLUMNS = 1_000
"""Below this, joining lots into runs saves nothing."""
OFF_MARGIN = 2e-6
"""A leaf this much above its own bound, relative, was solved with runs in the wrong place."""
THRESHOLDS = (0.5, 0.25, 0.75)
NODE_TOLERANCE = 1e-6
"""Of relaxations that only have to bound: the bound is true whatever the solver's last digits are."""
LEAST_SHARE = 1e-3
NOTHING = 1e-10
"""Fractions of value: a hundredth of a cent in a million."""
MOST_FLIPS = 60
ROUND_EVERY = 2


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard to try.

    Attributes:
        aim: relative gap the search stops at.
        good: relative gap it is content with after `patience` columns of relaxations solved.
        seconds: after so long it stops wherever it is.
        enough: a bound at which it stops with any plan or none: what is better is elsewhere.
        stop: asked between and inside solves; True ends the search with the best plan so far.
        progress: told the nodes solved and the relative gap left, while branching.
    """

    aim: float = 1e-4
    good: float = 4.7e-4
    patience: int = 15_000
    seconds: float = 20.0
    enough: float = float("inf")
    stop: Callable[[], bool] = lambda: False
    solver: str = CLARABEL
    progress: Callable[[int, float], None] = lambda _nodes, _gap: None


@dataclass(frozen=True)
class Incumbent:
    """The best plan found: weights, not yet shares.

    Attributes:
        sold: [lot]; bought: [purse, security]; paid: [account] of a payout; sides: [set].
        prices: of the problem with these sides.
        dealt: [account, security] bought, where orders of several accounts were chosen.
    """

    objective: float
    sold: FloatArray
    bought: FloatArray
    sides: IntArray
    prices: Prices
    paid: FloatArray
    dealt: FloatArray | None = None


@dataclass
class Found:
    """What the search ends with.

    Attributes:
        status: of the relaxation where there is no plan.
        bound: no plan is below it.
        root: the relaxation, for its prices.
    """

    status: SolveStatus
    bound: float
    best: Incumbent | None
    root: NodeSolution | None
    nodes: int = 0
    seconds: dict[str, float] = field(default_factory=dict)

    def proven(self, gap: float) -> bool:
        """Return True where the best plan is within a relative gap of the bound."""
        return self.best is not None and near(self.best.objective, self.bound, gap)

    @property
    def gap(self) -> float:
        """Relative distance of the best plan from the bound."""
        if self.best is None:
            return float("inf")
        return relative_gap(self.best.objective, self.bound)


def near(objective: float, bound: float, gap: float) -> bool:
    """Return True within a relative gap, or where both are nothing."""
    distance = objective - bound
    return distance <= NOTHING or distance <= gap * abs(bound)


def relative_gap(objective: float, bound: float) -> float:
    """Return the gap of the contract."""
    return abs(objective - bound) / max(abs(bound), 1e-9)


@dataclass(frozen=True, order=True)
class Node:
    """A part of the search still open."""

    bound: float
    number: int
    sides: IntArray = field(compare=False)
    solution: NodeSolution = field(compare=False)


def search(case: Case, effort: Effort) -> Found:
    """Return the best plan of a case and the bound that certifies it."""
    if case.problem.counts_orders:
        from harvestdesk.optimize.engine.third_search import search_orders

        return search_orders(case, effort)
    started = time.perf_counter()
    columns = whole_columns(case.problem, case.cost)
    cone = Relaxation(case, columns).compiled()
    built = time.perf_counter()
    sides = np.full(case.problem.sets, int(Side.OPEN), dtype=np.intp)
    root = solve_node(cone, sides, effort.stop, solver=effort.solver)
    relaxed = time.perf_counter()
    found = Found(root.status, -np.inf, None, root)
    if root.usable:
        found = Search(case, columns, cone, effort, started).run(sides, root)
    found.seconds = {
        "build": built - started,
        "relaxation": relaxed - built,
        "polish": time.perf_counter() - relaxed,
    }
    return found


def polish(
    case: Case, sides: IntArray, effort: Effort, start: Prices | None = None
) -> Incumbent | None:
    """Return the best plan of a case with its sides [set] fixed, or None where there is none.

    Prices of a like plan are where a quick method may start from.
    """
    columns = whole_columns(case.problem, case.cost)
    fixed = np.where(case.problem.two_sided, sides, int(Side.OPEN)).astype(np.intp)
    if case.problem.counts_orders:
        for side in (Side.BUY, Side.SELL):
            fixed[(fixed == side) & ~case.problem.can_order[side]] = Side.NONE
    return Search(case, columns, None, effort, time.perf_counter()).leaf(fixed, start)


class Search:
    """The open nodes, the best plan and the clock of one case."""

    def __init__(
        self, case: Case, columns: Columns, cone: Cone | None, effort: Effort, started: float
    ) -> None:
        self._case, self._columns, self._compiled = case, columns, cone
        self._effort = effort
        self._until = started + effort.seconds
        self._best: Incumbent | None = None
        self._prices: Prices | None = None
        self._closed = np.inf
        self._work = len(columns)
        self._nodes = 1
        self._raised = np.zeros((3, case.problem.sets))
        self._counted = np.zeros((3, case.problem.sets))
        self._leaves: dict[bytes, float] = {}
        self._quick = False

    def run(self, sides: IntArray, root: NodeSolution) -> Found:
        """Look for plans, then branch until the gap is closed."""
        bound = self._bound(root.prices, sides)
        self._prices = root.prices
        self._first_plans(root, bound)
        if not self._content(bound.value):
            self._use_runs(bound)
        heap = [Node(bound.value, 0, sides, root)]
        while heap and not self._content(min(heap[0].bound, self._closed)):
            self._tell(min(heap[0].bound, self._closed))
            self._branch(heap, heapq.heappop(heap))
        proven = min([self._closed, *(node.bound for node in heap[:1])])
        if self._best is not None:
            proven = min(proven, self._best.objective)
        return Found(root.status, proven, self._best, root, self._nodes)

    # --- bounds and leaves ---

    def _bound(self, prices: Prices, sides: IntArray) -> Bound:
        return bound_of(self._case, self._columns, prices, sides)

    @property
    def _cone(self) -> Cone:
        """The relaxation, written down when it is first needed."""
        if self._compiled is None:
            self._compiled = Relaxation(self._case, self._columns).compiled()
        return self._compiled

    def _use_runs(self, bound: Bound) -> None:
        """From here on solve with lots far from the margin joined into runs."""
        self._compiled = self._cone_near(bound)

    def _cone_near(self, bound: Bound) -> Cone:
        """Return the relaxation with lots joined into runs away from where the prices of a bound sell."""
        if not self._case.even or len(self._columns) < FEW_COLUMNS:
            return self._cone
        return Relaxation(self._case, runs(self._columns, bound.sold, NEAR_LOTS)).compiled()

    def _solve(self, sides: IntArray, cone: Cone, tolerance: float) -> NodeSolution:
        self._work += len(cone.columns) + len(self._case.problem.symbols)
        effort = self._effort
        return solve_node(cone, sides, effort.stop, solver=effort.solver, tolerance=tolerance)

    def _relaxed(self, sides: IntArray, inherited: Bound) -> tuple[NodeSolution, Bound]:
        """Return a node's solution and the better of its bound and the one its parent's prices give."""
        for _ in range(2):
            solution = self._solve(sides, self._cone, NODE_TOLERANCE)
            if not solution.usable:
                return solution, inherited
            own = self._bound(solution.prices, sides)
            if own.value >= inherited.value - OFF_MARGIN * abs(inherited.value):
                return solution, own
            self._use_runs(own)  # the runs hide where this node sells
        return solution, max(own, inherited, key=lambda b: b.value)

    def leaf(self, sides: IntArray, near: Prices | None = None) -> Incumbent | None:
        """Return the best plan with all sides fixed, or None where there is none."""
        start = near or (self._best.prices if self._best else self._prices)
        if start is not None and self._effort.solver == CLARABEL:
            plan = fixed_plan(self._case, self._columns, sides, start)
            plan = plan or climbed_plan(self._case, self._columns, sides, start)
            if plan is not None:
                objective = objective_of(self._case, plan.sold, plan.bought, plan.paid)
                return Incumbent(objective, plan.sold, plan.bought, sides, plan.prices, plan.paid)
        return None if self._quick else self._leaf_by_cones(sides)

    def _leaf_by_cones(self, sides: IntArray) -> Incumbent | None:
        cone = self._cone
        for last in (False, True):
            solution = self._solve(sides, cone, TOLERANCE)
            if not solution.usable:
                return None
            sold = lots_sold(cone.columns, self._case.problem, solution.sold)
            objective = objective_of(self._case, sold, solution.bought, solution.paid)
            bound = self._bound(solution.prices, sides)
            if last or objective - bound.value <= OFF_MARGIN * max(abs(objective), 1e-4):
                break
            cone = self._cone_near(bound)
        bought, paid = solution.bought, solution.paid
        return Incumbent(objective, sold, bought, sides, solution.prices, paid)

    def _try(self, sides: IntArray) -> bool:
        """Solve with these sides; keep the plan if it is better."""
        key = sides.tobytes()
        if key in self._leaves or self._out_of_time():
            return False
        plan = self.leaf(sides)
        if plan is None:
            return False
        self._work += len(self._case.problem.symbols)
        self._leaves[key] = self._bound(plan.prices, sides).value
        if self._best and plan.objective >= self._best.objective:
            return False
        self._best = plan
        return True

    # --- first plans ---

    def _first_plans(self, root: NodeSolution, bound: Bound) -> None:
        if bound.value >= self._effort.enough:
            return
        for threshold in THRESHOLDS:
            self._try(self._rounded(root.selling, threshold))
            if self._content(bound.value):
                return
        self._flip(bound.value)

    def _flip(self, proven: float) -> None:
        """Flip single sets while one flip helps.

        At the plan's own prices a flip can gain at most the lead of the other side, so few are worth a try.
        """
        tries = MOST_FLIPS
        while self._best is not None and tries:
            best = self._best
            lead = self._bound(best.prices, best.sides).lead
            gain = np.where(best.sides == Side.SELL, -lead, lead)
            gain[best.sides == Side.OPEN] = 0.0
            for number in [int(i) for i in np.argsort(-gain) if gain[i] > 0]:
                if not tries or self._content(proven):
                    return
                sides = best.sides.copy()
                sides[number] = Side.BUY if sides[number] == Side.SELL else Side.SELL
                tries -= 1
                if self._try(sides):
                    break
            else:
                return

    def _rounded(self, selling: FloatArray, threshold: float) -> IntArray:
        sides = np.where(selling >= threshold, int(Side.SELL), int(Side.BUY))
        return np.where(np.isnan(selling), int(Side.OPEN), sides).astype(np.intp)

    def _stake(self) -> FloatArray:
        """Return [set] what its losses are worth."""
        p = self._case.problem
        worth = np.where(p.is_loss, np.maximum(-self._case.cost, 0.0) * p.lot_weight, 0.0)
        return np.asarray(np.bincount(p.lot_set, worth, minlength=p.sets), dtype=np.float64)

    # --- branching ---

    def _branch(self, heap: list[Node], node: Node) -> None:
        """Split a node on its most doubtful set, and put what is left of it back."""
        sides = self._narrowed(node)
        selling = np.where(sides == Side.OPEN, node.solution.selling, np.nan)
        doubt = self._expected(selling)
        if not (sides == Side.OPEN)[~np.isnan(node.solution.selling)].any():
            self._try(sides)
            proven = self._leaves.get(sides.tobytes(), node.bound)
            self._closed = min(self._closed, max(node.bound, proven))
            return
        number = int(np.nanargmax(doubt))
        for side in (Side.SELL, Side.BUY):
            child = sides.copy()
            child[number] = side
            raised = self._open(heap, child, node) - node.bound
            share = selling[number] if side == Side.BUY else 1.0 - selling[number]
            if np.isfinite(raised) and share > LEAST_SHARE:
                self._raised[side, number] += raised / share
                self._counted[side, number] += 1

    def _expected(self, selling: FloatArray) -> FloatArray:
        """Return [set] by how much branching on it would raise the bound on both sides.

        That is what it did before, by the part of the set that was forced over; at first, what is at stake.
        """
        stake = self._stake() + 1e-12
        raised, counted = self._raised[:2], self._counted[:2]
        known = counted > 0
        with np.errstate(invalid="ignore"):
            rate = raised / counted
            typical = np.nanmean(rate / stake, axis=1) if known.any(axis=1).all() else np.ones(2)
        rate = np.where(known, rate, typical[:, None] * stake)
        buying, selling_side = rate[Side.BUY] * selling, rate[Side.SELL] * (1.0 - selling)
        return np.asarray(np.maximum(buying, 1e-15) * np.maximum(selling_side, 1e-15))

    def _open(self, heap: list[Node], sides: IntArray, parent: Node) -> float:
        """Solve a child, keep it if it is worth splitting, and return its bound."""
        solution, bound = self._relaxed(sides, self._bound(parent.solution.prices, sides))
        self._nodes += 1
        if solution.status is SolveStatus.INFEASIBLE:
            return float("inf")
        value = max(bound.value, parent.bound)
        open_sets = (sides == Side.OPEN) & ~np.isnan(solution.selling)
        if self._nodes % ROUND_EVERY == 0 or not open_sets.any():
            rounded = self._rounded(solution.selling, 0.5)
            self._try(np.where(open_sets, rounded, np.where(np.isnan(solution.selling), 2, sides)))
        if self._beaten(value) or not open_sets.any():
            self._closed = min(self._closed, value)
            return value
        heapq.heappush(heap, Node(value, self._nodes, sides, solution))
        return value

    def _narrowed(self, node: Node) -> IntArray:
        """Fix every side whose other side is proven worse than the best plan."""
        if self._best is None:
            return node.sides
        bound = self._bound(node.solution.prices, node.sides)
        room = self._best.objective - bound.value
        open_sets = (node.sides == Side.OPEN) & ~np.isnan(node.solution.selling)
        sides = np.where(open_sets & (bound.lead > room), int(Side.SELL), node.sides)
        return np.where(open_sets & (-bound.lead > room), int(Side.BUY), sides).astype(np.intp)

    # --- when to stop ---

    def _within(self, value: float, gap: float) -> bool:
        return self._best is not None and near(self._best.objective, value, gap)

    def _beaten(self, value: float) -> bool:
        """True where a part of the search can't hold a plan better by more than the aim."""
        return value >= self._effort.enough or self._within(value, self._effort.aim)

    def _content(self, value: float) -> bool:
        tired = self._work > self._effort.patience
        gap = self._effort.good if tired else self._effort.aim
        enough = value >= self._effort.enough or self._within(value, gap)
        return enough or self._out_of_time()

    def _tell(self, bound: float) -> None:
        """Say how far the search is, once there is a plan."""
        if self._best is not None:
            self._effort.progress(self._nodes, relative_gap(self._best.objective, bound))

    def _out_of_time(self) -> bool:
        return time.perf_counter() > self._until or self._effort.stop()

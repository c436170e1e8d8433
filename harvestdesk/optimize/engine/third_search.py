"""The search where orders count: every set is sold, bought or left alone (methods 1.2, third branch).

Best first like the search over two sides; a node has a child for each of the three. At a plan's prices the
values of the three say what a change of one set can gain at most, so plans are improved by single changes, or by
one order for another where no more are allowed.
"""

import heapq
import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from harvestdesk.optimize.engine.case import NETTING, Case
from harvestdesk.optimize.engine.columns import Columns, whole_columns
from harvestdesk.optimize.engine.conic import NodeSolution, solve_node
from harvestdesk.optimize.engine.dealing import DUST, dealt_out
from harvestdesk.optimize.engine.duals import Prices
from harvestdesk.optimize.engine.problem import (
    LEAST_ORDER,
    EngineProblem,
    FloatArray,
    IntArray,
    total_by,
)
from harvestdesk.optimize.engine.search import (
    LEAST_SHARE,
    ROUND_EVERY,
    THRESHOLDS,
    Effort,
    Found,
    Incumbent,
    Node,
    Search,
    search,
)
from harvestdesk.optimize.engine.third_household import search_household
from harvestdesk.optimize.engine.third_orders import OrderBound, choices_of
from harvestdesk.optimize.problem import Side
from harvestdesk.optimize.solve import SolveStatus

BUY, SELL, NONE = 0, 1, 2
"""Rows of the arrays of three below."""
SIDES = np.array([Side.BUY, Side.SELL, Side.NONE], dtype=np.intp)
MOST_CHANGES = 150
MOST_ROUNDS = 12
LEAST_GAIN = 0.01
"""Of the distance to what is proven: less isn't worth a solve."""
NEARLY = 4.0
"""Times the gap that is good enough: from there single changes may close it."""
LITTLE = 1e-15
FOR_BOUND = 0.1
"""Of the time allowed, the most for a better bound alone."""


def search_orders(case: Case, effort: Effort) -> Found:
    """Return the best plan of a case where orders count, and the bound that certifies it.

    Where they only have a least size, the plan without it is often large enough in all its orders, or close:
    then its bound is proof enough, and the larger relaxation is never written down.
    """
    started = time.perf_counter()
    if not one_each(case.problem):
        return _of_household(case, effort, started)
    seed = _sizes_free(case, effort) if _least_alone(case.problem) else None
    if seed is not None and (seed.best is None or seed.best.objective >= effort.enough):
        return seed
    columns = whole_columns(case.problem, case.cost)
    orders = _ThirdSearch(case, columns, effort, started)
    if seed is not None and orders.near(seed):
        return orders.from_seed(seed)
    return orders.whole(seed)


def _of_household(case: Case, effort: Effort, started: float) -> Found:
    """Return the best plan where a set is several orders.

    Where their number is limited, or they cost something, sets that count as one order each may do better: who
    buys what is decided after the search, and orders too many are left out then.
    """
    seed = _sizes_free(case, effort)
    found = search_household(case, effort, seed)
    of_cell = any(row.kind == NETTING for row in case.rows)
    if found.best is None and seed.best is not None and not of_cell:
        # Orders are left out until the rules hold, when the plan is known.
        found = replace(found, status=seed.status, best=seed.best)
    if _least_alone(case.problem) or found.proven(effort.good) or effort.stop():
        return found
    if found.best is not None:  # only what is proven may still be better
        late = time.perf_counter() - started + FOR_BOUND * effort.seconds
        effort = replace(effort, seconds=min(effort.seconds, late))
    sets = _ThirdSearch(case, whole_columns(case.problem, case.cost), effort, started).whole(None)
    bound = max(found.bound, sets.bound)
    if found.best is not None:
        return replace(found, bound=bound)
    if of_cell and sets.best is not None and _too_many(case, sets.best):
        sets = replace(sets, best=None)
    return replace(sets, bound=bound)


def _too_many(case: Case, plan: Incumbent) -> bool:
    """Return True where a plan's orders are more than allowed once its purchases are dealt out."""
    p = case.problem
    if p.limits.max_trades is None:
        return False
    bought = np.where(plan.bought < DUST, 0.0, plan.bought)
    dealt = dealt_out(p, plan.sold, bought, plan.paid)
    sales = np.unique((p.lot_account * len(p.symbols) + p.lot_security)[plan.sold > DUST])
    return len(sales) + int((dealt > DUST).sum()) > p.limits.max_trades


def plan_near(case: Case, seed: Found, effort: Effort) -> Incumbent | None:
    """Return a plan where orders count, made of one whose orders may have any size."""
    if not one_each(case.problem):
        return search_household(case, effort, seed, branching=False).best
    columns = whole_columns(case.problem, case.cost)
    orders = _ThirdSearch(case, columns, effort, time.perf_counter())
    orders.near(seed)
    return orders.best


def orders_bound(case: Case, prices: Prices) -> float:
    """Return what prices prove where a set is several orders; nothing where it isn't."""
    problem = case.problem
    if not problem.counts_orders or one_each(problem):
        return float("-inf")
    bound = OrderBound(case, choices_of(problem))
    return bound.value(bound.at(prices))


def one_each(problem: EngineProblem) -> bool:
    """Return True where a set traded is one order."""
    return not problem.swaps and problem.sets == len(problem.symbols)


def _least_alone(problem: EngineProblem) -> bool:
    return problem.ticket_price == 0 and problem.limits.max_trades is None


def _sizes_free(case: Case, effort: Effort) -> Found:
    """Return what the search finds where orders may have any size and any number, and cost nothing."""
    problem = case.problem
    limits = replace(problem.limits, min_trade=0.0, ticket_cost=0.0, max_trades=None)
    free = replace(problem, limits=limits)
    return search(replace(case, problem=free), effort)


class _ThirdSearch(Search):
    """The search over three sides."""

    def __init__(self, case: Case, columns: Columns, effort: Effort, started: float) -> None:
        super().__init__(case, columns, None, effort, started)
        self._started = started

    @property
    def best(self) -> Incumbent | None:
        """The best plan so far."""
        return self._best

    def near(self, seed: Found, *, quick: bool = False) -> bool:
        """Make a plan of one whose orders have any size; return True where its bound is proof enough.

        Where it is to be quick, plans that need a cone program are passed over.
        """
        self._quick = quick
        if seed.best is None:
            return False
        self._prices = seed.best.prices
        self._try(self.sides_of(seed.best))
        self._settle()
        if self._within(seed.bound, NEARLY * self._effort.good):
            self._change(seed.bound)
        return self._content(seed.bound)

    def from_seed(self, seed: Found) -> Found:
        """Return the plan with the bound of the one it was made of."""
        seconds = dict(seed.seconds)
        seconds["polish"] += time.perf_counter() - self._started - sum(seconds.values())
        bound = seed.bound if self._best is None else min(seed.bound, self._best.objective)
        return Found(seed.status, bound, self._best, seed.root, seed.nodes, seconds)

    def whole(self, seed: Found | None) -> Found:
        """Return the best plan of the whole search; a seed's plan is known, its bound holds."""
        before = time.perf_counter()
        cone = self._cone
        built = time.perf_counter()
        sides = np.full(self._case.problem.sets, int(Side.OPEN), dtype=np.intp)
        root = solve_node(cone, sides, self._effort.stop, solver=self._effort.solver)
        relaxed = time.perf_counter()
        found = Found(root.status, -np.inf, None, root)
        if root.usable:
            found = self._searched(sides, root, -np.inf if seed is None else seed.bound)
        if seed is not None:
            found.nodes += seed.nodes
        found.seconds = {
            "build": built - before,
            "relaxation": relaxed - built,
            "polish": time.perf_counter() - relaxed + before - self._started,
        }
        return found

    def _searched(self, sides: IntArray, root: NodeSolution, floor: float) -> Found:
        """Branch until the gap is closed; nothing is below the floor."""
        bound = self._bound(root.prices, sides)
        proven = max(bound.value, floor)
        self._prices = root.prices
        self._plans(root, proven)
        if not self._content(proven):
            self._use_runs(bound)
        heap = [Node(proven, 0, sides, root)]
        while heap and not self._content(min(heap[0].bound, self._closed)):
            self._tell(min(heap[0].bound, self._closed))
            self._branch(heap, heapq.heappop(heap))
        proven = min([self._closed, *(node.bound for node in heap[:1])])
        if self._best is not None:
            proven = min(proven, self._best.objective)
        return Found(root.status, proven, self._best, root, self._nodes)

    def sides_of(self, plan: Incumbent) -> IntArray:
        """Return the sides of a plan's trades; orders too small are made larger where they can be."""
        p = self._case.problem
        sold = total_by(p.lot_set, plan.sold, p.sets) > LEAST_ORDER
        bought = total_by(p.set_of, plan.bought.sum(axis=0), p.sets) > LEAST_ORDER
        sides = np.where(bought, int(Side.BUY), np.where(sold, int(Side.SELL), int(Side.NONE)))
        for side in (Side.BUY, Side.SELL):
            sides[(sides == side) & ~p.can_order[side]] = Side.NONE
        return np.where(p.two_sided, sides, int(Side.OPEN)).astype(np.intp)

    # --- first plans ---

    def _plans(self, root: NodeSolution, proven: float) -> None:
        """Look for plans: by rounding, then at their prices, then by single changes."""
        if proven >= self._effort.enough:
            return
        sides = np.full(self._case.problem.sets, int(Side.OPEN), dtype=np.intp)
        for threshold in THRESHOLDS:
            self._try(self._rounding(root, sides, threshold))
            if self._content(proven):
                return
        self._settle()
        self._change(proven)

    def _rounding(self, solution: NodeSolution, sides: IntArray, threshold: float) -> IntArray:
        """Return sides: of open sets, a trade where so much of one is in the relaxation."""
        p, z = self._case.problem, self._shares(solution)
        traded = np.nan_to_num(z[BUY] + z[SELL])
        wanted = np.where(z[SELL] >= z[BUY], int(Side.SELL), int(Side.BUY))
        wanted = np.where(traded >= threshold, wanted, int(Side.NONE))
        open_sets = p.two_sided & (sides == Side.OPEN)
        return self._within_count(np.where(open_sets, wanted, sides), open_sets, traded)

    def _within_count(self, sides: IntArray, free: np.ndarray, worth: FloatArray) -> IntArray:
        """Return sides with no more trades than allowed: the free ones worth least are left."""
        most = self._case.problem.limits.max_trades
        sides = sides.astype(np.intp)
        over = 0 if most is None else _count(sides) - most
        if over > 0:
            mine = np.flatnonzero(free & ((sides == Side.SELL) | (sides == Side.BUY)))
            sides[mine[np.argsort(worth[mine], kind="stable")[:over]]] = Side.NONE
        return sides

    def _shares(self, solution: NodeSolution) -> FloatArray:
        """Return [three, set] how much of each set is on each side."""
        rest = np.maximum(1.0 - solution.buying - solution.selling, 0.0)
        return np.array([solution.buying, solution.selling, rest])

    def _values(self, prices: Prices) -> FloatArray:
        """Return [three, set] values at prices, orders being free but for their cost."""
        open_sides = np.full(self._case.problem.sets, int(Side.OPEN), dtype=np.intp)
        bound = self._bound(replace(prices, orders=0.0), open_sides)
        return np.array([bound.buying, bound.selling, bound.nothing])

    def _settle(self) -> None:
        """Take every set to its best side at the prices of the best plan, while that helps."""
        two = self._case.problem.two_sided
        for _ in range(MOST_ROUNDS):
            if self._best is None or self._out_of_time():
                return
            values = self._values(self._best.prices)
            best = SIDES[np.argmin(values, axis=0)]
            worth = values[NONE] - values[:NONE].min(axis=0)
            wanted = np.where(two, best, int(Side.OPEN))
            if not self._try(self._within_count(wanted, two, worth)):
                return

    def _change(self, proven: float) -> None:
        """Change single sets, or one order for another, while that helps."""
        tries = MOST_CHANGES
        while self._best is not None and tries:
            for sides in self._changes(proven):
                if not tries or self._content(proven) or self._within(proven, self._effort.good):
                    return
                tries -= 1
                if self._try(sides):
                    break
            else:
                return

    def _changes(self, proven: float) -> Iterator[IntArray]:
        """Yield sides that could be better than the best plan's, the most promising first."""
        best, most = self._best, self._case.problem.limits.max_trades
        if best is None:
            return
        values, two = self._values(best.prices), self._case.problem.two_sided
        row = np.select([best.sides == Side.BUY, best.sides == Side.SELL], [BUY, SELL], NONE)
        now = values[row, np.arange(len(row))]
        other = two & (SIDES[:, None] != best.sides) & np.isfinite(values)
        gain = np.full(values.shape, -np.inf)
        np.subtract(now, values, out=gain, where=other)
        adds = two & (row == NONE)
        dropped = None
        if most is not None and 0 < most <= _count(best.sides):
            # One more order takes the place of the one that is worth least.
            traded = np.flatnonzero(two & (row != NONE))
            cost = values[NONE, traded] - now[traded]
            dropped = int(traded[np.argmin(cost)])
            gain[:NONE, adds] -= cost.min()
        least = LEAST_GAIN * (best.objective - proven)
        for place in np.argsort(-gain, axis=None, kind="stable"):
            side, number = np.unravel_index(int(place), gain.shape)
            if not gain[side, number] > least:
                return
            sides = best.sides.copy()
            sides[number] = SIDES[side]
            if dropped is not None and adds[number]:
                sides[dropped] = Side.NONE
            yield sides

    # --- branching ---

    def _branch(self, heap: list[Node], node: Node) -> None:
        """Split a node on its most doubtful set, a child for each side it can have."""
        p = self._case.problem
        sides = self._narrowed(node)
        open_sets = p.two_sided & (sides == Side.OPEN)
        if not open_sets.any():
            self._try(sides)
            proven = self._leaves.get(sides.tobytes(), node.bound)
            self._closed = min(self._closed, max(node.bound, proven))
            return
        z = self._shares(node.solution)
        number = int(np.argmax(np.where(open_sets, self._doubt(node.solution, z), -1.0)))
        for row, side in enumerate(SIDES):
            child = sides.copy()
            child[number] = side
            if p.limits.max_trades is not None and _count(child) > p.limits.max_trades:
                continue
            raised = self._open(heap, child, node) - node.bound
            share = 1.0 - z[row, number]
            if np.isfinite(raised) and share > LEAST_SHARE:
                self._raised[row, number] += raised / share
                self._counted[row, number] += 1

    def _doubt(self, solution: NodeSolution, z: FloatArray) -> FloatArray:
        """Return [set] by how much branching on it would raise the bound, in its two likeliest sides.

        That is what it did before, by the part that was forced over; at first, the own risk by which the
        mixture of its sides differs from their mean.
        """
        stake = self._mixture(solution, z) + LITTLE
        known = self._counted > 0
        rate = np.zeros_like(self._raised)
        np.divide(self._raised, self._counted, out=rate, where=known)
        for row in range(len(rate)):
            typical = np.mean((rate[row] / stake)[known[row]]) if known[row].any() else 1.0
            rate[row] = np.where(known[row], rate[row], typical * stake)
        expected = np.sort(np.maximum(rate * (1.0 - np.nan_to_num(z)), LITTLE), axis=0)
        return np.asarray(expected[0] * expected[1])

    def _mixture(self, solution: NodeSolution, z: FloatArray) -> FloatArray:
        """Return [set] own risk of each side's exposure, less that of their mean, as an objective."""
        p = self._case.problem
        moved = np.array([solution.bought.sum(axis=0), -solution.gone])
        share = z[:NONE, p.set_of]
        apart = (moved**2 / np.maximum(share, 1e-6)).sum(axis=0) - moved.sum(axis=0) ** 2
        risk = max(solution.prices.risk, p.risk_price)
        return total_by(p.set_of, risk * p.specific * np.maximum(apart, 0.0), p.sets)

    def _open(self, heap: list[Node], sides: IntArray, parent: Node) -> float:
        """Solve a child unless its parent's prices close it, and return its bound."""
        inherited = self._bound(parent.solution.prices, sides)
        value = max(inherited.value, parent.bound)
        if self._beaten(value):
            self._closed = min(self._closed, value)
            return value
        solution, bound = self._relaxed(sides, inherited)
        self._nodes += 1
        if solution.status is SolveStatus.INFEASIBLE:
            return float("inf")
        value = max(bound.value, parent.bound)
        open_sets = self._case.problem.two_sided & (sides == Side.OPEN)
        if self._nodes % ROUND_EVERY == 0 or not open_sets.any():
            self._try(self._rounding(solution, sides, 0.5))
        if self._beaten(value) or not open_sets.any():
            self._closed = min(self._closed, value)
            return value
        heapq.heappush(heap, Node(value, self._nodes, sides, solution))
        return value

    def _narrowed(self, node: Node) -> IntArray:
        """Fix every set whose two other sides are proven worse than the best plan."""
        if self._best is None:
            return node.sides
        bound = self._bound(node.solution.prices, node.sides)
        room = self._best.objective - bound.value
        values = np.array([bound.buying, bound.selling, bound.nothing])
        low = np.sort(values, axis=0)
        alone = self._case.problem.two_sided & (low[1] - low[0] > room)
        best = SIDES[np.argmin(values, axis=0)]
        fixed = alone & (node.sides == Side.OPEN)
        return np.where(fixed, best, node.sides).astype(np.intp)


def _count(sides: IntArray) -> int:
    """Return how many sets are traded."""
    return int(((sides == Side.SELL) | (sides == Side.BUY)).sum())

"""Choose a side for every identical set: round the relaxation, then try flips (methods 1.2).

The bound is that of the relaxation and stays true whatever is chosen here. Branching on the sets that are
left, where the gap stays wide, fits behind `choose_sides`: it needs a problem, its bound and a first plan.
"""

import time
from dataclasses import dataclass, replace

import numpy as np

from harvestdesk.optimize.formulations.harvest import Solution, maximise
from harvestdesk.optimize.problem import FloatArray, HarvestProblem, IntArray, Side
from harvestdesk.optimize.solve import SolveLimits

TARGET_GAP = 1e-3
SEARCH_SECONDS = 0.6
"""Time for flips once a first plan is there: the person waits."""
THRESHOLDS = (0.5, 0.25, 0.75)
MOST_FLIPS = 40
TRADED = 1e-7
"""Weights below this are the solver's dust."""


@dataclass(frozen=True)
class Chosen:
    """A plan with every side fixed, and the bound it is measured against.

    Attributes:
        sides: [set] Side; OPEN where a set has one side only.
        solution: of the problem with these sides and all proceeds spent, in the index of the whole problem.
        relaxed: what gives the bound.
        solves: convex problems solved, the relaxation included.
    """

    sides: IntArray
    solution: Solution
    relaxed: Solution
    solves: int

    @property
    def gap(self) -> float:
        """Relative distance to the bound."""
        bound = self.relaxed.bound
        return max(0.0, bound - self.solution.objective) / max(abs(bound), 1e-9)


def choose_sides(problem: HarvestProblem, limits: SolveLimits) -> Chosen:
    """Solve the relaxation, fix sides and improve them while the gap is wide and time is left.

    Plans are looked for among those that spend all proceeds; the bound also holds for those that whole
    shares make of them.
    """
    bounding = maximise(problem, limits)
    sides = np.full(problem.sets, int(Side.OPEN), dtype=np.intp)
    if not bounding.usable:
        return Chosen(sides, bounding, bounding, 1)
    problem = problem.all_spent()
    relaxed = maximise(problem, limits)
    if not relaxed.usable or np.isnan(relaxed.selling).all():
        return Chosen(sides, relaxed, bounding, 2)
    search = _Search(problem, relaxed, limits)
    for threshold in THRESHOLDS:
        search.try_sides(_rounded(relaxed.selling, threshold))
        if search.done:
            break
    search.free_idle_sets()
    search.flip()
    return replace(search.result(), relaxed=bounding)


def _rounded(selling: FloatArray, threshold: float) -> IntArray:
    sides = np.where(selling >= threshold, int(Side.SELL), int(Side.BUY))
    return np.where(np.isnan(selling), int(Side.OPEN), sides).astype(np.intp)


def solve_sides(problem: HarvestProblem, sides: IntArray, limits: SolveLimits) -> Solution:
    """Solve with fixed sides and return the solution in the index of the whole problem."""
    lots = sides[problem.lot_set] != Side.BUY
    buys = sides[problem.buy_set] != Side.SELL
    part = maximise(problem.keeping(lots, buys), limits)
    sold, bought = np.zeros(len(lots)), np.zeros(len(buys))
    sold[lots], bought[buys] = part.sold, part.bought
    return replace(part, sold=sold, bought=bought)


class _Search:
    """The best sides so far and the clock."""

    def __init__(self, problem: HarvestProblem, relaxed: Solution, limits: SolveLimits) -> None:
        self._problem = problem
        self._relaxed = relaxed
        self._limits = limits
        self._sides: IntArray | None = None
        self._best: Solution | None = None
        self._solves = 2
        self._until = time.perf_counter() + SEARCH_SECONDS
        self._slowest = 0.0

    @property
    def done(self) -> bool:
        """True when the gap is small enough, or one more solve would be over the time."""
        if self._best is None:
            return False
        bound = self._relaxed.bound
        if bound - self._best.objective <= TARGET_GAP * max(abs(bound), 1e-9):
            return True
        return time.perf_counter() + self._slowest > self._until

    def try_sides(self, sides: IntArray) -> bool:
        """Solve with these sides; keep them if they are better."""
        started = time.perf_counter()
        solution = solve_sides(self._problem, sides, self._limits)
        self._slowest = max(self._slowest, time.perf_counter() - started)
        self._solves += 1
        if not solution.usable:
            return False
        if self._best is not None and solution.objective <= self._best.objective * (1 + 1e-7):
            return False
        self._sides, self._best = sides, solution
        return True

    def free_idle_sets(self) -> None:
        """Let sets that buy nothing sell, and sets that sell nothing buy: it can only help."""
        while not self.done and self._sides is not None and self._best is not None:
            sides = self._sides.copy()
            sold, bought = self._traded()
            sides[(sides == Side.BUY) & (bought <= TRADED)] = Side.SELL
            sides[(self._sides == Side.SELL) & (sold <= TRADED)] = Side.BUY
            if (sides == self._sides).all() or not self.try_sides(sides):
                return

    def flip(self) -> None:
        """Flip one undecided set at a time, the one with most at stake first."""
        if self._sides is None:
            return
        p = self._problem
        stake = np.bincount(p.lot_set, p.lot_limit * p.lot_value, minlength=p.sets)
        selling = np.nan_to_num(self._relaxed.selling)
        doubt = np.minimum(selling, 1.0 - selling) * stake
        order = [int(i) for i in np.argsort(-doubt) if doubt[i] > 0][:MOST_FLIPS]
        for number in order:
            if self.done:
                return
            sides = self._sides.copy()
            sides[number] = Side.BUY if sides[number] == Side.SELL else Side.SELL
            self.try_sides(sides)

    def result(self) -> Chosen:
        """Return the best sides found."""
        if self._best is None or self._sides is None:
            failed = solve_sides(self._problem, _rounded(self._relaxed.selling, 0.5), self._limits)
            return Chosen(_rounded(self._relaxed.selling, 0.5), failed, self._relaxed, self._solves)
        return Chosen(self._sides, self._best, self._relaxed, self._solves)

    def _traded(self) -> tuple[FloatArray, FloatArray]:
        p, best = self._problem, self._best
        if best is None:
            return np.zeros(p.sets), np.zeros(p.sets)
        return (
            np.asarray(np.bincount(p.lot_set, best.sold, minlength=p.sets), dtype=np.float64),
            np.asarray(np.bincount(p.buy_set, best.bought, minlength=p.sets), dtype=np.float64),
        )

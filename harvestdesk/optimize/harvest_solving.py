"""The maximiser solved by the engine: sides by branch and bound, plans with fixed sides, and purchases' mixes.

The bound is that of the problem in which proceeds may stay in cash as far as whole shares leave them there, so
it holds for plans in shares; plans are looked for among those that spend everything.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from harvestdesk.optimize.engine.case import Case, linear_case
from harvestdesk.optimize.engine.columns import whole_columns
from harvestdesk.optimize.engine.dealing import dealt_out
from harvestdesk.optimize.engine.duals import Prices
from harvestdesk.optimize.engine.newton import fixed_plan
from harvestdesk.optimize.engine.search import Effort, Found, Incumbent, near, polish, search
from harvestdesk.optimize.harvest_model import UNIT, harvest_model, mix_model, risk_scale
from harvestdesk.optimize.problem import FloatArray, HarvestProblem, IntArray, Side
from harvestdesk.optimize.solve import SolveLimits, SolveStatus
from harvestdesk.optimize.solvers import CLARABEL

AIM = 1e-4
GOOD = 4.7e-4
"""Relative gaps the search ends at: at once, and after some work."""
TOO_FAR = 1e-3
"""Relative gap from which plans that spend everything are searched for sides of their own."""
PATIENCE = 15_000
"""Columns of relaxations solved before a good plan is good enough: the person waits."""
ENOUGH_OF_IT = 0.5
"""Part of the time the search may take; the rest is for shares."""


@dataclass(frozen=True)
class Solution:
    """A plan with fixed sides that spends all proceeds, in fractions of the household's value.

    Attributes:
        sold: [lot]; bought: [security].
        per_limit: objective gained per unit of tracking error more.
    """

    objective: float
    sold: FloatArray
    bought: FloatArray
    per_limit: float


@dataclass(frozen=True)
class Chosen:
    """Sides, the plan they lead to, and the bound it is measured against.

    Attributes:
        status: optimal where every answer was certain, or the plan is proven near the best all the same.
        sides: [set] Side; OPEN where a set has one side only.
        solution: of the problem with these sides; None: no solver found one.
        bound: no plan is above it.
        tried: (solver, status) of every solver asked, in order.
        nodes: of the search.
    """

    status: SolveStatus
    sides: IntArray
    solution: Solution | None
    bound: float
    tried: tuple[tuple[str, str], ...]
    nodes: int

    @property
    def solver(self) -> str:
        """The solver that gave the answer."""
        return self.tried[-1][0]


Progress = Callable[[int, float], None]
"""Called with the nodes of the search so far and its relative gap."""


def choose_sides(
    problem: HarvestProblem, limits: SolveLimits, progress: Progress | None = None
) -> Chosen:
    """Search for the best sides, and for the best plan with them that spends everything.

    Raises:
        CancelledError: from the limits' check.
    """
    if not len(problem.lot_limit) or (problem.replace and not len(problem.buy_cost)):
        return _nothing(problem)
    tried: list[tuple[str, str]] = []
    found = Found(SolveStatus.FAILED, -np.inf, None, None)
    for solver in limits.solvers:
        effort = _effort(limits, solver)
        if progress is not None:
            effort = replace(effort, progress=progress)
        found = search(linear_case(harvest_model(problem)), effort)
        limits.check()
        tried.append((solver, found.status.value))
        if found.best is not None or limits.should_stop():
            break
    if found.best is None:
        sides = np.full(problem.sets, int(Side.OPEN), dtype=np.intp)
        return Chosen(found.status, sides, None, np.inf, tuple(tried), found.nodes)
    return _spending_all(problem, found, found.best.sides, limits, tuple(tried))


def _effort(limits: SolveLimits, solver: str = CLARABEL) -> Effort:
    seconds = ENOUGH_OF_IT * limits.seconds_left()
    return Effort(AIM, GOOD, PATIENCE, seconds, stop=limits.should_stop, solver=solver)


def _nothing(problem: HarvestProblem) -> Chosen:
    """Return the only plan there is where nothing can be sold, or nothing bought for it."""
    sides = np.full(problem.sets, int(Side.OPEN), dtype=np.intp)
    nothing = Solution(0.0, np.zeros(len(problem.lot_limit)), np.zeros(len(problem.active)), 0.0)
    status = SolveStatus.OPTIMAL
    return Chosen(status, sides, nothing, 0.0, (("none", status.value),), 0)


def _spending_all(
    problem: HarvestProblem,
    found: Found,
    sides: IntArray,
    limits: SolveLimits,
    tried: tuple[tuple[str, str], ...],
) -> Chosen:
    """Return the plan that spends all proceeds, of the sides found or, where those don't fit it, of its own."""
    spent, nodes = problem.all_spent(), found.nodes
    solution = solve_sides(spent, sides, limits)
    if not _within(solution, found, TOO_FAR):
        own = search(linear_case(harvest_model(spent)), _effort(limits, tried[-1][0]))
        nodes += own.nodes
        better = None if own.best is None else solve_sides(spent, own.best.sides, limits)
        if own.best is not None and better is not None and _improves(better, solution):
            sides, solution = own.best.sides, better
    limits.check()
    status = SolveStatus.OPTIMAL if _within(solution, found, GOOD) else found.status
    return Chosen(status, sides, solution, max(-found.bound, 0.0), tried, nodes)


def _within(solution: Solution | None, found: Found, gap: float) -> bool:
    """Return True for a plan within a relative gap of what is proven."""
    return solution is not None and near(-solution.objective, found.bound, gap)


def _improves(better: Solution, than: Solution | None) -> bool:
    return than is None or better.objective > than.objective


def solve_sides(problem: HarvestProblem, sides: IntArray, limits: SolveLimits) -> Solution | None:
    """Return the best plan with fixed sides, in the index of the whole problem, or None if there is none."""
    lots = sides[problem.lot_set] != Side.BUY
    buys = sides[problem.buy_set] != Side.SELL
    part = problem.keeping(lots, buys)
    found = _polished(linear_case(harvest_model(part)), limits)
    if found is None:
        return None
    sold = np.zeros(len(lots))
    sold[lots] = found.sold
    price = 2.0 * UNIT * risk_scale(part) * max(found.prices.risk, 0.0)
    return Solution(-found.objective, sold, found.bought.sum(axis=0), price)


def nearest_mix(problem: HarvestProblem, sold: FloatArray, limits: SolveLimits) -> FloatArray:
    """Return [purchase] weights that spend each account's proceeds at the least tracking error.

    Accounts without a purchase to make keep their proceeds in cash; those that may buy the same share it out
    in as few orders as can be.
    """
    bought = np.zeros(len(problem.buy_cost))
    proceeds = np.bincount(problem.lot_account, sold, minlength=problem.accounts)
    buys = np.flatnonzero(proceeds[problem.buy_account] > 0)
    if not len(buys) or not problem.replace:
        return bought
    part = problem.keeping(
        np.ones(len(sold), dtype=np.bool_), np.isin(np.arange(len(bought)), buys)
    )
    spent = np.where(np.isin(np.arange(problem.accounts), part.buy_account), proceeds, 0.0)
    case = linear_case(mix_model(part, sold, spent))
    amounts = _mix(case, limits)
    if amounts is not None:
        nobody = np.zeros(problem.accounts)
        dealt = dealt_out(case.problem, np.zeros(0), amounts, nobody)
        bought[buys] = dealt[part.buy_account, part.buy_security]
    return bought


def _mix(case: Case, limits: SolveLimits) -> FloatArray | None:
    """Return [purse, security] weights of a mix: by Newton's method where it applies."""
    p = case.problem
    sides = np.full(p.sets, int(Side.OPEN), dtype=np.intp)
    start = Prices(np.zeros(len(case.rows)), np.zeros(p.loadings.shape[1]))
    quick = fixed_plan(case, whole_columns(p, case.cost), sides, start)
    if quick is not None:
        return quick.bought
    found = _polished(case, limits)
    return None if found is None else found.bought


def _polished(case: Case, limits: SolveLimits) -> Incumbent | None:
    """Return the plan of a case without any side to choose; SCS is asked where Clarabel has none."""
    sides = np.full(case.problem.sets, int(Side.OPEN), dtype=np.intp)
    for solver in limits.solvers:
        found = polish(case, sides, _effort(limits, solver))
        limits.check()
        if found is not None:
            return found
    return None

"""Run a convex problem: Clarabel first, SCS as the announced second, every status in one table."""

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

import cvxpy as cp

from harvestdesk.domain.errors import CancelledError
from harvestdesk.optimize.solvers import CLARABEL, SCS, CancellableClarabel, solver_version


class SolveStatus(StrEnum):
    """What a solver said, in our words; only `optimal` plans can be exported."""

    OPTIMAL = "optimal"
    INACCURATE = "inaccurate"
    INFEASIBLE = "infeasible"
    UNBOUNDED = "unbounded"
    LIMIT = "user_limit"
    FAILED = "failed"


STATUSES = {
    cp.OPTIMAL: SolveStatus.OPTIMAL,
    cp.OPTIMAL_INACCURATE: SolveStatus.INACCURATE,
    cp.INFEASIBLE: SolveStatus.INFEASIBLE,
    cp.INFEASIBLE_INACCURATE: SolveStatus.FAILED,
    cp.UNBOUNDED: SolveStatus.UNBOUNDED,
    cp.UNBOUNDED_INACCURATE: SolveStatus.FAILED,
    cp.settings.INFEASIBLE_OR_UNBOUNDED: SolveStatus.FAILED,
    cp.USER_LIMIT: SolveStatus.LIMIT,
    cp.SOLVER_ERROR: SolveStatus.FAILED,
}
"""cvxpy's words to ours. SCS cut off by time calls itself inaccurate, so inaccurate is never optimal."""

_DEFINITE = {SolveStatus.OPTIMAL, SolveStatus.INFEASIBLE, SolveStatus.UNBOUNDED}
_CLARABEL_OPTIONS = {"tol_gap_abs": 1e-7, "tol_gap_rel": 1e-7, "tol_feas": 1e-7}
"""A tenth of Clarabel's usual zeal: its last digits stall where tracking error has hardly any room, and
whole shares are a thousand times coarser. The bound is its dual objective, so it stays a bound."""
_SCS_OPTIONS = {"eps_abs": 1e-7, "eps_rel": 1e-7, "max_iters": 200_000}
MAX_CONSTRAINTS = 50
"""Constraint objects a problem may have: more means that somebody looped in Python."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of one solve.

    Attributes:
        value: primal objective as cvxpy states it.
        dual_value: the solver's dual objective in the same sense: a bound; NaN if it gave none.
        tried: (solver, status) of every attempt, in order.
    """

    status: SolveStatus
    solver: str
    version: str
    value: float
    dual_value: float
    seconds: float
    tried: tuple[tuple[str, str], ...] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class SolveLimits:
    """How a problem is solved: the solvers in order, and the clock.

    Attributes:
        deadline: time.perf_counter() value no solver is asked to run past.
    """

    deadline: float
    solvers: tuple[str, ...] = (CLARABEL, SCS)
    check: Callable[[], None] = lambda: None

    def asked_to_stop(self) -> bool:
        """Return True once the check raises; for callbacks that cannot raise."""
        try:
            self.check()
        except CancelledError:
            return True
        return False

    def seconds_left(self) -> float:
        """Return the seconds until the deadline, at least a tenth."""
        return max(0.1, self.deadline - time.perf_counter())


def run(problem: cp.Problem, limits: SolveLimits) -> Outcome:
    """Solve `problem`; the second solver is asked only when the first gives no definite answer.

    Raises:
        CancelledError: from the limits' check, before each attempt.
    """
    if len(problem.constraints) > MAX_CONSTRAINTS:
        raise AssertionError(f"{len(problem.constraints)} constraint objects: vectorise them")
    started = time.perf_counter()
    outcomes: list[Outcome] = []
    for solver in limits.solvers:
        limits.check()
        status, dual = _attempt(problem, solver, limits)
        value = float("nan") if problem.value is None else float(problem.value)
        outcomes.append(Outcome(status, solver, solver_version(solver), value, dual, 0.0))
        if status in _DEFINITE:
            break
    tried = tuple((o.solver, o.status.value) for o in outcomes)
    return replace(outcomes[-1], seconds=time.perf_counter() - started, tried=tried)


def _attempt(problem: cp.Problem, solver: str, limits: SolveLimits) -> tuple[SolveStatus, float]:
    """Return the status and the dual objective (NaN where the solver gives none)."""
    adapter: CancellableClarabel | str = solver
    options: dict[str, Any] = {"time_limit_secs": limits.seconds_left(), **_SCS_OPTIONS}
    if solver == CLARABEL:
        adapter = CancellableClarabel(limits.asked_to_stop)
        options = {"time_limit": limits.seconds_left(), **_CLARABEL_OPTIONS}
    try:
        with warnings.catch_warnings():
            # cvxpy warns of an inaccurate solution; the status table says it instead.
            warnings.simplefilter("ignore", UserWarning)
            problem.solve(solver=adapter, **options)
    except cp.SolverError:
        limits.check()
        return SolveStatus.FAILED, float("nan")
    status = STATUSES.get(problem.status, SolveStatus.FAILED)
    if isinstance(adapter, str) or adapter.primal_dual is None or status is not SolveStatus.OPTIMAL:
        return status, float("nan")
    return status, _in_the_problems_sense(problem, *adapter.primal_dual)


def _in_the_problems_sense(problem: cp.Problem, primal: float, dual: float) -> float:
    """Turn the solver's dual objective (of a minimisation) into the problem's, constant included."""
    sign = -1.0 if isinstance(problem.objective, cp.Maximize) else 1.0
    return float(problem.value) + sign * (dual - primal)

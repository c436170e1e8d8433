"""What a solver may end with, and the clock all solves of one plan share."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from harvestdesk.domain.errors import CancelledError
from harvestdesk.optimize.solvers import CLARABEL, SCS


class SolveStatus(StrEnum):
    """What a solver said, in our words; only `optimal` plans can be exported."""

    OPTIMAL = "optimal"
    INACCURATE = "inaccurate"
    INFEASIBLE = "infeasible"
    UNBOUNDED = "unbounded"
    LIMIT = "user_limit"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class SolveLimits:
    """How a problem is solved: the solvers in order, and the clock.

    Attributes:
        deadline: time.perf_counter() value no solver is asked to run past.
    """

    deadline: float
    solvers: tuple[str, ...] = (CLARABEL, SCS)
    check: Callable[[], None] = lambda: None

    def should_stop(self) -> bool:
        """Return True once the check raises or the time is up; for callbacks that cannot raise."""
        try:
            self.check()
        except CancelledError:
            return True
        return time.perf_counter() > self.deadline

    def seconds_left(self) -> float:
        """Return the seconds until the deadline, at least a tenth."""
        return max(0.1, self.deadline - time.perf_counter())

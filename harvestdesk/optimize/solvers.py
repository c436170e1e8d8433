"""Solver adapters: Clarabel made cancellable, with its dual objective kept as a bound; and SCS."""

from collections.abc import Callable
from typing import Any

import scipy.sparse as sp
from cvxpy.reductions.solvers.conic_solvers import clarabel_conif as interface

CLARABEL, SCS = "CLARABEL", "SCS"


class CancellableClarabel(interface.CLARABEL):  # type: ignore[misc] # cvxpy carries no types
    """cvxpy's Clarabel with the termination callback cvxpy never sets.

    Attributes:
        primal_dual: the solver's own primal and dual objective once it has run, else None.
        stopped: the callback asked it to stop; cvxpy then calls that a solver error.
    """

    def __init__(self, should_stop: Callable[[], bool]) -> None:
        super().__init__()
        self._should_stop = should_stop
        self.primal_dual: tuple[float, float] | None = None
        self.stopped = False

    def name(self) -> str:
        """Return a name of our own: cvxpy keeps its own names for its own solvers."""
        return "HARVESTDESK_CLARABEL"

    def solve_via_data(
        self,
        data: Any,
        warm_start: bool,
        verbose: bool,
        solver_opts: Any,
        solver_cache: Any = None,
    ) -> Any:
        """Solve the cone problem cvxpy compiled, looking at the callback once an iteration."""
        import clarabel

        matrix, offset, cost = data["A"], data["b"], data["c"]
        quadratic = data["P"] if "P" in data else sp.csc_array((cost.size, cost.size))
        solver = clarabel.DefaultSolver(
            sp.csc_array(sp.triu(quadratic)),
            cost,
            matrix,
            offset,
            interface.dims_to_solver_cones(data["dims"]),
            self.parse_solver_opts(verbose, solver_opts),
        )
        solver.set_termination_callback(self._stop)
        solution = solver.solve()
        self.primal_dual = (float(solution.obj_val), float(solution.obj_val_dual))
        return solution

    def _stop(self, _info: object) -> bool:
        self.stopped = self.stopped or self._should_stop()
        return self.stopped


def solver_version(solver: str) -> str:
    """Return the installed version of a solver."""
    import clarabel
    import scs

    return str(clarabel.__version__ if solver == CLARABEL else scs.__version__)

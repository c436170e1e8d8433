"""What a plan says of how it was found: effort, status, bound and gap."""

from collections.abc import Callable
from dataclasses import replace

from harvestdesk.domain.errors import CancelledError
from harvestdesk.domain.plan_settings import PlanSettings
from harvestdesk.domain.proposal import SolverRecord
from harvestdesk.optimize.cancel import Cancellation, Report, silent
from harvestdesk.optimize.engine.evaluate import Figures
from harvestdesk.optimize.engine.plan import EnginePlan
from harvestdesk.optimize.engine.search import Effort
from harvestdesk.optimize.household.build import BuiltHousehold
from harvestdesk.optimize.household.solving import is_proven
from harvestdesk.optimize.solve import SolveStatus
from harvestdesk.optimize.stages import Stages, branching

LEAST_OBJECTIVE = 1e-5
"""A gap is measured against the bound, or against a tenth of a basis point of value where that is more."""


def effort_of(settings: PlanSettings, token: Cancellation, report: Report = silent) -> Effort:
    """Return how long the engine may search, and when it has to stop."""
    seconds = settings.time_limit_seconds
    return Effort(seconds=seconds, stop=_stopper(token), progress=branching(report))


def _stopper(token: Cancellation) -> Callable[[], bool]:
    def stop() -> bool:
        try:
            token.raise_if_cancelled()
        except CancelledError:
            return True
        return False

    return stop


def found_by(built: BuiltHousehold, plan: EnginePlan, found: Figures) -> SolverRecord:
    """Return what the engine swears to, of its trades as they are booked (`found`)."""
    bound = min(plan.bound, found.objective)
    status = plan.status if not found.broken else SolveStatus.FAILED
    if status is SolveStatus.LIMIT and is_proven(found.objective, bound):
        status = SolveStatus.OPTIMAL
    return SolverRecord(
        status=status.value,
        solver=plan.solver,
        solver_version=plan.version,
        objective=found.objective * built.value,
        bound=bound * built.value,
        gap=(found.objective - bound) / max(abs(bound), LEAST_OBJECTIVE),
        seconds=dict(plan.seconds),
        duals=dict(plan.duals),
        risk_model=built.model.description,
    )


def certain(built: BuiltHousehold, objective: float, bound: float | None = None) -> SolverRecord:
    """Return the record of a plan that no solver had to look for; both figures are dollars."""
    bound = objective if bound is None else min(bound, objective)
    gap = (objective - bound) / abs(bound) if bound else 0.0
    return SolverRecord(
        SolveStatus.OPTIMAL.value, "", "", objective, bound, gap,
        risk_model=built.model.description,
    )  # fmt: skip


def timed(record: SolverRecord, stages: Stages) -> SolverRecord:
    """Return the record with the seconds of every stage, and of all of them."""
    total = sum(stages.seconds.values())
    return replace(record, seconds={**record.seconds, **stages.seconds, "total": total})

"""Plan for the whole household: check what is asked against it, gather the inputs, run, keep."""

from datetime import date

from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.plan_settings import PlanSettings
from harvestdesk.domain.proposal import Proposal
from harvestdesk.optimize.cancel import Cancellation, Report, silent
from harvestdesk.services import plans
from harvestdesk.services.context import AppContext
from harvestdesk.services.plan_problems import plan_problems
from harvestdesk.services.plans import PlanRequest, keep

__all__ = ["keep", "plan_problems", "prepare", "run"]


def prepare(
    ctx: AppContext, settings: PlanSettings, as_of: date | None = None
) -> PlanRequest[PlanSettings]:
    """Return the inputs of a plan on `as_of` (default: the viewing day).

    Raises:
        BadInputError: what `plan_problems` says, the field among its facts; a household without
            anything to plan with, or a day it has left behind.
    """
    request = plans.gather(ctx, settings, as_of)
    if not request.snapshot.lots and not any(request.snapshot.cash.values()):
        raise BadInputError(
            "The household holds no lots and no cash yet; import a broker's file first.",
            code="plan.empty",
        )
    for field, words in plan_problems(settings, request.snapshot).items():
        raise BadInputError(words, code=f"plan.{field}", field=field)
    return request


def run(
    request: PlanRequest[PlanSettings],
    token: Cancellation | None = None,
    report: Report = silent,
) -> Proposal:
    """Work a plan out here and now; nothing is stored.

    Raises:
        NoPlanError: no feasible plan; a ConflictError names the rules in conflict and what would have
            to give.
        CancelledError: the token was set.
    """
    return plans.run_any(request, token, report)

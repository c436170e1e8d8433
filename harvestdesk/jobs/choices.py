"""What else could be chosen, as work for another process: live figures, the curve, and a plan with one lot otherwise."""

from collections.abc import Callable
from dataclasses import dataclass

from harvestdesk.domain.frontier import Frontier, LiveFigures
from harvestdesk.domain.ids import LotId
from harvestdesk.domain.plan_settings import PlanSettings
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.domain.what_if import WhatIf
from harvestdesk.jobs.cancel import CancelToken
from harvestdesk.jobs.job import Job, Session
from harvestdesk.jobs.progress import Report


@dataclass(frozen=True, slots=True)
class ChoiceInputs:
    """A household and what is asked of it."""

    snapshot: HouseholdSnapshot
    settings: PlanSettings


@dataclass(frozen=True, slots=True)
class LotQuestion:
    """A lot to sell that the plan keeps, or to keep that it sells."""

    lot_id: LotId
    sold: bool


LiveSteps = Session[HouseholdSnapshot, PlanSettings, LiveFigures]
LotSteps = Session[ChoiceInputs, LotQuestion, WhatIf]


def open_live(snapshot: HouseholdSnapshot) -> Callable[[PlanSettings], LiveFigures]:
    """Return what answers changed settings within a slider's step."""
    from harvestdesk.optimize.household.live import LiveHousehold

    return LiveHousehold(snapshot).answer


def live_session(snapshot: HouseholdSnapshot) -> LiveSteps:
    """Return the session behind a slider."""
    return Session(open_live, snapshot)


def open_lots(inputs: ChoiceInputs) -> Callable[[LotQuestion], WhatIf]:
    """Return what answers questions about single lots of a plan."""
    from harvestdesk.optimize.household.other_lot import SolvedHousehold

    solved = SolvedHousehold(inputs.snapshot, inputs.settings)
    return lambda asked: solved.what_if(asked.lot_id, sold=asked.sold)


def lot_session(inputs: ChoiceInputs) -> LotSteps:
    """Return the session behind the questions about lots."""
    return Session(open_lots, inputs)


def run_frontier(inputs: ChoiceInputs, token: CancelToken, report: Report) -> Frontier:
    """Work out the curve of tracking error against tax.

    Raises:
        BadInputError: a kind of plan that isn't weighed against tracking error.
        NoPlanError: no plan keeps every rule.
    """
    from harvestdesk.optimize.household.live import household_frontier

    report("solve", None)
    token.raise_if_cancelled()
    return household_frontier(inputs.snapshot, inputs.settings)


def frontier_job(inputs: ChoiceInputs) -> Job[ChoiceInputs, Frontier]:
    """Return the curve as a job."""
    return Job(run_frontier, inputs)

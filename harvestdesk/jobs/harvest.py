"""The year-end harvest as a job: a snapshot and settings in, a proposal out."""

from dataclasses import dataclass

from harvestdesk.domain.ids import ProposalId
from harvestdesk.domain.proposal import HarvestSettings, Proposal
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.jobs.cancel import CancelToken
from harvestdesk.jobs.job import Job
from harvestdesk.jobs.progress import Report

WARM_MODULES = ("harvestdesk.optimize.harvest", "cvxpy", "clarabel")
"""What a worker imports while it waits; never imported by the window's process."""


@dataclass(frozen=True, slots=True)
class HarvestInputs:
    """Everything the harvest needs; frozen and picklable."""

    snapshot: HouseholdSnapshot
    settings: HarvestSettings
    proposal_id: ProposalId
    created_at: str


def run_harvest(inputs: HarvestInputs, token: CancelToken, report: Report) -> Proposal:
    """Plan a harvest.

    Raises:
        NoPlanError: no feasible plan.
        CancelledError: the token was set.
    """
    from harvestdesk.optimize.harvest import plan_harvest

    return plan_harvest(
        inputs.snapshot,
        inputs.settings,
        proposal_id=inputs.proposal_id,
        created_at=inputs.created_at,
        token=token,
        report=report,
    )


def harvest_job(inputs: HarvestInputs) -> Job[HarvestInputs, Proposal]:
    """Return the harvest as a job."""
    return Job(run_harvest, inputs)

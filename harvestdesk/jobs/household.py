"""A household plan as a job: a snapshot and settings in, a proposal out."""

from typing import TYPE_CHECKING

from harvestdesk.domain.plan_settings import PlanSettings
from harvestdesk.domain.proposal import Proposal
from harvestdesk.jobs.cancel import CancelToken
from harvestdesk.jobs.job import Job
from harvestdesk.jobs.progress import Report

if TYPE_CHECKING:  # the window paints before it reads a file
    from harvestdesk.services.plans import PlanRequest

WARM_MODULES = ("harvestdesk.optimize.household.plan",)
"""What a worker imports while it waits, beside what the harvest needs; never imported by the window's process."""


def run_household(
    inputs: "PlanRequest[PlanSettings]", token: CancelToken, report: Report
) -> Proposal:
    """Plan for the whole household.

    Raises:
        NoPlanError: no feasible plan; a ConflictError names the rules in conflict.
        CancelledError: the token was set.
    """
    from harvestdesk.services.plan_household import run

    return run(inputs, token, report)


def household_job(
    inputs: "PlanRequest[PlanSettings]",
) -> "Job[PlanRequest[PlanSettings], Proposal]":
    """Return the plan as a job."""
    return Job(run_household, inputs)

"""A job as data: a function at the top level of a module and frozen inputs, both picklable."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from harvestdesk.domain.errors import HarvestError
from harvestdesk.jobs.cancel import CancelToken
from harvestdesk.jobs.progress import Report

Inputs = TypeVar("Inputs")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Job(Generic[Inputs, Result]):
    """Work for another process, or for this one (jobs.inline).

    Attributes:
        function: called with the inputs, a token and a report; must be importable by name.
    """

    function: Callable[[Inputs, CancelToken, Report], Result]
    inputs: Inputs


class WorkerLostError(HarvestError):
    """The worker process ended in the middle of a job; nothing was changed."""

    code = "worker.lost"


class JobDefectError(HarvestError):
    """The job failed in a way nobody foresaw; `trace` in the facts is for the log."""

    code = "worker.defect"

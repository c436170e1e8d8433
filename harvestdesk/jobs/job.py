"""Work as data: a function at the top level of a module and frozen inputs, both picklable."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from harvestdesk.domain.errors import HarvestError
from harvestdesk.jobs.cancel import CancelToken
from harvestdesk.jobs.progress import Report

Inputs = TypeVar("Inputs")
Result = TypeVar("Result")
Step = TypeVar("Step")
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Job(Generic[Inputs, Result]):
    """Work for another process, or for this one (jobs.inline).

    Attributes:
        function: called with the inputs, a token and a report; must be importable by name.
    """

    function: Callable[[Inputs, CancelToken, Report], Result]
    inputs: Inputs


@dataclass(frozen=True, slots=True)
class Session(Generic[Inputs, Step, Answer]):
    """Work that stays: what is opened once answers many steps (jobs.session).

    Attributes:
        function: called once with the inputs; returns what answers a step, and keeps it warm meanwhile. Must be
            importable by name; inputs, steps and answers are picklable.
    """

    function: Callable[[Inputs], Callable[[Step], Answer]]
    inputs: Inputs


class WorkerLostError(HarvestError):
    """The worker process ended in the middle of a job; nothing was changed."""

    code = "worker.lost"


class JobDefectError(HarvestError):
    """The job failed in a way nobody foresaw; `trace` in the facts is for the log."""

    code = "worker.defect"

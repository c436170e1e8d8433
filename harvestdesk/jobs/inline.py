"""Runs a job right here: for the command line and for tests."""

from harvestdesk.jobs.cancel import CancelToken
from harvestdesk.jobs.job import Inputs, Job, Result
from harvestdesk.jobs.progress import Report, quiet


def run_inline(
    job: Job[Inputs, Result], token: CancelToken | None = None, report: Report = quiet
) -> Result:
    """Run a job in this thread and return its result; its errors pass through."""
    return job.function(job.inputs, token or CancelToken(), report)

"""Progress is thinned, stages never are; tokens stop work between stages."""

import pytest

from harvestdesk.domain.errors import CancelledError
from harvestdesk.jobs.cancel import CancelToken
from harvestdesk.jobs.progress import Progress, Throttle


def test_throttle__lets_ten_a_second_through():
    now = [0.0]
    seen = []
    report = Throttle(seen.append, per_second=10, clock=lambda: now[0])
    for step in range(1000):
        now[0] = step / 1000
        report("solve", step / 1000)
    assert len(seen) == 10


def test_throttle__a_new_stage_always_passes():
    seen = []
    report = Throttle(seen.append, clock=lambda: 0.0)
    report("build", None)
    report("build", 0.5)
    report("solve", None)
    assert seen == [Progress("build"), Progress("solve")]


def test_token__raises_only_after_cancel():
    token = CancelToken()
    token.raise_if_cancelled()
    token.cancel()
    with pytest.raises(CancelledError):
        token.raise_if_cancelled()

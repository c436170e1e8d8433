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


def test_throttle__other_figures_are_no_new_stage():
    now = [0.0]
    seen = []
    report = Throttle(seen.append, per_second=4, clock=lambda: now[0])
    for nodes in range(1, 12):
        now[0] = nodes / 16
        report(f"branch/{nodes}/0.31", None)
    report("round", None)
    assert [p.stage for p in seen] == ["branch/1/0.31", "branch/5/0.31", "branch/9/0.31", "round"]


def test_token__raises_only_after_cancel():
    token = CancelToken()
    token.raise_if_cancelled()
    token.cancel()
    with pytest.raises(CancelledError):
        token.raise_if_cancelled()

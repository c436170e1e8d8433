"""The maximiser at 100 and 1,000 names of ten lots each: run with `pytest benchmarks --benchmark-only`."""

from decimal import Decimal

import pytest
from synthetic_household import household

from harvestdesk.domain.ids import ProposalId
from harvestdesk.domain.proposal import HarvestSettings
from harvestdesk.optimize.cancel import NeverCancelled, silent
from harvestdesk.optimize.harvest import plan_harvest
from harvestdesk.risk.factor_model import build_model

ALLOWED_SECONDS = {100: 0.5, 1000: 2.0}


@pytest.mark.parametrize("names", [100, 1000])
@pytest.mark.parametrize("limit", [35, 100])
def test_plan_harvest(benchmark, names: int, limit: int) -> None:
    snapshot = household(names, 10)

    def run():
        vars(snapshot).pop("fingerprint", None)  # counted: a job is given a fresh snapshot
        return plan_harvest(
            snapshot,
            HarvestSettings(tracking_error_bp=Decimal(limit)),
            proposal_id=ProposalId("benchmark"),
            created_at="",
            token=NeverCancelled(),
            report=silent,
        )

    plan = benchmark.pedantic(run, rounds=3, warmup_rounds=1)
    assert plan.passed
    assert plan.sales
    benchmark.extra_info["gap"] = plan.solver.gap
    benchmark.extra_info["loss"] = str(plan.realised_loss)
    assert benchmark.stats.stats.min <= ALLOWED_SECONDS[names]


def test_build_model_of_1000_names(benchmark) -> None:
    snapshot = household(1000, 1)
    model = benchmark.pedantic(build_model, args=(snapshot,), rounds=3)
    assert not model.proxied

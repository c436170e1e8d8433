"""Plans of the sample household: every kind is proven and passes every exact check."""

from decimal import Decimal

import pytest

from harvestdesk.domain.plan_settings import PlanKind, PlanSettings, Zone
from harvestdesk.services import plan_household
from harvestdesk.services.context import AppContext


@pytest.mark.parametrize("amount", [12345, 50000, 200000])
def test_sample__gifts_pass(sample: AppContext, amount: int) -> None:
    settings = PlanSettings(PlanKind.GIFT, amount=Decimal(amount))
    proposal = plan_household.run(plan_household.prepare(sample, settings))
    assert proposal.passed, (proposal.solver, proposal.checks)
    assert (
        amount
        <= sum(g.value for g in proposal.gifts)
        < amount + max(g.price for g in proposal.gifts)
    )
    assert proposal.solver.gap < 0.001


def test_sample__no_room_for_gains_says_why(sample: AppContext) -> None:
    settings = PlanSettings(PlanKind.GAIN_HARVEST)
    proposal = plan_household.run(plan_household.prepare(sample, settings))
    assert proposal.passed
    assert proposal.sales == ()
    assert "gain_room_full" in {n.code for n in proposal.notices}


@pytest.mark.parametrize(
    "settings",
    [
        PlanSettings(),
        PlanSettings(tax_budget=Decimal(0), keep_bands=True),
        PlanSettings(zone=Zone.TO_HALF),
        PlanSettings(piggy_back=True),
        PlanSettings(after_tax_view=True, keep_bands=True, location_weight=Decimal(1)),
        PlanSettings(kind=PlanKind.INVEST, amount=Decimal(50000)),
        PlanSettings(kind=PlanKind.WITHDRAW, amount=Decimal(200000)),
        PlanSettings(kind=PlanKind.HARVEST_TARGET, amount=Decimal(30000), short_only=True),
    ],
    ids=[
        "rebalance",
        "bands",
        "zone",
        "piggy-back",
        "after tax",
        "invest",
        "withdraw",
        "harvest to",
    ],
)
def test_sample__plans_pass(sample: AppContext, settings: PlanSettings) -> None:
    proposal = plan_household.run(plan_household.prepare(sample, settings))
    failed = [(c.code, dict(c.facts)) for c in proposal.checks if not c.passed]
    assert not failed, failed
    assert proposal.passed
    assert proposal.sales or proposal.purchases
    sold = {s.lot_id: s.shares for s in proposal.sales}
    kept = {k.lot_id: k.shares for k in proposal.kept}
    for lot in sample.snapshot(None).lots:
        assert sold.get(lot.id, Decimal(0)) + kept.get(lot.id, Decimal(0)) == lot.shares

"""Household plans at the edge of what there is."""


import pytest
from harvest_households import lot
from household_cases import JOINT, household, plan

from harvestdesk.domain.plan_settings import PlanKind


@pytest.mark.parametrize("shares", [0, 10])
def test_a_withdrawal_of_all_there_is(shares) -> None:
    rows = [lot("a", "USA", shares, 900)] if shares else []
    of = household(rows, only=(JOINT,), cash={JOINT: "1000"})
    made = plan(of, PlanKind.WITHDRAW, amount=of.total_value())
    assert made.passed
    assert made.measures is not None
    assert sum(p.amount for p in made.measures.payouts) == of.total_value()
    assert made.after.cash == 0
    assert all(w.after == 0 for w in made.measures.weights if w.kind == "asset_class")

"""Household plans at the edge of what there is."""

from dataclasses import replace
from decimal import Decimal

import pytest
from harvest_households import etf, lot
from household_cases import BOND, JOINT, PLAN, US, household, plan

from harvestdesk.domain.plan_settings import PlanKind
from harvestdesk.domain.security import SecurityKind


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


def fund(symbol):
    return replace(etf(symbol, BOND), kind=SecurityKind.MUTUAL_FUND)


@pytest.mark.parametrize(("only_there", "buyers"), [(True, {PLAN}), (False, {JOINT, PLAN})])
def test_a_workplace_plans_fund_is_bought_in_the_plan_alone(only_there, buyers) -> None:
    rows = [lot("a", "USA", 100, 9000), lot("b", "FND", 10, 700, account=PLAN)]
    if not only_there:
        rows.append(lot("c", "FND", 1, 70))
    of = household(
        rows,
        only=(JOINT, PLAN),
        cash={JOINT: "20000", PLAN: "5000"},
        securities=(etf("USA", US), fund("FND")),
        prices={"USA": 100, "FND": 80},
    )
    made = plan(of, risk_aversion=Decimal(100), min_trade=Decimal(0))
    assert {p.account_id for p in made.purchases if p.security_id == "FND"} == buyers

"""Household plans as rows: by account, with gifts and payouts, drift before and after, what rules cost."""

from dataclasses import replace
from decimal import Decimal

import factories as f
import pytest

from harvestdesk.domain.plan_settings import HOUSEHOLD_KINDS, PlanKind
from harvestdesk.domain.proposal import RulePrice
from harvestdesk.services.views.agenda import EventKind
from harvestdesk.services.views.overview import overview
from harvestdesk.services.views.plan import Measure
from harvestdesk.services.views.rebalance import CLASS, FACTOR, SECTOR, rebalance_view


@pytest.fixture(scope="module")
def household():
    return f.snapshot()


@pytest.mark.parametrize("kind", HOUSEHOLD_KINDS)
def test_every_kind__has_all_its_trades_in_the_parts(household, kind):
    plan = f.household_plan(kind, household)
    view = rebalance_view(household, plan)
    assert {s.lot_id for s in view.sales} == {s.lot_id for s in plan.sales}
    assert view.bought == sum(p.amount for p in plan.purchases)
    assert [g.value for g in view.gifts] == [g.value for g in plan.gifts]
    assert view.paid_out == sum(p.amount for p in plan.measures.payouts)
    assert not view.plan.stale


def test_parts__are_in_the_order_of_the_accounts_and_sum_up(household):
    plan = f.household_plan(PlanKind.WITHDRAW, household)
    view = rebalance_view(household, plan)
    order = [a.id for a in household.accounts]
    assert [p.trades.account_id for p in view.parts] == sorted(
        (p.trades.account_id for p in view.parts), key=order.index
    )
    joint = next(p for p in view.parts if p.trades.account_id == f.JOINT)
    sold = sum(s.proceeds for s in plan.sales if s.account_id == f.JOINT)
    assert joint.payout == Decimal("18000.00")
    assert joint.cash_change == sold - joint.payout
    assert view.gains - view.losses == sum(s.gain for s in plan.sales)


def test_untaxed_account__counts_no_gain_and_no_tax(household):
    plan = f.household_plan(of=household)
    sheltered = next(a for a in household.accounts if not a.type.is_taxable)
    moved = replace(plan.sales[0], account_id=sheltered.id, taxed=False)
    view = rebalance_view(household, replace(plan, sales=(moved,), purchases=()))
    (part,) = view.parts
    assert part.sold == moved.proceeds
    assert (part.gains, part.losses, part.tax) == (0, 0, 0)


def test_weights__worst_drift_first_then_sectors_then_factors_by_size(household):
    view = rebalance_view(household, f.household_plan(of=household))
    assert [w.kind for w in view.weights] == [CLASS, CLASS, SECTOR, FACTOR]
    us, intl = view.of_kind(CLASS)
    assert (us.name, intl.name) == ("US stocks", "Developed international stocks")
    assert us.off_before == Decimal("0.162")
    assert us.breach_before == Decimal("0.112")
    assert us.breach_after == 0
    assert view.of_kind(FACTOR)[0].breach_after == 0


def test_comparison__starts_with_tax_and_tells_the_worst_drift(household):
    view = rebalance_view(household, f.household_plan(of=household))
    by_measure = {c.measure: c for c in view.comparison}
    assert view.comparison[0].measure is Measure.TAX
    assert by_measure[Measure.WORST_DRIFT].change == Decimal("0.038") - Decimal("0.162")
    assert by_measure[Measure.TURNOVER].after == Decimal("0.118")
    assert by_measure[Measure.TAX].change == view.tax_change


def test_comparison__says_nothing_of_drift_without_targets(household):
    plan = f.household_plan(of=household, measures=f.measures(weights=()))
    bare = replace(household, class_targets=(), security_targets=())
    view = rebalance_view(bare, plan)
    assert not view.has_targets
    assert Measure.WORST_DRIFT not in {c.measure for c in view.comparison}


def test_rules__are_dearest_first_by_the_names_people_know(household):
    prices = (
        RulePrice("cash", f.JOINT, Decimal(1), Decimal(1000)),
        RulePrice("asset_class", "us_bond", Decimal(9), Decimal("0.01")),
        RulePrice("security", f.security_id("JUNO"), Decimal(5), Decimal("0.01")),
    )
    view = rebalance_view(
        household, f.household_plan(of=household, measures=f.measures(prices=prices))
    )
    assert [r.name for r in view.rules] == ["US bonds", "JUNO", "Rivera joint"]


def test_orders__lots_of_one_security_in_one_account_are_one(household):
    plan = f.household_plan(of=household)
    view = rebalance_view(household, plan)
    sold = {(s.account_id, s.security_id) for s in plan.sales}
    assert view.orders == len(sold) + len(plan.purchases)


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({}, EventKind.CARRY_OUT_TRADES),
        ({"fingerprint": "other"}, EventKind.TRADE_AGAIN),
        (
            {"solver": replace(f.household_plan().solver, status="user_limit")},
            EventKind.TRADES_FAILED,
        ),
    ],
)
def test_agenda__sends_to_the_page_of_trades(household, change, kind):
    plan = f.household_plan(of=household, **change)
    events = overview(household, plan).events
    (event,) = [e for e in events if e.kind is kind]
    traded = sum(s.proceeds for s in plan.sales) + sum(b.amount for b in plan.purchases)
    assert event.dollars == traded
    assert event.lots == len(plan.sales) + len(plan.purchases)


def test_agenda__a_contribution_without_sales_waits_too(household):
    plan = f.household_plan(PlanKind.INVEST, household)
    assert EventKind.CARRY_OUT_TRADES in {e.kind for e in overview(household, plan).events}

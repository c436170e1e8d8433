"""Live figures and the curve of households: held to the plans made exactly, warm to cold, and what they leave out."""

from dataclasses import replace
from decimal import Decimal

import pytest
from harvest_households import lot
from household_cases import balanced, household, plan

from harvestdesk.domain.errors import BadInputError, NoPlanError
from harvestdesk.domain.plan_settings import PlanKind, PlanSettings, Zone
from harvestdesk.optimize.household.live import LiveHousehold, household_frontier
from harvestdesk.optimize.household.other_lot import SolvedHousehold

FREE = PlanSettings(min_trade=Decimal(0))


@pytest.fixture(scope="module")
def drifted():
    """Far from its targets, with US stocks at a gain of 40 %, a loss in foreign ones, and an IRA."""
    return household(
        [
            lot("joint-us", "USA", 650, 39000),
            lot("joint-usb", "USB", 60, 7000),
            lot("ira-us", "USA", 50, 5000, account="ira"),
            lot("joint-int", "INT", 250, 10000),
            lot("ira-bnd", "BND", 250, 20000, account="ira"),
        ]
    )


def near(one: Decimal, other: Decimal, within: str) -> bool:
    return abs(one - other) <= Decimal(within)


@pytest.mark.parametrize("aversion", [1, 40])
def test_live_figures__are_those_of_the_plan_made_exactly(drifted, aversion):
    figures = LiveHousehold(drifted).answer(replace(FREE, risk_aversion=Decimal(aversion)))
    made = plan(drifted, risk_aversion=Decimal(aversion), min_trade=Decimal(0))
    assert figures.left_out == ()
    assert near(figures.point.tracking_error_bp, made.after.tracking_error_bp, "0.5")
    assert near(figures.point.tax, made.after.tax - made.before.tax, "25")
    assert near(figures.point.turnover, made.measures.turnover, "0.002")
    assert near(figures.nothing.tracking_error_bp, made.before.tracking_error_bp, "0.01")
    assert figures.point.gap < 1e-3


def test_moving_the_price_of_risk_and_budgets__builds_nothing_anew(drifted):
    live = LiveHousehold(drifted)
    for aversion in (1, 5, 20, 50):
        live.answer(replace(FREE, risk_aversion=Decimal(aversion)))
    live.answer(replace(FREE, turnover=Decimal("0.05")))
    live.answer(replace(FREE, tax_budget=Decimal(0), gain_budget=Decimal(5000)))
    live.answer(FREE)
    assert live.built == 1
    live.answer(replace(FREE, keep_bands=True))
    assert live.built == 2


def test_warm_answers__are_those_of_a_household_just_opened(drifted):
    live = LiveHousehold(drifted)
    asked = [
        replace(FREE, risk_aversion=Decimal(a), turnover=t)
        for t in (None, Decimal("0.04"))
        for a in (50, 3)
    ]
    for settings in asked:
        warm, cold = live.answer(settings).point, LiveHousehold(drifted).answer(settings).point
        assert near(warm.tracking_error_bp, cold.tracking_error_bp, "0.2")
        assert near(warm.tax, cold.tax, "10")
    assert live.built == 1


def test_budgets__are_kept_and_let_go_again(drifted):
    live = LiveHousehold(drifted)
    asked = replace(FREE, risk_aversion=Decimal(100))
    free = live.answer(asked).point
    assert free.turnover > Decimal("0.05")
    assert free.tax > -600
    assert live.answer(replace(asked, tax_budget=Decimal(-600))).point.tax <= Decimal("-599.99")
    assert live.answer(replace(asked, turnover=Decimal("0.05"))).point.turnover <= Decimal(
        "0.050001"
    )
    assert near(live.answer(asked).point.tax, free.tax, "1")


def test_limits_that_contradict__are_refused_and_the_household_stays_warm(drifted):
    live = LiveHousehold(drifted)
    with pytest.raises(NoPlanError):
        live.answer(replace(FREE, tracking_error_bp=Decimal(1), turnover=Decimal("0.001")))
    assert live.answer(FREE).point.orders > 0
    assert live.built == 1


def test_what_the_fast_path_does_not_know__is_named(drifted):
    asked = PlanSettings(ticket_cost=Decimal(5), max_trades=4, piggy_back=True)
    figures = LiveHousehold(drifted).answer(asked)
    assert set(figures.left_out) == {"min_trade", "ticket_cost", "max_trades", "piggy_back"}


def test_orders__below_the_least_are_not_counted(drifted):
    live = LiveHousehold(drifted)
    every = live.answer(FREE).point.orders
    assert live.answer(replace(FREE, min_trade=Decimal(30_000))).point.orders < every


def test_inside_the_bands__a_zone_leaves_everything_alone():
    figures = LiveHousehold(balanced()).answer(replace(FREE, zone=Zone.TO_EDGE))
    assert figures.point.orders == 0
    assert figures.point == figures.nothing


@pytest.mark.parametrize("kind", [PlanKind.GAIN_HARVEST, PlanKind.GIFT])
def test_jobs_that_pick_by_rule__have_no_figures_and_no_curve(drifted, kind):
    asked = PlanSettings(kind, amount=Decimal(1000))
    with pytest.raises(BadInputError):
        LiveHousehold(drifted).answer(asked)
    with pytest.raises(BadInputError):
        household_frontier(drifted, asked)


def test_withdrawal__sells_what_it_raises(drifted):
    live = LiveHousehold(drifted)
    asked = replace(FREE, kind=PlanKind.WITHDRAW, amount=Decimal(5000))
    assert live.answer(asked).point.turnover <= Decimal("0.06")
    live.answer(replace(asked, turnover=Decimal("0.5")))
    assert live.built == 2  # its turnover follows from the amount too


# --- the curve ------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def curve(drifted):
    return household_frontier(drifted, FREE, points=7)


def test_curve__falls_from_the_targets_to_the_least_tax(curve):
    errors = [p.tracking_error_bp for p in curve.points]
    taxes = [p.tax for p in curve.points]
    assert 3 <= len(curve.points) <= 7
    assert errors == sorted(errors)
    assert taxes == sorted(taxes, reverse=True)
    assert curve.nothing.orders == 0
    assert curve.nothing.tax == 0
    assert all(p.orders > 0 for p in curve.points[:-1])
    assert curve.left_out == ()


def test_curve__point_is_the_plan_of_its_price_of_risk(drifted, curve):
    point = curve.points[-1]
    live = LiveHousehold(drifted).answer(replace(FREE, risk_aversion=point.risk_aversion)).point
    assert near(live.tracking_error_bp, point.tracking_error_bp, "0.5")
    assert near(live.tax, point.tax, "25")


# --- another lot -----------------------------------------------------------------------------------------
def test_lots__are_asked_about_one_after_the_other_from_one_plan(drifted):
    solved = SolvedHousehold(drifted, PlanSettings())
    made = plan(drifted)
    sold = {s.lot_id for s in made.sales}
    for one in drifted.lots:
        answer = solved.what_if(one.id, sold=one.id not in sold)
        assert not answer.possible or answer.dollars >= Decimal("-5")
    with pytest.raises(BadInputError):
        solved.what_if("nothing", sold=True)


def test_lot_of_a_plan_the_zone_left_alone__cannot_be_asked_about():
    calm = balanced()
    with pytest.raises(BadInputError, match="inside its band"):
        SolvedHousehold(calm, PlanSettings(zone=Zone.TO_EDGE)).what_if(calm.lots[0].id, sold=True)

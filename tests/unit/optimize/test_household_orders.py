"""Least orders of households: there is a plan wherever doing nothing, or what is bought without them, is one."""

from decimal import Decimal

import pytest
from harvest_households import days_ago, lot
from household_cases import IRA, JOINT, PLAN, ROTH, SOLO, household, notice_codes, plan

from harvestdesk.domain.plan_settings import PlanKind, PlanSettings
from harvestdesk.optimize.engine.plan import solve_problem
from harvestdesk.optimize.household.build import build_household

LEAST = Decimal(250)


def on_margin():
    """Cash below zero that may neither rise nor fall, and shares that are whole."""
    rows = [
        lot("usa1", "USA", 100, 5000, account=JOINT),
        lot("bnd2", "BND", 100, 8500, account=JOINT),
    ]
    return household(rows, only=(JOINT, IRA), cash={JOINT: "-5000.25"}, fractional=False)


def mixed():
    """Five accounts, whose orders of the cheapest sort are not those that have a plan together."""
    rows = [
        lot("usa3", "USA", 300, 24000, account=JOINT),
        lot("usb4", "USB", 200, 12000, account=JOINT, on=days_ago(80)),
        lot("bnd5", "BND", 400, 34000, account=JOINT),
        lot("usb6", "USB", 55, 3410, account=SOLO),
        lot("int7", "INT", 100, 2000, account=SOLO),
        lot("usa8", "USA", 120, 10800, account=IRA),
        lot("bnd9", "BND", 300, 24900, account=IRA),
        lot("int10", "INT", 222, 9990, account=ROTH),
        lot("usb11", "USB", 900, 9000, account=PLAN),
    ]
    cash = {JOINT: "12000.55", SOLO: "300", IRA: "5000", ROTH: "100"}
    return household(rows, only=(JOINT, SOLO, IRA, ROTH, PLAN), cash=cash, fractional=False)


@pytest.mark.parametrize("kind", [PlanKind.REBALANCE, PlanKind.HARVEST_TARGET])
def test_a_plan_where_cash_may_not_move(kind) -> None:
    amount = Decimal(1000) if kind is PlanKind.HARVEST_TARGET else None
    made = plan(on_margin(), kind, min_trade=LEAST, amount=amount)
    assert made.solver.status == "optimal"
    assert made.passed


@pytest.mark.parametrize(
    "asked",
    [{}, {"keep_bands": True}, {"tax_budget": Decimal(0)}, {"tracking_error_bp": Decimal(80)}],
    ids=str,
)
def test_least_orders_cost_a_household_next_to_nothing(asked) -> None:
    free = plan(mixed(), min_trade=Decimal(0), **asked)
    made = plan(mixed(), min_trade=LEAST, **asked)
    assert made.passed
    assert "solver_fallback" not in notice_codes(made)
    value = float(mixed().total_value())
    assert made.solver.objective <= free.solver.objective + 2e-4 * value


@pytest.mark.parametrize("most", [1, 3])
def test_no_more_orders_than_allowed_across_accounts(most) -> None:
    settings = PlanSettings(min_trade=LEAST, max_trades=most)
    built = build_household(mixed(), settings)
    made = solve_problem(built.problem)
    assert made.figures.broken == ()
    assert 0 < made.figures.orders <= most

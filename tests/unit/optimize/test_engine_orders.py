"""Orders of several accounts: against everything tried, the bound at any prices, and the plans of large households."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from engine_books import book
from oracle_plans import best_plan

from harvestdesk.optimize.engine.case import linear_case
from harvestdesk.optimize.engine.duals import Prices
from harvestdesk.optimize.engine.facts import read_problem
from harvestdesk.optimize.engine.plan import PROVEN, solve_problem
from harvestdesk.optimize.engine.problem import EngineProblem
from harvestdesk.optimize.engine.search import Effort
from harvestdesk.optimize.engine.third_ascent import ascended
from harvestdesk.optimize.engine.third_fixed import Orders, plan_of
from harvestdesk.optimize.engine.third_orders import OrderBound, choices_of, least_orders
from harvestdesk.optimize.engine.trades import as_dollars, orders_of

EXACT = Effort(aim=1e-7, good=1e-7, patience=10**9)
HOUSEHOLDS: list[dict[str, Any]] = [
    {"accounts": 2},
    {"accounts": 2, "seed": 7},
    {"accounts": 2, "seed": 3, "limits": {"tracking_error": 0.05}},
    {"accounts": 2, "seed": 4, "limits": {"turnover": 0.2, "gain_budget": -0.01}},
    {"accounts": 2, "names": 4, "members": 2},
    {"accounts": 2, "seed": 8, "mode": "harvest", "limits": {"tracking_error": 0.06}},
    {"accounts": 3, "names": 4},
]


def household(least: float, over: dict[str, Any]) -> EngineProblem:
    problem = read_problem(book(**{"names": 5, "lots": 3, "seed": 2, **over}))
    return replace(problem, limits=replace(problem.limits, min_trade=least))


@pytest.mark.parametrize("least", [0.02, 0.04])
@pytest.mark.parametrize("over", HOUSEHOLDS, ids=str)
def test_least_orders_of_several_accounts_equal_the_best_over_all_choices(over, least) -> None:
    problem = household(least, over)
    plan = solve_problem(problem, EXACT)
    best = best_plan(problem).objective
    sign = -1 if problem.mode == "harvest" else 1
    assert plan.figures.broken == ()
    assert sign * plan.bound <= best + 1e-8
    assert sign * plan.figures.objective == pytest.approx(best, abs=3e-7)
    assert plan.status == "optimal"


@pytest.mark.parametrize("orders", [{"min_trade": 0.02}, {"ticket_cost": 0.0005}], ids=str)
@pytest.mark.parametrize("over", HOUSEHOLDS[:5], ids=str)
def test_any_prices_bound_every_plan_from_below(over, orders) -> None:
    problem = household(0.0, over)
    problem = replace(problem, limits=replace(problem.limits, **orders))
    best = best_plan(problem).objective
    case = linear_case(problem)
    bound = OrderBound(case, choices_of(problem))
    rng = np.random.default_rng(1)
    for _ in range(20):
        rows, factors = rng.normal(0, 0.05, len(case.rows)), rng.normal(0, 0.1, 3)
        prices = Prices(rows, factors, float(rng.uniform(0, 30)))
        assert bound.value(bound.at(prices)) <= best + 1e-12
    proof = ascended(bound, prices, 0.01)
    assert bound.value(bound.at(prices)) <= proof.value <= best + 1e-12


@pytest.mark.parametrize(("accounts", "least"), [(2, 0.002), (3, 0.001)])
def test_large_households_are_proven_though_most_positions_are_smaller_than_an_order(
    accounts: int, least: float
) -> None:
    problem = household(least, {"names": 120, "lots": 6, "accounts": accounts})
    plan = solve_problem(problem)
    free = solve_problem(replace(problem, limits=replace(problem.limits, min_trade=0.0)))
    small = as_dollars(problem, least * (1 - 1e-6))
    assert plan.status == "optimal"
    assert plan.gap <= PROVEN
    assert min(orders_of(problem, plan.trades).values()) >= small
    assert min(orders_of(problem, free.trades).values()) < small / 2
    assert plan.bound > free.bound + 10 * PROVEN * abs(
        free.bound
    )  # the size itself costs much more


def test_whole_shares_make_the_least_order_one_of_whole_shares() -> None:
    problem = replace(household(0.02, {"accounts": 2}), fractional=False)
    prices = np.array([float(price / problem.exact.value) for price in problem.exact.prices])
    least = least_orders(problem)
    shares = least / prices
    assert np.allclose(shares, np.rint(shares))
    assert (least >= 0.02 - 1e-12).all()
    assert (least < 0.02 + prices).all()
    plan = solve_problem(problem)
    assert plan.figures.broken == ()


def test_losses_asked_for_are_sold_with_little_more() -> None:
    problem = household(0.004, {"names": 40, "lots": 4, "accounts": 3})
    problem = replace(problem, lot_rate=np.zeros(len(problem.lot_ids)), rates=(0.0, 0.0))
    unasked = float(solve_problem(problem).figures.realised_loss / problem.exact.value)
    asked = unasked + 0.005
    limits = replace(problem.limits, loss_least=asked)
    problem = replace(problem, limits=limits)
    plan = solve_problem(problem)
    assert plan.status == "optimal"
    assert plan.figures.broken == ()
    assert (
        asked - 1e-7 <= float(plan.figures.realised_loss / problem.exact.value) <= asked + 0.002
    )  # half an order


def test_a_plan_of_orders_makes_each_of_them() -> None:
    problem = household(0.02, {"accounts": 2})
    case = linear_case(problem)
    plan = solve_problem(problem, EXACT).best
    assert plan.dealt is not None
    sells = np.zeros(plan.dealt.shape, dtype=np.bool_)
    sold = plan.sold > 1e-7
    sells[problem.lot_account[sold], problem.lot_security[sold]] = True
    again = plan_of(case, Orders(sells, plan.bought > 1e-7, plan.dealt > 1e-7), lambda: False)
    assert again is not None
    assert again.objective == pytest.approx(plan.objective, abs=1e-8)
    none = plan_of(case, Orders(np.ones_like(sells), plan.bought > 2.0), lambda: False)
    assert none is None  # every order of every account at least 2 %: there isn't so much

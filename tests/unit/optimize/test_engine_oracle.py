"""Plans of the engine against a solver that tries everything and shares nothing with it (tests/oracle_plans.py)."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from engine_books import Plain, book
from oracle_plans import Tried, best_plan
from oracle_plans_tax import pieces_of, tax_at

from harvestdesk.domain.errors import NoPlanError
from harvestdesk.optimize.engine.case import linear_case
from harvestdesk.optimize.engine.columns import whole_columns
from harvestdesk.optimize.engine.conic import solve_node
from harvestdesk.optimize.engine.duals import Prices, bound_of
from harvestdesk.optimize.engine.facts import read_problem
from harvestdesk.optimize.engine.plan import EnginePlan, solve_problem
from harvestdesk.optimize.engine.problem import EngineProblem
from harvestdesk.optimize.engine.relaxation import MAX_CONSTRAINTS, Relaxation
from harvestdesk.optimize.engine.search import Effort
from harvestdesk.optimize.problem import Side
from harvestdesk.tax.carried import carried_worth
from harvestdesk.tax.liability import year_tax
from harvestdesk.tax.situation import TaxSituation

EXACT = Effort(aim=1e-7, good=1e-7, patience=10**9)

PROFILES: dict[str, dict[str, Any]] = {
    "short gain outstanding": {
        "filing_status": "mfj",
        "wages": "400000",
        "realised_short": "30000",
    },
    "at the 0/15 line": {"filing_status": "single", "wages": "55000", "realised_long": "8000"},
    "losses carried in": {
        "filing_status": "single",
        "wages": "150000",
        "realised_long": "25000",
        "carryforward_short": "4000",
    },
}


def agrees(plan: EnginePlan, problem: EngineProblem, best: float) -> None:
    """Assert that the engine's plan is the best there is, and its bound true."""
    sign = -1 if problem.mode == "harvest" else 1  # the judge counts losses as negative costs
    assert plan.figures.broken == ()
    assert sign * plan.figures.objective == pytest.approx(best, abs=3e-7)
    assert sign * plan.bound <= best + 1e-8
    assert plan.status == "optimal"


# --- the judge itself ---


@pytest.mark.parametrize(
    "variant",
    [{}, {"seed": 3, "members": 2}, {"seed": 8, "mode": "harvest", "limits": {"turnover": 0.1}}],
    ids=str,
)
def test_the_oracle_agrees_with_the_problem_written_for_cvxpy(variant) -> None:
    document = book(names=4, lots=2, **variant)
    found = best_plan(read_problem(document)).objective
    assert abs(found) == pytest.approx(abs(Plain(document).best()), abs=1e-8)


@pytest.mark.parametrize(
    "limits",
    [
        {"min_trade": 0.03},
        {"ticket_cost": 0.0005},
        {"max_trades": 2},
        {"max_trades": 2, "min_trade": 0.02},
    ],
    ids=str,
)
def test_leaving_choices_open_skips_nothing(limits) -> None:
    problem = read_problem(book(names=3, lots=2, seed=2))
    problem = replace(problem, limits=replace(problem.limits, **limits))
    every, some = best_plan(problem, tried=Tried.ALL), best_plan(problem)
    assert every.objective == pytest.approx(some.objective, abs=1e-9)
    assert some.programs < every.programs
    without = best_plan(read_problem(book(names=3, lots=2, seed=2)))
    assert every.objective > without.objective + 1e-6  # the rule matters


def cost_of(situation: TaxSituation, short: Decimal, long: Decimal) -> Decimal:
    """Return the year's tax, less what the losses it carries on save later."""
    year = year_tax(situation, short, long)
    carried = year.netting.carryover_short + year.netting.carryover_long
    return year.tax - carried_worth(situation).of(carried)


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES.keys())
def test_pieces_hold_the_exact_tax_of_the_year(profile) -> None:
    problem = read_problem(book(names=3, lots=4, seed=1, tax={"profile": profile}))
    assert problem.situation is not None
    pieces, value = pieces_of(problem), problem.exact.value
    gain = (
        np.where(problem.taxable[problem.lot_account], problem.lot_gain, 0.0) * problem.lot_weight
    )
    nothing = cost_of(problem.situation, Decimal(0), Decimal(0))
    rng = np.random.default_rng(5)
    for _ in range(60):
        sold = rng.uniform(0, 1, len(gain)) * gain
        at = [float(sold[term].sum()) for term in (~problem.lot_long, problem.lot_long)]
        exact = cost_of(problem.situation, *(Decimal(x) * value for x in at)) - nothing
        assert tax_at(pieces, *at) == pytest.approx(float(exact / value), abs=1e-9)


# --- plans: twelve sets, every side ---


TWELVE = [
    {},
    {"seed": 1, "accounts": 3},
    {"seed": 2, "names": 14, "members": 2, "accounts": 2},
    {"seed": 3, "limits": {"tracking_error": 0.03}},
    {"seed": 4, "limits": {"turnover": 0.1, "gain_budget": -0.01}},
    {"seed": 5, "limits": {"sectors": {"Energy": [0.4, 0.5]}, "max_cash": 0.001}},
    {"seed": 6, "objective": {"risk_aversion": 1.0, "cost_rate": 0.0005}},
    {"seed": 7, "mode": "harvest", "limits": {"tracking_error": 0.05}},
]


@pytest.mark.parametrize("variant", TWELVE, ids=str)
def test_twelve_sets_equal_the_best_over_all_sides(variant) -> None:
    problem = read_problem(book(**{"names": 12, "lots": 3, **variant}))
    agrees(solve_problem(problem, EXACT), problem, best_plan(problem).objective)


def test_one_book_with_each_combination_of_sides_solved() -> None:
    problem = read_problem(book(names=8, lots=3, seed=2))
    every = best_plan(problem, tried=Tried.ALL)
    assert every.programs >= 64
    agrees(solve_problem(problem, EXACT), problem, every.objective)


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES.keys())
@pytest.mark.parametrize("over", [{}, {"accounts": 2, "limits": {"turnover": 0.15}}], ids=str)
def test_sides_and_the_years_netting_together(profile, over) -> None:
    document = book(names=6, lots=3, seed=4, tax={"profile": profile}, **over)
    problem = read_problem(document)
    agrees(solve_problem(problem, EXACT), problem, best_plan(problem, pieces_of(problem)).objective)


# --- orders counted: sold, bought or left alone ---


ORDERS = [
    {"min_trade": 0.02},
    {"ticket_cost": 0.0005},
    {"max_trades": 3},
    {"min_trade": 0.02, "ticket_cost": 0.0003, "max_trades": 4},
]
BOOKS = [
    {},
    {"seed": 5},
    {"seed": 3, "limits": {"tracking_error": 0.03}},
    {"seed": 4, "limits": {"turnover": 0.2, "gain_budget": -0.01}},
    {"seed": 8, "mode": "harvest", "limits": {"tracking_error": 0.06}},
]


def with_orders(document: dict[str, Any], orders: dict[str, Any]) -> EngineProblem:
    problem = read_problem(document)
    return replace(problem, limits=replace(problem.limits, **orders))


@pytest.mark.parametrize("orders", ORDERS, ids=str)
@pytest.mark.parametrize("variant", BOOKS, ids=str)
def test_orders_of_one_account_equal_the_best_over_all_choices(variant, orders) -> None:
    problem = with_orders(book(**{"names": 7, "lots": 2, "seed": 2, **variant}), orders)
    best = best_plan(problem).objective
    if np.isinf(best):  # so few orders can't keep the other rules
        with pytest.raises(NoPlanError):
            solve_problem(problem, EXACT)
    else:
        agrees(solve_problem(problem, EXACT), problem, best)


@pytest.mark.parametrize("orders", ORDERS[:3], ids=str)
def test_orders_and_the_years_netting_together(orders) -> None:
    profile = PROFILES["short gain outstanding"]
    problem = with_orders(book(names=5, lots=2, seed=4, tax={"profile": profile}), orders)
    agrees(solve_problem(problem, EXACT), problem, best_plan(problem, pieces_of(problem)).objective)


@pytest.mark.parametrize("orders", ORDERS, ids=str)
@pytest.mark.parametrize("over", [{"accounts": 2}, {"members": 2}], ids=str)
def test_where_a_set_is_several_orders_the_bound_is_true_and_the_plan_keeps_the_rules(
    over, orders
) -> None:
    problem = with_orders(book(names=6, lots=3, seed=2, **over), orders)
    plan = solve_problem(problem, EXACT)
    best = best_plan(problem).objective
    assert plan.figures.broken == ()
    assert plan.bound <= best + 1e-8
    assert plan.figures.objective >= best - 1e-7
    assert plan.gap >= (plan.figures.objective - best) / abs(plan.bound) - 1e-6


@pytest.mark.parametrize("orders", ORDERS, ids=str)
@pytest.mark.parametrize("over", [{}, {"accounts": 2, "limits": {"tracking_error": 0.05}}], ids=str)
def test_any_prices_bound_plans_of_orders_from_below(over, orders) -> None:
    problem = with_orders(book(names=6, lots=3, seed=3, **over), orders)
    best = best_plan(problem).objective
    case = linear_case(problem)
    columns = whole_columns(problem, case.cost)
    sides = np.full(problem.sets, int(Side.OPEN), dtype=np.intp)
    rng = np.random.default_rng(1)
    for _ in range(40):
        prices = Prices(
            rng.normal(0, 0.05, len(case.rows)),
            rng.normal(0, 0.1, 3),
            float(rng.uniform(0, 30)),
            float(rng.uniform(-0.001, 0.002)),
        )
        assert bound_of(case, columns, prices, sides).value <= best + 1e-12


@pytest.mark.parametrize("orders", ORDERS, ids=str)
def test_the_bound_of_three_sides_is_that_of_the_cone_program(orders) -> None:
    problem = with_orders(book(names=20, lots=3, seed=3), orders)
    case = linear_case(problem)
    columns = whole_columns(problem, case.cost)
    relaxation = Relaxation(case, columns)
    sides = np.full(problem.sets, int(Side.OPEN), dtype=np.intp)
    node = solve_node(relaxation.compiled(), sides, lambda: False)
    relaxation.problem.solve(solver="CLARABEL")
    assert len(relaxation.problem.constraints) <= MAX_CONSTRAINTS
    value = bound_of(case, columns, node.prices, sides).value
    assert value == pytest.approx(relaxation.problem.value / 100, abs=1e-8)


def test_a_problem_without_orders_pays_nothing_for_them() -> None:
    case = linear_case(read_problem(book(names=20, lots=3, seed=3)))
    cone = Relaxation(case, whole_columns(case.problem, case.cost)).compiled()
    assert not len(cone.places.buying)
    assert not len(cone.places.orders)
    assert len(cone.cones) == 2 * case.problem.two_sided.sum()

"""Plans of the engine against a solver that tries everything and shares nothing with it (tests/oracle_plans.py)."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from engine_books import Plain, book
from oracle_plans import Tried, best_plan
from oracle_plans_tax import pieces_of, tax_at

from harvestdesk.optimize.engine.facts import read_problem
from harvestdesk.optimize.engine.plan import EnginePlan, solve_problem
from harvestdesk.optimize.engine.problem import EngineProblem
from harvestdesk.optimize.engine.search import Effort
from harvestdesk.tax.liability import year_tax

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
    sign = -1 if problem.mode == "harvest" else 1
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


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES.keys())
def test_pieces_hold_the_exact_tax_of_the_year(profile) -> None:
    problem = read_problem(book(names=3, lots=4, seed=1, tax={"profile": profile}))
    assert problem.situation is not None
    pieces, value = pieces_of(problem), problem.exact.value
    gain = (
        np.where(problem.taxable[problem.lot_account], problem.lot_gain, 0.0) * problem.lot_weight
    )
    nothing = year_tax(problem.situation, Decimal(0), Decimal(0)).tax
    rng = np.random.default_rng(5)
    for _ in range(60):
        sold = rng.uniform(0, 1, len(gain)) * gain
        at = [float(sold[term].sum()) for term in (~problem.lot_long, problem.lot_long)]
        exact = year_tax(problem.situation, *(Decimal(x) * value for x in at)).tax - nothing
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

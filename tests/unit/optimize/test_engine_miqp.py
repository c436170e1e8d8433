"""Books of a hundred names: the engine's plan is no worse than a mixed-integer solver's after a minute."""

from dataclasses import replace
from pathlib import Path

import pytest
from engine_books import book
from oracle_plans import best_plan

from harvestdesk.optimize.engine.facts import read_problem
from harvestdesk.optimize.engine.plan import solve_problem
from harvestdesk.optimize.engine.search import Effort

pytest.importorskip("pyscipopt", reason="PySCIPOpt is not installed (dev extra)")
from oracle_plans_scip import judged_by_scip

BENCHMARKS = Path(__file__).resolve().parents[3] / "benchmarks"


def test_the_model_agrees_with_the_oracle_on_a_small_book() -> None:
    problem = read_problem(book(names=6, lots=2, seed=1))
    judged = judged_by_scip(problem, 20.0)
    assert judged.objective == pytest.approx(best_plan(problem).objective, abs=1e-6)


@pytest.mark.parametrize(
    "orders", [{"min_trade": 0.02}, {"ticket_cost": 0.0005}, {"max_trades": 3}], ids=str
)
def test_the_model_counts_orders_as_the_oracle_does(orders) -> None:
    problem = read_problem(book(names=5, lots=2, seed=2))
    problem = replace(problem, limits=replace(problem.limits, **orders))
    judged = judged_by_scip(problem, 20.0)
    assert judged.objective == pytest.approx(best_plan(problem).objective, abs=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("risk", "orders"),
    [
        (10.0, {}),
        (50.0, {}),
        (50.0, {"min_trade": 0.001}),
        (50.0, {"ticket_cost": 2e-5, "min_trade": 0.001}),
        (50.0, {"max_trades": 30}),
    ],
    ids=str,
)
def test_a_plan_is_no_worse_than_the_solver_after_a_minute(
    risk, orders, monkeypatch, request
) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    factor_book = __import__("problems").factor_book
    problem = read_problem(factor_book(100, 12, risk_aversion=risk))
    problem = replace(problem, limits=replace(problem.limits, **orders))
    plan = solve_problem(problem, Effort())
    judged = judged_by_scip(problem)
    told = f"{plan.figures.objective:.8f} {plan.bound:.8f} {judged}"
    request.node.add_report_section("call", "judged", told)
    assert plan.figures.objective <= judged.objective + 1e-4 * abs(judged.objective)
    assert plan.bound <= judged.objective + 1e-6 * abs(judged.objective)
    assert judged.bound <= plan.figures.objective + 1e-4 * abs(judged.objective)

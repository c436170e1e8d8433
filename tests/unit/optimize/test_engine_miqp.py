"""Books of a hundred names: the engine's plan is no worse than a mixed-integer solver's after a minute."""

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


@pytest.mark.slow
@pytest.mark.parametrize("risk", [10.0, 50.0])
def test_a_plan_is_no_worse_than_the_solver_after_a_minute(
    risk, monkeypatch, record_property
) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    factor_book = __import__("problems").factor_book
    problem = read_problem(factor_book(100, 12, risk_aversion=risk))
    plan = solve_problem(problem, Effort())
    judged = judged_by_scip(problem)
    record_property("judged", f"{plan.figures.objective:.8f} {plan.bound:.8f} {judged}")
    assert plan.figures.objective <= judged.objective + 1e-4 * abs(judged.objective)
    assert plan.bound <= judged.objective + 1e-6 * abs(judged.objective)
    assert judged.bound <= plan.figures.objective + 1e-4 * abs(judged.objective)

"""The fast path against its promises: a curve of 21 points, a slider step, and the conic bound in the same run.

pytest benchmarks/test_fast.py --benchmark-only
python benchmarks/test_fast.py             prints the table of docs/validation.md
"""

import time
from datetime import date
from typing import Any

import numpy as np
import pytest
from problems import factor_book, real_book
from real_household import DATA

from harvestdesk.optimize.engine.case import linear_case
from harvestdesk.optimize.engine.columns import whole_columns
from harvestdesk.optimize.engine.conic import solve_node
from harvestdesk.optimize.engine.duals import bound_of
from harvestdesk.optimize.engine.facts import read_problem
from harvestdesk.optimize.engine.fast import FastModel
from harvestdesk.optimize.engine.frontier import frontier
from harvestdesk.optimize.engine.problem import EngineProblem
from harvestdesk.optimize.engine.relaxation import Relaxation
from harvestdesk.optimize.problem import Side

CURVE_SECONDS, STEP_SECONDS = 1.5, 0.05
SAME_BOUND = 1e-5
STEPS = (10.5, 11.0, 12.0, 11.0, 10.0, 9.0, 8.0, 9.0)
BOOKS: dict[str, dict[str, Any]] = {
    "500 x 12": {},
    "500 x 12, 2 accounts": {"accounts": 2},
    "500 x 12, turnover 5 %": {"limits": {"turnover": 0.05}},
    "500 x 12, tracking error 1 %": {"limits": {"tracking_error": 0.01}},
    "500 x 12, least order": {"limits": {"min_trade": 0.00025}},
}


def problem_of(limits: dict[str, Any] | None = None, **over: Any) -> EngineProblem:
    return read_problem({**factor_book(500, 12, **over), "limits": limits or {}})


def conic(problem: EngineProblem) -> tuple[float, float]:
    """Return the bound of the root relaxation by cone program, and its seconds, compiling included."""
    started = time.perf_counter()
    case = linear_case(problem)
    columns = whole_columns(problem, case.cost)
    sides = np.full(problem.sets, int(Side.OPEN), dtype=np.intp)
    node = solve_node(Relaxation(case, columns).compiled(), sides, lambda: False)
    bound = bound_of(case, columns, node.prices, sides).value
    return bound, time.perf_counter() - started


def test_a_curve_of_21_points(benchmark) -> None:
    problem = problem_of()
    found = benchmark.pedantic(frontier, args=(problem, 21, 10.0), rounds=3, warmup_rounds=1)
    assert len(found.points) == 21
    benchmark.extra_info["evaluations"] = found.evaluations
    assert benchmark.stats.stats.min <= CURVE_SECONDS


def test_a_slider_step(benchmark) -> None:
    model = FastModel(problem_of())
    model.point()
    seconds = []

    def steps() -> None:
        for aversion in STEPS:
            started = time.perf_counter()
            model.point(risk_aversion=aversion)
            seconds.append(time.perf_counter() - started)

    benchmark.pedantic(steps, rounds=3, warmup_rounds=1)
    benchmark.extra_info["median"] = float(np.median(seconds))
    assert np.median(seconds) <= STEP_SECONDS


@pytest.mark.parametrize("name", [n for n in BOOKS if "least" not in n])
def test_the_bound_beside_the_cone_program(benchmark, name: str) -> None:
    problem = problem_of(**BOOKS[name])
    bound, slow = conic(problem)
    point = benchmark.pedantic(lambda: FastModel(problem).point(flips=0), rounds=3)
    benchmark.extra_info["ratio"] = benchmark.stats.stats.min / slow
    assert abs(point.bound - bound) <= SAME_BOUND * abs(bound)


def main() -> None:
    """Print the table."""
    print("| book | cold ms | step ms | gap | 21 points s | bound against the cone program |")
    print("| --- " * 6 + "|")
    books = {name: problem_of(**over) for name, over in BOOKS.items()}
    if DATA.is_dir():
        for year in (2018, 2022):
            day = date(year, 12, 5)
            books[f"large100, {year}"] = read_problem(real_book("large100", day))
    for name, problem in books.items():
        print(_row(name, problem), flush=True)


def _row(name: str, problem: EngineProblem) -> str:
    started = time.perf_counter()
    model = FastModel(problem)
    first = model.point()
    cold = time.perf_counter() - started
    seconds = []
    for aversion in STEPS:
        started = time.perf_counter()
        model.point(risk_aversion=aversion)
        seconds.append(time.perf_counter() - started)
    started = time.perf_counter()
    found = frontier(problem, 21)
    curve = time.perf_counter() - started
    bound, _ = conic(problem)
    return (
        f"| {name} | {cold * 1e3:.0f} | {np.median(seconds) * 1e3:.0f} | {first.gap:.3%} "
        f"| {curve:.2f} ({len(found.points)}) | {abs(first.bound / bound - 1):.0e} |"
    )


if __name__ == "__main__":
    main()

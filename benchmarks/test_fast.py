"""The fast path against its promises: a curve of 21 points, a slider step, and the conic bound in the same run.

Promises are of seconds of the processor, so that what else runs doesn't count.

pytest benchmarks/test_fast.py --benchmark-only
python benchmarks/test_fast.py             prints the table of docs/validation.md
"""

import time
from dataclasses import replace
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
from harvestdesk.optimize.engine.frontier import EngineFrontier, frontier
from harvestdesk.optimize.engine.problem import EngineProblem
from harvestdesk.optimize.engine.relaxation import Relaxation
from harvestdesk.optimize.problem import Side

CURVE_SECONDS, STEP_SECONDS = 1.5, 0.05
SAME_BOUND = 1e-5
STEPS = (10.5, 11.0, 12.0, 11.0, 10.0, 9.0, 8.0, 9.0)
BOOKS: dict[str, dict[str, Any]] = {
    "500 x 12": {},
    "500 x 12, 2 accounts": {"accounts": 2},
    "500 x 12, 5 accounts, menus and places": {"accounts": 5, "places": True},
    "500 x 12, turnover 5 %": {"limits": {"turnover": 0.05}},
    "500 x 12, tracking error 1 %": {"limits": {"tracking_error": 0.01}},
    "500 x 12, least order": {"limits": {"min_trade": 0.00025}},
    "500 x 12, 2 accounts, least order": {"accounts": 2, "limits": {"min_trade": 0.00025}},
    "1,000 x 20": {"size": (1000, 20)},
}


PROMISED = ("500 x 12", "500 x 12, 2 accounts", "500 x 12, least order")
"""Books whose steps and curves are held to the promises."""


def problem_of(
    limits: dict[str, Any] | None = None,
    size: tuple[int, int] = (500, 12),
    places: bool = False,
    **over: Any,
) -> EngineProblem:
    problem = read_problem({**factor_book(*size, **over), "limits": limits or {}})
    return with_places(problem) if places else problem


def with_places(problem: EngineProblem) -> EngineProblem:
    """Return a household whose later accounts offer half of everything, and where each place has its worth."""
    rng = np.random.default_rng(5)
    accounts, names = len(problem.account_ids), len(problem.symbols)
    may_buy = rng.random((accounts, names)) < 0.5
    may_buy[: accounts // 2] = True
    worth = np.where(problem.taxable, 0.5, -0.5)[:, None] * rng.uniform(0, 0.004, names)
    of_lots = -worth[problem.lot_account, problem.lot_security]
    return replace(problem, may_buy=may_buy, buy_extra=worth, lot_extra=of_lots)


def conic(problem: EngineProblem) -> tuple[float, float]:
    """Return the bound of the root relaxation by cone program, and its seconds, compiling included."""
    started = time.perf_counter()
    case = linear_case(problem)
    columns = whole_columns(problem, case.cost)
    sides = np.full(problem.sets, int(Side.OPEN), dtype=np.intp)
    node = solve_node(Relaxation(case, columns).compiled(), sides, lambda: False)
    bound = bound_of(case, columns, node.prices, sides).value
    return bound, time.perf_counter() - started


@pytest.mark.parametrize("name", PROMISED)
def test_a_curve_of_21_points(benchmark, name: str) -> None:
    problem = problem_of(**BOOKS[name])
    seconds = []

    def curve() -> EngineFrontier:
        started = time.process_time()
        found = frontier(problem, 21, 10.0)
        seconds.append(time.process_time() - started)
        return found

    found = benchmark.pedantic(curve, rounds=3, warmup_rounds=1)
    assert len(found.points) >= 20
    benchmark.extra_info["evaluations"] = found.evaluations
    assert min(seconds) <= CURVE_SECONDS


@pytest.mark.parametrize("name", PROMISED)
def test_a_slider_step(benchmark, name: str) -> None:
    model = FastModel(problem_of(**BOOKS[name]))
    model.point()
    seconds = []

    def steps() -> None:
        for aversion in STEPS:
            started = time.process_time()
            model.point(risk_aversion=aversion)
            seconds.append(time.process_time() - started)

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
            for universe in ("large100", "allcap1000"):
                books[f"{universe}, {year}"] = read_problem(real_book(universe, day))
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

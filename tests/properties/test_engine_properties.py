"""Whatever a small household asks: the plan is the best of all sides, its bound is true, every rule is kept."""

import warnings

import numpy as np
import pytest
from engine_households import FEATURES, best_of, household
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harvestdesk.domain.errors import NoPlanError
from harvestdesk.optimize.engine.case import linear_case
from harvestdesk.optimize.engine.columns import whole_columns
from harvestdesk.optimize.engine.duals import Prices, bound_of
from harvestdesk.optimize.engine.plan import EnginePlan, solve_problem
from harvestdesk.optimize.engine.problem import EngineProblem, Mode
from harvestdesk.optimize.engine.search import Effort
from harvestdesk.optimize.problem import Side

EXACT = Effort(aim=1e-7, good=1e-7, patience=10**9)
quick = settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@st.composite
def problems(draw: st.DrawFn) -> EngineProblem:
    over = draw(st.sampled_from([{}, {}, {"members": 2}, {"limits": {"tracking_error": 0.08}}]))
    mode = draw(st.sampled_from([Mode.REBALANCE, Mode.REBALANCE, Mode.HARVEST]))
    return household(
        draw(st.integers(0, 10**6)),
        tuple(f for f in FEATURES if draw(st.booleans())),
        names=draw(st.integers(2, 5)),
        lots=draw(st.integers(1, 3)),
        accounts=draw(st.integers(1, 3)),
        mode=mode.value,
        **over,
    )


def best_without_a_word(problem: EngineProblem) -> float:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # the plain solver's last digits
        return best_of(problem)


def solved(problem: EngineProblem) -> EnginePlan | None:
    try:
        return solve_problem(problem, EXACT)
    except NoPlanError:
        return None


@quick
@given(problems())
def test_a_plan_equals_the_best_of_all_sides(problem: EngineProblem) -> None:
    best, plan = best_without_a_word(problem), solved(problem)
    assert (plan is None) == (not np.isfinite(best))
    if plan is None:
        return
    sign = -1 if problem.mode is Mode.HARVEST else 1
    assert sign * plan.figures.objective == pytest.approx(best, abs=5e-7)
    assert sign * plan.bound <= best + 1e-7
    assert plan.figures.broken == ()


@quick
@given(problems(), st.integers(0, 10**6))
def test_no_prices_prove_more_than_is_true(problem: EngineProblem, seed: int) -> None:
    best, case = best_without_a_word(problem), linear_case(problem)
    columns, rng = whole_columns(problem, case.cost), np.random.default_rng(seed)
    sides = np.full(problem.sets, int(Side.OPEN), dtype=np.intp)
    for size in (1e-3, 1e-2, 1e-1):
        rows, factors = rng.normal(0, size, len(case.rows)), rng.normal(0, size, 3)
        prices = Prices(rows, factors, float(rng.uniform(0, 1e3 * size)))
        assert bound_of(case, columns, prices, sides).value <= best + 1e-8

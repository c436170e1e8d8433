"""The cone problem by hand: small enough to know the answer."""

import itertools
import time
from dataclasses import replace

import cvxpy as cp  # noqa: TID253 - the room under test owns it
import numpy as np
import pytest

from harvestdesk.domain.errors import CancelledError
from harvestdesk.optimize import solve
from harvestdesk.optimize.formulations import harvest
from harvestdesk.optimize.formulations.harvest import largest_purchase, maximise
from harvestdesk.optimize.problem import HarvestProblem, Side
from harvestdesk.optimize.sides import choose_sides, solve_sides
from harvestdesk.optimize.solve import SCS, SolveLimits, SolveStatus


def limits(**more) -> SolveLimits:
    return SolveLimits(time.perf_counter() + 30, **more)


def problem(
    *, sell=(), buy=(), specific=(0.04, 0.0225), active=None, limit=0.0035, accounts=1, **more
) -> HarvestProblem:
    """`sell` rows: (security, account, weight, loss); `buy` rows: (security, account)."""
    count = len(specific)
    return HarvestProblem(
        active=np.zeros(count) if active is None else np.array(active),
        loadings=more.pop("loadings", np.zeros((count, 1))),
        specific_variance=np.array(specific),
        security_set=np.array(more.pop("sets", range(count))),
        lot_security=np.array([r[0] for r in sell], dtype=np.intp),
        lot_account=np.array([r[1] for r in sell], dtype=np.intp),
        lot_limit=np.array([r[2] for r in sell], dtype=float),
        lot_value=np.array([r[3] for r in sell], dtype=float),
        buy_security=np.array([r[0] for r in buy], dtype=np.intp),
        buy_account=np.array([r[1] for r in buy], dtype=np.intp),
        buy_cost=np.zeros(len(buy)),
        accounts=accounts,
        limit=limit,
        **more,
    )


def test_tracking_error_limit__binds_at_the_hand_answer() -> None:
    # Selling s of one and buying s of the other: TE = s sqrt(0.2^2 + 0.15^2) = 0.25 s <= 0.0035.
    p = problem(sell=[(0, 0, 0.05, 0.1)], buy=[(1, 0)])
    found = maximise(p, limits())
    assert found.outcome.status is SolveStatus.OPTIMAL
    assert found.sold[0] == pytest.approx(0.014, rel=1e-5)
    assert found.bought[0] == pytest.approx(0.014, rel=1e-5)
    assert found.objective == pytest.approx(0.0014, rel=1e-5)
    # One more unit of tracking error sells 4 more of weight at a loss of 10 %.
    assert found.per_limit == pytest.approx(0.4, rel=1e-4)


def test_tracking_error_limit__with_room_sells_the_whole_lot() -> None:
    p = problem(sell=[(0, 0, 0.01, 0.1)], buy=[(1, 0)])
    assert maximise(p, limits()).sold[0] == pytest.approx(0.01, rel=1e-5)


def test_factor_exposure__a_replacement_with_the_same_factor_costs_only_specific_risk() -> None:
    shared = np.array([[0.2], [0.2], [-0.2]])
    p = problem(
        sell=[(0, 0, 0.05, 0.1)],
        buy=[(1, 0), (2, 0)],
        specific=(0.04, 0.0225, 0.0225),
        loadings=shared,
    )
    found = maximise(p, limits())
    # The third moves against the first: a little of it hedges nothing here, so (nearly) all in the second.
    assert found.bought[0] > 0.8 * found.sold[0]
    assert p.tracking_error(found.sold, found.bought) == pytest.approx(0.0035, rel=1e-4)


def test_gains__are_no_variable_and_cheap_lots_wait_for_dear_ones() -> None:
    p = problem(sell=[(0, 0, 0.01, 0.05), (0, 0, 0.01, 0.30)], buy=[(1, 0)])
    found = maximise(p, limits())
    assert found.sold[1] == pytest.approx(0.01, rel=1e-4)
    assert found.sold[0] == pytest.approx(0.004, rel=1e-3)


def test_cash__each_account_buys_for_what_it_sells() -> None:
    p = problem(
        sell=[(0, 0, 0.004, 0.1), (0, 1, 0.003, 0.1)],
        buy=[(1, 0), (1, 1)],
        accounts=2,
    )
    found = maximise(p, limits())
    assert found.bought == pytest.approx([0.004, 0.003], rel=1e-4)


def test_cash__an_account_without_a_replacement_sells_nothing() -> None:
    p = problem(
        sell=[(0, 0, 0.004, 0.1), (0, 1, 0.003, 0.1)],
        buy=[(1, 0)],
        accounts=2,
    )
    assert maximise(p, limits()).sold[1] == pytest.approx(0.0, abs=1e-7)


def test_cash__without_replacement_the_proceeds_stay() -> None:
    p = problem(sell=[(0, 0, 0.05, 0.1)], replace=False)
    found = maximise(p, limits())
    assert found.sold[0] == pytest.approx(0.0035 / 0.2, rel=1e-4)


def test_nothing_to_buy__is_an_empty_plan_and_no_error() -> None:
    found = maximise(problem(sell=[(0, 0, 0.05, 0.1)]), limits())
    assert found.usable
    assert found.objective == 0.0


def two_that_replace_each_other() -> HarvestProblem:
    return problem(
        sell=[(0, 0, 0.01, 0.2), (1, 0, 0.01, 0.1)],
        buy=[(0, 0), (1, 0)],
        specific=(0.04, 0.04),
        limit=0.01,
    )


def test_side__a_set_is_sold_or_bought_never_both() -> None:
    p = two_that_replace_each_other()
    chosen = choose_sides(p, limits())
    assert chosen.solution.sold == pytest.approx([0.01, 0.0], abs=1e-6)
    assert chosen.solution.bought == pytest.approx([0.0, 0.01], abs=1e-6)
    assert chosen.relaxed.bound >= 0.002 - 1e-9


def test_side__naive_relaxation_would_promise_more() -> None:
    p = two_that_replace_each_other()
    # Sold and bought back at once: no tracking error, both losses. The sides forbid it, the bound knows.
    assert maximise(p, limits()).bound < 0.0029


def random_problem(seed: int, count: int = 5) -> HarvestProblem:
    rng = np.random.default_rng(seed)
    weights = rng.dirichlet(np.ones(count))
    return problem(
        sell=[(i, 0, weights[i] / 2, rng.uniform(0.02, 0.4)) for i in range(count)],
        buy=[(i, 0) for i in range(count)],
        specific=rng.uniform(0.02, 0.08, count),
        active=rng.normal(0, 0.002, count),
        loadings=rng.normal(0.1, 0.08, (count, 2)),
        limit=0.02,
    )


@pytest.mark.parametrize("seed", range(4))
def test_bound__lies_above_the_best_of_all_sides(seed: int) -> None:
    p = random_problem(seed)
    every = [
        solve_sides(p, np.array(sides), limits()).objective
        for sides in itertools.product((Side.BUY, Side.SELL), repeat=5)
    ]
    chosen = choose_sides(p, limits())
    assert chosen.relaxed.bound >= max(every) * (1 - 1e-6)
    assert chosen.solution.objective <= max(every) * (1 + 1e-6)
    assert chosen.solution.objective >= max(every) * 0.97  # flips find (nearly) the best


@pytest.mark.parametrize("seed", range(3))
def test_solvers__agree_on_the_optimum(seed: int) -> None:
    p = random_problem(seed, 12)
    first, second = maximise(p, limits()), maximise(p, limits(solvers=(SCS,)))
    assert first.outcome.solver == "CLARABEL"
    assert second.outcome.solver == "SCS"
    assert second.objective == pytest.approx(first.objective, rel=1e-4)


def test_fallback__is_recorded_never_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    original = solve._attempt

    def refuse(model, solver, how):
        if solver == solve.CLARABEL:
            return SolveStatus.FAILED, float("nan")
        return original(model, solver, how)

    monkeypatch.setattr(solve, "_attempt", refuse)
    outcome = maximise(random_problem(1), limits()).outcome
    assert outcome.solver == "SCS"
    assert outcome.tried == (("CLARABEL", "failed"), ("SCS", "optimal"))


def test_inaccurate__is_not_optimal() -> None:
    assert solve.STATUSES[cp.OPTIMAL_INACCURATE] is not SolveStatus.OPTIMAL


def test_constraint_objects__stay_few_however_many_lots(monkeypatch: pytest.MonkeyPatch) -> None:
    counted = []
    original = harvest.run

    def count(model, how):
        counted.append(len(model.constraints))
        return original(model, how)

    monkeypatch.setattr(harvest, "run", count)
    maximise(random_problem(2, 60), limits())
    assert counted[0] <= 15


def test_constraint_objects__too_many_are_a_defect() -> None:
    x = cp.Variable()
    model = cp.Problem(cp.Minimize(x), [x >= i for i in range(solve.MAX_CONSTRAINTS + 1)])
    with pytest.raises(AssertionError, match="vectorise"):
        solve.run(model, limits())


def test_cancel__stops_inside_the_solver() -> None:
    calls = []

    def check() -> None:
        calls.append(1)
        if len(calls) > 3:
            raise CancelledError("stopped")

    with pytest.raises(CancelledError):
        maximise(random_problem(3, 40), limits(check=check))


def test_largest_purchase__is_tight_and_never_below_the_optimum() -> None:
    p = random_problem(1, 10)
    found = choose_sides(p, limits()).solution
    assert (found.bought <= largest_purchase(p) + 1e-6).all()


def test_identical_set__shares_one_side_across_accounts_and_securities() -> None:
    # Securities 0 and 1 are identical. Selling 0 in one account forbids buying 1 in the other.
    p = problem(
        sell=[(0, 0, 0.01, 0.2), (2, 1, 0.001, 0.1)],
        buy=[(2, 0), (1, 1), (3, 1)],
        specific=(0.04, 0.04, 0.04, 0.04),
        sets=(0, 0, 1, 2),
        accounts=2,
        limit=0.01,
    )
    found = choose_sides(p, limits()).solution
    bought = found.bought
    assert found.sold[0] == pytest.approx(0.01, rel=1e-3)
    assert bought[1] == pytest.approx(0.0, abs=1e-7)


def test_scale__does_not_change_the_answer() -> None:
    small = problem(sell=[(0, 0, 5e-6, 0.1)], buy=[(1, 0)], limit=3.5e-7)
    assert maximise(small, limits()).sold[0] > 0
    assert maximise(replace(small, limit=0.0035), limits()).sold[0] == pytest.approx(5e-6, rel=1e-2)

"""The maximiser on the engine, by hand: small enough to know the answer."""

import itertools
import time
from dataclasses import replace

import numpy as np
import pytest

from harvestdesk.domain.errors import CancelledError
from harvestdesk.optimize import harvest_solving
from harvestdesk.optimize.engine import conic, relaxation
from harvestdesk.optimize.engine.case import linear_case
from harvestdesk.optimize.engine.columns import whole_columns
from harvestdesk.optimize.engine.relaxation import MAX_CONSTRAINTS, Relaxation
from harvestdesk.optimize.harvest_model import harvest_model, largest_purchase
from harvestdesk.optimize.harvest_solving import Solution, choose_sides, nearest_mix, solve_sides
from harvestdesk.optimize.problem import HarvestProblem, Side
from harvestdesk.optimize.solve import SolveLimits, SolveStatus
from harvestdesk.optimize.solvers import CLARABEL, SCS
from harvestdesk.optimize.stages import branching


def limits(**more) -> SolveLimits:
    return SolveLimits(time.perf_counter() + 30, **more)


def best(p: HarvestProblem, **more) -> Solution:
    solution = choose_sides(p, limits(**more)).solution
    assert solution is not None
    return solution


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
    chosen = choose_sides(p, limits())
    found = chosen.solution
    assert chosen.status is SolveStatus.OPTIMAL
    assert chosen.bound == pytest.approx(0.0014, rel=1e-5)
    assert found.sold[0] == pytest.approx(0.014, rel=1e-5)
    assert found.bought[1] == pytest.approx(0.014, rel=1e-5)
    assert found.objective == pytest.approx(0.0014, rel=1e-5)
    # One more unit of tracking error sells 4 more of weight at a loss of 10 %.
    assert found.per_limit == pytest.approx(0.4, rel=1e-4)


def test_tracking_error_limit__with_room_sells_the_whole_lot() -> None:
    p = problem(sell=[(0, 0, 0.01, 0.1)], buy=[(1, 0)])
    assert best(p).sold[0] == pytest.approx(0.01, rel=1e-5)


def test_factor_exposure__a_replacement_with_the_same_factor_costs_only_specific_risk() -> None:
    shared = np.array([[0.2], [0.2], [-0.2]])
    p = problem(
        sell=[(0, 0, 0.05, 0.1)],
        buy=[(1, 0), (2, 0)],
        specific=(0.04, 0.0225, 0.0225),
        loadings=shared,
    )
    found = best(p)
    # The third moves against the first: a little of it hedges nothing here, so (nearly) all in the second.
    assert found.bought[1] > 0.8 * found.sold[0]
    assert p.tracking_error(found.sold, found.bought[1:]) == pytest.approx(0.0035, rel=1e-4)


def test_gains__are_no_variable_and_cheap_lots_wait_for_dear_ones() -> None:
    p = problem(sell=[(0, 0, 0.01, 0.05), (0, 0, 0.01, 0.30)], buy=[(1, 0)])
    found = best(p)
    assert found.sold[1] == pytest.approx(0.01, rel=1e-4)
    assert found.sold[0] == pytest.approx(0.004, rel=1e-3)


def test_cash__each_account_buys_for_what_it_sells() -> None:
    p = problem(
        sell=[(0, 0, 0.004, 0.1), (0, 1, 0.003, 0.1)],
        buy=[(1, 0), (1, 1)],
        accounts=2,
    )
    assert best(p).sold == pytest.approx([0.004, 0.003], rel=1e-4)
    assert best(p).bought == pytest.approx([0.0, 0.007], rel=1e-4)


def test_cash__an_account_without_a_replacement_sells_nothing() -> None:
    p = problem(
        sell=[(0, 0, 0.004, 0.1), (0, 1, 0.003, 0.1)],
        buy=[(1, 0)],
        accounts=2,
    )
    assert best(p).sold[1] == pytest.approx(0.0, abs=1e-7)


def test_cash__without_replacement_the_proceeds_stay() -> None:
    p = problem(sell=[(0, 0, 0.05, 0.1)], replace=False)
    found = best(p)
    assert found.sold[0] == pytest.approx(0.0035 / 0.2, rel=1e-4)


def test_nothing_to_buy__is_an_empty_plan_and_no_error() -> None:
    chosen = choose_sides(problem(sell=[(0, 0, 0.05, 0.1)]), limits())
    assert (chosen.status, chosen.solver) == (SolveStatus.OPTIMAL, "none")
    assert chosen.solution.objective == chosen.bound == 0.0


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
    assert chosen.bound >= 0.002 - 1e-9


def test_side__naive_relaxation_would_promise_more() -> None:
    p = two_that_replace_each_other()
    # Sold and bought back at once: no tracking error, both losses. The sides forbid it, the bound knows.
    assert choose_sides(p, limits()).bound < 0.0029


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


@pytest.mark.parametrize("seed", range(6))
def test_sides__are_the_best_of_all_within_the_proven_gap(seed: int) -> None:
    p = random_problem(seed)
    every = [
        solve_sides(p, np.array(sides), limits()).objective
        for sides in itertools.product((Side.BUY, Side.SELL), repeat=5)
    ]
    chosen = choose_sides(p, limits())
    assert chosen.bound >= max(every) * (1 - 1e-6)
    assert chosen.bound <= max(every) * (1 + 5e-4)
    assert max(every) * (1 - 5e-4) <= chosen.solution.objective <= max(every) * (1 + 1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_solvers__agree_on_the_optimum(seed: int) -> None:
    p = random_problem(seed, 12)
    first, second = choose_sides(p, limits()), choose_sides(p, limits(solvers=(SCS,)))
    assert (first.solver, second.solver) == (CLARABEL, SCS)
    assert second.solution.objective == pytest.approx(first.solution.objective, rel=5e-4)


def failing(part, *_):
    empty = np.full(len(part.c), np.nan)
    return SolveStatus.FAILED, empty, np.zeros(len(part.b)), 0, 0.0


def test_fallback__is_recorded_never_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(conic._SOLVERS, CLARABEL, failing)
    chosen = choose_sides(random_problem(1), limits())
    assert chosen.tried == ((CLARABEL, "failed"), (SCS, "optimal"))
    assert chosen.status is SolveStatus.OPTIMAL


def test_no_solver__is_no_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(conic._SOLVERS, CLARABEL, failing)
    monkeypatch.setitem(conic._SOLVERS, SCS, failing)
    chosen = choose_sides(random_problem(1), limits())
    assert chosen.solution is None
    assert chosen.status is SolveStatus.FAILED
    assert (
        nearest_mix(random_problem(1), np.full(5, 0.001), limits()).sum() > 0
    )  # Newton needs neither


def test_time_up__asks_no_further_solver() -> None:
    chosen = choose_sides(random_problem(1), SolveLimits(time.perf_counter() - 1))
    assert chosen.tried == ((CLARABEL, "user_limit"),)
    assert chosen.solution is None


@pytest.mark.parametrize(("proven", "status"), [(1.0, "optimal"), (1.1, "inaccurate")])
def test_uncertain_answer__is_optimal_only_near_what_is_proven(
    monkeypatch: pytest.MonkeyPatch, proven: float, status: str
) -> None:
    p = random_problem(1)
    original = harvest_solving.search

    def uncertain(case, effort):
        found = original(case, effort)
        return replace(found, status=SolveStatus.INACCURATE, bound=proven * found.best.objective)

    monkeypatch.setattr(harvest_solving, "search", uncertain)
    assert choose_sides(p, limits()).status.value == status


def test_progress__tells_nodes_and_what_is_left_of_the_gap() -> None:
    told = []
    chosen = choose_sides(random_problem(4, 30), limits(), lambda *now: told.append(now))
    nodes, gaps = zip(*told, strict=True)
    assert list(nodes) == sorted(set(nodes))
    assert nodes[0] == 1
    assert gaps[0] > gaps[-1] > 1e-4
    assert chosen.nodes > nodes[-1]


def test_progress__is_reported_as_a_stage_with_its_figures() -> None:
    said = []
    branching(lambda stage, fraction: said.append((stage, fraction)))(12, 0.00312)
    assert said == [("branch/12/0.31", None)]


@pytest.mark.parametrize("count", [6, 60])
def test_constraint_objects__stay_few_however_many_lots(count: int) -> None:
    case = linear_case(harvest_model(random_problem(2, count)))
    written = Relaxation(case, whole_columns(case.problem, case.cost)).problem
    assert len(written.constraints) == 19 <= MAX_CONSTRAINTS


def test_constraint_objects__too_many_are_a_defect(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relaxation, "MAX_CONSTRAINTS", 10)
    with pytest.raises(AssertionError, match="vectorise"):
        choose_sides(random_problem(2), limits())


def test_cancel__stops_inside_the_solver() -> None:
    calls = []

    def check() -> None:
        calls.append(1)
        if len(calls) > 3:
            raise CancelledError("stopped")

    with pytest.raises(CancelledError):
        choose_sides(random_problem(3, 40), limits(check=check))


def test_largest_purchase__is_tight_and_never_below_the_optimum() -> None:
    p = random_problem(1, 10)
    assert (best(p).bought <= largest_purchase(p) + 1e-6).all()
    # Of a security of 20 % own risk, 2 % of tracking error leave room for a tenth, less what is there.
    one = problem(
        sell=[(0, 0, 0.5, 0.1)], buy=[(1, 0)], specific=(0.04, 0.04), active=[0, 0.02], limit=0.02
    )
    assert largest_purchase(one) == pytest.approx([0.0, 0.08], rel=1e-6)


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
    found = best(p)
    assert found.sold[0] == pytest.approx(0.01, rel=1e-3)
    assert found.bought[1] == pytest.approx(0.0, abs=1e-7)


def test_scale__does_not_change_the_answer() -> None:
    small = problem(sell=[(0, 0, 5e-6, 0.1)], buy=[(1, 0)], limit=3.5e-7)
    assert best(small).sold[0] > 0
    assert best(replace(small, limit=0.0035)).sold[0] == pytest.approx(5e-6, rel=1e-2)


def test_worth__a_loss_that_saves_nothing_is_sold_for_nobody() -> None:
    p = problem(
        sell=[(0, 0, 0.01, 0.0), (1, 0, 0.001, 0.1)], buy=[(2, 0)], specific=(0.04, 0.04, 0.04)
    )
    assert best(p).objective == pytest.approx(0.0001, rel=1e-4)


def test_purchase_cost__a_swap_that_costs_more_than_it_wins_is_not_made() -> None:
    p = problem(sell=[(0, 0, 0.01, 0.1)], buy=[(1, 0)])
    assert best(replace(p, buy_cost=np.array([0.099]))).sold[0] == pytest.approx(0.01, rel=1e-4)
    assert best(replace(p, buy_cost=np.array([0.101]))).sold[0] == pytest.approx(0.0, abs=1e-7)


def mix(p: HarvestProblem, sold, **more) -> list[float]:
    return nearest_mix(p, np.array(sold), limits(**more)).tolist()


def test_mix__splits_by_own_risk_by_hand() -> None:
    # Own variances 0.04 and 0.01: the least together is a fifth and four fifths.
    p = problem(sell=[(0, 0, 0.01, 0.1)], buy=[(1, 0), (2, 0)], specific=(0.09, 0.04, 0.01))
    assert mix(p, [0.01]) == pytest.approx([0.002, 0.008], rel=1e-6)
    assert mix(replace(p, replace=False), [0.01]) == [0.0, 0.0]


def test_mix__cost_decides_among_like_purchases_only() -> None:
    p = problem(
        sell=[(0, 0, 0.01, 0.1)], buy=[(1, 0), (2, 0)], specific=(0.09, 0.04, 0.04), limit=0.01
    )
    # Even split at 0.04 u^2 / 0.01^2 each; a cost of 0.8 moves 0.8 * 0.01^2 / (4 * 0.04) from one to the other.
    cost = np.array([0.8, 0.0])
    assert mix(replace(p, buy_cost=cost), [0.01]) == pytest.approx([0.0045, 0.0055], rel=1e-5)


def test_mix__accounts_that_buy_the_same_share_it_in_few_orders() -> None:
    p = problem(
        sell=[(0, 0, 0.01, 0.1), (0, 1, 0.002, 0.1), (0, 2, 0.001, 0.1)],
        buy=[(1, 0), (2, 0), (1, 1), (2, 1)],
        specific=(0.09, 0.02, 0.01),
        accounts=3,
    )
    bought = mix(p, [0.01, 0.002, 0.001])
    # A third and two thirds of what both bring; the third account may buy nothing and keeps its proceeds.
    assert bought[0] + bought[2] == pytest.approx(0.004, rel=1e-4)
    assert bought[1] + bought[3] == pytest.approx(0.008, rel=1e-4)
    assert bought[0] + bought[1] == pytest.approx(0.01, rel=1e-4)
    assert sum(amount > 0 for amount in bought) == 3


def test_mix__without_own_risk_the_cone_program_answers() -> None:
    p = problem(
        sell=[(0, 0, 0.01, 0.1)],
        buy=[(1, 0), (2, 0)],
        specific=(0.04, 0.0, 0.0),
        loadings=np.array([[0.2], [0.1], [0.3]]),
    )
    assert mix(p, [0.01]) == pytest.approx([0.005, 0.005], rel=1e-3)
    assert mix(p, [0.01], solvers=(SCS,)) == pytest.approx([0.005, 0.005], rel=1e-2)

"""The fast path: the conic bound in a few evaluations, plans that keep every rule, and nothing beyond what it knows."""

import subprocess
import sys
from dataclasses import replace
from decimal import ROUND_DOWN, Decimal
from pathlib import Path

import numpy as np
import pytest
from engine_books import book
from engine_households import FEATURES, best_of, household

from harvestdesk.domain.errors import NoPlanError
from harvestdesk.optimize.engine.case import linear_case
from harvestdesk.optimize.engine.columns import whole_columns
from harvestdesk.optimize.engine.conic import solve_node
from harvestdesk.optimize.engine.duals import bound_of
from harvestdesk.optimize.engine.evaluate import evaluate
from harvestdesk.optimize.engine.facts import read_problem
from harvestdesk.optimize.engine.fast import FastModel, FastPoint
from harvestdesk.optimize.engine.fast_proof import Start
from harvestdesk.optimize.engine.plan import solve_problem
from harvestdesk.optimize.engine.problem import EngineProblem
from harvestdesk.optimize.engine.relaxation import Relaxation
from harvestdesk.optimize.engine.trades import Buy, Sale, Trades
from harvestdesk.optimize.problem import Side

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "benchmarks"))
from problems import factor_book, real_book

STEP = Decimal("0.000001")
KNOWN = tuple(f for f in FEATURES if f != "volumes")
PROFILE = {"filing_status": "mfj", "wages": "400000", "realised_short": "30000"}
VARIANTS = [
    {},
    {"seed": 2, "accounts": 3},
    {"seed": 3, "members": 2},
    {"seed": 4, "limits": {"tracking_error": 0.03}},
    {"seed": 5, "limits": {"turnover": 0.08, "gain_budget": -0.01}},
    {"seed": 6, "limits": {"tax_budget": -0.02, "sectors": {"Energy": [0.3, 0.5]}}},
    {"seed": 7, "accounts": 2, "members": 2, "limits": {"turnover": 0.2, "tracking_error": 0.05}},
]


def conic_bound(problem: EngineProblem) -> float:
    """Return the bound of the root relaxation, by cone program and closed form."""
    case = linear_case(problem)
    columns = whole_columns(problem, case.cost)
    sides = np.full(problem.sets, int(Side.OPEN), dtype=np.intp)
    node = solve_node(Relaxation(case, columns).compiled(), sides, lambda: False)
    return bound_of(case, columns, node.prices, sides).value


def assert_feasible(problem: EngineProblem, point: FastPoint) -> None:
    """Hold a plan against every rule, and its figures against themselves, from its weights alone."""
    limits, room = problem.limits, 1.1e-7
    sold, bought = point.sold, point.bought
    assert (sold >= 0).all()
    assert (bought >= 0).all()
    assert (sold <= np.where(problem.sellable, problem.lot_most, 0.0) + 1e-15).all()
    assert not (bought[:, ~problem.buyable] > 0).any()
    if problem.may_buy is not None:
        assert not (bought[~problem.may_buy] > 0).any()
    of_account = np.bincount(problem.lot_account, sold, minlength=len(problem.cash))
    cash = problem.cash + of_account - bought.sum(axis=1) - point.paid
    least = 0.0 if limits.cash_least is None else limits.cash_least
    assert (cash >= least - room).all()
    assert (cash <= np.maximum(limits.cash, least) + room).all()
    gone = np.bincount(problem.lot_security, sold, minlength=len(problem.symbols))
    in_all = bought.sum(axis=0)
    after = problem.held - gone + in_all
    assert (after <= np.maximum(problem.cap, problem.held) + room).all()
    lost = np.zeros(problem.sets, dtype=bool)
    lost[problem.lot_set[problem.is_loss & (sold > 0)]] = True
    assert not lost[problem.set_of[in_all > 0]].any()
    for most, traded in ((problem.most_sold, gone), (problem.most_bought, in_all)):
        assert most is None or (traded <= most + room).all()
    for group in limits.groups:
        assert group.least - room <= float(group.members @ after) <= group.most + room
    for name, low, high in limits.sectors:
        inside = sum(w for w, s in zip(after, problem.sectors, strict=True) if s == name)
        assert low - room <= inside <= high + room
    if limits.payout is not None:
        assert point.paid.sum() == pytest.approx(limits.payout.amount)
        assert not (point.paid[~limits.payout.payers] > 0).any()
    variance = problem.variance(problem.active - gone + in_all)
    assert point.tracking_error == pytest.approx(np.sqrt(variance), rel=1e-9)
    assert point.tracking_error <= limits.tracking_error + room
    assert point.turnover == pytest.approx(sold.sum())
    assert point.turnover <= limits.turnover + room
    assert point.tax <= limits.tax + room
    assert point.bound <= point.objective
    assert point.gap == pytest.approx((point.objective - point.bound) / abs(point.bound), abs=1e-12)


@pytest.mark.parametrize("variant", VARIANTS, ids=str)
def test_the_bound_is_that_of_the_cone_program(variant) -> None:
    problem = read_problem(book(names=40, lots=5, **variant))
    point = FastModel(problem).point()
    assert point.bound == pytest.approx(conic_bound(problem), rel=1e-5)
    assert_feasible(problem, point)


@pytest.mark.parametrize(
    ("names", "over"),
    [
        (100, {}),
        (100, {"accounts": 2}),
        (500, {}),
        (500, {"limits": {"turnover": 0.05, "gain_budget": -0.03}}),
    ],
    ids=str,
)
def test_the_bound_on_factor_books_is_that_of_the_cone_program(names, over) -> None:
    document = factor_book(names, 12, accounts=over.get("accounts", 1))
    problem = read_problem({**document, "limits": over.get("limits", {})})
    point = FastModel(problem).point()
    assert point.bound == pytest.approx(conic_bound(problem), rel=1e-5)
    assert point.gap <= (1e-2 if names == 100 else 1e-3)
    assert_feasible(problem, point)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_the_bound_at_real_prices_is_that_of_the_cone_program(shared) -> None:
    from datetime import date

    problem = read_problem(real_book("large100", date(2022, 12, 5), risk_aversion=50.0))
    point = FastModel(problem).point()
    assert point.bound == pytest.approx(conic_bound(problem), rel=1e-5)
    assert point.gap <= 5e-3
    assert_feasible(problem, point)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("features", [KNOWN, *[(f,) for f in KNOWN]], ids=str)
def test_households_keep_their_rules_near_the_best_of_all_sides(seed, features) -> None:
    problem = household(seed, features)
    if not np.isfinite(best_of(problem)):
        return
    point = FastModel(problem).point(flips=60)
    assert_feasible(problem, point)
    best = best_of(problem)
    assert point.bound <= best + 1e-8
    assert best - 1e-7 <= point.objective


@pytest.mark.parametrize("seed", range(4))
def test_household_bounds_are_those_of_the_cone_program(seed) -> None:
    features = tuple(f for n, f in enumerate(KNOWN) if (n + seed) % 3)
    problem = household(seed, features, names=9, lots=4)
    # Some of these objectives are nearly nothing: 2e-8 is two cents in a million.
    bound = FastModel(problem).point().bound
    assert bound == pytest.approx(conic_bound(problem), rel=1e-5, abs=2e-8)


def test_any_prices_give_a_bound_below_any_plan() -> None:
    rng = np.random.default_rng(3)
    problem = read_problem(book(seed=5, accounts=2, limits={"tracking_error": 0.05}))
    model = FastModel(problem)
    point = model.point()
    assert model.bound(point.prices) <= point.objective
    for _ in range(50):
        rows = {name: float(rng.normal(0, 0.05)) for name in point.prices.rows}
        prices = Start(rows, rng.normal(0, 0.1, 3), float(rng.uniform(0, 30)))
        assert model.bound(prices) <= point.bound + 1e-9


def test_a_slider_step_takes_few_evaluations_and_ends_where_a_cold_one_does() -> None:
    problem = read_problem(factor_book(500, 12))
    model = FastModel(problem)
    cold = model.point()
    for aversion in (11.0, 15.0, 12.0):
        warm = model.point(risk_aversion=aversion)
        assert warm.evaluations <= 150
        again = FastModel(problem).point(risk_aversion=aversion)
        assert warm.bound == pytest.approx(again.bound, rel=2e-6)
        assert warm.objective == pytest.approx(again.objective, rel=3e-4)
    assert cold.evaluations <= 200
    assert model.evaluations >= cold.evaluations


def test_limits_of_a_point_are_those_of_a_problem_with_them() -> None:
    document = book(names=30, lots=4, seed=8)
    limits = {"tracking_error": 0.02, "turnover": 0.2, "tax_budget": -0.01, "gain_budget": -0.03}
    point = FastModel(read_problem(document)).point(25.0, **limits)
    document["limits"] = limits
    document["objective"]["risk_aversion"] = 25.0
    problem = read_problem(document)
    other = FastModel(problem).point()
    assert point.bound == pytest.approx(other.bound, rel=1e-6)
    assert_feasible(problem, point)
    assert point.risk_aversion == 25.0


def test_plans_are_near_those_of_the_search() -> None:
    problem = read_problem(book(names=25, lots=4, seed=9, accounts=2))
    plan, point = solve_problem(problem), FastModel(problem).point(flips=40)
    assert point.objective == pytest.approx(plan.figures.objective, rel=3e-3)
    assert point.bound <= plan.figures.objective


def test_where_no_plan_keeps_the_rules_that_is_said() -> None:
    problem = read_problem(book(seed=1))
    with pytest.raises(NoPlanError) as caught:
        FastModel(problem).point(tracking_error=1e-5, turnover=1e-4)
    assert caught.value.code == "infeasible"


def test_rules_it_does_not_know_are_named() -> None:
    problem = read_problem(book())
    harvest = read_problem(book(mode="harvest", limits={"tracking_error": 0.06}))
    assert FastModel.covers(problem) is None
    assert FastModel.covers(harvest) == "mode"
    moved = household(0, ("volumes",))
    assert FastModel.covers(moved) == "max_volume"
    for rule, value in (("ticket_cost", 1e-6), ("max_trades", 3)):
        limited = replace(problem, limits=replace(problem.limits, **{rule: value}))
        assert FastModel.covers(limited) == rule
        with pytest.raises(AssertionError):
            FastModel(limited)


@pytest.mark.parametrize("seed", range(4))
def test_limits_on_volume_hold_where_nothing_is_moved(seed) -> None:
    problem = household(seed, ("volumes",), accounts=1)
    point = FastModel(problem).point(flips=60)
    assert_feasible(problem, point)
    assert point.bound <= best_of(problem) + 1e-8
    assert best_of(problem) - 1e-7 <= point.objective


@pytest.mark.parametrize("seed", range(4))
def test_orders_are_of_the_least_size_or_none(seed) -> None:
    least = 0.01
    problem = read_problem(book(names=20, seed=seed, accounts=2, limits={"min_trade": least}))
    point = FastModel(problem).point()
    assert_feasible(problem, point)
    order = problem.lot_account * len(problem.symbols) + problem.lot_security
    sales = np.bincount(order, point.sold)
    for amounts in (sales, point.bought.ravel()):
        traded = amounts[amounts > 1e-7]
        assert (traded >= least * (1 - 1e-9)).all()
    sizes = [sales[sales > 1e-7], point.bought[point.bought > 1e-7]]
    assert point.orders == sum(len(s) for s in sizes) > 0


@pytest.mark.parametrize("accounts", [1, 2])
def test_orders_made_larger_cost_little_and_the_bound_counts_them(accounts) -> None:
    document = factor_book(100, 12, accounts=accounts)
    free = FastModel(read_problem(document)).point()
    problem = read_problem({**document, "limits": {"min_trade": 0.0015}})
    model = FastModel(problem)
    point = model.point()
    assert_feasible(problem, point)
    assert point.bound > free.bound + 1e-6  # what sets left alone or made larger cost is proven
    assert point.gap <= (0.02 if accounts == 1 else 0.06)
    sizes = np.concatenate([order_sizes(problem, point), point.bought.ravel()])
    assert (sizes[sizes > 1e-7] >= 0.0015 * (1 - 1e-9)).all()
    assert (np.abs(sizes - 0.0015) <= 1e-8).sum() >= 3  # some are of just that size
    again = model.point(risk_aversion=11.0)
    assert again.evaluations <= 150
    assert_feasible(problem, again)


def order_sizes(problem: EngineProblem, point: FastPoint) -> np.ndarray:
    """Return weights sold by account and security."""
    return np.bincount(
        problem.lot_account * len(problem.symbols) + problem.lot_security, point.sold
    )


@pytest.mark.parametrize("seed", range(5))
def test_netted_plans_lie_between_the_bound_and_the_best_plan(seed) -> None:
    problem = read_problem(book(names=12, lots=4, seed=seed, tax={"profile": PROFILE}))
    plan, point = solve_problem(problem), FastModel(problem).point(flips=20)
    assert_feasible(problem, point)
    assert point.bound <= plan.figures.objective
    assert point.objective >= plan.bound - 1e-8
    assert point.objective == pytest.approx(plan.figures.objective, rel=2e-2)
    again = FastModel(problem)
    again.point(risk_aversion=12.0)
    warm = again.point()
    assert warm.bound <= plan.figures.objective
    assert_feasible(problem, warm)


def test_a_netted_budget_holds_for_the_years_own_tax() -> None:
    document = book(names=12, lots=4, seed=2, tax={"profile": PROFILE})
    free = FastModel(read_problem(document)).point()
    budget = free.tax / 2
    document["limits"] = {"tax_budget": budget}
    problem = read_problem(document)
    assert_feasible(problem, FastModel(problem).point())
    tighter = FastModel(problem).point(risk_aversion=200.0, tax_budget=free.tax)
    assert tighter.tax <= free.tax + 1e-7
    with pytest.raises(NoPlanError):  # the year can't save more than what its losses do
        FastModel(problem).point(tax_budget=free.tax - 0.002)


@pytest.mark.parametrize("realised", ["0", "30000"])
@pytest.mark.parametrize("seed", range(3))
def test_what_a_netted_plan_is_worth_is_what_its_trades_are(seed, realised) -> None:
    profile = {**PROFILE, "realised_short": realised}
    document = book(names=12, lots=4, seed=seed, accounts=2, tax={"profile": profile})
    problem = read_problem(document)
    point = FastModel(problem).point()
    figures = evaluate(problem, trades_of(problem, point))
    assert figures.broken == ()
    # What a year uses of losses is exact: in shares, only the last digits differ.
    assert point.objective == pytest.approx(figures.objective, abs=2e-7)
    assert point.tax * float(problem.exact.value) == pytest.approx(float(figures.tax_cost), abs=0.5)
    assert point.bound <= solve_problem(problem).figures.objective + 1e-9


def trades_of(problem: EngineProblem, point: FastPoint) -> Trades:
    """Return a plan in weights as millionths of shares, purchases a hair smaller so that cash is there."""
    exact = problem.exact
    part = point.sold / np.where(problem.lot_weight > 0, problem.lot_weight, 1.0)
    sales = [
        Sale(lot, min(n, Decimal(share) * n).quantize(STEP, ROUND_DOWN))
        for lot, (share, n) in enumerate(zip(part.tolist(), exact.shares, strict=True))
        if share > 0
    ]
    buys = [
        Buy(a, s, (Decimal(w) * exact.value / exact.prices[s]).quantize(STEP, ROUND_DOWN) - STEP)
        for a, row in enumerate(point.bought.tolist())
        for s, w in enumerate(row)
        if w > 1e-12
    ]
    return Trades(tuple(x for x in sales if x.shares > 0), tuple(x for x in buys if x.shares > 0))


def test_order_of_inputs_changes_nothing() -> None:
    document = book(names=30, lots=4, seed=4)
    point = FastModel(read_problem(document)).point()
    document["lots"].reverse()
    document["securities"].reverse()
    turned = FastModel(read_problem(document)).point()
    assert turned.bound == pytest.approx(point.bound, rel=1e-6)
    assert turned.objective == pytest.approx(point.objective, rel=1e-5)


def test_no_solver_is_imported() -> None:
    code = (
        "import sys, harvestdesk.optimize.engine.frontier;"
        "print([m for m in ('cvxpy', 'scipy.stats', 'pandas', 'clarabel') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

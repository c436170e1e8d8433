"""Plans of the engine: the optimum of small cases, true bounds, and every rule kept."""

import copy
from decimal import Decimal

import numpy as np
import pytest
from engine_books import Plain, book

from harvestdesk.domain.errors import CancelledError, NoPlanError
from harvestdesk.optimize.engine.answer import answer_document
from harvestdesk.optimize.engine.case import linear_case, objective_of
from harvestdesk.optimize.engine.columns import lots_sold, runs, whole_columns
from harvestdesk.optimize.engine.conic import solve_node
from harvestdesk.optimize.engine.duals import Prices, bound_of
from harvestdesk.optimize.engine.evaluate import evaluate
from harvestdesk.optimize.engine.facts import read_problem
from harvestdesk.optimize.engine.newton import fixed_plan
from harvestdesk.optimize.engine.plan import solve_problem
from harvestdesk.optimize.engine.relaxation import MAX_CONSTRAINTS, Relaxation
from harvestdesk.optimize.engine.search import Effort, search
from harvestdesk.optimize.engine.trades import Buy, Sale, Trades
from harvestdesk.optimize.problem import Side

EXACT = Effort(aim=1e-7, good=1e-7, patience=10**9)


def never() -> bool:
    return False


def open_sides(problem):
    return np.full(problem.sets, int(Side.OPEN), dtype=np.intp)


VARIANTS = [
    {},
    {"seed": 1},
    {"seed": 2, "accounts": 3},
    {"seed": 3, "members": 2},
    {"seed": 4, "limits": {"tracking_error": 0.03}},
    {"seed": 5, "limits": {"turnover": 0.08, "gain_budget": -0.01}},
    {"seed": 6, "accounts": 2, "members": 2, "limits": {"turnover": 0.2}},
    {"seed": 7, "mode": "harvest", "limits": {"tracking_error": 0.06}},
    {"seed": 8, "mode": "harvest", "limits": {"tracking_error": 0.09}},
]


@pytest.mark.parametrize("variant", VARIANTS, ids=str)
def test_small_cases_equal_brute_force_over_all_sides(variant) -> None:
    document = book(names=6, lots=2, **variant)
    plan = solve_problem(read_problem(document), EXACT)
    best = Plain(document).best()
    assert plan.figures.objective == pytest.approx(best, abs=2e-7)
    assert plan.figures.broken == ()
    sign = -1 if document["mode"] == "harvest" else 1
    assert sign * plan.bound <= sign * best + 1e-9
    assert plan.status == "optimal"


@pytest.mark.parametrize("seed", range(4))
def test_any_prices_give_a_bound_below_any_plan(seed) -> None:
    problem = read_problem(book(seed=seed, accounts=2, limits={"tracking_error": 0.05}))
    case = linear_case(problem)
    columns = whole_columns(problem, case.cost)
    best = search(case, EXACT).best
    rng = np.random.default_rng(seed)
    for _ in range(50):
        prices = Prices(
            rng.normal(0, 0.05, len(case.rows)), rng.normal(0, 0.1, 3), float(rng.uniform(0, 30))
        )
        assert bound_of(case, columns, prices, open_sides(problem)).value <= best.objective
        assert bound_of(case, columns, prices, best.sides).value <= best.objective


def test_the_closed_form_bound_equals_the_cone_program() -> None:
    problem = read_problem(book(names=12, lots=4, seed=3))
    case = linear_case(problem)
    columns = whole_columns(problem, case.cost)
    relaxation = Relaxation(case, columns)
    node = solve_node(relaxation.compiled(), open_sides(problem), never)
    bound = bound_of(case, columns, node.prices, open_sides(problem)).value
    relaxation.problem.solve(solver="CLARABEL")
    assert bound == pytest.approx(relaxation.problem.value / 100, abs=1e-8)


def test_scs_solves_the_same_relaxation() -> None:
    problem = read_problem(book(names=12, lots=4, seed=5, limits={"turnover": 0.2}))
    case = linear_case(problem)
    columns = whole_columns(problem, case.cost)
    cone = Relaxation(case, columns).compiled()
    values = [
        bound_of(
            case,
            columns,
            solve_node(cone, open_sides(problem), never, solver=solver).prices,
            open_sides(problem),
        ).value
        for solver in ("CLARABEL", "SCS")
    ]
    assert values[1] == pytest.approx(values[0], rel=1e-4)


def test_the_number_of_constraints_does_not_grow() -> None:
    counts = []
    for names in (5, 60):
        limits = {"tracking_error": 0.05, "turnover": 0.3, "sectors": {"Energy": [0.1, 0.9]}}
        problem = read_problem(book(names=names, members=1, limits=limits))
        case = linear_case(problem)
        relaxation = Relaxation(case, whole_columns(problem, case.cost))
        counts.append(len(relaxation.problem.constraints))
    assert counts[0] == counts[1] <= MAX_CONSTRAINTS


def test_runs_of_lots_bound_the_same_problem_from_below() -> None:
    problem = read_problem(book(names=8, lots=15, seed=2))
    case = linear_case(problem)
    single = whole_columns(problem, case.cost)
    node = solve_node(Relaxation(case, single).compiled(), open_sides(problem), never)
    bound = bound_of(case, single, node.prices, open_sides(problem))
    joined = runs(single, bound.sold, 1)
    assert len(joined) < len(single) / 2
    other = solve_node(Relaxation(case, joined).compiled(), open_sides(problem), never)
    worse = runs(single, np.zeros(len(single)), 0)
    wrong = solve_node(Relaxation(case, worse).compiled(), open_sides(problem), never)
    assert other.usable
    assert wrong.usable
    proven = bound_of(case, single, other.prices, open_sides(problem)).value
    assert proven == pytest.approx(bound.value, rel=1e-4)
    assert bound_of(case, single, wrong.prices, open_sides(problem)).value <= bound.value + 1e-9


def test_runs_are_sold_cheapest_lot_first() -> None:
    problem = read_problem(book(names=4, lots=6, seed=2))
    case = linear_case(problem)
    single = whole_columns(problem, case.cost)
    joined = runs(single, np.zeros(len(single)), 0)
    half = lots_sold(joined, problem, joined.most / 2)
    assert half.sum() == pytest.approx(joined.most.sum() / 2)
    assert (half <= problem.lot_weight).all()
    for j in range(4):
        mine = np.flatnonzero((problem.lot_security == j) & (half > 0))
        left = np.flatnonzero((problem.lot_security == j) & (half < problem.lot_weight - 1e-12))
        assert case.cost[mine].max() <= case.cost[left].min() + 1e-12


@pytest.mark.parametrize("accounts", [1, 3])
def test_order_of_inputs_and_scale_do_not_matter(accounts) -> None:
    document = book(names=10, lots=4, seed=9, accounts=accounts)
    plan = solve_problem(read_problem(document), EXACT)
    turned = copy.deepcopy(document)
    for name in ("securities", "lots", "accounts"):
        turned[name].reverse()
    other = solve_problem(read_problem(turned), EXACT)
    assert other.figures.objective == pytest.approx(plan.figures.objective, abs=1e-8)
    scaled = copy.deepcopy(document)
    for lot in scaled["lots"]:
        lot["shares"] = str(Decimal(lot["shares"]) * 10)
    for account in scaled["accounts"]:
        account["cash"] = str(Decimal(account["cash"]) * 10)
    tenfold = solve_problem(read_problem(scaled), EXACT)
    assert tenfold.figures.objective == pytest.approx(plan.figures.objective, abs=1e-8)
    before = {s.lot: s.shares for s in plan.trades.sales}
    for sale in tenfold.trades.sales:
        assert float(sale.shares) == pytest.approx(10 * float(before[sale.lot]), abs=0.05)


@pytest.mark.parametrize("seed", range(3))
def test_whole_shares_keep_every_rule_and_stay_near_the_bound(seed) -> None:
    document = book(names=10, lots=4, seed=seed, accounts=1 + seed, fractional=False)
    plan = solve_problem(read_problem(document))
    assert plan.figures.broken == ()
    assert all(t.shares % 1 == 0 for t in (*plan.trades.sales, *plan.trades.buys))
    assert 0 <= plan.rounding < 5e-4
    assert plan.gap < 0.02


@pytest.mark.parametrize("mode", ["rebalance", "harvest"])
@pytest.mark.parametrize("seed", range(3))
def test_whole_shares_stay_within_a_tight_limit_on_tracking_error(seed, mode) -> None:
    free = book(names=10, lots=4, seed=seed, fractional=False)
    free["objective"]["risk_aversion"] = 1.0
    unlimited = solve_problem(read_problem(free))
    limit = round(unlimited.figures.tracking_error * 0.6, 6)
    plan = solve_problem(
        read_problem(copy.deepcopy(free) | {"mode": mode, "limits": {"tracking_error": limit}})
    )
    assert plan.figures.broken == ()
    assert plan.figures.tracking_error <= limit
    assert plan.gap < 0.01
    assert plan.status == "optimal"


def test_min_trade_leaves_no_smaller_order() -> None:
    problem = read_problem(book(names=10, lots=4, seed=1, limits={"min_trade": "3000"}))
    plan = solve_problem(problem)
    orders: dict[tuple, Decimal] = {}
    for sale in plan.trades.sales:
        j = problem.lot_security[sale.lot]
        key = ("sell", int(problem.lot_account[sale.lot]), int(j))
        orders[key] = orders.get(key, Decimal(0)) + sale.shares * problem.exact.prices[j]
    for buy in plan.trades.buys:
        orders["buy", buy.account, buy.security] = buy.shares * problem.exact.prices[buy.security]
    assert orders
    assert min(orders.values()) >= Decimal("2999.99")


def test_locks_hold() -> None:
    free = solve_problem(read_problem(book(seed=3)))
    problem = read_problem(book(seed=3))
    bought = {problem.symbols[b.security] for b in free.trades.buys}
    lost = {
        problem.symbols[problem.lot_security[s.lot]]
        for s in free.trades.sales
        if problem.is_loss[s.lot]
    }
    assert bought
    assert lost
    locks = {"buy": sorted(bought), "loss_sale": sorted(lost)}
    problem = read_problem(book(seed=3, locks=locks))
    plan = solve_problem(problem)
    assert not bought & {problem.symbols[b.security] for b in plan.trades.buys}
    for sale in plan.trades.sales:
        if problem.symbols[problem.lot_security[sale.lot]] in lost:
            assert problem.lot_gain[sale.lot] >= 0
    assert plan.figures.objective > free.figures.objective


def test_what_breaks_a_rule_is_told() -> None:
    problem = read_problem(book(seed=3))
    lost = int(np.flatnonzero(problem.is_loss)[0])
    security = int(problem.lot_security[lost])
    trades = Trades(
        (Sale(lost, problem.exact.shares[lost] + 1),), (Buy(0, security, Decimal(10_000)),)
    )
    told = " ".join(evaluate(problem, trades).broken)
    for words in ("can't be sold", "the same is bought", "below zero", "max_weight"):
        assert words in told


def test_a_plan_that_breaks_a_rule_is_not_optimal(monkeypatch) -> None:
    from harvestdesk.optimize.engine import into_shares as module

    def wrong(_case, _plan):
        return Trades(buys=(Buy(0, 0, Decimal(10**6)),))

    monkeypatch.setattr(module, "to_shares", wrong)
    assert solve_problem(read_problem(book(seed=3))).status == "failed"


@pytest.mark.parametrize(
    ("limits", "named"),
    [
        ({"tracking_error": 1e-5, "turnover": 0.001}, "limits.tracking_error"),
        ({"sectors": {"Energy": [0.9, 1.0]}, "turnover": 0.01}, "limits.turnover"),
        ({"sectors": {"Energy": [0.0, 0.0], "Utilities": [0.0, 0.1]}}, "limits.sectors."),
        ({"gain_budget": -0.9}, "limits.gain_budget"),
    ],
)
def test_an_infeasible_problem_names_the_rules(limits, named) -> None:
    with pytest.raises(NoPlanError) as caught:
        solve_problem(read_problem(book(seed=3, limits=limits)))
    assert named in caught.value.message


def test_a_cancelled_search_says_so() -> None:
    with pytest.raises(CancelledError):
        solve_problem(read_problem(book()), Effort(stop=lambda: True))


def test_the_answer_document() -> None:
    problem = read_problem(book(seed=3, limits={"turnover": 0.05}))
    plan = solve_problem(problem)
    answer = answer_document(problem, plan)
    assert answer["status"] == "optimal"
    assert set(answer["seconds"]) == {"build", "relaxation", "polish", "total"}
    assert answer["duals"]["turnover"] > 0
    assert answer["gap"] == abs(answer["objective"] - answer["bound"]) / abs(answer["bound"])
    assert {t["action"] for t in answer["trades"]} == {"sell", "buy"}
    assert answer["solver"] == "CLARABEL"


def test_the_dual_of_a_limit_is_its_worth() -> None:
    values = {}
    for turnover in (0.05, 0.0501):
        problem = read_problem(book(seed=3, limits={"turnover": turnover}))
        values[turnover] = solve_problem(problem, EXACT)
    more = values[0.05].figures.objective - values[0.0501].figures.objective
    assert values[0.05].duals["turnover"] == pytest.approx(more / 0.0001, rel=0.02)


def test_weights_of_a_plan_give_the_objective_of_its_shares() -> None:
    problem = read_problem(book(seed=3))
    case = linear_case(problem)
    best = search(case, EXACT).best
    plan = solve_problem(problem, EXACT)
    assert objective_of(case, best.sold, best.bought) == pytest.approx(
        plan.figures.objective, abs=1e-8
    )


def test_scs_takes_over_where_clarabel_fails(monkeypatch) -> None:
    from harvestdesk.optimize.engine import conic
    from harvestdesk.optimize.solve import SolveStatus

    whole = conic._SOLVERS["CLARABEL"]

    def failing(*given):
        return (SolveStatus.FAILED, *whole(*given)[1:])

    monkeypatch.setitem(conic._SOLVERS, "CLARABEL", failing)
    plan = solve_problem(read_problem(book(names=5, lots=2, seed=3)))
    assert plan.solver == "SCS"
    assert plan.status == "optimal"
    assert plan.figures.broken == ()


@pytest.mark.parametrize(
    "limits", [{}, {"turnover": 0.1}, {"gain_budget": -0.01, "sectors": {"Energy": [0.3, 0.5]}}]
)
def test_newton_and_the_cone_program_agree_on_fixed_sides(limits) -> None:
    problem = read_problem(book(names=10, lots=5, seed=4, limits=limits))
    case = linear_case(problem)
    columns = whole_columns(problem, case.cost)
    cone = Relaxation(case, columns).compiled()
    root = solve_node(cone, open_sides(problem), never)
    sides = np.where(root.selling >= 0.5, 1, 0)
    sides = np.where(np.isnan(root.selling), int(Side.OPEN), sides).astype(np.intp)
    fast = fixed_plan(case, columns, sides, root.prices)
    slow = solve_node(cone, sides, never)
    assert fast is not None
    sold = lots_sold(columns, problem, slow.sold)
    value = objective_of(case, fast.sold, fast.bought)
    assert value == pytest.approx(objective_of(case, sold, slow.bought), abs=1e-8)
    proven = bound_of(case, columns, fast.prices, sides).value
    assert proven == pytest.approx(value, abs=1e-9)
    assert proven <= value


def test_newton_leaves_what_it_cannot_do_to_the_cone_program() -> None:
    for document in (book(accounts=2), book(limits={"tracking_error": 0.05})):
        problem = read_problem(document)
        case = linear_case(problem)
        columns = whole_columns(problem, case.cost)
        prices = Prices(np.zeros(len(case.rows)), np.zeros(3))
        assert fixed_plan(case, columns, open_sides(problem), prices) is None


def test_a_search_that_branches_proves_what_a_finer_one_finds() -> None:
    problem = read_problem(book(names=30, lots=40, seed=11))
    case = linear_case(problem)
    coarse = search(case, Effort())
    fine = search(case, EXACT)
    assert fine.nodes > 1
    assert coarse.bound <= fine.best.objective + 1e-12
    assert fine.bound <= coarse.best.objective + 1e-12
    assert coarse.gap <= 4e-4
    assert fine.gap <= 1e-6


def gains_only() -> dict:
    document = book(mode="harvest")
    for lot in document["lots"]:
        lot["basis_per_share"] = "1"
    return document


ODD = {
    "only cash": {**book(), "lots": []},
    "no factors": {
        **book(),
        "securities": [{**s, "loadings": []} for s in book()["securities"]],
    },
    "no specific risk": {
        **book(),
        "securities": [{**s, "specific_variance": 0.0} for s in book()["securities"]],
    },
    "no aversion, no cost": book(objective={"risk_aversion": 0, "cost_rate": 0}),
    "everything locked": book(
        locks={"buy": [f"S{j}" for j in range(8)], "loss_sale": [f"S{j}" for j in range(8)]}
    ),
    "no turnover": book(limits={"turnover": 0.0}),
    "no cash": {**book(), "accounts": [{"id": "A0", "type": "taxable", "cash": "0"}]},
    "all cash invested": book(limits={"max_cash": 0}),
    "one set": {
        **book(),
        "securities": [{**s, "identical_set": "G"} for s in book()["securities"]],
    },
    "nothing to harvest": gains_only(),
    "a sector at one weight": book(limits={"sectors": {"Energy": [0.5, 0.5]}}),
}


@pytest.mark.parametrize("document", ODD.values(), ids=ODD.keys())
def test_odd_books_have_a_plan(document) -> None:
    plan = solve_problem(read_problem(document))
    assert plan.status == "optimal"
    assert plan.figures.broken == ()
    assert abs(plan.figures.objective - plan.bound) <= 1e-7

"""Why a plan does what it does: its prices against problems solved again, and the code of every lot."""

import copy
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from engine_books import book

from harvestdesk.optimize import codes
from harvestdesk.optimize.engine.case import Row, linear_case
from harvestdesk.optimize.engine.counterfactual import what_if_sold
from harvestdesk.optimize.engine.explain import explained
from harvestdesk.optimize.engine.facts import read_problem
from harvestdesk.optimize.engine.margins import Margins
from harvestdesk.optimize.engine.plan import solve_problem
from harvestdesk.optimize.engine.search import Effort, polish

EXACT = Effort(aim=1e-7, good=1e-7, patience=10**9)
STEP = 1e-4
VARIANTS = [
    {},
    {"seed": 1, "accounts": 2},
    {"seed": 3, "members": 2},
    {"seed": 3, "limits": {"turnover": 0.05}},
    {"seed": 5, "limits": {"gain_budget": -0.01}},
    {"seed": 6, "limits": {"sectors": {"Energy": [0.3, 0.45]}}},
    {"seed": 4, "limits": {"tracking_error": 0.03}},
]


def solved(**variant):
    problem = read_problem(book(names=6, lots=2, **variant))
    plan = solve_problem(problem, EXACT)
    return problem, plan, explained(problem, plan)


def forced(problem, plan, lot: int, more: float) -> float | None:
    """The best objective with so much more of a lot sold, sides as they are; None where that can't be."""
    only = np.zeros(len(problem.lot_ids))
    only[lot] = 1.0
    amount = float(plan.best.sold[lot]) + more
    if not 0 <= amount <= problem.lot_most[lot]:
        return None
    case = linear_case(problem)
    row = Row("asked", "", amount, amount, 0.0, only, even=False)
    found = polish(replace(case, rows=(*case.rows, row)), plan.best.sides, EXACT)
    return None if found is None else found.objective


@pytest.mark.parametrize("variant", VARIANTS, ids=str)
def test_reduced_costs_are_what_selling_a_little_more_costs(variant) -> None:
    problem, plan, why = solved(**variant)
    tried = 0
    for item in why.kept:
        after = forced(problem, plan, item.lot, STEP)
        if item.code in {"other_side", "lock_stops"} or after is None:
            continue
        # Twice the curve of one security is more than what the second order can add.
        room = STEP * 20 * float(problem.variance(np.eye(len(problem.symbols))[0])) + 3e-4
        assert (after - plan.best.objective) / STEP == pytest.approx(item.rate, abs=room)
        tried += 1
    assert tried >= 3


@pytest.mark.parametrize("variant", VARIANTS, ids=str)
def test_every_trade_and_every_lot_left_has_a_reason_with_all_its_facts(variant) -> None:
    problem, plan, why = solved(**variant)
    assert [e.lot for e in why.sales] == [s.lot for s in plan.trades.sales]
    assert [(e.account, e.security) for e in why.buys] == [
        (b.account, b.security) for b in plan.trades.buys
    ]
    whole = {s.lot for s in plan.trades.sales if s.shares == problem.exact.shares[s.lot]}
    assert {e.lot for e in why.kept} == set(range(len(problem.lot_ids))) - whole
    tables = (
        (why.sales, codes.PLAN_SALE_REASONS),
        (why.buys, codes.PLAN_PURCHASE_REASONS),
        (why.kept, codes.PLAN_KEPT_REASONS),
    )
    for items, table in tables:
        for item in items:
            assert set(item.facts) == set(table[item.code].facts)


@pytest.mark.parametrize("variant", VARIANTS, ids=str)
def test_parts_add_up_to_the_reduced_cost(variant) -> None:
    _, plan, why = solved(**variant)
    margins = Margins(plan)
    for lot in range(len(plan.case.problem.lot_ids)):
        assert sum(margins.parts_of(lot).values()) == pytest.approx(margins.reduced[lot])
    for item in why.kept:
        if item.code != "not_worth":
            continue
        parts = [Decimal(item.facts[n] or 0) for n in ("tax", "trading", "risk", "cash", "rules")]
        assert float(sum(parts)) == pytest.approx(float(item.facts["dollars"]), abs=0.05)
        assert item.dollars >= -0.5


def test_a_lot_kept_by_a_rule_names_it_with_its_price() -> None:
    _, _, why = solved(seed=3, limits={"turnover": 0.05})
    stopped = [e for e in why.kept if e.code == "rule_stops"]
    assert stopped
    assert {e.facts["rule"] for e in stopped} == {"turnover"}
    for item in stopped:
        assert float(item.facts["price"]) >= float(item.facts["worth"]) - 0.5


def test_losses_of_a_set_that_is_bought_stay_and_the_lead_is_proven() -> None:
    problem, plan, why = solved(seed=1)
    known = [e for e in why.kept if e.code == "other_side" and e.facts["lead"]]
    assert known
    for item in known:
        best = what_if_sold(problem, plan, item.lot, EXACT, full=True)
        assert item.facts["bought_symbols"]
        assert not best.possible or best.dollars >= Decimal(item.facts["lead"]) - 1


def test_locked_and_left_alone_lots_say_so() -> None:
    document = book(names=6, lots=2, seed=3)
    document["locks"]["loss_sale"] = ["S0"]
    problem = read_problem(document)
    alone = np.zeros(len(problem.lot_ids), dtype=np.bool_)
    alone[5] = True
    problem = replace(problem, left_alone=alone)
    why = explained(problem, solve_problem(problem, EXACT))
    by_lot = {e.lot: e.code for e in why.kept}
    assert by_lot[5] == "left_alone"
    locked = [i for i in range(2) if problem.is_loss[i]]
    assert locked
    assert {by_lot[i] for i in locked} == {"lock_stops"}
    assert not set(why.next_lots) & {5, *locked}


def test_what_rounding_leaves_is_no_choice() -> None:
    document = book(names=6, lots=2, seed=3, fractional=False)
    document["lots"] = [{**x, "shares": f"{int(float(x['shares']))}.5"} for x in document["lots"]]
    problem = read_problem(document)
    plan = solve_problem(problem, EXACT)
    why = explained(problem, plan)
    left = {e.lot: e for e in why.kept}
    crumbs = [s.lot for s in plan.trades.sales if s.shares + 1 > problem.exact.shares[s.lot]]
    assert crumbs
    assert {left[lot].code for lot in crumbs} == {"left_by_rounding"}
    assert {left[lot].facts["shares"] for lot in crumbs} == {"0.5"}


def test_an_order_too_small_is_told_with_the_smallest() -> None:
    problem = read_problem(book(names=6, lots=2, seed=1, limits={"turnover": 0.2}))
    sizes = np.bincount(problem.lot_security, solve_problem(problem, EXACT).best.sold)
    least = float(sizes[sizes > 1e-6].min()) * 1.5
    problem = replace(problem, limits=replace(problem.limits, min_trade=least))
    why = explained(problem, solve_problem(problem, EXACT))
    for item in why.kept:
        assert item.code != "within_gap"
        if item.code == "order_too_small":
            assert float(item.facts["min_trade"]) == pytest.approx(
                least * float(problem.exact.value), abs=0.01
            )


def test_one_order_too_many_names_the_rule() -> None:
    problem = read_problem(book(names=6, lots=2, seed=1))
    problem = replace(problem, limits=replace(problem.limits, max_trades=3))
    plan = solve_problem(problem, EXACT)
    stopped = [e for e in explained(problem, plan).kept if e.code == "rule_stops"]
    assert stopped
    assert {e.facts["rule"] for e in stopped} == {"max_trades"}


def test_next_lots_are_in_the_order_of_what_they_cost() -> None:
    problem, _, why = solved(seed=3)
    rates = {e.lot: e.rate for e in why.kept}
    assert [rates[lot] for lot in why.next_lots] == sorted(rates[lot] for lot in why.next_lots)
    for security, lot in why.next_best.items():
        assert problem.lot_security[lot] == security
        mine = [x for x in why.next_lots if problem.lot_security[x] == security]
        assert rates[lot] == min(rates[x] for x in mine)


def test_a_harvest_stops_at_its_limit() -> None:
    problem = read_problem(book(seed=7, mode="harvest", limits={"tracking_error": 0.06}))
    why = explained(problem, solve_problem(problem, EXACT))
    assert {e.code for e in why.sales} == {"sale_takes_loss"}
    assert "tracking_error" in {p.code for p in why.prices}
    stopped = [e for e in why.kept if e.code == "rule_stops"]
    assert stopped
    assert {e.facts["rule"] for e in stopped} == {"tracking_error"}


@pytest.mark.parametrize(
    ("limits", "code", "more"),
    [
        ({"turnover": 0.05}, "turnover", {"turnover": 0.0501}),
        ({"gain_budget": -0.112}, "gain_budget", {"gain_budget": -0.1119}),
        ({"tracking_error": 0.012}, "tracking_error", {"tracking_error": 0.01201}),
        ({"sectors": {"Energy": [0.0, 0.4]}}, "sector", {"sectors": {"Energy": [0.0, 0.4001]}}),
    ],
)
def test_the_price_of_a_rule_is_what_a_step_of_it_gains(limits, code, more) -> None:
    document = book(names=6, lots=2, seed=3, limits=limits)
    problem = read_problem(document)
    plan = solve_problem(problem, EXACT)
    price = next(p for p in explained(problem, plan).prices if p.code == code)
    wider = copy.deepcopy(document)
    wider["limits"] = more
    other = solve_problem(read_problem(wider), EXACT)
    gained = (plan.best.objective - other.best.objective) * float(problem.exact.value)
    step = {"gain_budget": 1e-4 * float(problem.exact.value), "tracking_error": 0.1}.get(code, 1e-4)
    assert float(price.dollars / price.step) * step == pytest.approx(gained, rel=0.05)


def test_a_tax_budget_buys_the_tracking_error_it_says() -> None:
    document = book(names=6, lots=2, seed=3)
    document["objective"]["cost_rate"] = 0.0
    free = solve_problem(read_problem(document), EXACT)
    at = float(free.figures.tax_cost / read_problem(document).exact.value) - 0.004
    plans = {}
    for budget in (at, at + 1e-4):
        document["limits"] = {"tax_budget": budget}
        problem = read_problem(document)
        plans[budget] = solve_problem(problem, EXACT)
    price = next(p for p in explained(problem, plans[at]).prices if p.code == "tax_budget")
    bought = (plans[at].figures.tracking_error - plans[at + 1e-4].figures.tracking_error) * 1e4
    dollars = 1e-4 * float(problem.exact.value)
    assert price.tracking_error_bp is not None
    said = float(price.tracking_error_bp / price.step) * dollars
    assert said == pytest.approx(bought, rel=0.05)
    assert price.dollars > 0

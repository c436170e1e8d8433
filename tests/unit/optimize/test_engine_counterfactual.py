"""Other trades: never better than the plan, exactly what they say, and nearest to what prices say of them."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from engine_books import Plain, book
from test_engine_netting import PROFILES, netted

from harvestdesk.optimize.engine.counterfactual import (
    what_if_bought,
    what_if_kept,
    what_if_not_bought,
    what_if_sold,
)
from harvestdesk.optimize.engine.explain import explained
from harvestdesk.optimize.engine.facts import read_problem
from harvestdesk.optimize.engine.plan import solve_problem
from harvestdesk.optimize.engine.search import Effort

EXACT = Effort(aim=1e-7, good=1e-7, patience=10**9)
CENT = Decimal("0.02")
VARIANTS = [
    {"seed": 1},
    {"seed": 2, "accounts": 3},
    {"seed": 3, "members": 2, "limits": {"turnover": 0.2}},
    {"seed": 4, "limits": {"tracking_error": 0.03}},
]


def solved(**variant):
    problem = read_problem(book(names=6, lots=2, **variant))
    return problem, solve_problem(problem, EXACT)


@pytest.mark.parametrize("variant", VARIANTS, ids=str)
def test_nothing_forced_or_forbidden_is_better_than_the_best(variant) -> None:
    problem, plan = solved(**variant)
    for lot in range(len(problem.lot_ids)):
        for ask in (what_if_sold, what_if_kept):
            found = ask(problem, plan, lot)
            if not found.possible:
                continue
            assert found.dollars >= -CENT
            assert abs(found.tax + found.cost + found.risk - found.dollars) <= 2 * CENT
            assert (found.orders > 0) or abs(found.dollars) <= CENT
    for security in range(len(problem.symbols)):
        found = what_if_not_bought(problem, plan, security)
        assert not found.possible or found.dollars >= -CENT


@pytest.mark.parametrize("variant", VARIANTS[:3], ids=str)
def test_all_sides_searched_find_no_worse_a_plan(variant) -> None:
    problem, plan = solved(**variant)
    for lot in range(0, len(problem.lot_ids), 2):
        quick = what_if_sold(problem, plan, lot)
        full = what_if_sold(problem, plan, lot, EXACT, full=True)
        if full.possible and quick.possible:
            assert full.dollars <= quick.dollars + CENT
            assert full.proven
            assert not quick.proven


def test_a_lot_kept_is_the_best_of_the_problem_without_it() -> None:
    document = book(names=5, lots=2, seed=1)
    problem = read_problem(document)
    plan = solve_problem(problem, EXACT)
    lot = max(plan.trades.sales, key=lambda s: problem.lot_weight[s.lot]).lot
    found = what_if_kept(problem, plan, lot, EXACT, full=True)
    plain = Plain(document)
    without = _best_without(plain, lot)
    change = (without - plan.best.objective) * float(problem.exact.value)
    assert float(found.dollars) == pytest.approx(change, abs=0.5)


def _best_without(plain: Plain, lot: int) -> float:
    """Brute force with a lot whose sale would cost everything."""
    plain.gain = plain.gain.copy()
    plain.rate = plain.rate.copy()
    plain.gain[lot], plain.rate[lot] = 1000.0, 1.0
    return plain.best()


def test_prices_say_no_more_than_it_costs_with_the_same_sides() -> None:
    tried = 0
    for variant in ({"seed": 0}, {"seed": 2, "accounts": 3}, VARIANTS[3]):
        problem, plan = solved(**variant)
        for item in explained(problem, plan).kept:
            number = problem.lot_set[item.lot]
            selling = problem.is_loss[item.lot] and plan.best.sides[number] == 1
            if item.code not in {"not_worth", "at_margin"}:
                continue
            found = what_if_sold(problem, plan, item.lot)
            if found.possible and (selling or not problem.two_sided[number]):
                assert float(found.dollars) >= item.dollars - 0.1
                tried += 1
    assert tried >= 3


def test_a_gain_sold_and_bought_back_costs_its_tax_and_two_trades() -> None:
    problem, plan = solved(seed=0)
    why = explained(problem, plan)
    bought = {b.security for b in why.buys}
    mine = [e for e in why.kept if e.code == "not_worth" and problem.lot_security[e.lot] in bought]
    assert mine
    for item in mine:
        found = what_if_sold(problem, plan, item.lot)
        assert float(found.dollars) == pytest.approx(item.dollars, abs=0.1)
        assert float(found.tax) == pytest.approx(float(item.facts["tax"]), abs=0.1)


def test_what_is_locked_cannot_be_sold_or_bought() -> None:
    document = book(names=6, lots=2, seed=3)
    document["locks"] = {"loss_sale": ["S0"], "buy": ["S1"]}
    problem = read_problem(document)
    plan = solve_problem(problem, EXACT)
    lost = next(i for i in range(2) if problem.is_loss[i])
    assert not what_if_sold(problem, plan, lost).possible
    assert not what_if_bought(problem, plan, 1, 0.01).possible


def test_buying_more_forces_its_side() -> None:
    problem, plan = solved(seed=1)
    bought = plan.best.bought.sum(axis=0)
    idle = next(
        j for j in range(6) if problem.buyable[j] and bought[j] < 1e-6 and problem.room[j] > 0.01
    )
    found = what_if_bought(problem, plan, idle, 0.005)
    assert found.possible
    assert found.dollars > 0
    assert found.orders >= 1


def test_a_rule_that_leaves_no_room_makes_it_impossible() -> None:
    problem, plan = solved(seed=3, limits={"turnover": 0.02})
    large = int(np.argmax(np.where(problem.sellable, problem.lot_weight, 0.0)))
    assert problem.lot_weight[large] > 0.02
    assert not what_if_sold(problem, plan, large).possible


@pytest.mark.parametrize("name", ["short gain outstanding", "at the 0/15 line", "no income"])
def test_netted_years_are_reckoned_with_their_own_tax(name) -> None:
    document = netted(PROFILES[name], names=5, seed=1)
    document["objective"] = {"risk_aversion": 300.0, "cost_rate": 0.0005}
    problem = read_problem(document)
    plan = solve_problem(problem, EXACT)
    for lot in range(0, len(problem.lot_ids), 3):
        quick = what_if_sold(problem, plan, lot)
        full = what_if_sold(problem, plan, lot, EXACT, full=True)
        assert quick.possible == full.possible
        assert full.dollars >= -CENT
        assert quick.dollars >= full.dollars - CENT
        assert abs(quick.tax + quick.cost + quick.risk - quick.dollars) <= 2 * CENT


def test_a_lot_left_alone_stays_alone() -> None:
    problem, _ = solved(seed=1)
    alone = np.zeros(len(problem.lot_ids), dtype=np.bool_)
    alone[0] = True
    problem = replace(problem, left_alone=alone)
    plan = solve_problem(problem, EXACT)
    assert not what_if_sold(problem, plan, 0).possible
    assert what_if_kept(problem, plan, 0).orders == 0

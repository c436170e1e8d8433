"""Conflicts: the least a rule has to give is enough, and a little less is not."""

from dataclasses import replace

import numpy as np
import pytest
from engine_books import book
from test_engine_netting import PROFILES, netted

from harvestdesk.domain.conflict import ConflictError, RuleKind
from harvestdesk.optimize.engine.case import linear_case
from harvestdesk.optimize.engine.doctor import diagnose
from harvestdesk.optimize.engine.facts import read_problem
from harvestdesk.optimize.engine.plan import solve_problem
from harvestdesk.optimize.engine.problem import Group, PayoutAsked
from harvestdesk.optimize.engine.search import Effort, search
from harvestdesk.optimize.solve import SolveStatus

EFFORT = Effort()
HAIR = 2e-5

CONFLICTS = [
    {"tracking_error": 1e-5, "turnover": 0.001},
    {"sectors": {"Energy": [0.9, 1.0]}, "turnover": 0.01},
    {"sectors": {"Energy": [0.0, 0.0], "Utilities": [0.0, 0.1]}},
    {"gain_budget": -0.9},
    {"tax_budget": -0.005, "turnover": 0.01},
    {"tax_budget": -0.03, "tracking_error": 0.002},
]


def with_rule(problem, give, needed: float):
    """The problem with one rule as it would have to be, in fractions of value."""
    limits, value = problem.limits, float(problem.exact.value)
    if give.kind is RuleKind.CASH:
        a = problem.account_ids.index(give.name)
        least = np.zeros(len(problem.cash)) if limits.cash_least is None else limits.cash_least
        ends = (least if give.least else limits.cash).copy()
        ends[a] = needed / value
        changed = {"cash_least" if give.least else "cash": ends}
    elif give.kind is RuleKind.SECTOR:
        changed = {
            "sectors": tuple(
                (
                    n,
                    needed if give.least and n == give.name else low,
                    needed if not give.least and n == give.name else high,
                )
                for n, low, high in limits.sectors
            )
        }
    elif give.kind is RuleKind.PAYOUT:
        changed = {"payout": replace(limits.payout, amount=needed / value)}
    else:
        field, unit = {
            RuleKind.TURNOVER: ("turnover", 1.0),
            RuleKind.TRACKING_ERROR: ("tracking_error", 1.0),
            RuleKind.TAX_BUDGET: ("tax", value),
            RuleKind.GAIN_BUDGET: ("gain", value),
            RuleKind.LOSS_TARGET: ("loss_least", value),
        }[give.kind]
        changed = {field: needed / unit}
    return replace(problem, limits=replace(limits, **changed))


def feasible(problem) -> bool:
    found = search(linear_case(problem), EFFORT)
    return found.best is not None and found.status is not SolveStatus.INFEASIBLE


def conflict_of(problem):
    with pytest.raises(ConflictError) as caught:
        solve_problem(problem)
    return caught.value.conflict


def assert_enough_and_no_more(problem, give) -> None:
    scale = float(problem.exact.value) if give.kind in DOLLARS else 1.0
    outward = -1.0 if give.least else 1.0
    assert feasible(with_rule(problem, give, give.needed + outward * HAIR * scale)), give
    assert not feasible(with_rule(problem, give, give.needed - outward * 100 * HAIR * scale)), give


DOLLARS = {
    RuleKind.CASH,
    RuleKind.TAX_BUDGET,
    RuleKind.GAIN_BUDGET,
    RuleKind.LOSS_TARGET,
    RuleKind.PAYOUT,
}


@pytest.mark.parametrize("limits", CONFLICTS, ids=str)
@pytest.mark.parametrize("seed", [3, 4])
def test_one_rule_alone_is_enough_as_far_as_it_has_to_give(limits, seed) -> None:
    problem = read_problem(book(names=6, lots=2, seed=seed, limits=limits))
    conflict = conflict_of(problem)
    assert conflict.together
    for give in conflict.alone:
        assert_enough_and_no_more(problem, give)


@pytest.mark.parametrize("limits", CONFLICTS, ids=str)
def test_all_that_gives_together_is_enough(limits) -> None:
    problem = read_problem(book(names=6, lots=2, seed=3, limits=limits))
    for give in conflict_of(problem).together:
        outward = -1.0 if give.least else 1.0
        scale = float(problem.exact.value) if give.kind in DOLLARS else 1.0
        problem = with_rule(problem, give, give.needed + outward * HAIR * scale)
    assert feasible(problem)


def test_rules_that_cannot_do_alone_are_not_offered() -> None:
    problem = read_problem(
        book(names=6, lots=2, seed=3, limits={"tracking_error": 1e-5, "turnover": 0.001})
    )
    conflict = conflict_of(problem)
    assert {g.kind for g in conflict.together} == {RuleKind.TRACKING_ERROR, RuleKind.TURNOVER}
    assert [g.kind for g in conflict.alone] == [RuleKind.TRACKING_ERROR]


def test_a_payout_out_of_reach_says_what_can_be_raised() -> None:
    problem = read_problem(book(names=6, lots=2, seed=3, accounts=2))
    payout = PayoutAsked(0.9, np.array([True, False]), np.zeros(2))
    problem = replace(problem, limits=replace(problem.limits, payout=payout))
    give = next(g for g in conflict_of(problem).alone if g.kind is RuleKind.PAYOUT)
    mine = problem.lot_account == 0
    most = float(problem.lot_weight[mine].sum() + problem.cash[0])
    assert give.least
    assert give.needed == pytest.approx(most * float(problem.exact.value), rel=1e-4)


def test_losses_out_of_reach_say_what_there_is() -> None:
    problem = read_problem(book(names=6, lots=2, seed=3))
    problem = replace(problem, limits=replace(problem.limits, loss_least=5.0))
    conflict = conflict_of(problem)
    give = next(g for g in conflict.alone if g.kind is RuleKind.LOSS_TARGET)
    assert give.least
    assert_enough_and_no_more(problem, give)


def test_cash_that_cannot_be_raised_names_its_account() -> None:
    problem = read_problem(book(names=6, lots=2, seed=3, limits={"turnover": 0.01}))
    limits = replace(problem.limits, cash_least=np.array([0.1]), cash=np.array([0.2]))
    problem = replace(problem, limits=limits)
    conflict = conflict_of(problem)
    kinds = {g.kind: g for g in conflict.alone}
    assert set(kinds) == {RuleKind.CASH, RuleKind.TURNOVER}
    assert kinds[RuleKind.CASH].name == "A0"
    assert kinds[RuleKind.CASH].least
    for give in conflict.alone:
        assert_enough_and_no_more(problem, give)


def test_locks_that_stand_in_the_way_are_named_and_others_are_not() -> None:
    document = book(names=6, lots=2, seed=3, limits={"gain_budget": -0.12})
    document["locks"]["loss_sale"] = [f"S{j}" for j in range(6)]
    conflict = conflict_of(read_problem(document))
    assert (RuleKind.LOCKS, "") in conflict.beside
    document["limits"] = {"sectors": {"Energy": [0.0, 0.0], "Utilities": [0.0, 0.1]}}
    document["locks"] = {"loss_sale": ["S0"], "buy": []}
    conflict = conflict_of(read_problem(document))
    assert (RuleKind.LOCKS, "") not in conflict.beside


def test_sides_alone_can_be_the_conflict() -> None:
    """Half of a set would sell its losses and half of it would be bought: no plan can do both."""
    problem = read_problem(book(names=4, lots=2, seed=3))
    lost = problem.lot_set[problem.is_loss]
    j = int(np.bincount(lost).argmax())
    only = np.eye(4)[j]
    least = float(problem.held[j]) + 0.02
    losses = -problem.lot_gain[problem.is_loss & (problem.lot_security == j)]
    weights = problem.lot_weight[problem.is_loss & (problem.lot_security == j)]
    alone = np.ones(len(problem.lot_ids), dtype=np.bool_)
    alone[problem.lot_security == j] = False
    alone[np.argmax(np.where(problem.lot_security == j, -1.0, problem.lot_weight))] = False
    limits = replace(
        problem.limits,
        groups=(Group("security", f"S{j}", only, least, 1.0),),
        loss_least=float(losses @ weights) * 0.3,
    )
    # Other lots are left alone: their losses don't help, and what is bought is paid by one of them.
    gains = np.where(problem.lot_security == j, problem.lot_gain, 0.1)
    cap = np.maximum(problem.cap, 0.95)
    problem = replace(problem, limits=limits, left_alone=alone, lot_gain=gains, cap=cap)
    conflict = diagnose(problem, EFFORT)
    assert (RuleKind.SIDES, "") in conflict.beside
    assert {g.kind for g in conflict.alone} == {RuleKind.SECURITY, RuleKind.LOSS_TARGET}


def test_the_volume_of_a_day_is_told_as_a_multiple() -> None:
    problem = read_problem(
        book(names=6, lots=2, seed=3, limits={"sectors": {"Energy": [0.0, 0.3]}})
    )
    free = solve_problem(problem)
    sold = np.bincount(problem.lot_security, free.best.sold, minlength=6)
    slow = np.full(6, 0.01)
    assert sold.max() > 0.01
    problem = replace(problem, most_sold=slow, most_bought=slow)
    conflict = conflict_of(problem)
    give = next(g for g in conflict.alone if g.kind is RuleKind.VOLUME)
    assert give.now == 1.0
    assert feasible(replace(problem, most_sold=slow * give.needed, most_bought=slow * give.needed))
    less = 1.0 + (give.needed - 1.0) * 0.9
    assert not feasible(replace(problem, most_sold=slow * less, most_bought=slow * less))


def test_the_most_orders_are_raised_by_as_many_as_it_takes() -> None:
    limits = {"sectors": {"Energy": [0.0, 0.2]}}
    problem = read_problem(book(names=6, lots=2, seed=3, limits=limits))
    problem = replace(problem, limits=replace(problem.limits, max_trades=1))
    conflict = conflict_of(problem)
    (give,) = conflict.alone
    assert give.kind is RuleKind.MAX_TRADES
    for orders, expected in ((give.needed, True), (give.needed - 1, False)):
        other = replace(problem, limits=replace(problem.limits, max_trades=int(orders)))
        assert feasible(other) is expected


def test_a_netted_budget_names_other_rules_that_would_do() -> None:
    document = netted(PROFILES["short gain outstanding"], names=6, seed=3)
    document["limits"] = {"turnover": 0.01, "tax_budget": -0.005}
    conflict = conflict_of(read_problem(document))
    assert [g.kind for g in conflict.together] == [RuleKind.TAX_BUDGET]
    give = next(g for g in conflict.alone if g.kind is RuleKind.TURNOVER)
    document["limits"]["turnover"] = give.needed + 1e-4
    assert solve_problem(read_problem(document)).figures.broken == ()
    document["limits"]["turnover"] = give.needed - 2e-3
    assert conflict_of(read_problem(document)).together


def test_the_error_says_it_in_words_and_as_data() -> None:
    problem = read_problem(book(names=6, lots=2, seed=3, limits=CONFLICTS[4]))
    with pytest.raises(ConflictError) as caught:
        solve_problem(problem)
    error = caught.value
    assert error.code == "infeasible"
    assert "limits.turnover would have to be" in error.message
    assert "One of these alone is enough: limits.tax_budget" in error.message
    assert {g.kind for g in error.conflict.alone} == {RuleKind.TURNOVER, RuleKind.TAX_BUDGET}

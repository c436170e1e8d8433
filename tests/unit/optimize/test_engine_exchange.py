"""Few orders, or dear ones, of several accounts: which account buys is tried out, and the plan keeps its rules."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from engine_books import book

from harvestdesk.optimize.engine.case import linear_case
from harvestdesk.optimize.engine.facts import read_problem
from harvestdesk.optimize.engine.plan import solve_problem
from harvestdesk.optimize.engine.problem import EngineProblem
from harvestdesk.optimize.engine.third_exchange import count_of, exchanged
from harvestdesk.optimize.engine.third_fixed import Orders, plan_of


def household(limits: dict[str, Any], **over: Any) -> EngineProblem:
    document = book(names=4, lots=2, accounts=2, seed=over.pop("seed", 3), **over)
    document["limits"] = {"min_trade": "400", **limits}
    return read_problem(document)


def never() -> bool:
    return False


def all_orders(problem: EngineProblem, most: int) -> list[Orders]:
    """Return all choices of a few orders, each of one account."""
    shape = (len(problem.account_ids), len(problem.symbols))
    cells = int(np.prod(shape))
    found = []
    for first in range(2 * cells):
        for second in range(first, 2 * cells):
            made = np.zeros(2 * cells, dtype=np.bool_)
            made[[first, second][:most]] = True
            sells, dealt = made[:cells].reshape(shape), made[cells:].reshape(shape)
            buys = np.zeros((problem.purses.count, shape[1]), dtype=np.bool_)
            for account, security in np.argwhere(dealt):
                buys[problem.purses.of_account[account], security] = True
            found.append(Orders(sells, buys, dealt))
    return found


@pytest.mark.parametrize("most", [1, 2])
@pytest.mark.parametrize("seed", [3, 4, 5])
def test_exchanges_end_at_the_best_of_all_few_orders(most, seed) -> None:
    case = linear_case(household({"max_trades": most}, seed=seed))
    found = exchanged(case, None, never, never)
    assert found is not None
    assert count_of(found.orders) <= most
    plans = [plan_of(case, orders, never) for orders in all_orders(case.problem, most)]
    best = min(plan.objective for plan in plans if plan is not None)
    assert found.objective == pytest.approx(best, abs=1e-6)


def test_exchanges_end_where_time_does() -> None:
    case = linear_case(household({"max_trades": 2}))
    assert exchanged(case, None, never, lambda: True) is None


@pytest.mark.parametrize("limits", [{"max_trades": 2}, {"max_trades": 3}, {"ticket_cost": "60"}])
def test_few_or_dear_orders_keep_every_rule_and_beat_no_trade(limits) -> None:
    problem = household(limits)
    plan = solve_problem(problem)
    nothing = problem.risk_price * problem.variance(problem.active)
    assert plan.figures.broken == ()
    assert plan.figures.objective < nothing
    assert plan.bound <= plan.figures.objective + 1e-9


def test_no_tracking_error_at_all_has_no_price_of_variance() -> None:
    """Held as its target has it, the plan of no orders keeps the limit; its price is none of variance."""
    document = book(names=2, lots=1, accounts=1, seed=3)
    document["limits"] = {"tracking_error": 0.0, "max_trades": 2}
    problem = read_problem(document)
    at_target = replace(problem, target=problem.held)
    none = np.zeros((1, 2), dtype=np.bool_)
    plan = plan_of(linear_case(at_target), Orders(none, none.copy(), none.copy()), never)
    assert plan is not None
    assert plan.prices.risk == at_target.risk_price

"""Whole shares where orders are counted: no share more makes an order more."""

import pytest
from engine_books import book

from harvestdesk.optimize.engine.facts import read_problem
from harvestdesk.optimize.engine.plan import solve_problem


@pytest.mark.parametrize("most", [0, 1])
@pytest.mark.parametrize(("names", "lots", "seed"), [(3, 5, 62241), (12, 3, 139571)])
def test_whole_shares_make_no_orders_of_their_own(names, lots, seed, most) -> None:
    document = book(names=names, lots=lots, seed=seed, fractional=False)
    document["limits"] = {"max_trades": most}
    plan = solve_problem(read_problem(document))
    assert plan.figures.orders <= most
    assert plan.figures.broken == ()

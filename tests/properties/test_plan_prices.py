"""Any small book: prices are what solving again says, and nothing beats a plan proven best."""

import numpy as np
from engine_books import book
from hypothesis import given, settings
from hypothesis import strategies as st

from harvestdesk.optimize.engine.counterfactual import what_if_kept, what_if_sold
from harvestdesk.optimize.engine.explain import explained
from harvestdesk.optimize.engine.facts import read_problem
from harvestdesk.optimize.engine.plan import solve_problem
from harvestdesk.optimize.engine.search import Effort

EXACT = Effort(aim=1e-7, good=1e-7, patience=10**9)
LIMITS = st.sampled_from(
    [
        {},
        {"turnover": 0.15},
        {"gain_budget": 0.0},
        {"tax_budget": -0.004},
        {"sectors": {"Energy": [0.35, 0.55]}},
    ]
)


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10_000), aversion=st.sampled_from([3.0, 10.0, 60.0]), limits=LIMITS)
def test_prices_and_other_trades_agree_with_the_optimum(seed, aversion, limits) -> None:
    document = book(names=5, lots=2, seed=seed)
    document["objective"]["risk_aversion"] = aversion
    document["limits"] = limits
    problem = read_problem(document)
    plan = solve_problem(problem, EXACT)
    why = explained(problem, plan)
    room = 0.02 + 2e-7 * float(problem.exact.value)
    for item in why.kept[:4]:
        found = what_if_sold(problem, plan, item.lot)
        if not found.possible:
            continue
        assert float(found.dollars) >= -room
        number = problem.lot_set[item.lot]
        selling = problem.is_loss[item.lot] and plan.best.sides[number] == 1
        if selling or not problem.two_sided[number]:
            assert float(found.dollars) >= item.dollars - 0.5
    for item in why.sales[:3]:
        found = what_if_kept(problem, plan, item.lot)
        assert not found.possible or float(found.dollars) >= -room
    assert np.isfinite([item.rate for item in why.kept]).all()

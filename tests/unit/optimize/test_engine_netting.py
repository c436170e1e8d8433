"""Plans under the year's real netting: cells, small cases by brute force, and the traps of methods 1.4."""

import copy
import itertools
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from engine_books import Plain, book

from harvestdesk.domain.errors import NoPlanError
from harvestdesk.optimize.engine.answer import answer_document
from harvestdesk.optimize.engine.facts import read_problem
from harvestdesk.optimize.engine.netting import cell_case, search_netted
from harvestdesk.optimize.engine.netting_cells import cells_of
from harvestdesk.optimize.engine.plan import solve_problem
from harvestdesk.optimize.engine.search import Effort, search
from harvestdesk.tax.carried import carried_worth
from harvestdesk.tax.liability import year_tax

EXACT = Effort(aim=1e-7, good=1e-7, patience=10**9)

PROFILES: dict[str, dict[str, Any]] = {
    "nothing beside": {"filing_status": "single", "wages": "90000"},
    "short gain outstanding": {
        "filing_status": "mfj",
        "wages": "400000",
        "realised_short": "30000",
    },
    "long gain outstanding": {
        "filing_status": "single",
        "wages": "150000",
        "realised_long": "25000",
        "carryforward_short": "4000",
    },
    "at the 0/15 line": {"filing_status": "single", "wages": "55000", "realised_long": "8000"},
    "a state, seniors": {
        "filing_status": "mfj",
        "wages": "120000",
        "aged_or_blind": 2,
        "investment_income": "130000",
        "realised_short": "20000",
        "state": "CA",
    },
    "no income": {"filing_status": "hoh"},
}
cases = pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES.keys())


def netted(profile: dict[str, Any], **over: Any) -> dict[str, Any]:
    return book(tax={"profile": profile}, **over)


def exact_tax(problem, short: float, long: float) -> float:
    """Return the change of the year's tax for results that are fractions of value."""
    value = problem.exact.value
    dollars = [Decimal(x) * value for x in (short, long)]
    none = year_tax(problem.situation, Decimal(0), Decimal(0)).tax
    return float((year_tax(problem.situation, *dollars).tax - none) / value)


def exact_cost(problem, worth, short: float, long: float) -> float:
    """Return the same less what the losses carried on save later, both by the tax engine alone."""
    value, situation = problem.exact.value, problem.situation
    saved = []
    for dollars in ((Decimal(x) * value for x in (short, long)), (Decimal(0), Decimal(0))):
        netting = year_tax(situation, *dollars).netting
        saved.append(worth.of(netting.carryover_short + netting.carryover_long))
    return exact_tax(problem, short, long) - float((saved[0] - saved[1]) / value)


def rates_of(cell) -> tuple[float, float]:
    """Return the rates of this year's tax in a cell."""
    return round(cell.taxed.short, 6), round(cell.taxed.long, 6)


def halfplanes(corners: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return A, b with A r <= b inside counter-clockwise corners."""
    along = np.roll(corners, -1, axis=0) - corners
    outward = np.stack([along[:, 1], -along[:, 0]], axis=1)
    outward /= np.linalg.norm(outward, axis=1, keepdims=True)
    return outward, (outward * corners).sum(axis=1)


def brute_force(document: dict[str, Any]) -> float:
    """Return the best objective over all sides and all cells."""
    plain, best = Plain(document), np.inf
    names = sorted(set(plain.sets))
    lost = {plain.sets[plain.lot_j[lot]] for lot in np.flatnonzero(plain.loss)}
    choices = [(True, False) if name in lost else (False,) for name in names]
    problem = read_problem(document)
    parts = cells_of(problem)
    for cell in cells_of(replace(problem, carried_counts=False)):
        tax = (cell.taxed.short, cell.taxed.long, cell.taxed.constant)
        cost = costs_in(cell, parts)
        inside = halfplanes(cell.corners)
        for sides in itertools.product(*choices):
            selling = dict(zip(names, sides, strict=True))
            best = min(best, plain.solve(selling, tax=cost, budget=tax, inside=inside))
    return best


def costs_in(cell, parts) -> np.ndarray:
    """Return the lines whose largest is what results in a cell of this year's tax cost."""
    middles = [part.corners.mean(axis=0) for part in parts]
    mine = [n for n, at in enumerate(middles) if cell.holds(*at, 1e-12)]
    lines = np.array([(c.short, c.long, c.constant) for c in (parts[n].costs for n in mine)])
    for row, n in enumerate(mine):
        values = lines[:, :2] @ middles[n] + lines[:, 2]
        assert values[row] == pytest.approx(values.max(), abs=1e-10)
    return lines


# --- cells ---


@cases
def test_cells_hold_the_exact_tax_and_leave_nothing_out(profile) -> None:
    problem = read_problem(netted(profile))
    cells, worth = cells_of(problem), carried_worth(problem.situation)
    ends = np.concatenate([cell.corners for cell in cells])
    rng = np.random.default_rng(0)
    for short, long in rng.uniform(ends.min(axis=0), ends.max(axis=0), (300, 2)):
        found = [cell for cell in cells if cell.holds(short, long, 1e-12)]
        assert found
        for cell in found:
            assert cell.taxed.at((short, long)) == pytest.approx(
                exact_tax(problem, short, long), abs=1e-10
            )
            assert cell.costs.at((short, long)) == pytest.approx(
                exact_cost(problem, worth, short, long), abs=1e-10
            )


def test_a_line_that_bends_nothing_is_no_cell() -> None:
    """High wages alone: four signs of the netting, and losses beyond the limit."""
    problem = read_problem(netted({"filing_status": "single", "wages": "2000000"}))
    problem = replace(problem, carried_counts=False)
    rates = sorted({rates_of(cell) for cell in cells_of(problem)})
    assert rates == [(0.0, 0.0), (0.238, 0.238), (0.37, 0.37), (0.408, 0.238), (0.408, 0.408)]


# --- plans ---


@cases
def test_small_cases_equal_brute_force_over_sides_and_cells(profile) -> None:
    document = netted(profile, names=3, lots=4, seed=1)
    plan = solve_problem(read_problem(document), EXACT)
    best = brute_force(document)
    assert plan.figures.objective == pytest.approx(best, abs=2e-7)
    assert plan.bound <= best + 1e-8
    assert plan.status == "optimal"
    assert plan.figures.broken == ()


@pytest.mark.parametrize(
    "over",
    [
        {"accounts": 2},
        {"members": 2},
        {"limits": {"tracking_error": 0.05}},
        {"limits": {"turnover": 0.1, "gain_budget": -0.005}},
        {
            "limits": {"tax_budget": -0.0092},
            "objective": {"risk_aversion": 300.0, "cost_rate": 0.0},
        },
    ],
    ids=str,
)
def test_rules_hold_beside_the_netting(over) -> None:
    profile = PROFILES["short gain outstanding"]
    document = netted(profile, names=4, lots=2, seed=1, **over)
    plan = solve_problem(read_problem(document), EXACT)
    assert plan.figures.objective == pytest.approx(brute_force(document), abs=3e-7)
    assert plan.figures.broken == ()


@pytest.mark.parametrize("name", ["short gain outstanding", "at the 0/15 line"])
def test_no_point_of_a_grid_is_better(name) -> None:
    """The tax of each point is the engine's own: nothing here knows of cells."""
    document = netted(PROFILES[name], names=2, lots=4, seed=2)
    problem = read_problem(document)
    plan, worth = solve_problem(problem, EXACT), carried_worth(problem.situation)
    plain = Plain(document)
    results = plain.results() * plain.w
    ends = np.minimum(results, 0).sum(axis=1), np.maximum(results, 0).sum(axis=1)
    grid = itertools.product(*np.linspace(*ends, 5).T)
    around = np.array([[1.0, 0], [-1, 0], [0, 1], [0, -1]])
    room, values = 1e-6, []
    for short, long in grid:
        at = np.array([short, -short, long, -long]) + room
        tax = exact_cost(problem, worth, short + room, long + room)
        for sides in itertools.product((True, False), repeat=2):
            selling = dict(zip(("G0", "G1"), sides, strict=True))
            values.append(plain.solve(selling, tax=(0.0, 0.0, tax), inside=(around, at)))
    assert np.isfinite(values).sum() > 4
    assert plan.figures.objective <= min(values) + 1e-8


def test_long_losses_beyond_long_gains_are_worth_the_short_rate() -> None:
    """With a short gain outstanding the tax is concave where long results turn negative."""
    profile = {"filing_status": "single", "wages": "800000", "realised_short": "60000"}
    document = netted({**profile, "realised_long": "12000"}, names=6, lots=3, seed=4)
    for lot in document["lots"]:
        lot["acquired"] = "2020-01-02"
    problem = read_problem(document)
    plan = solve_problem(problem, EXACT)
    assert plan.figures.realised_gain < -75_000
    # The first 12,000 at the long rate, then the short gain at its own, then other income.
    assert plan.figures.tax_cost == Decimal("-28446.00")
    start = next(cell for cell in cells_of(problem) if cell.holds(0.0, 0.0, 1e-9))
    staying = search(cell_case(problem, start), EXACT).best
    assert staying is not None
    assert staying.objective > plan.figures.objective + 0.01


def test_short_gains_that_push_long_ones_over_the_line_cost_less_beyond_it() -> None:
    """12 + 15 % until all long gains are over the 0/15 line, and 22 % after it."""
    profile = {"filing_status": "single", "wages": "55000", "realised_long": "12000"}
    cells = cells_of(read_problem(netted(profile)))
    rates = {rates_of(cell) for cell in cells}
    assert {(0.12, 0.0), (0.27, 0.15), (0.22, 0.15)} <= rates


def test_a_plan_does_not_stay_in_the_cell_no_trade_is_in() -> None:
    profile = PROFILES["short gain outstanding"]
    problem = read_problem(netted(profile, names=6, lots=3, seed=1))
    answer = search_netted(problem, EXACT)
    assert answer.found.best is not None
    assert 1 <= answer.solved <= answer.cells
    assert answer.found.bound <= answer.found.best.objective


@pytest.mark.parametrize("accounts", [1, 2])
def test_order_of_inputs_does_not_matter(accounts) -> None:
    document = netted(PROFILES["at the 0/15 line"], names=8, seed=9, accounts=accounts)
    plan = solve_problem(read_problem(document), EXACT)
    turned = copy.deepcopy(document)
    for name in ("securities", "lots", "accounts"):
        turned[name].reverse()
    other = solve_problem(read_problem(turned), EXACT)
    assert other.figures.objective == pytest.approx(plan.figures.objective, abs=2e-8)


def test_typed_rates_beside_a_profile_do_not_count() -> None:
    document = netted(PROFILES["nothing beside"], names=6, seed=3)
    plan = solve_problem(read_problem(document), EXACT)
    document["tax"] |= {"rate_short": 0.9, "rate_long": 0.9}
    again = solve_problem(read_problem(document), EXACT)
    assert again.figures.objective == pytest.approx(plan.figures.objective, abs=1e-9)


def test_whole_shares_keep_every_rule() -> None:
    profile = PROFILES["short gain outstanding"]
    document = netted(profile, names=10, lots=4, seed=1, fractional=False)
    plan = solve_problem(read_problem(document))
    assert plan.figures.broken == ()
    assert all(t.shares % 1 == 0 for t in (*plan.trades.sales, *plan.trades.buys))
    assert plan.gap < 0.03


def test_a_harvest_counts_losses_and_not_what_they_save() -> None:
    document = netted(PROFILES["nothing beside"], seed=7, mode="harvest")
    document["limits"] = {"tracking_error": 0.06}
    plan = solve_problem(read_problem(document), EXACT)
    document["tax"] = {"rate_short": 0.4, "rate_long": 0.2}
    typed = solve_problem(read_problem(document), EXACT)
    assert plan.figures.objective == pytest.approx(typed.figures.objective, abs=1e-8)


def test_a_tax_budget_too_small_is_named_with_the_least_there_is() -> None:
    document = netted(PROFILES["nothing beside"], names=6, seed=3)
    document["limits"] = {"tax_budget": "-5000"}
    with pytest.raises(NoPlanError) as caught:
        solve_problem(read_problem(document))
    # 3,000 of other income is all that losses can take away in the year.
    assert "limits.tax_budget would have to be -660.00 dollars" in caught.value.message


def test_rules_that_contradict_each_other_are_named() -> None:
    limits = {"tracking_error": 1e-5, "turnover": 0.001}
    with pytest.raises(NoPlanError) as caught:
        solve_problem(read_problem(netted(PROFILES["no income"], seed=3, limits=limits)))
    assert "limits.tracking_error" in caught.value.message


def test_a_tax_budget_that_binds_has_a_price_and_lines_of_the_tax_have_none() -> None:
    limits = {"tax_budget": -0.0092}
    document = netted(PROFILES["short gain outstanding"], names=6, seed=1, limits=limits)
    document["objective"] = {"risk_aversion": 300.0, "cost_rate": 0.0}
    problem = replace(read_problem(document), carried_counts=False)
    answer = answer_document(problem, solve_problem(problem, EXACT))
    assert answer["status"] == "optimal"
    assert answer["duals"]["tax_budget"] > 0
    assert not [name for name in answer["duals"] if "netting" in name]
    assert float(answer["tax_cost"]) <= -0.0092 * float(problem.exact.value) + 0.1

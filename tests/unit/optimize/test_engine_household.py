"""Households in one problem: menus, costs of place, cash to keep, payouts, groups, losses asked for, volumes."""

import itertools
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from engine_books import book
from engine_households import FEATURES, best_of, household

from harvestdesk.domain.errors import NoPlanError
from harvestdesk.optimize.engine.answer import answer_document
from harvestdesk.optimize.engine.case import linear_case, objective_of
from harvestdesk.optimize.engine.columns import lots_sold, whole_columns
from harvestdesk.optimize.engine.conic import solve_node
from harvestdesk.optimize.engine.duals import Prices, bound_of
from harvestdesk.optimize.engine.evaluate import evaluate
from harvestdesk.optimize.engine.facts import read_problem
from harvestdesk.optimize.engine.netting import cell_case
from harvestdesk.optimize.engine.netting_cells import cells_of
from harvestdesk.optimize.engine.newton import fixed_plan
from harvestdesk.optimize.engine.plan import solve_problem
from harvestdesk.optimize.engine.problem import Group, PayoutAsked
from harvestdesk.optimize.engine.relaxation import MAX_CONSTRAINTS, Elastic, Relaxation
from harvestdesk.optimize.engine.search import Effort
from harvestdesk.optimize.engine.trades import Buy, Sale, Trades
from harvestdesk.optimize.problem import Side

EXACT = Effort(aim=1e-7, good=1e-7, patience=10**9)


def never() -> bool:
    return False


def open_sides(problem):
    return np.full(problem.sets, int(Side.OPEN), dtype=np.intp)


ALONE = [(1, (f,), {}) for f in FEATURES]
TOGETHER = [
    (2, FEATURES, {}),
    (3, ("menus", "buy_extra", "lot_extra", "cash_most"), {}),
    (4, ("payout", "groups", "loss", "outside"), {"members": 2}),
    (5, ("menus", "volumes", "lot_extra"), {"limits": {"tracking_error": 0.08}}),
    (6, ("menus", "buy_extra", "lot_extra", "volumes"), {"mode": "harvest"}),
    (8, ("payout", "cash_least", "buy_extra"), {"accounts": 1}),
    (11, ("lot_extra", "volumes", "groups"), {"accounts": 1}),
]


@pytest.mark.parametrize(("seed", "features", "over"), [*ALONE, *TOGETHER], ids=str)
def test_small_households_equal_brute_force_over_all_sides(seed, features, over) -> None:
    problem = household(seed, features, **over)
    best = best_of(problem)
    plan = solve_problem(problem, EXACT)
    sign = -1 if problem.mode == "harvest" else 1
    assert sign * plan.figures.objective == pytest.approx(best, abs=3e-7)
    assert sign * plan.bound <= best + 1e-8
    assert plan.figures.broken == ()
    assert plan.status == "optimal"


def test_scs_is_asked_where_clarabel_is_not_sure_that_nothing_is_feasible() -> None:
    features = ("menus", "buy_extra", "cash_least", "payout", "loss")
    problem = household(355, features, accounts=1, limits={"tracking_error": 0.08})
    plan = solve_problem(problem, EXACT)
    assert plan.solver == "SCS"
    assert plan.figures.objective == pytest.approx(best_of(problem), abs=3e-7)
    assert plan.figures.broken == ()


@pytest.mark.parametrize("seed", range(3))
def test_a_household_is_netted_through_the_year_too(seed) -> None:
    profile = {"filing_status": "mfj", "wages": "400000", "realised_short": "30000"}
    features = ("menus", "lot_extra", "payout", "groups")
    problem = household(seed, features, names=3, tax={"profile": profile})
    best = np.inf
    for cell in cells_of(problem):
        case = cell_case(problem, cell)
        inside = tuple(row for row in case.rows if row.kind == "netting")
        best = min(best, best_of(case.problem, inside) + case.constant)
    plan = solve_problem(problem, EXACT)
    assert plan.figures.objective == pytest.approx(best, abs=3e-7)
    assert plan.bound <= best + 1e-8
    assert plan.figures.broken == ()


@pytest.mark.parametrize("seed", range(6))
def test_any_prices_give_a_bound_below_any_household_plan(seed) -> None:
    problem = household(seed, FEATURES if seed != 4 else FEATURES[:-2])
    case = linear_case(problem)
    columns = whole_columns(problem, case.cost)
    best = best_of(problem)
    rng = np.random.default_rng(seed)
    for _ in range(50):
        prices = Prices(rng.normal(0, 0.05, len(case.rows)), rng.normal(0, 0.1, 3))
        assert bound_of(case, columns, prices, open_sides(problem)).value <= best + 1e-9


@pytest.mark.parametrize("seed", range(6))
def test_the_closed_form_bound_equals_the_cone_program_and_scs_agrees(seed) -> None:
    features = tuple(f for n, f in enumerate(FEATURES) if (n + seed) % 3)
    problem = household(seed, features, names=9, lots=4)
    case = linear_case(problem)
    columns = whole_columns(problem, case.cost)
    relaxation = Relaxation(case, columns)
    cone = relaxation.compiled()
    values = []
    for solver in ("CLARABEL", "SCS"):
        node = solve_node(cone, open_sides(problem), never, solver=solver)
        assert node.usable
        values.append(bound_of(case, columns, node.prices, open_sides(problem)).value)
    relaxation.problem.solve(solver="CLARABEL")
    assert values[0] == pytest.approx(relaxation.problem.value / 100, abs=2e-8)
    assert values[1] == pytest.approx(values[0], rel=1e-4)


def test_constraints_stay_few_whatever_a_household_asks() -> None:
    counts = []
    for names in (5, 60):
        problem = household(1, FEATURES, names=names, limits={"tracking_error": 0.1})
        case = linear_case(problem)
        relaxation = Relaxation(case, whole_columns(problem, case.cost))
        counts.append(len(relaxation.problem.constraints))
    assert counts[0] == counts[1] <= MAX_CONSTRAINTS


def test_accounts_that_buy_alike_share_their_purchases() -> None:
    problem = household(0, (), names=10)
    assert problem.purses.count == 1
    menus = np.ones((3, 10), dtype=bool)
    menus[1, :5] = False
    apart = replace(problem, may_buy=menus)
    assert apart.purses.count == 2
    assert apart.purses.of_account[0] == apart.purses.of_account[2] != apart.purses.of_account[1]
    assert len(apart.purses) == 15
    dearer = replace(apart, buy_extra=np.array([[0.0], [0.0], [1e-3]]) * np.ones(10))
    assert dearer.purses.count == 3


def turned(problem):
    """Return the household with accounts, securities and lots the other way round."""
    lots, names, accounts = (
        np.arange(len(x))[::-1] for x in (problem.lot_ids, problem.symbols, problem.account_ids)
    )
    limits, payout = problem.limits, problem.limits.payout
    limits = replace(
        limits,
        cash=limits.cash[accounts],
        cash_least=limits.cash_least[accounts],
        payout=replace(payout, payers=payout.payers[accounts], cost=payout.cost[accounts]),
        groups=tuple(replace(g, members=g.members[names]) for g in limits.groups),
    )
    exact = problem.exact
    exact = replace(
        exact,
        prices=exact.prices[::-1],
        cash=exact.cash[::-1],
        shares=exact.shares[::-1],
        basis=exact.basis[::-1],
    )
    of_security = ("target", "cap", "specific", "loadings", "buy_locked", "loss_locked", "outside")
    of_lot = ("lot_weight", "lot_gain", "lot_rate", "lot_long", "lot_extra")
    return replace(
        problem,
        symbols=problem.symbols[::-1],
        sectors=problem.sectors[::-1],
        account_ids=problem.account_ids[::-1],
        lot_ids=problem.lot_ids[::-1],
        set_of=problem.set_of[names],
        cash=problem.cash[accounts],
        taxable=problem.taxable[accounts],
        lot_security=len(names) - 1 - problem.lot_security[lots],
        lot_account=len(accounts) - 1 - problem.lot_account[lots],
        may_buy=problem.may_buy[np.ix_(accounts, names)],
        buy_extra=problem.buy_extra[np.ix_(accounts, names)],
        most_sold=problem.most_sold[names],
        most_bought=problem.most_bought[names],
        limits=limits,
        exact=exact,
        **{name: getattr(problem, name)[names] for name in of_security},
        **{name: getattr(problem, name)[lots] for name in of_lot},
    )


@pytest.mark.parametrize("seed", [0, 2, 3])
def test_order_of_inputs_does_not_matter_to_a_household(seed) -> None:
    problem = household(seed, FEATURES, names=6)
    plan, other = solve_problem(problem, EXACT), solve_problem(turned(problem), EXACT)
    assert other.figures.objective == pytest.approx(plan.figures.objective, abs=1e-7)
    payouts = [float(paid) for paid in plan.figures.payouts]
    assert [float(p) for p in other.figures.payouts[::-1]] == pytest.approx(payouts, abs=5.0)


def test_ten_times_the_household_trades_ten_times_the_shares() -> None:
    problem = household(2, FEATURES, names=6)
    exact, ten = problem.exact, Decimal(10)
    larger = replace(
        problem,
        exact=replace(
            exact,
            value=exact.value * ten,
            cash=tuple(c * ten for c in exact.cash),
            shares=tuple(n * ten for n in exact.shares),
        ),
    )
    plan, tenfold = solve_problem(problem, EXACT), solve_problem(larger, EXACT)
    assert tenfold.figures.objective == pytest.approx(plan.figures.objective, abs=1e-8)
    before = {s.lot: float(s.shares) for s in plan.trades.sales}
    assert {s.lot: float(s.shares) for s in tenfold.trades.sales} == pytest.approx(
        {lot: 10 * shares for lot, shares in before.items()}, abs=0.05
    )


# --- what each rule does ---


def test_a_payout_is_raised_by_those_who_may_pay_and_where_it_costs_least() -> None:
    problem = household(3, (), names=8)
    asked = PayoutAsked(0.05, np.array([True, True, False]), np.array([0.0, 0.3, 0.0]))
    limits = replace(problem.limits, payout=asked)
    plan = solve_problem(replace(problem, limits=limits), EXACT)
    paid = plan.figures.payouts
    assert sum(paid) == round(Decimal("0.05") * problem.exact.value, 2)
    assert paid[0] == sum(paid)
    assert plan.duals["payout"] < 0
    assert answer_document(problem, plan)["payouts"] == [
        {"account": "A0", "amount": f"{paid[0]:.2f}"}
    ]
    ira = replace(asked, payers=np.array([False, True, True]))
    there = solve_problem(replace(problem, limits=replace(limits, payout=ira)), EXACT)
    assert there.figures.payouts[0] == 0
    assert there.figures.broken == ()


def test_the_price_of_a_payout_is_what_a_dollar_more_costs() -> None:
    values = {}
    for amount in (0.03, 0.03002):
        problem = household(3, ("menus",), names=8)
        asked = PayoutAsked(amount, np.array([True, False, False]), np.zeros(3))
        limits = replace(problem.limits, payout=asked)
        values[amount] = solve_problem(replace(problem, limits=limits), EXACT)
    more = values[0.03002].figures.objective - values[0.03].figures.objective
    assert -values[0.03].duals["payout"] == pytest.approx(more / 0.00002, rel=0.02)


def test_a_payout_nobody_can_pay_is_a_conflict_and_the_elastic_solve_says_by_how_much() -> None:
    problem = household(3, (), names=6)
    asked = PayoutAsked(0.9, np.array([False, False, True]), np.zeros(3))
    problem = replace(problem, limits=replace(problem.limits, payout=asked))
    with pytest.raises(NoPlanError):
        solve_problem(problem)
    case = linear_case(problem)
    elastic = Elastic(case, whole_columns(problem, case.cost))
    elastic.solve()
    there = problem.cash[2] + problem.lot_weight[problem.lot_account == 2].sum()
    assert elastic.payout_short == pytest.approx(0.9 - there, abs=1e-6)


def test_cash_below_its_least_is_raised() -> None:
    problem = household(3, (), names=6)
    least = np.array([0.04, 0.0, 0.03])
    problem = replace(problem, limits=replace(problem.limits, cash_least=least))
    plan = solve_problem(problem)
    assert plan.figures.broken == ()
    for cash, wanted in zip(plan.figures.cash, least, strict=True):
        assert float(cash / problem.exact.value) >= wanted - 1e-8


def test_an_account_left_alone_does_not_trade() -> None:
    document = book(accounts=3, seed=3)
    document["accounts"][0]["never"] = True
    problem = read_problem(document)
    plan = solve_problem(problem)
    assert plan.figures.orders > 0
    assert all(problem.lot_account[s.lot] != 0 for s in plan.trades.sales)
    assert all(b.account != 0 for b in plan.trades.buys)


def bought_in(problem, plan, account: int) -> Decimal:
    prices = problem.exact.prices
    mine = (b.shares * prices[b.security] for b in plan.trades.buys if b.account == account)
    return sum(mine, Decimal(0))


def test_costs_of_place_move_purchases() -> None:
    problem = household(5, ("cash_most",), names=8)
    costs = np.zeros((3, 8))
    costs[0] = 1.0
    before = bought_in(problem, solve_problem(problem, EXACT), 0)
    dearer = replace(problem, buy_extra=costs)
    assert bought_in(dearer, solve_problem(dearer, EXACT), 0) < before / 100


def test_a_gain_worth_taking_is_sold_and_bought_back() -> None:
    """A harvest of gains: what its lots are worth by being sold, once, beside the plan."""
    problem = read_problem(book(names=6, lots=2, seed=4, tax={"rate_short": 0, "rate_long": 0}))
    gains = (problem.lot_gain > 0) & problem.lot_long
    worth = np.where(gains, -0.05, 0.0)
    plan = solve_problem(replace(problem, lot_extra=worth), EXACT)
    both = {problem.lot_security[s.lot] for s in plan.trades.sales if gains[s.lot]}
    assert both & {b.security for b in plan.trades.buys}
    assert plan.figures.broken == ()


def test_newton_knows_payouts_volumes_and_extras_of_one_account() -> None:
    features = ("payout", "volumes", "groups", "cash_least")
    problem = household(3, features, names=9, lots=5, accounts=1)
    problem = replace(problem, buy_extra=np.linspace(0, 1e-3, 9)[None, :])
    case = linear_case(problem)
    columns = whole_columns(problem, case.cost)
    cone = Relaxation(case, columns).compiled()
    root = solve_node(cone, open_sides(problem), never)
    sides = np.where(root.selling >= 0.5, 1, 0)
    sides = np.where(np.isnan(root.selling), int(Side.OPEN), sides).astype(np.intp)
    fast = fixed_plan(case, columns, sides, root.prices)
    slow = solve_node(cone, sides, never)
    assert fast is not None
    value = objective_of(case, fast.sold, fast.bought, fast.paid)
    sold = lots_sold(columns, problem, slow.sold)
    cones = objective_of(case, sold, slow.bought, slow.paid)
    assert value == pytest.approx(cones, abs=1e-8)
    assert bound_of(case, columns, fast.prices, sides).value == pytest.approx(value, abs=1e-9)


# --- shares ---


@pytest.mark.parametrize("seed", range(6))
def test_shares_are_whole_where_the_broker_asks_and_every_rule_is_kept(seed) -> None:
    problem = household(seed, tuple(f for n, f in enumerate(FEATURES) if (n + seed) % 2), names=8)
    parts = np.array([seed % 2 == 0, False, True])
    plan = solve_problem(replace(problem, account_fractional=parts))
    assert plan.figures.broken == ()
    traded = [(int(problem.lot_account[s.lot]), s.shares) for s in plan.trades.sales]
    traded += [(b.account, b.shares) for b in plan.trades.buys]
    assert traded
    assert all(shares % 1 == 0 for account, shares in traded if not parts[account])


def test_purchases_are_dealt_without_orders_below_the_least() -> None:
    for seed in range(4):
        problem = household(seed, ("menus",), names=12, lots=4)
        problem = replace(problem, limits=replace(problem.limits, min_trade=0.004))
        plan = solve_problem(problem)
        assert plan.figures.broken == ()
        assert plan.figures.orders > 0


# --- the exact check ---


def one_order(problem) -> tuple[Trades, int]:
    lot = int(np.flatnonzero(problem.sellable & (problem.lot_gain > 0))[0])
    return Trades((Sale(lot, problem.exact.shares[lot] / 2),)), lot


def told(problem, trades: Trades) -> str:
    return " ".join(evaluate(problem, trades).broken)


def test_every_new_rule_that_is_broken_is_told() -> None:
    problem = household(3, (), names=6)
    trades, lot = one_order(problem)
    none = Trades()
    limits, j = problem.limits, int(problem.lot_security[lot])
    here = np.zeros(6)
    here[j] = 1.0
    weight = float(problem.held[j])

    def under(trades: Trades, **over) -> str:
        return told(replace(problem, limits=replace(limits, **over)), trades)

    group = Group("asset_class", "G", here, weight - 1e-5, 1.0)
    assert "asset_class G" in under(trades, groups=(group,))
    assert under(none, groups=(group,)) == ""
    assert "below" in under(none, cash_least=problem.cash * 2)
    asked = PayoutAsked(0.5, np.array([True, False, False]), np.zeros(3))
    assert "payout" in under(none, payout=asked)
    assert "loss_target" in under(none, loss_least=0.001)
    assert "max_trades" in under(trades, max_trades=0)
    assert "max_trades" not in under(trades, max_trades=1)
    assert "min_trade" in under(trades, min_trade=0.9)
    none_sold = np.zeros(6)
    assert "volume of" in told(replace(problem, most_sold=none_sold), trades)
    buys = Trades(buys=(Buy(0, 5, Decimal(10)),))
    assert "volume of" in told(replace(problem, most_bought=none_sold), buys)
    menus = np.ones((3, 6), dtype=bool)
    menus[0, 5] = False
    assert "S5: can't be bought" in told(replace(problem, may_buy=menus), buys)
    whole = replace(problem, account_fractional=np.zeros(3, dtype=bool))
    assert "not whole shares" in told(whole, Trades(buys=(Buy(0, 5, Decimal("0.5")),)))


def test_the_objective_counts_tickets_extras_and_payouts() -> None:
    problem = household(3, (), names=6)
    trades, lot = one_order(problem)
    plain = evaluate(problem, trades)
    weight = float(trades.sales[0].shares) / float(problem.exact.shares[lot])
    weight *= float(problem.lot_weight[lot])
    limits = replace(problem.limits, ticket_cost=0.001)
    assert evaluate(replace(problem, limits=limits), trades).objective == pytest.approx(
        plain.objective + 0.001
    )
    extra = replace(problem, lot_extra=np.full(len(problem.lot_ids), 0.02))
    assert evaluate(extra, trades).objective == pytest.approx(plain.objective + 0.02 * weight)
    asked = PayoutAsked(0.001, np.array([True, True, True]), np.array([0.5, 0.2, 0.3]))
    paying = evaluate(replace(problem, limits=replace(problem.limits, payout=asked)), trades)
    seller = int(problem.lot_account[lot])
    # Cash a sale leaves above the most goes first, then whoever pays at least cost.
    assert paying.payouts[seller] > 0 or paying.payouts[1] > 0
    cost = sum(c * float(p) for c, p in zip(asked.cost, paying.payouts, strict=True))
    value = float(problem.exact.value)
    assert paying.objective == pytest.approx(plain.objective + cost / value, abs=1e-12)


def test_orders_are_counted_by_account_security_and_direction() -> None:
    problem = household(3, (), names=6, lots=6)
    accounts, securities = problem.lot_account, problem.lot_security
    pair = next(
        (int(a), int(b))
        for a, b in itertools.combinations(range(len(problem.lot_ids)), 2)
        if accounts[a] == accounts[b] and securities[a] == securities[b]
    )
    sales = tuple(Sale(lot, Decimal(1)) for lot in pair)
    assert evaluate(problem, Trades(sales)).orders == 1
    assert evaluate(problem, Trades(sales, (Buy(0, 5, Decimal(1)),))).orders == 2

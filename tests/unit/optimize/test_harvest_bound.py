"""The bound holds for plans in shares: what whole shares leave in cash is part of what it is proved for."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from harvest_households import AS_OF, check_sound, days_ago, etf, lot, plan, snapshot, stock, swap

from harvestdesk.domain.account import Account, AccountType
from harvestdesk.domain.ids import AccountId
from harvestdesk.domain.money import ZERO
from harvestdesk.domain.proposal import HarvestSettings
from harvestdesk.optimize import rounding
from harvestdesk.optimize.build import build
from harvestdesk.optimize.harvest_model import largest_purchase
from harvestdesk.optimize.harvest_solving import choose_sides
from harvestdesk.optimize.rounding import plan_of
from harvestdesk.optimize.solve import SolveLimits
from harvestdesk.optimize.unspent import most_unspent, smallest_order

JOINT, TRUST = AccountId("joint"), AccountId("trust")
LIMITS = SolveLimits(deadline=float("inf"))


def two_accounts(**more):
    """The trust has AAA for 155.34 and may buy BBB only, at 191.05 a share: nothing can be bought for it."""
    accounts = (
        Account(JOINT, "Joint", AccountType.JOINT),
        Account(TRUST, "Trust", AccountType.TRUST),
    )
    lots = [
        lot("joint-b", "BBB", "0.394", "146.78", on=days_ago(31)),
        lot("trust-a", "AAA", "2.746", "251.65", account="trust"),
    ]
    securities = [etf("AAA"), etf("BBB"), stock("CCC")]
    prices = {"AAA": "56.57", "BBB": "191.05", "CCC": "19.61"}
    lists = [swap("AAA", "BBB"), swap("BBB", "AAA"), swap("BBB", "CCC", rank=2)]
    return snapshot(
        securities, lots, prices, accounts=accounts, cash="100000", replacements=lists, **more
    )


def settings(**more) -> HarvestSettings:
    return HarvestSettings(**{"min_loss": ZERO, "min_trade": ZERO, **more})


def test_proceeds_too_small_for_a_share__are_no_false_bound() -> None:
    """With every cent reinvested the two losses exclude each other: AAA would have to be bought as BBB."""
    household = two_accounts()
    proposal = plan(household, tracking_error_bp=Decimal(5), min_loss=ZERO, min_trade=ZERO)
    check_sound(household, proposal)
    assert {s.lot_id: -s.gain for s in proposal.sales} == {
        "joint-b": Decimal("71.51"),
        "trust-a": Decimal("96.31"),
    }
    assert [p.account_id for p in proposal.purchases] == ["joint"]
    assert proposal.solver.objective == pytest.approx(167.81, abs=0.01)
    assert proposal.solver.bound >= proposal.solver.objective


def test_every_proceeds_spent__the_two_losses_exclude_each_other() -> None:
    built = build(two_accounts(), settings(tracking_error_bp=Decimal(5)))
    spent = choose_sides(built.problem.all_spent(), LIMITS)
    assert spent.bound * built.value < 130
    chosen = choose_sides(built.problem, LIMITS)
    assert chosen.bound * built.value == pytest.approx(167.81, abs=0.05)
    # A plan is still looked for among those that spend everything, by sides of its own.
    assert chosen.solution.objective == pytest.approx(spent.solution.objective, rel=1e-6)


@pytest.mark.parametrize(
    ("price", "step", "min_trade", "dollars"),
    [
        ("191.05", "1", "0", "191.05"),
        ("191.05", "1", "191.05", "191.05"),
        ("191.05", "1", "250", "382.10"),
        ("19.61", "1", "250", "254.93"),
        ("191.05", "0.0001", "0", "0.019105"),
        ("200", "0.0001", "250", "250"),
    ],
)
def test_smallest_order__whole_steps_at_or_above_the_minimum(
    price, step, min_trade, dollars
) -> None:
    order = smallest_order(Decimal(price), Decimal(step), Decimal(min_trade))
    assert order == Decimal(dollars)


def test_most_unspent__is_the_cheapest_order_that_no_plan_bars() -> None:
    household = two_accounts()
    built = build(household, settings(min_trade=Decimal(250), tracking_error_bp=Decimal(300)))
    assert built.losses == ()  # neither lot makes an order of 250
    built = build(household, settings(tracking_error_bp=Decimal(300)))
    candidates = {(c.account_id, c.security_id) for c in built.purchases}
    assert candidates == {("joint", "AAA"), ("joint", "CCC"), ("trust", "BBB")}
    # CCC is never sold; BBB may be sold instead, and is all the trust has. Two cents are for rounding.
    assert built.unspent == {"joint": Decimal("19.63"), "trust": Decimal("191.07")}
    least, most = built.problem.unspent
    assert most * built.value == pytest.approx([19.63, 191.07])
    # Without any that is never sold the dearest counts: the others may be barred.
    assert most_unspent(household, settings(), built.purchases, {"AAA", "BBB", "CCC"}) == {
        "joint": Decimal("56.59"),
        "trust": Decimal("191.07"),
    }
    # One lot and two candidates in the first account, one of each in the second.
    assert least * built.value == pytest.approx([-0.03, -0.02])


def test_largest_purchase__may_win_the_cents() -> None:
    built = build(two_accounts(), settings(tracking_error_bp=Decimal(300)))
    most = largest_purchase(built.problem) * built.value
    joint, trust = 0.394 * 191.05, 2.746 * 56.57
    # AAA and CCC are bought in the first account, BBB in the second.
    assert most == pytest.approx([joint + 0.03, trust + 0.02, joint + 0.03])


@pytest.mark.parametrize("fractional", [False, True])
def test_more_left_than_the_bound_allows_for__buys_one_more(monkeypatch, fractional) -> None:
    """Whatever comes of the mix, an account keeps less than its cheapest order."""
    joint = Account(JOINT, "Joint", AccountType.JOINT, fractional=fractional)
    household = snapshot(
        [etf("AAA"), etf("BBB"), stock("CCC")],
        [lot("a", "AAA", 100, 10000)],
        {"AAA": 80, "BBB": "191.05", "CCC": 300},
        accounts=(joint,),
        replacements=[swap("AAA", "BBB"), swap("AAA", "CCC", rank=2)],
        as_of=AS_OF,
    )
    built = build(household, settings(tracking_error_bp=Decimal(3000)))

    def nothing(problem, *_):
        return np.zeros(len(problem.buy_cost))

    monkeypatch.setattr(rounding, "nearest_mix", nothing)
    sides = np.full(built.problem.sets, 2)
    found = plan_of(built, sides, [Decimal(100)], LIMITS)
    prices = [household.prices.prices[c.security_id].value for c in built.purchases]
    left = 8000 - sum(n * p for n, p in zip(found.bought, prices, strict=True))
    assert 0 <= left < built.unspent[JOINT]


def test_model__cash_left_loosens_the_limit_by_hand() -> None:
    built = build(two_accounts(), settings(tracking_error_bp=Decimal(300)))
    problem = replace(
        built.problem,
        active=np.zeros(2),
        loadings=np.zeros((2, 1)),
        specific_variance=np.array([0.04, 0.09]),
        security_set=np.arange(2),
        lot_security=np.array([0]),
        lot_account=np.array([0]),
        lot_limit=np.array([0.5]),
        lot_value=np.array([1.0]),
        buy_security=np.array([1]),
        buy_account=np.array([0]),
        buy_cost=np.zeros(1),
        accounts=1,
        limit=0.005,
        unspent=(np.zeros(1), np.array([0.005])),
    )
    # 0.04 s^2 + 0.09 (s - 0.005)^2 = 0.005^2: 0.13 s^2 - 0.0009 s - 0.00002275 = 0.
    expected = (0.0009 + (0.0009**2 + 4 * 0.13 * 0.00002275) ** 0.5) / 0.26
    assert choose_sides(problem, LIMITS).bound == pytest.approx(expected, rel=1e-4)
    spent = choose_sides(problem.all_spent(), LIMITS)
    assert spent.solution.sold[0] == pytest.approx(0.005 / 0.13**0.5, rel=1e-4)

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from factories import AS_OF, DIRECT, JOINT, proposal, security_id, snapshot

from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.prices import Price, PriceBook
from harvestdesk.domain.proposal import Check, SolverRecord
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.orders.ticket import BUYS_AFTER, SELLS_FIRST, Side, tickets


def stale(household: HouseholdSnapshot) -> HouseholdSnapshot:
    prices = dict(household.prices.prices)
    prices[security_id("ARBX")] = Price(Decimal("41.20"), date(2025, 11, 20))
    return replace(household, prices=PriceBook(AS_OF, prices))


def test_sales_come_before_the_purchases_they_pay_for_in_each_account() -> None:
    household = snapshot()
    orders = tickets(proposal(household), household)
    for account in (JOINT, DIRECT):
        mine = [o for o in orders if o.account_id == account]
        assert [o.side for o in mine] == sorted((o.side for o in mine), reverse=True)
        assert {o.group for o in mine if o.side is Side.SELL} == {SELLS_FIRST}
        assert {o.group for o in mine if o.side is Side.BUY} == {BUYS_AFTER}
    by_id = {o.id: o for o in orders}
    pyre = next(o for o in orders if o.symbol == "PYRE")
    assert [by_id[i].symbol for i in pyre.after] == ["EMBR", "FLNT"]


def test_lots_of_one_security_in_one_account_are_one_order() -> None:
    household = snapshot()
    simi = [o for o in tickets(proposal(household), household) if o.symbol == "SIMI"]
    assert len(simi) == 1
    assert simi[0].shares == Decimal("252.5")
    assert simi[0].amount == Decimal("15415.12")
    assert [(lot.acquired_on, lot.shares) for lot in simi[0].lots] == [
        (date(2024, 5, 8), Decimal("212.5")),
        (date(2025, 2, 3), Decimal(40)),
    ]


def test_ids_are_unique_short_and_marked_when_simulated() -> None:
    household = snapshot()
    orders = tickets(proposal(household), household)
    assert len({o.id for o in orders}) == len(orders)
    assert orders[0].id == "SIM-proposal7-001"


def test_refused__plan_not_passed() -> None:
    household = snapshot()
    failed = proposal(household, checks=(Check("no_gain_sold", False),))
    limited = proposal(household, solver=SolverRecord("user_limit", "CLARABEL", "1", 0, 0, 0))
    for plan in (failed, limited):
        with pytest.raises(BadInputError, match="did not pass"):
            tickets(plan, household)


def test_refused__household_changed_since() -> None:
    household = snapshot()
    plan = proposal(household)
    with pytest.raises(BadInputError, match=r"changed since plan proposal-7 .*Plan again"):
        tickets(plan, replace(household, cash={JOINT: Decimal(1)}))


def test_refused__stale_prices_unless_accepted() -> None:
    household = stale(snapshot())
    plan = proposal(household)
    with pytest.raises(BadInputError, match=r"ARBX \(2025-11-20\)"):
        tickets(plan, household)
    assert tickets(plan, household, allow_stale_prices=True)


def test_refused__more_shares_than_the_lot_has() -> None:
    household = snapshot()
    plan = proposal(household)
    greedy = replace(plan.sales[0], shares=Decimal(311))
    with pytest.raises(BadInputError, match="lot-1"):
        tickets(replace(plan, sales=(greedy, *plan.sales[1:])), household)
    twice = (*plan.sales, replace(plan.sales[0], shares=Decimal(1)))
    with pytest.raises(BadInputError, match="lot-1"):
        tickets(replace(plan, sales=twice), household)


def test_refused__symbol_that_is_no_symbol() -> None:
    base = snapshot()
    hostile = tuple(
        replace(s, symbol="=CMD()") if s.symbol == "ARBX" else s for s in base.securities
    )
    household = replace(base, securities=hostile)
    plan = replace(proposal(base), fingerprint=household.fingerprint)
    with pytest.raises(BadInputError, match="symbol"):
        tickets(plan, household)


def test_refused__nothing_to_trade() -> None:
    household = snapshot()
    with pytest.raises(BadInputError, match="no trades"):
        tickets(proposal(household, sales=(), purchases=()), household)

"""Gifts of shares: long-term lots whose sale would cost most tax, overweight ones first, to the amount."""

from dataclasses import replace
from decimal import Decimal
from itertools import product

import pytest
from harvest_households import AS_OF, days_ago, lot
from household_cases import (
    JOINT,
    SOLO,
    TAX,
    household,
    kept_codes,
    notice_codes,
    plan,
)

from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.household import FilingStatus, RateSource, TaxProfile
from harvestdesk.domain.ids import SecurityId
from harvestdesk.domain.plan_settings import PlanKind, PlanSettings
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.optimize.household.build import build_household
from harvestdesk.optimize.household.gift import USUAL_LONG_RATE
from harvestdesk.tax.tables import load_tax_year

GIFT = PlanKind.GIFT
USA, BND, INT = SecurityId("USA"), SecurityId("BND"), SecurityId("INT")
TABLES = load_tax_year(2025)


def giving(**more) -> HouseholdSnapshot:
    """USA above its target, at gains of 80 % and 10 %; INT and BND below theirs."""
    lots = more.pop("lots", None) or (
        lot("old", "USA", 300, 6000),
        lot("new", "USA", 300, 27000),
        lot("int", "INT", 250, 5000),
        lot("bnd", "BND", 250, 10000),
    )
    return household(lots, **more)


def given(proposal) -> dict[str, Decimal]:
    return {g.lot_id: g.shares for g in proposal.gifts}


def value_of(proposal) -> Decimal:
    return sum((g.value for g in proposal.gifts), Decimal(0))


def test_gift__the_largest_gain_of_what_is_overweight() -> None:
    proposal = plan(giving(), GIFT, amount=Decimal(15000), recipient="Shelter")
    assert given(proposal) == {"old": 150}
    (gift,) = proposal.gifts
    assert (gift.value, gift.basis, gift.gain) == (15000, 3000, 12000)
    assert gift.tax_avoided == 2400  # at the typed 20 %
    assert gift.reason.facts["tax"] == "2400.00"
    assert Decimal(gift.reason.facts["overweight_percent"]) > 0
    assert (proposal.sales, proposal.purchases) == ((), ())
    assert proposal.after.tax == proposal.before.tax
    assert proposal.after.cash == proposal.before.cash
    assert proposal.after.tracking_error_bp < proposal.before.tracking_error_bp
    assert proposal.measures is not None
    assert (proposal.measures.cost, proposal.measures.payouts) == (0, ())
    assert proposal.solver.gap < 0.0005
    left = kept_codes(proposal)
    assert left == dict.fromkeys(("old", "new", "int", "bnd"), "not_given")


@pytest.mark.parametrize(
    ("amount", "value"),
    [
        ("14950", 15000),
        ("15000.01", 15100),
        ("29999", 30000),
        ("333", 300),
        ("149", 100),
        ("151", 200),
    ],
)
def test_gift__as_near_to_the_amount_as_whole_shares_come(amount, value) -> None:
    of = giving(lots=(lot("old", "USA", 600, 6000),))
    proposal = plan(of, GIFT, amount=Decimal(amount))
    assert proposal.passed
    assert all(g.shares == g.shares.to_integral_value() for g in proposal.gifts)
    assert value_of(proposal) == value
    off = abs(value - Decimal(amount)) > Decimal(amount) / 100
    assert ("gift_nearest" in notice_codes(proposal)) == off


@pytest.mark.parametrize(
    ("amount", "gifts"), [("90", {}), ("99.5", {"old": 1}), ("249", {"old": 2})]
)
def test_gift__no_share_worth_more_than_the_amount(amount, gifts) -> None:
    of = giving(lots=(lot("old", "USA", 300, 6000),))
    proposal = plan(of, GIFT, amount=Decimal(amount))
    assert proposal.passed
    assert given(proposal) == gifts
    told = {n.code: n.facts for n in proposal.notices}
    if not gifts:
        assert told["gift_shares_dear"] == {"symbols": "USA", "asked": "90.00"}
        assert "no_gift_lots" not in told
        assert kept_codes(proposal) == {"old": "share_above_gift"}


@pytest.mark.parametrize("aversion", [10, 400])
def test_gift__is_the_best_of_all_choices(aversion) -> None:
    lots = (
        lot("a", "USA", 200, 5000),
        lot("b", "USA", 100, 9500),
        lot("c", "INT", 250, 6000),
        lot("d", "BND", 100, 4200),
    )
    of = giving(lots=lots)
    amount = Decimal(12000)
    proposal = plan(of, GIFT, amount=amount, risk_aversion=Decimal(aversion))
    by_hand = best_by_hand(of, amount, Decimal(aversion))
    # Every multiple of ten shares was tried: no choice of them is better than the plan's bound.
    assert proposal.solver.bound <= by_hand + 1e-6
    assert proposal.solver.objective <= by_hand + 1


def best_by_hand(of: HouseholdSnapshot, amount: Decimal, aversion: Decimal) -> float:
    """The least objective of giving multiples of ten shares, everything tried."""
    settings = PlanSettings(GIFT, amount=amount, cost_rate=Decimal(0), risk_aversion=aversion)
    built = build_household(of, settings)
    problem, best = built.problem, float("inf")
    prices = [float(problem.exact.prices[int(j)]) for j in problem.lot_security]
    for shares in product(*(range(0, int(x.shares) + 1, 10) for x in of.lots)):
        dollars = [n * p for n, p in zip(shares, prices, strict=True)]
        if abs(sum(dollars) - float(amount)) > 1e-6:
            continue
        active = problem.active.copy()
        for number, spent in enumerate(dollars):
            active[int(problem.lot_security[number])] -= spent / built.value
        spared = sum(
            d * float(g) * float(TAX.rate_long)
            for d, g in zip(dollars, problem.lot_gain, strict=True)
        )
        best = min(best, problem.risk_aversion * problem.variance(active) * built.value - spared)
    return best


def test_gift__never_losses_short_terms_or_sheltered_lots() -> None:
    lots = (
        lot("gain", "USA", 100, 6000),
        lot("short", "USA", 100, 1000, on=days_ago(200)),
        lot("loss", "INT", 250, 15000),
        lot("ira", "BND", 100, 1000, account="ira"),
        lot("unknown", "BND", 100, None),
    )
    proposal = plan(giving(lots=lots), GIFT, amount=Decimal(50000))
    assert given(proposal) == {"gain": 100}
    assert kept_codes(proposal) == {
        "short": "not_long_term",
        "loss": "loss_not_given",
        "ira": "gains_not_taxed",
        "unknown": "no_basis",
    }
    told = {n.code: n.facts for n in proposal.notices}
    assert told["gift_out_of_reach"] == {"asked": "50000.00", "value": "10000.00"}
    assert told["losses_not_given"] == {"symbols": "INT", "loss": "5000.00"}


@pytest.mark.parametrize(("days", "is_given"), [(365, False), (366, True)])
def test_gift__more_than_a_year_on_the_day(days, is_given) -> None:
    lots = (lot("young", "USA", 100, 5000, on=days_ago(days)),)
    proposal = plan(giving(lots=lots), GIFT, amount=Decimal(1000))
    assert bool(proposal.gifts) == is_given
    assert ("no_gift_lots" in notice_codes(proposal)) == (not is_given)


def test_gift__parts_of_shares_stay() -> None:
    lots = (lot("drip", "USA", "10.75", 300), lot("bits", "INT", "0.5", 5))
    proposal = plan(giving(lots=lots), GIFT, amount=Decimal(5000))
    assert given(proposal) == {"drip": 10}
    assert kept_codes(proposal) == {"drip": "part_not_given", "bits": "part_not_given"}
    assert value_of(proposal) == 1000


def test_gift__rules_of_the_person_hold() -> None:
    of = giving(
        only=(JOINT, SOLO), lots=(*giving().lots, lot("solo", "USA", 100, 100, account="solo"))
    )
    assert given(plan(of, GIFT, amount=Decimal(3000))) == {"solo": 30}
    mine = plan(of, GIFT, amount=Decimal(3000), account_ids=(JOINT,))
    assert given(mine) == {"old": 30}
    kept = plan(of, GIFT, amount=Decimal(3000), never_sell=(USA,))
    assert set(given(kept)) <= {"int", "bnd"}


def test_gift__needs_an_amount() -> None:
    with pytest.raises(BadInputError, match="amount above zero"):
        plan(giving(), GIFT)


def test_gift__the_order_of_the_household_is_no_matter() -> None:
    of = giving()
    turned = replace(of, lots=of.lots[::-1], securities=of.securities[::-1])
    amount = Decimal(20000)
    assert given(plan(of, GIFT, amount=amount)) == given(plan(turned, GIFT, amount=amount))


# --- tax of the year and the limits of the deduction ---


def with_income(wages, **more) -> HouseholdSnapshot:
    profile = TaxProfile(
        filing_status=FilingStatus.SINGLE,
        rate_source=RateSource.TABLES,
        wages=Decimal(wages),
        **more,
    )
    return giving(tax=profile, tax_year=TABLES)


def told_of(of: HouseholdSnapshot, amount: int):
    return {n.code: n.facts for n in plan(of, GIFT, amount=Decimal(amount)).notices}


def test_limit__thirty_percent_of_income() -> None:
    over = told_of(with_income(40000), 15000)["gift_above_limit"]
    assert (over["limit"], over["value"], over["over"]) == ("12000.00", "15000.00", "3000.00")
    within = told_of(with_income(60000), 15000)
    assert within["gift_within_limit"] == {"agi": "60000.00", "limit": "18000.00"}
    assert within["gift_not_itemised"] == {"deduction": "15750.00"}
    itemised = told_of(with_income(60000, itemised=Decimal(20000)), 15000)
    assert "gift_not_itemised" not in itemised
    assert "gift_limit_unknown" in told_of(giving(), 15000)
    assert "gift_floor" not in within  # from 2026


def test_limit__from_2026_a_floor() -> None:
    of = with_income(60000)
    later = replace(of, as_of=AS_OF.replace(year=2026))
    assert told_of(later, 15000)["gift_floor"] == {"floor": "300.00"}


def test_avoided__is_the_years_tax_through_its_bands() -> None:
    # 2025, single: taxable income of 44,250; the first 4,100 of gain would be free, the rest cost 15 %.
    proposal = plan(with_income(60000), GIFT, amount=Decimal(15000))
    avoided = sum((g.tax_avoided for g in proposal.gifts), Decimal(0))
    gain = sum((g.gain for g in proposal.gifts), Decimal(0))
    assert avoided == (gain - 4100) * Decimal("0.15")


def test_avoided__nothing_in_the_free_band_and_lots_are_ranked_all_the_same() -> None:
    proposal = plan(with_income(20000), GIFT, amount=Decimal(15000))
    assert given(proposal) == {"old": 150}
    assert [g.tax_avoided for g in proposal.gifts] == [0]
    assert Decimal("0.15") == USUAL_LONG_RATE

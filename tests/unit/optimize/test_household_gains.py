"""Gain harvesting: long-term gains that fill the 0 % band, bought back at once, and exactly no federal tax."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from harvest_households import AS_OF, days_ago, etf, lot
from household_cases import (
    IRA,
    JOINT,
    SOLO,
    TAX,
    US,
    cash_after,
    household,
    kept_codes,
    notice_codes,
    plan,
    rule,
    sold_of,
)

from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.household import FilingStatus, RateSource, TaxProfile
from harvestdesk.domain.ids import IdenticalSetId, SecurityId, TransactionId
from harvestdesk.domain.lot import Term
from harvestdesk.domain.plan_settings import PlanKind
from harvestdesk.domain.relations import IdenticalSet
from harvestdesk.domain.security import SecurityKind
from harvestdesk.domain.transaction import Transaction, TransactionType
from harvestdesk.optimize.household.gain_lots import GainLimits, best_gain, chosen, gain_lots
from harvestdesk.optimize.household.gain_room import federal, federal_tax, gain_room
from harvestdesk.tax.liability import year_tax
from harvestdesk.tax.situation import TaxSituation
from harvestdesk.tax.tables import load_state, load_tax_year

GAINS = PlanKind.GAIN_HARVEST
TABLES = load_tax_year(2025)
USA, BND, INT = SecurityId("USA"), SecurityId("BND"), SecurityId("INT")


def income(wages, **more) -> TaxProfile:
    return TaxProfile(rate_source=RateSource.TABLES, wages=Decimal(wages), **more)


def gaining(wages="90000", lots=(), *, state=None, **more):
    """USA at a gain of half its value (two lots), BND of three quarters; taxable income of 58,500 and 126,500."""
    tax = more.pop("tax", None) or income(wages)
    mine = lots or (
        lot("u1", "USA", 400, 20000),
        lot("u2", "USA", 100, 9900),
        lot("b", "BND", 500, 10000),
        lot("ira-b", "BND", 500, 1000, account="ira"),
    )
    rules = load_state(state, 2025) if state else None
    tax = replace(tax, state=state or "")
    return household(mine, tax=tax, tax_year=TABLES, state_rules=rules, **more)


def situation(profile, *, state=None, **more):
    return TaxSituation(profile, 2025, TABLES, load_state(state, 2025) if state else None, **more)


def federal_of(of: TaxSituation, gain: Decimal) -> Decimal:
    return federal_tax(year_tax(of, Decimal(0), gain))


# --- the room of a year ---


@pytest.mark.parametrize(
    ("profile", "room"),
    [
        # 2025, joint: the line is 96,700, the standard deduction 31,500 (Rev. Proc. 2024-40, P.L. 119-21).
        (income(90000), "38200"),
        (income(20000), "108200"),
        (income(90000, qualified_dividends=Decimal(8200)), "30000"),
        (income(90000, itemised=Decimal(41500)), "48200"),
        (income(60000, filing_status=FilingStatus.SINGLE), "4100"),
        (income(128200), "0"),
        (income(300000), "0"),
        # A loss of the year that is not carried on saves ordinary tax, which a gain would bring back.
        (income(90000, realised_short=Decimal(-2000)), "0"),
        # What nets against a short gain of the year is worth its ordinary rate; a long gain on top is not.
        (income(90000, realised_short=Decimal(5000)), "33200"),
    ],
)
def test_room__is_what_is_left_of_the_band(profile, room) -> None:
    found = gain_room(situation(profile), Decimal(0), Decimal(0))
    assert found.dollars == Decimal(room)
    assert (found.why is None) == (found.dollars > 0)


@pytest.mark.parametrize("wages", [0, 20000, 61234, 96700, 128199])
@pytest.mark.parametrize("dividends", [0, 9000])
@pytest.mark.parametrize("seniors", [0, 2])
def test_room__is_exact_to_the_cent(wages, dividends, seniors) -> None:
    profile = income(
        wages, qualified_dividends=Decimal(dividends), seniors=seniors, aged_or_blind=seniors
    )
    of = situation(profile)
    room = gain_room(of, Decimal(0), Decimal(0)).dollars
    before = federal_of(of, Decimal(0))
    assert federal_of(of, room) <= before + Decimal("0.005")
    if room:
        assert federal_of(of, room + 100) > before + 1


def test_room__carried_losses_leave_none() -> None:
    found = gain_room(
        situation(income(50000, carryforward_long=Decimal(10000))), Decimal(0), Decimal(0)
    )
    assert found.dollars == 0
    assert found.why is not None
    assert found.why.code == "gain_room_losses"
    assert found.why.facts["carried"] == "7000.00"


def test_room__a_state_is_not_part_of_it() -> None:
    here = gain_room(situation(income(90000, state="CA"), state="CA"), Decimal(0), Decimal(0))
    assert here.dollars == gain_room(situation(income(90000)), Decimal(0), Decimal(0)).dollars
    assert federal(situation(income(1, state="CA"), state="CA")).state is None


# --- which lots ---


def lots_of(*lots):
    of = gaining(lots=lots, fractional=False)
    return gain_lots(of, frozenset())


def test_lots__the_highest_gain_a_dollar_first_and_never_above_the_room() -> None:
    lots = lots_of(
        lot("a", "USA", 100, 9000), lot("b", "USA", 100, 2000), lot("c", "BND", 100, 4000)
    )
    assert [x.lot.id for x in lots] == ["b", "c", "a"]
    taken = chosen(lots, GainLimits(Decimal(9000)))
    assert taken == {"b": 100, "c": 25}
    # A share of a has a gain of 10, one of c of 40: what c leaves over, a fills.
    assert chosen(lots, GainLimits(Decimal(9035))) == {"b": 100, "c": 25, "a": 3}
    assert best_gain(lots, GainLimits(Decimal(9035))) == 9035
    assert best_gain(lots, GainLimits(Decimal(99999))) == 13000


def test_lots__limits_on_sales_orders_and_their_size() -> None:
    lots = lots_of(
        lot("a", "USA", 100, 9000), lot("c", "BND", 100, 4000), lot("i", "INT", 100, 3500)
    )
    everything = GainLimits(Decimal(99999))
    assert chosen(lots, replace(everything, orders=1)) == {"c": 100}
    assert chosen(lots, replace(everything, sold=Decimal(8500))) == {"c": 100, "i": 12}
    assert best_gain(lots, replace(everything, sold=Decimal(8500))) == Decimal("4062.5")
    assert chosen(lots, replace(everything, min_trade=Decimal(4500))) == {"c": 100, "a": 100}
    assert chosen(lots, replace(everything, volume={BND: Decimal(7)}))["c"] == 7


# --- plans ---


def test_plan__fills_the_band_and_buys_back() -> None:
    of = gaining(fractional=False)
    proposal = plan(of, GAINS)
    # 38,200 fit in. BND's 30,000 come first, at three quarters of a dollar; of USA 164 shares at 50.
    assert sold_of(proposal) == {"b": 500, "u1": 164}
    assert sum(s.gain for s in proposal.sales) == 38200
    assert all(s.term is Term.LONG and s.taxed for s in proposal.sales)
    assert {(p.account_id, p.security_id): p.shares for p in proposal.purchases} == {
        (JOINT, BND): 500,
        (JOINT, USA): 164,
    }
    assert proposal.after.tax == proposal.before.tax
    assert proposal.after.net_long == 38200
    assert proposal.after.tracking_error_bp == proposal.before.tracking_error_bp
    assert cash_after(of, proposal, JOINT) == of.cash.get(JOINT, 0)
    assert (proposal.solver.status, proposal.solver.gap) == ("optimal", 0)
    assert proposal.solver.objective == proposal.solver.bound == -38200
    assert kept_codes(proposal) == {
        "u1": "no_gain_room",
        "u2": "no_gain_room",
        "ira-b": "gains_not_taxed",
    }
    room = next(n for n in proposal.notices if n.code == "gain_room")
    assert room.facts["room"] == room.facts["gain"] == "38200.00"
    codes = {"buy_back_short", "buy_back_washes", "gain_other_rules"}
    assert codes <= notice_codes(proposal)


def test_plan__says_what_the_new_lots_are() -> None:
    proposal = plan(gaining(), GAINS, amount=Decimal(3000))
    (sale,) = proposal.sales
    facts = sale.reason.facts
    assert (facts["basis"], facts["new_basis"], facts["of_shares"]) == ("1000.00", "4000.00", "500")
    # Bought on December 5, 2025: long-term on the day after the anniversary.
    assert facts["long_on"] == proposal.purchases[0].reason.facts["long_on"] == "2026-12-06"
    washes = next(n for n in proposal.notices if n.code == "buy_back_washes")
    assert washes.facts["until"] == "2026-01-04"


@pytest.mark.parametrize(
    "asked",
    [
        {"amount": Decimal(3000)},
        {"gain_budget": Decimal(3000)},
        {"amount": Decimal(9000), "gain_budget": Decimal(3000)},
    ],
)
def test_plan__an_amount_is_the_most(asked) -> None:
    proposal = plan(gaining(), GAINS, **asked)
    assert sum(s.gain for s in proposal.sales) == pytest.approx(Decimal(3000), abs=Decimal("0.01"))
    assert sum(s.gain for s in proposal.sales) <= 3000


def test_plan__an_amount_beyond_the_room_stays_within_it() -> None:
    proposal = plan(gaining(), GAINS, amount=Decimal(60000))
    assert Decimal(38199) < sum(s.gain for s in proposal.sales) <= 38200


def test_plan__without_room_is_empty_and_says_why() -> None:
    proposal = plan(gaining("300000"), GAINS)
    assert (proposal.sales, proposal.purchases) == ((), ())
    why = next(n for n in proposal.notices if n.code == "gain_room_full")
    assert why.facts["above"] == "171800.00"
    assert proposal.passed


def test_plan__without_gains_says_so() -> None:
    proposal = plan(gaining(lots=(lot("u", "USA", 100, 12000),)), GAINS)
    assert proposal.sales == ()
    assert "no_gains_to_take" in notice_codes(proposal)
    assert kept_codes(proposal) == {"u": "no_gain_to_take"}


def test_plan__typed_rates_know_no_band() -> None:
    with pytest.raises(BadInputError, match="tax tables") as refused:
        plan(household([lot("u", "USA", 100, 5000)], tax=TAX), GAINS)
    assert refused.value.code == "plan.tax_tables"


def test_plan__state_tax_is_told_and_counted() -> None:
    proposal = plan(gaining(state="CA"), GAINS)
    told = next(n for n in proposal.notices if n.code == "gain_state_tax")
    cost = proposal.after.tax - proposal.before.tax
    assert cost > 0
    assert Decimal(told.facts["tax"]) == cost
    assert -sum(s.tax_value for s in proposal.sales) == cost
    free = plan(gaining(state="CA"), GAINS, tax_budget=Decimal(500))
    assert Decimal(499) < free.after.tax - free.before.tax <= 500
    assert sum(s.gain for s in free.sales) < sum(s.gain for s in proposal.sales)


# --- lots that stay ---


def test_left__short_term_unknown_and_kept_lots() -> None:
    lots = (
        lot("short", "USA", 100, 5000, on=days_ago(200)),
        lot("no-basis", "USA", 100, None),
        lot("loss", "INT", 100, 5000),
        lot("mine", "BND", 100, 2000),
    )
    proposal = plan(gaining(lots=lots), GAINS, never_sell=(BND,))
    assert proposal.sales == ()
    assert kept_codes(proposal) == {
        "short": "not_long_term",
        "no-basis": "no_basis",
        "loss": "no_gain_to_take",
        "mine": "never_sell",
    }
    long_on = next(k.reason.facts["long_on"] for k in proposal.kept if k.lot_id == "short")
    assert date.fromisoformat(long_on) > AS_OF


def test_left__what_could_not_be_bought_back() -> None:
    of = gaining(rules=[rule(JOINT, menu=("USA", "INT"))])
    proposal = plan(of, GAINS, never_buy=(USA,))
    assert proposal.sales == ()
    assert set(kept_codes(proposal).values()) == {"not_bought_back", "gains_not_taxed"}


def test_left__a_purchase_would_wash_a_loss_of_last_week() -> None:
    """BND was sold at a loss in the other account six days ago: buying it back there or here would wash it."""
    of = gaining(
        only=(JOINT, SOLO, IRA),
        tax=income(
            50000, realised_short=Decimal(20000)
        ),  # more than the loss, which leaves room for gains
        transactions=(
            _row("b", TransactionType.BUY, days_ago(300), "200", "20000"),
            _row("s", TransactionType.SELL, days_ago(6), "200", "16000"),
        ),
    )
    proposal = plan(of, GAINS)
    assert set(sold_of(proposal)) == {"u1", "u2"}
    left = next(k for k in proposal.kept if k.lot_id == "b")
    assert left.reason.code == "buy_back_locked"
    assert left.reason.facts["free_from"] == "2025-12-30"


def _row(name, kind, on, shares, amount) -> Transaction:
    return Transaction(
        TransactionId(name),
        on,
        kind,
        SOLO,
        BND,
        shares=Decimal(shares),
        amount=Decimal(amount),
    )


def test_left__identical_securities_are_locked_too() -> None:
    sets = (IdenticalSet(IdenticalSetId("us"), "US", frozenset({USA, SecurityId("USB")})),)
    of = gaining(
        only=(JOINT, SOLO, IRA),
        tax=income(
            50000, realised_short=Decimal(20000)
        ),  # more than the loss, which leaves room for gains
        identical_sets=sets,
        transactions=(
            replace(
                _row("b", TransactionType.BUY, days_ago(300), "200", "20000"),
                security_id=SecurityId("USB"),
            ),
            replace(
                _row("s", TransactionType.SELL, days_ago(6), "200", "9000"),
                security_id=SecurityId("USB"),
            ),
        ),
    )
    assert set(sold_of(plan(of, GAINS))) == {"b"}


def test_left__a_gain_that_is_dearer_to_trade_than_it_spares() -> None:
    lots = (lot("thin", "USA", 100, 9990), lot("fat", "USA", 100, 5000))
    proposal = plan(gaining(lots=lots), GAINS)
    # A gain of 10 spares 1.50 at 15 %; selling and buying 10,000 back costs 10.
    assert kept_codes(proposal) == {"thin": "gain_not_worth"}
    assert set(sold_of(plan(gaining(lots=lots), GAINS, cost_rate=Decimal(0)))) == {"thin", "fat"}


def test_funds__round_trips_are_warned_of() -> None:
    fund = replace(etf("USA", US), kind=SecurityKind.MUTUAL_FUND)
    of = gaining()
    of = replace(of, securities=(fund, *of.securities[1:]))
    told = next(n for n in plan(of, GAINS).notices if n.code == "fund_round_trip")
    assert told.facts["symbols"] == "USA"


def test_orders__at_most_so_many_and_none_too_small() -> None:
    proposal = plan(gaining(), GAINS, max_trades=2)
    assert set(sold_of(proposal)) == {"b"}
    assert len(proposal.sales) + len(proposal.purchases) == 2
    large = plan(gaining(), GAINS, min_trade=Decimal(39000))
    assert set(sold_of(large)) == {"b"}
    assert large.solver.gap > 0.2
    assert "gap_large" in notice_codes(large)


def test_order_of_the_household__is_no_matter() -> None:
    of = gaining()
    turned = replace(of, lots=of.lots[::-1], securities=of.securities[::-1])
    assert sold_of(plan(of, GAINS)) == sold_of(plan(turned, GAINS))

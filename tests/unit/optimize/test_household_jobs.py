"""What household plans are for: putting cash to work, raising it, and losses of a given amount."""

from dataclasses import replace
from decimal import Decimal

import pytest
from harvest_households import days_ago, lot
from household_cases import (
    IRA,
    JOINT,
    ROTH,
    SOLO,
    US,
    balanced,
    bought_in,
    cash_after,
    household,
    kept_codes,
    notice_codes,
    plan,
    rule,
    sold_of,
    weight,
)

from harvestdesk.domain.account_rule import AccountRole
from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.household import RateSource, TaxProfile
from harvestdesk.domain.ids import SecurityId
from harvestdesk.domain.plan_settings import PlanKind, Zone
from harvestdesk.reports.worksheets.trade_plan import decision
from harvestdesk.tax.tables import load_tax_year

USA, INT, BND = (SecurityId(s) for s in ("USA", "INT", "BND"))
INVEST, WITHDRAW, TARGET = PlanKind.INVEST, PlanKind.WITHDRAW, PlanKind.HARVEST_TARGET


# --- invest ---


def test_invest__a_contribution_buys_what_is_missing_and_sells_nothing() -> None:
    lots = [lot("u", "USA", 600, 30000), lot("i", "INT", 500, 20000), lot("l", "BND", 250, 25000)]
    of = household(lots, cash={"joint": "400"})
    proposal = plan(of, INVEST, amount=Decimal(10000))
    assert proposal.sales == ()
    assert bought_in(proposal, JOINT) == {BND}
    # What was there before stays: only the contribution is spent.
    assert cash_after(of, proposal, JOINT) + 10000 == pytest.approx(
        Decimal(400), abs=Decimal("0.1")
    )
    assert proposal.before.cash == Decimal("10400")
    assert set(kept_codes(proposal).values()) == {"only_buys"}
    told = {n.code: n.facts for n in proposal.notices}
    assert "contribution_arrives" in told
    assert told["cash_stays_idle"]["accounts"] == "Joint"
    assert Decimal(told["cash_stays_idle"]["cash"]) == pytest.approx(Decimal(400), abs=1)
    assert proposal.after.tracking_error_bp < proposal.before.tracking_error_bp


def test_invest__where_the_contribution_goes() -> None:
    named = plan(balanced(), INVEST, amount=Decimal(6000), source_ids=(IRA, ROTH))
    assert {p.account_id for p in named.purchases} == {IRA, ROTH}
    for account in (IRA, ROTH):
        spent = sum(p.amount for p in named.purchases if p.account_id == account)
        assert spent == pytest.approx(Decimal(3000), abs=Decimal("0.1"))
    first = balanced(only=(JOINT, SOLO, IRA, ROTH), rules=[rule(SOLO, role=AccountRole.FIRST)])
    assert {p.account_id for p in plan(first, INVEST, amount=Decimal(6000)).purchases} == {SOLO}


def test_invest__a_reserve_is_filled_first() -> None:
    of = balanced(cash={"joint": "1000"}, rules=[rule(JOINT, cash_reserve="4000")])
    proposal = plan(of, INVEST, amount=Decimal(10000))
    spent = sum(p.amount for p in proposal.purchases)
    assert spent == pytest.approx(Decimal(7000), abs=Decimal("0.1"))
    nothing = plan(of, INVEST, amount=Decimal(2000))
    assert nothing.purchases == ()


def test_invest__idle_cash_beyond_reserves() -> None:
    of = balanced(cash={"joint": "9000", "roth": "3000"}, rules=[rule(JOINT, cash_reserve="2000")])
    proposal = plan(of, INVEST)
    assert cash_after(of, proposal, JOINT) == pytest.approx(Decimal(2000), abs=Decimal("0.1"))
    assert cash_after(of, proposal, ROTH) == pytest.approx(Decimal(0), abs=Decimal("0.1"))


def test_invest__without_targets_the_mix_is_kept() -> None:
    of = balanced(cash={"joint": "10000"}, class_targets=())
    proposal = plan(of, INVEST)
    assert sum(p.amount for p in proposal.purchases) == pytest.approx(Decimal(10000), abs=1)
    # In the joint account alone the mix can't grow evenly, but it is not bonds that are bought most.
    assert USA in bought_in(proposal, JOINT)


def test_invest__menus_and_locks_hold() -> None:
    of = balanced(cash={"ira": "5000"}, rules=[rule(IRA, menu=("BND",))])
    assert bought_in(plan(of, INVEST), IRA) == {BND}


def test_invest__needs_an_account() -> None:
    of = balanced(rules=[rule(JOINT, role=AccountRole.NEVER)])
    with pytest.raises(BadInputError):
        plan(of, INVEST, amount=Decimal(5000))


# --- withdraw ---


def test_withdraw__is_raised_exactly_and_at_least_tax() -> None:
    lots = [
        lot("gain", "USA", 250, 10000),
        lot("even", "USB", 500, 25000),
        lot("i", "INT", 500, 20000),
        lot("b", "BND", 375, 30000),
    ]
    of = household(lots, cash={"joint": "1000"})
    proposal = plan(of, WITHDRAW, amount=Decimal("12345.67"))
    (payout,) = proposal.measures.payouts
    assert (payout.account_id, payout.amount) == (JOINT, Decimal("12345.67"))
    assert proposal.purchases == ()
    assert "gain" not in sold_of(proposal)
    assert proposal.after.tax <= proposal.before.tax
    assert proposal.after.cash == cash_after(of, proposal, JOINT) >= 0


def test_withdraw__short_term_gains_go_last() -> None:
    lots = [
        lot("short", "USA", 250, 20000, on=days_ago(200)),
        lot("long", "USA", 250, 20000),
        lot("i", "INT", 500, 20000),
        lot("b", "BND", 375, 30000),
    ]
    proposal = plan(household(lots), WITHDRAW, amount=Decimal(20000))
    assert sold_of(proposal).get("short", Decimal(0)) == 0


def test_withdraw__what_remains_is_near_its_target() -> None:
    lots = [
        lot("u", "USA", 500, 50000),
        lot("i", "INT", 500, 20000),
        lot("b", "BND", 375, 30000),
    ]
    of = household(lots)
    proposal = plan(of, WITHDRAW, amount=Decimal(50000), risk_aversion=Decimal(100))
    assert weight(proposal, US) == pytest.approx(Decimal("0.5"), abs=Decimal("0.02"))
    assert proposal.after.tracking_error_bp < 60


def test_withdraw__cash_there_is_comes_first_where_sales_cost_tax() -> None:
    of = balanced(cash={"joint": "8000"})
    proposal = plan(of, WITHDRAW, amount=Decimal(5000))
    assert "u" not in sold_of(proposal)
    assert cash_after(of, proposal, JOINT) >= 0


def test_withdraw__only_from_the_accounts_named() -> None:
    of = balanced(cash={"joint": "20000", "ira": "100"})
    proposal = plan(of, WITHDRAW, amount=Decimal(4000), source_ids=(IRA,))
    assert [(p.account_id, p.amount) for p in proposal.measures.payouts] == [
        (IRA, Decimal("4000.00"))
    ]
    assert {s.account_id for s in proposal.sales} == {IRA}
    assert kept_codes(proposal)["u"] == "not_a_payer"
    # Typed: 30 % of ordinary income, which the plan's tax has in it; the IRA's sales cost nothing.
    told = next(n for n in proposal.notices if n.code == "payout_is_income")
    assert told.facts["tax"] == "1200.00"
    assert proposal.after.tax - proposal.before.tax == 1200
    assert proposal.measures.tax == 1200


def test_withdraw__a_tax_budget_is_for_sales_not_for_payouts() -> None:
    of = balanced(cash={"ira": "100"})
    asked = {"amount": Decimal(4000), "source_ids": (IRA,), "tax_budget": Decimal(0)}
    proposal = plan(of, WITHDRAW, **asked)
    assert proposal.measures.tax == 1200


def test_withdraw__tax_of_a_payout_walks_the_tables() -> None:
    tax = TaxProfile(rate_source=RateSource.TABLES, wages=Decimal(110000))
    of = balanced(cash={"ira": "20000"}, tax=tax, tax_year=load_tax_year(2025))
    proposal = plan(of, WITHDRAW, amount=Decimal(20000), source_ids=(IRA,))
    # 2025, joint: taxable income of 78,500 leaves 18,450 of the 12 % bracket.
    paid = 18450 * Decimal("0.12") + 1550 * Decimal("0.22")
    assert proposal.after.tax - proposal.before.tax == paid


def test_withdraw__the_ordinary_rate_makes_an_ira_the_last_payer() -> None:
    of = balanced()
    proposal = plan(of, WITHDRAW, amount=Decimal(4000), source_ids=(JOINT, IRA))
    # 20 % of a gain of half the value is 10 %; the IRA's dollar costs 30 %.
    assert [p.account_id for p in proposal.measures.payouts] == [JOINT]


def test_withdraw__a_least_amount_of_cash_stays() -> None:
    of = balanced(cash={"joint": "5000"}, rules=[rule(JOINT, cash_min="3000")])
    proposal = plan(of, WITHDRAW, amount=Decimal(10000))
    assert cash_after(of, proposal, JOINT) >= 3000


@pytest.mark.parametrize("amount", [None, Decimal(0), Decimal(-5)])
def test_withdraw__needs_an_amount(amount) -> None:
    with pytest.raises(BadInputError):
        plan(balanced(), WITHDRAW, amount=amount)


# --- losses of a given amount ---


def losing(**more):
    """20,000 of losses: 12,000 long-term on US stocks, 8,000 short-term on others; bonds at a gain."""
    lots = [
        lot("long", "USA", 300, 42000),
        lot("short", "INT", 500, 28000, on=days_ago(200)),
        lot("gain", "BND", 125, 8000),
        lot("b", "BND", 250, 20000, account="ira"),
        lot("us", "USB", 400, 20000, account="roth"),
    ]
    return household(lots, **more)


def test_target__reaches_the_amount_and_sells_no_gain() -> None:
    proposal = plan(losing(), TARGET, amount=Decimal(9000))
    assert proposal.realised_loss == pytest.approx(Decimal(9000), abs=2)
    assert all(s.gain < 0 for s in proposal.sales)
    assert kept_codes(proposal)["gain"] == "gain"
    assert kept_codes(proposal)["b"] == "ira"
    assert {t.account_id for t in (*proposal.sales, *proposal.purchases)} == {JOINT}
    sold = {s.security_id for s in proposal.sales}
    assert not sold & {p.security_id for p in proposal.purchases}


def test_target__short_term_losses_only() -> None:
    proposal = plan(losing(), TARGET, amount=Decimal(5000), short_only=True)
    assert set(sold_of(proposal)) == {"short"}
    assert proposal.realised_loss == pytest.approx(Decimal(5000), abs=2)
    assert kept_codes(proposal)["long"] == "not_short_term"


@pytest.mark.parametrize(("amount", "told"), [(100, True), (2000, False)])
def test_target__clearly_more_than_asked_is_said(amount, told) -> None:
    lots = (lot("dear", "USA", 5, 60000), lot("b", "BND", 250, 10000))
    of = household(lots, prices={"USA": 10000, "USB": 50, "INT": 40, "BND": 80}, fractional=False)
    proposal = plan(of, TARGET, amount=Decimal(amount), risk_aversion=Decimal(1000))
    found = {n.code: n.facts for n in proposal.notices}
    assert ("loss_above_asked" in found) == told
    if told:
        assert found["loss_above_asked"]["loss"] == f"{proposal.realised_loss:.2f}"


def test_withdraw__paid_from_cash_is_said() -> None:
    proposal = plan(balanced(cash={"joint": "8000"}), WITHDRAW, amount=Decimal(1))
    assert not proposal.sales
    assert "paid_from_cash" in notice_codes(proposal)
    assert "nothing_pays" not in notice_codes(proposal)


def test_target__out_of_reach_takes_what_there_is() -> None:
    proposal = plan(losing(), TARGET, amount=Decimal(50000))
    assert proposal.realised_loss == pytest.approx(Decimal(20000), abs=5)
    (notice,) = (n for n in proposal.notices if n.code == "loss_out_of_reach")
    assert notice.facts["asked"] == "50000.00"
    # All there is is sold: nothing keeps more.
    assert {notice.facts[n] for n in ("locked", "long_term", "ruled", "limits")} == {""}


def test_target__out_of_reach_says_what_keeps_the_rest() -> None:
    of = losing()
    washed = (
        lot("old", "USB", 100, 6500),
        lot("bought", "USB", 200, 9000, account="ira", on=days_ago(9)),
    )
    lots = (*of.lots, lot("held", "BND", 100, 9000), *washed)
    proposal = plan(replace(of, lots=lots), TARGET, amount=Decimal(50000), never_sell=(BND,))
    (notice,) = (n for n in proposal.notices if n.code == "loss_out_of_reach")
    assert (notice.facts["locked"], notice.facts["ruled"]) == ("1500.00", "1000.00")
    said = decision(proposal, of)
    assert "of the $50,000.00 of losses asked for" in said
    assert (
        "nothing else can be sold because $1,500.00 is locked by wash-sale rules and $1,000.00 is"
        in said
    )


def test_target__a_limit_on_tracking_error_decides_what_there_is() -> None:
    free = plan(losing(), TARGET, amount=Decimal(50000))
    limit = Decimal("150")
    proposal = plan(losing(), TARGET, amount=Decimal(50000), tracking_error_bp=limit)
    assert proposal.after.tracking_error_bp <= limit + Decimal("0.01")
    assert proposal.realised_loss <= free.realised_loss
    (notice,) = (n for n in proposal.notices if n.code == "loss_out_of_reach")
    reached = Decimal(notice.facts["reached"])
    assert proposal.realised_loss == pytest.approx(reached, abs=Decimal(5))


def test_target__costs_less_tracking_error_than_all_losses() -> None:
    some, most = (plan(losing(), TARGET, amount=Decimal(x)) for x in (4000, 20000))
    assert some.after.tracking_error_bp <= most.after.tracking_error_bp


def test_zone__does_not_stop_other_jobs() -> None:
    proposal = plan(balanced(), WITHDRAW, amount=Decimal(3000), zone=Zone.NONE)
    assert proposal.measures.payouts[0].amount == 3000

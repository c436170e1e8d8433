"""A harvest plan end to end: what is sold, what is bought, what is kept, and why."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from harvest_households import (
    AS_OF,
    LATER,
    OLD,
    check_sound,
    days_ago,
    etf,
    kept_codes,
    lot,
    plan,
    snapshot,
    stock,
    swap,
)

from harvestdesk.domain.account import Account, AccountType
from harvestdesk.domain.errors import BadInputError, CancelledError
from harvestdesk.domain.household import FilingStatus, Person, TaxProfile
from harvestdesk.domain.ids import AccountId, IdenticalSetId, PersonId, SecurityId, TransactionId
from harvestdesk.domain.lot import LotSource, Term
from harvestdesk.domain.prices import Price
from harvestdesk.domain.proposal import HarvestGoal, RiskLimit
from harvestdesk.domain.relations import IdenticalSet
from harvestdesk.domain.security import AssetClass, Security, SecurityKind
from harvestdesk.domain.target import ClassTarget, SecurityTarget
from harvestdesk.domain.transaction import ScheduledPurchase, Transaction, TransactionType

PAIR = (etf("AAA"), etf("BBB"))
PRICES = {"AAA": 80, "BBB": 50}
JOINT, ROTH = AccountId("joint"), AccountId("roth")


def notice_codes(proposal) -> set[str]:
    return {n.code for n in proposal.notices}


def simple(**more):
    """100 AAA at 100, now 80; BBB may replace it; 2,000 shares of CCC keep the weights small."""
    defaults = {
        "securities": [*PAIR, etf("CCC")],
        "lots": [lot("a", "AAA", 100, 10000), lot("c", "CCC", 2000, 100000)],
        "prices": {**PRICES, "CCC": 100},
        "replacements": [swap("AAA", "BBB")],
    }
    return snapshot(**{**defaults, **more})


def test_harvest__sells_the_loss_and_buys_the_listed_replacement() -> None:
    household = simple()
    proposal = plan(household)
    check_sound(household, proposal)
    (sale,), (bought,) = proposal.sales, proposal.purchases
    assert (sale.lot_id, sale.shares, sale.proceeds) == ("a", Decimal(100), Decimal("8000.00"))
    assert (sale.basis, sale.gain, sale.term) == (Decimal(10000), Decimal("-2000.00"), Term.LONG)
    assert (bought.account_id, bought.security_id) == ("joint", "BBB")
    assert (bought.shares, bought.amount) == (Decimal(160), Decimal("8000.00"))
    assert bought.replaces == ("AAA",)
    assert bought.reason.code == "replacement_listed"
    assert bought.reason.facts["rank"] == "1"
    assert sale.reason.code == "harvest_loss"
    assert sale.reason.facts["loss_percent"] == "20"
    assert kept_codes(proposal) == {"c": "gain"}
    assert proposal.passed
    assert proposal.realised_loss == 2000
    assert proposal.fingerprint == household.fingerprint


def test_harvest__figures_are_netted_exactly() -> None:
    tax = TaxProfile(
        realised_short=Decimal(1500), rate_short=Decimal("0.4"), rate_ordinary=Decimal("0.3")
    )
    proposal = plan(simple(tax=tax))
    # Before: 1,500 of short gain at 40 %. After: the long loss of 2,000 takes it all, 500 are deducted at 30 %.
    assert proposal.before.tax == Decimal("600.00")
    assert proposal.after.tax == Decimal("-150.00")
    assert proposal.sales[0].tax_value == Decimal("750.00")
    assert (proposal.after.net_short, proposal.after.net_long) == (Decimal(1500), Decimal(-2000))
    assert proposal.after.cash == proposal.before.cash == Decimal(1000)
    assert (proposal.before.unrealised_losses, proposal.after.unrealised_losses) == (2000, 0)


def test_harvest__this_years_sales_of_the_ledger_count() -> None:
    rows = (
        Transaction(TransactionId("t1"), date(2025, 1, 6), TransactionType.BUY, JOINT,
                    SecurityId("CCC"), Decimal(10), Decimal(500)),
        Transaction(TransactionId("t2"), date(2025, 3, 6), TransactionType.SELL, JOINT,
                    SecurityId("CCC"), Decimal(10), Decimal(800)),
    )  # fmt: skip
    proposal = plan(simple(transactions=rows))
    assert proposal.before.net_short == Decimal(300)
    assert proposal.after.net_short == Decimal(300)


def test_locks__run_through_day_thirty_and_warn_of_january() -> None:
    proposal = plan(simple())
    (lock,) = proposal.locks
    assert lock.security_ids == ("AAA",)
    assert (lock.last_day, lock.first_safe_day) == (date(2026, 1, 4), date(2026, 1, 5))
    warned = {n.code: n.facts for n in proposal.notices}
    assert warned["locks_into_january"]["first_safe_day"] == "2026-01-05"
    assert warned["january_purchases"]["year"] == "2025"


def test_calendar__before_november_it_still_plans_and_says_so() -> None:
    on = date(2025, 7, 1)
    proposal = plan(simple(as_of=on))
    facts = next(n.facts for n in proposal.notices if n.code == "early_year")
    assert facts == {"as_of": "2025-07-01", "days_left": "183", "year_end": "2025-12-31"}
    assert proposal.sales
    assert "locks_into_january" not in notice_codes(proposal)


@pytest.mark.parametrize(
    ("account", "code"), [("joint", "locked_until"), ("roth", "permanent_loss_risk")]
)
def test_wash__a_purchase_of_the_last_thirty_days_locks_in_any_account(account, code) -> None:
    recent = lot("r", "AAA", 5, 390, account=account, on=days_ago(10))
    household = simple(lots=[lot("a", "AAA", 100, 10000), recent, lot("c", "CCC", 2000, 100000)])
    proposal = plan(household)
    check_sound(household, proposal)
    assert proposal.sales == ()
    kept = next(k for k in proposal.kept if k.lot_id == "a")
    assert kept.reason.code == code
    assert kept.free_from == date(2025, 12, 26)
    assert kept.reason.facts["free_from"] == "2025-12-26"
    assert kept.reason.facts["accounts"] == ("Joint" if account == "joint" else "Roth")


def test_wash__a_confirmed_purchase_ahead_locks_too() -> None:
    ahead = ScheduledPurchase(
        "s1", TransactionType.RECURRING, ROTH, SecurityId("AAA"), date(2025, 12, 15),
        every_days=30, amount=Decimal(200),
    )  # fmt: skip
    proposal = plan(simple(scheduled=(ahead,)))
    assert proposal.sales == ()
    assert kept_codes(proposal)["a"] in {"scheduled_purchase", "permanent_loss_risk"}


def test_wash__a_set_sold_at_a_loss_last_week_is_not_bought() -> None:
    rows = (
        Transaction(TransactionId("t1"), date(2025, 1, 6), TransactionType.BUY, JOINT,
                    SecurityId("BBB"), Decimal(10), Decimal(900)),
        Transaction(TransactionId("t2"), days_ago(7), TransactionType.SELL, JOINT,
                    SecurityId("BBB"), Decimal(10), Decimal(500)),
    )  # fmt: skip
    household = simple(transactions=rows)
    proposal = plan(household)
    check_sound(household, proposal)
    assert proposal.purchases == ()
    assert kept_codes(proposal)["a"] == "no_replacement"
    (said,) = [n for n in proposal.notices if n.code == "nothing_to_buy"]
    assert said.facts["symbols"] == "AAA"
    assert "nothing_fits" not in {n.code for n in proposal.notices}


def test_wash__identical_funds_are_no_replacement() -> None:
    same = (IdenticalSet(IdenticalSetId("i1"), "S&P 500", (SecurityId("AAA"), SecurityId("BBB"))),)
    proposal = plan(simple(identical_sets=same))
    assert proposal.purchases == ()
    assert kept_codes(proposal)["a"] == "no_replacement"


@pytest.mark.parametrize(("days", "bought"), [(10, []), (1, ["BBB"])])
def test_wash__a_locked_loss_that_frees_up_this_year_is_not_locked_longer(days, bought) -> None:
    # BBB has a loss, locked by a purchase: until Dec 25 in the first case, into January in the second.
    waiting = [lot("b", "BBB", 20, 2000), lot("n", "BBB", 1, 50, on=days_ago(days))]
    household = simple(lots=[lot("a", "AAA", 100, 10000), lot("c", "CCC", 2000, 100000), *waiting])
    proposal = plan(household)
    check_sound(household, proposal)
    assert [p.security_id for p in proposal.purchases] == bought


def test_sides__what_is_sold_in_one_account_is_not_bought_in_another() -> None:
    accounts = (
        Account(JOINT, "Joint", AccountType.JOINT),
        Account(AccountId("trust"), "Trust", AccountType.TRUST),
    )
    household = simple(
        accounts=accounts,
        lots=[
            lot("a", "AAA", 100, 10000),
            lot("b", "BBB", 20, 1100, account="trust"),
            lot("c", "CCC", 2000, 100000),
        ],
        replacements=[swap("AAA", "BBB"), swap("BBB", "AAA")],
    )
    proposal = plan(household)
    check_sound(household, proposal)
    assert [s.lot_id for s in proposal.sales] == ["a"]
    assert kept_codes(proposal)["b"] == "set_is_bought"


def test_risk_limit__cuts_the_sale_and_says_what_a_basis_point_is_worth() -> None:
    # 8,000 of 209,000, and two funds of a class differ by 3 % x sqrt 2 a year: 16.24 bp for 2,000 of loss.
    household = simple()
    proposal = plan(household, tracking_error_bp=Decimal(8))
    check_sound(household, proposal)
    (sale,) = proposal.sales
    assert sale.reason.code == "harvest_loss_partly"
    assert sale.reason.facts["limit"] == "tracking_error"
    assert Decimal("7.5") < proposal.after.tracking_error_bp <= 8
    kept = next(k for k in proposal.kept if k.lot_id == "a")
    assert kept.reason.code == "would_breach_te"
    assert Decimal(kept.reason.facts["te_after_bp"]) > 8
    assert Decimal(kept.reason.facts["loss_per_bp"]) == pytest.approx(
        Decimal(123), rel=Decimal("0.01")
    )
    step = proposal.ladder[0]
    assert (step.lot_id, step.shares) == ("a", kept.shares)
    assert step.tracking_error_bp > 8
    assert sale.shares + step.shares == 100


def test_risk_limit__above_it_today_the_plan_may_not_raise_it_and_says_so() -> None:
    target = (SecurityTarget(JOINT, SecurityId("CCC"), Decimal("0.5")),)
    household = simple(security_targets=target)
    proposal = plan(household)
    check_sound(household, proposal)
    (notice,) = [n for n in proposal.notices if n.code == "te_already_above_limit"]
    # The limit asked for, not the one that today's tracking error makes of it.
    assert notice.facts["limit_bp"] == "35.00"
    assert Decimal(notice.facts["today_bp"]) > 35
    assert proposal.after.tracking_error_bp <= proposal.before.tracking_error_bp + Decimal("0.51")


def test_risk_limit__as_an_increase_over_today() -> None:
    target = (SecurityTarget(JOINT, SecurityId("CCC"), Decimal("0.5")),)
    household = simple(security_targets=target)
    proposal = plan(household, risk_limit=RiskLimit.INCREASE, tracking_error_bp=Decimal(10))
    check_sound(household, proposal)
    rise = proposal.after.tracking_error_bp - proposal.before.tracking_error_bp
    assert rise <= 10
    assert "te_already_above_limit" not in notice_codes(proposal)


def test_cash__without_replacement_the_proceeds_stay() -> None:
    household = simple()
    proposal = plan(household, replace=False, tracking_error_bp=Decimal(100))
    check_sound(household, proposal)
    assert proposal.purchases == ()
    assert proposal.after.cash > proposal.before.cash
    assert "cash_left" in notice_codes(proposal)


def test_shares__whole_ones_leave_cents_never_debts() -> None:
    household = simple(prices={"AAA": "80.37", "BBB": "61.13", "CCC": 100})
    proposal = plan(household)
    check_sound(household, proposal)
    (bought,) = proposal.purchases
    assert bought.shares == 131  # 8,037.00 buys 131.47
    assert proposal.after.cash == Decimal(1000) + Decimal("8037.00") - bought.amount


def test_shares__fractions_where_the_broker_takes_them() -> None:
    accounts = (Account(JOINT, "Joint", AccountType.JOINT, fractional=True),)
    household = simple(prices={"AAA": "80.37", "BBB": "61.13", "CCC": 100}, accounts=accounts)
    proposal = plan(household)
    check_sound(household, proposal)
    assert proposal.purchases[0].shares == Decimal("131.4739")
    assert 0 <= proposal.after.cash - 1000 < Decimal("0.01")


def test_shares__a_drip_fraction_is_sold_with_its_lot() -> None:
    household = simple(lots=[lot("a", "AAA", "100.123", "10012.30"), lot("c", "CCC", 2000, 100000)])
    proposal = plan(household)
    check_sound(household, proposal)
    assert proposal.sales[0].shares == Decimal("100.123")
    assert proposal.sales[0].basis == Decimal("10012.30")


def test_basis__wash_additions_count() -> None:
    held = lot("a", "AAA", 100, 7000, wash_added=Decimal(3000))
    household = simple(lots=[held, lot("c", "CCC", 2000, 100000)])
    assert plan(household).sales[0].gain == -2000


@pytest.mark.parametrize(
    ("held", "code"),
    [
        (lot("x", "AAA", 100, 8000), "gain"),
        (lot("x", "AAA", 100, 8010), "below_threshold"),
        (lot("x", "AAA", 3, 400), "below_min_trade"),
        (lot("x", "AAA", 100, None), "no_basis"),
        (lot("x", "AAA", 100, 10000, on=None, source=LotSource.POSITION), "no_date"),
        (lot("x", "AAA", 100, 10000, account="roth"), "ira"),
        (lot("x", "ZZZ", 100, 10000), "no_price"),
        (lot("x", "OPT", 1, 10000), "kind_not_planned"),
    ],
)
def test_kept__every_lot_carries_its_reason(held, code) -> None:
    option = Security(SecurityId("OPT"), "OPT", kind=SecurityKind.OPTION)
    household = simple(
        securities=[*PAIR, etf("CCC"), etf("ZZZ"), option],
        lots=[held, lot("c", "CCC", 2000, 100000)],
        prices={**PRICES, "CCC": 100, "OPT": 3},
    )
    proposal = plan(household)
    check_sound(household, proposal)
    assert proposal.sales == ()
    assert kept_codes(proposal)["x"] == code
    assert proposal.passed


def test_kept__excluded_and_other_accounts() -> None:
    household = simple(
        accounts=(
            Account(JOINT, "Joint", AccountType.JOINT),
            Account(AccountId("trust"), "Trust", AccountType.TRUST),
        )
    )
    assert kept_codes(plan(household, excluded_security_ids=("AAA",)))["a"] == "excluded"
    assert kept_codes(plan(household, account_ids=("trust",)))["a"] == "account_not_trading"


def test_kept__what_belongs_on_the_spouses_return() -> None:
    jo = PersonId("jo")
    household = simple(
        accounts=(Account(JOINT, "Jo's", owner_ids=(jo,)),),
        people=(Person(PersonId("alex"), "Alex"), Person(jo, "Jo", is_spouse=True)),
    )
    tax = replace(household.household.tax, filing_status=FilingStatus.SEPARATE)
    alone = replace(household, household=replace(household.household, tax=tax))
    assert plan(household).sales
    assert kept_codes(plan(alone))["a"] == "other_return"
    assert plan(alone).sales == ()


def test_hurdle__a_swap_must_earn_more_than_its_hurdle() -> None:
    dear = simple(replacements=[swap("AAA", "BBB", hurdle_bp=Decimal(600))])
    # 25 % of loss per dollar at 23.8 % is 595 bp.
    proposal = plan(dear)
    assert proposal.sales == ()
    assert kept_codes(proposal)["a"] == "hurdle_not_met"
    cheap = simple(replacements=[swap("AAA", "BBB", hurdle_bp=Decimal(500))])
    assert plan(cheap).sales


def test_replacement__rank_decides_among_equals_and_do_not_buy_is_kept_to() -> None:
    household = simple(
        securities=[*PAIR, etf("CCC"), etf("DDD")],
        prices={**PRICES, "CCC": 100, "DDD": 50},
        replacements=[swap("AAA", "DDD", rank=2), swap("AAA", "BBB", rank=1, buy_allowed=False)],
    )
    assert [p.security_id for p in plan(household).purchases] == ["DDD"]


def test_replacement__stocks_without_a_list_take_neighbours_of_their_sector() -> None:
    names = [stock("AAA"), stock("BBB"), stock("CCC"), stock("FAR", "Utilities")]
    household = snapshot(
        names,
        [lot("a", "AAA", 10, 1000), lot("c", "CCC", 2000, 100000)],
        {"AAA": 80, "BBB": 50, "CCC": 100, "FAR": 20},
    )
    proposal = plan(household)
    check_sound(household, proposal)
    bought = {p.security_id: p.reason.code for p in proposal.purchases}
    assert bought
    assert set(bought) <= {"BBB", "CCC"}
    assert set(bought.values()) == {"replacement_nearest"}


def test_no_losses__an_empty_plan_that_passes() -> None:
    household = simple(lots=[lot("c", "CCC", 2000, 100000)])
    proposal = plan(household)
    check_sound(household, proposal)
    assert (proposal.sales, proposal.purchases, proposal.ladder, proposal.locks) == ((), (), (), ())
    assert proposal.passed
    assert "no_loss_lots" in notice_codes(proposal)
    assert proposal.before == proposal.after


def test_empty_household__an_empty_plan() -> None:
    proposal = plan(snapshot([], [], {}, cash="0"))
    assert proposal.passed
    assert proposal.sales == ()


def test_notices__stale_and_missing_prices_and_missing_risk() -> None:
    stale = Price(Decimal(80), days_ago(9), "test")
    household = simple(
        securities=[*PAIR, etf("CCC"), etf("ZZZ")],
        lots=[lot("a", "AAA", 100, 10000), lot("z", "ZZZ", 1, 1), lot("c", "CCC", 2000, 100000)],
        prices={"AAA": stale, "BBB": 50, "CCC": 100},
    )
    found = {n.code: n.facts for n in plan(household).notices}
    assert found["stale_prices"] == {"symbols": "AAA", "count": "1", "oldest_on": "2025-11-26"}
    assert found["prices_missing"]["symbols"] == "ZZZ"
    assert found["risk_builtin_only"]["count"] == "3"
    assert "no_targets" in found


def test_tasks__reinvestment_of_what_is_sold_is_to_be_paused() -> None:
    accounts = (
        Account(JOINT, "Joint", AccountType.JOINT, reinvests=True),
        Account(ROTH, "Roth", AccountType.ROTH_IRA, reinvests=True),
    )
    household = simple(
        accounts=accounts,
        lots=[
            lot("a", "AAA", 100, 10000),
            lot("r", "AAA", 10, 800, account="roth"),
            lot("c", "CCC", 2000, 100000),
        ],
    )
    tasks = [n.facts for n in plan(household).notices if n.code == "pause_reinvestment"]
    assert {t["account"] for t in tasks} == {"Joint", "Roth"}
    assert all(t["symbols"] == "AAA" for t in tasks)
    assert all(t["until"] == "2026-01-04" for t in tasks)


def test_goal__tax_value_prefers_the_dearer_term() -> None:
    short, long = lot("s", "AAA", 100, 10000, on=LATER), lot("l", "AAA", 100, 10500, on=OLD)
    household = simple(lots=[short, long, lot("c", "CCC", 2000, 100000)])
    by_loss = plan(household, tracking_error_bp=Decimal(8))
    by_tax = plan(household, tracking_error_bp=Decimal(8), goal=HarvestGoal.TAX_VALUE)
    assert by_loss.sales[0].lot_id == "l"
    assert by_tax.sales[0].lot_id == "s"
    assert "linear_tax_value" in notice_codes(by_tax)


def test_class_target__without_any_security_is_named() -> None:
    targets = (
        ClassTarget(AssetClass.US_EQUITY, Decimal("0.9"), Decimal("0.8"), Decimal(1)),
        ClassTarget(AssetClass.INTL_BOND, Decimal("0.1"), Decimal(0), Decimal("0.2")),
    )
    found = {n.code: n.facts for n in plan(simple(class_targets=targets)).notices}
    assert found["target_class_not_held"] == {"asset_classes": "intl_bond"}


def test_settings__that_contradict_the_household_are_refused() -> None:
    with pytest.raises(BadInputError, match="no account"):
        plan(simple(), account_ids=(AccountId("nobody"),))
    with pytest.raises(BadInputError, match="negative"):
        plan(simple(), tracking_error_bp=Decimal(-1))


class CancelAt:
    def __init__(self, calls: int) -> None:
        self.calls = calls

    def raise_if_cancelled(self) -> None:
        self.calls -= 1
        if self.calls < 0:
            raise CancelledError("stopped")


@pytest.mark.parametrize("calls", [0, 1, 3])
def test_cancel__raises_between_stages(calls) -> None:
    with pytest.raises(CancelledError):
        plan(simple(), token=CancelAt(calls))


def test_record__says_who_solved_it_and_how_far_from_the_bound() -> None:
    record = plan(simple()).solver
    assert (record.status, record.solver) == ("optimal", "CLARABEL")
    assert record.bound >= record.objective > 1990
    assert record.gap == pytest.approx((record.bound - record.objective) / record.bound)
    assert set(record.seconds) == {"build", "solve", "round", "verify", "ladder", "total"}
    assert "built-in" in record.risk_model
    assert plan(simple()).as_of == AS_OF


def test_half_a_cent_of_loss__is_no_loss_once_booked() -> None:
    """0.255 shares at 1.00 bring 26 cents by rounding, which is what they cost."""
    lots = [lot("a", "AAA", "0.255", "0.26"), lot("c", "CCC", 1000, 100000)]
    household = snapshot(
        [etf("AAA"), etf("BBB"), etf("CCC")],
        lots,
        {"AAA": 1, "BBB": 50, "CCC": 100},
        replacements=[swap("AAA", "BBB")],
    )
    proposal = plan(household, min_loss=Decimal(0), min_trade=Decimal(0))
    assert proposal.sales == ()
    kept = next(k for k in proposal.kept if k.lot_id == "a")
    assert kept.reason.code == "below_threshold"
    assert kept.reason.facts["min_loss"] == "0.02"

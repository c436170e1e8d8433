"""The trail of a disallowed dollar: which shares took it, by which rule, and what became of it."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from wash_samples import IRA, OTHER, TAXABLE, held, household, row

from harvestdesk.domain.account import Account, AccountType
from harvestdesk.domain.ids import AccountId, IdenticalSetId, LotId, PersonId, SecurityId
from harvestdesk.domain.relations import IdenticalSet
from harvestdesk.domain.security import Security, SecurityKind
from harvestdesk.domain.transaction import TransactionType as T
from harvestdesk.domain.wash_policy import LossTest, SpouseBasis, Tacking, WashPolicy
from harvestdesk.washsale import audit
from harvestdesk.washsale.audit import lot_history, wash_entries
from harvestdesk.washsale.household_run import run_household

BOUGHT = row("b1", date(2025, 1, 6), T.BUY, "10", "1000")
SOLD = row("s1", date(2025, 6, 16), T.SELL, "10", "800")


def codes(entry: audit.WashEntry) -> list[str]:
    return [rule.code for rule in entry.rules]


def test_an_entry_tells_sale_replacement_days_and_rules() -> None:
    again = row("b2", date(2025, 6, 26), T.DRIP, "4", "330")
    (entry,) = wash_entries(household((), (BOUGHT, SOLD, again)), 2025)
    assert (entry.sale, entry.lot, entry.sold_on) == ("s1", "b1", date(2025, 6, 16))
    assert (entry.shares, entry.loss) == (4, 80)
    assert (entry.replaced_by, entry.purchase, entry.bought_on) == ("b2", "b2", date(2025, 6, 26))
    assert (entry.account_id, entry.replacement_account_id) == (TAXABLE.id, TAXABLE.id)
    assert (entry.days_between, entry.permanent) == (10, False)
    assert entry.held_since == date(2025, 1, 16)
    assert entry.sold_held_since == date(2025, 1, 6)
    assert codes(entry) == [
        audit.WINDOW, audit.ORDER, audit.REINVESTED, audit.BASIS, audit.TACKED,
    ]  # fmt: skip
    assert entry.rules[0].facts == {"days": "10", "side": "after"}
    assert entry.rules[-1].facts == {"days": "161"}
    assert set(codes(entry)) <= set(audit.AUDIT_RULES)


def test_every_disallowed_dollar_has_an_entry() -> None:
    rows = (
        BOUGHT, row("b0", date(2025, 5, 26), T.BUY, "2", "190"), SOLD,
        row("b2", date(2025, 6, 26), T.BUY, "3", "250"),
        row("b3", date(2025, 6, 27), T.BUY, "1", "80", account=IRA),
    )  # fmt: skip
    found = wash_entries(household((), rows))
    assert [(e.replaced_by, e.shares, e.days_between) for e in found] == [
        ("b0", 2, -21), ("b2", 3, 10), ("b3", 1, 11),
    ]  # fmt: skip
    assert sum(e.loss for e in found) == 120
    assert found[0].rules[0].facts["side"] == "before"
    assert found[2].permanent
    assert found[2].held_since is None
    assert codes(found[2])[2:] == [audit.CROSS_ACCOUNT, audit.PERMANENT]
    assert found[2].rules[-1].facts == {"account": "IRA"}


def test_years_are_kept_apart() -> None:
    rows = (
        BOUGHT, row("s", date(2025, 12, 20), T.SELL, "10", "800"),
        row("b2", date(2026, 1, 5), T.BUY, "10", "810"),
    )  # fmt: skip
    home = household((), rows, as_of=date(2026, 2, 1))
    assert [e.sale for e in wash_entries(home, 2025)] == ["s"]
    assert wash_entries(home, 2026) == ()


def test_another_account_of_the_spouse() -> None:
    mine = replace(TAXABLE, owner_ids=(PersonId("p1"),))
    hers = replace(OTHER, owner_ids=(PersonId("p2"),))
    rows = (BOUGHT, SOLD, row("b2", date(2025, 6, 26), T.VEST, "10", "810", account=hers))
    home = household((), rows, accounts=(mine, hers))
    (entry,) = wash_entries(home)
    assert codes(entry)[2:5] == [audit.VESTED, audit.CROSS_ACCOUNT, audit.SPOUSE]
    assert [r.option for r in entry.readings] == ["spouse_basis"]
    lost = WashPolicy(spouse_basis=SpouseBasis.LOST)
    (entry,) = wash_entries(replace(home, household=replace(home.household, wash=lost)))
    assert entry.permanent
    assert codes(entry)[-1] == audit.SPOUSE_LOST


def test_a_401k_by_analogy() -> None:
    plan = Account(AccountId("plan"), "Plan", AccountType.PLAN_401K)
    rows = (BOUGHT, SOLD, row("b2", date(2025, 6, 26), T.BUY, "10", "810", account=plan))
    (entry,) = wash_entries(household((), rows, accounts=(TAXABLE, plan)))
    assert codes(entry)[-1] == audit.OTHER_PLAN
    assert [r.option for r in entry.readings] == ["other_plans"]


def test_another_security_of_the_set_and_an_option() -> None:
    stock, twin = Security(SecurityId("XYZ"), "XYZ"), Security(SecurityId("ABC"), "ABC")
    call = Security(
        SecurityId("C"), "XYZ 260116C00050000", kind=SecurityKind.OPTION, underlying_id=stock.id
    )
    group = IdenticalSet(IdenticalSetId("g"), "Twins", (stock.id, twin.id))
    rows = (
        BOUGHT, SOLD, row("b2", date(2025, 6, 26), T.BUY, "4", "330", symbol="ABC"),
        row("b3", date(2025, 6, 27), T.BUY, "1", "90", symbol="C"),
    )  # fmt: skip
    first, second = wash_entries(household((), rows, securities=(stock, twin, call), sets=[group]))
    assert first.rules[2] == audit.RuleApplied(audit.IDENTICAL, {"symbol": "ABC", "shares": "4"})
    assert second.rules[2].code == audit.OPTION
    assert second.shares == 6


def test_a_loss_only_by_the_basis_of_an_earlier_one() -> None:
    rows = (
        BOUGHT, SOLD, row("b2", date(2025, 6, 20), T.BUY, "10", "850"),
        row("s2", date(2025, 7, 1), T.SELL, "10", "900"),
        row("b3", date(2025, 7, 3), T.BUY, "10", "910"),
    )  # fmt: skip
    home = household((), rows)
    second = wash_entries(home)[1]
    assert second.loss == 150
    assert audit.ADJUSTED_LOSS in codes(second)
    assert "loss_test" in {r.option for r in second.readings}
    policy = WashPolicy(loss_test=LossTest.ORIGINAL_COST)
    assert len(wash_entries(replace(home, household=replace(home.household, wash=policy)))) == 1


def test_the_date_of_the_sold_shares_where_the_household_reads_it_so() -> None:
    home = household((), (BOUGHT, SOLD, row("b2", date(2025, 6, 26), T.BUY, "10", "810")))
    policy = WashPolicy(tacking=Tacking.ORIGINAL_DATE)
    (entry,) = wash_entries(replace(home, household=replace(home.household, wash=policy)))
    assert entry.held_since == date(2025, 1, 6)
    assert codes(entry)[-1] == audit.TACKED_DATE


def test_lot_history__from_purchase_to_what_is_left() -> None:
    rows = (
        BOUGHT, row("s1", date(2025, 6, 16), T.SELL, "10", "800"),
        row("b2", date(2025, 6, 26), T.BUY, "20", "1650"),
    )  # fmt: skip
    home = household((held("b2", shares="10"), held("b2~2", shares="10")), rows)
    trail = lot_history(home, LotId("b2"))
    assert [(c.kind, c.amount) for c in trail] == [
        ("bought", Decimal(1650)), ("wash_added", Decimal(200)),
    ]  # fmt: skip
    assert trail[1].cause == "s1"
    assert lot_history(home, LotId("b2~2")) == trail
    assert lot_history(home, LotId("nothing")) == ()


def test_lot_history__starts_with_the_brokers_lot_file() -> None:
    statement = held("st", shares="10", cost="1000", statement_on=date(2025, 7, 1))
    home = replace(
        household((statement,), (row("s1", date(2025, 8, 1), T.SELL, "4", "500"),)),
        statement_lots=(statement,),
    )
    kinds = [c.kind for c in lot_history(home, LotId("st"))]
    assert kinds[0] == "opened"
    assert kinds[-1] == "sold"


@pytest.mark.parametrize("code", audit.AUDIT_RULES)
def test_rule_codes_are_plain(code: str) -> None:
    assert code.startswith("wash_rule_")


def test_a_short_sale_washed_by_another() -> None:
    rows = (
        row("o1", date(2025, 3, 3), T.SHORT_SALE, "10", "1000"),
        row("c1", date(2025, 6, 16), T.SHORT_COVER, "10", "1200"),
        row("o2", date(2025, 6, 20), T.SHORT_SALE, "10", "1100"),
    )
    (entry,) = wash_entries(household((), rows))
    assert (entry.sale, entry.replaced_by, entry.loss, entry.days_between) == ("c1", "o2", 200, 4)
    assert codes(entry) == [audit.WINDOW, audit.ORDER, audit.SHORT]
    assert entry.held_since is None


def test_shares_delivered_to_close_a_short_sale() -> None:
    rows = (
        BOUGHT, row("o1", date(2025, 3, 3), T.SHORT_SALE, "10", "900"),
        row("c1", date(2025, 6, 16), T.SHORT_COVER, "10", "0"),
        row("b2", date(2025, 3, 10), T.BUY, "10", "870"),
    )  # fmt: skip
    home = household((), rows)
    total = sum(s.disallowed for s in run_household(home).sales)
    assert sum(e.loss for e in wash_entries(home)) == total

"""The household's judgement calls: shown with their authority, saved with every lot they reach."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from harvestdesk.domain.account import Account, AccountType
from harvestdesk.domain.changes import Touched
from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.household import Person
from harvestdesk.domain.ids import AccountId, PersonId, SecurityId, TransactionId
from harvestdesk.domain.security import Security
from harvestdesk.domain.transaction import Transaction, TransactionType
from harvestdesk.domain.wash_policy import (
    DEFAULT_POLICY,
    OtherPlans,
    SpouseBasis,
    Tacking,
    WashPolicy,
)
from harvestdesk.services.check import check
from harvestdesk.services.wash_options import option_rows, policy_with, save_policy
from harvestdesk.washsale.year import year_results

ACCOUNT, HERS, PLAN = AccountId("a1"), AccountId("a2"), AccountId("a3")
STOCK = Security(SecurityId("s1"), "XYZ")


def row(name: str, on: date, kind: TransactionType, shares: int, dollars: int, account: AccountId):
    return Transaction(
        TransactionId(name), on, kind, account, STOCK.id, Decimal(shares), Decimal(dollars)
    )


def with_washed_loss(ctx):
    """A loss of 200 in one's own account, washed half by the spouse and half by a 401(k)."""
    with ctx.book.write("Set up") as w:
        w.put_people([Person(PersonId("p1"), "Robin"), Person(PersonId("p2"), "Kim", True)])
        w.put_accounts(
            [
                Account(ACCOUNT, "Own", owner_ids=(PersonId("p1"),)),
                Account(HERS, "Hers", owner_ids=(PersonId("p2"),)),
                Account(PLAN, "Plan", AccountType.PLAN_401K, (PersonId("p1"),)),
            ]
        )
        w.put_securities([STOCK])
        w.add_transactions(
            [
                row("t1", date(2025, 1, 6), TransactionType.BUY, 10, 1000, ACCOUNT),
                row("t2", date(2025, 6, 16), TransactionType.SELL, 10, 800, ACCOUNT),
                row("t3", date(2025, 6, 26), TransactionType.BUY, 5, 410, HERS),
                row("t4", date(2025, 6, 27), TransactionType.BUY, 5, 420, PLAN),
            ]
        )
    save_policy(ctx, DEFAULT_POLICY)


def test_rows__title_choices_authority_and_what_is_in_force():
    rows = {r.name: r for r in option_rows(WashPolicy(tacking=Tacking.ORIGINAL_DATE))}
    assert set(rows) == set(WashPolicy.__slots__)
    tacking = rows["tacking"]
    assert (tacking.default, tacking.current) == ("day_count", "original_date")
    assert [tacking.departs(c.value) for c in tacking.choices] == [False, True]
    assert [c.value for c in tacking.choices] == ["day_count", "original_date"]
    assert all(c.words for c in tacking.choices)
    assert "§1223(3)" in tacking.authority
    assert not rows["crypto"].departs(rows["crypto"].current)


def test_policy__from_the_values_of_a_dialog():
    assert policy_with(DEFAULT_POLICY, {"other_plans": "ignore"}).other_plans is OtherPlans.IGNORE
    with pytest.raises(BadInputError, match="other_plans"):
        policy_with(DEFAULT_POLICY, {"other_plans": "perhaps"})


def test_save__works_out_all_lots_anew_as_one_undo_step(ctx):
    with_washed_loss(ctx)
    before = ctx.snapshot(date(2025, 12, 1))
    (hers,) = [x for x in before.lots if x.account_id == HERS]
    assert (hers.wash_added, hers.adjusted_acquired_on) == (100, date(2025, 1, 16))
    found = year_results(before, 2025)
    assert (found.disallowed, found.permanent) == (200, 100)

    chosen = WashPolicy(spouse_basis=SpouseBasis.LOST, other_plans=OtherPlans.IGNORE)
    changes = save_policy(ctx, chosen)
    assert changes.has(Touched.HOUSEHOLD)
    assert changes.has(Touched.LOTS)
    after = ctx.snapshot(date(2025, 12, 1))
    assert after.household == replace(before.household, wash=chosen)
    (hers,) = [x for x in after.lots if x.account_id == HERS]
    assert (hers.wash_added, hers.adjusted_acquired_on) == (0, date(2025, 6, 26))
    found = year_results(after, 2025)
    assert (found.disallowed, found.permanent, found.short) == (100, 100, -100)
    assert not [f for f in check(ctx).findings if "differ" in f.message]

    ctx.book.undo()
    assert ctx.snapshot(date(2025, 12, 1)).fingerprint == before.fingerprint


def test_save__a_household_without_lots(ctx):
    assert save_policy(ctx, WashPolicy(tacking=Tacking.ORIGINAL_DATE)).has(Touched.HOUSEHOLD)
    assert ctx.book.household().wash.tacking is Tacking.ORIGINAL_DATE

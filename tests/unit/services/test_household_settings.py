"""Household, people, tax profile and accounts are saved whole or not at all, one undo step each."""

from dataclasses import replace
from decimal import Decimal

import pytest

from harvestdesk.domain.account import Account, AccountType, ReliefMethod
from harvestdesk.domain.changes import Touched
from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.household import FilingStatus, Person, RateSource, TaxProfile
from harvestdesk.domain.ids import AccountId, PersonId
from harvestdesk.domain.wash_policy import MatchOrder, WashPolicy
from harvestdesk.services.household_settings import (
    account_problems,
    add_account,
    fraction_of,
    household_problems,
    percent_of,
    save_account,
    save_household,
    tax_problems,
)
from harvestdesk.services.import_statements import confirm, preview
from harvestdesk.services.states import states_without_table

ROBIN = Person(PersonId(""), "Robin")
KIM = Person(PersonId(""), "Kim", is_spouse=True)
TAX = TaxProfile(FilingStatus.SINGLE, Decimal("0.35"), Decimal("0.2"), Decimal("0.32"))
FULL = TaxProfile(
    FilingStatus.SURVIVING,
    rate_source=RateSource.TABLES,
    wages=Decimal("120000.50"),
    investment_income=Decimal(3000),
    qualified_dividends=Decimal(2000),
    itemised=Decimal(41000),
    aged_or_blind=1,
    seniors=1,
    state="CA",
    state_rate=Decimal("0.0930"),
    discount_rate=Decimal("0.04"),
)


def with_people(ctx):
    save_household(ctx, ctx.book.household(), [ROBIN, KIM])
    return ctx.book.people()


def test_household__is_saved_with_people_and_tax_as_one_step(ctx):
    before = ctx.snapshot()
    changes = save_household(
        ctx, replace(before.household, name=" Small family ", tax=TAX), [ROBIN, KIM]
    )
    after = ctx.snapshot()
    assert changes.has(Touched.HOUSEHOLD)
    assert (after.household.name, after.household.tax) == ("Small family", TAX)
    assert after.household.fixed_as_of == before.household.fixed_as_of
    assert [(p.name, p.is_spouse) for p in after.people] == [("Robin", False), ("Kim", True)]
    assert len({p.id for p in after.people}) == 2
    assert after.fingerprint != before.fingerprint
    assert ctx.book.undo_label() == "Household settings"
    ctx.book.undo()
    assert ctx.snapshot().fingerprint == before.fingerprint
    ctx.book.redo()
    assert ctx.snapshot().fingerprint == after.fingerprint


def test_people__are_renamed_and_taken_away_unless_they_own_an_account(ctx):
    robin, kim = with_people(ctx)
    add_account(ctx, Account(AccountId(""), "Kim's IRA", AccountType.TRADITIONAL_IRA, (kim.id,)))
    with pytest.raises(BadInputError, match="Kim owns an account"):
        save_household(ctx, ctx.book.household(), [robin])
    assert len(ctx.book.people()) == 2
    (account,) = ctx.book.accounts()
    save_account(ctx, replace(account, owner_ids=(robin.id,)))
    save_household(ctx, ctx.book.household(), [replace(robin, name="Robyn")])
    assert [p.name for p in ctx.book.people()] == ["Robyn"]
    ctx.book.undo()
    assert [p.name for p in ctx.book.people()] == ["Robin", "Kim"]


@pytest.mark.parametrize(
    ("change", "people", "field"),
    [
        ({"name": "  "}, [ROBIN], "name"),
        ({}, [], "people"),
        ({}, [replace(ROBIN, name="")], "people"),
        ({}, [ROBIN, replace(KIM, name="robin ")], "people"),
        ({}, [replace(ROBIN, is_spouse=True), KIM], "people"),
        ({}, [KIM], "people"),
        ({"tax": replace(TAX, rate_long=Decimal("1.01"))}, [ROBIN], "rate_long"),
        ({"tax": replace(TAX, carryforward_long=Decimal(-1))}, [ROBIN], "carryforward_long"),
        ({"tax": replace(TAX, qualified_dividends=Decimal(-1))}, [ROBIN], "qualified_dividends"),
        ({"tax": replace(TAX, itemised=Decimal(-1))}, [ROBIN], "itemised"),
        ({"tax": replace(TAX, aged_or_blind=3)}, [ROBIN], "aged_or_blind"),
        ({"tax": replace(TAX, aged_or_blind=-1)}, [ROBIN], "aged_or_blind"),
        (
            {"tax": replace(TAX, filing_status=FilingStatus.JOINT, aged_or_blind=5)},
            [ROBIN],
            "aged_or_blind",
        ),
        ({"tax": replace(TAX, aged_or_blind=2, seniors=2)}, [ROBIN], "seniors"),
        ({"tax": replace(TAX, seniors=1)}, [ROBIN], "seniors"),
        ({"tax": replace(TAX, state="ca")}, [ROBIN], "state"),
        ({"tax": replace(TAX, state="ZZ", state_rate=Decimal("0.05"))}, [ROBIN], "state"),
        ({"tax": replace(TAX, state_rate=Decimal(5))}, [ROBIN], "state_rate"),
        ({"tax": replace(TAX, discount_rate=Decimal(5))}, [ROBIN], "discount_rate"),
    ],
)
def test_household_that_cannot_be__is_refused_by_field(ctx, change, people, field):
    household = replace(ctx.book.household(), **change)
    assert list(household_problems(household, people)) == [field]
    label = ctx.book.undo_label()
    with pytest.raises(BadInputError) as refused:
        save_household(ctx, household, people)
    assert refused.value.code == f"household.{field}"
    assert ctx.book.undo_label() == label


def test_household__keeps_its_readings_of_the_law(ctx):
    own = WashPolicy(match_order=MatchOrder.OWN_ACCOUNT_FIRST)
    with ctx.book.write("Readings") as w:
        w.put_household(replace(ctx.book.household(), wash=own))
    save_household(ctx, replace(ctx.book.household(), wash=WashPolicy(), tax=FULL), [ROBIN])
    assert ctx.book.household().wash == own
    assert ctx.book.household().tax == FULL


def test_boxes__a_joint_return_has_four():
    assert tax_problems(replace(TAX, aged_or_blind=2)) == {}
    assert tax_problems(replace(TAX, filing_status=FilingStatus.JOINT, aged_or_blind=4)) == {}


def test_state__without_a_known_rate_needs_one_typed_where_tables_are_used():
    code = min(states_without_table())
    walked = replace(TAX, rate_source=RateSource.TABLES, state=code)
    assert list(tax_problems(walked)) == ["state_rate"]
    assert tax_problems(replace(walked, state_rate=Decimal("0.05"))) == {}
    assert tax_problems(replace(walked, state="CA")) == {}
    # Typed rates leave the state's table alone.
    assert tax_problems(replace(walked, rate_source=RateSource.TYPED)) == {}


def test_new_household__has_typed_rates_until_income_is_entered(ctx):
    assert ctx.book.household().tax.rate_source is RateSource.TYPED


def test_account__is_added_and_edited_one_step_each(ctx):
    robin, _kim = with_people(ctx)
    add_account(ctx, Account(AccountId("ignored"), " Joint ", AccountType.JOINT, (robin.id,)))
    (account,) = ctx.book.accounts()
    assert account.name == "Joint"
    assert account.id not in ("", "ignored")
    assert ctx.book.undo_label() == "Add account Joint"
    changed = replace(account, name="Ours", custodian="schwab", reinvests=True, number_tail="1234")
    assert save_account(ctx, changed).has(Touched.ACCOUNTS)
    assert tuple(ctx.book.accounts()) == (changed,)
    ctx.book.undo()
    ctx.book.undo()
    assert not ctx.book.accounts()


def test_account_that_cannot_be__is_refused(ctx):
    robin, _kim = with_people(ctx)
    add_account(ctx, Account(AccountId(""), "Joint", AccountType.JOINT, (robin.id,)))
    (joint,) = ctx.book.accounts()
    new = Account(AccountId(""), "JOINT ", AccountType.HSA, (), number_tail="12345")
    assert set(account_problems(new, [joint])) == {"name", "owner_ids", "number_tail"}
    assert not account_problems(joint, [joint])
    for account, code in (
        (new, "account.name"),
        (replace(new, name="HSA"), "account.owner_ids"),
        (Account(AccountId(""), "HSA", owner_ids=(PersonId("nobody"),)), "account.owner"),
    ):
        with pytest.raises(BadInputError) as refused:
            add_account(ctx, account)
        assert refused.value.code == code
    with pytest.raises(BadInputError, match="no account"):
        save_account(ctx, replace(joint, id=AccountId("other"), name="Other"))
    assert tuple(ctx.book.accounts()) == (joint,)


def test_relief_method__reaches_the_lots_that_come_from_the_ledger(ctx, file):
    path = file(
        "ledger.csv",
        "account,date,type,symbol,shares,amount,note",
        "Brokerage,2024-01-02,buy,ALFA,10,100,",
        "Brokerage,2024-02-02,buy,ALFA,10,900,",
        "Brokerage,2025-06-02,sell,ALFA,10,800,",
    )
    robin, _kim = with_people(ctx)
    confirm(ctx, preview(ctx, [path]))
    (account,) = ctx.book.accounts()

    def left():
        return [lot.cost_basis for lot in ctx.snapshot().lots]

    assert left() == [Decimal(900)]
    owner = {"owner_ids": account.owner_ids or (robin.id,)}
    save_account(ctx, replace(account, relief=ReliefMethod.HIFO, **owner))
    assert left() == [Decimal(100)]
    ctx.book.undo()
    assert left() == [Decimal(900)]


def test_percents__are_what_is_typed():
    assert percent_of(Decimal("0.408")) == Decimal("40.8")
    assert fraction_of(percent_of(Decimal("0.238"))) == Decimal("0.238")

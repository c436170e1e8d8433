"""Sales that take least tax follow the household's year: imports, tax profile, outside gains, undo."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from harvestdesk.domain.account import Account, AccountType, ReliefMethod
from harvestdesk.domain.changes import Touched
from harvestdesk.domain.household import Household, Person, RateSource, TaxProfile
from harvestdesk.domain.ids import AccountId, PersonId
from harvestdesk.domain.tax_year import ExternalGain, ExternalTerm, LawChange, LawTarget
from harvestdesk.domain.transaction import TransactionType
from harvestdesk.services.check import check
from harvestdesk.services.household_settings import save_account, save_household
from harvestdesk.services.import_statements import confirm, preview
from harvestdesk.services.outside_gains import save_external_gains, save_law_changes
from harvestdesk.tax.household_tax import HouseholdTax, least_tax_of_snapshot
from harvestdesk.washsale.audit import lot_history
from harvestdesk.washsale.household_run import run_household
from harvestdesk.washsale.year import year_results

D = Decimal
PERSON = Person(PersonId("p1"), "Robin")
MODEST = TaxProfile(rate_source=RateSource.TABLES, wages=D(30_000))
WELL_OFF = TaxProfile(rate_source=RateSource.TABLES, wages=D(200_000))
HEAD = "date,account,type,symbol,shares,amount"


def account(relief: ReliefMethod, kind: AccountType = AccountType.TAXABLE) -> Account:
    return Account(AccountId("a1"), "Own", kind, (PERSON.id,), relief=relief)


def household(ctx, tax: TaxProfile) -> Household:
    return replace(ctx.book.household(), tax=tax)


def set_up(ctx, relief: ReliefMethod, tax: TaxProfile = WELL_OFF) -> None:
    with ctx.book.write("Set up") as w:
        w.put_people([PERSON])
        w.put_accounts([account(relief)])
        w.put_household(household(ctx, tax))


def bring_in(ctx, file, *rows: str, name: str = "rows.csv"):
    draft = preview(ctx, [file(name, HEAD, *rows)])
    return confirm(ctx, draft)


GAINS = (
    "2023-02-01,Own,buy,XYZ,10,500",  # long-term, gains 500
    "2025-06-02,Own,buy,XYZ,10,950",  # short-term, gains 50
    "2025-11-03,Own,sell,XYZ,10,1000",
)


def left(ctx) -> list[date | None]:
    """Return the days of the lots that are left."""
    assert [f for f in check(ctx).findings if f.code == "lots.ledger"] == []
    return [lot.acquired_on for lot in ctx.snapshot().lots]


LONG, SHORT = date(2023, 2, 1), date(2025, 6, 2)


def test_import__takes_what_costs_least_by_the_year(ctx, file) -> None:
    set_up(ctx, ReliefMethod.MIN_TAX)
    bring_in(ctx, file, *GAINS)
    assert left(ctx) == [LONG]  # 24 % of 50 is less than 15 % of 500


def test_import__where_long_term_gains_are_free_they_go(ctx, file) -> None:
    set_up(ctx, ReliefMethod.MIN_TAX, MODEST)
    bring_in(ctx, file, *GAINS)
    assert left(ctx) == [SHORT]


def test_profile__changes_the_lots_in_one_undo_step(ctx, file) -> None:
    set_up(ctx, ReliefMethod.MIN_TAX)
    bring_in(ctx, file, *GAINS)
    before = ctx.snapshot()
    changes = save_household(ctx, household(ctx, MODEST), [PERSON])
    assert changes.has(Touched.LOTS)
    assert left(ctx) == [SHORT]
    ctx.book.undo()
    assert left(ctx) == [LONG]
    assert ctx.snapshot().fingerprint == before.fingerprint


def test_profile__same_tax_leaves_lots_alone(ctx, file) -> None:
    set_up(ctx, ReliefMethod.MIN_TAX)
    bring_in(ctx, file, *GAINS)
    changes = save_household(ctx, replace(household(ctx, WELL_OFF), name="Other"), [PERSON])
    assert not changes.has(Touched.LOTS)


@pytest.mark.parametrize("relief", [ReliefMethod.FIFO, ReliefMethod.TAX_ORDER])
def test_profile__other_methods_pay_nothing(ctx, file, relief, monkeypatch) -> None:
    set_up(ctx, relief)
    bring_in(ctx, file, *GAINS)

    def never(*_args: object) -> None:
        raise AssertionError

    monkeypatch.setattr(HouseholdTax, "__init__", never)
    assert not save_household(ctx, household(ctx, MODEST), [PERSON]).has(Touched.LOTS)
    assert left(ctx) == [SHORT]
    assert least_tax_of_snapshot(ctx.snapshot()) is None


def test_outside_gains_and_law__change_the_lots_in_one_undo_step(ctx, file) -> None:
    set_up(ctx, ReliefMethod.MIN_TAX)
    bring_in(ctx, file, *GAINS)
    # Long-term losses swallow whichever gain it is: at equal tax the brokers' order, long-term first.
    lost = ExternalGain("", date(2025, 9, 30), ExternalTerm.LONG, D(-10_000), realised=True)
    assert save_external_gains(ctx, [lost]).has(Touched.LOTS)
    assert left(ctx) == [SHORT]
    ctx.book.undo()
    assert left(ctx) == [LONG]
    free = LawChange("", 2025, LawTarget.LONG_TERM, D("-0.15"))
    assert save_law_changes(ctx, [free]).has(Touched.LOTS)
    assert left(ctx) == [SHORT]
    ctx.book.undo()
    assert left(ctx) == [LONG]


def test_account__another_method_works_the_lots_out(ctx, file) -> None:
    set_up(ctx, ReliefMethod.FIFO)
    bring_in(ctx, file, *GAINS)
    assert left(ctx) == [SHORT]
    save_account(ctx, account(ReliefMethod.MIN_TAX))
    assert left(ctx) == [LONG]


def test_other_sets__count_in_the_year_and_every_caller_agrees(ctx, file) -> None:
    set_up(ctx, ReliefMethod.MIN_TAX)
    lost = ("2025-02-03,Own,buy,ABC,10,15000", "2025-08-04,Own,sell,ABC,10,5000")
    bring_in(ctx, file, *GAINS, name="one.csv")
    assert left(ctx) == [LONG]
    # The loss swallows whichever gain it is: at equal tax the brokers' order, long-term first.
    bring_in(ctx, file, *lost, name="two.csv")
    assert left(ctx) == [SHORT]
    snapshot = ctx.snapshot()
    xyz = next(s.id for s in snapshot.securities if s.symbol == "XYZ")
    alone, whole = run_household(snapshot, [xyz]), run_household(snapshot)
    assert {s.symbol for s in alone.sales} == {xyz}
    assert list(alone.sales) == [s for s in whole.sales if s.symbol == xyz]
    results = year_results(snapshot, 2025)
    assert (results.short, results.long, results.complete) == (-10_000, 500, True)
    (kept,) = snapshot.lots
    assert [c.kind for c in lot_history(snapshot, kept.id)] == ["bought"]


def test_two_files_are_as_one(ctx, file) -> None:
    set_up(ctx, ReliefMethod.MIN_TAX)
    bring_in(ctx, file, *GAINS[:2], name="one.csv")
    bring_in(ctx, file, GAINS[2], name="two.csv")
    assert left(ctx) == [LONG]


def test_a_single_sale_may_ask_for_it(ctx, file) -> None:
    set_up(ctx, ReliefMethod.FIFO)
    rows = (f"{row}," for row in GAINS[:2])
    draft = preview(ctx, [file("rows.csv", f"{HEAD},relief", *rows, f"{GAINS[2]},min_tax")])
    confirm(ctx, draft)
    (sale,) = [t for t in ctx.book.transactions() if t.type is TransactionType.SELL]
    assert sale.relief is ReliefMethod.MIN_TAX
    assert left(ctx) == [LONG]
    save_household(ctx, household(ctx, MODEST), [PERSON])
    assert left(ctx) == [SHORT]


def test_sheltered_accounts__have_no_tax_to_save(ctx, file) -> None:
    set_up(ctx, ReliefMethod.MIN_TAX)
    with ctx.book.write("An IRA") as w:
        w.put_accounts([account(ReliefMethod.MIN_TAX, AccountType.TRADITIONAL_IRA)])
    bring_in(ctx, file, *GAINS)
    assert least_tax_of_snapshot(ctx.snapshot()) is None
    assert left(ctx) == [SHORT]


def test_household_tax__carried_losses_are_of_the_last_year_alone() -> None:
    profile = TaxProfile(rate_long=D("0.2"), carryforward_long=D(1000), realised_long=D(100))
    tax = HouseholdTax(profile, (), (), 2025)
    assert tax(2025, D(0), D(1500)) == D("0.2") * 600
    assert tax(2024, D(0), D(1500)) == D("0.2") * 1500

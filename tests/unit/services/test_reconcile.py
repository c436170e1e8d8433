"""Brokers' closed lots against the ledger: each kind of difference, to the cent, and what stays open."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from harvestdesk.domain.account import Account, AccountType, ReliefMethod
from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.household import Household
from harvestdesk.domain.ids import (
    AccountId,
    HouseholdId,
    IdenticalSetId,
    LotId,
    SecurityId,
    TransactionId,
)
from harvestdesk.domain.lot import TaxLot
from harvestdesk.domain.reconciliation import ByTerm, Difference, DifferenceKind, Reconciliation
from harvestdesk.domain.relations import IdenticalSet
from harvestdesk.domain.security import Security
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.domain.transaction import Transaction, TransactionType
from harvestdesk.domain.wash_policy import AcquiredBeforeSoldLot, WashPolicy
from harvestdesk.services.reconcile import compare_files

Kind = DifferenceKind
HEADER = "account,symbol,shares,acquired,sold,proceeds,cost_basis,disallowed,term,original_basis"
NO_WASH = "account,symbol,shares,acquired,sold,proceeds,cost_basis,term"
ACCOUNTS = (
    Account(AccountId("joint"), "Joint", AccountType.JOINT, number_tail="4321"),
    Account(AccountId("solo"), "Solo", AccountType.TAXABLE, number_tail="8765"),
    Account(AccountId("ira"), "Ira", AccountType.TRADITIONAL_IRA, number_tail="1111"),
)


def household(*rows: str, **changes: object) -> HouseholdSnapshot:
    """A household of `account date type symbol shares amount [fees]` lines."""
    parts = [row.split() for row in rows]
    symbols = sorted({p[3] for p in parts})
    snapshot = HouseholdSnapshot(
        Household(HouseholdId("household-1"), "Test"),
        date(2026, 1, 20),
        accounts=ACCOUNTS,
        securities=tuple(
            Security(SecurityId(f"security-{s}"), s, f"{s} Corporation") for s in symbols
        ),
        transactions=tuple(
            Transaction(
                TransactionId(f"t{n}"),
                date.fromisoformat(p[1]),
                TransactionType(p[2]),
                AccountId(p[0]),
                SecurityId(f"security-{p[3]}"),
                Decimal(p[4]),
                Decimal(p[5]),
                Decimal(p[6]) if len(p) > 6 else Decimal(0),
            )
            for n, p in sorted(enumerate(parts), key=lambda item: item[1][1])
        ),
    )
    return replace(snapshot, **changes)


@pytest.fixture
def compare(tmp_path: Path) -> Callable[..., Reconciliation]:
    """Compare a household with lines of our own table."""

    def run(
        snapshot: HouseholdSnapshot,
        *lines: str,
        header: str = HEADER,
        year: int | None = 2025,
    ) -> Reconciliation:
        path = tmp_path / "closed.csv"
        path.write_text("\n".join((header, *lines)) + "\n", encoding="utf-8")
        found = compare_files(snapshot, [path], year)
        assert found.ties_out
        assert_ties_by_account(found)
        return found

    return run


def assert_ties_by_account(found: Reconciliation) -> None:
    for entry in found.totals:
        gap = entry.ours.result - entry.theirs.result
        told = ByTerm()
        for row in found.differences:
            told += row.effect if row.account_id == entry.account_id else ByTerm()
        if len(found.years) == 1:
            assert told == gap


def only(found: Reconciliation, kind: DifferenceKind) -> Difference:
    rows = [d for d in found.differences if d.kind is kind]
    assert len(rows) == 1, [d.kind for d in found.differences]
    return rows[0]


def kinds(found: Reconciliation) -> list[str]:
    return sorted(d.kind.value for d in found.differences)


def usd(short: str = "0", long: str = "0") -> ByTerm:
    return ByTerm(Decimal(short), Decimal(long))


LOSS = ("joint 2025-01-06 buy AAA 100 10000", "joint 2025-03-03 sell AAA 100 8000")
LOSS_ROW = "Joint,AAA,100,2025-01-06,2025-03-03,8000.00,10000.00,{},short,"


# --- agreement ------------------------------------------------------------------------------------


def test_agreeing_rows__no_difference(compare) -> None:
    found = compare(household(*LOSS), LOSS_ROW.format("0"))
    assert (found.agreed, found.compared, found.differences) == (1, 1, ())
    assert found.difference == usd()


def test_rows_split_by_the_broker__are_added_up(compare) -> None:
    found = compare(
        household(*LOSS),
        "Joint,AAA,60,2025-01-06,2025-03-03,4800.00,6000.00,0,short,",
        "Joint,AAA,40,2025-01-06,2025-03-03,3200.00,4000.00,0,short,",
    )
    assert (found.agreed, kinds(found)) == (1, [])


def test_one_cent_a_row__is_rounding(compare) -> None:
    found = compare(
        household(*LOSS), "Joint,AAA,100,2025-01-06,2025-03-03,8000.01,10000.00,0,short,"
    )
    row = only(found, Kind.ROUNDING)
    assert row.effect == usd("-0.01")
    assert row.explained


def test_a_dime__is_no_rounding(compare) -> None:
    found = compare(
        household(*LOSS), "Joint,AAA,100,2025-01-06,2025-03-03,8000.10,10000.00,0,short,"
    )
    assert kinds(found) == ["proceeds"]
    assert len(found.unexplained) == 1


# --- losses no broker can see -----------------------------------------------------------------------


def test_loss_washed_in_another_account__named_with_its_purchase(compare) -> None:
    found = compare(household(*LOSS, "solo 2025-03-10 buy AAA 60 4900"), LOSS_ROW.format("0"))
    row = only(found, Kind.WASH_CROSS_ACCOUNT)
    assert row.effect == usd("1200.00")
    assert row.facts["account"] == "Solo"
    assert row.facts["purchases"] == "60 AAA bought 2025-03-10"
    assert row.explained
    assert not found.unexplained


def test_loss_washed_in_an_ira__is_permanent(compare) -> None:
    found = compare(household(*LOSS, "ira 2025-03-12 buy AAA 100 8200"), LOSS_ROW.format("0"))
    row = only(found, Kind.WASH_PERMANENT)
    assert (row.effect, row.facts["account"]) == (usd("2000.00"), "Ira")


def test_broker_saw_its_own_part__the_rest_is_cross_account(compare) -> None:
    snapshot = household(
        *LOSS, "joint 2025-03-05 buy AAA 40 3300", "solo 2025-03-10 buy AAA 60 4900"
    )
    found = compare(snapshot, LOSS_ROW.format("800.00"))
    assert only(found, Kind.WASH_CROSS_ACCOUNT).effect == usd("1200.00")
    assert kinds(found) == ["wash_cross_account"]


def test_earlier_purchase_elsewhere_takes_the_loss_first(compare) -> None:
    """The broker matched its own later purchase; the household matches the earlier one in Solo."""
    snapshot = household(
        *LOSS, "solo 2025-03-05 buy AAA 60 4900", "joint 2025-03-10 buy AAA 100 8300"
    )
    found = compare(snapshot, LOSS_ROW.format("2000.00"))
    assert kinds(found) == []  # the same amount is disallowed: the form's row is the same
    snapshot = household(
        *LOSS, "solo 2025-03-05 buy AAA 60 4900", "joint 2025-03-10 buy AAA 60 8300"
    )
    found = compare(snapshot, LOSS_ROW.format("1200.00"))
    assert only(found, Kind.WASH_CROSS_ACCOUNT).effect == usd("1200.00")
    assert only(found, Kind.WASH_ELSEWHERE).effect == usd("-400.00")
    assert not found.unexplained


def test_identical_set__another_security_is_named(compare) -> None:
    twins = IdenticalSet(
        IdenticalSetId("twins"), "Twins", (SecurityId("security-AAA"), SecurityId("security-BBB"))
    )
    snapshot = household(*LOSS, "joint 2025-03-10 buy BBB 50 4900", identical_sets=(twins,))
    row = only(compare(snapshot, LOSS_ROW.format("0")), Kind.WASH_OTHER_SECURITY)
    assert row.effect == usd("1000.00")
    assert "BBB" in row.facts["purchases"]


def test_basis_and_term_of_the_replacement__named_with_the_loss_sale(compare) -> None:
    snapshot = household(
        "joint 2024-02-01 buy AAA 100 10000",
        "joint 2025-03-03 sell AAA 100 8000",
        "solo 2025-03-10 buy AAA 100 8100",
        "solo 2025-09-01 sell AAA 100 9000",
    )
    found = compare(
        snapshot,
        "Joint,AAA,100,2024-02-01,2025-03-03,8000.00,10000.00,0,long,",
        "Solo,AAA,100,2025-03-10,2025-09-01,9000.00,8100.00,0,short,",
    )
    basis = only(found, Kind.BASIS_CROSS_ACCOUNT)
    assert basis.effect == usd("-2000.00")
    assert basis.facts["sales"] == "AAA sold 2025-03-03 in Joint, $2,000.00 disallowed"
    assert only(found, Kind.TERM_TACKING).effect == usd("1100.00", "-1100.00")
    assert not found.unexplained


def test_chain_over_two_accounts__explained_to_the_cent(compare) -> None:
    """The loss comes back into the first account: its basis there follows from the other account."""
    snapshot = household(
        "joint 2025-01-06 buy AAA 10 1000",
        "joint 2025-02-03 sell AAA 10 900",
        "solo 2025-02-10 buy AAA 10 920",
        "solo 2025-03-03 sell AAA 10 850",
        "joint 2025-03-10 buy AAA 10 860",
        "joint 2025-06-02 sell AAA 10 1000",
    )
    found = compare(
        snapshot,
        "Joint,AAA,10,2025-01-06,2025-02-03,900.00,1000.00,0,short,",
        "Solo,AAA,10,2025-02-10,2025-03-03,850.00,920.00,0,short,",
        "Joint,AAA,10,2025-03-10,2025-06-02,1000.00,860.00,0,short,",
    )
    assert not found.unexplained
    assert found.difference == usd("0.00")
    effects = sorted((d.kind.value, d.effect.short) for d in found.differences)
    assert effects == [
        ("basis_cross_account", Decimal("-170.00")),
        ("basis_cross_account", Decimal("-100.00")),
        ("wash_cross_account", Decimal("100.00")),
        ("wash_cross_account", Decimal("170.00")),
    ]


# --- what the broker did and the ledger did not ---------------------------------------------------


def test_file_without_a_wash_column__its_own_washes_are_named(compare) -> None:
    found = compare(
        household(*LOSS, "joint 2025-03-05 buy AAA 40 3300"),
        "Joint,AAA,100,2025-01-06,2025-03-03,8000.00,10000.00,short",
        header=NO_WASH,
    )
    assert only(found, Kind.WASH_NOT_SHOWN).effect == usd("800.00")


def test_disallowed_by_the_broker_alone__stays_unexplained(compare) -> None:
    found = compare(household(*LOSS), LOSS_ROW.format("500.00"))
    row = only(found, Kind.WASH_AMOUNT)
    assert row.effect == usd("-500.00")
    assert not row.explained
    assert row.ours is not None
    assert row.theirs is not None


def test_broker_reads_the_rule_as_usual__the_household_does_not(compare) -> None:
    snapshot = household(
        "joint 2025-02-20 buy AAA 100 10000",
        "joint 2025-02-25 buy AAA 100 10100",
        "joint 2025-03-03 sell AAA 100 8000",
    )
    usual = compare(snapshot, "Joint,AAA,100,2025-02-20,2025-03-03,8000.00,10000.00,2000.00,short,")
    assert kinds(usual) == []
    fewer = replace(
        snapshot,
        accounts=(replace(ACCOUNTS[0], relief=ReliefMethod.LIFO), *ACCOUNTS[1:]),
        household=replace(
            snapshot.household,
            wash=WashPolicy(acquired_before_sold_lot=AcquiredBeforeSoldLot.IGNORE),
        ),
    )
    found = compare(fewer, "Joint,AAA,100,2025-02-25,2025-03-03,8000.00,10100.00,2100.00,short,")
    assert only(found, Kind.WASH_READING).effect == usd("-2100.00")


WASHED = (
    "joint 2025-01-06 buy AAA 10 1000",
    "joint 2025-02-03 sell AAA 10 900",
    "joint 2025-02-10 buy AAA 10 920",
    "joint 2025-06-02 sell AAA 10 1200",
)
WASHED_ROW = "Joint,AAA,10,2025-01-06,2025-02-03,900.00,1000.00,100.00,short,"


def test_broker_left_its_own_addition_out(compare) -> None:
    found = compare(
        household(*WASHED), WASHED_ROW, "Joint,AAA,10,2025-02-10,2025-06-02,1200.00,920.00,0,short,"
    )
    row = only(found, Kind.BASIS_NOT_ADDED)
    assert row.effect == usd("-100.00")
    assert "sold 2025-02-03" in row.facts["sales"]


def test_broker_added_what_the_ledger_did_not(compare) -> None:
    found = compare(
        household(*WASHED),
        WASHED_ROW,
        "Joint,AAA,10,2025-02-10,2025-06-02,1200.00,1070.00,0,short,920.00",
    )
    row = only(found, Kind.BASIS_BROKER_WASH)
    assert (row.effect, row.facts["broker_added"]) == (usd("50.00"), "150.00")


def test_return_of_capital_the_broker_has_not_taken_off(compare) -> None:
    snapshot = household(
        "joint 2025-01-06 buy AAA 10 1000",
        "joint 2025-04-01 roc AAA 0 30",
        "joint 2025-06-02 sell AAA 10 1200",
    )
    found = compare(snapshot, "Joint,AAA,10,2025-01-06,2025-06-02,1200.00,1000.00,0,short,")
    assert only(found, Kind.RETURN_OF_CAPITAL).effect == usd("30.00")


def test_basis_for_no_known_reason__stays_unexplained_with_both_rows(compare) -> None:
    found = compare(
        household("joint 2025-01-06 buy AAA 10 1000", "joint 2025-06-02 sell AAA 10 1200"),
        "Joint,AAA,10,2025-01-06,2025-06-02,1200.00,987.65,0,short,",
    )
    row = only(found, Kind.BASIS)
    assert row.effect == usd("-12.35")
    assert (row.ours.basis, row.theirs.basis) == (Decimal("1000"), Decimal("987.65"))
    assert found.unexplained == (row,)


def test_basis_the_broker_does_not_tell(compare) -> None:
    found = compare(
        household("joint 2025-01-06 buy AAA 10 1000", "joint 2025-06-02 sell AAA 10 1200"),
        "Joint,AAA,10,2025-01-06,2025-06-02,1200.00,,0,short,",
    )
    assert only(found, Kind.BASIS_UNKNOWN_THERE).effect == usd("200.00")
    assert found.totals[0].theirs.unknown == 1


# --- lots, shares, dates --------------------------------------------------------------------------

TWO_LOTS = (
    "joint 2023-01-10 buy AAA 10 1000",
    "joint 2024-01-10 buy AAA 10 2000",
    "joint 2025-05-12 sell AAA 10 1500",
)


def test_other_lot__both_lots_and_the_method_that_gives_the_brokers(compare) -> None:
    found = compare(
        household(*TWO_LOTS), "Joint,AAA,10,2024-01-10,2025-05-12,1500.00,2000.00,0,long,"
    )
    row = only(found, Kind.LOTS)
    assert row.effect == usd(long="1000.00")
    assert (row.facts["method"], row.facts["broker_method"]) == ("fifo", "lifo")


def test_various_dates__fit_any_lots(compare) -> None:
    rows = (*TWO_LOTS[:2], "joint 2025-05-12 sell AAA 20 3000")
    found = compare(household(*rows), "Joint,AAA,20,Various,2025-05-12,3000.00,3000.00,0,long,")
    assert (found.agreed, kinds(found)) == (1, [])


def test_number_of_shares_differs__is_open(compare) -> None:
    found = compare(
        household(*TWO_LOTS), "Joint,AAA,8,2023-01-10,2025-05-12,1200.00,800.00,0,long,"
    )
    row = only(found, Kind.SHARES)
    assert row.effect == usd(long="100.00")
    assert not row.explained


def test_settlement_day__is_told_from_the_trade_day(compare) -> None:
    snapshot = household("joint 2025-01-06 buy AAA 10 1000", "joint 2025-06-06 sell AAA 10 1200")
    found = compare(snapshot, "Joint,AAA,10,2025-01-06,2025-06-09,1200.00,1000.00,0,short,")
    assert only(found, Kind.SETTLEMENT_DATE).effect == usd()
    found = compare(snapshot, "Joint,AAA,10,2025-01-07,2025-06-06,1200.00,1000.00,0,short,")
    assert kinds(found) == ["acquired_date"]
    found = compare(snapshot, "Joint,AAA,10,2025-01-06,2025-06-03,1200.00,1000.00,0,short,")
    assert kinds(found) == ["sale_date"]


def test_sale_on_the_last_day_of_the_year__counts_by_its_trade_day(compare) -> None:
    snapshot = household("joint 2025-01-06 buy AAA 10 1000", "joint 2025-12-31 sell AAA 10 1200")
    line = "Joint,AAA,10,2025-01-06,2026-01-02,1200.00,1000.00,0,short,"
    both = compare(snapshot, line, year=None)
    assert both.years == (2026,)
    row = only(both, Kind.SETTLEMENT_DATE)
    assert (row.effect, row.facts["other_year"]) == (usd("-200.00"), "yes")


def test_commission_outside_the_proceeds(compare) -> None:
    snapshot = household("joint 2025-01-06 buy AAA 10 1000", "joint 2025-06-06 sell AAA 10 1195 5")
    found = compare(snapshot, "Joint,AAA,10,2025-01-06,2025-06-06,1200.00,1000.00,0,short,")
    assert only(found, Kind.SELLING_COSTS).effect == usd("-5.00")


def test_term_that_the_dates_do_not_give__is_open(compare) -> None:
    snapshot = household("joint 2024-01-08 buy AAA 10 1000", "joint 2025-06-06 sell AAA 10 1200")
    found = compare(snapshot, "Joint,AAA,10,2024-01-08,2025-06-06,1200.00,1000.00,0,short,")
    assert only(found, Kind.TERM).effect == usd("-200.00", "200.00")
    assert found.unexplained


# --- rows one side has alone ------------------------------------------------------------------------


def test_missing_here__says_what_is_missing(compare) -> None:
    snapshot = household(*LOSS, "joint 2025-07-14 sell BBB 5 500")
    found = compare(
        snapshot,
        LOSS_ROW.format("0"),
        "Joint,CCC,5,2025-01-02,2025-07-14,500.00,400.00,0,short,",
        "Joint,BBB,5,2025-01-02,2025-07-14,500.00,400.00,0,short,",
        "Joint,AAA,5,2025-01-02,2025-08-14,500.00,400.00,0,short,",
    )
    missing = {d.symbol: d.facts["reason"] for d in found.differences}
    assert missing == {"CCC": "no_security", "BBB": "no_lots", "AAA": "no_sale"}
    assert found.problems


def test_missing_at_the_broker__and_accounts_without_a_file(compare) -> None:
    snapshot = household(
        *LOSS,
        "joint 2025-01-06 buy BBB 10 1000",
        "joint 2025-06-06 sell BBB 10 1200",
        "solo 2025-01-06 buy BBB 10 1000",
        "solo 2025-06-06 sell BBB 10 1200",
    )
    found = compare(snapshot, LOSS_ROW.format("0"))
    assert only(found, Kind.MISSING_AT_BROKER).effect == usd("200.00")
    assert found.not_compared == ("solo",)


def test_another_year__is_left_out_and_counted(compare) -> None:
    found = compare(
        household(*LOSS),
        LOSS_ROW.format("0"),
        "Joint,AAA,5,2023-01-02,2024-08-14,500.00,400.00,0,long,",
    )
    assert (found.files[0].left_out, kinds(found)) == (1, [])
    everything = compare(
        household(*LOSS),
        LOSS_ROW.format("0"),
        "Joint,AAA,5,2023-01-02,2024-08-14,500.00,400.00,0,long,",
        year=None,
    )
    assert everything.years == (2024, 2025)
    assert kinds(everything) == ["missing_here"]


def test_rows_in_an_ira__are_not_compared(compare) -> None:
    found = compare(
        household(*LOSS),
        LOSS_ROW.format("0"),
        "Ira,AAA,5,2025-01-02,2025-08-14,500.00,400.00,0,short,",
    )
    assert kinds(found) == []
    assert [p.code for p in found.files[0].problems] == ["account.sheltered"]


def test_overlapping_files__count_a_lot_once(tmp_path: Path) -> None:
    paths = [tmp_path / "a.csv", tmp_path / "b.csv"]
    for path in paths:
        path.write_text(f"{HEADER}\n{LOSS_ROW.format('0')}\n", encoding="utf-8")
    found = compare_files(household(*LOSS), paths, 2025)
    assert ([f.repeated for f in found.files], found.agreed) == ([0, 1], 1)


def test_unnamed_security__is_the_one_sold_just_so(tmp_path: Path) -> None:
    path = tmp_path / "View closed lots.csv"
    path.write_text(
        "Date acquired,Quantity,Date sold or transferred,Proceeds,Cost basis,Gain/loss,Term\n"
        "JAN/06/2025,100.0000,MAR/03/2025,8000.00,10000.00,-2000.00,SHORT\n",
        encoding="utf-8",
    )
    found = compare_files(household(*LOSS), [path], 2025, AccountId("joint"))
    assert (found.agreed, kinds(found)) == (1, [])


def test_sales_before_a_lot_file__come_from_the_history(compare) -> None:
    lot = TaxLot(
        LotId("lot-9"), AccountId("joint"), SecurityId("security-AAA"), Decimal(7),
        date(2025, 8, 1), date(2025, 8, 1), Decimal(700), statement_on=date(2025, 12, 1),
    )  # fmt: skip
    snapshot = household(*LOSS, statement_lots=(lot,), lots=(lot,))
    assert kinds(compare(snapshot, LOSS_ROW.format("0"))) == []


# --- refused --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "year", "account", "words"),
    [
        ("Nobody,AAA,1,2025-01-06,2025-03-03,1,1,0,short,", 2025, None, "is not in this household"),
        (",AAA,1,2025-01-06,2025-03-03,1,1,0,short,", 2025, None, "does not say which account"),
        (",AAA,1,2025-01-06,2025-03-03,1,1,0,short,", 2025, "nowhere", "no account nowhere"),
        ("Joint,AAA,1,2025-01-06,2025-03-03,1,1,0,short,", 2024, None, "no sale of 2024"),
        ("Joint,AAA,x,2025-01-06,2025-03-03,1,1,0,short,", None, None, "line 2, column shares"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    tmp_path: Path, line: str, year: int | None, account: str | None, words: str
) -> None:
    path = tmp_path / "closed.csv"
    path.write_text(f"{HEADER}\n{line}\n", encoding="utf-8")
    given = AccountId(account) if account else None
    with pytest.raises(BadInputError) as caught:
        compare_files(household(*LOSS), [path], year, given)
    assert words in caught.value.message

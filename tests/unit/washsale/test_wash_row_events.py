"""Household rows of corporate actions and short sales, beside brokers' lot files."""

from datetime import date
from decimal import Decimal

import pytest
from wash_samples import LONG_AGO, OTHER, TAXABLE, held, row

from harvestdesk.domain.account import Account, ReliefMethod
from harvestdesk.domain.ids import AccountId, LotId, SecurityId
from harvestdesk.domain.lot import LotSource, TaxLot
from harvestdesk.domain.security import Security, SecurityKind
from harvestdesk.domain.transaction import LotPick, Transaction, TransactionType
from harvestdesk.washsale.rebuild import RebuildResult, rebuild_lots

T = TransactionType
D = Decimal
DAY = date(2025, 3, 3)
NEW = SecurityId("NEW")
BOUGHT = row("b1", LONG_AGO, T.BUY, "10", "1000")


def rebuilt(*rows: Transaction, lots: tuple[TaxLot, ...] = ()) -> RebuildResult:
    return rebuild_lots((TAXABLE, OTHER), rows, lots, ())


def by_id(result: RebuildResult) -> dict[str, tuple[str, Decimal, Decimal | None]]:
    return {x.id: (x.security_id, x.shares, x.cost_basis) for x in result.lots}


def spin_off(**more: object) -> Transaction:
    facts = {"other_security_id": NEW, "basis_fraction": D("0.2")} | more
    return row("sp", DAY, T.SPIN_OFF, "5", "0", **facts)


def test_spin_off__ratio_from_the_shares_that_came() -> None:
    result = rebuilt(BOUGHT, spin_off())
    assert by_id(result) == {"b1": ("XYZ", 10, 800), "b1/sp": ("NEW", 5, 200)}
    spun = next(x for x in result.lots if x.security_id == NEW)
    assert (spun.acquired_on, spun.source) == (LONG_AGO, LotSource.OPENING)
    assert result.problems == ()


def test_spin_off__without_the_part_of_the_basis_both_are_unknown() -> None:
    result = rebuilt(BOUGHT, spin_off(basis_fraction=None))
    assert {x.cost_basis for x in result.lots} == {None}
    assert [p.code for p in result.problems] == ["basis_fraction_missing"]
    assert result.problems[0].message.startswith("XYZ, ")


def test_spin_off__cash_for_the_fraction() -> None:
    paid = row(
        "sp", DAY, T.SPIN_OFF, "3", "40",
        other_security_id=NEW, basis_fraction=D("0.2"), ratio=D("0.35"),
    )  # fmt: skip
    result = rebuilt(BOUGHT, paid)
    (sale,) = result.sales
    assert (sale.lot, sale.quantity, sale.proceeds) == ("b1/sp", D("0.5"), 40)
    assert by_id(result)["b1/sp"][1] == 3


def test_spin_off__new_shares_in_a_later_lot_file_come_from_there() -> None:
    file = held("broker", "NEW", shares="5", cost="210", statement_on=date(2025, 6, 30))
    assert by_id(rebuilt(BOUGHT, spin_off(), lots=(file,))) == {
        "b1": ("XYZ", 10, 800),
        "broker": ("NEW", 5, 210),
    }


def test_spin_off__old_shares_in_a_later_lot_file_leave_the_new_ones_unknown() -> None:
    file = held("broker", shares="10", cost="800", statement_on=date(2025, 6, 30))
    result = rebuilt(spin_off(), lots=(file,))
    assert by_id(result) == {"broker": ("XYZ", 10, 800), "sp": ("NEW", 5, None)}
    assert [p.code for p in result.problems] == ["basis_missing"]


def test_spin_off__both_in_a_later_lot_file_is_done() -> None:
    files = tuple(held(s, s, statement_on=date(2025, 6, 30)) for s in ("XYZ", "NEW"))
    assert set(by_id(rebuilt(spin_off(), lots=files))) == {"XYZ", "NEW"}


@pytest.mark.parametrize("kind", [T.MERGER, T.SYMBOL_CHANGE])
def test_exchange__the_lot_goes_on_as_the_new_security(kind: TransactionType) -> None:
    change = row("m", DAY, kind, "20", "0", other_security_id=NEW)
    sale = row("s", date(2025, 4, 4), T.SELL, "5", "400", symbol="NEW")
    result = rebuilt(BOUGHT, change, sale)
    assert by_id(result) == {"b1": ("NEW", 15, 750)}
    assert result.sales[0].basis == 250


def test_exchange__only_the_account_that_reported_it_changes() -> None:
    other = row("b2", LONG_AGO, T.BUY, "4", "100", account=OTHER)
    change = row("m", DAY, T.SYMBOL_CHANGE, "10", "0", other_security_id=NEW)
    assert by_id(rebuilt(BOUGHT, other, change))["b2"] == ("XYZ", 4, 100)


def test_symbol_change__a_lot_file_of_the_new_symbol_takes_over() -> None:
    change = row("m", DAY, T.SYMBOL_CHANGE, "10", "0", other_security_id=NEW)
    file = held("broker", "NEW", shares="10", cost="990", statement_on=date(2025, 6, 30))
    assert by_id(rebuilt(BOUGHT, change, lots=(file,))) == {"broker": ("NEW", 10, 990)}


def test_merger__cash_beside_shares_is_gain_and_said() -> None:
    paid = row("m", DAY, T.MERGER, "5", "100", other_security_id=NEW)
    result = rebuilt(BOUGHT, paid)
    assert [(s.kind, s.recognized) for s in result.sales] == [("merger_boot", 100)]
    assert [p.code for p in result.problems] == ["merger_value_missing"]


def test_merger__all_cash_is_a_sale() -> None:
    result = rebuilt(BOUGHT, row("m", DAY, T.MERGER, "0", "1300"))
    assert [s.gain for s in result.sales] == [300]
    assert result.lots == ()


def test_merger__into_what_is_a_problem() -> None:
    result = rebuilt(BOUGHT, row("m", DAY, T.MERGER, "5", "0"))
    assert [p.code for p in result.problems] == ["other_missing"]
    assert set(by_id(result)) == {"b1"}


def test_reverse_split__whole_shares_came_and_cash_for_the_rest() -> None:
    bought = row("b1", LONG_AGO, T.BUY, "15", "1500")
    result = rebuilt(bought, row("x", DAY, T.SPLIT, "-14", "60", ratio=D("0.1")))
    assert [(s.quantity, s.proceeds, s.basis) for s in result.sales] == [(D("0.5"), 60, 500)]
    assert by_id(result) == {"b1": ("XYZ", 1, 1000)}


def test_short_sale__covered_and_left_open() -> None:
    rows = (
        row("o", date(2025, 1, 6), T.SHORT_SALE, "10", "1000"),
        row("c", date(2025, 2, 6), T.SHORT_COVER, "6", "480"),
    )
    result = rebuilt(*rows)
    assert [(s.kind, s.recognized) for s in result.sales] == [("short", 120)]
    assert [(s.id, s.quantity) for s in result.shorts] == [("o", 4)]
    assert result.lots == ()


def test_short_sale__closed_with_shares_held() -> None:
    rows = (
        BOUGHT,
        row("o", date(2025, 1, 6), T.SHORT_SALE, "10", "1400"),
        row("c", date(2025, 2, 6), T.SHORT_COVER, "10", "0", picks=(LotPick(LotId("b1"), D(10)),)),
    )
    result = rebuilt(*rows)
    assert [(s.lot, s.gain) for s in result.sales] == [("b1", 400)]
    assert result.lots == ()


@pytest.mark.parametrize(
    ("kind", "drip", "allowed"),
    [
        (SecurityKind.MUTUAL_FUND, False, True),
        (SecurityKind.STOCK, False, False),
        (SecurityKind.STOCK, True, True),
    ],
)
def test_average__funds_and_reinvestment_plans_only(
    kind: SecurityKind, drip: bool, allowed: bool
) -> None:
    account = Account(AccountId("tax"), "A", relief=ReliefMethod.AVERAGE)
    rows = (
        BOUGHT,
        row("b2", date(2024, 5, 6), T.DRIP if drip else T.BUY, "10", "2000"),
        row("s", DAY, T.SELL, "10", "2000"),
    )
    security = Security(SecurityId("XYZ"), "XYZ", kind=kind)
    result = rebuild_lots((account,), rows, (), (), securities=(security,))
    assert result.sales[0].basis == (1500 if allowed else 1000)
    assert [p.code for p in result.problems] == ([] if allowed else ["average_refused"])


def test_history__is_kept_where_asked_for() -> None:
    kinds = [c.kind for c in rebuild_lots((TAXABLE,), (BOUGHT,), (), (), history=True).history]
    assert kinds == ["bought"]

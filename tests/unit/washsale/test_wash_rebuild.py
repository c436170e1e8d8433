"""Lots rebuilt from ledgers and rolled forward from brokers' lot files."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from wash_samples import IRA, LONG_AGO, OTHER, TAXABLE, held, row

from harvestdesk.domain.account import Account, ReliefMethod
from harvestdesk.domain.ids import AccountId, LotId, SecurityId
from harvestdesk.domain.lot import LotSource
from harvestdesk.domain.money import MONEY_DIGITS, SHARES_DIGITS, to_scaled
from harvestdesk.domain.security import Security, SecurityKind
from harvestdesk.domain.transaction import LotPick, TransactionType
from harvestdesk.washsale.rebuild import household_ledger, rebuild_lots

T = TransactionType
ACCOUNTS = (TAXABLE, OTHER, IRA)


def day(month: int, number: int) -> date:
    return date(2025, month, number)


def test_rebuild__buys_and_a_sale_by_fifo() -> None:
    rows = [
        row("b1", day(1, 6), T.BUY, "10", "100"),
        row("b2", day(2, 6), T.DRIP, "5", "60"),
        row("s", day(6, 6), T.SELL, "12", "240"),
        row("d", day(6, 7), T.DIVIDEND, "0", "9"),
    ]
    result = rebuild_lots(ACCOUNTS, rows, (), ())
    (lot,) = result.lots
    assert (lot.id, lot.shares, lot.cost_basis) == ("b2", 3, 36)
    assert lot.source is LotSource.DRIP
    assert sum(s.gain for s in result.sales) == 240 - 100 - 24
    assert result.problems == ()


def test_rebuild__relief_of_the_account_and_of_the_sale() -> None:
    hifo = Account(AccountId("tax"), "HIFO", relief=ReliefMethod.HIFO)
    rows = [
        row("b1", day(1, 6), T.BUY, "10", "100"),
        row("b2", day(2, 6), T.BUY, "10", "300"),
        row("b3", day(3, 6), T.BUY, "10", "200"),
        row("s1", day(6, 6), T.SELL, "10", "350"),
        row("s2", day(6, 7), T.SELL, "10", "350", relief=ReliefMethod.LOFO),
    ]
    result = rebuild_lots((hifo,), rows, (), ())
    assert [s.lot for s in result.sales] == ["b2", "b1"]
    assert [x.id for x in result.lots] == ["b3"]


def test_rebuild__named_lots_win() -> None:
    rows = [
        row("b1", day(1, 6), T.BUY, "10", "100"),
        row("b2", day(2, 6), T.BUY, "10", "300"),
        row("s", day(6, 6), T.SELL, "4", "80", picks=(LotPick(LotId("b2"), Decimal(4)),)),
    ]
    assert [s.lot for s in rebuild_lots(ACCOUNTS, rows, (), ()).sales] == ["b2"]


def test_rebuild__min_tax_sells_the_loss_first() -> None:
    account = Account(AccountId("tax"), "A", relief=ReliefMethod.MIN_TAX)
    rows = [
        row("b1", LONG_AGO, T.BUY, "10", "100"),
        row("b2", day(2, 6), T.BUY, "10", "500"),
        row("s", day(6, 6), T.SELL, "15", "450"),
    ]
    sales = rebuild_lots((account,), rows, (), ()).sales
    assert {s.lot: s.quantity for s in sales} == {"b2": 10, "b1": 5}


def test_rebuild__statement_lots_are_the_truth_on_their_day() -> None:
    broker = held("broker", shares="7", cost="70", statement_on=day(6, 30))
    rows = [
        row("b1", day(1, 6), T.BUY, "99", "990"),
        row("s0", day(6, 30), T.SELL, "3", "30"),
        row("b2", day(7, 1), T.BUY, "2", "30"),
        row("s", day(7, 2), T.SELL, "3", "60"),
    ]
    result = rebuild_lots(ACCOUNTS, rows, (broker,), ())
    assert {x.id: x.shares for x in result.lots} == {"broker": 4, "b2": 2}
    assert next(x for x in result.lots if x.id == "broker").statement_on == day(6, 30)
    assert [s.sale for s in result.sales] == ["s"]


def test_rebuild__other_securities_of_the_account_still_come_from_the_ledger() -> None:
    broker = held("broker", statement_on=day(6, 30))
    rows = [row("b1", day(1, 6), T.BUY, "9", "90", symbol="ABC")]
    assert {x.id for x in rebuild_lots(ACCOUNTS, rows, (broker,), ()).lots} == {"broker", "b1"}


def test_rebuild__sale_of_unknown_shares_is_a_problem_not_an_error() -> None:
    result = rebuild_lots(ACCOUNTS, [row("s", day(6, 6), T.SELL, "12", "240")], (), ())
    (problem,) = result.problems
    assert problem.code == "coverage_incomplete"
    assert "12 more shares" in problem.message


def test_rebuild__wash_sale_across_accounts_moves_basis_and_date() -> None:
    rows = [
        row("b1", day(1, 6), T.BUY, "100", "10000"),
        row("s", day(6, 16), T.SELL, "100", "9000"),
        row("b2", day(6, 26), T.BUY, "150", "13500", account=OTHER),
    ]
    lots = {x.id: x for x in rebuild_lots(ACCOUNTS, rows, (), ()).lots}
    assert set(lots) == {"b2", "b2~2"}
    washed, rest = lots["b2~2"], lots["b2"]
    assert (washed.shares, washed.cost_basis, washed.wash_added) == (100, 9000, 1000)
    assert washed.acquired_on == day(6, 26)
    assert washed.adjusted_acquired_on == day(1, 16)
    assert (rest.shares, rest.adjusted_acquired_on) == (50, day(6, 26))
    assert washed.purchase == rest.purchase  # still one purchase for Rev. Rul. 56-602


def test_rebuild__split_by_shares_added_and_by_ratio() -> None:
    rows = [
        row("b1", day(1, 6), T.BUY, "30", "300"),
        row("x", day(2, 6), T.SPLIT, "60", "0"),
        row("b2", day(3, 6), T.BUY, "10", "300", symbol="ABC"),
        row("y", day(4, 6), T.SPLIT, "10", "0", symbol="ABC", ratio=Decimal(2)),
    ]
    lots = {x.id: x for x in rebuild_lots(ACCOUNTS, rows, (), ()).lots}
    assert (lots["b1"].shares, lots["b1"].cost_basis) == (90, 300)
    assert (lots["b2"].shares, lots["b2"].cost_basis) == (20, 300)
    facts = household_ledger(ACCOUNTS, rows, (), ()).facts
    assert [e.ratio for e in facts.events if hasattr(e, "ratio")] == [Fraction(3), Fraction(2)]


def test_rebuild__split_of_nothing_is_left_out() -> None:
    assert rebuild_lots(ACCOUNTS, [row("x", day(2, 6), T.SPLIT, "60", "0")], (), ()).lots == ()


def test_rebuild__return_of_capital_and_transfer_out() -> None:
    rows = [
        row("b1", day(1, 6), T.BUY, "100", "1000"),
        row("r", day(2, 6), T.RETURN_OF_CAPITAL, "0", "150"),
        row("o", day(3, 6), T.TRANSFER_OUT, "40", "0"),
    ]
    result = rebuild_lots(ACCOUNTS, rows, (), ())
    (lot,) = result.lots
    assert (lot.shares, lot.cost_basis) == (60, 510)
    assert result.sales == ()


def test_rebuild__shares_in_without_cost_have_an_unknown_basis() -> None:
    rows = [row("t", day(1, 6), T.TRANSFER_IN, "10", "0", acquired_on=LONG_AGO)]
    (lot,) = rebuild_lots(ACCOUNTS, rows, (), ()).lots
    assert lot.cost_basis is None
    assert lot.acquired_on == LONG_AGO
    assert lot.source is LotSource.TRANSFER


def test_rebuild__undated_position_is_kept_as_it_is() -> None:
    position = held("p", acquired=None, cost=None, account=IRA, source=LotSource.POSITION)
    (lot,) = rebuild_lots(ACCOUNTS, (), (position,), ()).lots
    assert lot == position


def test_rebuild__odd_divisions_can_be_stored_and_add_up() -> None:
    rows = [
        row("b1", day(1, 6), T.BUY, "3", "100"),
        row("s", day(6, 2), T.SELL, "1", "20"),
        row("b2", day(6, 12), T.BUY, "7", "100"),
        row("x", day(6, 20), T.SPLIT, "0", "0", ratio=Decimal("0.3")),
    ]
    lots = rebuild_lots(ACCOUNTS, rows, (), ()).lots
    for lot in lots:
        to_scaled(lot.shares, SHARES_DIGITS)
        to_scaled(lot.cost_basis, MONEY_DIGITS)
        to_scaled(lot.wash_added, MONEY_DIGITS)
    assert sum(x.cost_basis for x in lots if x.id.startswith("b2")) == 100
    assert sum(x.shares for x in lots if x.id.startswith("b2")) == Decimal("2.1")


def test_rebuild__crypto_is_not_washed_and_options_cover_a_hundred() -> None:
    coin = Security(SecurityId("XYZ"), "COIN", kind=SecurityKind.CRYPTO)
    rows = [
        row("b1", day(1, 6), T.BUY, "1", "1000"),
        row("s", day(6, 2), T.SELL, "1", "500"),
        row("b2", day(6, 12), T.BUY, "1", "500"),
    ]
    assert not any(s.code for s in rebuild_lots(ACCOUNTS, rows, (), (), securities=[coin]).sales)
    call = Security(
        SecurityId("ABC"), "XYZ 260116C00050000", kind=SecurityKind.OPTION,
        underlying_id=SecurityId("XYZ"),
    )  # fmt: skip
    stock = Security(SecurityId("XYZ"), "XYZ")
    rows = [
        row("b1", day(1, 6), T.BUY, "100", "10000"),
        row("s", day(6, 2), T.SELL, "100", "9000"),
        row("b2", day(6, 12), T.BUY, "1", "500", symbol="ABC"),
    ]
    result = rebuild_lots(ACCOUNTS, rows, (), (), securities=[call, stock])
    assert [(s.quantity, s.disallowed) for s in result.sales] == [(100, 1000)]
    assert result.lots[0].wash_added == 1000


def test_rebuild__order_of_rows_of_different_days_does_not_matter() -> None:
    rows = [
        row("b1", day(1, 6), T.BUY, "100", "10000"),
        row("s", day(6, 16), T.SELL, "100", "9000"),
        row("b2", day(6, 26), T.BUY, "150", "13500"),
    ]
    assert rebuild_lots(ACCOUNTS, rows, (), ()) == rebuild_lots(ACCOUNTS, rows[::-1], (), ())


def test_rebuild__sheltered_sales_make_no_rows() -> None:
    rows = [
        row("b1", day(1, 6), T.BUY, "100", "10000", account=IRA),
        row("s", day(6, 16), T.SELL, "40", "9000", account=IRA),
    ]
    result = rebuild_lots(ACCOUNTS, rows, (), ())
    assert result.sales == ()
    assert result.lots[0].shares == 60


def test_rebuild__statement_replacement_lot_keeps_its_additions() -> None:
    broker = replace(
        held("w", wash_added="25", statement_on=day(6, 30)), adjusted_acquired_on=date(2022, 1, 3)
    )
    (lot,) = rebuild_lots(ACCOUNTS, (), (broker,), ()).lots
    assert lot == broker


def test_rebuild__sale_that_names_a_part_takes_it_from_the_whole_lot() -> None:
    rows = [
        row("b1", day(1, 6), T.BUY, "100", "10000"),
        row("s", day(6, 16), T.SELL, "100", "9000"),
        row("b2", day(6, 26), T.BUY, "150", "13500"),
        row("s2", day(9, 1), T.SELL, "20", "2000", picks=(LotPick(LotId("b2~2"), Decimal(20)),)),
    ]
    result = rebuild_lots(ACCOUNTS, rows, (), ())
    assert result.problems == ()
    assert {x.id: x.shares for x in result.lots} == {"b2": 50, "b2~2": 80}

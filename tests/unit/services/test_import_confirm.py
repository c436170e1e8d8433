"""Looking writes nothing, confirming is one undo step, undoing it leaves the book as it was."""

from datetime import date
from decimal import Decimal

import pytest

from harvestdesk.domain.account import AccountType
from harvestdesk.domain.errors import BadInputError, Severity
from harvestdesk.domain.lot import LotSource
from harvestdesk.services.import_statements import choose, confirm, edit_account, preview

LEDGER = "account,date,type,symbol,shares,amount"
POSITIONS = (
    "Account number,Account name,Symbol,Description,Quantity,Last price,Last price change,"
    "Current value,Today's gain/loss dollar,Today's gain/loss percent,Total gain/loss dollar,"
    "Total gain/loss percent,Percent of account,Cost basis total,Average cost basis,Type"
)


def position(shares, symbol="ZZA", price="12.50"):
    value = Decimal(shares) * Decimal(price)
    return (
        f"X11112222,Savings,{symbol},ZZA INC,{shares},${price},,${value},,,,,,$100.00,$10.00,Cash,"
    )


def state(book):
    return (
        book.accounts(),
        book.securities(),
        book.lots(),
        book.statement_lots(),
        book.transactions(),
        book.scheduled(),
        book.identical_sets(),
        book.replacements(),
        book.imports(),
        book.settings(),
        book.price_book(date(2025, 12, 5)),
        book.cash(date(2025, 12, 5)),
    )


def test_looking_writes_nothing(ctx, file):
    before = ctx.book.path.read_bytes()
    shown = preview(ctx, [file("a.csv", LEDGER, "Main,2025-03-03,buy,ZZA,10,1000.00")])
    assert shown.new_rows == 1
    assert ctx.book.path.read_bytes() == before


def test_an_import_of_several_files_is_one_undo_step(ctx, file):
    before = state(ctx.book)
    paths = [
        file("a.csv", LEDGER, "Main,2025-03-03,buy,VTI,10,1000.00"),
        file("p.csv", "date,VTI", "2025-12-04,101.5"),
    ]
    confirm(ctx, preview(ctx, paths))
    after = state(ctx.book)
    assert after != before
    ctx.book.undo()
    assert state(ctx.book) == before
    ctx.book.redo()
    assert state(ctx.book) == after


def test_a_file_that_cannot_be_read_stops_the_whole_import(ctx, file):
    good = file("a.csv", LEDGER, "Main,2025-03-03,buy,ZZA,10,1000.00")
    with pytest.raises(BadInputError, match=r"notes\.txt"):
        preview(ctx, [good, file("notes.txt", "dear diary")])
    assert ctx.book.transactions() == ()


def test_a_file_without_an_account_asks_and_is_not_taken_in(ctx, file):
    lots = file("lots.csv", "symbol,shares,acquired,cost_basis", "ZZA,1,2025-01-02,10")
    for n in (1, 2):
        confirm(ctx, preview(ctx, [file(f"{n}.csv", LEDGER, f"A{n},2025-03-03,buy,ZZA,1,10.00")]))
    shown = preview(ctx, [lots])
    assert not shown.ready
    with pytest.raises(BadInputError, match="--account"):
        confirm(ctx, shown)
    question = shown.open_questions[0]
    answered = choose(ctx, shown, question.file, question.key, question.choices[1])
    assert answered.ready
    confirm(ctx, answered)
    stated = ctx.book.statement_lots()
    assert [lot.account_id for lot in stated] == [question.choices[1]]


def test_an_account_may_be_given(ctx, file):
    confirm(ctx, preview(ctx, [file("1.csv", LEDGER, "A1,2025-03-03,buy,ZZA,1,10.00")]))
    account = ctx.book.accounts()[0]
    lots = file("lots.csv", "symbol,shares,acquired,cost_basis", "ZZB,1,2025-01-02,10")
    shown = preview(ctx, [lots], account.id)
    assert [m.reason for m in shown.files[0].mappings] == ["given"]
    with pytest.raises(BadInputError, match="no account nowhere"):
        preview(ctx, [lots], "nowhere")


def test_given_an_account_a_file_of_two_accounts_is_refused(ctx, file):
    path = file("1.csv", LEDGER, "A1,2025-03-03,buy,ZZA,1,10", "A2,2025-03-03,buy,ZZA,1,10")
    confirm(ctx, preview(ctx, [path]))
    with pytest.raises(BadInputError, match="holds 2 accounts"):
        preview(ctx, [path], ctx.book.accounts()[0].id)


def test_a_new_account_can_be_corrected_before_confirming(ctx, file):
    shown = preview(ctx, [file("1.csv", LEDGER, "Mine,2025-03-03,buy,ZZA,1,10.00")])
    from dataclasses import replace

    made = replace(shown.new_accounts[0], name="Mine, Roth", type=AccountType.ROTH_IRA)
    confirm(ctx, edit_account(ctx, shown, made))
    (account,) = ctx.book.accounts()
    assert (account.name, account.type) == ("Mine, Roth", AccountType.ROTH_IRA)


def test_a_position_without_history_is_one_undated_lot(ctx, file):
    confirm(ctx, preview(ctx, [file("pos.csv", POSITIONS, position(8))]))
    (lot,) = ctx.book.lots()
    assert (lot.source, lot.shares, lot.acquired_on) == (LotSource.POSITION, 8, None)
    assert ctx.book.price_book(date(2025, 12, 5)).get(lot.security_id).value == Decimal("12.50")


def test_an_undated_lot_yields_to_the_ledger(ctx, file):
    confirm(ctx, preview(ctx, [file("pos.csv", POSITIONS, position(8))]))
    name = "account,account_name,custodian,number_tail,date,type,symbol,shares,amount"
    row = "s,Savings,fidelity,2222,2025-02-03,buy,ZZA,8,80.00"
    confirm(ctx, preview(ctx, [file("history.csv", name, row)]))
    (lot,) = ctx.book.lots()
    assert (lot.source, lot.acquired_on) == (LotSource.BUY, date(2025, 2, 3))


def test_a_position_that_differs_from_the_lots_is_a_warning_on_its_line(ctx, file):
    name = "account,account_name,custodian,number_tail,date,type,symbol,shares,amount"
    row = "s,Savings,fidelity,2222,2025-02-03,buy,ZZA,5,50.00"
    confirm(ctx, preview(ctx, [file("history.csv", name, row)]))
    shown = preview(ctx, [file("pos.csv", POSITIONS, position(8))])
    (found,) = [p for p in shown.files[0].problems if p.code == "positions.differ"]
    assert (found.severity, found.line) == (Severity.WARNING, 2)
    assert "8 shares of ZZA" in found.message
    assert "5" in found.message


def test_shares_that_came_in_without_a_cost_have_no_basis(ctx, file):
    row = "Main,2025-03-03,vest,ZZA,10,"
    confirm(ctx, preview(ctx, [file("a.csv", LEDGER, row)]))
    (lot,) = ctx.book.lots()
    assert lot.cost_basis is None


def test_no_file_at_all_is_said(ctx):
    with pytest.raises(BadInputError):
        preview(ctx, [])

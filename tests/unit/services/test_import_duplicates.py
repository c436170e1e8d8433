"""The duplicate rule counts: n identical rows in a file against m stored ones add max(0, n - m)."""

from datetime import date
from decimal import Decimal

import pytest

from harvestdesk.services.import_statements import confirm, preview

HEADER = "account,date,type,symbol,shares,amount"
FILL = "Main,2025-03-03,buy,ZZA,10,1000.00"
OTHER = "Main,2025-03-04,buy,ZZA,5,510.00"


def take_in(ctx, *paths):
    shown = preview(ctx, paths)
    confirm(ctx, shown)
    return shown


def test_two_identical_fills_of_one_file_are_both_kept(ctx, file):
    take_in(ctx, file("a.csv", HEADER, FILL, FILL))
    assert [t.shares for t in ctx.book.transactions()] == [10, 10]
    assert sum(lot.shares for lot in ctx.book.lots()) == 20


def test_the_same_file_again_adds_nothing(ctx, file):
    path = file("a.csv", HEADER, FILL, FILL, OTHER)
    take_in(ctx, path)
    again = take_in(ctx, path)
    assert (again.files[0].new_rows, again.files[0].duplicates) == (0, 3)
    assert again.files[0].read_before
    assert len(ctx.book.transactions()) == 3


def test_the_same_file_again_is_no_undo_step(ctx, file):
    path = file("a.csv", HEADER, FILL)
    take_in(ctx, path)
    label = ctx.book.undo_label()
    take_in(ctx, path)
    ctx.book.undo()
    assert label is not None
    assert ctx.book.transactions() == ()


@pytest.mark.parametrize(
    ("stored", "offered", "added"), [(0, 2, 2), (1, 3, 2), (2, 2, 0), (3, 1, 0)]
)
def test_only_the_surplus_of_identical_rows_is_added(ctx, file, stored, offered, added):
    take_in(ctx, file("first.csv", HEADER, *[FILL] * stored, OTHER))
    shown = take_in(ctx, file("second.csv", HEADER, *[FILL] * offered, OTHER))
    assert shown.files[0].new_rows == added
    assert shown.files[0].duplicates == offered + 1 - added
    assert len(ctx.book.transactions()) == 1 + max(stored, offered)


def test_overlapping_files_of_one_import_count_once(ctx, file):
    shown = take_in(
        ctx, file("jan.csv", HEADER, FILL, OTHER), file("feb.csv", HEADER, OTHER, FILL, FILL)
    )
    assert [f.new_rows for f in shown.files] == [2, 1]
    assert len(ctx.book.transactions()) == 3


def test_rows_that_differ_in_amount_are_not_duplicates(ctx, file):
    take_in(ctx, file("a.csv", HEADER, FILL))
    take_in(ctx, file("b.csv", HEADER, FILL.replace("1000.00", "1000.01")))
    assert {t.amount for t in ctx.book.transactions()} == {Decimal("1000.00"), Decimal("1000.01")}


LOTS = "account,symbol,shares,acquired,cost_basis,as_of,price"
LOT = "Main,ZZA,10,2024-02-01,900.00,2025-12-01,100"


def test_the_same_lots_again_change_nothing(ctx, file):
    path = file("lots.csv", LOTS, LOT, LOT)
    take_in(ctx, path)
    before = ctx.book.lots()
    again = take_in(ctx, path)
    assert (again.files[0].new_rows, again.files[0].duplicates) == (0, 2)
    assert ctx.book.lots() == before
    assert len(before) == 2


def test_a_newer_statement_replaces_the_lots_and_keeps_the_ids_of_those_still_there(ctx, file):
    second = "Main,ZZA,4,2024-06-03,420.00,2025-12-01,100"
    take_in(ctx, file("old.csv", LOTS, LOT, second))
    old = {lot.acquired_on: lot.id for lot in ctx.book.lots()}
    take_in(ctx, file("new.csv", LOTS, LOT.replace("2025-12-01", "2025-12-03")))
    (left,) = ctx.book.lots()
    assert left.id == old[date(2024, 2, 1)]
    assert left.statement_on == date(2025, 12, 3)


def test_an_older_statement_is_left_out_and_said(ctx, file):
    take_in(ctx, file("new.csv", LOTS, LOT))
    older = LOT.replace("2025-12-01", "2025-11-01").replace(",10,", ",99,")
    shown = take_in(ctx, file("old.csv", LOTS, older))
    assert shown.files[0].new_rows == 0
    assert [p.code for p in shown.files[0].problems] == ["lots.older"]
    assert [lot.shares for lot in ctx.book.lots()] == [10]


def test_prices_known_already_are_counted_by_row(ctx, file):
    take_in(ctx, file("p.csv", "date,ZZA,ZZB", "2025-12-01,10,20", "2025-12-02,11,21"))
    shown = preview(ctx, [file("q.csv", "date,ZZA,ZZB", "2025-12-02,11,21", "2025-12-03,12,22")])
    assert (shown.files[0].new_rows, shown.files[0].duplicates) == (1, 1)

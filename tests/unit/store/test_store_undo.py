"""Undo and redo: whole steps, in the file, with labels and what they touched."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
import store_samples as sample

from harvestdesk.domain.changes import Changes, Touched
from harvestdesk.domain.household import Person
from harvestdesk.domain.ids import PersonId, TransactionId
from harvestdesk.domain.prices import Price
from harvestdesk.domain.wash_policy import WashPolicy
from harvestdesk.store import undo_log
from harvestdesk.store.connection import driver
from harvestdesk.store.database import HouseholdBook


def _set(book: HouseholdBook, value: str) -> Changes:
    with book.write(f"Set {value}") as w:
        w.put_setting("a", value)
    return w.changes


def test_undo__takes_everything_back_and_redo_brings_it_again(empty: HouseholdBook) -> None:
    before = sample.content(empty)
    with empty.write("Fill") as w:
        sample.fill(w)
    after = sample.content(empty)
    undone = empty.undo()
    assert undone == w.changes
    assert sample.content(empty) == before
    assert (empty.undo_label(), empty.redo_label()) == (None, "Fill")
    assert empty.redo() == w.changes
    assert sample.content(empty) == after
    assert (empty.undo_label(), empty.redo_label()) == ("Fill", None)
    assert empty.check().ok


def test_undo__nothing_left_is_none(empty: HouseholdBook) -> None:
    assert empty.undo() is None
    assert empty.redo() is None
    assert empty.undo_label() is None


def test_undo__outlives_the_program(book: HouseholdBook, path) -> None:
    _set(book, "1")
    after = sample.content(book)
    book.close()
    with HouseholdBook.open(path) as again:
        assert again.undo_label() == "Set 1"
        again.undo()
    with HouseholdBook.open(path) as again:
        assert "a" not in again.settings()
        again.redo()
        assert sample.content(again) == after


def test_write__clears_what_could_be_redone(book: HouseholdBook) -> None:
    _set(book, "1")
    _set(book, "2")
    book.undo()
    _set(book, "3")
    assert book.redo() is None
    book.undo()
    assert book.settings()["a"] == "1"


def test_write__that_changes_nothing_is_no_step(book: HouseholdBook) -> None:
    _set(book, "1")
    book.undo()
    with book.write("Same again") as w:
        w.put_people(sample.PEOPLE)
        w.put_accounts(sample.ACCOUNTS)
        w.put_securities(sample.SECURITIES)
        w.replace_lots([sample.JOINT, sample.IRA], sample.LOTS)
        w.put_prices(sample.PRICES)
        w.replace_identical_sets(sample.SETS)
        w.replace_class_targets(sample.CLASS_TARGETS)
        w.put_household(sample.HOUSEHOLD)
        w.replace_external_gains(sample.EXTERNAL_GAINS)
        w.replace_law_changes(sample.LAW_CHANGES)
    assert w.changes == Changes("Same again", Touched.NOTHING, 0)
    assert book.redo_label() == "Set 1"


@pytest.mark.parametrize(
    ("change", "touched"),
    [
        (lambda w: w.put_people([Person(PersonId("p"), "Sam")]), Touched.HOUSEHOLD),
        (lambda w: w.put_cash(sample.IRA, date(2025, 1, 2), Decimal(1)), Touched.ACCOUNTS),
        (lambda w: w.replace_lots([sample.IRA], []), Touched.LOTS),
        (lambda w: w.replace_equivalents([]), Touched.RELATIONS),
        (lambda w: w.replace_security_targets([]), Touched.TARGETS),
        (lambda w: w.replace_external_gains([]), Touched.TAX_FACTS),
        (lambda w: w.replace_law_changes([]), Touched.TAX_FACTS),
        (
            lambda w: w.put_household(replace(sample.HOUSEHOLD, wash=WashPolicy())),
            Touched.HOUSEHOLD,
        ),
        (lambda w: w.remove_scheduled(["s-1"]), Touched.TRANSACTIONS),
        (
            lambda w: w.put_prices([(sample.FUND, Price(Decimal(9), date(2025, 1, 2)))]),
            Touched.PRICES,
        ),
    ],
)
def test_changes__say_what_was_touched_and_no_more(book: HouseholdBook, change, touched) -> None:
    with book.write("Change") as w:
        change(w)
    assert w.changes.touched == touched
    assert w.changes.has(touched)


def test_undo__parents_and_children_changed_together(book: HouseholdBook) -> None:
    before = sample.content(book)
    with book.write("Delete underlying and option") as w:
        w._connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        for table in ("lots", "statement_lots", "transaction_picks", "transactions", "scheduled"):
            w._connection.exec_driver_sql(f"DELETE FROM {table}")
        w._connection.exec_driver_sql("DELETE FROM identical_set_members")
        w._connection.exec_driver_sql("DELETE FROM prices")
        w._connection.exec_driver_sql("DELETE FROM equivalents")
        w._connection.exec_driver_sql("DELETE FROM replacements")
        w._connection.exec_driver_sql("DELETE FROM security_targets")
        for table in ("account_menus", "outside_holdings", "volumes"):
            w._connection.exec_driver_sql(f"DELETE FROM {table}")
        w._connection.exec_driver_sql("DELETE FROM securities")
    after = sample.content(book)
    assert after != before
    book.undo()
    assert sample.content(book) == before
    book.redo()
    assert sample.content(book) == after


def test_limit__the_oldest_steps_are_dropped(book: HouseholdBook, monkeypatch) -> None:
    monkeypatch.setattr(undo_log, "KEPT_STEPS", 3)
    for n in range(6):
        _set(book, str(n))
    taken = [book.undo().label for _ in range(3)]
    assert taken == ["Set 5", "Set 4", "Set 3"]
    assert book.undo() is None
    assert book.settings()["a"] == "2"
    raw = driver(book._connection)
    assert raw.execute("SELECT count(DISTINCT step) FROM undo_entries").fetchone() == (3,)


def test_import__of_many_rows_costs_a_few_entries(book: HouseholdBook) -> None:
    first = sample.TRANSACTIONS[0]
    many = [
        replace(first, id=TransactionId(f"m-{n:05d}"), on=first.on + timedelta(days=n % 300))
        for n in range(5000)
    ]
    before = sample.content(book)
    with book.write("Import") as w:
        w.add_transactions(many)
        w.put_setting("a", "1")
        w.add_transactions([replace(first, id=TransactionId("m-last"))])
    raw = driver(book._connection)
    entries = "SELECT count(*) FROM undo_entries WHERE step = ?"
    assert raw.execute(entries, (w.changes.step,)).fetchone() == (3,)
    after = sample.content(book)
    book.undo()
    assert sample.content(book) == before
    book.redo()
    assert sample.content(book) == after
    assert raw.execute(entries, (w.changes.step,)).fetchone() == (3,)


def test_runs__join_only_rows_inserted_side_by_side(book: HouseholdBook) -> None:
    """Rows 11 and 13 are new, row 12 was there: undo must leave it."""
    statement = "INSERT INTO settings (row_no, key, value) VALUES (?, ?, '1')"
    with book.write("Twelve") as w:
        w._connection.exec_driver_sql(statement, (12, "twelve"))
    with book.write("Around") as w:
        w._connection.exec_driver_sql(statement, (11, "eleven"))
        w._connection.exec_driver_sql(statement, (13, "thirteen"))
        w._connection.exec_driver_sql(statement, (10, "ten"))
    book.undo()
    assert set(book.settings()) == {"risk", "wash.policy", "twelve"}


def test_undo__a_failing_one_changes_nothing(book: HouseholdBook) -> None:
    _set(book, "1")
    raw = driver(book._connection)
    raw.execute("UPDATE undo_entries SET table_name = 'sqlite_master' WHERE action = 'delete'")
    before = sample.content(book)
    with pytest.raises(KeyError):
        book.undo()
    assert sample.content(book) == before
    assert book.undo_label() == "Set 1"


def test_triggers__are_never_in_the_file(book: HouseholdBook) -> None:
    raw = driver(book._connection)
    kinds = raw.execute("SELECT DISTINCT type FROM main.sqlite_master ORDER BY type").fetchall()
    assert kinds == [("index",), ("table",)]

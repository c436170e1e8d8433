"""Every kind of row comes back as it was given, and the code's tables are those of the file."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
import store_samples as sample

from harvestdesk.domain.account import AccountType, ReliefMethod
from harvestdesk.domain.account_rule import AccountRole
from harvestdesk.domain.errors import BadInputError, HarvestError
from harvestdesk.domain.household import FilingStatus
from harvestdesk.domain.ids import IdenticalSetId, LotId, SecurityId, TransactionId
from harvestdesk.domain.lot import LotSource
from harvestdesk.domain.prices import Price
from harvestdesk.domain.relations import IdenticalSet
from harvestdesk.domain.security import AssetClass, SecurityKind
from harvestdesk.domain.target import ClassTarget
from harvestdesk.domain.transaction import Transaction, TransactionType
from harvestdesk.store import tables
from harvestdesk.store.connection import driver
from harvestdesk.store.database import HouseholdBook, HouseholdWriter


@pytest.mark.parametrize(
    ("read", "written"),
    [
        (HouseholdBook.household, sample.HOUSEHOLD),
        (HouseholdBook.people, sample.PEOPLE),
        (HouseholdBook.accounts, sample.ACCOUNTS),
        (HouseholdBook.securities, sample.SECURITIES),
        (HouseholdBook.lots, sample.LOTS),
        (HouseholdBook.statement_lots, sample.LOTS[:1]),
        (HouseholdBook.transactions, sample.TRANSACTIONS),
        (HouseholdBook.scheduled, sample.SCHEDULED),
        (HouseholdBook.identical_sets, sample.SETS),
        (HouseholdBook.equivalents, sample.EQUIVALENTS),
        (HouseholdBook.replacements, sample.REPLACEMENTS),
        (HouseholdBook.class_targets, sample.CLASS_TARGETS),
        (HouseholdBook.security_targets, sample.SECURITY_TARGETS),
        (HouseholdBook.imports, (sample.IMPORT,)),
        (HouseholdBook.account_rules, sample.ACCOUNT_RULES),
        (HouseholdBook.outside_holdings, sample.OUTSIDE),
        (HouseholdBook.risk_settings, sample.RISK),
        (
            HouseholdBook.settings,
            {
                "risk": '{"half_life_days": null, "lookback_days": 756, "outlier": 6.5}',
                "wash.policy": '{"drip":true}',
            },
        ),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_round_trip__everything_comes_back_as_it_was_given(
    book: HouseholdBook, path, read: Callable[[HouseholdBook], object], written: object
) -> None:
    assert read(book) == written
    book.close()
    with HouseholdBook.open(path) as again:
        assert read(again) == written


def test_tables__the_code_knows_the_columns_of_the_file(empty: HouseholdBook) -> None:
    raw = driver(empty._connection)
    in_file = {
        name: tuple(row[1] for row in raw.execute(f"PRAGMA main.table_info({name})"))
        for (name,) in raw.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'")
    }
    in_code = {t.name: tuple(t.columns.keys()) for t in tables._METADATA.tables.values()}
    assert in_file == in_code


def test_tables__all_are_strict_and_every_data_table_is_touched(empty: HouseholdBook) -> None:
    raw = driver(empty._connection)
    listed = raw.execute("PRAGMA main.table_list").fetchall()
    loose = [row[1] for row in listed if not row[5] and not row[1].startswith("sqlite_")]
    assert [name for name in loose if not name.startswith("undo_buffer")] == []
    assert set(tables.TOUCHED) == set(tables.DATA_TABLES)


@pytest.mark.parametrize(
    ("table", "column", "members"),
    [
        ("accounts", "type", AccountType),
        ("accounts", "relief", ReliefMethod),
        ("transactions", "relief", ReliefMethod),
        ("transactions", "type", TransactionType),
        ("securities", "kind", SecurityKind),
        ("securities", "asset_class", AssetClass),
        ("class_targets", "asset_class", AssetClass),
        ("household", "filing_status", FilingStatus),
        ("account_rules", "role", AccountRole),
        ("lots", "source", LotSource),
        ("statement_lots", "source", LotSource),
    ],
)
def test_checks__allow_every_member_of_an_enum(
    empty: HouseholdBook, table: str, column: str, members: type
) -> None:
    raw = driver(empty._connection)
    (sql,) = raw.execute("SELECT sql FROM main.sqlite_master WHERE name = ?", (table,)).fetchone()
    listed = re.search(rf"CHECK \({column} IN\s*\((.*?)\)\)", sql, re.DOTALL)
    assert listed is not None
    assert set(re.findall(r"'(.*?)'", listed[1])) == {member.value for member in members}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE transactions SET on_date = '2025-02-30'",
        "UPDATE transactions SET on_date = '20250203'",
        "UPDATE transactions SET amount = 1.5",
        "UPDATE transactions SET type = 'gift'",
        "UPDATE lots SET shares = 0",
        "UPDATE lots SET account_id = 'nobody'",
        "UPDATE accounts SET number_tail = '44171'",
        "UPDATE class_targets SET high = low - 1",
        "UPDATE identical_set_members SET security_id = 'security-1'",
        "DELETE FROM accounts",
        "UPDATE household SET row_no = 2",
        "UPDATE account_rules SET cash_min = cash_reserve + 1",
        "UPDATE account_rules SET cash_max = cash_reserve - 1",
        "UPDATE account_rules SET cash_min = -1",
        "DELETE FROM account_rules",
        "UPDATE account_menus SET security_id = 'security-1'",
        "UPDATE outside_holdings SET value = -1",
        "UPDATE outside_holdings SET security_id = 'nothing'",
        "UPDATE volumes SET on_date = '2025-02-30'",
        "UPDATE volumes SET shares = -1",
    ],
)
def test_rules__of_the_file_refuse_what_can_not_be(book: HouseholdBook, statement: str) -> None:
    before = sample.content(book)
    with pytest.raises(HarvestError) as caught, book.write("Break") as w:
        w._connection.exec_driver_sql(statement)
    assert caught.value.code == "store.rule"
    assert sample.content(book) == before


def test_transactions__more_decimals_than_the_file_holds_are_refused(book: HouseholdBook) -> None:
    before = sample.content(book)
    fine = replace(sample.TRANSACTIONS[0], id=TransactionId("t-8"))
    finer = replace(fine, id=TransactionId("t-9"), amount=Decimal("0.0000001"))
    with pytest.raises(BadInputError) as caught, book.write("Add") as w:
        _add_one_by_one(w, fine, finer)
    assert caught.value.code == "store.precision"
    assert sample.content(book) == before


def _add_one_by_one(w: HouseholdWriter, *transactions: Transaction) -> None:
    for transaction in transactions:
        w.add_transactions([transaction])


def test_lots__rebuilt_ones_are_rounded_to_what_the_file_holds(book: HouseholdBook) -> None:
    third = replace(
        sample.LOTS[0], cost_basis=Decimal(100) / 3, shares=Decimal(2) / 3, wash_added=Decimal(0)
    )
    gone = replace(third, id=LotId("dust"), shares=Decimal("1e-12"))
    with book.write("Rebuild") as w:
        w.replace_lots([sample.JOINT], [third, gone])
    kept = {lot.id: lot for lot in book.lots()}
    assert set(kept) == {"lot-1", "lot-2"}  # lot-2 is in the other account
    assert kept[third.id].cost_basis == Decimal("33.333333")
    assert kept[third.id].shares == Decimal("0.66666667")


def test_lots__tell_what_came_of_inherited_ones(book: HouseholdBook) -> None:
    lot = replace(sample.LOTS[0], from_decedent=True)
    with book.write("Lots") as w:
        w.replace_lots([lot.account_id], [lot])
    assert [x for x in book.lots() if x.id == lot.id] == [lot]


def test_statement_lots__need_their_date(book: HouseholdBook) -> None:
    undated = replace(sample.LOTS[0], statement_on=None)
    with pytest.raises(BadInputError), book.write("Lots") as w:
        w.replace_statement_lots(sample.JOINT, [sample.FUND], [undated])
    assert book.statement_lots() == sample.LOTS[:1]


def test_statement_lots__only_the_named_securities_are_replaced(book: HouseholdBook) -> None:
    other = replace(sample.LOTS[0], id=LotId("lot-9"), security_id=sample.TWIN)
    with book.write("Lots") as w:
        w.replace_statement_lots(sample.JOINT, [sample.TWIN], [other])
    assert {lot.id for lot in book.statement_lots()} == {"lot-1", "lot-9"}
    with book.write("Lots") as w:
        w.replace_statement_lots(sample.JOINT, [sample.FUND], [])
    assert {lot.id for lot in book.statement_lots()} == {"lot-9"}


def test_supersede__the_correction_stands_and_the_row_stays(book: HouseholdBook) -> None:
    wrong = sample.TRANSACTIONS[1]
    right = replace(wrong, id=TransactionId("t-5"), amount=Decimal("701.00"))
    with book.write("Correct") as w:
        w.supersede_transaction(wrong.id, right)
    assert [t.id for t in book.transactions()][:3] == ["t-1", "t-5", "t-0"]
    raw = driver(book._connection)
    stored = raw.execute("SELECT id, superseded_by FROM transactions WHERE id = 't-2'").fetchall()
    assert stored == [("t-2", "t-5")]


def test_identical_sets__overlap_is_refused_and_replacing_drops_the_rest(
    book: HouseholdBook,
) -> None:
    one = IdenticalSet(IdenticalSetId("a"), "A", (sample.FUND,))
    two = IdenticalSet(IdenticalSetId("b"), "B", (sample.FUND, sample.TWIN))
    with pytest.raises(BadInputError, match="belongs to one set"), book.write("Sets") as w:
        w.replace_identical_sets([one, two])
    assert book.identical_sets() == sample.SETS
    turned = (IdenticalSet(IdenticalSetId("b"), "B", (sample.FUND, sample.TWIN)), one)
    with book.write("Sets") as w:
        w.replace_identical_sets([replace(turned[0], security_ids=(sample.TWIN,)), one])
    assert [(s.id, s.security_ids) for s in book.identical_sets()] == [
        ("a", (sample.FUND,)),
        ("b", (sample.TWIN,)),
    ]


def test_prices__same_day_and_source_is_written_over_and_another_source_wins(book) -> None:
    day = date(2025, 12, 4)
    with book.write("Prices") as w:
        w.put_prices([(sample.FUND, Price(Decimal("71.5"), day, "simulated"))])
    assert book.price_book(day).prices[sample.FUND] == Price(Decimal("71.5"), day, "simulated")
    with book.write("Prices") as w:
        w.put_prices([(sample.FUND, Price(Decimal("71.55"), day, "broker"))])
    assert book.price_book(day).prices[sample.FUND].value == Decimal("71.55")
    assert len(book.prices(day, day)) == 2
    assert book.price_book(date(2025, 12, 3)).prices == {
        sample.FUND: sample.PRICES[1][1],
        sample.TWIN: sample.PRICES[2][1],
    }


def test_cash__the_last_balance_on_or_before_the_day(book: HouseholdBook) -> None:
    with book.write("Cash") as w:
        w.put_cash(sample.JOINT, date(2025, 12, 2), Decimal("-5.25"))
        w.put_cash(sample.IRA, date(2025, 12, 9), Decimal(1))
    amounts, on = book.cash(date(2025, 12, 8))
    assert amounts == {sample.JOINT: Decimal("-5.25")}
    assert on == {sample.JOINT: date(2025, 12, 2)}
    assert book.cash(date(2025, 11, 1)) == ({}, {})


def test_ids__count_on_across_writes_and_are_not_reused_after_undo(book: HouseholdBook) -> None:
    with book.write("One") as w:
        assert [w.new_id("lot"), w.new_id("lot"), w.new_id("account")] == [
            "lot-000001",
            "lot-000002",
            "account-000001",
        ]
        w.put_setting("a", "1")
    book.undo()
    with book.write("Two") as w:
        assert w.new_ids("lot", 2) == ["lot-000003", "lot-000004"]


def test_write__a_failing_block_leaves_nothing(book: HouseholdBook) -> None:
    before = sample.content(book)
    with pytest.raises(ZeroDivisionError), book.write("Fail") as w:
        w.put_setting(w.new_id("lot"), str(1 // 0) if w.put_setting("a", "1") is None else "")
    assert sample.content(book) == before
    assert book.undo_label() == "Fill"
    with pytest.raises(RuntimeError, match="not finished"):
        _ = w.changes


def test_write__the_writer_ends_with_its_block_and_does_not_nest(book: HouseholdBook) -> None:
    with book.write("Outer") as w:
        w.put_setting("a", "1")
        assert book.settings()["a"] == "1"  # a write reads its own changes
        with pytest.raises(RuntimeError, match="inside a write"), book.write("Inner"):
            pass
    with pytest.raises(RuntimeError, match="over"):
        w.put_setting("a", "2")


def test_targets__weights_above_one_are_refused(book: HouseholdBook) -> None:
    target = ClassTarget(AssetClass.CASH, Decimal("1.1"), Decimal(0), Decimal(1))
    with pytest.raises(HarvestError), book.write("Targets") as w:
        w.replace_class_targets([target])
    assert book.class_targets() == sample.CLASS_TARGETS


def test_closed__book_says_so(book: HouseholdBook) -> None:
    book.close()
    book.close()
    with pytest.raises(RuntimeError, match="closed"):
        book.securities()


def test_unknown_security__is_a_broken_rule_not_a_half_write(book: HouseholdBook) -> None:
    with pytest.raises(HarvestError) as caught, book.write("Prices") as w:
        w.put_prices([(SecurityId("nobody"), Price(Decimal(1), date(2025, 1, 2)))])
    assert caught.value.code == "store.rule"

"""How long the household book takes: commits, a large import beside plain sqlite3, a large snapshot.

Run with `pytest benchmarks/test_store.py --benchmark-only`.
"""

import itertools
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from harvestdesk.domain.account import Account
from harvestdesk.domain.household import Household
from harvestdesk.domain.ids import AccountId, HouseholdId, LotId, SecurityId, TransactionId
from harvestdesk.domain.lot import TaxLot
from harvestdesk.domain.prices import Price
from harvestdesk.domain.security import Security
from harvestdesk.domain.transaction import Transaction, TransactionType
from harvestdesk.store import rows
from harvestdesk.store.connection import driver
from harvestdesk.store.database import HouseholdBook

AS_OF = date(2025, 12, 5)
FIRST = AS_OF - timedelta(days=1090)
ACCOUNT = AccountId("account-1")
SECURITIES = [SecurityId(f"security-{n:03d}") for n in range(100)]
ROWS = 50_000
LOTS = 100_000


def _transactions() -> list[Transaction]:
    return [
        Transaction(
            TransactionId(f"t-{n:06d}"),
            FIRST + timedelta(days=n % 1000),
            TransactionType.BUY,
            ACCOUNT,
            SECURITIES[n % 100],
            Decimal(n % 97 + 1) / 8,
            Decimal(n + 1) / 100,
            note="Bought",
        )
        for n in range(ROWS)
    ]


def _lots() -> list[TaxLot]:
    return [
        TaxLot(
            LotId(f"lot-{n:06d}"),
            ACCOUNT,
            SECURITIES[n % 100],
            Decimal(n % 97 + 1) / 8,
            FIRST + timedelta(days=n % 1000),
            FIRST + timedelta(days=n % 1000),
            Decimal(n + 1) / 100,
        )
        for n in range(LOTS)
    ]


@pytest.fixture
def book(tmp_path: Path) -> Iterator[HouseholdBook]:
    with HouseholdBook.create(
        tmp_path / "b.harvest", Household(HouseholdId("household-1"), "Benchmark")
    ) as made:
        with made.write("Begin") as w:
            w.put_accounts([Account(ACCOUNT, "Account")])
            w.put_securities([Security(s, s.upper()) for s in SECURITIES])
        yield made


@pytest.fixture
def large(book: HouseholdBook) -> HouseholdBook:
    """100,000 lots and three years of daily prices of 100 securities."""
    with book.write("Fill") as w:
        w.replace_lots([ACCOUNT], _lots())
        w.put_prices(
            (s, Price(Decimal(100 + n) / 7, FIRST + timedelta(days=n), "simulated"))
            for s in SECURITIES
            for n in range(1090)
            if n % 7 < 5
        )
    return book


def test_commit__of_one_row(benchmark: BenchmarkFixture, book: HouseholdBook) -> None:
    """One setting: the price of `synchronous=EXTRA` and of the undo step."""
    numbers = itertools.count()

    def commit() -> None:
        with book.write("Set") as w:
            w.put_setting("n", str(next(numbers)))

    benchmark.pedantic(commit, rounds=200, warmup_rounds=5)
    # The hot path is a handful of statements; a tenth of a second would mean something is scanned.
    assert benchmark.stats.stats.median < 0.1


def _taking_back(book: HouseholdBook) -> Callable[[], None]:
    """Return a set-up that takes back the import of the round before."""

    def set_up() -> None:
        while book.undo_label() == "Import":
            book.undo()

    return set_up


def test_import__of_50_000_rows(benchmark: BenchmarkFixture, book: HouseholdBook) -> None:
    """From domain values to a commit that can be undone."""
    transactions = _transactions()

    def run() -> None:
        with book.write("Import") as w:
            w.add_transactions(transactions)

    benchmark.pedantic(run, setup=_taking_back(book), rounds=3)
    assert len(book.transactions()) == ROWS


def test_import__of_50_000_rows_by_plain_sqlite3(
    benchmark: BenchmarkFixture, book: HouseholdBook
) -> None:
    """The same rows into the same tables without values, undo or layers: what to compare with."""
    ready = rows.TRANSACTIONS.dump(_transactions())
    path = book.path
    book.close()
    columns = rows.TRANSACTIONS.columns
    marks = ", ".join("?" * len(columns))
    statement = f"INSERT INTO transactions ({', '.join(columns)}) VALUES ({marks})"
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        raw.execute("PRAGMA foreign_keys = ON")
        raw.execute("PRAGMA synchronous = EXTRA")

        def run() -> None:
            raw.execute("BEGIN IMMEDIATE")
            raw.executemany(statement, ready)
            raw.execute("COMMIT")

        benchmark.pedantic(
            run, setup=lambda: raw.execute("DELETE FROM transactions") and None, rounds=3
        )


def test_import__undone(benchmark: BenchmarkFixture, book: HouseholdBook) -> None:
    with book.write("Import") as w:
        w.add_transactions(_transactions())
    benchmark.pedantic(book.undo, rounds=1)
    assert book.transactions() == ()


def test_open__of_100_000_lots(benchmark: BenchmarkFixture, large: HouseholdBook) -> None:
    """With `quick_check`, schema comparison and triggers."""
    path = large.path
    large.close()
    benchmark.pedantic(lambda: HouseholdBook.open(path).close(), rounds=5, warmup_rounds=1)


def test_snapshot__of_100_000_lots(benchmark: BenchmarkFixture, large: HouseholdBook) -> None:
    seen = benchmark.pedantic(lambda: large.snapshot(AS_OF), rounds=5, warmup_rounds=1)
    assert len(seen.lots) == LOTS
    assert len(seen.history.security_ids) == len(SECURITIES)


def test_check__of_100_000_lots(benchmark: BenchmarkFixture, large: HouseholdBook) -> None:
    assert benchmark.pedantic(large.check, rounds=3).ok


def test_backup__of_100_000_lots(benchmark: BenchmarkFixture, large: HouseholdBook) -> None:
    copy = large.path.with_name("copy.harvest")
    benchmark.pedantic(lambda: large.backup(copy), rounds=3)
    assert driver(large._connection).in_transaction is False

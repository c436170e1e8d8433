"""The runner of schema steps, tried with steps that don't exist yet, and every released format kept."""

import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from itertools import count, zip_longest
from pathlib import Path
from typing import get_type_hints

import pytest
import store_samples as sample

from harvestdesk.domain.account import ReliefMethod
from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.household import FilingStatus, TaxProfile
from harvestdesk.domain.ids import TransactionId
from harvestdesk.domain.risk_settings import DEFAULT_RISK
from harvestdesk.domain.tax_year import ExternalKind, LawTarget
from harvestdesk.domain.transaction import PASSES_SHARES, TransactionType
from harvestdesk.domain.wash_policy import WashPolicy
from harvestdesk.store import backup, schema
from harvestdesk.store.connection import connect_plain, driver
from harvestdesk.store.database import HouseholdBook
from harvestdesk.store.migrations import CURRENT, MIGRATIONS
from harvestdesk.store.migrations.runner import (
    Migration,
    MigrationError,
    backup_path,
    migrate,
    user_version,
)

NO_PLAN_FACTS = ((), (), {}, DEFAULT_RISK)
ROOT = Path(__file__).resolve().parents[3]
SAMPLES = ROOT / "tests" / "data" / "db"
NEXT = Migration(
    CURRENT + 1,
    "A further table.",
    ("CREATE TABLE further (row_no INTEGER PRIMARY KEY) STRICT", "INSERT INTO further VALUES (7)"),
)
AFTER = Migration(CURRENT + 2, "A column.", ("ALTER TABLE further ADD COLUMN name TEXT",))


@pytest.fixture
def raw(book: HouseholdBook, path: Path) -> Iterator[sqlite3.Connection]:
    book.close()
    with closing(connect_plain(path, "rw")) as connection:
        yield connection


def _dump(connection: sqlite3.Connection) -> list[str]:
    return list(connection.iterdump())


def test_steps__are_numbered_without_gaps() -> None:
    assert [step.number for step in MIGRATIONS] == list(range(1, CURRENT + 1))


def test_migrate__runs_what_is_missing_after_a_backup(raw: sqlite3.Connection, path: Path) -> None:
    lots = raw.execute("SELECT * FROM lots").fetchall()
    assert migrate(raw, path, (*MIGRATIONS, NEXT, AFTER)) == CURRENT + 2
    assert raw.execute("SELECT * FROM further").fetchall() == [(7, None)]
    assert raw.execute("SELECT * FROM lots").fetchall() == lots
    # Undo names columns of the old schema, so it does not outlive a step.
    assert raw.execute("SELECT count(*) FROM undo_steps").fetchone() == (0,)
    copy = backup_path(path, CURRENT)
    assert copy.name == f"rivera.harvest.v{CURRENT}.bak"
    with HouseholdBook.open(copy) as old:
        assert old.lots() == sample.LOTS
        assert old.undo_label() == "Fill"


def test_migrate__nothing_to_do_makes_no_backup(raw: sqlite3.Connection, path: Path) -> None:
    assert migrate(raw, path, MIGRATIONS) == CURRENT
    assert not backup_path(path, CURRENT).exists()


@pytest.mark.parametrize(
    "failing",
    [
        ("SELECT nothing",),
        ("DELETE FROM securities", "SELECT nothing"),
        # Broken references come to light only at the end of the step.
        ("PRAGMA defer_foreign_keys = ON", "DELETE FROM accounts"),
        ("CREATE TABLE x (a)", "INSERT INTO lots SELECT * FROM lots"),
    ],
)
def test_failing_step__leaves_the_version_before_it(
    raw: sqlite3.Connection, path: Path, failing: tuple[str, ...]
) -> None:
    before = _dump(raw)
    bad = Migration(CURRENT + 1, "Fails.", ("CREATE TABLE half (a)", *failing))
    with pytest.raises(MigrationError, match="unchanged"):
        migrate(raw, path, (*MIGRATIONS, bad))
    assert user_version(raw) == CURRENT
    assert _dump(raw) == before
    assert not raw.in_transaction


def test_failing_second_step__keeps_the_first(raw: sqlite3.Connection, path: Path) -> None:
    bad = Migration(CURRENT + 2, "Fails.", ("SELECT nothing",))
    with pytest.raises(MigrationError):
        migrate(raw, path, (*MIGRATIONS, NEXT, bad))
    assert user_version(raw) == CURRENT + 1


def test_no_backup__no_step(raw: sqlite3.Connection, path: Path, monkeypatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backup, "_flush", full)
    before = _dump(raw)
    with pytest.raises(BadInputError):
        migrate(raw, path, (*MIGRATIONS, NEXT))
    assert _dump(raw) == before
    assert [p.name for p in path.parent.iterdir()] == [path.name]


_MIGRATE_AND_HANG = """
import sqlite3, sys, time
from pathlib import Path
from harvestdesk.store.connection import connect_plain
from harvestdesk.store.migrations import CURRENT, MIGRATIONS
from harvestdesk.store.migrations.runner import Migration, migrate
path = Path(sys.argv[1])
raw = connect_plain(path, "rw")
raw.execute("PRAGMA cache_size = 5")  # spill, so that the file itself is half written
raw.create_function("hang", 0, lambda: (print("hanging", flush=True), time.sleep(60)))
step = Migration(CURRENT + 1, "Killed.", (
    "CREATE TABLE big (a TEXT)",
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
    " INSERT INTO big SELECT hex(randomblob(20)) FROM n",
    "UPDATE transactions SET note = 'half'",
    "SELECT hang()",
))
migrate(raw, path, (*MIGRATIONS, step))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_kill__in_a_step_leaves_the_version_before_it(book: HouseholdBook, path: Path) -> None:
    before = sample.content(book)
    book.close()
    size = path.stat().st_size
    with subprocess.Popen(
        [sys.executable, "-c", _MIGRATE_AND_HANG, str(path)], cwd=ROOT, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"hanging\n"
        time.sleep(0.05)
        child.send_signal(signal.SIGKILL)
    assert path.stat().st_size > size  # the kill came when the file was half written
    assert Path(f"{path}-journal").exists()
    with HouseholdBook.open(path) as again:
        assert sample.content(again) == before
        assert user_version(driver(again._connection)) == CURRENT
        assert again.check().ok
    with HouseholdBook.open(backup_path(path, CURRENT)) as copy:
        assert sample.content(copy) == before


def _released(version: int, path: Path) -> Path:
    """Return a copy of the sample of a released format."""
    shutil.copyfile(SAMPLES / f"v{version}.sqlite", path)
    return path


@pytest.mark.parametrize(
    ("version", "household", "accounts", "transactions", "gains", "laws"),
    [
        (1, sample.HOUSEHOLD_1, sample.ACCOUNTS_1, sample.TRANSACTIONS_1, (), ()),
        (
            2,
            sample.HOUSEHOLD,
            sample.ACCOUNTS,
            sample.TRANSACTIONS,
            sample.EXTERNAL_GAINS,
            sample.LAW_CHANGES,
        ),
        (
            3,
            sample.HOUSEHOLD,
            sample.ACCOUNTS,
            sample.TRANSACTIONS,
            sample.EXTERNAL_GAINS,
            sample.LAW_CHANGES,
        ),
    ],
)
def test_released_formats__still_open_as_a_fresh_schema(
    path: Path, version: int, household, accounts, transactions, gains, laws
) -> None:
    with HouseholdBook.open(_released(version, path)) as book:
        raw = driver(book._connection)
        assert schema.schema_objects(raw) == schema.made_by(MIGRATIONS)
        assert user_version(raw) == CURRENT
        assert book.household() == household
        assert book.accounts() == accounts
        assert book.transactions() == transactions
        assert book.external_gains() == gains
        assert book.law_changes() == laws
        assert book.lots() == sample.LOTS
        assert len(book.proposals()) == 1
        assert book.inputs(book.proposal_ids()[0]) is not None
        assert book.check().findings == ()
        assert raw.execute("PRAGMA foreign_keys").fetchone() == (1,)


@pytest.mark.parametrize("version", range(1, CURRENT))
def test_older_formats__are_looked_at_without_being_changed(path: Path, version: int) -> None:
    """Brought up to date in memory: a list of books, or read-only media, must not need to write."""
    _released(version, path)
    before = path.read_bytes()
    with HouseholdBook.open(path, view_only=True) as book:
        assert book.view_only
        assert book.lots() == sample.LOTS
        seen = book.snapshot(date(2025, 12, 5))
        assert seen.household == (sample.HOUSEHOLD_1, sample.HOUSEHOLD)[version - 1]
        assert seen.external_gains == ((), sample.EXTERNAL_GAINS)[version - 1]
        assert (seen.account_rules, seen.outside, seen.volumes, seen.risk) == NO_PLAN_FACTS
        assert book.check().findings == ()
        with pytest.raises(BadInputError, match="look at only"), book.write("Nothing"):
            pass
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            driver(book._connection).execute("DELETE FROM lots")
        book.backup(path.with_name("copy.harvest"))
    assert path.read_bytes() == before
    assert sorted(p.name for p in path.parent.iterdir()) == ["copy.harvest", path.name]
    with HouseholdBook.open(path.with_name("copy.harvest")) as copy:
        assert copy.lots() == sample.LOTS


@pytest.mark.parametrize("version", range(2, CURRENT + 1))
def test_released_formats__plans_stay_those_of_the_household_they_were_made_for(
    path: Path, version: int
) -> None:
    """Kept inputs of an older format lack the later parts, which then stand for nothing."""
    with HouseholdBook.open(_released(version, path)) as book:
        kept = book.inputs(book.proposal_ids()[0])
        assert kept is not None
        assert kept.fingerprint == book.snapshot(kept.as_of).fingerprint
        found = (kept.account_rules, kept.outside, kept.volumes, kept.risk)
        assert (found == NO_PLAN_FACTS) == (version < 3)


def test_every_released_format__is_in_the_tests() -> None:
    assert sorted(p.name for p in SAMPLES.glob("*.sqlite")) == [
        f"v{n}.sqlite" for n in range(1, CURRENT + 1)
    ]


# --- schema 1 to 2: tables made anew -------------------------------------------------------------------


def _plain(path: Path) -> closing[sqlite3.Connection]:
    return closing(connect_plain(path, "rw"))


def _rows(connection: sqlite3.Connection, columns: dict[str, list[str]]) -> dict[str, list[tuple]]:
    return {
        table: connection.execute(f"SELECT {', '.join(names)} FROM {table} ORDER BY 1").fetchall()
        for table, names in columns.items()
    }


def _columns(connection: sqlite3.Connection) -> dict[str, list[str]]:
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    return {
        name: [row[1] for row in connection.execute(f"PRAGMA table_info({name})")]
        for (name,) in tables
        if not name.startswith("undo_")
    }


def test_schema_2__keeps_every_row_with_its_number(path: Path) -> None:
    """Undo entries name row numbers, and foreign keys name ids: both must stand as they were."""
    with _plain(_released(1, path)) as raw:
        raw.execute("UPDATE transactions SET superseded_by = 't-2' WHERE id = 't-1'")
        raw.execute("UPDATE transactions SET row_no = 77 WHERE id = 't-0'")
        raw.execute("UPDATE accounts SET row_no = 9 WHERE row_no = 1")
        raw.execute("INSERT INTO id_counters VALUES ('lot', 12)")
        columns = _columns(raw)
        before = _rows(raw, columns)
        assert all(before.values())  # something is in every table
        assert migrate(raw, path, MIGRATIONS) == CURRENT
        assert _rows(raw, columns) == before
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert raw.execute("PRAGMA foreign_key_check").fetchall() == []
        assert raw.execute("PRAGMA foreign_keys").fetchone() == (1,)


def test_schema_2__what_least_tax_meant_keeps_its_meaning(path: Path) -> None:
    """`min_tax` was the brokers' fixed order: under its new name the same lots are sold."""
    with _plain(_released(1, path)) as raw:
        raw.execute("UPDATE accounts SET relief = 'min_tax' WHERE id = ?", (sample.IRA,))
        raw.execute("UPDATE transactions SET relief = 'min_tax' WHERE id = 't-2'")
    with HouseholdBook.open(path) as book:
        assert [a.relief for a in book.accounts()] == [ReliefMethod.FIFO, ReliefMethod.TAX_ORDER]
        assert [t.relief for t in book.transactions()] == [None, ReliefMethod.TAX_ORDER, None]


def test_schema_2__begins_a_new_undo_history_that_works(path: Path) -> None:
    with HouseholdBook.open(_released(1, path)) as book:
        assert book.undo_label() is None  # its rows were noted by the columns of schema 1
        before = sample.content(book)
        with book.write("Everything new") as w:
            w.put_household(sample.HOUSEHOLD)
            w.put_accounts(sample.ACCOUNTS)
            w.add_transactions(sample.TRANSACTIONS[3:])
            w.replace_external_gains(sample.EXTERNAL_GAINS)
            w.replace_law_changes(sample.LAW_CHANGES)
        after = sample.content(book)
        book.undo()
        assert sample.content(book) == before
        book.redo()
        assert sample.content(book) == after
        assert book.check().findings == ()
    with HouseholdBook.open(backup_path(path, 1).rename(path.with_name("old.harvest"))) as old:
        assert old.household() == sample.HOUSEHOLD_1


def test_schema_2__failing_at_any_statement_leaves_schema_1(path: Path) -> None:
    first, second = MIGRATIONS[:2]
    with _plain(_released(1, path)) as raw:
        before = _dump(raw)
        for n in range(len(second.statements) + 1):
            broken = (*second.statements[:n], "SELECT nothing", *second.statements[n:])
            with pytest.raises(MigrationError):
                migrate(raw, path, (first, Migration(2, "Fails.", broken)))
            assert user_version(raw) == 1
            assert _dump(raw) == before
            assert raw.execute("PRAGMA foreign_keys").fetchone() == (1,)
        assert migrate(raw, path, MIGRATIONS) == CURRENT


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_kill__between_tables_leaves_schema_1(path: Path) -> None:
    """The kill comes when the ledger is dropped and its successor does not have its name yet."""
    script = """
import sys, time
from pathlib import Path
from harvestdesk.store.connection import connect_plain
from harvestdesk.store.migrations import MIGRATIONS
from harvestdesk.store.migrations.runner import Migration, migrate
path = Path(sys.argv[1])
raw = connect_plain(path, "rw")
raw.execute("PRAGMA cache_size = 5")
raw.create_function("hang", 0, lambda: (print("hanging", flush=True), time.sleep(60)))
first, second = MIGRATIONS[:2]
at = second.statements.index("DROP TABLE transactions") + 1
statements = (*second.statements[:at], "SELECT hang()", *second.statements[at:])
migrate(raw, path, (first, Migration(2, "Killed.", statements)))
"""
    _released(1, path)
    with _plain(path) as raw:
        raw.execute(_MANY)
        before = _dump(raw)
    with subprocess.Popen(
        [sys.executable, "-c", script, str(path)], cwd=ROOT, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"hanging\n"
        time.sleep(0.05)
        child.send_signal(signal.SIGKILL)
    assert Path(f"{path}-journal").exists()
    with _plain(path) as raw:
        assert user_version(raw) == 1
        assert _dump(raw) == before
    with HouseholdBook.open(path) as book:
        assert len(book.transactions()) == 3 + 3000
        assert book.check().findings == ()


_MANY = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
INSERT INTO transactions
  (id, on_date, type, account_id, security_id, shares, amount, fees, purchase, broker_ref, note)
SELECT 'many-' || i, '2024-02-29', 'buy', 'account-1', 'security-1', 100, 1, 0, '', '', hex(randomblob(40))
FROM n
"""


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE household SET filing_status = 'widowed'",
        "UPDATE household SET rate_source = 'guess'",
        "UPDATE household SET qualified_dividends = -1",
        "UPDATE household SET itemised = -1",
        "UPDATE household SET aged_or_blind = 5",
        "UPDATE household SET seniors = 3",
        "UPDATE lots SET from_decedent = 2",
        "UPDATE household SET state = 'cal'",
        "UPDATE household SET state_rate = 100000001",
        "UPDATE household SET discount_rate = NULL",
        "UPDATE accounts SET relief = 'random'",
        "UPDATE transactions SET relief = 'random' WHERE id = 't-2'",
        "UPDATE transactions SET type = 'gift_out'",
        "UPDATE transactions SET basis_fraction = 100000001 WHERE id = 'u-1'",
        "UPDATE transactions SET other_security_id = 'nobody' WHERE id = 'u-1'",
        "UPDATE wash_options SET choice = 'as_ira' WHERE option = 'tacking'",
        "UPDATE wash_options SET option = 'weather' WHERE option = 'tacking'",
        "INSERT INTO wash_options (option, choice) VALUES ('tacking', 'day_count')",
        "UPDATE external_gains SET probability = 100000001",
        "UPDATE external_gains SET probability = -1",
        "UPDATE external_gains SET on_date = '2025-02-30'",
        "UPDATE external_gains SET term = 'mid'",
        "UPDATE external_gains SET kind = 'lottery'",
        "UPDATE external_gains SET realised = 2",
        "UPDATE external_gains SET amount = 'much'",
        "UPDATE external_gains SET id = 'same'",
        "UPDATE law_changes SET from_year = 1912",
        "UPDATE law_changes SET target = 'sales'",
        "UPDATE law_changes SET points = 100000001",
    ],
)
def test_schema_2__refuses_what_can_not_be(book: HouseholdBook, statement: str) -> None:
    raw = driver(book._connection)
    before = sample.content(book)
    with pytest.raises(sqlite3.IntegrityError):
        raw.execute(statement)
    assert sample.content(book) == before


def test_schema_2__knows_every_choice_of_the_program(book: HouseholdBook) -> None:
    """A choice the program offers and the file refuses would fail only when somebody makes it."""
    kinds = get_type_hints(WashPolicy)
    for choices in zip_longest(*(list(kind) for kind in kinds.values())):
        made = {name: choice for name, choice in zip(kinds, choices, strict=True) if choice}
        household = replace(sample.HOUSEHOLD, wash=WashPolicy(**made))
        with book.write("Readings") as w:
            w.put_household(household)
        assert book.household() == household
    for status in FilingStatus:
        with book.write("Status") as w:
            w.put_household(replace(sample.HOUSEHOLD, tax=TaxProfile(status)))
    account, gain, law = sample.ACCOUNTS[0], sample.EXTERNAL_GAINS[0], sample.LAW_CHANGES[0]
    transaction = sample.TRANSACTIONS[0]
    with book.write("Choices") as w:
        for method in ReliefMethod:
            w.put_accounts([replace(account, relief=method)])
        ids = count()
        w.add_transactions(
            [
                replace(
                    transaction,
                    id=TransactionId(f"x-{next(ids)}"),
                    type=kind,
                    relief=method,
                    other_security_id=sample.TWIN if kind in PASSES_SHARES else None,
                )
                for kind in TransactionType
                for method in ReliefMethod
            ]
        )
        w.replace_external_gains([replace(gain, id=kind.value, kind=kind) for kind in ExternalKind])
        w.replace_law_changes([replace(law, id=t.value, target=t) for t in LawTarget])
    assert book.check().ok


def test_released_formats__did_not_change_after_release() -> None:
    """A released step never changes: a new one is added instead."""
    recorded = dict(
        line.split() for line in (SAMPLES / "schema_hashes.txt").read_text().splitlines()
    )
    assert recorded == {f"v{n}": schema.schema_hash(n) for n in range(1, CURRENT + 1)}

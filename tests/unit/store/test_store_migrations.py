"""The runner of schema steps, tried with steps that don't exist yet, and every released format kept."""

import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import store_samples as sample

from harvestdesk.domain.errors import BadInputError
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


@pytest.mark.parametrize("version", range(1, CURRENT + 1))
def test_released_formats__still_open_as_a_fresh_schema(tmp_path: Path, version: int) -> None:
    path = tmp_path / "old.harvest"
    shutil.copyfile(SAMPLES / f"v{version}.sqlite", path)
    with HouseholdBook.open(path) as book:
        raw = driver(book._connection)
        assert schema.schema_objects(raw) == schema.made_by(MIGRATIONS)
        assert user_version(raw) == CURRENT
        assert book.household() == sample.HOUSEHOLD
        assert book.transactions() == sample.TRANSACTIONS
        assert book.lots() == sample.LOTS
        assert len(book.proposals()) == 1
        assert book.check().findings == ()


def test_released_formats__did_not_change_after_release() -> None:
    """A released step never changes: a new one is added instead."""
    recorded = dict(
        line.split() for line in (SAMPLES / "schema_hashes.txt").read_text().splitlines()
    )
    assert recorded == {f"v{n}": schema.schema_hash(n) for n in range(1, CURRENT + 1)}

"""A killed program and a full disk: the file is as before or as after, never between.

The long form, a thousand kills, is marked slow.
"""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import store_samples as sample

from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.ids import TransactionId
from harvestdesk.store.connection import driver
from harvestdesk.store.database import HouseholdBook

ROOT = Path(__file__).resolve().parents[3]


def _kill(path: Path, times: int) -> int:
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "store_kill.py"), str(path), str(times)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


needs_sigkill = pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL and fork")


@needs_sigkill
def test_kill__in_an_import_keeps_every_finished_batch_and_no_half_one(path: Path) -> None:
    interrupted = _kill(path, 20)
    assert interrupted > 3  # or the kills prove nothing


@needs_sigkill
@pytest.mark.slow
def test_kill__a_thousand_times(path: Path) -> None:
    assert _kill(path, 1000) > 100


def test_full_disk__says_so_and_the_book_goes_on(book: HouseholdBook) -> None:
    raw = driver(book._connection)
    before = sample.content(book)
    (pages,) = raw.execute("PRAGMA page_count").fetchone()
    raw.execute(f"PRAGMA max_page_count = {pages + 3}")
    first = sample.TRANSACTIONS[0]
    many = [replace(first, id=TransactionId(f"x-{n}")) for n in range(2000)]
    with pytest.raises(BadInputError) as caught, book.write("Import") as w:
        w.add_transactions(many)
    assert caught.value.code == "file.full"
    assert "free on its disk" in caught.value.message
    assert sample.content(book) == before
    assert not raw.in_transaction
    assert book.check().ok
    raw.execute(f"PRAGMA max_page_count = {pages + 2000}")
    with book.write("Import") as w:
        w.add_transactions(many)
    assert len(book.transactions()) == len(sample.TRANSACTIONS) + 2000


def test_full_disk__at_every_size_leaves_before_or_after(book: HouseholdBook) -> None:
    raw = driver(book._connection)
    before = sample.content(book)
    (pages,) = raw.execute("PRAGMA page_count").fetchone()
    many = [replace(sample.TRANSACTIONS[0], id=TransactionId(f"x-{n}")) for n in range(300)]
    refusals: list[str] = []
    for room in range(0, 60, 3):
        raw.execute(f"PRAGMA max_page_count = {pages + room}")
        try:
            with book.write("Import") as w:
                w.add_transactions(many)
        except BadInputError as error:
            refusals.append(error.code)
        else:
            break
        assert sample.content(book) == before
    assert set(refusals) == {"file.full"}
    assert len(refusals) > 3
    raw.execute("PRAGMA max_page_count = 100000")
    book.undo()
    assert sample.content(book) == before

"""Kill an importing process again and again: `python tests/store_kill.py FILE KILLS`.

Children are forked, so that a kill costs its import only. Prints how many kills found a journal, and
fails at the first file that lost an acknowledged batch, holds half of one or does not pass its check.
"""

import os
import random
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path

import store_samples as sample

from harvestdesk.store.connection import driver
from harvestdesk.store.database import HouseholdBook

BATCH = 300
FULL = 12_000
"""Rows at which the file is begun anew, so that a long run does not slow down."""


def import_for_ever(path: Path, acknowledge: int) -> None:
    """Import batches and acknowledge each by its last id."""
    with HouseholdBook.open(path) as book:
        # A small cache spills into the file in mid-transaction, so that kills find it half written.
        driver(book._connection).execute("PRAGMA cache_size = 10")
        while True:
            with book.write("Import") as w:
                ids = w.new_ids("import", BATCH)
                w.add_transactions(
                    [replace(sample.TRANSACTIONS[0], id=id_, note=w.new_id("note")) for id_ in ids]
                )
            os.write(acknowledge, f"{ids[-1]}\n".encode())


def killed_after(path: Path, seconds: float) -> str:
    """Run an import, kill it some time after its first batch, and return the last id acknowledged."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        import_for_ever(path, write)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        said = pipe.readline()
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        said += pipe.read()
    return said.decode().split()[-1]


def verify(path: Path, last: str) -> int:
    """Assert that a file is as before or after a batch; return how many rows were imported."""
    with HouseholdBook.open(path) as book:
        ids = {t.id for t in book.transactions() if t.id.startswith("import-")}
        assert last in ids, f"lost {last}"
        assert len(ids) % BATCH == 0, f"half a batch: {len(ids)} rows"
        assert book.check().ok, book.check().findings
        assert book.undo_label() == "Import"
    return len(ids)


def begin(path: Path) -> None:
    """Make the file anew."""
    path.unlink(missing_ok=True)
    with HouseholdBook.create(path, sample.HOUSEHOLD) as book, book.write("Fill") as w:
        sample.fill(w)


def main(path: Path, kills: int) -> None:
    """Kill `kills` imports and print how many left a journal behind."""
    rng = random.Random(20251205)
    interrupted = 0
    begin(path)
    for _ in range(kills):
        last = killed_after(path, rng.uniform(0, 0.04))
        interrupted += Path(f"{path}-journal").exists()
        if verify(path, last) > FULL:
            begin(path)
    print(interrupted)  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))

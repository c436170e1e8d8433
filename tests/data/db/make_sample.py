"""Write the sample of the current file format: `python tests/data/db/make_sample.py`.

Run once per format, when it is released; a released sample is never made again.
"""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[2]), str(HERE.parents[1])]

import store_samples  # noqa: E402
from factories import proposal  # noqa: E402

from harvestdesk.store.database import HouseholdBook  # noqa: E402
from harvestdesk.store.migrations import CURRENT  # noqa: E402
from harvestdesk.store.schema import schema_hash  # noqa: E402


def main() -> None:
    """Write `v{n}.sqlite` and the hashes of all schemas."""
    path = HERE / f"v{CURRENT}.sqlite"
    path.unlink(missing_ok=True)
    with HouseholdBook.create(path, store_samples.HOUSEHOLD) as book:
        with book.write("Fill") as w:
            store_samples.fill(w)
        with book.write("Plan") as w:
            w.add_proposal(proposal(), book.snapshot(proposal().as_of))
    path.chmod(0o644)
    lines = [f"v{n} {schema_hash(n)}\n" for n in range(1, CURRENT + 1)]
    (HERE / "schema_hashes.txt").write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()

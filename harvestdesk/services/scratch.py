"""A household book that is gone when the block ends: to look at files before there is a household."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harvestdesk.domain.household import Household
from harvestdesk.store.database import HouseholdBook


@contextmanager
def scratch_book(household: Household) -> Iterator[HouseholdBook]:
    """Give an empty book in a temporary folder."""
    with (
        tempfile.TemporaryDirectory(prefix="harvestdesk-") as folder,
        HouseholdBook.create(Path(folder) / "scratch.harvest", household) as book,
    ):
        yield book

"""Household books to test with."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from store_samples import HOUSEHOLD, fill

from harvestdesk.store.database import HouseholdBook


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the book of a test is."""
    return tmp_path / "rivera.harvest"


@pytest.fixture
def empty(path: Path) -> Iterator[HouseholdBook]:
    """A new book that holds its household only."""
    with HouseholdBook.create(path, HOUSEHOLD) as book:
        yield book


@pytest.fixture
def book(empty: HouseholdBook) -> HouseholdBook:
    """A book with something of everything, written in one step."""
    with empty.write("Fill") as w:
        fill(w)
    return empty

"""A book to import into, files in our own layout, and the sample household built once."""

import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from harvestdesk.domain.household import Household
from harvestdesk.domain.ids import HouseholdId
from harvestdesk.services.clock import FixedClock
from harvestdesk.services.context import AppContext
from harvestdesk.services.sample import build_sample
from harvestdesk.store.database import HouseholdBook

AS_OF = date(2025, 12, 5)


@pytest.fixture
def ctx(tmp_path: Path) -> Iterator[AppContext]:
    """An empty household on December 5, 2025."""
    household = Household(HouseholdId("household-1"), "Test", fixed_as_of=AS_OF.isoformat())
    with HouseholdBook.create(tmp_path / "test.harvest", household) as book:
        yield AppContext(book, FixedClock(AS_OF))


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., Path]:
    """Write lines to a file of the test's folder."""

    def write(name: str, *lines: str) -> Path:
        path = tmp_path / name
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def sample_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample household, built once; copy it before writing."""
    path = tmp_path_factory.mktemp("sample") / "sample.harvest"
    build_sample(path)
    return path


@pytest.fixture
def sample(sample_file: Path, tmp_path: Path) -> Iterator[AppContext]:
    """A copy of the sample household of the test's own."""
    path = tmp_path / "sample.harvest"
    shutil.copy(sample_file, path)
    with HouseholdBook.open(path) as book:
        yield AppContext(book, FixedClock(AS_OF))

"""Household files: create, open, find and list them."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from harvestdesk.domain.errors import BadInputError, HarvestError
from harvestdesk.domain.files import make_folder
from harvestdesk.domain.household import Household, Person, TaxProfile
from harvestdesk.domain.ids import HouseholdId, PersonId
from harvestdesk.services.preferences import data_folder
from harvestdesk.store.database import HouseholdBook

SUFFIX = ".harvest"


@dataclass(frozen=True, slots=True)
class BookEntry:
    """One household file as a list shows it; `error` says why it can't be opened, if so: then `tax` is None."""

    path: Path
    name: str
    accounts: int
    simulated: bool
    error: str = ""
    tax: TaxProfile | None = None


def locate(household: str) -> Path:
    """Return the file `household` names: a path, or the name of a book in the data folder.

    The file need not exist: a new book is made where this points.
    """
    given = Path(household)
    with suppress(RuntimeError):  # a "~name" of nobody is a name like any other
        given = given.expanduser()
    if given.suffix == SUFFIX or given.exists() or len(given.parts) > 1:
        return given
    return data_folder() / f"{household}{SUFFIX}"


def find(household: str) -> Path:
    """Return the existing file `household` names.

    Raises:
        BadInputError: when there is none; the message lists where it was looked for.
    """
    path = locate(household)
    if path.is_file():
        return path
    raise BadInputError(
        f"There is no household file {path}. Expected the path of a {SUFFIX} file, "
        f"or the name of one in {data_folder()}.",
        code="household.missing",
    )


def open_book(household: str | Path, *, view_only: bool = False) -> HouseholdBook:
    """Open the household a path or name stands for.

    Raises:
        BadInputError: when the file is missing, not a household file, or from a newer version.
    """
    return HouseholdBook.open(find(str(household)), view_only=view_only)


def create_book(path: Path, name: str, people: tuple[str, ...] = ()) -> HouseholdBook:
    """Create a new, empty household file with one person, or a couple as spouses.

    Raises:
        BadInputError: when a file is there already.
    """
    if path.exists():
        raise BadInputError(f"{path} exists already; choose another name.", code="household.exists")
    make_folder(path.parent)
    book = HouseholdBook.create(path, Household(HouseholdId("household-1"), name))
    if people:
        with book.write("Add people") as w:
            w.put_people(
                [
                    Person(PersonId(f"person-{n}"), who, is_spouse=n > 1)
                    for n, who in enumerate(people, start=1)
                ]
            )
    return book


def list_books(folder: Path | None = None) -> tuple[BookEntry, ...]:
    """Return the household files of a folder (default: the data folder), by name."""
    folder = folder or data_folder()
    if not folder.is_dir():
        return ()
    return tuple(_entry(path) for path in sorted(folder.glob(f"*{SUFFIX}")))


def _entry(path: Path) -> BookEntry:
    try:
        with HouseholdBook.open(path, view_only=True) as book:
            household = book.household()
            accounts = len(book.accounts())
            return BookEntry(path, household.name, accounts, household.simulated, tax=household.tax)
    except HarvestError as error:
        return BookEntry(path, path.stem, 0, False, error.message)

"""Copies of a household book, and putting one back."""

from dataclasses import dataclass
from pathlib import Path

from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.files import make_folder
from harvestdesk.services.clock import Clock
from harvestdesk.services.context import AppContext
from harvestdesk.store.database import HouseholdBook

FOLDER = "Backups"


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did: the book in place, and where the book that was there went, if any."""

    path: Path
    kept: Path | None


def default_backup_path(book: Path, clock: Clock) -> Path:
    """Return where a backup made now goes: beside the book, named after it and the moment."""
    stamp = clock.now().replace(":", "").replace("-", "")[:15].replace("T", "-")
    return book.parent / FOLDER / f"{book.stem}-{stamp}{book.suffix}"


def back_up(ctx: AppContext, destination: Path | None = None) -> Path:
    """Write a checked copy of the open book and return its path.

    Raises:
        BadInputError: when a file of that name is there already, or the copy can't be written.
    """
    destination = _free(destination or default_backup_path(ctx.book.path, ctx.clock))
    make_folder(destination.parent)
    ctx.book.backup(destination)
    return destination


def restore(backup: Path, book: Path, clock: Clock) -> Restored:
    """Put a backup in the place of a book; the book that was there is kept as a backup itself.

    Raises:
        BadInputError: when the backup is damaged, newer, or no household book; nothing is changed.
    """
    if not backup.is_file():
        raise BadInputError(f"There is no backup {backup}.", code="restore.missing")
    if book.is_dir():
        raise BadInputError(
            f"{book} is a folder. Expected the household file to put the backup in the place of.",
            code="restore.folder",
        )
    if book.exists() and book.samefile(backup):
        raise BadInputError(
            "The backup and the household file are the same file.", code="restore.same"
        )
    with HouseholdBook.open(backup, view_only=True) as source:
        report = source.check()
        if not report.ok:
            raise BadInputError(
                f"{backup.name} did not pass its integrity check: "
                f"{report.findings[0].described()}. Nothing was changed.",
                code="restore.damaged",
            )
        kept = _set_aside(book, clock) if book.exists() else None
        make_folder(book.parent)
        source.backup(book)
    return Restored(book, kept)


def _set_aside(book: Path, clock: Clock) -> Path:
    """Copy the book that is about to be replaced; a book that can't be read is copied as it is."""
    kept = _free(default_backup_path(book, clock), numbered=True)
    make_folder(kept.parent)
    try:
        with HouseholdBook.open(book, view_only=True) as current:
            current.backup(kept)
    except BadInputError:
        kept.write_bytes(book.read_bytes())
    return kept


def _free(path: Path, *, numbered: bool = False) -> Path:
    """Return `path` if nothing is there; else refuse, or with `numbered` count up."""
    if not path.exists():
        return path
    if not numbered:
        raise BadInputError(f"{path} exists already; choose another name.", code="backup.exists")
    return next(
        p for n in range(2, 10_000) if not (p := path.with_stem(f"{path.stem}-{n}")).exists()
    )

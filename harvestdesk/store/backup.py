"""Copies that can be trusted: taken by SQLite, checked, flushed, then given their name."""

import contextlib
import os
import sqlite3
import sys
import tempfile
from pathlib import Path

from harvestdesk.domain.errors import BadInputError


def copy_database(source: sqlite3.Connection, destination: Path) -> None:
    """Copy an open database to `destination`; a partial file never bears the final name.

    Raises:
        BadInputError: the copy could not be written or did not pass its check; an older file of that
            name is untouched.
    """
    folder = destination.parent
    temporary = _temporary_beside(destination)
    try:
        _copy_and_check(source, temporary)
        _flush(temporary)
        temporary.replace(destination)
        _flush_folder(folder)
    except (OSError, sqlite3.Error) as error:
        raise BadInputError(
            f"The copy {destination.name} could not be written: {error}. Nothing was replaced; "
            "choose a folder with free space that you may write to.",
            code="backup.write",
        ) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            Path(f"{temporary}-journal").unlink(missing_ok=True)


def _temporary_beside(destination: Path) -> Path:
    try:
        handle, name = tempfile.mkstemp(prefix=".copy-", suffix=".tmp", dir=destination.parent)
    except OSError as error:
        raise BadInputError(
            f"The folder of {destination.name} cannot be written to: {error.strerror}.",
            code="backup.folder",
        ) from error
    os.close(handle)
    return Path(name)


def _copy_and_check(source: sqlite3.Connection, temporary: Path) -> None:
    copy = sqlite3.connect(temporary, isolation_level=None)
    try:
        source.backup(copy)
        findings = copy.execute("PRAGMA integrity_check").fetchall()
        if findings != [("ok",)]:
            raise sqlite3.DatabaseError("the copy did not pass its integrity check")
        if _row_counts(copy) != _row_counts(source):
            raise sqlite3.DatabaseError("the copy does not hold as many rows as the book")
    finally:
        copy.close()


def _row_counts(connection: sqlite3.Connection) -> dict[str, int]:
    names = connection.execute(
        "SELECT name FROM main.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    ).fetchall()
    return {
        name: connection.execute(f'SELECT count(*) FROM main."{name}"').fetchone()[0]  # noqa: S608
        for (name,) in names
    }


def _flush(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

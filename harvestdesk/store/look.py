"""Look at a file before SQLite opens it to write: refusing one must leave every byte of it alone."""

import os
import sqlite3
import struct
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from harvestdesk.domain.errors import BadInputError
from harvestdesk.store.connection import connect_plain, storage_errors
from harvestdesk.store.migrations import CURRENT
from harvestdesk.store.migrations.runner import APPLICATION_ID
from harvestdesk.store.schema import foreign_objects

_MAGIC = b"SQLite format 3\0"
_HEADER = 100
_ROLLBACK_JOURNAL = b"\x01\x01"


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What the first bytes of a household book say.

    Attributes:
        version: schema number.
        pending_journal: a transaction was cut short; SQLite rolls it back when it opens the file.
    """

    version: int
    pending_journal: bool


def look(path: Path) -> FileFacts:
    """Return what a file is, without changing it.

    Raises:
        BadInputError: it is not a household book this program can open; says why and what to do.
    """
    header = _read_header(path)
    if not header.startswith(_MAGIC) or len(header) < _HEADER:
        raise BadInputError(
            f"{path.name} is not a household book. Choose a file that HarvestDesk made (.harvest).",
            code="file.not_book",
        )
    (application_id,) = struct.unpack_from(">I", header, 68)
    (version,) = struct.unpack_from(">I", header, 60)
    if application_id != APPLICATION_ID or version == 0:
        raise BadInputError(
            f"{path.name} is a database of another program, not a household book.",
            code="file.not_book",
        )
    if version > CURRENT:
        raise BadInputError(
            f"{path.name} has file format {version}; this program reads up to {CURRENT}. "
            "Open it with a newer HarvestDesk. The file was not changed.",
            code="file.newer",
            found=version,
            supported=CURRENT,
        )
    journal = Path(f"{path}-journal")
    pending = journal.is_file() and journal.stat().st_size > 0
    if not pending:
        _refuse_truncated(path, header)
        if (
            header[18:20] == _ROLLBACK_JOURNAL
        ):  # another program's WAL can't be read without writing
            _refuse_foreign(path, version)
    return FileFacts(version, pending)


def may_write(path: Path) -> bool:
    """True when the file and its folder (for the journal) can be written to."""
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)


def _read_header(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise BadInputError(
                f"{path.name} is a folder, not a household book.", code="file.folder"
            )
        if not path.is_file():
            raise BadInputError(f"There is no file {path.name}.", code="file.missing")
        with path.open("rb") as file:
            header = file.read(_HEADER)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise BadInputError(
            f"{path.name!r} cannot be read: {reason}.", code="file.unreadable"
        ) from error
    if not header:
        raise BadInputError(f"{path.name} is empty: it holds no household.", code="file.empty")
    return header


def _refuse_truncated(path: Path, header: bytes) -> None:
    (page_size,) = struct.unpack_from(">H", header, 16)
    (pages,) = struct.unpack_from(">I", header, 28)
    expected = pages * (65536 if page_size == 1 else page_size)
    if path.stat().st_size < expected:
        raise BadInputError(
            f"{path.name} is cut short: {path.stat().st_size} of {expected} bytes are there. "
            "Copy it again, or open a backup.",
            code="file.truncated",
        )


def _refuse_foreign(path: Path, version: int) -> None:
    with storage_errors(path), closing(connect_plain(path, "ro")) as connection:
        refuse_foreign_objects(connection, path, version)


def refuse_foreign_objects(connection: sqlite3.Connection, path: Path, version: int) -> None:
    """Refuse a file that holds other tables, triggers or views than its schema number says.

    Raises:
        BadInputError: it does.
    """
    foreign = foreign_objects(connection, version)
    if foreign:
        raise BadInputError(
            f"{path.name} holds parts HarvestDesk did not make or lacks parts it needs "
            f"({', '.join(foreign[:3])}). It may have been tampered with, so it is not opened.",
            code="file.foreign",
            objects=len(foreign),
        )

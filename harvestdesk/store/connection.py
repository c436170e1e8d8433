"""One connection with the settings the file is promised, explicit transactions, and words for failures."""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import create_engine
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.pool import NullPool

from harvestdesk.domain.errors import BadInputError, HarvestError

BUSY_TIMEOUT_MS = 5000
JOURNAL_ROOM = len("-journal")

_SAFETY = (
    # The file may come from somebody else: nothing in its schema is trusted (sqlite.org/security.html).
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
    "PRAGMA mmap_size = 0",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA foreign_keys = ON",
)


def file_uri(path: Path, mode: str) -> str:
    """Return the SQLite URI of a file; every special character of the path is escaped.

    Args:
        path: the file, absolute or not.
        mode: "ro" or "rw".
    """
    name = os.fsencode(Path(os.path.abspath(path)).as_posix())  # noqa: PTH100 - keeps symlinks
    escaped = quote(name, safe="/:" if os.name == "nt" else "/")
    # The empty authority keeps a path that starts with two slashes from naming a host.
    return f"file://{'' if escaped.startswith('/') else '/'}{escaped}?mode={mode}"


def connect_plain(path: Path, mode: str) -> sqlite3.Connection:
    """Return a driver connection in manual transaction mode with the settings of the house."""
    connection = sqlite3.connect(
        file_uri(path, mode), uri=True, isolation_level=None, check_same_thread=False
    )
    try:
        _make_safe(connection)
        if mode == "ro":
            connection.execute("PRAGMA query_only = ON")
        else:
            # DELETE: a copied file is whole, and read-only media can be read. EXTRA: a commit is on disk.
            connection.execute("PRAGMA journal_mode = DELETE")
            connection.execute("PRAGMA synchronous = EXTRA")
    except BaseException:
        connection.close()
        raise
    return connection


def _make_safe(connection: sqlite3.Connection) -> None:
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    for pragma in _SAFETY:
        connection.execute(pragma)


def _copied(path: Path) -> sqlite3.Connection:
    """Return a driver connection to a copy of a file in memory; the file is only read."""
    copy = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    try:
        with closing(connect_plain(path, "ro")) as source:
            source.backup(copy)
        _make_safe(copy)
    except BaseException:
        copy.close()
        raise
    return copy


def connect_copy(path: Path) -> Connection:
    """Return the SQLAlchemy connection of a copy of a book in memory."""
    return _connection(lambda: _copied(path))


def connect(path: Path, *, view_only: bool) -> Connection:
    """Return the SQLAlchemy connection of a book; transactions are begun by `transaction` alone."""
    return _connection(lambda: connect_plain(path, "ro" if view_only else "rw"))


def _connection(creator: Callable[[], sqlite3.Connection]) -> Connection:
    engine = create_engine(
        "sqlite://", creator=creator, poolclass=NullPool, isolation_level="AUTOCOMMIT"
    )
    return engine.connect()


def driver(connection: Connection) -> sqlite3.Connection:
    """Return the sqlite3 connection behind a SQLAlchemy connection."""
    raw = connection.connection.driver_connection
    if not isinstance(raw, sqlite3.Connection):
        raise TypeError("the connection is not SQLite's")
    return raw


@contextmanager
def transaction(connection: Connection, kind: str) -> Iterator[None]:
    """Run a block in one transaction, rolled back when it fails.

    Args:
        connection: not inside a transaction.
        kind: "IMMEDIATE" to write (a deferred one that reads first fails at once when another writer
            is about), "DEFERRED" to read several tables as of one moment.
    """
    raw = driver(connection)
    raw.execute(f"BEGIN {kind}")
    try:
        yield
        raw.execute("COMMIT")
    except BaseException:
        if raw.in_transaction:  # SQLite has rolled back already when the disk was full
            raw.execute("ROLLBACK")
        raise


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into typed ones that say the way out."""
    try:
        yield
    except DBAPIError as error:
        raise _translated(error.orig, path, error) from error
    except sqlite3.Error as error:
        raise _translated(error, path, error) from error


def _translated(error: BaseException | None, path: Path, outer: BaseException) -> HarvestError:
    if isinstance(outer, IntegrityError) or isinstance(error, sqlite3.IntegrityError):
        return HarvestError(
            f"The change breaks a rule of the file ({error}) and was not made.", code="store.rule"
        )
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    name = _CODES.get(code)
    if name is None:
        return HarvestError(
            f"{path.name} could not be read or written: {error}.", code="store.failed", sqlite=code
        )
    words = _WORDS[name]
    return BadInputError(words.format(name=path.name, free=_free_space(path)), code=name)


def _free_space(path: Path) -> str:
    try:
        free = shutil.disk_usage(path.parent).free
    except OSError:
        return "unknown"
    return f"{free / 2**20:.0f} MiB"


_BUSY = "file.busy"
_DAMAGED = "file.damaged"
_OPEN = "file.open"
_CODES: dict[int, str] = {
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
    sqlite3.SQLITE_READONLY: "file.view_only",
    sqlite3.SQLITE_FULL: "file.full",
    sqlite3.SQLITE_IOERR: "file.io",
    sqlite3.SQLITE_CANTOPEN: _OPEN,
    sqlite3.SQLITE_PERM: _OPEN,
}
_WORDS: dict[str, str] = {
    _BUSY: "{name} is being written by another program or window. Nothing was changed; try again when "
    "it has finished, or close it there.",
    _DAMAGED: "{name} is damaged and was left as it is. Open a backup of it, or copy it aside before "
    "anything else.",
    "file.view_only": "{name} is read-only here: it can be looked at, not changed. Copy it to a folder "
    "you may write to.",
    "file.full": "There is no room left to write {name} ({free} free on its disk). Nothing was changed; "
    "free some space, at least twice the size of the file, and try again.",
    "file.io": "The disk or network folder of {name} failed while it was read or written. The change "
    "was not made; look at the disk, then open the file again.",
    _OPEN: "{name} or its journal beside it cannot be opened. Check that you may write to the folder "
    "and that the file name is not too long.",
}


def damaged(path: Path) -> BadInputError:
    """Return the error of a file whose content can't be trusted."""
    return BadInputError(_WORDS[_DAMAGED].format(name=path.name), code=_DAMAGED)

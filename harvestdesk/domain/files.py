"""Files written whole or not at all."""

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from harvestdesk.domain.errors import BadInputError

BOOK_SUFFIX = ".harvest"
_SQLITE_MAGIC = b"SQLite format 3\0"
_WORDS = {
    errno.ENOSPC: "the disk is full",
    errno.EACCES: "writing there is not permitted",
    errno.EPERM: "writing there is not permitted",
    errno.EROFS: "the disk is read-only",
    errno.ENOENT: "the folder does not exist",
    errno.ENOTDIR: "the folder does not exist",
    errno.ENAMETOOLONG: "the file name is too long",
    errno.EISDIR: "a folder has that name",
    errno.EEXIST: "a file has that name",
    errno.ELOOP: "its links lead in a circle",
    errno.EDQUOT: "the disk quota is used up",
}


def atomic_write_bytes(path: Path, content: bytes) -> None:
    """Write `content` to `path` whole or not at all, readable by the owner only.

    Raises:
        BadInputError: when it can't be written, or `path` is a household book; what was there is untouched.
    """
    with atomic_writer(path) as stream:
        stream.write(content)


def atomic_write_text(path: Path, text: str) -> None:
    """Write UTF-8 `text` exactly as given, as `atomic_write_bytes` does."""
    atomic_write_bytes(path, text.encode())


def make_folder(folder: Path, mode: int = 0o777) -> None:
    """Make a folder and those above it, unless they are there.

    Raises:
        BadInputError: when it can't be made, or a file has its name.
    """
    try:
        if not folder.is_dir():
            folder.mkdir(mode=mode, parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        why = _reason(error) if isinstance(error, OSError) else "it is no name for a folder"
        raise BadInputError(
            f"The folder {folder} can't be made: {why}. Choose another place or name.",
            code="file.folder",
        ) from error


def path_error(error: OSError) -> BadInputError | None:
    """Return what to tell a person of a path the system refused; None if it isn't about a path."""
    if error.errno not in _WORDS:
        return None
    named = error.filename if error.filename is not None else "The output"
    name = os.fsdecode(named) if isinstance(named, str | bytes) else str(named)
    return BadInputError(
        f"{name} could not be read or written: {_reason(error)}. Choose another place or name.",
        code="file.path",
        errno=error.errno,
    )


@contextmanager
def atomic_writer(path: Path) -> Iterator[BinaryIO]:
    """Give a stream that becomes `path` when the block ends well; after an error nothing is left.

    Raises:
        BadInputError: when it can't be written, or `path` is a household book.
    """
    refuse_book(path)
    temporary: Path | None = None
    try:
        # mkstemp makes the file 0600 in the same folder, so that the last step is one rename.
        handle, name = tempfile.mkstemp(prefix=".hd-", suffix=".tmp", dir=path.parent)
        temporary = Path(name)
        with os.fdopen(handle, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        temporary.replace(path)
        temporary = None
        _sync_folder(path.parent)
    except OSError as error:
        raise _write_error(path, error) from error
    finally:
        if temporary is not None:
            with suppress(OSError):
                temporary.unlink()


def refuse_book(path: Path) -> None:
    """Refuse a household book, its journal or any other database as the target of an export.

    Raises:
        BadInputError: when `path`, or what it links to, is one.
    """
    for candidate in (path, Path(os.path.realpath(path))):
        # Windows drops dots and spaces at the end of a name; `-journal` files belong to their book.
        suffix = Path(candidate.name.rstrip(". ")).suffix.lower()
        is_book = suffix == BOOK_SUFFIX or suffix.startswith(f"{BOOK_SUFFIX}-")
        if is_book or _is_database(candidate):
            raise BadInputError(
                f"{path.name} is a household file; choose another name for the export.",
                code="file.is_book",
            )


def _is_database(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            return stream.read(len(_SQLITE_MAGIC)) == _SQLITE_MAGIC
    except OSError:
        return False


def _sync_folder(folder: Path) -> None:
    """Make the rename itself durable where the system lets folders be synced (not on Windows)."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _reason(error: OSError) -> str:
    return _WORDS.get(error.errno or 0, error.strerror or "the system refused")


def _write_error(path: Path, error: OSError) -> BadInputError:
    why = _reason(error)
    return BadInputError(
        f"{path.name} could not be written: {why}. Nothing was changed; choose another place or name.",
        code="file.write",
        errno=error.errno,
    )

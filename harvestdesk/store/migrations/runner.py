"""Carry a file from its schema to the newest one, a step at a time, or leave it as it was."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from harvestdesk.domain.errors import HarvestError
from harvestdesk.store.backup import copy_database

APPLICATION_ID = 0x48444B31
"""'HDK1' in the header of every household book."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the schema.

    Attributes:
        number: the schema the step leads to; steps are numbered from 1 without gaps.
        statements: SQL text, run in order inside one transaction.
    """

    number: int
    summary: str
    statements: tuple[str, ...]


class MigrationError(HarvestError):
    """A step failed; the file is as it was before the step."""

    code = "file.migration"


def user_version(connection: sqlite3.Connection) -> int:
    """Return the schema number of the file."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def apply_step(connection: sqlite3.Connection, step: Migration) -> None:
    """Run one step in one transaction.

    The undo history is dropped: it holds rows by the columns of the schema it was written under. References are
    not enforced while a step runs, because a table made anew is dropped and renamed under those that
    name it (sqlite.org/lang_altertable.html); all of them are checked before the commit.

    Raises:
        MigrationError: the step failed or left broken references; nothing of it remains.
        sqlite3.Error: the disk is full or fails; nothing of the step remains.
    """
    with _references_unenforced(connection):
        _run(connection, step)


@contextmanager
def _references_unenforced(connection: sqlite3.Connection) -> Iterator[None]:
    """Switch `foreign_keys` off for a block; SQLite ignores the switch inside a transaction."""
    enforced = connection.execute("PRAGMA foreign_keys").fetchone()[0]
    connection.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        connection.execute(f"PRAGMA foreign_keys = {enforced}")


def _run(connection: sqlite3.Connection, step: Migration) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        if step.number > 1:
            connection.execute("DELETE FROM undo_entries")
            connection.execute("DELETE FROM undo_steps")
        for statement in step.statements:
            connection.execute(statement)
        broken = connection.execute("PRAGMA foreign_key_check").fetchall()
        _refuse_broken(step, len(broken))
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {step.number}")
        connection.execute("COMMIT")
    except (sqlite3.Error, MigrationError) as error:
        if connection.in_transaction:  # a full disk rolls back by itself
            connection.execute("ROLLBACK")
        if isinstance(error, MigrationError) or _is_about_the_disk(error):
            raise
        message = (
            f"The file could not be brought to format {step.number}: {error}. It is unchanged."
        )
        raise MigrationError(message, step=step.number) from error


def _is_about_the_disk(error: sqlite3.Error) -> bool:
    """True when the step is sound and the disk or another program is in the way."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in {
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
    }


def _refuse_broken(step: Migration, broken: int) -> None:
    if broken:
        raise MigrationError(
            f"The file could not be brought to format {step.number}: {broken} broken references. "
            "It is unchanged.",
            step=step.number,
        )


def backup_path(path: Path, version: int) -> Path:
    """Return where the copy of a file of schema `version` is kept before it is migrated."""
    return path.with_name(f"{path.name}.v{version}.bak")


def migrate(
    connection: sqlite3.Connection, path: Path | None, migrations: Sequence[Migration]
) -> int:
    """Bring the file to the last of `migrations` and return its schema number.

    Args:
        connection: in manual transaction mode.
        path: where the file is, so that a copy is kept before the first step; None for a file that
            holds nothing yet.
        migrations: every step there is, in order.

    Raises:
        MigrationError: a step failed; earlier steps stand.
    """
    version = user_version(connection)
    pending = [step for step in migrations if step.number > version]
    if pending and version > 0 and path is not None:
        copy_database(connection, backup_path(path, version))
    for step in pending:
        apply_step(connection, step)
    return user_version(connection)

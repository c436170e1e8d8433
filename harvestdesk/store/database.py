"""A household book: one `.harvest` file, opened, read, written, undone, copied and checked."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy.engine import Connection

from harvestdesk.domain.changes import Changes
from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.household import Household
from harvestdesk.domain.ids import ProposalId
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.store import undo_log
from harvestdesk.store.backup import copy_database
from harvestdesk.store.check import integrity_report
from harvestdesk.store.connection import (
    connect,
    connect_copy,
    connect_plain,
    damaged,
    driver,
    storage_errors,
    transaction,
)
from harvestdesk.store.look import look, may_write, refuse_foreign_objects
from harvestdesk.store.migrations import CURRENT, MIGRATIONS
from harvestdesk.store.migrations.runner import migrate, user_version
from harvestdesk.store.reads import BookReader
from harvestdesk.store.records import IntegrityReport
from harvestdesk.store.snapshots import load_inputs, load_snapshot
from harvestdesk.store.unit_of_work import HouseholdWriter

__all__ = ["HouseholdBook", "HouseholdWriter"]

OWNER_ONLY = 0o600


class HouseholdBook(BookReader):
    """An open household book. Made by `create` or `open`; close it, or use it in a `with` block."""

    @classmethod
    def create(cls, path: Path, household: Household) -> Self:
        """Make a new file that only its owner can read, holding one household.

        Raises:
            BadInputError: the name is taken or the folder cannot be written to.
        """
        path = Path(path)
        _claim(path)
        try:
            with storage_errors(path):
                _lay_out(path, household)
                connection = connect(path, view_only=False)
                undo_log.arm(connection)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return cls(path, connection, view_only=False)

    @classmethod
    def open(cls, path: Path, view_only: bool = False) -> Self:
        """Open a file, bringing an older one to the current format after keeping a copy of it.

        To look at only, an older file is brought to the current format in memory and left as it is.

        Args:
            path: the file.
            view_only: never write; also so when the file or its folder can't be written to.

        Raises:
            BadInputError: it is not a household book, is newer than this program, or is damaged;
                nothing of it was changed.
        """
        path = Path(path)
        facts = look(path)
        view_only = view_only or not may_write(path)
        in_memory = view_only and facts.version < CURRENT
        with storage_errors(path):
            connection = connect_copy(path) if in_memory else connect(path, view_only=view_only)
            try:
                _prepare(connection, path, keep_copy=not in_memory)
                if in_memory:
                    driver(connection).execute("PRAGMA query_only = ON")
                if not view_only:
                    undo_log.arm(connection)
            except BaseException:
                connection.close()
                raise
        return cls(path, connection, view_only=view_only)

    def close(self) -> None:
        """Let go of the file; closing twice does no harm."""
        with self._lock:
            if self._open_connection is not None:
                self._open_connection.close()
                self._open_connection = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def snapshot(self, as_of: date) -> HouseholdSnapshot:
        """Return everything a decision needs as of a day, read at one moment."""
        return load_snapshot(self, as_of)

    def inputs(self, proposal_id: ProposalId) -> HouseholdSnapshot | None:
        """Return the household a kept plan was made for, with the price history of its days."""
        return load_inputs(self, proposal_id)

    @contextmanager
    def write(self, label: str) -> Iterator[HouseholdWriter]:
        """Change the book: all of the block or nothing of it, as one undo step.

        Args:
            label: what the step is called in the Edit menu, such as "Import schwab.csv".

        Raises:
            BadInputError: the book is view-only, another program is writing it, or the disk is full.
        """
        with self._writing() as connection:
            writer = HouseholdWriter(connection)
            try:
                with transaction(connection, "IMMEDIATE"):
                    undo_log.start(connection)
                    yield writer
                    changes = writer.finish(label)
                self._writes += 1
                writer.committed(changes)
            finally:
                writer.close()

    def undo(self) -> Changes | None:
        """Take the last step back; None when there is none."""
        with self._writing() as connection, transaction(connection, "IMMEDIATE"):
            self._writes += 1
            return undo_log.undo(connection)

    def redo(self) -> Changes | None:
        """Repeat the step taken back last; None when there is none."""
        with self._writing() as connection, transaction(connection, "IMMEDIATE"):
            self._writes += 1
            return undo_log.redo(connection)

    def undo_label(self) -> str | None:
        """Return the label of the step `undo` would take back, or None."""
        with self.reading() as connection:
            return undo_log.next_label(connection, undone=False)

    def redo_label(self) -> str | None:
        """Return the label of the step `redo` would repeat, or None."""
        with self.reading() as connection:
            return undo_log.next_label(connection, undone=True)

    def backup(self, destination: Path) -> None:
        """Copy the book, as of its last write, to a file that is checked before it gets its name.

        Raises:
            BadInputError: the destination is the book itself or can't be written.
        """
        destination = Path(destination)
        if destination.is_dir():
            raise BadInputError(f"{destination.name} is a folder.", code="backup.folder")
        if destination.exists() and destination.samefile(self.path):
            raise BadInputError(
                "The book cannot be copied onto itself; choose another name.", code="backup.self"
            )
        with self._lock, storage_errors(self.path):
            copy_database(driver(self._connection), destination)

    def check(self) -> IntegrityReport:
        """Check the whole file and return what was found."""
        with self.reading() as connection:
            return integrity_report(connection)

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self._lock, storage_errors(self.path):
            connection = self._connection
            if self.view_only:
                raise BadInputError(
                    f"{self.path.name} is open to look at only; nothing was changed.",
                    code="file.view_only",
                )
            if driver(connection).in_transaction:
                raise RuntimeError("a write inside a write")
            yield connection


def _claim(path: Path) -> None:
    """Make an empty file that only its owner can read, if the name is free."""
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, OWNER_ONLY)
    except FileExistsError as error:
        raise BadInputError(
            f"{path.name} is there already; choose another name, or open it.", code="file.exists"
        ) from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise BadInputError(
            f"{path.name!r} cannot be made there: {reason}.", code="file.path"
        ) from error
    os.close(handle)


def _lay_out(path: Path, household: Household) -> None:
    """Make the tables and the household itself, which is no undo step."""
    with closing(connect_plain(path, "rw")) as raw:
        migrate(raw, None, MIGRATIONS)
    with (
        closing(connect(path, view_only=False)) as connection,
        transaction(connection, "IMMEDIATE"),
    ):
        HouseholdWriter(connection).put_household(household)


def _prepare(connection: Connection, path: Path, *, keep_copy: bool) -> None:
    """Check a file that was just opened and bring it to the current format."""
    raw = driver(connection)
    # Again: a journal that was rolled back on opening may have changed what `look` saw.
    refuse_foreign_objects(raw, path, user_version(raw))
    if raw.execute("PRAGMA main.quick_check(1)").fetchall() != [("ok",)]:
        raise damaged(path)
    if user_version(raw) < CURRENT:
        migrate(raw, path if keep_copy else None, MIGRATIONS)

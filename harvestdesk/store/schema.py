"""The schema a file must have: what its migrations make of an empty database, no more and no less."""

import hashlib
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from functools import cache

from harvestdesk.store.migrations import CURRENT, MIGRATIONS
from harvestdesk.store.migrations.runner import Migration, migrate

SchemaObject = tuple[str, str, str, str]
"""Type, name, table and SQL text with single spaces."""


def schema_objects(connection: sqlite3.Connection) -> frozenset[SchemaObject]:
    """Return every object of the main database; SQLite's own statistics don't count."""
    rows = connection.execute(
        "SELECT type, name, tbl_name, coalesce(sql, '') FROM main.sqlite_master"
        " WHERE name NOT LIKE 'sqlite_stat%'"
    )
    return frozenset((kind, name, table, " ".join(sql.split())) for kind, name, table, sql in rows)


def made_by(migrations: Sequence[Migration]) -> frozenset[SchemaObject]:
    """Return the objects `migrations` make, run on an empty database in memory."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        migrate(connection, None, migrations)
        return schema_objects(connection)


@cache
def expected_objects(version: int) -> frozenset[SchemaObject]:
    """Return the objects of a file of schema `version`."""
    return made_by([step for step in MIGRATIONS if step.number <= version])


def foreign_objects(connection: sqlite3.Connection, version: int) -> list[str]:
    """Return a name for each object that is not as schema `version` has it, sorted."""
    differing = schema_objects(connection) ^ expected_objects(version)
    return sorted({f"{kind} {name}" for kind, name, _, _ in differing})


def schema_hash(version: int = CURRENT) -> str:
    """Return the SHA-256 of a schema, for the record of a file format."""
    return hashlib.sha256(repr(sorted(expected_objects(version))).encode()).hexdigest()

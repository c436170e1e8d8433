"""Undo and redo of whole writes, kept in the file so that they outlive the program.

Temporary triggers, made when a book is opened, note the inverse of every changed row (the technique of
sqlite.org/undoredo.html). They note values, not SQL: a file from elsewhere must not choose what is run,
and the file itself holds no trigger. The inverse of an insert is a row number, so 50,000 imported rows
cost a handful of ranges; their values are noted only when they are undone.
"""

import json
from collections.abc import Iterable, Iterator
from functools import reduce
from itertools import groupby
from operator import or_
from typing import NamedTuple

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.engine import Connection

from harvestdesk.domain.changes import Changes, Touched
from harvestdesk.store.connection import driver
from harvestdesk.store.tables import (
    DATA_TABLES,
    ROW_NO,
    TOUCHED,
    data_columns,
    undo_entries,
    undo_steps,
)

KEPT_STEPS = 200

_BUFFER = """
CREATE TEMP TABLE undo_buffer (
  seq INTEGER PRIMARY KEY, action TEXT, table_name TEXT, first_row INTEGER, old_values TEXT)
"""

_NOTE = "INSERT INTO undo_buffer (action, table_name, first_row, old_values)"


class Entry(NamedTuple):
    """The inverse of one row change, or of a run of inserted rows."""

    action: str
    table_name: str
    first_row: int
    last_row: int
    old_values: str | None


def arm(connection: Connection) -> None:
    """Make the temporary triggers that note every change of a data table."""
    raw = driver(connection)
    raw.execute(_BUFFER)
    for name, table in DATA_TABLES.items():
        columns = data_columns(table)
        old = ", ".join(f"OLD.{column}" for column in columns)
        changed = " OR ".join(f"OLD.{c} IS NOT NEW.{c}" for c in columns)
        for event, when, action, row, values in (
            ("INSERT", "", "delete", "NEW", "NULL"),
            ("DELETE", "", "insert", "OLD", f"json_array({old})"),
            ("UPDATE", f"WHEN {changed}", "update", "OLD", f"json_array({old})"),
        ):
            values_noted = f"'{action}', '{name}', {row}.{ROW_NO}, {values}"
            raw.execute(
                f"CREATE TEMP TRIGGER undo_{name}_{event.lower()} "
                f"AFTER {event} ON main.{name} {when} BEGIN {_NOTE} VALUES ({values_noted}); END"
            )


def start(connection: Connection) -> None:
    """Forget what an earlier transaction noted."""
    driver(connection).execute("DELETE FROM temp.undo_buffer")


def finish(connection: Connection, label: str) -> Changes:
    """Keep what the transaction changed as one step; steps undone before can't be redone any more.

    Returns:
        The changes; step 0 and nothing touched when no row differs.
    """
    entries = list(_noted(connection))
    touched = _touched(entries)
    if not entries:
        return Changes(label, touched, 0)
    _forget(connection, _steps(connection, undone=True))
    last = connection.execute(select(func.max(undo_steps.c.step))).scalar_one() or 0
    step = last + 1
    connection.execute(
        insert(undo_steps).values(step=step, label=label, touched=touched.value, undone=0)
    )
    _keep(connection, step, entries)
    _forget(connection, _steps(connection, undone=False)[:-KEPT_STEPS])
    return Changes(label, touched, step)


def undo(connection: Connection) -> Changes | None:
    """Take the last step back; None when there is none. The caller owns the transaction."""
    done = _steps(connection, undone=False)
    return _swing(connection, done[-1], undone=True) if done else None


def redo(connection: Connection) -> Changes | None:
    """Repeat the step undone last; None when there is none. The caller owns the transaction."""
    undone = _steps(connection, undone=True)
    return _swing(connection, undone[0], undone=False) if undone else None


def next_label(connection: Connection, *, undone: bool) -> str | None:
    """Return the label of the step `undo` (or, with `undone`, `redo`) would take."""
    order = undo_steps.c.step if undone else undo_steps.c.step.desc()
    label: str | None = connection.execute(
        select(undo_steps.c.label)
        .where(undo_steps.c.undone == int(undone))
        .order_by(order)
        .limit(1)
    ).scalar_one_or_none()
    return label


def _swing(connection: Connection, step: int, *, undone: bool) -> Changes:
    """Apply a step's inverse and keep the inverse of that under the same number."""
    row = connection.execute(select(undo_steps).where(undo_steps.c.step == step)).one()
    start(connection)
    # Rows come back in the exact reverse order, but one statement may have moved parents with children.
    driver(connection).execute("PRAGMA defer_foreign_keys = ON")
    entries = connection.execute(
        select(*(undo_entries.c[name] for name in Entry._fields))
        .where(undo_entries.c.step == step)
        .order_by(undo_entries.c.entry.desc())
    ).all()
    _apply(connection, (Entry(*entry) for entry in entries))
    connection.execute(delete(undo_entries).where(undo_entries.c.step == step))
    _keep(connection, step, list(_noted(connection)))
    connection.execute(
        update(undo_steps).where(undo_steps.c.step == step).values(undone=int(undone))
    )
    return Changes(row.label, Touched(row.touched), step)


def _apply(connection: Connection, entries: Iterable[Entry]) -> None:
    raw = driver(connection)
    for (action, name), group in groupby(entries, key=lambda e: (e.action, e.table_name)):
        columns = data_columns(DATA_TABLES[name])
        if action == "delete":
            raw.executemany(
                f"DELETE FROM main.{name} WHERE {ROW_NO} BETWEEN ? AND ?",  # noqa: S608
                [(e.first_row, e.last_row) for e in group],
            )
        elif action == "insert":
            marks = ", ".join("?" * (len(columns) + 1))
            raw.executemany(
                f"INSERT INTO main.{name} ({ROW_NO}, {', '.join(columns)}) VALUES ({marks})",  # noqa: S608
                ((e.first_row, *json.loads(e.old_values or "")) for e in group),
            )
        else:
            sets = ", ".join(f"{column} = ?" for column in columns)
            raw.executemany(
                f"UPDATE main.{name} SET {sets} WHERE {ROW_NO} = ?",  # noqa: S608
                ((*json.loads(e.old_values or ""), e.first_row) for e in group),
            )


def _noted(connection: Connection) -> Iterator[Entry]:
    """Return what the triggers noted, runs of inserted rows as one entry each."""
    rows = driver(connection).execute(
        "SELECT action, table_name, first_row, first_row, old_values FROM temp.undo_buffer ORDER BY seq"
    )
    run: Entry | None = None
    for row in rows:
        entry = Entry(*row)
        if run is not None and _continues(run, entry):
            first = min(run.first_row, entry.first_row)
            run = run._replace(first_row=first, last_row=max(run.last_row, entry.last_row))
            continue
        if run is not None:
            yield run
        run = entry
    if run is not None:
        yield run


def _continues(run: Entry, entry: Entry) -> bool:
    return (
        entry.action == "delete"
        and run.action == "delete"
        and entry.table_name == run.table_name
        # Downwards too: taking back a deletion puts the rows in again last first.
        and entry.first_row in {run.last_row + 1, run.first_row - 1}
    )


def _touched(entries: Iterable[Entry]) -> Touched:
    return reduce(or_, (TOUCHED[name] for name in {e.table_name for e in entries}), Touched.NOTHING)


def _keep(connection: Connection, step: int, entries: list[Entry]) -> None:
    driver(connection).executemany(
        "INSERT INTO main.undo_entries (step, action, table_name, first_row, last_row, old_values)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        ((step, *entry) for entry in entries),
    )


def _steps(connection: Connection, *, undone: bool) -> list[int]:
    return list(
        connection.execute(
            select(undo_steps.c.step)
            .where(undo_steps.c.undone == int(undone))
            .order_by(undo_steps.c.step)
        ).scalars()
    )


def _forget(connection: Connection, steps: list[int]) -> None:
    if steps:
        connection.execute(delete(undo_entries).where(undo_entries.c.step.in_(steps)))
        connection.execute(delete(undo_steps).where(undo_steps.c.step.in_(steps)))

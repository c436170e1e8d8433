"""The calendar as a table: first safe day, cause, accounts, shares and dollars at stake."""

from collections.abc import Sequence
from typing import Any

from harvestdesk.gui import formatting
from harvestdesk.gui.models.table_base import Column, ColumnTable, Kind, RowValues
from harvestdesk.gui.theme import Theme, Tone
from harvestdesk.gui.views.wash_calendar.words import LOCK_WORDS, LOST, explain_lock
from harvestdesk.reports.wording import cause_phrase
from harvestdesk.services.views.wash_calendar import LockRow


def _explain(values: RowValues) -> str:
    return explain_lock(values["row"])


def _note_tone(values: RowValues) -> Tone:
    row: LockRow = values["row"]
    if row.permanent:
        return Tone.PERMANENT
    return Tone.WARNING if row.spills_over else Tone.PLAIN


COLUMNS: tuple[Column, ...] = (
    Column("symbols", "Identical set", explain="Substantially identical securities", width=16),
    Column("lock", "Lock", explain="What must not be done", explain_cell=_explain, width=22),
    Column("safe", "First safe day", Kind.DATE, "First day it may be done again", _explain, width=15),
    Column("last", "Locked until", Kind.DATE, "Last locked day", _explain, width=13),
    Column("cause", "Cause", explain="What the lock comes from", explain_cell=_explain, width=24),
    Column("cause_on", "On", Kind.DATE, "Day of the sale or purchase behind the lock", _explain,
           width=13),
    Column("accounts", "In", explain="Account of that sale or purchase; the lock holds in all of them",
           explain_cell=_explain, width=20),
    Column("shares", "Shares", Kind.SHARES, "Shares that can still be matched", _explain),
    Column("dollars", "At stake $", Kind.MONEY, "Losses at stake", _explain),
    Column("note", "Note", explain="Anything special about the lock", explain_cell=_explain,
           tone=_note_tone, width=30),
)  # fmt: skip


def note_of(row: LockRow) -> str:
    """Return what is special about a lock."""
    notes = []
    if row.permanent:
        notes.append(LOST)
    if row.planned:
        notes.append("comes with the plan")
    if row.spills_over:
        notes.append(f"runs into {row.last_day:%B}")
    if row.evidence not in {"confirmed", ""}:
        notes.append(row.evidence.replace("_", " "))
    return ", ".join(notes)


def columns_of(rows: Sequence[LockRow]) -> dict[str, Sequence[Any]]:
    """Return the values of the table by column."""
    return {
        "symbols": [", ".join(r.symbols) for r in rows],
        "lock": [LOCK_WORDS[r.kind] for r in rows],
        "safe": [r.first_safe_day for r in rows],
        "last": [r.last_day for r in rows],
        "cause": [cause_phrase(r.cause) for r in rows],
        "cause_on": [r.cause_on for r in rows],
        "accounts": [", ".join(r.accounts) or formatting.NOTHING for r in rows],
        "shares": [r.shares for r in rows],
        "dollars": [r.dollars for r in rows],
        "note": [note_of(r) for r in rows],
        "row": list(rows),
    }


class LockTable(ColumnTable):
    """The locks as rows, keyed by set and place, so that one set's rows are found together."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(COLUMNS, theme)

    def show_locks(self, rows: Sequence[LockRow]) -> None:
        """Replace the locks."""
        self.set_rows(columns_of(rows), [(str(r.set_id), i) for i, r in enumerate(rows)])

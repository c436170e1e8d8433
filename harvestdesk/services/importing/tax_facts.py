"""Gains outside the ledger and changes of law an own CSV may carry, merged into what the household has.

A row takes the place of the stored one that says the same of where it belongs (quarter, term, kind, note), so
that an estimate can be corrected; the second of two such rows takes the place of the second.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Any, TypeVar

from harvestdesk.domain.errors import Problem, Severity
from harvestdesk.domain.money import MONEY_DIGITS, RATE_DIGITS, rounded
from harvestdesk.domain.tax_year import ExternalGain, LawChange
from harvestdesk.importers.batch import ParsedExternalGain, ParsedLawChange

Row = TypeVar("Row", ParsedExternalGain, ParsedLawChange)
NewId = Callable[[str], str]
CountRow = Callable[[bool], None]
_QUARTER_MONTHS = 2


def merged_gains(
    stored: Sequence[ExternalGain],
    rows: Sequence[ParsedExternalGain],
    new_id: NewId,
    count: CountRow,
) -> tuple[ExternalGain, ...]:
    """Return the gains with a file's rows put in; `count` is told of each row whether it is new."""
    found = {g.id: g for g in stored}
    for row, known in _matched(stored, rows, _gain_place):
        made = ExternalGain(
            id=known or new_id("gain"),
            on=row.on,
            term=row.term,
            amount=rounded(row.amount, MONEY_DIGITS),
            probability=rounded(row.probability, RATE_DIGITS),
            kind=row.kind,
            realised=row.realised,
            note=row.note,
        )
        count(found.get(made.id) != made)
        found[made.id] = made
    return tuple(found.values())


def merged_law_changes(
    stored: Sequence[LawChange],
    rows: Sequence[ParsedLawChange],
    new_id: NewId,
    count: CountRow,
) -> tuple[LawChange, ...]:
    """Return the changes of law with a file's rows put in; `count` is told of each row whether it is new."""
    found = {c.id: c for c in stored}
    for row, known in _matched(stored, rows, _law_place):
        made = LawChange(
            id=known or new_id("law"),
            from_year=row.from_year,
            target=row.target,
            points=rounded(row.points, RATE_DIGITS),
            note=row.note,
        )
        count(found.get(made.id) != made)
        found[made.id] = made
    return tuple(found.values())


def unhappened(rows: Iterable[ParsedExternalGain], as_of: date) -> list[Problem]:
    """Return a warning for each gain said to have happened in a quarter that has not begun."""
    return [
        Problem(
            Severity.WARNING,
            f"found a realised gain of the quarter that ends {row.on}, which has not begun; the row was "
            "read as it is",
            row.line,
            code="date.future",
        )
        for row in rows
        if row.realised and date(row.on.year, row.on.month - _QUARTER_MONTHS, 1) > as_of
    ]


def _matched(
    stored: Sequence[Any],
    rows: Sequence[Row],
    place: Callable[[Any], object],
) -> Iterator[tuple[Row, str]]:
    """Give each row with the id of the stored one it takes the place of; empty for a new one."""
    ids: dict[object, list[str]] = defaultdict(list)
    for one in reversed(stored):
        ids[place(one)].append(one.id)
    for row in rows:
        left = ids[place(row)]
        yield row, left.pop() if left else ""


def _gain_place(gain: ExternalGain | ParsedExternalGain) -> object:
    return gain.on, gain.term, gain.kind, gain.note


def _law_place(change: LawChange | ParsedLawChange) -> object:
    return change.from_year, change.target, change.note

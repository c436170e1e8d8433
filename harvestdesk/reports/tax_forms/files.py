"""A file for tax software: its text, how many rows went in, and which were left out and why."""

from collections.abc import Iterable
from dataclasses import dataclass

from harvestdesk.domain.errors import Problem, Severity
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.reports.tax_forms.parts import description, listed
from harvestdesk.reports.tax_forms.sales import TaxSale


@dataclass(frozen=True, slots=True)
class TaxFile:
    """One file; `problems` names every row that is not in it, or not whole."""

    text: str
    rows: int
    problems: tuple[Problem, ...] = ()


def named(snapshot: HouseholdSnapshot, rows: Iterable[TaxSale]) -> str:
    """Return rows by number and description: `3 (0.5 BTC), 9 (2 ETH)`."""
    return listed((f"{row.number} ({description(snapshot, row)})" for row in rows), most=12)


def left_out(message: str, code: str, severity: Severity = Severity.WARNING) -> Problem:
    """Return the finding that rows are not in a file."""
    return Problem(severity, message, code=code)

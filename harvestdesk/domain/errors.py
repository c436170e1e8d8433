"""Errors as typed values: a code, the facts, and a sentence that says the way out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Severity(StrEnum):
    """How much a problem matters."""

    ERROR = "error"
    """The row or file could not be used."""
    WARNING = "warning"
    """Used, but look at it."""
    INFO = "info"
    """Deliberately left out, and nothing is lost."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding about input: where it stands, what was found and what was expected."""

    severity: Severity
    message: str
    line: int | None = None
    column: str | None = None
    code: str = ""
    text: str = ""

    def described(self) -> str:
        """Return the finding as one line for a person."""
        where = f"line {self.line}" if self.line is not None else ""
        if self.column:
            where = f"{where}, column {self.column}" if where else f"column {self.column}"
        return f"{where}: {self.message}" if where else self.message


class HarvestError(Exception):
    """A failure with a stable code, facts for the log, and words for the person.

    Attributes:
        code: stable, dotted, lower case, such as `file.newer`.
        facts: plain values behind the message; never names, symbols or amounts in logs.
    """

    code: str = "defect"

    def __init__(self, message: str, *, code: str | None = None, **facts: object) -> None:
        super().__init__(message)
        self.message = message
        if code is not None:
            self.code = code
        self.facts: Mapping[str, object] = facts


class BadInputError(HarvestError):
    """Input that can't be used; nothing was changed (exit code 2)."""

    code = "input"


class NoPlanError(HarvestError):
    """No feasible plan; the message names the rules in conflict (exit code 3)."""

    code = "infeasible"


class CancelledError(HarvestError):
    """The person stopped the work."""

    code = "cancelled"


@dataclass(frozen=True, slots=True)
class Notice:
    """A warning or remark that goes with a result: a code and its facts, worded by reports.wording."""

    code: str
    facts: Mapping[str, str] = field(default_factory=dict)
    severity: Severity = Severity.WARNING

"""What a write touched, so that views know whether to look again."""

from dataclasses import dataclass
from enum import Flag, auto


class Touched(Flag):
    """Kinds of data a step changed."""

    NOTHING = 0
    HOUSEHOLD = auto()
    ACCOUNTS = auto()
    SECURITIES = auto()
    LOTS = auto()
    TRANSACTIONS = auto()
    PRICES = auto()
    RELATIONS = auto()
    TARGETS = auto()
    PROPOSALS = auto()
    TAX_FACTS = auto()
    """Gains outside the ledger and changes of law."""
    OUTSIDE = auto()
    """What the household owns elsewhere."""


@dataclass(frozen=True, slots=True)
class Changes:
    """The result of one undo step."""

    label: str
    touched: Touched
    step: int

    def has(self, kind: Touched) -> bool:
        """True if `kind` was changed."""
        return bool(self.touched & kind)

"""Why nothing is feasible: the rules in conflict, and what would have to give."""

from dataclasses import dataclass
from enum import StrEnum

from harvestdesk.domain.errors import NoPlanError


class RuleKind(StrEnum):
    """Rules a plan must keep, by the word the person knows them by."""

    CASH = "cash"
    TURNOVER = "turnover"
    TAX_BUDGET = "tax_budget"
    GAIN_BUDGET = "gain_budget"
    TRACKING_ERROR = "tracking_error"
    SECURITY = "security"
    SECTOR = "sector"
    ASSET_CLASS = "asset_class"
    LOSS_TARGET = "loss_target"
    PAYOUT = "payout"
    MAX_TRADES = "max_trades"
    MIN_TRADE = "min_trade"
    VOLUME = "volume"
    LOCKS = "locks"
    SIDES = "sides"


@dataclass(frozen=True, slots=True)
class RuleGive:
    """One rule, and how far it would have to give.

    Attributes:
        name: which one of its kind: an account, sector, class or security; empty where there is one.
        now, needed: dollars of a budget or of cash, fractions of value of weights and turnover, yearly
            tracking error as a fraction, a count of orders.
        least: True where the rule is a least amount, which would have to be lower.
    """

    kind: RuleKind
    name: str
    now: float
    needed: float
    least: bool = False


@dataclass(frozen=True, slots=True)
class Conflict:
    """What the elastic solve found.

    Attributes:
        together: the cheapest set of rules that have to give, all of them together.
        alone: rules of which one is enough, if it alone gives; best first.
        beside: rules that hold but stand in the way.
    """

    together: tuple[RuleGive, ...]
    alone: tuple[RuleGive, ...] = ()
    beside: tuple[tuple[RuleKind, str], ...] = ()


class ConflictError(NoPlanError):
    """No plan keeps every rule; `conflict` says which, as data."""

    code = "infeasible"
    conflict: Conflict = Conflict(())

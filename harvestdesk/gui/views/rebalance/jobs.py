"""The jobs a household plan can do: what they are called, and which figures each of them is asked with."""

from dataclasses import dataclass
from enum import StrEnum

from harvestdesk.domain.plan_settings import PlanKind


class Part(StrEnum):
    """Parts of what is asked; a job shows those that mean something to it."""

    AMOUNT = "amount"
    SOURCES = "sources"
    SHORT_ONLY = "short_only"
    RECIPIENT = "recipient"
    RISK = "risk"
    TRACKING_ERROR = "tracking_error"
    TAX = "tax"
    GAIN = "gain"
    TURNOVER = "turnover"
    BANDS = "bands"
    ORDERS = "orders"
    COSTS = "costs"
    PIGGY_BACK = "piggy_back"
    LOCATION = "location"
    VIEW = "view"
    GROUPS = "groups"
    ACCOUNTS = "accounts"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class JobSpec:
    """One job.

    Attributes:
        about: what it does, in one sentence.
        amount: the sentence before the amount; empty where none is asked.
        no_amount: what happens where none is given.
        sources: what the ticked accounts mean.
        shows: the parts it is asked with.
    """

    about: str
    amount: str = ""
    no_amount: str = ""
    sources: str = ""
    shows: frozenset[Part] = frozenset()


_LIMITS = frozenset(
    {
        Part.RISK,
        Part.TRACKING_ERROR,
        Part.TAX,
        Part.GAIN,
        Part.ORDERS,
        Part.COSTS,
        Part.GROUPS,
        Part.ACCOUNTS,
        Part.NEVER,
        Part.LOCATION,
        Part.VIEW,
    }
)

JOBS: dict[PlanKind, JobSpec] = {
    PlanKind.REBALANCE: JobSpec(
        "Weighs tracking error, tax and cost against each other, over all accounts at once.",
        shows=_LIMITS | {Part.TURNOVER, Part.BANDS, Part.PIGGY_BACK},
    ),
    PlanKind.INVEST: JobSpec(
        "Puts cash to work where the household is short of its targets: buys first, and sells only where it pays.",
        amount="Invest $",
        no_amount="0: all cash beyond each account's reserve",
        sources="Into",
        shows=_LIMITS | {Part.AMOUNT, Part.SOURCES, Part.TURNOVER, Part.BANDS, Part.PIGGY_BACK},
    ),
    PlanKind.WITHDRAW: JobSpec(
        "Raises an amount to spend at least tax, and leaves the household as near to its targets as that allows.",
        amount="Raise $",
        sources="Take it from",
        shows=_LIMITS | {Part.AMOUNT, Part.SOURCES, Part.TURNOVER, Part.PIGGY_BACK},
    ),
    PlanKind.HARVEST_TARGET: JobSpec(
        "Realises losses of a given amount, at the least tracking error and cost.",
        amount="Realise losses of $",
        shows=(_LIMITS - {Part.GAIN, Part.TAX}) | {Part.AMOUNT, Part.SHORT_ONLY, Part.TURNOVER},
    ),
    PlanKind.GAIN_HARVEST: JobSpec(
        "Realises long-term gains that are taxed at 0 % this year and buys the same shares back at once: there "
        "is no wash sale on gains.",
        amount="Realise gains of at most $",
        no_amount="0: all that the 0 % band takes",
        shows=frozenset({Part.AMOUNT, Part.ORDERS, Part.COSTS, Part.ACCOUNTS, Part.NEVER}),
    ),
    PlanKind.GIFT: JobSpec(
        "Chooses long-term lots with the largest gains to give away instead of selling them: the gain is never "
        "taxed, and the value is deducted (IRC \u00a7170(e)).",
        amount="Give $",
        shows=frozenset({Part.AMOUNT, Part.RECIPIENT, Part.ACCOUNTS, Part.NEVER}),
    ),
}
"""By kind, in the order of the chooser; their names are PLAN_NAMES."""

"""What the person asks of a plan for the whole household: the job, what counts how much, and the limits."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from harvestdesk.domain.ids import AccountId, SecurityId
from harvestdesk.domain.money import ZERO


class PlanKind(StrEnum):
    """Which job a plan does."""

    HARVEST = "harvest"
    """The most loss within a limit on tracking error (methods 1.6)."""
    REBALANCE = "rebalance"
    """Tracking error, tax and cost against each other."""
    INVEST = "invest"
    """Put a contribution, or idle cash, to work: buys first."""
    WITHDRAW = "withdraw"
    """Raise an amount at least tax."""
    HARVEST_TARGET = "harvest_target"
    """Losses of a given amount, at least tracking error and cost."""
    GAIN_HARVEST = "gain_harvest"
    """Long-term gains that fill the 0 % band, bought back at once."""
    GIFT = "gift"
    """Long-term lots to give to charity instead of selling them."""


PLAN_NAMES: dict[PlanKind, str] = {
    PlanKind.HARVEST: "Year-end harvest",
    PlanKind.REBALANCE: "Rebalance",
    PlanKind.INVEST: "Invest cash",
    PlanKind.WITHDRAW: "Raise a withdrawal",
    PlanKind.HARVEST_TARGET: "Harvest to a target",
    PlanKind.GAIN_HARVEST: "Gain harvest",
    PlanKind.GIFT: "Gift of shares",
}
HOUSEHOLD_KINDS: tuple[PlanKind, ...] = tuple(k for k in PlanKind if k is not PlanKind.HARVEST)
"""Plans asked for with `PlanSettings`."""


class Zone(StrEnum):
    """When drift alone is a reason to trade (no-trade zone)."""

    NONE = "none"
    """Whenever it pays: tracking error, tax and cost decide."""
    TO_EDGE = "to_edge"
    """Only asset classes outside their bands, back to the nearer end of the band."""
    TO_HALF = "to_half"
    """The same, half-way from that end to the target."""
    TO_TARGET = "to_target"
    """The same, all the way to the target."""


ZONE_NAMES: dict[Zone, str] = {
    Zone.NONE: "Whenever it pays",
    Zone.TO_EDGE: "Outside the bands only, back to the edge",
    Zone.TO_HALF: "Outside the bands only, half-way to the target",
    Zone.TO_TARGET: "Outside the bands only, to the target",
}


class GroupKind(StrEnum):
    """What a limit on weights is about."""

    SECURITY = "security"
    SECTOR = "sector"
    ASSET_CLASS = "asset_class"


@dataclass(frozen=True, slots=True)
class GroupLimit:
    """Least and most weight after the plan, as fractions of the household's value.

    Attributes:
        name: security id, sector's name, or asset class's value.
    """

    kind: GroupKind
    name: str
    low: Decimal = ZERO
    high: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class PlanSettings:
    """What the person asked of a plan other than the year-end harvest.

    Budgets and limits are None where there is none; budgets are dollars of this plan alone.

    Attributes:
        risk_aversion: dollars a year that one unit of yearly variance costs per dollar of value: 10 means
            that 1 % of tracking error costs 10 basis points a year (methods 4.7).
        cost_rate: of each dollar traded, one way.
        ticket_cost: dollars of each order.
        tracking_error_bp: limit after the plan.
        tax_budget: most tax the plan may cost this year, by the real netting; 0 is tax-neutral.
        gain_budget: most gain less loss it may realise.
        turnover: most sold, as a fraction of value (methods 4.2).
        keep_bands: asset classes must end inside their bands.
        zone: whether drift inside the bands is left alone.
        group_limits: weights after the plan.
        never_sell, never_buy, excluded_security_ids: excluded ones are neither sold nor bought.
        account_ids: only these accounts trade; empty: all that may.
        min_trade: smallest order in dollars.
        max_trades: most orders.
        max_volume_share: most of a security's average daily volume traded in one plan, a fraction.
        piggy_back: losses are taken only from what the household would sell anyway.
        location_weight: how much asset location counts, 0 (not) to 1 (its full value, methods 4.6).
        location_years: horizon of that value.
        after_tax_view: weights count traditional accounts less the tax at withdrawal.
        retirement_rate: that tax, a fraction.
        amount: dollars to invest, withdraw, harvest or give; None where the job needs none.
        source_ids: accounts a withdrawal may come from, or a contribution goes to; empty: any taxable one.
        short_only: HARVEST_TARGET counts short-term losses only.
        recipient: GIFT: who receives it, for paper; may be empty.
    """

    kind: PlanKind = PlanKind.REBALANCE
    risk_aversion: Decimal = Decimal(10)
    cost_rate: Decimal = Decimal("0.0005")
    ticket_cost: Decimal = ZERO
    tracking_error_bp: Decimal | None = None
    tax_budget: Decimal | None = None
    gain_budget: Decimal | None = None
    turnover: Decimal | None = None
    keep_bands: bool = False
    zone: Zone = Zone.NONE
    group_limits: tuple[GroupLimit, ...] = ()
    never_sell: tuple[SecurityId, ...] = ()
    never_buy: tuple[SecurityId, ...] = ()
    excluded_security_ids: tuple[SecurityId, ...] = ()
    account_ids: tuple[AccountId, ...] = ()
    min_trade: Decimal = Decimal(250)
    max_trades: int | None = None
    max_volume_share: Decimal | None = None
    piggy_back: bool = False
    location_weight: Decimal = ZERO
    location_years: int = 10
    after_tax_view: bool = False
    retirement_rate: Decimal = Decimal("0.22")
    amount: Decimal | None = None
    source_ids: tuple[AccountId, ...] = ()
    short_only: bool = False
    recipient: str = ""
    time_limit_seconds: float = 20.0

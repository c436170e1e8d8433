"""The curve of tracking error against tax: what a household can choose among."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class FrontierPoint:
    """One solved point; the figures are of the plan in weights, before rounding to shares.

    Attributes:
        tracking_error_bp: a year, after the plan.
        tax: dollars of this year that the plan costs; negative saves.
        cost: dollars of trading.
        turnover: sold, as a fraction of value.
        orders: sales and purchases.
        risk_aversion: at which this is the best plan.
        gap: relative distance of the point's plan from the proven bound.
    """

    tracking_error_bp: Decimal
    tax: Decimal
    cost: Decimal
    turnover: Decimal
    orders: int
    risk_aversion: Decimal
    gap: float


@dataclass(frozen=True, slots=True)
class Frontier:
    """Points by rising tracking error, and where the household stands.

    Attributes:
        nothing: no trade at all.
        current: nearest point to the settings asked for, by number; None without.
        knee: number of the point beyond which tax is bought dearly.
        left_out: settings these figures don't keep, by field; a plan made exactly does.
    """

    points: tuple[FrontierPoint, ...]
    nothing: FrontierPoint
    current: int | None
    knee: int | None
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LiveFigures:
    """What a plan would come to, in weights, a moment after it was asked about.

    Attributes:
        nothing: no trade at all.
        left_out: settings these figures don't keep, by field; a plan made exactly does.
    """

    point: FrontierPoint
    nothing: FrontierPoint
    left_out: tuple[str, ...] = ()

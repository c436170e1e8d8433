"""A plan made again with one trade forced or forbidden: what it would cost."""

from dataclasses import dataclass
from decimal import Decimal

from harvestdesk.domain.money import ZERO


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The best such plan against the plan there is; differences are of the former less the latter.

    Dollars are those of the objective: tax of this year, trading, and the price of tracking error a year.
    Above zero the plan there is is better: "selling this lot instead: +$412".

    Attributes:
        tax, cost, risk: parts of `dollars`: tax, trading and whatever else trades cost, tracking error.
        tracking_error_bp: a year, after it.
        orders: lots and purchases that are traded otherwise, the one asked about included.
        possible: False where no plan keeps every rule with it; all figures are zero then.
        proven: every choice of sides was searched; otherwise only those nearest to the plan's, and there may
            be a better plan with it: `dollars` is the most it costs.
    """

    dollars: Decimal = ZERO
    tax: Decimal = ZERO
    cost: Decimal = ZERO
    risk: Decimal = ZERO
    tracking_error_bp: Decimal = ZERO
    orders: int = 0
    possible: bool = True
    proven: bool = False

"""A harvest as arrays: what the solver sees. Weights are fractions of the household's value."""

from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]
BoolArray = NDArray[np.bool_]


class Side(IntEnum):
    """Which side of an identical set a plan may use."""

    BUY = 0
    SELL = 1
    OPEN = 2
    """Not decided: the relaxation may mix both."""
    NONE = 3
    """Nothing of the set is traded: a choice of its own where orders count."""


@dataclass(frozen=True)
class HarvestProblem:
    """The year-end maximiser of methods 1.6 without any solver in it.

    Attributes:
        active: [security] active weight today.
        loadings: [security, factor] per square root of a year.
        specific_variance: [security] per year.
        security_set: [security] number of its identical set, 0 .. sets - 1.
        lot_security, lot_account: [lot] indices.
        lot_limit: [lot] largest weight that may be sold.
        lot_value: [lot] objective per weight sold: the loss (or its tax value) per dollar of proceeds.
        buy_security, buy_account: [purchase] indices.
        buy_cost: [purchase] objective lost per weight bought: hurdle and rank.
        limit: tracking error allowed after the plan, a fraction a year.
        replace: proceeds are reinvested in the account they come from, dollar for dollar.
        unspent: [account] least and most weight of proceeds that stays in cash, as far as rounding may
            leave it; None: all is spent. Least is below zero by the cents that rounding may win.
    """

    active: FloatArray
    loadings: FloatArray
    specific_variance: FloatArray
    security_set: IntArray
    lot_security: IntArray
    lot_account: IntArray
    lot_limit: FloatArray
    lot_value: FloatArray
    buy_security: IntArray
    buy_account: IntArray
    buy_cost: FloatArray
    accounts: int
    limit: float
    replace: bool = True
    unspent: tuple[FloatArray, FloatArray] | None = None

    @property
    def sets(self) -> int:
        """Number of identical sets."""
        return int(self.security_set.max(initial=-1)) + 1

    @property
    def lot_set(self) -> IntArray:
        """[lot] number of the identical set."""
        return self.security_set[self.lot_security]

    @property
    def buy_set(self) -> IntArray:
        """[purchase] number of the identical set."""
        return self.security_set[self.buy_security]

    def two_sided(self) -> IntArray:
        """Return the sets that could be sold at a loss and could be bought: a side must be chosen."""
        return np.intersect1d(self.lot_set, self.buy_set)

    def keeping(self, lots: BoolArray, buys: BoolArray) -> "HarvestProblem":
        """Return the problem with only the lots and purchases of the masks."""
        return replace(
            self,
            lot_security=self.lot_security[lots],
            lot_account=self.lot_account[lots],
            lot_limit=self.lot_limit[lots],
            lot_value=self.lot_value[lots],
            buy_security=self.buy_security[buys],
            buy_account=self.buy_account[buys],
            buy_cost=self.buy_cost[buys],
        )

    def all_spent(self) -> "HarvestProblem":
        """Return the problem in which no proceeds stay in cash."""
        return replace(self, unspent=None)

    def at(self, active: FloatArray) -> "HarvestProblem":
        """Return the problem with other active weights to start from."""
        return replace(self, active=active)

    def active_after(self, sold: FloatArray, bought: FloatArray) -> FloatArray:
        """Return [security] active weights after selling `sold` [lot] and buying `bought` [purchase]."""
        after = self.active.copy()
        np.subtract.at(after, self.lot_security, sold)
        np.add.at(after, self.buy_security, bought)
        return after

    def variance(self, active: FloatArray) -> float:
        """Return the yearly variance of active weights."""
        factors = self.loadings.T @ active
        return float(factors @ factors + self.specific_variance @ active**2)

    def slope(self, active: FloatArray, rows: IntArray) -> FloatArray:
        """Return half the change of the variance per weight more of each of these securities."""
        own = self.specific_variance[rows] * active[rows]
        return np.asarray(self.loadings[rows] @ (self.loadings.T @ active) + own, dtype=np.float64)

    def tracking_error(self, sold: FloatArray, bought: FloatArray) -> float:
        """Return the tracking error after trades, a fraction a year."""
        return float(np.sqrt(self.variance(self.active_after(sold, bought))))

    def objective(self, sold: FloatArray, bought: FloatArray) -> float:
        """Return the value of trades, in fractions of the household's value."""
        return float(self.lot_value @ sold - self.buy_cost @ bought)

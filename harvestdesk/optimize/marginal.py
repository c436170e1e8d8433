"""What one more sale would do to tracking error: swapped for the best single replacement left."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from harvestdesk.domain.money import ZERO
from harvestdesk.optimize.build import Built
from harvestdesk.optimize.problem import BoolArray, FloatArray, IntArray
from harvestdesk.optimize.rounding import bought_weights, sold_weights

NONE = -1


@dataclass(frozen=True)
class Swap:
    """Selling what is left of a lot on top of the plan.

    Attributes:
        lot: number of the lot in the problem.
        purchase: number of the purchase that takes its place; NONE: the proceeds stay in cash.
        change: change of the variance.
    """

    lot: int
    shares: Decimal
    weight: float
    purchase: int
    change: float


class Margins:
    """The plan's exposures, and what further swaps would make of them."""

    def __init__(self, built: Built, sold: Sequence[Decimal], bought: Sequence[Decimal]) -> None:
        self._built = built
        self._problem = built.problem
        sold_w, bought_w = sold_weights(built, sold), bought_weights(built, bought)
        self._active = self._problem.active_after(sold_w, bought_w)
        self._factors = self._problem.loadings.T @ self._active
        self.bought_sets = np.unique(self._problem.buy_set[bought_w > 0])
        sold_sets = np.unique(self._problem.lot_set[sold_w > 0])
        self._open: BoolArray = ~np.isin(self._problem.buy_set, sold_sets)
        self.left = [x.free_shares - n for x, n in zip(built.losses, sold, strict=True)]

    @property
    def variance(self) -> float:
        """Variance of the plan, with the swaps applied so far."""
        own = self._problem.specific_variance @ self._active**2
        return float(self._factors @ self._factors + own)

    def sellable(self, lot: int) -> bool:
        """True if shares are left and the lot's set is not bought by the plan."""
        return self.left[lot] > ZERO and self._problem.lot_set[lot] not in self.bought_sets

    def swap(self, lot: int) -> Swap | None:
        """Return the best swap of what is left of a lot, or None where nothing may be bought for it."""
        p, built = self._problem, self._built
        weight = float(self.left[lot] * built.losses[lot].price.value) / built.value
        security = int(p.lot_security[lot])
        slope = self._slope(np.array([security], dtype=np.intp))[0]
        if not p.replace:
            change = -2 * weight * slope + weight**2 * self._square(security)
            return Swap(lot, self.left[lot], weight, NONE, float(change))
        mine = np.flatnonzero(
            (p.buy_account == p.lot_account[lot]) & self._open & (p.buy_set != p.lot_set[lot])
        )
        if not len(mine):
            return None
        rows = p.buy_security[mine]
        apart = ((p.loadings[rows] - p.loadings[security]) ** 2).sum(axis=1)
        apart += p.specific_variance[rows] + p.specific_variance[security]
        changes = 2 * weight * (self._slope(rows) - slope) + weight**2 * apart
        best = int(np.argmin(changes))
        return Swap(lot, self.left[lot], weight, int(mine[best]), float(changes[best]))

    def apply(self, swap: Swap) -> None:
        """Count a swap as done."""
        p = self._problem
        self._active[p.lot_security[swap.lot]] -= swap.weight
        if swap.purchase != NONE:
            self._active[p.buy_security[swap.purchase]] += swap.weight
        self._factors = p.loadings.T @ self._active
        self._open &= p.buy_set != p.lot_set[swap.lot]
        if swap.purchase != NONE:
            self.bought_sets = np.union1d(self.bought_sets, [p.buy_set[swap.purchase]])
        self.left[swap.lot] = ZERO

    def after(self, swap: Swap) -> float:
        """Return the tracking error with one more swap."""
        return float(np.sqrt(max(0.0, self.variance + swap.change)))

    def _slope(self, rows: IntArray) -> FloatArray:
        p = self._problem
        own = p.specific_variance[rows] * self._active[rows]
        return np.asarray(p.loadings[rows] @ self._factors + own, dtype=np.float64)

    def _square(self, row: int) -> float:
        p = self._problem
        return float((p.loadings[row] ** 2).sum() + p.specific_variance[row])

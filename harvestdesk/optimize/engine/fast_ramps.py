"""Lots that are sold over a stretch of prices instead of all at once.

Lots of one security in several accounts may cost the same to sell, and which of them is sold then jumps with the
least change of prices. So each lot's cost rises a little, by `ramp`, from its first share to its last: what is
sold moves smoothly, and lots that tie are sold together. The ramp shrinks with the barriers.
"""

from dataclasses import dataclass

import numpy as np

from harvestdesk.optimize.engine.fast_blocks import Layout
from harvestdesk.optimize.engine.problem import FloatArray, IntArray

REACH = 1.5
"""How many ramps around a price are looked at; it rises by one at most."""
LEVEL = 1e-9
"""A slope that is none: what adding up steep slopes leaves."""


@dataclass(frozen=True)
class Demand:
    """What blocks want: at a price v a block holds (v - price) / double less than it would at its price.

    Attributes:
        price, double, start: [block] price of exposure, twice its curvature, active weight before.
    """

    price: FloatArray
    double: FloatArray
    start: FloatArray


@dataclass(frozen=True)
class Ramped:
    """What is sold.

    Attributes:
        sold: [column]; steep: [column] how much more of a lot is sold as its price rises.
        flex: [block] how much more of its exposure is kept as that price falls: none at a limit on volume.
    """

    sold: FloatArray
    steep: FloatArray
    flex: FloatArray


class _Near:
    """The columns whose ramps a block's price may be on, and what is sold of the others."""

    def __init__(self, layout: Layout, cost: FloatArray, low: FloatArray, ramp: float) -> None:
        self.ramp, self.blocks, self.low = ramp, len(layout.security), low
        away = cost - low[layout.block]
        self.columns = np.flatnonzero(np.abs(away) <= REACH * ramp)
        self.block: IntArray = layout.block[self.columns]
        self.most, self.away = layout.most[self.columns], away[self.columns]
        self.sure = np.where(away < 0, layout.most, 0.0)
        self.sure[self.columns] = 0.0
        self.base = np.bincount(layout.block, self.sure, minlength=self.blocks)
        self._lay_bends()

    def _lay_bends(self) -> None:
        """Lay out where ramps begin and end, by block and price."""
        place = np.concatenate([self.away, self.away + self.ramp])
        block = np.concatenate([self.block, self.block])
        order = np.lexsort((place, block))
        steeper = np.concatenate([self.most, -self.most]) / self.ramp
        self._place, self._of, self._steeper = place[order], block[order], steeper[order]
        self._first = np.searchsorted(self._of, self._of)

    def part(self, level: FloatArray) -> FloatArray:
        """Return [near column] the part sold at prices [block] above `low`."""
        return np.clip((level[self.block] - self.away) / self.ramp, 0.0, 1.0)

    def total(self, part: FloatArray) -> FloatArray:
        """Return [block] what is sold."""
        return np.asarray(
            self.base + np.bincount(self.block, self.most * part, minlength=self.blocks)
        )

    def steep(self, part: FloatArray) -> FloatArray:
        """Return [near column] how much more is sold as the price rises."""
        return np.where((part > 0) & (part < 1), self.most / self.ramp, 0.0)

    def level(self, flex: FloatArray, wanted: FloatArray) -> FloatArray:
        """Return [block] the price above `low` at which total + price times flex = wanted.

        What is sold rises in straight pieces, from bend to bend: they are added up to the last bend below.
        """
        left = wanted - self.base
        if not len(self._of):
            return _ratio(left, flex)
        of, first = self._of, self._first
        steep = np.cumsum(self._steeper)
        steep += (self._steeper - steep)[first]
        # How much is sold at each bend, of the block's columns that begin below it.
        rises = np.zeros(len(of))
        rises[1:] = steep[:-1] * np.diff(self._place)
        rises[first] = 0.0
        sold = np.cumsum(rises)
        sold -= sold[first]
        below = sold + self._place * flex[of] <= left[of]
        last = np.full(self.blocks, -1, dtype=np.intp)
        np.maximum.at(last, of[below], np.flatnonzero(below))
        reached = last >= 0
        at = np.where(reached, last, 0)
        begun = np.where(reached, self._place[at], 0.0)
        gone = np.where(reached, sold[at], 0.0)
        slope = np.where(reached, np.maximum(steep[at], 0.0), 0.0) + flex
        level = begun + _ratio(left - gone - begun * flex, slope)
        # Adding up leaves errors of many steep slopes: taken out by one more step on the piece found.
        part = self.part(level)
        slope = np.bincount(self.block, self.steep(part), minlength=self.blocks) + flex
        return level + _ratio(wanted - self.total(part) - level * flex, slope)


def _ratio(amount: FloatArray, slope: FloatArray) -> FloatArray:
    """Return how far a line rises by amounts; not at all where it is level."""
    return np.divide(amount, slope, out=np.zeros(len(amount)), where=slope > LEVEL)


def ramped(
    layout: Layout, sold: FloatArray, cost: FloatArray, demand: Demand, ramp: float
) -> Ramped:
    """Return what is sold with ramps, where `sold` is that without: its prices are at most a ramp below."""
    gone = np.bincount(layout.block, sold, minlength=len(layout.security))
    low = demand.price + demand.double * (demand.start - gone)
    full = gone >= layout.sold_most * (1 - 1e-12)
    forced = (layout.sold_least > 0) & (gone <= layout.sold_least * (1 + 1e-12))
    if (full | forced).any():
        last = np.full(len(gone), -np.inf)
        np.maximum.at(last, layout.block, np.where(sold > 0, cost, -np.inf))
        low = np.where((full | forced) & np.isfinite(last), last, low)
    near = _Near(layout, cost, low, ramp)
    flex = 1 / demand.double
    level = near.level(flex, demand.start + (demand.price - low) * flex)
    total = near.total(near.part(level))
    over, under = full & (total > layout.sold_most), forced & (total < layout.sold_least)
    held = over | under
    if held.any():
        amount = np.select([over, under], [layout.sold_most, layout.sold_least], 0.0)
        level = np.where(held, near.level(np.zeros(len(low)), amount), level)
        flex = np.where(held, 0.0, flex)
    part = near.part(level)
    result, steep = near.sure, np.zeros(len(cost))
    result[near.columns] = near.most * part
    steep[near.columns] = near.steep(part)
    return Ramped(result, steep, flex)

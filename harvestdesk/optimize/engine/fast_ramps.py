"""Lots that are sold over a stretch of prices instead of all at once.

Lots of one security in several accounts may cost the same to sell, and which of them is sold then jumps with the
least change of prices. So each lot's cost rises a little, by `ramp`, from its first share to its last: what is
sold moves smoothly, and lots that tie are sold together. The ramp shrinks with the barriers.
"""

from dataclasses import dataclass

import numpy as np

from harvestdesk.optimize.engine.fast_blocks import Layout
from harvestdesk.optimize.engine.problem import FloatArray, IntArray

LEVELS = 60
ENOUGH = 1e-15


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
        self.ramp, self.blocks = ramp, len(layout.security)
        at = low[layout.block]
        self.columns = np.flatnonzero(np.abs(cost - at) <= 2 * ramp)
        self.block: IntArray = layout.block[self.columns]
        self.most, self.cost = layout.most[self.columns], cost[self.columns]
        self.sure = np.where(cost < at, layout.most, 0.0)
        self.sure[self.columns] = 0.0
        self.base = np.bincount(layout.block, self.sure, minlength=self.blocks)

    def part(self, level: FloatArray) -> FloatArray:
        """Return [near column] the part sold at prices [block]."""
        return np.clip((level[self.block] - self.cost) / self.ramp, 0.0, 1.0)

    def total(self, part: FloatArray) -> FloatArray:
        """Return [block] what is sold."""
        return np.asarray(
            self.base + np.bincount(self.block, self.most * part, minlength=self.blocks)
        )

    def steep(self, part: FloatArray) -> FloatArray:
        """Return [near column] how much more is sold as the price rises."""
        return np.where((part > 0) & (part < 1), self.most / self.ramp, 0.0)

    def level(self, low: FloatArray, flex: FloatArray, held: FloatArray) -> FloatArray:
        """Return [block] the price v at which total + v flex = held, at most a ramp above `low`.

        Newton's method on a rising line of pieces, kept inside what is known of it.
        """
        high, level = low + self.ramp, low + self.ramp / 2
        for _ in range(LEVELS):
            part = self.part(level)
            over = self.total(part) + level * flex - held
            steep = np.bincount(self.block, self.steep(part), minlength=self.blocks) + flex
            high, low = np.where(over > 0, level, high), np.where(over > 0, low, level)
            with np.errstate(divide="ignore", invalid="ignore"):
                step = level - over / steep
            following = np.where((step > low) & (step < high), step, (low + high) / 2)
            if (np.abs(following - level) <= ENOUGH).all():
                break
            level = following
        return level


def ramped(
    layout: Layout, sold: FloatArray, cost: FloatArray, demand: Demand, ramp: float
) -> Ramped:
    """Return what is sold with ramps, where `sold` is that without: its prices are at most a ramp below."""
    gone = np.bincount(layout.block, sold, minlength=len(layout.security))
    low = demand.price + demand.double * (demand.start - gone)
    full = gone >= layout.sold_most * (1 - 1e-12)
    if full.any():
        last = np.full(len(gone), -np.inf)
        np.maximum.at(last, layout.block, np.where(sold > 0, cost, -np.inf))
        low = np.where(full & np.isfinite(last), last, low)
    near = _Near(layout, cost, low, ramp)
    flex = 1 / demand.double
    level = near.level(low, flex, demand.start + demand.price * flex)
    over = full & (near.total(near.part(level)) > layout.sold_most)
    if over.any():
        most = np.where(over, layout.sold_most, 0.0)
        level = np.where(over, near.level(low, np.zeros(len(low)), most), level)
        flex = np.where(over, 0.0, flex)
    part = near.part(level)
    result, steep = near.sure, np.zeros(len(cost))
    result[near.columns] = near.most * part
    steep[near.columns] = near.steep(part)
    return Ramped(result, steep, flex)

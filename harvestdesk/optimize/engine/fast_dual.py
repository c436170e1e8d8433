"""The dual of methods 1.3 with barriers, so that Newton's method climbs it in milliseconds.

With prices of factors y, rows nu and (under a limit on tracking error) variance rho, every security is on its
own: minimise rho d x^2 + q x + cost of sales + cost of purchases, in closed form over its sorted lots. What
is left bends sharply in a few places: the better of a set's two sides, the ends of a row, the account that
pays, and shares sold in one account to be bought in another. Each is a mixture that a barrier keeps inside
(fast_terms.py), so that the whole has second derivatives and says what is mixed how: the relaxation's own z, the
part of each account. Nothing proven rests on it: `bound_of` evaluates the bound.
"""

from dataclasses import dataclass

import numpy as np

from harvestdesk.optimize.engine.case import GAIN, LOSS, NETTING, TAX, Case
from harvestdesk.optimize.engine.columns import BUYING, SELLING
from harvestdesk.optimize.engine.fast_blocks import Layout
from harvestdesk.optimize.engine.fast_netting import Plane
from harvestdesk.optimize.engine.fast_ramps import Demand, ramped
from harvestdesk.optimize.engine.fast_terms import (
    Ends,
    Mixture,
    among,
    between,
)
from harvestdesk.optimize.engine.problem import BoolArray, FloatArray, IntArray, total_by

PRICE_SCALE = 4.0
"""Barriers on prices are coarser than those on values: what ties at a price is a part of the household only."""
RAMP = 20.0
"""Where lots of several accounts may tie, each is sold over a stretch of prices this many barriers wide."""
ROOM = 5e-9
"""Budgets end so much later, half a cent of a million: where all losses are needed there is room for a barrier."""
LEAST_SPECIFIC = 1e-6
LEAST_AVERSION = 1e-4
"""Without any curvature a price says all or nothing; the bound is reckoned without these."""


@dataclass(frozen=True)
class At:
    """The dual with barriers at one place.

    Attributes:
        prices, slope: factors, rows, and variance under a limit.
        active, part, bought: [block] exposure, part of its set, and what is bought times that part.
        margin: [block] column sold in part, or -1; bends: [block] a small change of price moves it.
        steep: [column] how much more of a lot is sold as its price rises; empty where lots are sold in turn.
        flex: [block] how much exposure follows its price.
        sold, moving, moved: [column] sold times its part, with what is sold in any case; share and weight of what is bought back at once.
        mixed: [pair] part on the selling side; payers: [account, menu] part each pays.
        double: [block] twice the curvature; mixtures: parts of the payout and of the corners of a tax plane.
    """

    prices: FloatArray
    mu: float
    value: float
    slope: FloatArray
    active: FloatArray
    part: FloatArray
    bought: FloatArray
    margin: IntArray
    bends: BoolArray
    steep: FloatArray
    flex: FloatArray
    sold: FloatArray
    moving: FloatArray
    moved: FloatArray
    mixed: FloatArray
    payers: FloatArray
    double: FloatArray
    mixtures: tuple[FloatArray, ...]


class SmoothDual:
    """The dual of one case over a layout, with barriers; `evaluations` counts what it cost."""

    def __init__(self, case: Case, layout: Layout, plane: Plane | None = None) -> None:
        p = case.problem
        self.case, self.whole = case, layout
        self.layout = layout = layout.spared()
        self.given = self.whole.given
        self.forced = bool(self.given.any())
        self.limited = bool(np.isfinite(p.limits.tracking_error))
        self.aversion = max(p.risk_price, 0.0 if self.limited else LEAST_AVERSION)
        self.factors, self.rows = p.loadings.shape[1], len(case.rows)
        self.size = self.factors + self.rows + int(self.limited)
        at, lot = layout.security, layout.lot
        self.loadings = p.loadings[at]
        self.start = p.active[at] - total_by(layout.block, self.given, len(at))
        self.specific = np.maximum(p.specific, LEAST_SPECIFIC)[at]
        self.cost = case.cost[lot]
        self.per_lot = np.array([row.lots for row in case.rows])[:, lot]
        none = np.zeros(len(p.symbols))
        exposed = [none if r.securities is None else r.securities for r in case.rows]
        self.exposed = np.array(exposed)[:, at]
        self.has_exposed = bool(self.exposed.any())
        self.offset = np.array([r.offset for r in case.rows])
        of_account = {row.account: number for number, row in enumerate(case.rows)}
        self.account_row = np.array([of_account[a] for a in range(len(p.account_ids))])
        # The results of a year are no rule: a plan that misses its corners is taxed as it is.
        self.firm = self.factors + np.array(
            [number for number, row in enumerate(case.rows) if row.kind != NETTING]
        )
        self.ends, self.variance = self._ends()
        self.mixtures = self._mixtures(plane)
        self._lay_columns()
        self._lay_pairs()
        self.evaluations = 0

    def _ends(self) -> tuple[Ends, Ends]:
        """Return the ends of the rows and of variance; one at infinity becomes what no plan can reach."""
        reach = 2.0 + np.abs(self.offset) + np.abs(self.per_lot) @ self.whole.most
        room = np.array([ROOM if row.kind in {TAX, GAIN, LOSS} else 0.0 for row in self.case.rows])
        least = np.maximum([r.least for r in self.case.rows], -reach) - room
        most = np.minimum([r.most for r in self.case.rows], reach) + room
        variance = np.array([self.case.problem.limits.tracking_error**2])
        return Ends(least, np.maximum(most, least)), Ends(np.zeros(1), variance)

    def _mixtures(self, plane: Plane | None) -> tuple[Mixture, ...]:
        payout = self.case.problem.limits.payout
        found = []
        if payout is not None and payout.amount > 0 and payout.payers.any():
            payers = np.flatnonzero(payout.payers)
            in_rows = np.zeros((self.rows, len(payers)))
            in_rows[self.account_row[payers], np.arange(len(payers))] = -1.0
            found.append(Mixture(payout.amount, payout.cost[payers], in_rows))
        if plane is not None:
            found.append(Mixture(1.0, plane.cost, plane.in_rows))
        return tuple(found)

    def _lay_columns(self) -> None:
        layout = self.layout
        self.order: IntArray = np.arange(len(layout.lot))
        self.inside = np.flatnonzero(layout.block[1:] == layout.block[:-1])
        self.first = np.searchsorted(layout.block, layout.block)
        movable = (layout.buys & layout.free)[layout.block] & self.case.problem.swaps
        self.movable = np.flatnonzero(movable)
        self.capped = bool(np.isfinite(layout.sold_most).any())
        self.floored = bool(layout.sold_least.any())
        problem = self.case.problem
        self.ramped = len(problem.account_ids) > 1 or problem.swaps or not self.case.even

    def _lay_pairs(self) -> None:
        layout = self.layout
        self.selling = np.flatnonzero(layout.side == SELLING)
        self.buying = np.flatnonzero(layout.side == BUYING)
        sell, buy = (
            np.bincount(layout.pair[of], minlength=layout.pairs) > 0
            for of in (self.selling, self.buying)
        )
        self.open_pairs, self.only_selling = sell & buy, sell & ~buy
        # The blocks of open pairs in their order, and where each pair begins.
        mine = np.flatnonzero(np.append(self.open_pairs, False)[layout.pair])
        self.tied = mine[np.argsort(layout.pair[mine], kind="stable")]
        number = layout.pair[self.tied]
        self.first_tied = np.flatnonzero(np.diff(number, prepend=-1))
        # Blocks have their columns side by side.
        self.filled = np.flatnonzero(np.bincount(layout.block, minlength=len(layout.security)))
        self.first_column = np.searchsorted(layout.block, self.filled)

    def split(self, prices: FloatArray) -> tuple[FloatArray, FloatArray, float]:
        """Return the prices of factors, of rows, and of variance."""
        rho = float(prices[-1]) if self.limited else self.aversion
        return prices[: self.factors], prices[self.factors : self.factors + self.rows], rho

    def worth_of(self, prices: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return [block] what exposure costs and [column] what a sale costs, at prices."""
        y, nu, _ = self.split(prices)
        price = self.loadings @ y
        if self.has_exposed:
            price = price + nu @ self.exposed
        return price, self.cost + nu @ self.per_lot

    def at(self, prices: FloatArray, mu: float) -> At:
        """Return the dual with barriers at prices of factors, rows and, under a limit, variance."""
        self.evaluations += 1
        _, nu, rho = self.split(prices)
        layout, blocks = self.layout, len(self.layout.security)
        double = 2 * rho * self.specific
        price, raw = self.worth_of(prices)
        menu, payers = among(layout.menus - nu[self.account_row][:, None], PRICE_SCALE * mu)
        buy = np.where(layout.buys, menu[layout.menu], 0.0)
        cost, moving, given = self._moved(raw.copy(), buy, mu)
        sold, margin = self._filled(price, cost, double)
        steep, flex = np.zeros(0), 1 / double
        if self.ramped and len(sold):
            found = ramped(layout, sold, cost, Demand(price, double, self.start), RAMP * mu)
            sold, steep, flex = found.sold, found.steep, found.flex
        gone = np.bincount(layout.block, sold, minlength=blocks)
        wanted = -(price + buy) / double - self.start
        bought = np.where(layout.buys, np.clip(wanted, layout.bought_least, layout.room), 0.0)
        active = self.start - gone + bought
        spent = np.bincount(layout.block, cost * sold, minlength=blocks) + buy * bought
        value = (0.5 * double * active + price) * active + spent
        value += given
        if self.forced:
            value += np.bincount(layout.block, raw * self.given, minlength=blocks)
        if len(steep):
            value += np.bincount(
                layout.block, sold**2 / np.maximum(layout.most, 1e-300), minlength=blocks
            ) * (RAMP * mu / 2)
        mixed, part, total = self._mixed(value, mu)
        moved = (layout.most - sold) * moving
        back = np.bincount(layout.block, moved, minlength=blocks)
        at = At(
            prices=prices,
            mu=mu,
            value=total,
            slope=np.empty(self.size),
            active=active,
            part=part,
            bought=(bought + back) * part,
            margin=margin,
            bends=(margin >= 0) | ((bought > layout.bought_least) & (bought < layout.room)),
            steep=steep,
            flex=flex,
            sold=(sold + moved + self.given) * part[layout.block],
            moving=moving,
            moved=moved,
            mixed=mixed,
            payers=payers,
            double=double,
            mixtures=(),
        )
        return self._coupled(at)

    def _coupled(self, at: At) -> At:
        """Return a place with the terms of prices alone, and with its slope."""
        y, nu, rho = self.split(at.prices)
        ends, held = self.ends.worth(nu, at.mu)
        value = at.value + self.case.constant - float(y @ y) / (4 * rho)
        value += float(nu @ self.offset) + ends
        exposure = at.part * at.active
        totals = self.per_lot @ at.sold + self.offset - held
        if self.has_exposed:
            totals = totals + self.exposed @ exposure
        totals[self.account_row] -= at.payers @ self.by_menu(at)
        mixtures = []
        for mixture in self.mixtures:
            worth, parts = mixture.worth(nu, at.mu)
            value += worth
            totals = totals + mixture.totals(parts)
            mixtures.append(parts)
        slope = [exposure @ self.loadings - y / (2 * rho), totals]
        if self.limited:
            over = np.array([rho - self.aversion])
            worth, most = self.variance.worth(over, at.mu)
            value += worth
            own = float(at.part @ (self.specific * at.active**2))
            slope.append(own + float(y @ y) / (4 * rho**2) - most)
        at.slope[:] = np.concatenate(slope)
        object.__setattr__(at, "value", value)
        object.__setattr__(at, "mixtures", tuple(mixtures))
        return at

    def by_menu(self, at: At) -> FloatArray:
        """Return [menu] weight bought."""
        size = self.layout.menus.shape[1]
        return np.bincount(self.layout.menu, at.bought, minlength=size).astype(np.float64)

    def by_block(self, amounts: FloatArray) -> FloatArray:
        """Return [row, block] sums of amounts [row, column]."""
        found = np.zeros((len(amounts), len(self.layout.security)))
        if len(self.filled):
            found[:, self.filled] = np.add.reduceat(amounts, self.first_column, axis=1)
        return found

    def _moved(
        self, cost: FloatArray, buy: FloatArray, mu: float
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return costs of selling for good, the part of the rest sold and bought back, and its worth."""
        layout, blocks = self.layout, len(self.layout.security)
        if not len(self.movable):
            return cost, np.zeros(len(cost)), np.zeros(blocks)
        at = self.movable
        both = cost[at] + buy[layout.block[at]]
        part, _, worth = between(both, np.zeros(len(at)), PRICE_SCALE * mu)
        moving = np.zeros(len(cost))
        moving[at] = part
        cost[at] -= worth
        given = np.bincount(layout.block[at], worth * layout.most[at], minlength=blocks)
        return cost, moving, given.astype(np.float64)

    def _filled(
        self, price: FloatArray, cost: FloatArray, double: FloatArray
    ) -> tuple[FloatArray, IntArray]:
        """Return [column] what is sold, cheapest first, and [block] the column sold in part, or -1."""
        layout, blocks = self.layout, len(self.layout.security)
        margin = np.full(blocks, -1, dtype=np.intp)
        sold = np.zeros(len(cost))
        if not len(cost):
            return sold, margin
        order = self._ordered(cost)
        block, most = layout.block, layout.most[order]
        before = np.cumsum(most) - most
        before = before - before[self.first]
        wanted = (self.start + price / double)[block] - cost[order] / double[block]
        if self.capped:
            most = np.minimum(most, np.maximum(layout.sold_most[block] - before, 0.0))
        forced = np.clip(layout.sold_least[block] - before, 0.0, most) if self.floored else 0.0
        taken = np.minimum(np.maximum(wanted - before, forced), most)
        sold[order] = taken
        partly = np.flatnonzero((taken > forced) & (taken < most))
        margin[block[partly]] = order[partly]
        return sold, margin

    def _ordered(self, cost: FloatArray) -> IntArray:
        """Return the columns of each block by rising cost; mostly the order of the last time, or near it."""
        ordered = cost[self.order]
        if (ordered[self.inside + 1] < ordered[self.inside]).any():
            least = float(ordered.min())
            span = max(float(ordered.max()) - least, 1e-300)
            # One key for both: a tie within 1e-13 of the span of costs is no matter.
            key = self.layout.block + (ordered - least) / (span * (1 + 1e-9))
            self.order = self.order[np.argsort(key, kind="stable")]
        return self.order

    def _mixed(self, value: FloatArray, mu: float) -> tuple[FloatArray, FloatArray, float]:
        """Return [pair] the part on the selling side, [block] parts, and the sum of all sets' values."""
        layout = self.layout
        sell = total_by(layout.pair[self.selling], value[self.selling], layout.pairs)
        buy = total_by(layout.pair[self.buying], value[self.buying], layout.pairs)
        mixed, rest, better = between(sell, buy, mu)
        mixed = np.where(self.open_pairs, mixed, self.only_selling * 1.0)
        rest = np.where(self.open_pairs, rest, 1.0 - mixed)
        part = np.ones(len(value))
        part[self.selling] = mixed[layout.pair[self.selling]]
        part[self.buying] = rest[layout.pair[self.buying]]
        better = np.where(self.open_pairs, better, sell + buy)
        always = float(value.sum() - sell.sum() - buy.sum())
        return mixed, part, always + float(better.sum())

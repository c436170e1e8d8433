"""The dual of methods 1.3, smoothed so that Newton's method climbs it, in milliseconds.

With prices of factors y, rows nu and (under a limit on tracking error) variance rho, every security is on its
own: minimise rho d x^2 + q x + cost of sales + cost of purchases, in closed form over its sorted lots. What
is left bends sharply in four places: the better of a set's two sides, the ends of a row, the account that
pays, and shares sold in one account to be bought in another. There the least of several is replaced by

    min(a, b) >= -mu log(exp(-a / mu) + exp(-b / mu)) >= min(a, b) - mu log 2

which stays below the true dual (Nesterov 2005), has second derivatives, and says what is mixed how: the
relaxation's own z, the share of each account. mu falls to where all of it together is below the accuracy
asked for; a warm start begins with a small one. Nothing proven rests on it: `bound_of` evaluates the bound.
"""

from dataclasses import dataclass

import numpy as np

from harvestdesk.optimize.engine.case import Case
from harvestdesk.optimize.engine.columns import BUYING, SELLING
from harvestdesk.optimize.engine.duals import Prices
from harvestdesk.optimize.engine.fast_blocks import Layout
from harvestdesk.optimize.engine.problem import BoolArray, FloatArray, total_by

PRICE_SCALE = 4.0
"""Prices may be this much coarser than values: what ties at a price is a part of the household only."""
FAR = 40.0
"""exp(-FAR) is nothing beside one."""
RIDGE = 1e-13
MOST_STEPS = 200
MOST_HALVINGS = 40
ARMIJO = 1e-4
FALL = 0.15
"""What is left of mu after each level."""
ROUGH = 0.05
"""Newton's decrement, as a part of mu, at which a level is left for the next."""


@dataclass(frozen=True)
class Target:
    """How close to climb.

    Attributes:
        first, last: mu at the start and at the end, in objective.
        missed: what rows may be off by in the end, fractions of value.
    """

    first: float
    last: float
    missed: float = 1e-9


@dataclass(frozen=True)
class Climb:
    """Where a climb ended.

    Attributes:
        prices: factors, rows, and variance under a limit.
        value: of the smoothed dual, below the true one.
        mixed: [pair] z of the relaxation: the part of each set on the selling side.
        sold: [lot]; bought: [security]; shares that only move between accounts count in both.
        done: False where it stopped before all fitted.
    """

    prices: FloatArray
    value: float
    mixed: FloatArray
    sold: FloatArray
    bought: FloatArray
    spent: FloatArray
    missed: float
    evaluations: int
    done: bool


@dataclass(frozen=True)
class _At:
    """The smoothed dual at one place."""

    prices: FloatArray
    mu: float
    value: float
    slope: FloatArray
    active: FloatArray
    margin: FloatArray
    bends: BoolArray
    sold: FloatArray
    moved: FloatArray
    moving: FloatArray
    bought: FloatArray
    part: FloatArray
    mixed: FloatArray
    share: FloatArray
    double: FloatArray


class SmoothDual:
    """The dual of one case over a layout; `evaluations` counts what it cost."""

    def __init__(self, case: Case, layout: Layout) -> None:
        p = case.problem
        self.case, self.layout, self.problem = case, layout, p
        self.limited = bool(np.isfinite(p.limits.tracking_error))
        self.aversion, self.variance_most = p.risk_price, p.limits.tracking_error**2
        self.factors, self.rows = p.loadings.shape[1], len(case.rows)
        at, lot = layout.security, layout.lot
        self.loadings = p.loadings[at]
        self.specific, self.start = p.specific[at], p.active[at]
        self.cost = case.cost[lot]
        lots = np.array([row.lots for row in case.rows])
        self.per_lot = lots[:, lot]
        none = np.zeros(len(p.symbols))
        exposed = [none if r.securities is None else r.securities for r in case.rows]
        self.exposed = np.array(exposed)[:, at]
        self.has_exposed = bool(self.exposed.any())
        self.account_row = np.zeros(len(p.account_ids), dtype=np.intp)
        for number, row in enumerate(case.rows):
            if row.account >= 0:
                self.account_row[row.account] = number
        self.offset = np.array([r.offset for r in case.rows])
        self._ends(np.array([r.least for r in case.rows]), np.array([r.most for r in case.rows]))
        self._pairs()
        self.order = np.arange(len(lot))
        same = layout.block[1:] == layout.block[:-1]
        self.inside = np.flatnonzero(same)
        first = np.searchsorted(layout.block, layout.block)
        before = np.cumsum(layout.most) - layout.most
        self.before = before - before[first] if len(lot) else before
        self.first = first
        self.movable = np.flatnonzero(layout.buys[layout.block])
        self.evaluations = 0

    def _ends(self, least: FloatArray, most: FloatArray) -> None:
        """Keep the rows' ends; one at infinity becomes what no plan can reach."""
        reach = 2.0 + np.abs(self.offset) + np.abs(self.per_lot) @ self.layout.most
        least, most = np.maximum(least, -reach), np.minimum(most, reach)
        self.middle, self.half = (least + most) / 2, np.maximum(most - least, 0.0) / 2

    def _pairs(self) -> None:
        side = self.layout.side
        self.selling = np.flatnonzero(side == SELLING)
        self.buying = np.flatnonzero(side == BUYING)
        size = len(self.layout.pairs)
        sell, buy = self.layout.pair[self.selling], self.layout.pair[self.buying]
        has = [np.bincount(of, minlength=size) > 0 for of in (sell, buy)]
        self.open_pairs = has[0] & has[1]
        self.only_selling = has[0] & ~has[1]

    # --- one evaluation ---

    def at(self, prices: FloatArray, mu: float) -> _At:
        """Return the smoothed dual at prices of factors, rows and, under a limit, variance."""
        self.evaluations += 1
        y, nu = prices[: self.factors], prices[self.factors : self.factors + self.rows]
        rho = float(prices[-1]) if self.limited else self.aversion
        layout, blocks = self.layout, len(self.layout.security)
        double = 2 * rho * self.specific
        price = self.loadings @ y
        if self.has_exposed:
            price = price + nu @ self.exposed
        cost = self.cost + nu @ self.per_lot
        purse, share = _least(layout.menu - nu[self.account_row][:, None], PRICE_SCALE * mu)
        buy = purse[layout.purse]
        cost, moving, given = self._moved(cost, buy, mu)
        sold, margin = self._filled(price, cost, double)
        gone = np.bincount(layout.block, sold, minlength=blocks)
        with np.errstate(invalid="ignore"):
            wanted = -(price + buy) / double - self.start
        bought = np.where(layout.buys, np.clip(wanted, 0.0, layout.room), 0.0)
        active = self.start - gone + bought
        bends = (margin >= 0) | ((bought > 0) & (bought < layout.room))
        spent = np.bincount(layout.block, cost * sold, minlength=blocks)
        paid = np.where(layout.buys, buy, 0.0) * bought
        value = (0.5 * double * active + price) * active + spent + paid + given
        mixed, part, total = self._mixed(value, mu)
        left = (layout.most - sold) * moving
        moved = np.bincount(layout.block, left, minlength=blocks)
        sold, bought = (sold + left) * part[layout.block], (bought + moved) * part
        ends, held = self._row_ends(nu, mu)
        slope = np.empty(len(prices))
        exposure = part * active
        slope[: self.factors] = exposure @ self.loadings - y / (2 * rho)
        by_purse = np.bincount(layout.purse, bought, minlength=share.shape[1])
        in_rows = self.per_lot @ sold + self.offset - held
        if self.has_exposed:
            in_rows = in_rows + self.exposed @ exposure
        np.subtract.at(in_rows, self.account_row, share @ by_purse)
        slope[self.factors : self.factors + self.rows] = in_rows
        total += self.case.constant - float(y @ y) / (4 * rho) + float(nu @ self.offset) + ends
        if self.limited:
            worth, variance = self._limit(rho, mu)
            total += worth
            own = float(part @ (self.specific * active**2))
            slope[-1] = own + float(y @ y) / (4 * rho**2) - variance
        return _At(
            prices, mu, total, slope, active, margin, bends, sold, left, moving, bought, part,
            mixed, share, double,
        )  # fmt: skip

    def _moved(
        self, cost: FloatArray, buy: FloatArray, mu: float
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return costs of selling for good, the part of the rest that is sold and bought back, its worth."""
        layout, blocks = self.layout, len(self.layout.security)
        moving = np.zeros(len(cost))
        both = cost[self.movable] + buy[layout.block[self.movable]]
        scale = PRICE_SCALE * mu
        near = both < FAR * scale
        if not near.any():
            return cost, moving, np.zeros(blocks)
        at, both = self.movable[near], both[near] / scale
        worth = scale * np.minimum(both, 0.0) - scale * np.log1p(np.exp(-np.abs(both)))
        moving[at] = 1 / (1 + np.exp(np.clip(both, -700, 700)))
        cost = cost.copy()
        cost[at] -= worth
        return cost, moving, np.bincount(layout.block[at], worth * layout.most[at], blocks)

    def _filled(
        self, price: FloatArray, cost: FloatArray, double: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Return [column] what is sold, cheapest first, and [block] the column sold in part, or -1."""
        layout, blocks = self.layout, len(self.layout.security)
        margin = np.full(blocks, -1, dtype=np.intp)
        if not len(cost):
            return cost, margin
        order = self._ordered(cost)
        block, most, ordered = layout.block, layout.most[order], cost[order]
        before = np.cumsum(most) - most
        before = before - before[self.first]
        wanted = (self.start + price / double)[block] - ordered / double[block] - before
        taken = np.minimum(np.maximum(wanted, 0.0), most)
        sold = np.empty(len(cost))
        sold[order] = taken
        partly = np.flatnonzero((taken > 0) & (taken < most))
        margin[block[partly]] = order[partly]
        return sold, margin

    def _ordered(self, cost: FloatArray) -> np.ndarray:
        """Return the columns of each block by rising cost; mostly the order of the last time."""
        ordered = cost[self.order]
        if (ordered[self.inside + 1] < ordered[self.inside]).any():
            self.order = np.lexsort((cost, self.layout.block))
        return self.order

    def _mixed(self, value: FloatArray, mu: float) -> tuple[FloatArray, FloatArray, float]:
        """Return [pair] the part on the selling side, [block] parts, and the sum of all sets' values."""
        layout, size = self.layout, len(self.layout.pairs)
        part = np.ones(len(value))
        sell = total_by(layout.pair[self.selling], value[self.selling], size)
        buy = total_by(layout.pair[self.buying], value[self.buying], size)
        lead = np.clip((buy - sell) / mu, -700, 700)
        mixed = np.where(self.open_pairs, 1 / (1 + np.exp(-lead)), self.only_selling * 1.0)
        part[self.selling] = mixed[layout.pair[self.selling]]
        part[self.buying] = 1 - mixed[layout.pair[self.buying]]
        smooth = np.minimum(sell, buy) - mu * np.log1p(np.exp(-np.abs(lead)))
        both = float(np.where(self.open_pairs, smooth, sell + buy).sum())
        always = float(value.sum() - sell.sum() - buy.sum())
        return mixed, part, always + both

    def _row_ends(self, nu: FloatArray, mu: float) -> tuple[float, FloatArray]:
        """Return what the ends of the rows are worth, and [row] the totals that the prices lead to."""
        pull = self.half * nu
        root = np.sqrt(pull**2 + mu**2)
        return float(-nu @ self.middle - root.sum()), self.middle + self.half * pull / root

    def _limit(self, rho: float, mu: float) -> tuple[float, float]:
        """Return what the limit on variance is worth at its price, and the variance it leads to."""
        half = self.variance_most / 2
        pull = half * (rho - self.aversion)
        root = float(np.hypot(pull, mu))
        return -pull - root, half + half * pull / root

    # --- Newton's method ---

    def _curved(self, at: _At) -> FloatArray:
        """Return minus the second derivatives."""
        k, rows, layout = self.factors, self.rows, self.layout
        y, nu = at.prices[:k], at.prices[k : k + rows]
        rho = float(at.prices[-1]) if self.limited else self.aversion
        curved = self._of_bends(at)
        curved += self._of_pairs(at)
        diagonal = np.arange(k)
        curved[diagonal, diagonal] += 1 / (2 * rho)
        root = np.sqrt((self.half * nu) ** 2 + at.mu**2)
        of_row = np.arange(k, k + rows)
        curved[of_row, of_row] += self.half**2 * at.mu**2 / root**3
        if self.limited:
            curved[:k, -1] -= y / (2 * rho**2)
            curved[-1, :k] -= y / (2 * rho**2)
            curved[-1, -1] += float(y @ y) / (2 * rho**3)
            half = self.variance_most / 2
            length = np.hypot(half * (rho - self.aversion), at.mu)
            curved[-1, -1] += half**2 * at.mu**2 / length**3
        scale = PRICE_SCALE * at.mu
        by_purse = np.bincount(layout.purse, at.bought, minlength=at.share.shape[1])
        if len(self.account_row) > 1:
            payer = k + self.account_row
            spread = np.diag(at.share @ by_purse) - (at.share * by_purse) @ at.share.T
            curved[np.ix_(payer, payer)] += spread / scale
        moving = np.flatnonzero((at.moving > 0) & (at.moving < 1))
        if len(moving):
            towards = self.per_lot[:, moving].T - self._paying(at, layout.block[moving])
            weight = at.moved[moving] * (1 - at.moving[moving]) * at.part[layout.block[moving]]
            curved[k : k + rows, k : k + rows] += (towards.T * (weight / scale)) @ towards
        return curved

    def _paying(self, at: _At, blocks: np.ndarray) -> FloatArray:
        """Return [block, row] what one weight bought takes out of each row."""
        paid = np.zeros((len(blocks), self.rows))
        paid[:, self.account_row] = at.share[:, self.layout.purse[blocks]].T
        return paid

    def _of_bends(self, at: _At) -> FloatArray:
        """Return the part of the exposures that prices move."""
        k, rows = self.factors, self.rows
        bends = np.flatnonzero(at.bends & (at.part > 0))
        towards = np.zeros((len(bends), len(at.prices)))
        towards[:, :k] = self.loadings[bends]
        column = at.margin[bends]
        lot = np.maximum(column, 0)
        paying = self._paying(at, bends)
        if len(at.moving):
            stays = (1 - at.moving[lot])[:, None]
            of_lot = stays * self.per_lot[:, lot].T + (1 - stays) * paying
        else:
            of_lot = paying
        towards[:, k : k + rows] = self.exposed[:, bends].T - np.where(
            (column >= 0)[:, None], of_lot, paying
        )
        if self.limited:
            towards[:, -1] = 2 * at.active[bends] * self.specific[bends]
        weight = at.part[bends] / at.double[bends]
        return (towards.T * weight) @ towards

    def _of_pairs(self, at: _At) -> FloatArray:
        """Return the part that moves sets from one side to the other."""
        k, rows, layout = self.factors, self.rows, self.layout
        weight = np.where(self.open_pairs, at.mixed * (1 - at.mixed), 0.0) / at.mu
        tied = weight * at.mu > 1e-13
        towards = np.zeros((int(tied.sum()), len(at.prices)))
        if not len(towards):
            return np.zeros((len(at.prices), len(at.prices)))
        number = np.cumsum(tied) - 1
        of_block = np.flatnonzero((layout.pair >= 0) & tied[np.maximum(layout.pair, 0)])
        sign = np.where(layout.side[of_block] == SELLING, 1.0, -1.0)
        # Amounts are already times their part of the set: taken out again here.
        part = at.part[of_block]
        x = at.active[of_block] * sign
        rank = number[layout.pair[of_block]]
        own = np.zeros((len(of_block), len(at.prices)))
        own[:, :k] = self.loadings[of_block] * x[:, None]
        own[:, k : k + rows] = self.exposed[:, of_block].T * x[:, None]
        own[:, k : k + rows] -= (
            self._paying(at, of_block) * (at.bought[of_block] / part * sign)[:, None]
        )
        if self.limited:
            own[:, -1] = self.specific[of_block] * at.active[of_block] ** 2 * sign
        np.add.at(towards, rank, own)
        lots = np.flatnonzero(np.isin(layout.block, of_block))
        block = layout.block[lots]
        gone = at.sold[lots] / at.part[block]
        gone = gone * np.where(layout.side[block] == SELLING, 1.0, -1.0)
        np.add.at(
            towards[:, k : k + rows],
            number[layout.pair[block]],
            self.per_lot[:, lots].T * gone[:, None],
        )
        return (towards.T * weight[tied]) @ towards

    def _step(self, at: _At) -> FloatArray:
        curved = self._curved(at)
        scale = np.sqrt(np.maximum(np.diag(curved), 1e-300))
        curved = curved / scale[:, None] / scale[None, :]
        curved[np.diag_indices_from(curved)] += RIDGE
        return np.asarray(np.linalg.solve(curved, at.slope / scale) / scale)

    def _along(self, at: _At, step: FloatArray) -> _At | None:
        """Return the first place on the step, halved as often as needed, that is better."""
        length = 1.0
        if self.limited and step[-1] < 0:
            length = min(1.0, 0.9 * float(at.prices[-1]) / -float(step[-1]))
        promised = float(at.slope @ step)
        noise = 1e-15 * (1 + abs(at.value))
        for _ in range(MOST_HALVINGS):
            found = self.at(at.prices + length * step, at.mu)
            gain = found.value - at.value
            if gain >= ARMIJO * length * promised - noise:
                return found
            length /= 2
        return None

    def climb(self, start: FloatArray, target: Target) -> Climb:
        """Climb from prices until the smoothing is as small as asked for."""
        mu = max(target.first, target.last)
        began = self.evaluations
        at, done = self.at(start, mu), False
        for _ in range(MOST_STEPS):
            step = self._step(at)
            last = mu <= target.last
            promised = float(at.slope @ step)
            rows = at.slope[self.factors :]
            if last:
                done = float(np.abs(rows).max(initial=0.0)) <= target.missed
                if done and promised <= ROUGH * mu:
                    break
            elif promised <= ROUGH * mu:
                mu = max(mu * FALL, target.last)
                at = self.at(at.prices, mu)
                continue
            following = self._along(at, step)
            if following is None:
                break
            at = following
        return self._ended(at, done, self.evaluations - began)

    def _ended(self, at: _At, done: bool, evaluations: int) -> Climb:
        sold = np.zeros(len(self.problem.lot_ids))
        np.add.at(sold, self.layout.lot, at.sold)
        bought = total_by(self.layout.security, at.bought, len(self.problem.symbols))
        by_purse = np.bincount(self.layout.purse, at.bought, minlength=at.share.shape[1])
        rows = at.slope[self.factors :]
        missed = float(np.abs(rows).max(initial=0.0))
        return Climb(
            at.prices, at.value, at.mixed, sold, bought, at.share @ by_purse, missed, evaluations,
            done,
        )  # fmt: skip

    def prices_of(self, climbed: FloatArray) -> Prices:
        """Return prices as the closed form of the bound takes them."""
        k = self.factors
        risk = float(climbed[-1]) if self.limited else 0.0
        return Prices(climbed[k : k + self.rows], climbed[:k], risk)


def _least(options: FloatArray, scale: float) -> tuple[FloatArray, FloatArray]:
    """Return [column] the smoothed least of each column, and [row, column] the share of each row in it."""
    least = options.min(axis=0)
    if len(options) == 1:
        return least, np.ones_like(options)
    with np.errstate(invalid="ignore"):
        parts = np.exp(-np.where(np.isfinite(options), options - least, np.inf) / scale)
    total = parts.sum(axis=0)
    total = np.where(total > 0, total, 1.0)
    return least - scale * np.log(total), parts / total

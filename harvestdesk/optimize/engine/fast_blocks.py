"""What the fast path evaluates again and again, laid out once: blocks of sales and purchases on one side.

A block is a security on one side: all of it for a set that has one side only, and one block per side for a set
of two. Its columns are the lots that may be sold on that side, in the order of their cost.
"""

from dataclasses import dataclass, replace

import numpy as np

from harvestdesk.optimize.engine.columns import ALWAYS, BUYING, SELLING, Columns
from harvestdesk.optimize.engine.problem import (
    BoolArray,
    EngineProblem,
    FloatArray,
    IntArray,
    total_by,
)
from harvestdesk.optimize.problem import Side


@dataclass(frozen=True)
class Layout:
    """The parts of a problem that neither its limits nor its rates change.

    Attributes:
        security, side: [block]; pair: [block] number among the sets of two sides, or -1.
        buys: [block] purchases are allowed; room: [block] most weight bought and kept; menu: [block] of which.
        sold_most: [block] most weight sold; free: [block] no limit on volume.
        sold_least, bought_least: [block] weight traded at least.
        lot, block: [column]; most, given: [column] weight sold at most, and in any case.
        pairs: number of sets of two sides.
        menus: [account, menu] objective per weight bought, infinite where the account doesn't offer it.
    """

    problem: EngineProblem
    security: IntArray
    side: IntArray
    pair: IntArray
    buys: BoolArray
    room: FloatArray
    menu: IntArray
    sold_most: FloatArray
    free: BoolArray
    sold_least: FloatArray
    bought_least: FloatArray
    lot: IntArray
    block: IntArray
    most: FloatArray
    given: FloatArray
    pairs: int
    menus: FloatArray

    def of_sides(self, sides: IntArray) -> "Layout":
        """Return the layout without the blocks of sides [set] that are decided against."""
        chosen = sides[self.problem.set_of[self.security]]
        against = (self.side == SELLING) & (chosen == Side.BUY)
        against |= (self.side == BUYING) & (chosen == Side.SELL)
        blocks = ~against
        columns = blocks[self.block]
        number = np.cumsum(blocks) - 1
        return replace(
            self,
            security=self.security[blocks],
            side=self.side[blocks],
            pair=self.pair[blocks],
            buys=self.buys[blocks],
            room=self.room[blocks],
            menu=self.menu[blocks],
            sold_most=self.sold_most[blocks],
            free=self.free[blocks],
            sold_least=self.sold_least[blocks],
            bought_least=self.bought_least[blocks],
            lot=self.lot[columns],
            block=number[self.block[columns]],
            most=self.most[columns],
            given=self.given[columns],
        )

    def without(self, lots: BoolArray, buys: BoolArray) -> "Layout":
        """Return the layout without some lots, and without purchases [account, security]."""
        kept = ~lots[self.lot]
        table = np.where(buys, np.inf, self._table())
        menus, menu = _menus(table)
        return replace(
            self,
            menus=menus,
            menu=menu[self.security],
            buys=self.buys & _offered(table)[self.security],
            lot=self.lot[kept],
            block=self.block[kept],
            most=self.most[kept],
            given=self.given[kept],
        )

    def of_orders(
        self, sells: BoolArray, given: FloatArray, buys: BoolArray, least: FloatArray
    ) -> "Layout":
        """Return the layout of orders already chosen, which keep their size.

        Args:
            sells: [column] stays.
            given: [column] what of it is sold in any case.
            buys: [block] stays.
            least: [block] what of it is bought in any case.
        """
        return replace(
            self,
            buys=self.buys & buys,
            bought_least=np.where(buys, least, 0.0),
            free=self.free & (least <= 0),
            lot=self.lot[sells],
            block=self.block[sells],
            most=self.most[sells],
            given=given[sells],
        )

    def spared(self) -> "Layout":
        """Return the layout of what is left to decide, beside what is sold in any case."""
        if not self.given.any():
            return self
        gone = total_by(self.block, self.given, len(self.security))
        return replace(self, most=self.most - self.given, sold_most=self.sold_most - gone)

    def _table(self) -> FloatArray:
        """Return [account, security] the costs the menus were made of."""
        table = np.full((len(self.menus), len(self.problem.symbols)), np.inf)
        table[:, self.security] = self.menus[:, self.menu]
        return table


def layout_of(p: EngineProblem, columns: Columns) -> Layout:
    """Return the layout of a problem; `columns` are those of single lots, in their order."""
    two = p.two_sided[p.set_of]
    one, both = np.flatnonzero(~two), np.flatnonzero(two)
    security = np.concatenate([one, both, both])
    side = np.repeat([ALWAYS, SELLING, BUYING], [len(one), len(both), len(both)])
    pairs = np.flatnonzero(p.two_sided)
    number = np.zeros((3, len(p.symbols)), dtype=np.intp)
    number[side, security] = np.arange(len(security))
    block: IntArray = number[columns.side, columns.security]
    order = np.lexsort((columns.cost, block))
    lot = columns.lots[order]
    table = buying_costs(p)
    menus, menu = _menus(table)
    none = np.full(len(p.symbols), np.inf)
    sold_most = none if p.most_sold is None else p.most_sold
    bought_most = none if p.most_bought is None else p.most_bought
    room = np.minimum(np.maximum(p.cap - p.held, 0.0), bought_most)
    return Layout(
        problem=p,
        security=security,
        side=side,
        pair=np.where(side == ALWAYS, -1, np.searchsorted(pairs, p.set_of[security])),
        buys=_offered(table)[security] & (side != SELLING),
        room=room[security],
        menu=menu[security],
        sold_most=sold_most[security],
        free=np.isinf(np.minimum(sold_most, bought_most))[security],
        sold_least=np.zeros(len(security)),
        bought_least=np.zeros(len(security)),
        lot=lot,
        block=block[order],
        most=p.lot_most[lot],
        given=np.zeros(len(lot)),
        pairs=len(pairs),
        menus=menus,
    )


def buying_costs(p: EngineProblem) -> FloatArray:
    """Return [account, security] objective per weight bought, infinite where it can't be."""
    cost = np.full((len(p.account_ids), len(p.symbols)), p.buy_cost)
    if p.buy_extra is not None:
        cost = cost + p.buy_extra
    allowed = p.buyable if p.may_buy is None else p.buyable & p.may_buy
    return np.where(allowed, cost, np.inf)


def _menus(table: FloatArray) -> tuple[FloatArray, IntArray]:
    """Return [account, menu] the different columns of a table, and [security] which one it has."""
    menus, menu = np.unique(table, axis=1, return_inverse=True)
    return menus, np.asarray(menu, dtype=np.intp).reshape(-1)


def _offered(table: FloatArray) -> BoolArray:
    """Return [security] True where some account may buy it."""
    return np.asarray(np.isfinite(table).any(axis=0))

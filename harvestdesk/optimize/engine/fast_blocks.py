"""What the fast path evaluates again and again, laid out once: blocks of sales and purchases on one side.

A block is a security on one side: all of it for a set that has one side only, and one block per side for a set
of two. Its columns are the lots that may be sold on that side, in the order of their cost.
"""

from dataclasses import dataclass

import numpy as np

from harvestdesk.optimize.engine.case import Case
from harvestdesk.optimize.engine.columns import ALWAYS, BUYING, SELLING
from harvestdesk.optimize.engine.problem import BoolArray, EngineProblem, FloatArray, IntArray
from harvestdesk.optimize.problem import Side


@dataclass(frozen=True)
class Layout:
    """The parts of a problem that neither its limits nor its rates change.

    Attributes:
        security, side: [block]; pair: [block] number among the sets of two sides, or -1.
        buys: [block] purchases are allowed; room: [block] most weight bought; purse: [block] whose menu.
        lot, block: [column]; most: [column] weight.
        pairs: numbers of the sets of two sides.
        menu: [account, purse] objective per weight bought, infinite where the account doesn't offer it.
    """

    problem: EngineProblem
    security: IntArray
    side: IntArray
    pair: IntArray
    buys: BoolArray
    room: FloatArray
    purse: IntArray
    lot: IntArray
    block: IntArray
    most: FloatArray
    pairs: IntArray
    menu: FloatArray

    def of_sides(self, sides: IntArray) -> "Layout":
        """Return the layout without the blocks of sides [set] that are decided against."""
        chosen = sides[self.problem.set_of[self.security]]
        against = (self.side == SELLING) & (chosen == Side.BUY)
        against |= (self.side == BUYING) & (chosen == Side.SELL)
        blocks, columns = np.flatnonzero(~against), np.flatnonzero(~against[self.block])
        number = np.cumsum(~against) - 1
        return Layout(
            problem=self.problem,
            security=self.security[blocks],
            side=self.side[blocks],
            pair=self.pair[blocks],
            buys=self.buys[blocks],
            room=self.room[blocks],
            purse=self.purse[blocks],
            lot=self.lot[columns],
            block=number[self.block[columns]],
            most=self.most[columns],
            pairs=self.pairs,
            menu=self.menu,
        )

    def in_order_of(self, cost: FloatArray) -> "Layout":
        """Return the layout with the columns of every block by rising cost [lot]."""
        order = np.lexsort((cost[self.lot], self.block))
        return Layout(
            problem=self.problem,
            security=self.security,
            side=self.side,
            pair=self.pair,
            buys=self.buys,
            room=self.room,
            purse=self.purse,
            lot=self.lot[order],
            block=self.block[order],
            most=self.most[order],
            pairs=self.pairs,
            menu=self.menu,
        )


def layout_of(case: Case) -> Layout:
    """Return the layout of a problem, with lots in the order of a case's costs."""
    p = case.problem
    size = len(p.symbols)
    two = p.two_sided[p.set_of]
    one, both = np.flatnonzero(~two), np.flatnonzero(two)
    security = np.concatenate([one, both, both])
    side = np.repeat([ALWAYS, SELLING, BUYING], [len(one), len(both), len(both)])
    number = np.zeros((3, size), dtype=np.intp)
    number[side, security] = np.arange(len(security))
    pairs = np.flatnonzero(p.two_sided)
    pair = np.where(side == ALWAYS, -1, np.searchsorted(pairs, p.set_of[security]))
    lots = np.flatnonzero(p.sellable)
    of_two = two[p.lot_security[lots]]
    gains = lots[of_two & ~p.is_loss[lots]]
    lot = np.concatenate([lots, gains])
    on = np.concatenate([np.where(of_two, SELLING, ALWAYS), np.full(len(gains), BUYING)])
    menu, purse = _menus(p)
    layout = Layout(
        problem=p,
        security=security,
        side=side,
        pair=pair,
        buys=p.buyable[security] & (side != SELLING),
        room=np.maximum(p.cap - p.held, 0.0)[security],
        purse=purse[security],
        lot=lot,
        block=number[on, p.lot_security[lot]],
        most=p.lot_most[lot],
        pairs=pairs,
        menu=menu,
    )
    return layout.in_order_of(case.cost)


def _menus(p: EngineProblem) -> tuple[FloatArray, IntArray]:
    """Return [account, purse] cost of a purchase, and [security] the purse it is bought from."""
    cost = np.full((len(p.account_ids), len(p.symbols)), p.buy_cost)
    if p.buy_extra is not None:
        cost = cost + p.buy_extra
    if p.may_buy is not None:
        cost = np.where(p.may_buy, cost, np.inf)
    menu, purse = np.unique(cost, axis=1, return_inverse=True)
    return menu, np.asarray(purse, dtype=np.intp).reshape(-1)

"""Orders of a plan in weights that are at least as large as the least one, or none.

Each order that is too small is made larger or left out, whichever costs less at the plan's prices; all of them keep
their least size while the rest is solved once more. Where a block of sales ends, exposure is worth
price + double * active, so either change costs what its lots do, less that, and half the curvature.
"""

import numpy as np

from harvestdesk.optimize.engine.fast_blocks import Layout
from harvestdesk.optimize.engine.fast_dual import At, SmoothDual
from harvestdesk.optimize.engine.fast_plan import DUST
from harvestdesk.optimize.engine.problem import BoolArray, FloatArray, IntArray, total_by

SHY = 1e-9
"""Orders are aimed this much above the least one: what adding up may be off by."""


def of_least_size(dual: SmoothDual, at: At, least: float) -> Layout:
    """Return the layout of a plan's orders, each of which has the least size at least.

    Args:
        dual: with every side decided.
        at: where the plan is.
        least: order, a fraction of value.
    """
    least *= 1 + SHY
    sells, given = _sales(dual, at, least)
    buys, floor = _purchases(dual, at, least)
    return dual.whole.of_orders(sells, given, buys, floor)


def _sales(dual: SmoothDual, at: At, least: float) -> tuple[BoolArray, FloatArray]:
    """Return [column] True where its order stays, and what of it is sold in any case."""
    layout, accounts = dual.whole, dual.case.problem.lot_account
    blocks = len(layout.security)
    order = accounts[layout.lot] * blocks + layout.block
    orders = blocks * len(dual.case.problem.account_ids)
    price, cost = dual.worth_of(at.prices)
    forced = _cheapest(order, at.sold, cost, layout.most, least)
    size = total_by(order, at.sold, orders)
    larger = total_by(order, forced, orders)
    block = np.arange(orders) % blocks
    worth, curve = (price + at.double * at.active)[block], at.double[block] / 2
    more = larger - size
    raised = total_by(order, cost * (forced - at.sold), orders) - worth * more + curve * more**2
    dropped = worth * size - total_by(order, cost * at.sold, orders) + curve * size**2
    enough = larger >= least * (1 - SHY)
    small = size < least * (1 - SHY)
    stays = (size > DUST) & enough & (~small | (raised <= dropped))
    return stays[order], np.where(stays[order], forced, 0.0)


def _cheapest(
    order: IntArray, sold: FloatArray, cost: FloatArray, most: FloatArray, least: float
) -> FloatArray:
    """Return [column] what makes up the least size of each order: what is sold first, then the cheapest."""
    ranked = np.lexsort((cost, sold <= 0, order))
    weight, of = most[ranked], order[ranked]
    before = np.cumsum(weight) - weight
    before -= before[np.searchsorted(of, of)] if len(of) else 0.0
    taken = np.empty(len(order))
    taken[ranked] = np.clip(least - before, 0.0, weight)
    return taken


def _purchases(dual: SmoothDual, at: At, least: float) -> tuple[BoolArray, FloatArray]:
    """Return [block] True where purchases stay, and what is bought in any case."""
    layout = dual.whole
    back = total_by(dual.layout.block, at.moved * at.part[dual.layout.block], len(at.bought))
    own = at.bought - back
    small = at.bought < least * (1 - SHY)
    # A purchase ends where its price meets what exposure is worth: half the least size is as far as none.
    raised = (own >= least / 2) & (layout.room >= least)
    stays = (at.bought > DUST) & (~small | raised)
    return stays, np.where(stays & raised & (back <= DUST), least, 0.0)

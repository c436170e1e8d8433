"""Plans with every side fixed by the dual with barriers: what newton.py is for one account, for several.

The prices of a plan nearby are where the climb begins, so it takes some tens of milliseconds where a cone program
takes half a second. The plan is held against every row; where one is missed, the cone program answers.
"""

from dataclasses import replace

import numpy as np

from harvestdesk.optimize.engine.case import Case, Row, active_after
from harvestdesk.optimize.engine.columns import Columns
from harvestdesk.optimize.engine.duals import Prices
from harvestdesk.optimize.engine.fast_blocks import Layout, layout_of
from harvestdesk.optimize.engine.fast_dual import SmoothDual
from harvestdesk.optimize.engine.fast_newton import Target, climb
from harvestdesk.optimize.engine.fast_plan import MISSED, Traded, traded_at
from harvestdesk.optimize.engine.fast_proof import ceiling_of
from harvestdesk.optimize.engine.fast_search import ACCURATE, LAST, LEAST_SCALE
from harvestdesk.optimize.engine.newton import FixedPlan
from harvestdesk.optimize.engine.problem import (
    EngineProblem,
    FloatArray,
    IntArray,
    Mode,
    total_by,
)
from harvestdesk.optimize.problem import Side

MANY_COLUMNS = 1_000
"""Below this a cone program is as fast, and ends closer."""

STEPS = 40
"""Of Newton's method: from prices nearby it takes few, or it leads nowhere."""


def climbed_plan(case: Case, columns: Columns, sides: IntArray, start: Prices) -> FixedPlan | None:
    """Return the best plan with sides [set] fixed, or None where this method doesn't find it."""
    p = case.problem
    if len(columns) < MANY_COLUMNS or not climbs(p):
        return None
    dual = SmoothDual(case, _layout(p, columns, sides))
    prices = [start.factors, start.rows]
    if dual.limited:
        prices.append(np.array([max(start.risk, dual.aversion, 1e-6)]))
    scale = _scale(case)
    last = ACCURATE if dual.ramped else LAST
    ceiling = ceiling_of(case) + abs(case.constant)
    target = Target(ACCURATE * scale, last * scale, ceiling=ceiling, steps=STEPS)
    climbed = climb(dual, np.concatenate(prices), target)
    if climbed.beyond or climbed.missed > MISSED:
        return None
    traded = traded_at(dual, climbed.at, sides)
    if not _keeps(case, traded):
        return None
    factors, rows, risk = dual.split(climbed.at.prices)
    return FixedPlan(
        traded.sold, by_purse(p, traded.bought), traded.paid, Prices(rows, factors, risk)
    )


def climbs(p: EngineProblem) -> bool:
    """Return True where the dual with barriers knows every rule of a problem, its sides being fixed."""
    volumes = p.most_sold is not None or p.most_bought is not None
    return p.mode is Mode.REBALANCE and not (p.swaps and volumes)


def by_purse(p: EngineProblem, bought: FloatArray) -> FloatArray:
    """Return [purse, security] what accounts [account, security] buy."""
    found = np.zeros((p.purses.count, len(p.symbols)))
    np.add.at(found, p.purses.of_account, bought)
    return found


def _layout(p: EngineProblem, columns: Columns, sides: IntArray) -> Layout:
    """Return the blocks of the sides chosen; what is left alone has neither sales nor purchases."""
    idle = sides == Side.NONE
    chosen = layout_of(p, columns).of_sides(np.where(idle, int(Side.BUY), sides).astype(np.intp))
    rests = idle[p.set_of[chosen.security]]
    sells = sides[p.set_of[chosen.security]] == Side.SELL
    least = np.where(rests, 0.0, p.least_order[chosen.security])
    kept = ~rests[chosen.block]
    return replace(
        chosen,
        buys=chosen.buys & ~rests,
        sold_least=np.where(sells, least, 0.0),
        bought_least=np.where(sells, 0.0, np.minimum(least, chosen.room)),
        lot=chosen.lot[kept],
        block=chosen.block[kept],
        most=chosen.most[kept],
        given=chosen.given[kept],
    )


def _scale(case: Case) -> float:
    """Return the size of the objectives that are compared."""
    p = case.problem
    nothing = p.risk_price * p.variance(p.active)
    saved = float(np.maximum(-case.cost, 0.0) @ p.lot_most)
    return max(LEAST_SCALE, nothing, saved)


def _keeps(case: Case, traded: Traded) -> bool:
    """Return True where a plan keeps every row, the limit on tracking error and the least orders."""
    p = case.problem
    active = active_after(p, traded.sold, traded.bought)
    if max((_missed(row, traded, active) for row in case.rows), default=0.0) > MISSED:
        return False
    if np.sqrt(p.variance(active)) > p.limits.tracking_error + MISSED:
        return False
    side = traded.sides[p.set_of]
    gone = total_by(p.lot_security, traded.sold, len(p.symbols))
    order = np.select(
        [side == Side.SELL, side == Side.BUY], [gone, traded.bought.sum(axis=0)], np.inf
    )
    return bool((order >= p.least_order * (1 - 1e-9)).all())


def _missed(row: Row, traded: Traded, active: FloatArray) -> float:
    """Return by how much a plan is outside a row."""
    total = row.offset + float(row.lots @ traded.sold)
    if row.securities is not None:
        total += float(row.securities @ active)
    if row.account >= 0:
        total -= float(traded.bought[row.account].sum() + traded.paid[row.account])
    return max(row.least - total, total - row.most)

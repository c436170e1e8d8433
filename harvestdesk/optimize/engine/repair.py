"""What a plan in shares may still need: no order below the smallest, and room for rounding in the limits."""

from dataclasses import replace

import numpy as np

from harvestdesk.optimize.engine.case import CASH, LOSS, NETTING, Case, Row
from harvestdesk.optimize.engine.problem import EngineProblem, FloatArray, Limits
from harvestdesk.optimize.engine.trades import Trades, as_dollars, orders_of

FIRST_BLOCK = 1e-5
"""How much of a limit is kept back for rounding at first, a fraction of value; ten times more each time."""


def without_small_orders(
    problem: EngineProblem, sold: FloatArray, bought: FloatArray
) -> EngineProblem | None:
    """Return the problem without the smallest orders below the least one, or None where there are none.

    An order is all that is sold of a security in an account, or bought of it in a purse. Half of the small
    ones go at a time, the smallest first: what they did is taken up by the others, which may grow large
    enough.
    """
    least = problem.limits.min_trade
    if least <= 0:
        return None
    order = problem.lot_account * len(problem.symbols) + problem.lot_security
    of_order = np.bincount(order, sold, minlength=len(problem.account_ids) * len(problem.symbols))
    amounts = of_order[order]
    dust = least * 1e-6
    small_sales = (amounts > dust) & (amounts < least * (1 - 1e-9))
    small_buys = (bought > dust) & (bought < least * (1 - 1e-9))
    sizes = np.concatenate([of_order[(of_order > dust) & (of_order < least)], bought[small_buys]])
    if not len(sizes):
        return None
    limit = float(np.median(sizes))
    lots = small_sales & (amounts <= limit)
    buys = small_buys & (bought <= limit)
    if problem.left_alone is not None:
        lots |= problem.left_alone
    menus = True if problem.may_buy is None else problem.may_buy
    may_buy = menus & ~buys[problem.purses.of_account]
    return replace(problem, left_alone=lots, may_buy=may_buy)


def without_small_in_shares(
    problem: EngineProblem, trades: Trades, *, whole_accounts: bool = False
) -> EngineProblem | None:
    """Return the problem without the orders that came out below the least one in shares, or None.

    With `whole_accounts` their accounts don't trade at all.
    """
    least = as_dollars(problem, problem.limits.min_trade)
    small = {key for key, dollars in orders_of(problem, trades).items() if dollars < least}
    if not small:
        return None
    may = problem.may_buy
    offered = np.broadcast_to(True, (len(problem.account_ids), len(problem.symbols)))
    offered = (offered if may is None else may).copy()
    alone = np.zeros(len(problem.lot_ids), dtype=np.bool_)
    for account, security, is_sale in small:
        if is_sale:
            alone |= (problem.lot_account == account) & (problem.lot_security == security)
        else:
            offered[account, security] = False
    if problem.left_alone is not None:
        alone |= problem.left_alone
    if whole_accounts:
        still = list({account for account, _, _ in small})
        alone |= np.isin(problem.lot_account, still)
        offered[still] = False
    return replace(problem, may_buy=offered, left_alone=alone)


def tightened(case: Case, attempt: int) -> Case:
    """Return the case with every limit but cash kept a little away from its end."""
    room = FIRST_BLOCK * 10.0 ** (attempt - 1)
    limits = case.problem.limits
    kept = replace(limits, tracking_error=_less(limits, room))
    rows = tuple(row if row.kind in {CASH, NETTING} else _inside(row, room) for row in case.rows)
    return replace(case, problem=replace(case.problem, limits=kept), rows=rows)


def _less(limits: Limits, room: float) -> float:
    return max(0.0, limits.tracking_error - min(room, limits.tracking_error * 0.02))


def _inside(row: Row, room: float) -> Row:
    if row.kind == LOSS:
        return replace(row, least=min(row.least + room, row.most))
    if row.securities is not None:
        room = min(room, max(0.0, row.most - row.least) / 2)
        return replace(row, least=row.least + room, most=row.most - room)
    return replace(row, most=max(row.least, row.most - room))

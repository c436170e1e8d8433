"""A plan of the fast path from the place where its prices ended: who buys what, and what it amounts to."""

from dataclasses import dataclass

import numpy as np

from harvestdesk.optimize.engine.case import Case
from harvestdesk.optimize.engine.fast_blocks import buying_costs
from harvestdesk.optimize.engine.fast_dual import At, SmoothDual
from harvestdesk.optimize.engine.fast_netting import Netting
from harvestdesk.optimize.engine.problem import (
    BoolArray,
    EngineProblem,
    FloatArray,
    IntArray,
    total_by,
)

DUST = 1e-7
"""Weights that are no order: ten cents of a million."""
MISSED = 1e-7
"""By how much a plan in weights may miss a row, a fraction of value: as evaluate.py allows."""


@dataclass(frozen=True)
class Traded:
    """Weights traded.

    Attributes:
        sold: [lot]; bought: [account, security]; paid: [account] of a payout; sides: [set].
    """

    sold: FloatArray
    bought: FloatArray
    paid: FloatArray
    sides: IntArray


@dataclass(frozen=True)
class Amounts:
    """What trades amount to, in fractions of value.

    Attributes:
        tax: this year's, exact for the typed rates or, with a tax situation, by real netting; negative saves.
        cost: of trading; orders: accounts and securities sold or bought.
    """

    objective: float
    tracking_error: float
    tax: float
    cost: float
    turnover: float
    orders: int


def traded_at(dual: SmoothDual, at: At, sides: IntArray) -> Traded:
    """Return the trades of a place where every side is decided."""
    p = dual.case.problem
    sold = np.zeros(len(p.lot_ids))
    np.add.at(sold, dual.layout.lot, at.sold)
    paid = np.zeros(len(p.account_ids))
    payout = p.limits.payout
    if payout is not None and payout.amount > 0 and payout.payers.any():
        paid[payout.payers] = payout.amount * at.mixtures[0]
    bought = np.zeros((len(p.account_ids), len(p.symbols)))
    spent = at.payers * dual.by_menu(at)
    buys = np.flatnonzero(at.bought > 0)
    menus = dual.layout.menu[buys]
    alone = np.bincount(menus, minlength=spent.shape[1])[menus] == 1
    bought[:, dual.layout.security[buys[alone]]] = spent[:, menus[alone]]
    for menu in np.unique(menus[~alone]):
        blocks = buys[menus == menu]
        securities, amounts = dual.layout.security[blocks], at.bought[blocks]
        bought[:, securities] = _dealt(amounts, spent[:, menu])
    return Traded(np.minimum(sold, p.lot_most), bought, paid, sides)


def _dealt(amounts: FloatArray, spent: FloatArray) -> FloatArray:
    """Return [account, purchase] purchases dealt to accounts in turn, so that only the largest are split."""
    order = _turns(amounts, spent)
    turned = amounts[order]
    until, paid = np.cumsum(turned), np.cumsum(spent)
    upper = np.minimum(until[None, :], paid[:, None])
    lower = np.maximum((until - turned)[None, :], (paid - spent)[:, None])
    dealt = np.zeros((len(spent), len(amounts)))
    dealt[:, order] = np.maximum(upper - lower, 0.0)
    return dealt


def _turns(amounts: FloatArray, spent: FloatArray) -> IntArray:
    """Return the order of purchases in which the ends of accounts fall into the middle of large ones."""
    by_size = np.argsort(-amounts, kind="stable")
    ends = np.cumsum(spent[spent > 0])[:-1]
    large, rest = by_size[: len(ends)], by_size[len(ends) :]
    until = np.cumsum(amounts[rest])
    parts, done, gone = [], 0, 0.0
    for one, end in zip(large, ends, strict=False):
        ahead = int(np.searchsorted(until, end - gone - amounts[one] / 2))
        ahead = max(ahead, done)
        parts += [rest[done:ahead], one[None]]
        done, gone = ahead, gone + float(amounts[one])
    return np.concatenate([*parts, rest[done:]]).astype(np.intp)


def amounts_of(case: Case, traded: Traded, netting: Netting | None) -> Amounts:
    """Return what trades amount to; `case` is the one they were found with."""
    p = case.problem
    bought = traded.bought
    if netting is None:
        tax = float((p.lot_rate * p.lot_gain) @ traded.sold)
        taxed = float(case.cost @ traded.sold)
    else:
        tax = netting.tax_of(traded.sold)
        taxed = float(case.cost @ traded.sold) + netting.cost_of(traded.sold)
    table = np.where(bought > 0, buying_costs(p), 0.0)
    extra = float((np.where(np.isfinite(table), table, 0.0) * bought).sum())
    if p.limits.payout is not None:
        extra += float(p.limits.payout.cost @ traded.paid)
    variance = p.variance(active_after(p, traded))
    sold = float(traded.sold.sum())
    return Amounts(
        objective=p.risk_price * variance + taxed + extra + case.constant,
        tracking_error=float(np.sqrt(variance)),
        tax=tax,
        cost=p.cost_rate * (sold + float(bought.sum())),
        turnover=sold,
        orders=int((orders_sold(p, traded.sold) > DUST).sum() + (bought > DUST).sum()),
    )


def active_after(p: EngineProblem, traded: Traded) -> FloatArray:
    """Return [security] active weights after trades."""
    gone = total_by(p.lot_security, traded.sold, len(p.symbols))
    return np.asarray(p.active - gone + traded.bought.sum(axis=0))


def orders_sold(p: EngineProblem, sold: FloatArray) -> FloatArray:
    """Return [account * securities + security] weight sold."""
    order = p.lot_account * len(p.symbols) + p.lot_security
    return total_by(order, sold, len(p.account_ids) * len(p.symbols))


def small_orders(p: EngineProblem, traded: Traded) -> tuple[BoolArray, BoolArray] | None:
    """Return [lot] and [account, security] of the smaller half of orders below the least, or None.

    What they did is taken up by others, which may grow large enough (repair.py does the same in shares).
    """
    least = p.limits.min_trade
    sales = orders_sold(p, traded.sold)
    small_sales = (sales > DUST) & (sales < least)
    small_buys = (traded.bought > DUST) & (traded.bought < least)
    sizes = np.concatenate([sales[small_sales], traded.bought[small_buys]])
    if not len(sizes):
        return None
    most = float(np.median(sizes))
    order = p.lot_account * len(p.symbols) + p.lot_security
    return (small_sales & (sales <= most))[order], small_buys & (traded.bought <= most)


def keeps_rules(case: Case, traded: Traded, amounts: Amounts) -> bool:
    """Return True where a plan keeps every row of a case, its limit on tracking error and its tax budget."""
    p, worst = case.problem, 0.0
    active = active_after(p, traded)
    for row in case.rows:
        total = row.offset + float(row.lots @ traded.sold)
        if row.securities is not None:
            total += float(row.securities @ active)
        if row.account >= 0:
            total -= float(traded.bought[row.account].sum() + traded.paid[row.account])
        worst = max(worst, row.least - total, total - row.most)
    worst = max(worst, amounts.tax - p.limits.tax)
    return max(worst, amounts.tracking_error - p.limits.tracking_error) <= MISSED

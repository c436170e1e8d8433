"""Orders of accounts exchanged one for another while that makes the plan better.

What the prices of the search can't tell apart - which account buys - is tried out: an order less, an order more, a
sale with the purchase it pays for, one order in place of another. The first exchange that helps is taken.
"""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from harvestdesk.optimize.engine.case import Case
from harvestdesk.optimize.engine.conic import Stop
from harvestdesk.optimize.engine.problem import BoolArray, total_by
from harvestdesk.optimize.engine.third_fixed import OrderPlan, Orders, plan_of
from harvestdesk.optimize.engine.third_orders import least_orders

MOST_CANDIDATES = 100
"""Orders that can be made; with more of them the plans are too many to try."""
LEAST_GAIN = 1e-8
"""Objective: less isn't worth an exchange."""


@dataclass(frozen=True)
class _Toggle:
    """One order that may be made or left."""

    account: int
    security: int
    is_sale: bool


def exchanged(
    case: Case, plan: OrderPlan | None, stop: Stop, late: Callable[[], bool]
) -> OrderPlan | None:
    """Return the plan no single exchange makes better, from a plan or from no trade; None where there is none."""
    toggles = _candidates(case)
    if len(toggles) > MOST_CANDIDATES:
        return plan
    best, seen = plan, set[bytes]()
    if best is None:
        best = _begun(case, toggles, stop, late)
    while best is not None and not late():
        better = _first_better(case, best, toggles, seen, stop, late)
        if better is None:
            break
        best = better
    return best


def _begun(
    case: Case, toggles: list[_Toggle], stop: Stop, late: Callable[[], bool]
) -> OrderPlan | None:
    """Return the plan of no orders, or of the first few that have one."""
    nothing, most = _nothing(case), case.problem.limits.max_trades
    for change in ((), *_changes(nothing, toggles)):
        if late():
            return None
        if most is None or len(change) <= most:
            found = plan_of(case, _toggled(case, nothing, change), stop)
            if found is not None:
                return found
    return None


def _first_better(
    case: Case,
    best: OrderPlan,
    toggles: list[_Toggle],
    seen: set[bytes],
    stop: Stop,
    late: Callable[[], bool],
) -> OrderPlan | None:
    most = case.problem.limits.max_trades
    for change in _changes(best.orders, toggles):
        if late():
            return None
        orders = _toggled(case, best.orders, change)
        if orders.key in seen or (most is not None and count_of(orders) > most):
            continue
        seen.add(orders.key)
        found = plan_of(case, orders, stop)
        if found is not None and found.objective < best.objective - LEAST_GAIN:
            return found
    return None


def count_of(orders: Orders) -> int:
    """Return how many orders are made."""
    buys = orders.buys if orders.dealt is None else orders.dealt
    return int(orders.sells.sum()) + int(buys.sum())


def _nothing(case: Case) -> Orders:
    p = case.problem
    none = np.zeros((len(p.account_ids), len(p.symbols)), dtype=np.bool_)
    return Orders(none, np.zeros((p.purses.count, len(p.symbols)), dtype=np.bool_), none.copy())


def _candidates(case: Case) -> list[_Toggle]:
    """Return every order large enough to be made."""
    p = case.problem
    least = least_orders(p)
    names = len(p.symbols)
    number = p.lot_account * names + p.lot_security
    able = total_by(number, np.where(p.sellable, p.lot_most, 0.0), least.size).reshape(least.shape)
    sells = (able > 0) & (able >= least * (1 - 1e-9))
    menus = np.zeros((p.purses.count, names), dtype=np.bool_)
    menus[p.purses.purse, p.purses.security] = True
    buys: BoolArray = menus[p.purses.of_account]
    if p.may_buy is not None:
        buys = buys & p.may_buy
    return [
        _Toggle(int(a), int(j), is_sale)
        for orders, is_sale in ((sells, True), (buys, False))
        for a, j in np.argwhere(orders)
    ]


def _changes(orders: Orders, toggles: list[_Toggle]) -> Iterator[tuple[_Toggle, ...]]:
    """Yield what may change: an order, a sale with a purchase of its account, either for orders made."""
    made = [one for one in toggles if _is_made(orders, one)]
    rest = [one for one in toggles if not _is_made(orders, one)]
    yield from ((one,) for one in toggles)
    pairs = [
        (sale, buy)
        for sale in rest
        for buy in rest
        if sale.is_sale and not buy.is_sale and sale.account == buy.account
    ]
    yield from pairs
    yield from ((old, new) for old in made for new in rest)
    yield from ((old, sale, buy) for old in made for sale, buy in pairs)
    yield from ((*two, *pair) for two in itertools.combinations(made, 2) for pair in pairs)


def _is_made(orders: Orders, one: _Toggle) -> bool:
    buys = orders.dealt if orders.dealt is not None else orders.sells
    return bool((orders.sells if one.is_sale else buys)[one.account, one.security])


def _toggled(case: Case, orders: Orders, change: tuple[_Toggle, ...]) -> Orders:
    sells = orders.sells.copy()
    dealt = np.zeros_like(sells) if orders.dealt is None else orders.dealt.copy()
    for one in change:
        where = sells if one.is_sale else dealt
        where[one.account, one.security] ^= True
    purses = case.problem.purses
    buys = np.zeros_like(orders.buys)
    accounts, names = np.nonzero(dealt)
    buys[purses.of_account[accounts], names] = True
    return replace(orders, sells=sells, buys=buys, dealt=dealt)

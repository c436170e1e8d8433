"""From weights to shares: whole ones or the broker's step; cash never negative, sides kept."""

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

import numpy as np

from harvestdesk.domain.money import ZERO
from harvestdesk.optimize.engine.case import Case
from harvestdesk.optimize.engine.evaluate import Buy, Sale, Trades
from harvestdesk.optimize.engine.problem import EngineProblem, FloatArray, IntArray
from harvestdesk.optimize.engine.whole_shares import whole_steps

STEP = Decimal("0.000001")
DUST = 1e-7
"""Weights below this are the solver's last digits."""


def to_shares(case: Case, sold: FloatArray, bought: FloatArray, sides: IntArray) -> Trades:
    """Return the trades of weights sold [lot] and bought [security]; sides [set] are kept."""
    problem = case.problem
    sold = _snapped(sold, problem.lot_most)
    dealt = _dealt(problem, sold, np.where(bought < DUST, 0.0, bought))
    if not problem.fractional:
        steps = whole_steps(case, sold, dealt, sides)
        return _trades(
            {lot: Decimal(int(n)) for lot, n in enumerate(steps.sold) if n},
            {(a, j): Decimal(int(steps.bought[a, j])) for a, j in np.argwhere(steps.bought)},
        )
    value, exact = problem.exact.value, problem.exact
    sales = {}
    for lot in np.flatnonzero(sold):
        shares = Decimal(float(sold[lot])) * value / exact.prices[problem.lot_security[lot]]
        whole = sold[lot] >= problem.lot_most[lot]
        sales[int(lot)] = (
            exact.shares[lot] if whole else min(_rounded(shares, STEP), exact.shares[lot])
        )
    buys = {
        (int(a), int(j)): _rounded(Decimal(float(dealt[a, j])) * value / exact.prices[j], STEP)
        for a, j in np.argwhere(dealt > 0)
    }
    for account in range(len(problem.account_ids)):
        _settle_cash(problem, account, sales, buys)
    return _trades(sales, buys)


def _rounded(shares: Decimal, step: Decimal, rounding: str = ROUND_HALF_UP) -> Decimal:
    return (shares / step).to_integral_value(rounding) * step


def _snapped(sold: FloatArray, most: FloatArray) -> FloatArray:
    """Return sales without the solver's dust: nothing, or all, where it is within a hair of it."""
    hair = np.minimum(DUST, most * 1e-3)
    return np.where(sold <= hair, 0.0, np.where(sold >= most - hair, most, sold))


def _dealt(problem: EngineProblem, sold: FloatArray, bought: FloatArray) -> FloatArray:
    """Return [account, security] purchases: every account spends what it must, then what it can."""
    proceeds = np.bincount(problem.lot_account, sold, minlength=len(problem.cash))
    can = problem.cash + proceeds
    spend = np.clip(can - problem.limits.cash, 0.0, can)
    rest = float(bought.sum()) - float(spend.sum())
    for a in range(len(spend)):
        more = float(np.clip(rest, -spend[a], can[a] - spend[a]))
        spend[a] += more
        rest -= more
    dealt = np.zeros((len(spend), len(bought)))
    for j in np.argsort(-bought, kind="stable"):
        wanted = float(bought[j])
        if wanted <= 0:
            break
        for a in np.argsort(-spend, kind="stable"):
            part = min(wanted, float(spend[a]))
            dealt[a, j] += part
            spend[a] -= part
            wanted -= part
            if wanted <= DUST:
                break
    return dealt


def _settle_cash(
    problem: EngineProblem,
    account: int,
    sales: dict[int, Decimal],
    buys: dict[tuple[int, int], Decimal],
) -> None:
    """Bring an account's cash between zero and its most, by its largest purchase or else a sale."""
    exact = problem.exact
    mine = [lot for lot in sales if problem.lot_account[lot] == account]
    cash = exact.cash[account] + sum(
        (sales[lot] * exact.prices[problem.lot_security[lot]] for lot in mine), ZERO
    )
    own = [key for key in buys if key[0] == account]
    cash -= sum((buys[key] * exact.prices[key[1]] for key in own), ZERO)
    limit = problem.limits.cash[account]
    most = max(exact.cash[account], ZERO)
    if limit != problem.cash[account]:  # a limit of its own, not the cash there was
        most = Decimal(repr(float(limit))) * exact.value
    if not (mine or own) or ZERO <= cash <= most:
        return
    over = cash if cash < 0 else cash - most
    if own:
        key = max(own, key=lambda k: (buys[k] * exact.prices[k[1]], -k[1]))
        price = exact.prices[key[1]]
        more = _rounded(over / price, STEP, ROUND_FLOOR if cash < 0 else ROUND_CEILING)
        if cash - more * price < 0:
            more -= STEP
        buys[key] = max(ZERO, buys[key] + more)
    elif cash > most:
        lot = max(mine, key=lambda x: (sales[x] * exact.prices[problem.lot_security[x]], -x))
        less = _rounded(over / exact.prices[problem.lot_security[lot]], STEP, ROUND_CEILING)
        sales[lot] = max(ZERO, sales[lot] - less)


def _trades(sales: dict[int, Decimal], buys: dict[tuple[int, int], Decimal]) -> Trades:
    return Trades(
        tuple(Sale(lot, shares) for lot, shares in sorted(sales.items()) if shares > 0),
        tuple(Buy(a, j, shares) for (a, j), shares in sorted(buys.items()) if shares > 0),
    )

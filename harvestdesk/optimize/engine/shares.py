"""From weights to shares: whole ones or the broker's step; cash never negative, sides kept."""

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

import numpy as np

from harvestdesk.domain.money import ZERO, cents
from harvestdesk.optimize.engine.case import Case
from harvestdesk.optimize.engine.dealing import DUST, dealt_out
from harvestdesk.optimize.engine.problem import EngineProblem, FloatArray
from harvestdesk.optimize.engine.search import Incumbent
from harvestdesk.optimize.engine.trades import SHARE_STEP as STEP
from harvestdesk.optimize.engine.trades import (
    Buy,
    Sale,
    Trades,
    as_dollars,
    least_cash,
    most_cash,
    payout_dollars,
)
from harvestdesk.optimize.engine.whole_shares import Given, whole_steps

NEARLY = Decimal("0.002")
"""Part of the least order that dealing purchases to accounts may leave one short by."""


def to_shares(case: Case, plan: Incumbent) -> Trades:
    """Return the trades of a plan in weights; its sides and who pays out are kept."""
    problem = case.problem
    sold = _snapped(plan.sold, problem.lot_most)
    dealt = plan.dealt
    if dealt is None:
        bought = np.where(plan.bought < DUST, 0.0, plan.bought)
        dealt = dealt_out(problem, sold, bought, plan.paid)
    paid = _paid_dollars(problem, plan.paid)
    sales, buys = _in_parts(problem, sold, dealt)
    for account in np.flatnonzero(problem.in_parts):
        _settle_cash(problem, int(account), sales, buys, paid[account])
    if not problem.in_parts.all():
        weights = np.array([float(dollars / problem.exact.value) for dollars in paid])
        given = Given(*_in_weights(problem, sales, buys), weights, plan.prices.risk)
        steps = whole_steps(case, sold, dealt, plan.sides, given)
        sales |= {lot: Decimal(int(n)) for lot, n in enumerate(steps.sold) if n}
        buys |= {
            (int(a), int(j)): Decimal(int(steps.bought[a, j])) for a, j in np.argwhere(steps.bought)
        }
    return _trades(sales, buys)


def _in_parts(
    problem: EngineProblem, sold: FloatArray, dealt: FloatArray
) -> tuple[dict[int, Decimal], dict[tuple[int, int], Decimal]]:
    """Return sales and purchases, rounded to the broker's step, of accounts that trade parts of shares."""
    value, exact, parts = problem.exact.value, problem.exact, problem.in_parts
    sales = {}
    for lot in np.flatnonzero((sold > 0) & parts[problem.lot_account]):
        shares = Decimal(float(sold[lot])) * value / exact.prices[problem.lot_security[lot]]
        whole = sold[lot] >= problem.lot_most[lot]
        sales[int(lot)] = (
            exact.shares[lot] if whole else min(_rounded(shares, STEP), exact.shares[lot])
        )
    buys = {
        (int(a), int(j)): _rounded(Decimal(float(dealt[a, j])) * value / exact.prices[j], STEP)
        for a, j in np.argwhere((dealt > 0) & parts[:, None])
    }
    _reach_least(problem, buys)
    return sales, buys


def _reach_least(problem: EngineProblem, buys: dict[tuple[int, int], Decimal]) -> None:
    """Bring purchases that the last digits left a hair below the least order up to it."""
    least = as_dollars(problem, problem.limits.min_trade)
    for key, shares in buys.items():
        price = problem.exact.prices[key[1]]
        if least * (1 - NEARLY) <= shares * price < least:
            buys[key] = _rounded(least / price, STEP, ROUND_CEILING)


def _in_weights(
    problem: EngineProblem,
    sales: dict[int, Decimal],
    buys: dict[tuple[int, int], Decimal],
) -> tuple[FloatArray, FloatArray]:
    """Return [account, security] weights bought, and [lot] weights sold."""
    bought = np.zeros((len(problem.account_ids), len(problem.symbols)))
    sold = np.zeros(len(problem.lot_ids))
    exact = problem.exact
    for lot, shares in sales.items():
        price = exact.prices[problem.lot_security[lot]]
        sold[lot] = float(shares * price / exact.value)
    for (a, j), shares in buys.items():
        bought[a, j] = float(shares * exact.prices[j] / exact.value)
    return bought, sold


def _paid_dollars(problem: EngineProblem, paid: FloatArray) -> list[Decimal]:
    """Return [account] dollars of a payout, to the cent and together all that is asked."""
    dollars = [cents(as_dollars(problem, weight)) for weight in paid]
    if problem.limits.payout is not None:
        most = int(np.argmax(paid))
        dollars[most] += payout_dollars(problem) - sum(dollars, ZERO)
    return dollars


def _rounded(shares: Decimal, step: Decimal, rounding: str = ROUND_HALF_UP) -> Decimal:
    return (shares / step).to_integral_value(rounding) * step


def _snapped(sold: FloatArray, most: FloatArray) -> FloatArray:
    """Return sales without the solver's dust: nothing, or all, where it is within a hair of it."""
    hair = np.minimum(DUST, most * 1e-3)
    return np.where(sold <= hair, 0.0, np.where(sold >= most - hair, most, sold))


def _settle_cash(
    problem: EngineProblem,
    account: int,
    sales: dict[int, Decimal],
    buys: dict[tuple[int, int], Decimal],
    paid: Decimal,
) -> None:
    """Bring an account's cash between its least and its most, by its largest purchase or else a sale."""
    exact = problem.exact
    mine = [lot for lot in sales if problem.lot_account[lot] == account]
    own = [key for key in buys if key[0] == account]
    cash = exact.cash[account] - paid
    cash += sum((sales[x] * exact.prices[problem.lot_security[x]] for x in mine), ZERO)
    cash -= sum((buys[key] * exact.prices[key[1]] for key in own), ZERO)
    least, most = least_cash(problem, account), most_cash(problem, account)
    if not (mine or own) or least <= cash <= most:
        return
    over = cash - least if cash < least else cash - most
    if own:
        able = [k for k in own if over <= 0 or over <= _room(problem, k[1], sales, buys)]
        key = max(able or own, key=lambda k: (buys[k] * exact.prices[k[1]], -k[1]))
        price = exact.prices[key[1]]
        more = _rounded(over / price, STEP, ROUND_FLOOR if over < 0 else ROUND_CEILING)
        if cash - more * price < least:
            more -= STEP
        buys[key] = max(ZERO, buys[key] + more)
        return
    lot = max(mine, key=lambda x: (sales[x] * exact.prices[problem.lot_security[x]], -x))
    price = exact.prices[problem.lot_security[lot]]
    less = _rounded(over / price, STEP, ROUND_FLOOR if over < 0 else ROUND_CEILING)
    if cash - less * price < least:
        less -= STEP
    sales[lot] = min(exact.shares[lot], max(ZERO, sales[lot] - less))


def _room(
    problem: EngineProblem,
    security: int,
    sales: dict[int, Decimal],
    buys: dict[tuple[int, int], Decimal],
) -> Decimal:
    """Return the dollars by which the purchases of a security may grow within its largest weight."""
    shares = sum((n for (_, j), n in buys.items() if j == security), ZERO)
    shares -= sum((n for lot, n in sales.items() if problem.lot_security[lot] == security), ZERO)
    room = as_dollars(problem, float(problem.cap[security] - problem.held[security]))
    return room - shares * problem.exact.prices[security]


def _trades(sales: dict[int, Decimal], buys: dict[tuple[int, int], Decimal]) -> Trades:
    return Trades(
        tuple(Sale(lot, shares) for lot, shares in sorted(sales.items()) if shares > 0),
        tuple(Buy(a, j, shares) for (a, j), shares in sorted(buys.items()) if shares > 0),
    )

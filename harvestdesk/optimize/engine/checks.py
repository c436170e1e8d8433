"""Every rule of a problem held against trades in shares, without the solver's numbers."""

from collections import defaultdict
from decimal import Decimal

import numpy as np

from harvestdesk.domain.money import ZERO
from harvestdesk.optimize.engine.case import weight_limits
from harvestdesk.optimize.engine.problem import EngineProblem, FloatArray
from harvestdesk.optimize.engine.trades import (
    CENT,
    SHARE_STEP,
    Buy,
    Order,
    Sums,
    Trades,
    as_dollars,
    least_cash,
    payout_dollars,
)

TOLERANCE = 1e-7
"""Fractions of value (and of tracking error) by which a rule may be off: rounding of the last digit."""


def broken_rules(
    problem: EngineProblem, trades: Trades, sums: Sums, active: FloatArray
) -> list[str]:
    """Return the rules that don't hold."""
    broken = [*_lots_broken(problem, trades), *_sides_broken(problem, trades)]
    broken += _cash_broken(problem, sums)
    broken += _weights_broken(problem, trades, active)
    broken += _volume_broken(problem, sums)
    broken += _orders_broken(problem, trades, sums)
    limits, value = problem.limits, problem.exact.value
    te = float(np.sqrt(problem.variance(active)))
    for name, amount, most in (
        ("tracking_error", te, limits.tracking_error),
        ("turnover", float(sums.sold / value), limits.turnover),
        ("tax_budget", float(sums.tax / value), limits.tax),
        ("gain_budget", float(sums.gain / value), limits.gain),
    ):
        if amount > most + TOLERANCE:
            broken.append(f"{name}: {amount:.8f} is above {most:.8f}")
    loss = float(sums.loss(short_only=limits.loss_short_only) / value)
    if loss < limits.loss_least - _weight_room(problem):
        broken.append(f"loss_target: {loss:.8f} is below {limits.loss_least:.8f}")
    return broken


def _lots_broken(problem: EngineProblem, trades: Trades) -> list[str]:
    broken, seen = [], set()
    for sale in trades.sales:
        name = problem.lot_ids[sale.lot]
        if sale.lot in seen or not ZERO < sale.shares <= problem.exact.shares[sale.lot]:
            broken.append(f"lot {name}: {sale.shares} shares can't be sold")
        if not problem.sellable[sale.lot]:
            broken.append(f"lot {name}: locked against this sale")
        seen.add(sale.lot)
    for buy in trades.buys:
        symbol = problem.symbols[buy.security]
        if buy.shares <= 0 or not _offered(problem, buy):
            broken.append(f"{symbol}: can't be bought")
    parts = problem.in_parts
    whole = [sale.shares for sale in trades.sales if not parts[problem.lot_account[sale.lot]]]
    whole += [buy.shares for buy in trades.buys if not parts[buy.account]]
    if any(n != n.to_integral_value() for n in whole):
        broken.append("fractional: not whole shares")
    return broken


def _offered(problem: EngineProblem, buy: Buy) -> bool:
    """Return True where nothing forbids to buy this there."""
    here = problem.may_buy is None or bool(problem.may_buy[buy.account, buy.security])
    return here and not problem.buy_locked[buy.security]


def _sides_broken(problem: EngineProblem, trades: Trades) -> list[str]:
    lost = {int(problem.lot_set[s.lot]) for s in trades.sales if problem.is_loss[s.lot]}
    both = {
        problem.symbols[b.security] for b in trades.buys if int(problem.set_of[b.security]) in lost
    }
    return [f"{symbol}: a loss is sold and the same is bought" for symbol in sorted(both)]


def _cash_broken(problem: EngineProblem, sums: Sums) -> list[str]:
    broken = []
    for a, name in enumerate(problem.account_ids):
        after, least = sums.cash[a] - sums.payouts[a], least_cash(problem, a)
        most = as_dollars(problem, problem.limits.cash[a])
        before = problem.exact.cash[a]
        if after < min(least, ZERO):  # a margin balance may be allowed to stay
            broken.append(f"cash of {name}: {after:.2f} is below zero")
        elif after < least - CENT:
            broken.append(f"cash of {name}: {after:.2f} is below {least:.2f}")
        # Whole shares can't be dealt to the cent; an account that holds more and doesn't trade keeps it.
        elif after > max(most, before, least) * (1 + Decimal("1e-9")) + _above(problem, a):
            broken.append(f"cash of {name}: {after:.2f} is above {most:.2f}")
    asked, paid = payout_dollars(problem), sum(sums.payouts, ZERO)
    if paid < asked:
        broken.append(f"payout: {paid:.2f} is below {asked:.2f}")
    return broken


def share_room(problem: EngineProblem) -> Decimal:
    """Return the dollars by which cash may miss its most: what the least purchase costs."""
    least, step = min(problem.exact.prices), SHARE_STEP * max(problem.exact.prices)
    return max(10 * SHARE_STEP * least, step) if problem.in_parts.all() else max(least, step)


def _above(problem: EngineProblem, account: int) -> Decimal:
    """Return the dollars by which an account may end above its most: of cash that is raised, any one share."""
    raised = least_cash(problem, account) > problem.exact.cash[account]
    whole = not problem.in_parts[account]
    return max(problem.exact.prices) if raised and whole else share_room(problem)


def _weight_room(problem: EngineProblem) -> float:
    """Return the weight by which rounding to shares may miss a limit on weights."""
    one_share = float(max(problem.exact.prices) / problem.exact.value)
    return TOLERANCE if problem.in_parts.all() else one_share


def _weights_broken(problem: EngineProblem, trades: Trades, active: FloatArray) -> list[str]:
    weights = active - problem.active + problem.held
    room = _weight_room(problem)
    bought = sorted({b.security for b in trades.buys})
    broken = [
        f"max_weight of {problem.symbols[j]}: {weights[j]:.6f} is above {problem.cap[j]:.6f}"
        for j in bought
        if weights[j] > problem.cap[j] + TOLERANCE
    ]
    for group in weight_limits(problem):
        inside = float(group.members @ weights)
        if not group.least - room <= inside <= group.most + room:
            name = f"{group.kind} {group.name}"
            broken.append(f"{name}: {inside:.6f} is outside {group.least:g} to {group.most:g}")
    return broken


def _volume_broken(problem: EngineProblem, sums: Sums) -> list[str]:
    """Return the securities of which the household trades more than they allow."""
    broken = []
    for limit, sale, word in (
        (problem.most_sold, True, "sold"),
        (problem.most_bought, False, "bought"),
    ):
        if limit is None:
            continue
        traded: dict[int, Decimal] = defaultdict(Decimal)
        for (_, security, sells), dollars in sums.orders.items():
            traded[security] += dollars if sells is sale else ZERO
        for security, dollars in traded.items():
            weight = float(dollars / problem.exact.value)
            if weight > limit[security] + TOLERANCE:
                name = problem.symbols[security]
                broken.append(f"volume of {name}: {weight:.8f} {word} is above {limit[security]:g}")
    return broken


def _orders_broken(problem: EngineProblem, trades: Trades, sums: Sums) -> list[str]:
    """Return what is wrong with the size and the number of orders."""
    limits, broken = problem.limits, []
    most = limits.max_trades
    if most is not None and len(sums.orders) > most:
        broken.append(f"max_trades: {len(sums.orders)} orders are more than {most}")
    steps: dict[Order, int] = defaultdict(int)
    for sale in trades.sales:
        lot = sale.lot
        steps[int(problem.lot_account[lot]), int(problem.lot_security[lot]), True] += 1
    least = as_dollars(problem, limits.min_trade)
    for order, dollars in sums.orders.items():
        account, security, sells = order
        # Each lot is rounded to the broker's step, and cash settled by a step more.
        step = SHARE_STEP * (steps[order] + 1) * problem.exact.prices[security]
        if dollars < least - step:
            word = "sale" if sells else "purchase"
            name = f"{word} of {problem.symbols[security]} in {problem.account_ids[account]}"
            broken.append(f"min_trade: {name}, {dollars:.2f}, is below {least:.2f}")
    return broken

"""The plan reckoned anew from its trades: objective, figures and every rule, without the solver's numbers.

Dollars and tax are Decimal, risk is floating point. Nothing here knows how the trades were found.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

import numpy as np

from harvestdesk.domain.money import ZERO, cents
from harvestdesk.optimize.engine.case import weight_limits
from harvestdesk.optimize.engine.problem import EngineProblem, FloatArray, Mode
from harvestdesk.tax.liability import year_tax

TOLERANCE = 1e-7
"""Fractions of value (and of tracking error) by which a rule may be off: rounding of the last digit."""


Order = tuple[int, int, bool]
CENT = Decimal("0.01")
SHARE_STEP = Decimal("0.000001")
"""The broker's step where parts of shares may be traded."""


@dataclass(frozen=True, slots=True)
class Sale:
    """Shares sold of a lot."""

    lot: int
    shares: Decimal


@dataclass(frozen=True, slots=True)
class Buy:
    """Shares bought of a security in an account."""

    account: int
    security: int
    shares: Decimal


@dataclass(frozen=True)
class Trades:
    """A plan in shares."""

    sales: tuple[Sale, ...] = ()
    buys: tuple[Buy, ...] = ()


@dataclass(frozen=True)
class Figures:
    """What trades amount to.

    Attributes:
        objective: of the contract; in a harvest the losses sold, as a fraction of value.
        tax_cost: dollars; negative saves.
        realised_loss: dollars of loss sold in taxable accounts, positive.
        cash: [account] after the plan; payouts: [account] dollars paid out of it.
        orders: accounts and securities sold or bought.
        broken: rules that don't hold, in words; a plan with any is not to be used.
    """

    objective: float
    tracking_error: float
    turnover: float
    tax_cost: Decimal
    realised_loss: Decimal
    realised_gain: Decimal
    cash: tuple[Decimal, ...]
    payouts: tuple[Decimal, ...]
    orders: int
    broken: tuple[str, ...]


@dataclass(frozen=True)
class _Sums:
    """What trades come to, in dollars.

    Attributes:
        orders: of each account, security and direction.
        taxed: gains that count in tax, each with whether it is long-term.
        cash: [account] before any payout.
    """

    sold: Decimal
    bought: Decimal
    orders: dict[Order, Decimal]
    taxed: tuple[tuple[Decimal, bool], ...]
    cash: tuple[Decimal, ...]
    payouts: tuple[Decimal, ...]
    tax: Decimal

    @property
    def gain(self) -> Decimal:
        return sum((gain for gain, _ in self.taxed), ZERO)

    def loss(self, *, short_only: bool = False) -> Decimal:
        """Return the losses, positive."""
        return -sum((g for g, long in self.taxed if g < 0 and not (long and short_only)), ZERO)


def evaluate(problem: EngineProblem, trades: Trades) -> Figures:
    """Return what trades amount to, and the rules they break."""
    value = problem.exact.value
    sums = _sums(problem, trades)
    active = active_after(problem, trades)
    variance = problem.variance(active)
    return Figures(
        objective=_objective(problem, trades, sums, variance),
        tracking_error=float(np.sqrt(variance)),
        turnover=float(sums.sold / value),
        tax_cost=cents(sums.tax),
        realised_loss=cents(sums.loss()),
        realised_gain=cents(sums.gain),
        cash=tuple(c - p for c, p in zip(sums.cash, sums.payouts, strict=True)),
        payouts=sums.payouts,
        orders=len(sums.orders),
        broken=tuple(_broken(problem, trades, sums, active)),
    )


def _sums(problem: EngineProblem, trades: Trades) -> _Sums:
    orders = orders_of(problem, trades)
    sold = sum((dollars for (_, _, sale), dollars in orders.items() if sale), ZERO)
    taxed = tuple(
        (_gain(problem, sale), bool(problem.lot_long[sale.lot]))
        for sale in trades.sales
        if problem.taxable[problem.lot_account[sale.lot]]
    )
    cash = _cash_after(problem, trades)
    return _Sums(
        sold=sold,
        bought=sum(orders.values(), ZERO) - sold,
        orders=orders,
        taxed=taxed,
        cash=cash,
        payouts=payouts_of(problem, cash),
        tax=tax_of(problem, taxed),
    )


def orders_of(problem: EngineProblem, trades: Trades) -> dict[Order, Decimal]:
    """Return the dollars of each order: account, security, and True where it sells."""
    orders: dict[Order, Decimal] = defaultdict(Decimal)
    for sale in trades.sales:
        account, security = int(problem.lot_account[sale.lot]), int(problem.lot_security[sale.lot])
        orders[account, security, True] += sale.shares * _price(problem, sale)
    for buy in trades.buys:
        dollars = buy.shares * problem.exact.prices[buy.security]
        orders[buy.account, buy.security, False] += dollars
    return dict(orders)


def _objective(problem: EngineProblem, trades: Trades, sums: _Sums, variance: float) -> float:
    value, limits = problem.exact.value, problem.limits
    extra = _extras(problem, trades)
    if limits.payout is not None:
        extra += float(np.array([float(p / value) for p in sums.payouts]) @ limits.payout.cost)
    if problem.mode is Mode.HARVEST:
        return float(sums.loss() / value) - extra
    costs = Decimal(str(problem.cost_rate)) * (sums.sold + sums.bought)
    extra += limits.ticket_cost * len(sums.orders)
    return problem.risk_aversion * variance + float((sums.tax + costs) / value) + extra


def _extras(problem: EngineProblem, trades: Trades) -> float:
    """Return what lots and purchases cost besides tax and the cost of trading."""
    extra, value = 0.0, problem.exact.value
    if problem.lot_extra is not None:
        for sale in trades.sales:
            weight = float(sale.shares * _price(problem, sale) / value)
            extra += weight * float(problem.lot_extra[sale.lot])
    if problem.buy_extra is not None:
        for buy in trades.buys:
            weight = float(buy.shares * problem.exact.prices[buy.security] / value)
            extra += weight * float(problem.buy_extra[buy.account, buy.security])
    return extra


def payout_dollars(problem: EngineProblem) -> Decimal:
    """Return the dollars to be paid out, to the cent."""
    payout = problem.limits.payout
    return ZERO if payout is None else cents(as_dollars(problem, payout.amount))


def as_dollars(problem: EngineProblem, weight: float) -> Decimal:
    """Return a fraction of value in dollars."""
    return Decimal(repr(float(weight))) * problem.exact.value


def least_cash(problem: EngineProblem, account: int) -> Decimal:
    """Return the cash an account must keep, to the cent."""
    least = problem.limits.cash_least
    return ZERO if least is None else cents(as_dollars(problem, least[account]))


def most_cash(problem: EngineProblem, account: int) -> Decimal:
    """Return the most cash an account may end with: what it has, or its limit."""
    limit, before = problem.limits.cash[account], problem.exact.cash[account]
    most = max(before, ZERO) if limit == problem.cash[account] else as_dollars(problem, limit)
    return max(most, least_cash(problem, account))


def payouts_of(problem: EngineProblem, cash: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """Return the dollars each account pays out of its cash [account] after trades, to the cent.

    First what accounts have beyond their most, then from where it costs least; whoever is named first pays
    first among equals. Nobody pays what it must keep; what nobody can pay is missing.
    """
    paid, payout = [ZERO] * len(cash), problem.limits.payout
    if payout is None:
        return tuple(paid)
    order = sorted(
        (int(a) for a in np.flatnonzero(payout.payers)),
        key=lambda a: (float(payout.cost[a]), problem.account_ids[a]),
    )
    left = payout_dollars(problem)
    for floor in (most_cash, least_cash):
        for a in order:
            spare = (cash[a] - paid[a] - floor(problem, a)).quantize(CENT, ROUND_FLOOR)
            part = min(left, max(ZERO, spare))
            paid[a] += part
            left -= part
    return tuple(paid)


def _price(problem: EngineProblem, sale: Sale) -> Decimal:
    return problem.exact.prices[int(problem.lot_security[sale.lot])]


def _gain(problem: EngineProblem, sale: Sale) -> Decimal:
    return sale.shares * (_price(problem, sale) - problem.exact.basis[sale.lot])


def tax_of(problem: EngineProblem, taxed: Sequence[tuple[Decimal, bool]]) -> Decimal:
    """Return the tax in dollars of gains, each with whether it is long-term; losses save.

    With a tax profile it is the change of the whole year's tax by real netting.
    """
    short = sum((gain for gain, long in taxed if not long), ZERO)
    long = sum((gain for gain, is_long in taxed if is_long), ZERO)
    if problem.situation is None:
        rate_short, rate_long = (Decimal(str(rate)) for rate in problem.rates)
        return rate_short * short + rate_long * long
    before = year_tax(problem.situation, ZERO, ZERO).tax
    return year_tax(problem.situation, short, long).tax - before


def active_after(problem: EngineProblem, trades: Trades) -> FloatArray:
    """Return [security] active weights after trades."""
    exact = problem.exact
    after = problem.active.copy()
    for sale in trades.sales:
        j = problem.lot_security[sale.lot]
        after[j] -= float(sale.shares * exact.prices[j] / exact.value)
    for buy in trades.buys:
        after[buy.security] += float(buy.shares * exact.prices[buy.security] / exact.value)
    return after


def _cash_after(problem: EngineProblem, trades: Trades) -> tuple[Decimal, ...]:
    cash = list(problem.exact.cash)
    for sale in trades.sales:
        cash[problem.lot_account[sale.lot]] += sale.shares * _price(problem, sale)
    for buy in trades.buys:
        cash[buy.account] -= buy.shares * problem.exact.prices[buy.security]
    return tuple(cash)


def _broken(problem: EngineProblem, trades: Trades, sums: _Sums, active: FloatArray) -> list[str]:
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


def _cash_broken(problem: EngineProblem, sums: _Sums) -> list[str]:
    broken = []
    step = share_room(problem)
    for a, name in enumerate(problem.account_ids):
        after, least = sums.cash[a] - sums.payouts[a], least_cash(problem, a)
        most = as_dollars(problem, problem.limits.cash[a])
        before = problem.exact.cash[a]
        if after < 0:
            broken.append(f"cash of {name}: {after:.2f} is below zero")
        elif after < least - CENT:
            broken.append(f"cash of {name}: {after:.2f} is below {least:.2f}")
        # Whole shares can't be dealt to the cent; an account that holds more and doesn't trade keeps it.
        elif after > max(most, before, least) * (1 + Decimal("1e-9")) + step:
            broken.append(f"cash of {name}: {after:.2f} is above {most:.2f}")
    asked, paid = payout_dollars(problem), sum(sums.payouts, ZERO)
    if paid < asked:
        broken.append(f"payout: {paid:.2f} is below {asked:.2f}")
    return broken


def share_room(problem: EngineProblem) -> Decimal:
    """Return the dollars by which cash may miss its most: what the least purchase costs."""
    least, step = min(problem.exact.prices), SHARE_STEP * max(problem.exact.prices)
    return max(10 * SHARE_STEP * least, step) if problem.in_parts.all() else max(least, step)


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


def _volume_broken(problem: EngineProblem, sums: _Sums) -> list[str]:
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


def _orders_broken(problem: EngineProblem, trades: Trades, sums: _Sums) -> list[str]:
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

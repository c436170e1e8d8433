"""Trades in shares and what they come to in dollars, exactly: orders, cash, payouts, gains and tax."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

import numpy as np

from harvestdesk.domain.money import ZERO, cents
from harvestdesk.optimize.engine.problem import EngineProblem, FloatArray

Order = tuple[int, int, bool]
"""Account, security, and True where it sells."""
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
class Sums:
    """What trades come to, in dollars.

    Attributes:
        orders: of each account, security and direction.
        taxed: gains that count in tax, each with whether it is long-term.
        cash: [account] before any payout.
        tax: of this year; later: what losses carried into later years save then, at present value.
    """

    sold: Decimal
    bought: Decimal
    orders: dict[Order, Decimal]
    taxed: tuple[tuple[Decimal, bool], ...]
    cash: tuple[Decimal, ...]
    payouts: tuple[Decimal, ...]
    tax: Decimal
    later: Decimal

    @property
    def gain(self) -> Decimal:
        """Gains less losses."""
        return sum((gain for gain, _ in self.taxed), ZERO)

    def loss(self, *, short_only: bool = False) -> Decimal:
        """Return the losses, positive."""
        return -sum((g for g, long in self.taxed if g < 0 and not (long and short_only)), ZERO)


def sums_of(problem: EngineProblem, trades: Trades) -> Sums:
    """Return what trades come to."""
    orders = orders_of(problem, trades)
    sold = sum((dollars for (_, _, sale), dollars in orders.items() if sale), ZERO)
    taxed = tuple(
        (_gain(problem, sale), bool(problem.lot_long[sale.lot]))
        for sale in trades.sales
        if problem.taxable[problem.lot_account[sale.lot]]
    )
    cash = _cash_after(problem, trades)
    return Sums(
        sold=sold,
        bought=sum(orders.values(), ZERO) - sold,
        orders=orders,
        taxed=taxed,
        cash=cash,
        payouts=payouts_of(problem, cash),
        tax=tax_of(problem, taxed),
        later=later_of(problem, taxed),
    )


def orders_of(problem: EngineProblem, trades: Trades) -> dict[Order, Decimal]:
    """Return the dollars of each order: account, security, and True where it sells."""
    orders: dict[Order, Decimal] = defaultdict(Decimal)
    for sale in trades.sales:
        account, security = int(problem.lot_account[sale.lot]), int(problem.lot_security[sale.lot])
        orders[account, security, True] += sale.shares * price_of(problem, sale)
    for buy in trades.buys:
        dollars = buy.shares * problem.exact.prices[buy.security]
        orders[buy.account, buy.security, False] += dollars
    return dict(orders)


def price_of(problem: EngineProblem, sale: Sale) -> Decimal:
    """Return the price of what is sold."""
    return problem.exact.prices[int(problem.lot_security[sale.lot])]


def _gain(problem: EngineProblem, sale: Sale) -> Decimal:
    return sale.shares * (price_of(problem, sale) - problem.exact.basis[sale.lot])


def _cash_after(problem: EngineProblem, trades: Trades) -> tuple[Decimal, ...]:
    cash = list(problem.exact.cash)
    for sale in trades.sales:
        cash[problem.lot_account[sale.lot]] += sale.shares * price_of(problem, sale)
    for buy in trades.buys:
        cash[buy.account] -= buy.shares * problem.exact.prices[buy.security]
    return tuple(cash)


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
    spare = [max(ZERO, cash[a] - least_cash(problem, a)).quantize(CENT, ROUND_FLOOR) for a in order]
    over = [max(ZERO, cash[a] - most_cash(problem, a)).quantize(CENT, ROUND_CEILING) for a in order]
    for amounts in (map(min, over, spare), spare):
        for a, amount in zip(order, amounts, strict=True):
            part = min(left, amount - paid[a])
            paid[a] += part
            left -= part
    return tuple(paid)


def tax_of(problem: EngineProblem, taxed: Sequence[tuple[Decimal, bool]]) -> Decimal:
    """Return the tax in dollars of gains, each with whether it is long-term; losses save.

    With a tax profile it is the change of the whole year's tax by real netting.
    """
    short, long = _by_term(taxed)
    if problem.netted_tax is None:
        rate_short, rate_long = (Decimal(str(rate)) for rate in problem.rates)
        return rate_short * short + rate_long * long
    return problem.netted_tax.tax(short, long)


def later_of(problem: EngineProblem, taxed: Sequence[tuple[Decimal, bool]]) -> Decimal:
    """Return by how much gains change what carried losses save in later years, in dollars; typed rates: nothing."""
    if problem.netted_tax is None or not problem.values_carried:
        return ZERO
    return problem.netted_tax.later(*_by_term(taxed))


def _by_term(taxed: Sequence[tuple[Decimal, bool]]) -> tuple[Decimal, Decimal]:
    short = sum((gain for gain, long in taxed if not long), ZERO)
    return short, sum((gain for gain, is_long in taxed if is_long), ZERO)


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

"""The plan reckoned anew from its trades: objective, figures and every rule, without the solver's numbers.

Dollars and tax are Decimal, risk is floating point. Nothing here knows how the trades were found.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from harvestdesk.domain.money import ZERO, cents
from harvestdesk.optimize.engine.problem import EngineProblem, FloatArray, Mode
from harvestdesk.tax.liability import year_tax

TOLERANCE = 1e-7
"""Fractions of value (and of tracking error) by which a rule may be off: rounding of the last digit."""


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
        broken: rules that don't hold, in words; a plan with any is not to be used.
    """

    objective: float
    tracking_error: float
    turnover: float
    tax_cost: Decimal
    realised_loss: Decimal
    realised_gain: Decimal
    cash: tuple[Decimal, ...]
    broken: tuple[str, ...]


def evaluate(problem: EngineProblem, trades: Trades) -> Figures:
    """Return what trades amount to, and the rules they break."""
    exact, value = problem.exact, problem.exact.value
    gains = [_gain(problem, sale) for sale in trades.sales]
    sold = sum((s.shares * _price(problem, s) for s in trades.sales), ZERO)
    bought = sum((b.shares * exact.prices[b.security] for b in trades.buys), ZERO)
    taxed = [
        (gain, bool(problem.lot_long[sale.lot]))
        for gain, sale in zip(gains, trades.sales, strict=True)
        if problem.taxable[problem.lot_account[sale.lot]]
    ]
    tax = tax_of(problem, taxed)
    loss = -sum((gain for gain, _ in taxed if gain < 0), ZERO)
    active = active_after(problem, trades)
    variance = problem.variance(active)
    if problem.mode is Mode.HARVEST:
        objective = float(loss / value)
    else:
        costs = Decimal(str(problem.cost_rate)) * (sold + bought)
        objective = problem.risk_aversion * variance + float((tax + costs) / value)
    return Figures(
        objective=objective,
        tracking_error=float(np.sqrt(variance)),
        turnover=float(sold / value),
        tax_cost=cents(tax),
        realised_loss=cents(loss),
        realised_gain=cents(sum((gain for gain, _ in taxed), ZERO)),
        cash=_cash_after(problem, trades),
        broken=tuple(_broken(problem, trades, tax, taxed, active)),
    )


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


def _broken(
    problem: EngineProblem,
    trades: Trades,
    tax: Decimal,
    taxed: Sequence[tuple[Decimal, bool]],
    active: FloatArray,
) -> list[str]:
    """Return the rules that don't hold."""
    broken = [*_lots_broken(problem, trades), *_sides_broken(problem, trades)]
    broken += _cash_broken(problem, trades)
    broken += _weights_broken(problem, trades, active)
    limits, value = problem.limits, problem.exact.value
    sold = sum((s.shares * _price(problem, s) for s in trades.sales), ZERO)
    gain = sum((g for g, _ in taxed), ZERO)
    te = float(np.sqrt(problem.variance(active)))
    for name, amount, most in (
        ("tracking_error", te, limits.tracking_error),
        ("turnover", float(sold / value), limits.turnover),
        ("tax_budget", float(tax / value), limits.tax),
        ("gain_budget", float(gain / value), limits.gain),
    ):
        if amount > most + TOLERANCE:
            broken.append(f"{name}: {amount:.8f} is above {most:.8f}")
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
        if buy.shares <= 0 or problem.buy_locked[buy.security]:
            broken.append(f"{symbol}: can't be bought")
    whole = [sale.shares for sale in trades.sales] + [buy.shares for buy in trades.buys]
    if not problem.fractional and any(n != n.to_integral_value() for n in whole):
        broken.append("fractional: not whole shares")
    return broken


def _sides_broken(problem: EngineProblem, trades: Trades) -> list[str]:
    lost = {int(problem.lot_set[s.lot]) for s in trades.sales if problem.is_loss[s.lot]}
    both = {
        problem.symbols[b.security] for b in trades.buys if int(problem.set_of[b.security]) in lost
    }
    return [f"{symbol}: a loss is sold and the same is bought" for symbol in sorted(both)]


def _cash_broken(problem: EngineProblem, trades: Trades) -> list[str]:
    broken = []
    step = share_room(problem)
    for a, after in enumerate(_cash_after(problem, trades)):
        most = Decimal(repr(float(problem.limits.cash[a]))) * problem.exact.value
        before = problem.exact.cash[a]
        if after < 0:
            broken.append(f"cash of {problem.account_ids[a]}: {after:.2f} is below zero")
        # Whole shares can't be dealt to the cent; an account that holds more and doesn't trade keeps it.
        elif after > max(most, before) * (1 + Decimal("1e-9")) + step:
            broken.append(f"cash of {problem.account_ids[a]}: {after:.2f} is above {most:.2f}")
    return broken


def share_room(problem: EngineProblem) -> Decimal:
    """Return the dollars by which cash may miss its most: what the least purchase costs."""
    least = min(problem.exact.prices)
    return least if not problem.fractional else least * Decimal("0.00001")


def _weights_broken(problem: EngineProblem, trades: Trades, active: FloatArray) -> list[str]:
    weights = active + problem.target
    room = TOLERANCE if problem.fractional else _one_share(problem)
    bought = sorted({b.security for b in trades.buys})
    broken = [
        f"max_weight of {problem.symbols[j]}: {weights[j]:.6f} is above {problem.cap[j]:.6f}"
        for j in bought
        if weights[j] > problem.cap[j] + TOLERANCE
    ]
    inside: dict[str, float] = defaultdict(float)
    for name, weight in zip(problem.sectors, weights, strict=True):
        inside[name] += weight
    for name, least, most in problem.limits.sectors:
        if not least - room <= inside[name] <= most + room:
            broken.append(f"sectors.{name}: {inside[name]:.6f} is outside {least:g} to {most:g}")
    return broken


def _one_share(problem: EngineProblem) -> float:
    return float(max(problem.exact.prices) / problem.exact.value)

"""The plan reckoned anew from its trades: objective, figures and every rule, without the solver's numbers.

Dollars and tax are Decimal, risk is floating point. Nothing here knows how the trades were found.
"""

from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from harvestdesk.domain.money import ZERO, cents
from harvestdesk.optimize.engine.checks import broken_rules
from harvestdesk.optimize.engine.problem import EngineProblem, Mode
from harvestdesk.optimize.engine.trades import Sums, Trades, active_after, price_of, sums_of


@dataclass(frozen=True)
class Figures:
    """What trades amount to.

    Attributes:
        objective: of the contract; in a harvest the losses sold, as a fraction of value.
        tax_cost: dollars of this year; negative saves.
        later_saved: dollars that losses carried into later years save then, at present value.
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
    later_saved: Decimal = ZERO


def evaluate(problem: EngineProblem, trades: Trades) -> Figures:
    """Return what trades amount to, and the rules they break."""
    value = problem.exact.value
    sums = sums_of(problem, trades)
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
        broken=tuple(broken_rules(problem, trades, sums, active)),
        later_saved=cents(sums.later),
    )


def _objective(problem: EngineProblem, trades: Trades, sums: Sums, variance: float) -> float:
    value, limits = problem.exact.value, problem.limits
    extra = _extras(problem, trades)
    if limits.payout is not None:
        extra += float(np.array([float(p / value) for p in sums.payouts]) @ limits.payout.cost)
    if problem.mode is Mode.HARVEST:
        return float(sums.loss() / value) - extra
    costs = Decimal(str(problem.cost_rate)) * (sums.sold + sums.bought)
    extra += limits.ticket_cost * len(sums.orders)
    return problem.risk_aversion * variance + float((sums.tax - sums.later + costs) / value) + extra


def _extras(problem: EngineProblem, trades: Trades) -> float:
    """Return what lots and purchases cost besides tax and the cost of trading."""
    extra, value = 0.0, problem.exact.value
    if problem.lot_extra is not None:
        for sale in trades.sales:
            weight = float(sale.shares * price_of(problem, sale) / value)
            extra += weight * float(problem.lot_extra[sale.lot])
    if problem.buy_extra is not None:
        for buy in trades.buys:
            weight = float(buy.shares * problem.exact.prices[buy.security] / value)
            extra += weight * float(problem.buy_extra[buy.account, buy.security])
    return extra

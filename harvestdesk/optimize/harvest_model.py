"""The year-end maximiser in the engine's terms (methods 1.2 and 1.6).

Weights stay fractions of the household's value; risk is in units of the limit, so that whatever the limit is
the solver sees the same numbers near one. What is not in the problem, a lot with a gain say, counts as held
elsewhere.
"""

from datetime import date
from decimal import Decimal

import numpy as np

from harvestdesk.optimize.engine.case import BEYOND
from harvestdesk.optimize.engine.problem import (
    EngineProblem,
    Exact,
    FloatArray,
    Limits,
    Mode,
    total_by,
)
from harvestdesk.optimize.problem import HarvestProblem

UNIT = 0.01
"""Tracking error the limit is scaled to: one percent, the unit of weights inside the solver."""
LEAST_LIMIT = 1e-6
"""A limit of zero would leave the cone without an inside; a hundredth of a basis point stands for it."""
SLACK = 1.0 + 1e-7


def limit_of(problem: HarvestProblem) -> float:
    """Return the tracking error the solver is held to: the limit, and a hair."""
    return max(problem.limit, LEAST_LIMIT) * SLACK


def risk_scale(problem: HarvestProblem) -> float:
    """Return the units of the solver's tracking error in one of ours."""
    return UNIT / limit_of(problem)


def harvest_model(problem: HarvestProblem) -> EngineProblem:
    """Return the problem of the most losses within the limit on tracking error."""
    least, most = problem.unspent or (np.zeros(problem.accounts), np.zeros(problem.accounts))
    if not problem.replace:
        most = np.full(problem.accounts, BEYOND)
    return _model(
        problem,
        mode=Mode.HARVEST,
        cash=np.zeros(problem.accounts),
        room=largest_purchase(problem),
        buy_cost=problem.buy_cost,
        limits=Limits(cash=most, cash_least=least, tracking_error=UNIT),
    )


def mix_model(problem: HarvestProblem, sold: FloatArray, proceeds: FloatArray) -> EngineProblem:
    """Return the problem of the purchases nearest to the target, proceeds [account] spent to the last cent.

    The variance counts in units of that of the limit; ranks and hurdles decide among like mixes only.
    """
    nothing = np.zeros(len(problem.lot_limit), dtype=np.bool_)
    after = problem.active_after(sold, np.zeros(len(problem.buy_cost)))
    part = problem.keeping(nothing, np.ones(len(problem.buy_cost), dtype=np.bool_))
    room = np.zeros(len(problem.active))
    np.add.at(room, problem.buy_security, proceeds[problem.buy_account])
    return _model(
        part.at(after),
        mode=Mode.REBALANCE,
        cash=proceeds,
        room=room,
        buy_cost=problem.buy_cost,
        limits=Limits(cash=np.zeros(problem.accounts)),
    )


def _model(
    p: HarvestProblem,
    *,
    mode: Mode,
    cash: FloatArray,
    room: FloatArray,
    buy_cost: FloatArray,
    limits: Limits,
) -> EngineProblem:
    securities, lots = len(p.active), len(p.lot_limit)
    held = total_by(p.lot_security, p.lot_limit, securities)
    offered = np.zeros((p.accounts, securities), dtype=np.bool_)
    offered[p.buy_account, p.buy_security] = p.replace
    extra = np.zeros(offered.shape)
    extra[p.buy_account, p.buy_security] = buy_cost
    scale = risk_scale(p)
    none = np.zeros(securities, dtype=np.bool_)
    return EngineProblem(
        as_of=date.min,  # nothing here depends on the day
        mode=mode,
        symbols=("",) * securities,
        target=np.zeros(securities),
        cap=held + room,
        specific=p.specific_variance * scale**2,
        loadings=p.loadings * scale,
        set_of=p.security_set,
        sectors=("",) * securities,
        account_ids=("",) * p.accounts,
        cash=cash,
        taxable=np.ones(p.accounts, dtype=np.bool_),
        lot_ids=("",) * lots,
        lot_security=p.lot_security,
        lot_account=p.lot_account,
        lot_weight=p.lot_limit,
        # Each is a loss; what it is worth to the goal may be nothing.
        lot_gain=np.full(lots, -1.0),
        lot_extra=1.0 - p.lot_value,
        lot_rate=np.zeros(lots),
        lot_long=np.zeros(lots, dtype=np.bool_),
        buy_locked=none,
        loss_locked=none,
        risk_aversion=1.0 / UNIT**2,
        cost_rate=0.0,
        limits=limits,
        exact=NEVER_ROUNDED,
        outside=p.active - held,
        may_buy=offered,
        buy_extra=extra,
    )


NEVER_ROUNDED = Exact(Decimal(1), (), (), (), ())
"""Shares are dealt by rounding.py: dollars and cents don't come here."""


def largest_purchase(problem: HarvestProblem) -> FloatArray:
    """Return [security] the most that can be bought of it on the buying side, all accounts together.

    That is the proceeds of the accounts that may buy it, with the cents rounding may win, and what the limit
    leaves for the security's own risk.
    """
    proceeds = np.zeros(problem.accounts) if problem.unspent is None else -problem.unspent[0]
    np.add.at(proceeds, problem.lot_account, problem.lot_limit)
    most = np.zeros(len(problem.active))
    np.add.at(most, problem.buy_security, proceeds[problem.buy_account])
    deviation = np.sqrt(problem.specific_variance)
    limit = np.full(len(deviation), limit_of(problem))
    room = np.divide(limit, deviation, out=np.full(len(deviation), np.inf), where=deviation > 0)
    return np.asarray(np.minimum(most, np.maximum(room - problem.active, 0.0)))

"""Purchases for given sales: the mix nearest to the target, for the same money in the same accounts."""

from typing import Any

import cvxpy as cp
import numpy as np

from harvestdesk.optimize.formulations.harvest import PERCENT, incidence
from harvestdesk.optimize.problem import FloatArray, HarvestProblem
from harvestdesk.optimize.solve import Outcome, SolveLimits, SolveStatus, run

PREFERENCE = 1e-2
"""Weight of ranks and hurdles beside the variance: they decide among like mixes only."""


def least_tracking_error(
    problem: HarvestProblem, sold: FloatArray, limits: SolveLimits
) -> tuple[FloatArray, Outcome]:
    """Return [purchase] weights that spend each account's proceeds at the least tracking error.

    Accounts without a purchase to make keep their proceeds in cash.
    """
    bought = np.zeros(len(problem.buy_cost))
    proceeds: FloatArray = np.bincount(
        problem.lot_account, sold, minlength=problem.accounts
    ).astype(np.float64)
    buys = np.flatnonzero(proceeds[problem.buy_account] > 0)
    if not len(buys) or not problem.replace:
        return bought, Outcome(SolveStatus.OPTIMAL, "none", "", 0.0, 0.0, 0.0)
    p = problem.keeping(np.ones(len(sold), dtype=np.bool_), np.isin(np.arange(len(bought)), buys))
    buy = cp.Variable(len(buys), nonneg=True)
    outcome = run(_model(p, sold, proceeds, buy), limits)
    if buy.value is not None:
        bought[buys] = np.maximum(np.asarray(buy.value), 0.0) / PERCENT
    return bought, outcome


def _model(p: HarvestProblem, sold: FloatArray, proceeds: FloatArray, buy: Any) -> Any:
    securities, factors = p.loadings.shape
    scale = 1.0 / max(p.limit, 1e-5) / PERCENT
    start = p.active_after(sold, np.zeros(len(p.buy_cost))) * PERCENT
    active = cp.Variable(securities)
    constraints = [active == start + incidence(p.buy_security, securities) @ buy]
    variance = cp.sum_squares(cp.multiply(np.sqrt(p.specific_variance) * scale, active))
    if factors:
        factor = cp.Variable(factors)
        constraints.append(factor == (p.loadings.T * scale) @ active)
        variance = variance + cp.sum_squares(factor)
    used = np.unique(p.buy_account)
    spent = incidence(np.searchsorted(used, p.buy_account), len(used)) @ buy
    constraints.append(spent == proceeds[used] * PERCENT)
    return cp.Problem(cp.Minimize(variance + PREFERENCE * (p.buy_cost @ buy)), constraints)

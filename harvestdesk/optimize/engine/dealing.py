"""Purchases of a purse dealt out to its accounts: each spends what it must and no more than it can."""

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from harvestdesk.optimize.engine.problem import EngineProblem, FloatArray

DUST = 1e-7
"""Weights below this are the solver's last digits."""
LARGEST = 3
"""Purchases of each account that may move to another so that no order is too small."""
NODES = 500


def dealt_out(
    problem: EngineProblem, sold: FloatArray, bought: FloatArray, paid: FloatArray
) -> FloatArray:
    """Return [account, security] purchases: every account spends what it must, then what it can."""
    limits = problem.limits
    least = np.zeros(len(paid)) if limits.cash_least is None else limits.cash_least
    proceeds = np.bincount(problem.lot_account, sold, minlength=len(paid))
    cash = problem.cash + proceeds - paid
    can = np.maximum(cash - least, 0.0)
    must = np.clip(cash - limits.cash, 0.0, can)
    dealt = np.zeros((len(paid), len(problem.symbols)))
    for purse, wanted in enumerate(bought):
        mine = problem.purses.members(purse)
        spend = must[mine].copy()
        rest = float(wanted.sum()) - float(spend.sum())
        for n in np.argsort(spend - can[mine], kind="stable"):  # whoever has most to spare first
            a = mine[n]
            more = float(np.clip(rest, -spend[n], can[a] - spend[n]))
            spend[n] += more
            rest -= more
        dealt[mine] = _without_crumbs(
            _shared(wanted, spend), must[mine], can[mine], limits.min_trade
        )
    return dealt


def _shared(bought: FloatArray, spend: FloatArray) -> FloatArray:
    """Return [account, security] of what is bought, the largest first from whoever has most to spend."""
    shared, spend = np.zeros((len(spend), len(bought))), spend.copy()
    for j in np.argsort(-bought, kind="stable"):
        wanted = float(bought[j])
        if wanted <= 0:
            break
        for a in np.argsort(-spend, kind="stable"):
            part = min(wanted, float(spend[a]))
            shared[a, j] += part
            spend[a] -= part
            wanted -= part
            if wanted <= DUST:
                break
    return shared


def _without_crumbs(
    shared: FloatArray, must: FloatArray, can: FloatArray, least: float
) -> FloatArray:
    """Return [account, security] in as few orders as can be, none below the least one where that can be.

    Only purchases that are split, or too small somewhere, and the largest of each account move.
    """
    crumbs = (shared > 0) & (shared < least)
    if not crumbs.any() or len(shared) == 1:
        return shared
    loose = crumbs.any(axis=0) | ((shared > 0).sum(axis=0) > 1)
    loose[np.argsort(-shared, axis=1, kind="stable")[:, :LARGEST].ravel()] = True
    items = np.flatnonzero(loose & (shared.sum(axis=0) >= least))
    if not len(items):
        return shared
    # In units of the least order the solver's last digits are far below a step.
    fixed = shared.sum(axis=1) - shared[:, items].sum(axis=1)
    low, high = (must - fixed - DUST) / least, (can - fixed + DUST) / least
    total, accounts = shared[:, items].sum(axis=0) / least, len(shared)
    each = np.kron(np.ones((1, accounts)), np.eye(len(items)))
    spent = np.kron(np.eye(accounts), np.ones((1, len(items))))
    same, none = np.eye(accounts * len(items)), np.zeros(accounts * len(items))
    found = milp(
        np.concatenate([none, none + 1]),
        integrality=np.concatenate([none, none + 1]),
        bounds=Bounds(0, np.concatenate([none + np.inf, none + 1])),
        constraints=[
            LinearConstraint(np.hstack([each, 0 * each]), total, total),
            LinearConstraint(np.hstack([spent, 0 * spent]), low, high),
            LinearConstraint(np.hstack([same, -np.diag(np.tile(total, accounts))]), -np.inf, 0),
            LinearConstraint(np.hstack([same, -same]), 0, np.inf),
        ],
        options={"node_limit": NODES},
    )
    if found.x is None:
        return shared
    dealt = shared.copy()
    amounts = least * found.x[: len(none)].reshape(accounts, len(items))
    dealt[:, items] = np.where(amounts > DUST, amounts, 0.0)
    return dealt

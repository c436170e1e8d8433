"""Small households with menus, costs of place, payouts and groups, and their optimum by a plain solver."""

import itertools
from dataclasses import replace
from typing import Any

import numpy as np
from engine_books import book

from harvestdesk.optimize.engine.case import Row
from harvestdesk.optimize.engine.facts import read_problem
from harvestdesk.optimize.engine.problem import EngineProblem, Group, Mode, PayoutAsked


def household(
    seed: int,
    features: tuple[str, ...],
    *,
    names: int = 4,
    lots: int = 3,
    accounts: int = 3,
    **over: Any,
) -> EngineProblem:
    """Return a household with the features named, each drawn by the seed."""
    rng = np.random.default_rng(seed)
    problem = read_problem(book(names=names, lots=lots, seed=seed, accounts=accounts, **over))
    for feature in features:
        problem = _WITH[feature](problem, rng)
    return problem


def _menus(p: EngineProblem, rng: np.random.Generator) -> EngineProblem:
    return replace(p, may_buy=rng.uniform(size=(len(p.account_ids), len(p.symbols))) < 0.6)


def _buy_extra(p: EngineProblem, rng: np.random.Generator) -> EngineProblem:
    return replace(p, buy_extra=rng.normal(0, 2e-3, (len(p.account_ids), len(p.symbols))))


def _lot_extra(p: EngineProblem, rng: np.random.Generator) -> EngineProblem:
    return replace(p, lot_extra=rng.normal(0, 2e-3, len(p.lot_ids)))


def _cash_least(p: EngineProblem, rng: np.random.Generator) -> EngineProblem:
    least = p.cash * rng.uniform(0, 1.5, len(p.cash))
    return replace(p, limits=replace(p.limits, cash_least=least))


def _cash_most(p: EngineProblem, rng: np.random.Generator) -> EngineProblem:
    most = p.cash * rng.uniform(1, 4, len(p.cash))
    return replace(p, limits=replace(p.limits, cash=most))


def _payout(p: EngineProblem, rng: np.random.Generator) -> EngineProblem:
    accounts = len(p.account_ids)
    payers = rng.uniform(size=accounts) < 0.7
    payers[int(rng.integers(accounts))] = True
    amount, cost = float(rng.uniform(0.005, 0.05)), rng.uniform(0, 0.3, accounts).round(2)
    return replace(p, limits=replace(p.limits, payout=PayoutAsked(amount, payers, cost)))


def _groups(p: EngineProblem, rng: np.random.Generator) -> EngineProblem:
    members = rng.integers(0, 3, len(p.symbols)) / 2
    before = float(members @ p.held)
    group = Group("asset_class", "G", members, before - 0.03, before + 0.03)
    return replace(p, limits=replace(p.limits, groups=(group,)))


def _loss(p: EngineProblem, rng: np.random.Generator) -> EngineProblem:
    short_only = bool(rng.integers(2))
    counts = p.is_loss & ~p.lot_long if short_only else p.is_loss
    loss = float(np.where(counts, -p.lot_gain * p.lot_weight, 0.0).sum()) * rng.uniform(0.1, 0.6)
    limits = replace(p.limits, loss_least=loss, loss_short_only=short_only)
    return replace(p, limits=limits)


def _volumes(p: EngineProblem, rng: np.random.Generator) -> EngineProblem:
    most_sold = p.held * rng.uniform(0.2, 1.0, len(p.symbols))
    return replace(p, most_sold=most_sold, most_bought=rng.uniform(0.0, 0.08, len(p.symbols)))


def _outside(p: EngineProblem, rng: np.random.Generator) -> EngineProblem:
    return replace(p, outside=np.where(rng.uniform(size=len(p.symbols)) < 0.3, 0.05, 0.0))


_WITH = {
    "menus": _menus,
    "buy_extra": _buy_extra,
    "lot_extra": _lot_extra,
    "cash_least": _cash_least,
    "payout": _payout,
    "groups": _groups,
    "loss": _loss,
    "volumes": _volumes,
    "outside": _outside,
    "cash_most": _cash_most,
}
FEATURES = tuple(_WITH)


def best_of(problem: EngineProblem, inside: tuple[Row, ...] = ()) -> float:
    """Return the optimum over all sides of the identical sets; rows `inside` hold besides."""
    losses = {int(s) for s in problem.lot_set[problem.is_loss]}
    choices = [(True, False) if s in losses else (False,) for s in range(problem.sets)]
    values = [
        solve_sides(problem, np.array(sides), inside) for sides in itertools.product(*choices)
    ]
    return min(values)


def solve_sides(p: EngineProblem, selling: np.ndarray, inside: tuple[Row, ...] = ()) -> float:
    """Return the optimum with a side for each set, in minimising form; infinite if there is no plan."""
    import cvxpy as cp

    accounts, names, lots = len(p.account_ids), len(p.symbols), len(p.lot_ids)
    s, u, out = cp.Variable(lots), cp.Variable((accounts, names)), cp.Variable(accounts)
    gone = np.eye(names)[p.lot_security].T @ s
    after = p.held - gone + cp.sum(u, axis=0)
    side, limits = selling[p.set_of], p.limits
    may_sell = ~p.is_loss | (side[p.lot_security] & ~p.loss_locked[p.lot_security])
    may_buy = np.tile(~side & ~p.buy_locked, (accounts, 1))
    if p.may_buy is not None:
        may_buy &= p.may_buy
    cash = p.cash + np.eye(accounts)[p.lot_account].T @ s - cp.sum(u, axis=1) - out
    least = np.zeros(accounts) if limits.cash_least is None else limits.cash_least
    payout = limits.payout
    rules = [
        s >= 0,
        s <= np.where(may_sell, p.lot_most, 0.0),
        u >= 0,
        u <= np.where(may_buy, 5.0, 0.0),
        after <= p.cap,
        cash >= least,
        cash <= np.maximum(limits.cash, least),
        out >= 0,
        out <= (np.where(payout.payers, 5.0, 0.0) if payout else np.zeros(accounts)),
        cp.sum(out) == (payout.amount if payout else 0.0),
    ]
    for group in limits.groups:
        rules += [group.members @ after >= group.least, group.members @ after <= group.most]
    for row in inside:
        rules += [row.lots @ s >= row.least, row.lots @ s <= row.most]
    counts = p.is_loss & ~p.lot_long if limits.loss_short_only else p.is_loss
    rules.append(np.where(counts, -p.lot_gain, 0.0) @ s >= limits.loss_least)
    if p.most_sold is not None:
        rules += [gone <= p.most_sold, cp.sum(u, axis=0) <= p.most_bought]
    elsewhere = np.zeros(names) if p.outside is None else p.outside
    x = after + elsewhere - p.target
    variance = cp.sum_squares(p.loadings.T @ x) + cp.sum(cp.multiply(p.specific, cp.square(x)))
    if np.isfinite(limits.tracking_error):
        rules.append(variance <= limits.tracking_error**2)
    lot_extra = np.zeros(lots) if p.lot_extra is None else p.lot_extra
    buy_extra = np.zeros((accounts, names)) if p.buy_extra is None else p.buy_extra
    value = lot_extra @ s + cp.sum(cp.multiply(buy_extra, u))
    if payout:
        value = value + payout.cost @ out
    if p.mode is Mode.HARVEST:
        rules.append(s <= np.where(p.is_loss, p.lot_weight, 0.0))
        value = value + p.lot_gain @ s
    else:
        cost = p.lot_rate * p.lot_gain + p.cost_rate
        value = value + cost @ s + p.cost_rate * cp.sum(u) + p.risk_aversion * variance
    solved = cp.Problem(cp.Minimize(value), rules)
    solved.solve(solver=cp.CLARABEL, tol_gap_abs=1e-10, tol_gap_rel=1e-10, tol_feas=1e-10)
    if solved.status not in {cp.OPTIMAL, cp.OPTIMAL_INACCURATE}:
        return np.inf
    return float(solved.value)

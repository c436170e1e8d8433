"""What prices prove of one point, and what all points of a problem share.

The dual that is climbed doesn't count orders: its sets have two sides at most. Where orders have a least size, the
closed form that proves (duals.py) is that of three sides, so the least size is in the bound.
"""

from dataclasses import dataclass, replace

import numpy as np

from harvestdesk.optimize.engine.case import NETTING, TAX, Case, linear_case
from harvestdesk.optimize.engine.columns import Columns, whole_columns
from harvestdesk.optimize.engine.duals import Prices, bound_of
from harvestdesk.optimize.engine.fast_blocks import Layout, layout_of
from harvestdesk.optimize.engine.fast_dual import SmoothDual
from harvestdesk.optimize.engine.fast_netting import Netting, is_netted
from harvestdesk.optimize.engine.problem import EngineProblem, FloatArray, IntArray
from harvestdesk.optimize.problem import Side

Split = tuple[FloatArray, FloatArray, float]
"""Prices of factors, rows and variance."""
RowName = tuple[str, str]
SHARED = (
    "held",
    "active",
    "lot_set",
    "is_loss",
    "sellable",
    "buyable",
    "sets",
    "two_sided",
    "lot_most",
    "purses",
    "room",
    "can_order",
    "least_order",
)
"""What a problem works out once and the limits of points don't change."""


@dataclass(frozen=True)
class Prepared:
    """What all points of a problem share.

    Attributes:
        problem: where orders may have any size; counted: where they have a least one, if they do.
        columns, every: what may be sold in each of the two.
        worth: tax that sales may save, or move.
    """

    problem: EngineProblem
    columns: Columns
    layout: Layout
    netting: Netting | None
    worth: float
    counted: EngineProblem | None = None
    every: Columns | None = None

    def asked(self, problem: EngineProblem) -> "Asked":
        """Return the problem of one point: the prepared one with other limits."""
        free = _like(self.problem, problem, 0.0)
        counted = None
        if self.counted is not None:
            counted = _like(self.counted, problem, self.counted.limits.min_trade)
        if self.netting is None:
            case = linear_case(free)
            return Asked(case, case, ceiling_of(case), counted)
        case = self.netting.case_of(free)
        kept = tuple(r for r in case.rows if r.kind not in {TAX, NETTING})
        most = ceiling_of(case) + float(self.netting.cost.max())
        return Asked(case, replace(case, rows=kept), most, counted)


@dataclass(frozen=True)
class Asked:
    """One point's problem.

    Attributes:
        case: with the rows that tie results to tax; plain: without them and without any tax.
        ceiling: no plan's objective is above it.
        counted: the problem of orders with a least size, if they have one.
    """

    case: Case
    plain: Case
    ceiling: float
    counted: EngineProblem | None = None


@dataclass(frozen=True)
class Start:
    """Prices to begin with, by name of their row, and the cell of netting; `warm` as a climb left them."""

    rows: dict[RowName, float]
    factors: FloatArray
    risk: float
    cell: int | None = None


def prepared(problem: EngineProblem) -> Prepared:
    """Lay out a problem once."""
    free, counted, every = problem, None, None
    if problem.limits.min_trade > 0:
        free = replace(problem, limits=replace(problem.limits, min_trade=0.0))
        counted, every = problem, whole_columns(problem, problem.lot_cost)
    netting = Netting(free) if is_netted(free) else None
    columns = whole_columns(free, free.lot_cost)
    if netting is None:
        saved = np.maximum(-free.lot_rate * free.lot_gain, 0.0)
        worth = float(saved @ free.lot_weight)
    else:
        worth = float(np.abs(netting.cost).max())
    return Prepared(free, columns, layout_of(free, columns), netting, worth, counted, every)


def _like(problem: EngineProblem, other: EngineProblem, least: float) -> EngineProblem:
    """Return a problem with the aversion and the limits of another, but for the least order."""
    limits = replace(other.limits, min_trade=least)
    changed = replace(problem, risk_aversion=other.risk_aversion, limits=limits)
    changed.__dict__.update({name: getattr(problem, name) for name in SHARED})
    return changed


def proven_by(prepared: Prepared, asked: Asked, prices: Split) -> FloatArray:
    """Return [cell] what is proven of each; one where nothing nets."""
    case, columns = asked.plain, prepared.columns
    sides = np.full(prepared.problem.sets, int(Side.OPEN), dtype=np.intp)
    if asked.counted is not None and prepared.every is not None:
        case, columns = replace(case, problem=asked.counted), prepared.every
    case, of_prices, above = _without_tax(prepared, asked, case, prices)
    return np.asarray(bound_of(case, columns, of_prices, sides).value + above)


def _without_tax(
    prepared: Prepared, asked: Asked, plain: Case, prices: Split
) -> tuple[Case, Prices, FloatArray]:
    """Return the case in which the prices of results are part of costs, its prices, and [cell] the rest."""
    factors, nu, risk = prices
    if prepared.netting is None:
        return plain, Prices(nu, factors, risk), np.zeros(1)
    rows = asked.case.rows
    kept = [i for i, row in enumerate(rows) if row.kind not in {TAX, NETTING}]
    nu, cost, budget = nu.copy(), asked.case.cost, 0.0
    for number, row in enumerate(rows):
        if row.kind == NETTING:
            cost = cost + nu[number] * row.lots
        elif row.kind == TAX:
            nu[number] = max(nu[number], 0.0)
            budget = float(nu[number]) * row.most
    rest = prepared.netting.least_of(asked.case, nu) - budget
    return replace(plain, cost=cost), Prices(nu[kept], factors, risk), rest


def gain_of_flips(prepared: Prepared, asked: Asked, prices: Split, sides: IntArray) -> FloatArray:
    """Return [set] by how much less the other side costs at these prices."""
    case, of_prices, _ = _without_tax(prepared, asked, asked.plain, prices)
    lead = bound_of(case, prepared.columns, of_prices, sides).lead
    gain = np.where(sides == Side.SELL, -lead, lead)
    return np.where(sides == Side.OPEN, 0.0, gain)


def named(dual: SmoothDual, prices: FloatArray, cell: int | None) -> Start:
    """Return prices by the names of their rows."""
    factors, nu, risk = dual.split(prices)
    names = [(row.kind, row.name) for row in dual.case.rows]
    return Start(dict(zip(names, nu.tolist(), strict=True)), factors, risk, cell)


def ceiling_of(case: Case) -> float:
    """Return an objective no plan exceeds, but for tax by netting: a dual above it proves there is none."""
    p = case.problem
    swing = np.abs(p.active) + p.held + 2.0
    factors = np.abs(p.loadings).T @ swing
    variance = float(factors @ factors + p.specific @ swing**2)
    extra = 0.0 if p.buy_extra is None else float(np.abs(p.buy_extra).max(initial=0.0))
    payout = p.limits.payout
    paid = 0.0 if payout is None else payout.amount * float(np.abs(payout.cost).max(initial=0.0))
    sales = float(np.abs(case.cost) @ p.lot_most)
    return p.risk_price * variance + sales + 4 * (p.buy_cost + extra) + paid

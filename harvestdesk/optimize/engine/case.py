"""One linear case of a problem: what a sale costs, and the rows that tie everything together.

A row is a total with a least and a most: cash of an account, turnover, a budget, a sector's weight, losses
asked for, the gains of a netting regime. Its multiplier is a price, and given all prices the securities no longer know each other.
"""

from dataclasses import dataclass

import numpy as np

from harvestdesk.optimize.engine.problem import (
    LEAST_ORDER,
    BoolArray,
    EngineProblem,
    FloatArray,
    Group,
    Mode,
)

CASH, TURNOVER, TAX, GAIN, SECTOR = "cash", "turnover", "tax_budget", "gain_budget", "sector"
LOSS = "loss_target"
NETTING = "netting"
"""The results of a year between two of the lines where its tax bends; no rule anybody made."""
BEYOND = 2.0
"""Weights no plan reaches: what a limit without an end ends at."""


@dataclass(frozen=True)
class Row:
    """offset + lots' sold + securities' active - spent[account] - paid out[account], from `least` to `most`.

    Attributes:
        kind, name: what the row is, and which one of its kind.
        lots: [lot]; securities: [security]; account: whose purchases and payouts count, or -1.
        even: the same for all lots of a security and account, so that runs keep it true.
    """

    kind: str
    name: str
    least: float
    most: float
    offset: float
    lots: FloatArray
    securities: FloatArray | None = None
    account: int = -1
    even: bool = True


@dataclass(frozen=True)
class Case:
    """A problem with linear tax.

    Attributes:
        cost: [lot] objective per weight sold.
        constant: objective of no trade's tax, where a netting regime has one.
    """

    problem: EngineProblem
    cost: FloatArray
    rows: tuple[Row, ...]
    constant: float = 0.0

    @property
    def even(self) -> bool:
        """True where lots may be joined into runs."""
        return all(row.even for row in self.rows)


def linear_case(problem: EngineProblem) -> Case:
    """Return the case of typed rates, or of a harvest nothing but losses counts in."""
    return Case(problem, problem.lot_cost, tuple(rows_of(problem)))


def rows_of(problem: EngineProblem) -> list[Row]:
    """Return the rows every case of a problem has."""
    limits, lots = problem.limits, len(problem.lot_ids)
    least = np.zeros(len(problem.cash)) if limits.cash_least is None else limits.cash_least
    rows = [
        Row(
            CASH,
            name,
            float(least[a]),
            max(float(limits.cash[a]), float(least[a])),
            float(problem.cash[a]),
            (problem.lot_account == a).astype(np.float64),
            account=a,
        )
        for a, name in enumerate(problem.account_ids)
    ]
    if np.isfinite(limits.turnover):
        rows.append(Row(TURNOVER, "", 0.0, limits.turnover, 0.0, np.ones(lots)))
    tax = problem.lot_rate * problem.lot_gain
    if np.isfinite(limits.tax):
        rows.append(budget_row(problem, TAX, tax, limits.tax))
    if np.isfinite(limits.gain):
        taxed = problem.taxable[problem.lot_account]
        rows.append(budget_row(problem, GAIN, np.where(taxed, problem.lot_gain, 0.0), limits.gain))
    if limits.loss_least > 0:
        rows.append(_losses(problem))
    rows.extend(_weight_rows(problem))
    return rows


def budget_row(problem: EngineProblem, kind: str, per_lot: FloatArray, most: float) -> Row:
    """Return the row of a budget on what lots sold come to."""
    least = float(np.minimum(per_lot * problem.lot_weight, 0.0).sum())
    # In the order of the typed rates tax budgets agree with costs, but the price of a run would not be exact.
    return Row(kind, "", min(least, most), most, 0.0, per_lot, even=False)


def _losses(problem: EngineProblem) -> Row:
    """Return the row of the losses asked for; there is no most but all of them."""
    counts = loss_counts(problem)
    per_lot = np.where(counts, -problem.lot_gain, 0.0)
    least = problem.limits.loss_least
    most = max(least, float(per_lot @ problem.lot_weight))
    return Row(LOSS, "", least, most, 0.0, per_lot, even=False)


def loss_counts(problem: EngineProblem) -> BoolArray:
    """Return [lot] True where a loss counts toward the losses asked for."""
    if problem.limits.loss_short_only:
        return np.asarray(problem.is_loss & ~problem.lot_long)
    return problem.is_loss


def weight_limits(problem: EngineProblem) -> list[Group]:
    """Return the limits on weights: of the sectors, then of the other groups."""
    sectors = [
        Group(SECTOR, name, np.array([float(s == name) for s in problem.sectors]), least, most)
        for name, least, most in problem.limits.sectors
    ]
    return [*sectors, *problem.limits.groups]


def _weight_rows(problem: EngineProblem) -> list[Row]:
    """Return the rows of limits on weights; holdings elsewhere don't count in them."""
    none = np.zeros(len(problem.lot_ids))
    start = problem.held - problem.active
    rows = []
    for group in weight_limits(problem):
        end = BEYOND * float(np.abs(group.members).max(initial=1.0))
        least, most = max(group.least, -end), min(group.most, end)
        offset = float(group.members @ start)
        rows.append(Row(group.kind, group.name, least, most, offset, none, group.members))
    return rows


def objective_of(
    case: Case, sold: FloatArray, bought: FloatArray, paid: FloatArray | None = None
) -> float:
    """Return the objective of sales [lot], purchases [purse, security] and payouts [account]."""
    problem = case.problem
    purses, payout = problem.purses, problem.limits.payout
    spent = float(purses.cost @ bought[purses.purse, purses.security])
    value = float(case.cost @ sold) + spent + case.constant
    if payout is not None and paid is not None:
        value += float(payout.cost @ paid)
    if problem.ticket_price > 0:
        value += problem.ticket_price * orders_made(problem, sold, bought)
    if problem.mode is Mode.HARVEST:
        return value
    return value + problem.risk_price * problem.variance(active_after(problem, sold, bought))


def orders_made(problem: EngineProblem, sold: FloatArray, bought: FloatArray) -> int:
    """Return the number of orders of sales [lot] and purchases [purse, security]."""
    number = problem.lot_account * len(problem.symbols) + problem.lot_security
    sales = np.bincount(number, sold) if len(sold) else np.zeros(0)
    return int((sales > LEAST_ORDER).sum() + (bought > LEAST_ORDER).sum())


def active_after(problem: EngineProblem, sold: FloatArray, bought: FloatArray) -> FloatArray:
    """Return [security] active weights after a plan."""
    gone = np.bincount(problem.lot_security, sold, minlength=len(problem.symbols))
    return np.asarray(problem.active - gone + bought.sum(axis=0))

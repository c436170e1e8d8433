"""Real netting on the fast path: the year's tax as the lower hull of its values at the corners of cells.

The results of a plan are a mixture of corners, and so is its tax: exactly so inside one cell (methods 1.4), where
tax is linear, and at most the tax over several cells together. Two rows tie the mixture to what is sold, short
and long; their prices are the marginal rates. One set of prices bounds every cell in closed form.
"""

from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from harvestdesk.optimize.engine.case import NETTING, TAX, Case, Row, linear_case
from harvestdesk.optimize.engine.netting_cells import Cell, cells_of
from harvestdesk.optimize.engine.problem import BoolArray, EngineProblem, FloatArray, Mode

SHORT, LONG = "short", "long"


@dataclass(frozen=True)
class Plane:
    """What the corners of cells put into the rows of a case.

    Attributes:
        cost: [corner] objective; in_rows: [row, corner].
    """

    cost: FloatArray
    in_rows: FloatArray


def is_netted(problem: EngineProblem) -> bool:
    """Return True where the year's netting matters."""
    counts = problem.mode is Mode.REBALANCE or bool(np.isfinite(problem.limits.tax))
    return problem.situation is not None and counts


class Netting:
    """The cells of a problem's tax plane, cut once."""

    def __init__(self, problem: EngineProblem) -> None:
        if problem.netted_tax is None:
            raise AssertionError("typed rates hold everywhere")
        self._netted, self._value = problem.netted_tax, problem.exact.value
        self._later = problem.values_carried
        self.cells: list[Cell] = cells_of(problem)
        self.corners = np.concatenate([cell.corners for cell in self.cells])
        self.tax = np.concatenate([cell.tax for cell in self.cells])
        self.cost = np.concatenate([cell.cost for cell in self.cells])
        self.cell = np.repeat(range(len(self.cells)), [len(c.corners) for c in self.cells])
        gain = np.where(problem.taxable[problem.lot_account], problem.lot_gain, 0.0)
        self.short = np.where(problem.lot_long, 0.0, gain)
        self.long = np.where(problem.lot_long, gain, 0.0)

    def case_of(self, problem: EngineProblem) -> Case:
        """Return the case without any tax in it, but with the rows that tie results to corners."""
        untaxed = linear_case(problem)
        cost = problem.lot_cost - problem.lot_rate * problem.lot_gain
        rows = [row for row in untaxed.rows if row.kind != TAX]
        if np.isfinite(problem.limits.tax):
            least = min(float(self.tax.min()), problem.limits.tax)
            none = np.zeros(len(problem.lot_ids))
            rows.append(Row(TAX, "", least, problem.limits.tax, 0.0, none))
        rows.append(Row(NETTING, SHORT, 0.0, 0.0, 0.0, self.short, even=False))
        rows.append(Row(NETTING, LONG, 0.0, 0.0, 0.0, self.long, even=False))
        return replace(untaxed, cost=cost, rows=tuple(rows))

    def plane(self, case: Case, cells: BoolArray | None = None) -> Plane:
        """Return the corners of some cells, or of all, as rows of a case see them."""
        kept = np.ones(len(self.tax), dtype=np.bool_) if cells is None else cells[self.cell]
        tax, corners = self.tax[kept], self.corners[kept]
        in_rows = np.zeros((len(case.rows), len(tax)))
        for number, row in enumerate(case.rows):
            if row.kind == TAX:
                in_rows[number] = tax
            elif row.kind == NETTING:
                in_rows[number] = -corners[:, 0 if row.name == SHORT else 1]
        return Plane(self.cost[kept], in_rows)

    def results(self, sold: FloatArray) -> tuple[float, float]:
        """Return the short and long result of sales [lot], fractions of value."""
        return float(self.short @ sold), float(self.long @ sold)

    def tax_of(self, sold: FloatArray) -> float:
        """Return the exact change of the year's tax, a fraction of value."""
        short, long = (Decimal(x) * self._value for x in self.results(sold))
        return float(self._netted.tax(short, long) / self._value)

    def cost_of(self, sold: FloatArray) -> float:
        """Return what sales cost in the objective: the tax, less what carried losses save later."""
        short, long = (Decimal(x) * self._value for x in self.results(sold))
        count = self._netted.cost if self._later else self._netted.tax
        return float(count(short, long) / self._value)

    def nearest(self, short: float, long: float) -> int:
        """Return the cell that holds results, or comes nearest."""
        rooms = (0.0, 1e-9, 1e-7, 1e-5, 1e-3)
        found = (
            i for room in rooms for i, c in enumerate(self.cells) if c.holds(short, long, room)
        )
        return next(found, 0)

    def least_of(self, case: Case, prices: FloatArray) -> FloatArray:
        """Return [cell] what the corners of each are worth at the prices of a case's rows."""
        plane = self.plane(case)
        worth = plane.cost + prices @ plane.in_rows
        least = np.full(len(self.cells), np.inf)
        np.minimum.at(least, self.cell, worth)
        return least

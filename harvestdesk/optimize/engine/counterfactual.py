"""What a plan would be worth with one trade forced or forbidden: by solving it again, not by its prices.

Sides stay as they are but for the set asked about, whose both sides are tried: that takes milliseconds, and what
comes out is the most the change costs. With `full` every side is searched anew. All is reckoned in weights, before
shares, on both sides of the difference, so that rounding has no part in it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from harvestdesk.domain.what_if import WhatIf
from harvestdesk.optimize.engine.case import Case, Row, active_after, linear_case, objective_of
from harvestdesk.optimize.engine.columns import whole_columns
from harvestdesk.optimize.engine.duals import Prices
from harvestdesk.optimize.engine.netting import cell_case
from harvestdesk.optimize.engine.netting_cells import Cell, cells_of
from harvestdesk.optimize.engine.newton import fixed_plan
from harvestdesk.optimize.engine.plan import EnginePlan
from harvestdesk.optimize.engine.problem import EngineProblem, FloatArray, IntArray, Mode
from harvestdesk.optimize.engine.search import Effort, Incumbent, polish, search
from harvestdesk.optimize.engine.trades import later_of, tax_of
from harvestdesk.optimize.problem import Side

ASKED = "asked"
"""Kind of the row that forces a trade; no rule anybody made."""
SAME = 1e-6
"""Weights by which a trade counts as another one."""
INSIDE = 1e-7
FEW_CELLS = 4
"""Cells of the year's netting looked into round the plan's own."""


@dataclass(frozen=True)
class _Asked:
    """A problem with one thing changed.

    Attributes:
        row: forces the trade, or None where the problem itself forbids it.
        touched: number of the set asked about; forced: the side it has to have, OPEN for either.
        added: objective the changed problem counts beside the true one.
    """

    problem: EngineProblem
    row: Row | None
    touched: int
    forced: int
    added: float = 0.0


def what_if_sold(
    problem: EngineProblem,
    plan: EnginePlan,
    lot: int,
    effort: Effort | None = None,
    *,
    full: bool = False,
) -> WhatIf:
    """Return what selling all of a lot costs against the plan."""
    if not problem.sellable[lot]:
        return WhatIf(possible=False)
    number = int(problem.lot_set[lot])
    two = bool(problem.two_sided[number])
    asked = np.zeros(len(problem.lot_ids))
    asked[lot] = 1.0
    most = float(problem.lot_most[lot])
    row = Row(ASKED, "", most, most, 0.0, asked, even=False)
    forced = Side.SELL if two and problem.is_loss[lot] else Side.OPEN
    # What has to be sold may be bought back at once, which a problem forbids where it can't pay: it pays here.
    paid = 1.0 + abs(float(problem.lot_gain[lot])) + problem.cost_rate
    extra = -paid * asked if problem.lot_extra is None else problem.lot_extra - paid * asked
    changed = replace(problem, lot_extra=extra)
    wanted = _Asked(changed, row, number, int(forced), added=-paid * most)
    return _answer(problem, plan, wanted, effort, full=full)


def what_if_kept(
    problem: EngineProblem,
    plan: EnginePlan,
    lot: int,
    effort: Effort | None = None,
    *,
    full: bool = False,
) -> WhatIf:
    """Return what keeping a lot the plan sells costs."""
    alone = np.zeros(len(problem.lot_ids), dtype=np.bool_)
    alone[lot] = True
    if problem.left_alone is not None:
        alone |= problem.left_alone
    changed = replace(problem, left_alone=alone)
    asked = _Asked(changed, None, int(problem.lot_set[lot]), int(Side.OPEN))
    return _answer(problem, plan, asked, effort, full=full)


def what_if_bought(
    problem: EngineProblem,
    plan: EnginePlan,
    security: int,
    weight: float,
    effort: Effort | None = None,
    *,
    full: bool = False,
) -> WhatIf:
    """Return what holding at least `weight` (a fraction of value) more of a security than before costs."""
    if not problem.buyable[security]:
        return WhatIf(possible=False)
    members = np.zeros(len(problem.symbols))
    members[security] = 1.0
    start = float((problem.held - problem.active)[security])
    held = float(problem.held[security])
    none = np.zeros(len(problem.lot_ids))
    row = Row(ASKED, "", held + weight, max(held + weight, 1.0), start, none, members)
    number = int(problem.set_of[security])
    forced = Side.BUY if problem.two_sided[number] else Side.OPEN
    return _answer(problem, plan, _Asked(problem, row, number, int(forced)), effort, full=full)


def what_if_not_bought(
    problem: EngineProblem,
    plan: EnginePlan,
    security: int,
    effort: Effort | None = None,
    *,
    full: bool = False,
) -> WhatIf:
    """Return what not buying a security at all costs."""
    barred = np.zeros(len(problem.symbols), dtype=np.bool_)
    barred[security] = True
    if problem.not_bought is not None:
        barred |= problem.not_bought
    asked = _Asked(
        replace(problem, not_bought=barred), None, int(problem.set_of[security]), int(Side.OPEN)
    )
    return _answer(problem, plan, asked, effort, full=full)


def _answer(
    problem: EngineProblem,
    plan: EnginePlan,
    asked: _Asked,
    effort: Effort | None,
    *,
    full: bool,
) -> WhatIf:
    """Return the difference of the best plan found with the change."""
    effort = effort or Effort()
    found = _Again(asked, plan, effort, full=full).best()
    if found is None:
        return WhatIf(possible=False, proven=full)
    value, before, after = float(problem.exact.value), plan.best, found
    tax = _tax(problem, after.sold) - _tax(problem, before.sold)
    risks = [_variance(problem, x) for x in (before, after)]
    risk = problem.risk_price * (risks[1] - risks[0])
    rest = after.objective - before.objective - risk
    counted = tax if problem.mode is Mode.REBALANCE else 0.0
    return WhatIf(
        dollars=_dollars((after.objective - before.objective) * value),
        tax=_dollars(tax * value),
        cost=_dollars((rest - counted) * value),
        risk=_dollars(risk * value),
        tracking_error_bp=Decimal(f"{np.sqrt(max(risks[1], 0.0)) * 1e4:.2f}"),
        orders=_otherwise(before.sold, after.sold) + _otherwise(before.bought, after.bought),
        proven=full,
    )


def _dollars(amount: float) -> Decimal:
    return Decimal(f"{amount:.2f}") + 0


def _otherwise(before: FloatArray, after: FloatArray) -> int:
    return int((np.abs(before - after) > SAME).sum())


def _variance(problem: EngineProblem, plan: Incumbent) -> float:
    return problem.variance(active_after(problem, plan.sold, plan.bought))


def _results(problem: EngineProblem, sold: FloatArray) -> tuple[float, float]:
    """Return the short and long results of sales, as fractions of value."""
    gain = np.where(problem.taxable[problem.lot_account], problem.lot_gain, 0.0) * sold
    return float(gain[~problem.lot_long].sum()), float(gain[problem.lot_long].sum())


def _tax(problem: EngineProblem, sold: FloatArray) -> float:
    """Return the tax of sales by the real netting, less what carried losses save later; of value."""
    value = problem.exact.value
    short, long = (Decimal(amount) * value for amount in _results(problem, sold))
    gains = [(short, False), (long, True)]
    return float((tax_of(problem, gains) - later_of(problem, gains)) / value)


class _Again:
    """The search for the best plan with one thing changed."""

    def __init__(self, asked: _Asked, plan: EnginePlan, effort: Effort, *, full: bool) -> None:
        self._asked, self._plan = asked, plan
        self._effort, self._full = effort, full
        self._netted = asked.problem.situation is not None and (
            asked.problem.mode is Mode.REBALANCE or bool(np.isfinite(asked.problem.limits.tax))
        )

    def best(self) -> Incumbent | None:
        """Return the best plan, its objective that of the year's own tax; None where there is none."""
        best: Incumbent | None = None
        for case in self._cases():
            for found in self._plans(case, best):
                exact = replace(found, objective=self._objective(case, found))
                if best is None or exact.objective < best.objective:
                    best = exact
        return best

    def _objective(self, case: Case, plan: Incumbent) -> float:
        value = objective_of(case, plan.sold, plan.bought, plan.paid) - self._asked.added
        if not self._netted or case.problem.mode is Mode.HARVEST:
            return value
        taxed = case.problem.lot_rate * case.problem.lot_gain
        linear = float(taxed @ plan.sold) + case.constant
        return value - linear + _tax(self._asked.problem, plan.sold)

    # --- cases ---

    def _cases(self) -> Iterator[Case]:
        """Yield the problem, or its cells from the plan's own outwards."""
        problem = self._asked.problem
        if not self._netted:
            yield self._forced(linear_case(problem))
            return
        cells = sorted(cells_of(problem), key=self._distance)
        for cell in cells if self._full else cells[:FEW_CELLS]:
            yield self._forced(cell_case(problem, cell))

    def _forced(self, case: Case) -> Case:
        row = self._asked.row
        return case if row is None else replace(case, rows=(*case.rows, row))

    def _distance(self, cell: Cell) -> float:
        """Return how far a cell is from the plan, as it is or with the lot asked about sold."""
        problem, sold = self._asked.problem, self._plan.best.sold
        row = self._asked.row
        forced = sold if row is None else np.where(row.lots > 0, problem.lot_most, sold)
        forced = np.where(problem.sellable, forced, 0.0)
        return min(_away(cell, *_results(problem, x)) for x in (sold, forced))

    # --- plans ---

    def _plans(self, case: Case, best: Incumbent | None) -> Iterator[Incumbent]:
        if self._full:
            enough = np.inf if best is None else best.objective + self._asked.added
            found = search(case, replace(self._effort, enough=enough)).best
            if found is not None:
                yield found
            return
        columns = whole_columns(case.problem, case.cost)
        for sides in self._sides(case.problem):
            counted = case.problem.counts_orders
            fixed = None if counted else fixed_plan(case, columns, sides, self._start(case))
            if fixed is not None:
                objective = objective_of(case, fixed.sold, fixed.bought, fixed.paid)
                yield Incumbent(
                    objective, fixed.sold, fixed.bought, sides, fixed.prices, fixed.paid
                )
                continue
            found = polish(case, sides, self._effort)
            if found is not None:
                yield found

    def _sides(self, problem: EngineProblem) -> list[IntArray]:
        """Return the plan's sides, with each side the set asked about may have."""
        known = self._plan.best.sides
        number, forced = self._asked.touched, self._asked.forced
        sides = np.where(problem.two_sided, known, int(Side.OPEN)).astype(np.intp)
        if not problem.two_sided[number]:
            return [sides]
        either = (Side.SELL, Side.BUY, *((Side.NONE,) if problem.counts_orders else ()))
        wanted = either if forced == Side.OPEN else (Side(forced),)
        found = []
        for side in wanted:
            sides = sides.copy()
            sides[number] = side
            found.append(sides)
        return found

    def _start(self, case: Case) -> Prices:
        """Return the plan's prices, those of rows it did not have at nothing."""
        known = {
            (row.kind, row.name): float(price)
            for row, price in zip(self._plan.case.rows, self._plan.best.prices.rows, strict=True)
        }
        rows = np.array([known.get((row.kind, row.name), 0.0) for row in case.rows])
        return replace(self._plan.best.prices, rows=rows)


def _away(cell: Cell, short: float, long: float) -> float:
    """Return how far results are from a cell, by its corners."""
    if cell.holds(short, long, INSIDE):
        return 0.0
    return float(np.hypot(cell.corners[:, 0] - short, cell.corners[:, 1] - long).min())

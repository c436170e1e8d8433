"""Where the search over the cells of netting begins in large problems: the fast path's plan and bounds.

One climb of the dual bounds every cell at once, so that most problems need no cone program at all. Its bounds are
those of the closed form; what it leaves open, the cells' own searches close.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from harvestdesk.domain.errors import NoPlanError
from harvestdesk.optimize.engine.case import NETTING, TAX, Case
from harvestdesk.optimize.engine.duals import Prices
from harvestdesk.optimize.engine.fast import FLIPS, FastModel
from harvestdesk.optimize.engine.fast_proof import Start, named, prepared
from harvestdesk.optimize.engine.fast_search import PointSearch
from harvestdesk.optimize.engine.netting_cells import Cell
from harvestdesk.optimize.engine.problem import EngineProblem, FloatArray, IntArray


@dataclass(frozen=True)
class Head:
    """What the fast path knows.

    Attributes:
        proven: [cell] no plan in it is below that.
        cell: number of the cell of its plan; sides: [set] of its plan; prices: of its plan.
    """

    proven: FloatArray
    cell: int
    sides: IntArray
    prices: Start


def head_start(problem: EngineProblem, cells: Sequence[Cell]) -> Head | None:
    """Return what the fast path finds where orders may have any size, or None where it doesn't apply.

    Args:
        problem: with a tax situation.
        cells: those that are searched, in the order they are cut.
    """
    free = replace(problem, limits=replace(problem.limits, min_trade=0.0))
    if FastModel.covers(free) is not None:
        return None
    ready = prepared(free)
    if ready.netting is None:
        return None
    search = PointSearch(ready, ready.asked(free), FLIPS)
    try:
        best = search.run(None)
    except NoPlanError:
        return None
    number = {cell.key: n for n, cell in enumerate(ready.netting.cells)}
    kept = [number[cell.key] for cell in cells]
    if best.cell not in kept:
        return None
    return Head(
        proven=search.proven[kept],
        cell=kept.index(best.cell),
        sides=best.traded.sides,
        prices=named(best.dual, best.prices, best.cell),
    )


def prices_in(case: Case, cell: Cell, start: Start) -> Prices:
    """Return prices of the fast path as those of a cell's case.

    There they price the year's results themselves; here its edges, beside the rates that hold in it.
    """
    rows = np.array([start.rows.get((row.kind, row.name), 0.0) for row in case.rows])
    edges = [n for n, row in enumerate(case.rows) if row.kind == NETTING]
    if edges:
        budget = start.rows.get((TAX, ""), 0.0)
        wanted = np.array([start.rows[NETTING, "short"], start.rows[NETTING, "long"]])
        rest = wanted - cell.costs.rates - budget * cell.taxed.rates
        rows[edges] = np.linalg.lstsq(np.array(cell.sides).T, rest, rcond=None)[0]
    return Prices(rows, start.factors, start.risk)

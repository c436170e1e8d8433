"""What may be sold, as columns of the solver: lots, each on the sides it may be sold on, or runs of them.

A run of lots far from where the solver sells is one column that costs no more than its lots, so a problem of
runs still bounds the true one from below; where the run is sold whole, or not at all, it costs the same.
"""

from dataclasses import dataclass

import numpy as np

from harvestdesk.optimize.engine.problem import EngineProblem, FloatArray, IntArray

ALWAYS, SELLING, BUYING = 0, 1, 2
"""A column's side: of a set that has one side only, or of one of the two sides."""


@dataclass(frozen=True)
class Columns:
    """Sales the solver may make.

    Attributes:
        security, account, side: [column].
        most: [column] weight.
        cost: [column] objective per weight sold.
        fixed: [column] objective of having the column at all: 0 for a lot, below 0 for a run.
        tax, gain: [column] rate times gain, and gain, per weight sold.
        lots: lot numbers in the order they are sold within each column, one column after the other.
        start: [column + 1] where each column's lots begin.
    """

    security: IntArray
    account: IntArray
    side: IntArray
    most: FloatArray
    cost: FloatArray
    fixed: FloatArray
    tax: FloatArray
    gain: FloatArray
    lots: IntArray
    start: IntArray

    def __len__(self) -> int:
        return len(self.security)


def whole_columns(problem: EngineProblem, cost: FloatArray) -> Columns:
    """Return a column for each lot and side, in the order they would be sold within a security.

    A loss lot of a set with two sides is sold on the selling side only. Its other lots may be sold on the
    buying side too, but only where that isn't undone by the purchase: between accounts or securities, or
    where it is worth something by itself.
    """
    lots = np.flatnonzero(problem.sellable)
    two = problem.two_sided[problem.lot_set[lots]]
    side = np.where(two, SELLING, ALWAYS)
    both = lots[two & ~problem.is_loss[lots] & _crosses(problem)[problem.lot_set[lots]]]
    lots = np.concatenate([lots, both])
    side = np.concatenate([side, np.full(len(both), BUYING)])
    keys = (cost[lots], problem.lot_account[lots], problem.lot_security[lots], side)
    order = np.lexsort(keys)
    lots, side = lots[order], side[order]
    return Columns(
        security=problem.lot_security[lots],
        account=problem.lot_account[lots],
        side=side.astype(np.intp),
        most=problem.lot_most[lots],
        cost=cost[lots],
        fixed=np.zeros(len(lots)),
        tax=problem.lot_rate[lots] * problem.lot_gain[lots],
        gain=problem.lot_gain[lots],
        lots=lots.astype(np.intp),
        start=np.arange(len(lots) + 1, dtype=np.intp),
    )


def _crosses(problem: EngineProblem) -> np.ndarray:
    """Return [set] True where selling a gain and buying the same set are two things."""
    members = np.bincount(problem.set_of, minlength=problem.sets)
    return np.asarray((members > 1) | problem.swaps)


def runs(columns: Columns, sold: FloatArray, near: int) -> Columns:
    """Return the columns with lots far from the margin joined into runs.

    Args:
        columns: of one lot each, in selling order.
        sold: [column] weight sold, as far as is known: it says where the margin is.
        near: lots kept single on each side of the margin.
    """
    group = np.concatenate([[0], np.cumsum(_changes(columns))])
    position = np.arange(len(columns)) - np.searchsorted(group, group)
    full = np.bincount(group, sold > 0.5 * columns.most).astype(np.intp)[group]
    before, after = position < full - near, position >= full + near
    # A run of one lot is that lot; what is left of a group of runs keeps its order.
    kind = np.where(before, 0, np.where(after, 2, 1))
    new = np.ones(len(columns), dtype=np.bool_)
    new[1:] = (group[1:] != group[:-1]) | (kind[1:] != kind[:-1]) | (kind[1:] == 1)
    start = np.flatnonzero(new)
    end = np.append(start[1:], len(columns))
    most = np.add.reduceat(columns.most, start)
    total = np.add.reduceat(columns.most * columns.cost, start)
    # Sold from the cheapest lot on, a run costs at least both lines: the first lot's price throughout, and
    # the last one's counted back from all of it. The first is exact at none, the second at all.
    sold_whole = kind[start] == 0
    cost = np.where(sold_whole, columns.cost[end - 1], columns.cost[start])
    fixed = np.where(sold_whole, total - cost * most, 0.0)
    return Columns(
        security=columns.security[start],
        account=columns.account[start],
        side=columns.side[start],
        most=most,
        cost=cost,
        fixed=np.minimum(fixed, 0.0),
        tax=columns.tax[start],
        gain=columns.gain[start],
        lots=columns.lots,
        start=np.append(start, len(columns)).astype(np.intp),
    )


def _changes(columns: Columns) -> np.ndarray:
    return np.asarray(
        (np.diff(columns.security) != 0)
        | (np.diff(columns.account) != 0)
        | (np.diff(columns.side) != 0)
    )


def lots_sold(columns: Columns, problem: EngineProblem, sold: FloatArray) -> FloatArray:
    """Return [lot] weight sold; a run is sold with the columns beside it, from the cheapest lot on."""
    result = np.zeros(len(problem.lot_ids))
    if len(columns.lots) == len(columns):
        np.add.at(result, columns.lots, np.clip(sold, 0.0, columns.most))
        return np.minimum(result, problem.lot_most)
    group = np.zeros(len(columns), dtype=np.intp)
    group[1:] = np.cumsum(_changes(columns))
    totals = np.bincount(group, sold)
    of_lot = np.repeat(group, np.diff(columns.start))
    weights = problem.lot_most[columns.lots]
    before = np.cumsum(weights) - weights
    first = np.searchsorted(of_lot, np.arange(len(totals)))
    inside = before - before[first][of_lot]
    taken = np.clip(totals[of_lot] - inside, 0.0, weights)
    np.add.at(result, columns.lots, taken)
    return np.minimum(result, problem.lot_most)

"""The third branch of methods 1.2: a set may also be left alone, so that orders can be counted and have a size.

For each set that may be traded, z of selling and z of buying leave the rest for no trade, whose exposure is
known, so it needs no cone. Where one set is one order (one account, one security, nothing sold and bought at
once) this is the hull of the three choices and branching on them is exact. Elsewhere a set traded is one order
at least: a true bound, with the difference left in the gap.
"""

from typing import Any

import cvxpy as cp
import numpy as np

from harvestdesk.optimize.engine.case import Case
from harvestdesk.optimize.engine.columns import SELLING, Columns
from harvestdesk.optimize.engine.matrices import PERCENT, incidence
from harvestdesk.optimize.engine.problem import BoolArray, IntArray


class NoTrade:
    """What the third branch adds to a relaxation.

    Attributes:
        buying: z of the buying side; orders: how many sets are traded, or None where any number may be.
    """

    def __init__(self, case: Case, columns: Columns, sets: IntArray) -> None:
        p = self._problem = case.problem
        self._sets, self._columns = sets, columns
        self._most = p.limits.max_trades
        self.buying = cp.Variable(len(sets))
        self.orders = None if self._most is None else cp.Variable()

    def constraints(self, sell: Any, buy: Any, selling: Any) -> list[Any]:
        """Return the rules of the sides, of the least order and of the most orders."""
        p = self._problem
        found = [self.buying >= 0, selling + self.buying <= 1]
        least = p.limits.min_trade * PERCENT
        if least > 0 and sell is not None:
            mine = self._columns.side == SELLING
            found.append(self._of_sets(self._columns.security, mine) @ sell >= least * selling)
        if least > 0 and buy is not None:
            mine = np.ones(len(p.purses), dtype=np.bool_)
            found.append(self._of_sets(p.purses.security, mine) @ buy >= least * self.buying)
        if self.orders is not None:
            found += [self.orders == cp.sum(selling + self.buying), self.orders <= self._most]
        return found

    def _of_sets(self, security: IntArray, mine: BoolArray) -> Any:
        """Return the matrix that adds trades by the set of their security."""
        number = np.searchsorted(self._sets, self._problem.set_of[security])
        return incidence(np.where(mine, number, 0), len(self._sets), mine.astype(np.float64))

    def cost(self, selling: Any) -> Any:
        """Return what the orders cost by themselves."""
        return self._problem.ticket_price * PERCENT * cp.sum(selling + self.buying)

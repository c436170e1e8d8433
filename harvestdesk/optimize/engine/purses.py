"""Purchases by purse: accounts that buy alike share one purchase of each security.

A household of accounts with the same menu and the same costs has one purse, and its problem is as small as that
of one account; who pays is settled by each account's cash.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from harvestdesk.optimize.problem import BoolArray, FloatArray, IntArray


@dataclass(frozen=True)
class Purses:
    """What may be bought, and in which purse.

    Attributes:
        of_account: [account] number of its purse.
        count: number of purses.
        purse, security, cost: [purchase]; `cost` is the objective per weight bought.
    """

    of_account: IntArray
    count: int
    purse: IntArray
    security: IntArray
    cost: FloatArray

    def __len__(self) -> int:
        return len(self.purse)

    @cached_property
    def bought(self) -> IntArray:
        """Numbers of the securities any purse may buy."""
        return np.unique(self.security)

    def members(self, purse: int) -> IntArray:
        """Return the accounts of a purse."""
        return np.flatnonzero(self.of_account == purse)

    def spread(self, amounts: FloatArray, size: int) -> FloatArray:
        """Return [purse, security] of amounts [purchase]."""
        table = np.zeros((self.count, size))
        table[self.purse, self.security] = amounts
        return table


def purses_of(may_buy: BoolArray, cost: FloatArray) -> Purses:
    """Return the purses of accounts.

    Args:
        may_buy: [account, security].
        cost: [account, security] objective per weight bought.
    """
    rows = np.where(may_buy, cost, np.inf)
    alike, first, of_account = np.unique(rows, axis=0, return_index=True, return_inverse=True)
    purse, security = np.nonzero(may_buy[first])
    return Purses(
        of_account=of_account.reshape(-1).astype(np.intp),
        count=len(alike),
        purse=purse,
        security=security,
        cost=alike[purse, security],
    )

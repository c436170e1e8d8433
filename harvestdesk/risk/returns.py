"""Daily returns for risk from closing prices: gaps, short histories and prices that stopped moving."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from harvestdesk.domain.ids import SecurityId
from harvestdesk.domain.prices import PriceHistory

FloatArray = NDArray[np.float64]

LOOKBACK_DAYS = 504
"""Trading days looked at: two years."""
STALE_RUN = 5
"""So many days without any change are a price that stopped, not a quiet market."""
OUTLIER = 8.0
"""Returns beyond so many robust standard deviations are cut back: bad prints, unadjusted spin-offs."""


@dataclass(frozen=True)
class ReturnPanel:
    """Simple daily returns; NaN where there is none.

    Attributes:
        security_ids: [security].
        returns: [day, security].
    """

    security_ids: tuple[SecurityId, ...]
    returns: FloatArray

    @property
    def days(self) -> int:
        """Number of days."""
        return int(self.returns.shape[0])

    def observed(self) -> NDArray[np.intp]:
        """Return [security] the number of days with a return."""
        return np.asarray(np.isfinite(self.returns).sum(axis=0), dtype=np.intp)


def return_panel(history: PriceHistory, as_of: date, lookback: int = LOOKBACK_DAYS) -> ReturnPanel:
    """Return the last `lookback` daily returns on or before `as_of`."""
    last = int(
        np.searchsorted(np.asarray(history.days, dtype=np.int64), as_of.toordinal(), "right")
    )
    first = max(0, last - lookback - 1)
    if last - first < 2 or not history.security_ids:
        return ReturnPanel((), np.empty((0, 0)))
    closes = np.column_stack([np.frombuffer(row)[first:last] for row in history.closes])
    return ReturnPanel(history.security_ids, daily_returns(closes))


def daily_returns(closes: FloatArray) -> FloatArray:
    """Return [day - 1, security] cleaned simple returns of [day, security] closes."""
    usable = np.where(closes > 0, closes, np.nan)  # NaN compares False
    returns = usable[1:] / usable[:-1] - 1.0
    return cut_outliers(without_stale_runs(returns))


def without_stale_runs(returns: FloatArray, run: int = STALE_RUN) -> FloatArray:
    """Return the returns with runs of `run` or more zeros set to NaN: a stale quote has no risk in it."""
    zero = returns == 0.0
    if not zero.any():
        return returns
    length = np.zeros(returns.shape[1], dtype=np.intp)
    forward = np.empty(returns.shape, dtype=np.intp)
    for day in range(returns.shape[0]):
        length = np.where(zero[day], length + 1, 0)
        forward[day] = length
    total = np.zeros(returns.shape[1], dtype=np.intp)
    stale = np.zeros(returns.shape, dtype=np.bool_)
    for day in range(returns.shape[0] - 1, -1, -1):
        total = np.where(zero[day], np.maximum(total, forward[day]), 0)
        stale[day] = total >= run
    return np.where(stale, np.nan, returns)


def cut_outliers(returns: FloatArray, limit: float = OUTLIER) -> FloatArray:
    """Return the returns cut back to `limit` robust standard deviations of their security."""
    if not returns.size:
        return returns
    seen = np.isfinite(returns).any(axis=0)
    typical = np.zeros(returns.shape[1])
    typical[seen] = np.nanmedian(np.abs(returns[:, seen]), axis=0) * 1.4826
    bound = np.where(typical > 0, limit * typical, np.inf)
    return np.clip(returns, -bound, bound)

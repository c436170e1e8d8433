"""Daily returns for risk from closing prices: gaps, short histories and prices that stopped moving."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from harvestdesk.domain.ids import SecurityId
from harvestdesk.domain.prices import PriceHistory
from harvestdesk.domain.risk_settings import DEFAULT_RISK, RiskSettings

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

SPLIT_RATIOS = (1.5, 2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20, 25, 30, 40, 50, 100)
"""Ratios of splits and, upside down, of reverse splits."""
SPLIT_ROOM = 0.03
"""A split day moves a little by itself: so far from the ratio, and two typical days at most."""


class FaultKind(StrEnum):
    """What was found wrong, or odd, in closing prices."""

    SPLIT_LIKE = "split_like"
    JUMP = "jump"
    STALE = "stale"
    CONSTANT = "constant"


@dataclass(frozen=True, slots=True)
class PriceFault:
    """Something odd in the prices of a security, and the days it concerns.

    Attributes:
        on: the day of the jump; the last day of a price that stopped.
        move: the return of that day, 0.5 for +50 %; zero where the price stopped.
        days: days left out, or one for a jump.
    """

    security_id: SecurityId
    kind: FaultKind
    on: date
    move: float
    days: int = 1


@dataclass(frozen=True)
class ReturnPanel:
    """Simple daily returns; NaN where there is none.

    Attributes:
        security_ids: [security].
        returns: [day, security].
        faults: what was odd in the prices, by security and day.
    """

    security_ids: tuple[SecurityId, ...]
    returns: FloatArray
    faults: tuple[PriceFault, ...] = ()

    @property
    def days(self) -> int:
        """Number of days."""
        return int(self.returns.shape[0])

    def observed(self) -> NDArray[np.intp]:
        """Return [security] the number of days with a return."""
        return np.asarray(np.isfinite(self.returns).sum(axis=0), dtype=np.intp)

    def ordered(self) -> "ReturnPanel":
        """Return the panel in the order of the ids: sums in floating point depend on it."""
        order = sorted(range(len(self.security_ids)), key=lambda i: self.security_ids[i])
        if order == list(range(len(order))):
            return self
        ids = tuple(self.security_ids[i] for i in order)
        faults = tuple(sorted(self.faults, key=lambda f: (f.security_id, f.on)))
        return ReturnPanel(ids, self.returns[:, order], faults)


def return_panel(
    history: PriceHistory, as_of: date, settings: RiskSettings = DEFAULT_RISK
) -> ReturnPanel:
    """Return the last daily returns on or before `as_of`, securities in the order of their ids."""
    ordinals = np.asarray(history.days, dtype=np.int64)
    last = int(np.searchsorted(ordinals, as_of.toordinal(), "right"))
    first = max(0, last - settings.lookback_days - 1)
    if last - first < 2 or not history.security_ids:
        return ReturnPanel((), np.empty((0, 0)))
    closes = np.column_stack([np.frombuffer(row)[first:last] for row in history.closes])
    cleaned = clean(closes, settings)
    faults = tuple(_faults(history.security_ids, cleaned, ordinals[first + 1 : last]))
    return ReturnPanel(history.security_ids, cleaned.returns, faults).ordered()


def daily_returns(closes: FloatArray, settings: RiskSettings = DEFAULT_RISK) -> FloatArray:
    """Return [day - 1, security] cleaned simple returns of [day, security] closes."""
    return clean(closes, settings).returns


@dataclass(frozen=True)
class Cleaned:
    """Cleaned returns [day, security], the moves before cleaning, and what was done where."""

    returns: FloatArray
    moves: FloatArray
    stale: BoolArray
    split_like: BoolArray
    jump: BoolArray


def clean(closes: FloatArray, settings: RiskSettings = DEFAULT_RISK) -> Cleaned:
    """Return the returns of [day, security] closes without stale runs, split-like jumps and outliers."""
    usable = np.where((closes > 0) & np.isfinite(closes), closes, np.nan)  # NaN compares False
    moves = usable[1:] / usable[:-1] - 1.0
    stale = stale_days(moves, settings.stale_run)
    returns = np.where(stale, np.nan, moves)
    typical = typical_moves(returns)
    limit = np.full(len(typical), np.inf)
    if settings.outlier is not None:
        limit[typical > 0] = settings.outlier * typical[typical > 0]
    jump = np.abs(returns) > limit
    split_like = np.zeros(jump.shape, dtype=np.bool_)
    if settings.leave_out_splits and jump.any():
        days, columns = np.nonzero(jump)
        found = looks_like_split(1.0 + returns[days, columns], typical[columns])
        split_like[days[found], columns[found]] = True
        returns[split_like] = np.nan
    return Cleaned(np.clip(returns, -limit, limit), moves, stale, split_like, jump & ~split_like)


def stale_days(returns: FloatArray, run: int = DEFAULT_RISK.stale_run) -> BoolArray:
    """Return [day, security] where a run of `run` or more zeros lies: a stale quote has no risk in it."""
    zero = returns == 0.0
    stale = np.zeros(returns.shape, dtype=np.bool_)
    columns = np.flatnonzero(zero.sum(axis=0) >= run)
    if not len(columns):
        return stale
    zero = zero[:, columns]
    # A day is stale where all of some window of `run` days over it are zeros.
    length = np.zeros(len(columns), dtype=np.intp)
    ends = np.zeros(zero.shape, dtype=np.bool_)
    for day in range(len(zero)):
        length = np.where(zero[day], length + 1, 0)
        ends[day] = length >= run
    reach = np.zeros(len(columns), dtype=np.intp)
    for day in range(len(zero) - 1, -1, -1):
        reach = np.where(ends[day], run, reach - 1)
        stale[day, columns] = reach > 0
    return stale


def typical_moves(returns: FloatArray) -> FloatArray:
    """Return [security] the robust standard deviation of a day, zero where nothing moved."""
    typical = np.zeros(returns.shape[1])
    if returns.size:
        seen = np.isfinite(returns).any(axis=0)
        typical[seen] = np.nanmedian(np.abs(returns[:, seen]), axis=0) * 1.4826
    return typical


def looks_like_split(ratios: FloatArray, typical: FloatArray) -> BoolArray:
    """True where a price ratio of two days is a usual split, give or take the movement of a day."""
    logs = np.abs(np.log(np.maximum(ratios, 1e-12)))
    nearest = np.abs(logs[:, None] - np.log(SPLIT_RATIOS)).min(axis=1)
    return np.asarray(nearest <= np.minimum(SPLIT_ROOM, 2.0 * typical), dtype=np.bool_)


def _faults(
    ids: tuple[SecurityId, ...], cleaned: Cleaned, ordinals: NDArray[np.int64]
) -> Iterator[PriceFault]:
    stopped = cleaned.stale.sum(axis=0)
    moved = np.any(np.isfinite(cleaned.moves) & ~cleaned.stale, axis=0, keepdims=False)
    odd = cleaned.split_like | cleaned.jump
    for i in np.flatnonzero((stopped > 0) | odd.any(axis=0)):
        for day in np.flatnonzero(odd[:, i]):
            kind = FaultKind.SPLIT_LIKE if cleaned.split_like[day, i] else FaultKind.JUMP
            on = date.fromordinal(int(ordinals[day]))
            yield PriceFault(ids[i], kind, on, float(cleaned.moves[day, i]))
        if stopped[i]:
            last = int(np.flatnonzero(cleaned.stale[:, i])[-1])
            kind = FaultKind.STALE if moved[i] else FaultKind.CONSTANT
            on = date.fromordinal(int(ordinals[last]))
            yield PriceFault(ids[i], kind, on, 0.0, int(stopped[i]))

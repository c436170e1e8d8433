"""Terms of the dual that depend on the prices of rows only, smoothed: ends of rows, and mixtures.

The least of several things is replaced by -mu log(sum exp(-thing / mu)), which is never above it and at most
mu log(count) below (Nesterov 2005). Its slope says what is mixed how; the mixture is a part of a plan.
"""

from dataclasses import dataclass

import numpy as np

from harvestdesk.optimize.engine.problem import FloatArray


@dataclass(frozen=True)
class Ends:
    """Totals between a least and a most: min(-nu least, -nu most), rounded at nu = 0.

    Attributes:
        middle, half: [row] of the interval.
    """

    middle: FloatArray
    half: FloatArray

    def worth(self, nu: FloatArray, mu: float) -> tuple[float, FloatArray]:
        """Return the value, and [row] the totals inside the intervals that the prices lead to."""
        pull = self.half * nu
        root = np.hypot(pull, mu)
        return float(-nu @ self.middle - root.sum()), self.middle + self.half * pull / root

    def curved(self, nu: FloatArray, mu: float) -> FloatArray:
        """Return [row] minus the second derivative."""
        return np.asarray(self.half**2 * mu**2 / np.hypot(self.half * nu, mu) ** 3)


@dataclass(frozen=True)
class Mixture:
    """amount times the least of things whose worth depends on the prices of rows.

    Attributes:
        base: [thing] objective; in_rows: [row, thing] what one of it puts into each row.
    """

    amount: float
    base: FloatArray
    in_rows: FloatArray

    def worth(self, nu: FloatArray, mu: float) -> tuple[float, FloatArray]:
        """Return the value, and [thing] the part of each in the mixture."""
        least, parts = smooth_least((self.base + nu @ self.in_rows)[:, None], mu / self.amount)
        return self.amount * float(least[0]), parts[:, 0]

    def totals(self, parts: FloatArray) -> FloatArray:
        """Return [row] what the mixture puts into the rows."""
        return np.asarray(self.amount * (self.in_rows @ parts))

    def curved(self, parts: FloatArray, mu: float) -> FloatArray:
        """Return [row, row] minus the second derivative."""
        return spread(self.in_rows, parts) * (self.amount**2 / mu)


def spread(things: FloatArray, parts: FloatArray) -> FloatArray:
    """Return the covariance of things [row, thing] taken with weights [thing] that sum to one."""
    mean = things @ parts
    return np.asarray((things * parts) @ things.T - np.outer(mean, mean))


def smooth_least(options: FloatArray, mu: float) -> tuple[FloatArray, FloatArray]:
    """Return [column] the smoothed least of each column, and [row, column] the part of each row in it."""
    least = options.min(axis=0)
    if len(options) == 1:
        return least, np.ones_like(options)
    finite = np.isfinite(options)
    with np.errstate(invalid="ignore"):
        parts = np.where(finite, np.exp(-np.where(finite, options - least, 0.0) / mu), 0.0)
    total = np.maximum(parts.sum(axis=0), 1e-300)
    return np.asarray(least - mu * np.log(np.maximum(total, 1.0))), parts / total


def smooth_step(value: FloatArray) -> FloatArray:
    """Return 1 / (1 + exp(-value)), whatever its size."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * value)))


def smooth_negative(value: FloatArray) -> FloatArray:
    """Return the smoothed least of value and 0, with mu of one."""
    return np.asarray(np.minimum(value, 0.0) - np.log1p(np.exp(-np.abs(value))))

"""What bends sharply in the dual, rounded by barriers: the least of two or of several things, ends of rows.

The least of several things is that of all their mixtures. A barrier mu keeps every part of the mixture above
none, so that it moves smoothly with the things' worth: parts fade as mu / distance. As mu falls the mixture tends
to the true one (interior-point methods: Nesterov and Nemirovskii 1994), and is a part of a plan.
"""

from dataclasses import dataclass

import numpy as np

from harvestdesk.optimize.engine.problem import FloatArray

AMONG_STEPS = 40
AMONG_ENOUGH = 1e-14


@dataclass(frozen=True)
class Ends:
    """Totals between a least and a most: the least of -nu least and -nu most, kept apart by a barrier.

    Attributes:
        least, most: [row] the interval.
    """

    least: FloatArray
    most: FloatArray

    def worth(self, nu: FloatArray, mu: float) -> tuple[float, FloatArray]:
        """Return the value, and [row] the totals inside the intervals that the prices lead to."""
        part, rest, value = between(-nu * self.most, -nu * self.least, mu)
        return float(value.sum()), part * self.most + rest * self.least

    def curved(self, nu: FloatArray, mu: float) -> FloatArray:
        """Return [row] minus the second derivative."""
        part, rest, _ = between(-nu * self.most, -nu * self.least, mu)
        return (self.most - self.least) ** 2 * between_curved(part, rest, mu)


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
        least, parts = among((self.base + nu @ self.in_rows)[:, None], mu / self.amount)
        return self.amount * float(least[0]), parts[:, 0]

    def totals(self, parts: FloatArray) -> FloatArray:
        """Return [row] what the mixture puts into the rows."""
        return np.asarray(self.amount * (self.in_rows @ parts))

    def curved(self, parts: FloatArray, mu: float) -> FloatArray:
        """Return [row, row] minus the second derivative."""
        return self.amount * among_curved(self.in_rows, parts, mu / self.amount)


def among(options: FloatArray, mu: float) -> tuple[FloatArray, FloatArray]:
    """Return [column] the least of each column of options, kept apart by a barrier, and [row, column] parts.

    The parts p minimise p @ options - mu sum log p; what is infinite has no part.
    """
    if len(options) == 1:
        return options[0], np.ones_like(options)
    least = options.min(axis=0)
    none = np.isinf(least)
    away = (options - np.where(none, 0.0, least)) / mu
    away[0, none] = 0.0
    # sum of 1 / (away + t) = 1. One over the sum is concave and rises, so Newton's method from the left only rises.
    t = np.ones(options.shape[1])
    for _ in range(AMONG_STEPS):
        parts = 1 / (away + t)
        total = np.add.reduce(parts)
        if np.maximum.reduce(total, initial=1.0) <= 1 + AMONG_ENOUGH:
            break
        t = t + total * (total - 1) / np.add.reduce(parts * parts)
    parts = parts / total
    parts[:, none] = 0.0
    taken = parts > 0
    known = np.where(taken, options, 0.0)
    logs = np.log(np.where(taken, parts, 1.0))
    return np.asarray(np.add.reduce(parts * known - mu * logs)), parts


def among_curved(things: FloatArray, parts: FloatArray, mu: float) -> FloatArray:
    """Return [row, row] how fast a mixture of things [row, thing] moves with its own prices."""
    weight = parts**2 / mu
    total = things @ weight
    return np.asarray((things * weight) @ things.T - np.outer(total, total) / weight.sum())


def between(
    one: FloatArray, other: FloatArray, mu: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the part of one, the part of the other, and the least of both kept apart by a barrier.

    That is the least over z of z one + (1 - z) other - mu (log z + log(1 - z)): at a distance its parts fade
    as mu / distance and not exponentially, so that Newton's method sees a set before it comes to a tie.
    """
    lead = other - one
    root = np.hypot(2 * mu, lead)
    # 1 - |w| with w = lead / (2 mu + root), without cancellation.
    less = (2 * mu + 4 * mu**2 / np.maximum(root + np.abs(lead), 1e-300)) / (2 * mu + root) / 2
    more = 1 - less
    part = np.where(lead >= 0, more, less)
    rest = np.where(lead >= 0, less, more)
    value = part * one + rest * other - mu * (np.log(part) + np.log(rest))
    return part, rest, value


def between_curved(part: FloatArray, rest: FloatArray, mu: float) -> FloatArray:
    """Return how fast the part grows with the distance."""
    return np.asarray((part * rest) ** 2 / (mu * (part**2 + rest**2)))

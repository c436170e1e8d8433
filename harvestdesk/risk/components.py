"""Probabilistic principal components: what securities have in common, less what is only sampling noise.

Tipping and Bishop, "Probabilistic Principal Component Analysis" (1999): the loadings are the leading
eigenvectors scaled by the square root of (eigenvalue - noise), noise being the mean of the eigenvalues left
over.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

TINY = 1e-300
EVEN = 1e-6
"""Below it a sum of entries is rounding: the largest entry gives the sign."""


@dataclass(frozen=True)
class Components:
    """Leading eigenvectors [security, factor] with unit length, their eigenvalues, and the noise left over."""

    vectors: FloatArray
    values: FloatArray
    noise: float

    @property
    def roots(self) -> FloatArray:
        """Return [factor] square roots of the eigenvalues."""
        return np.sqrt(np.maximum(self.values, TINY))

    @property
    def kept(self) -> FloatArray:
        """Return [factor] the length of the loadings: what is left without the noise."""
        return np.sqrt(np.maximum(self.values - self.noise, 0.0))

    @property
    def removal(self) -> FloatArray:
        """Return [factor] the part of loadings x unit factor to take out of a day's returns.

        It leaves just the noise in the direction of the factor, so that the variance left over is the
        variance counted as own.
        """
        left = np.minimum(np.sqrt(max(self.noise, 0.0)), self.roots)
        return np.asarray((self.roots - left) / np.maximum(self.kept, TINY))


def components(filled: FloatArray, weights: FloatArray, most: int, *, least: int = 1) -> Components:
    """Return what the securities have in common, the most important first.

    Args:
        filled: [day, security] returns times the square roots of the weights.
        weights: [day].
        most: at most so many.
        least: so many even where nothing stands out of the noise.
    """
    days, count = filled.shape
    wanted = min(most, count - 1, days // 8)
    if wanted < 1:
        return Components(np.empty((count, 0)), np.empty(0), 1.0)
    # The smaller of the two Gram matrices: never securities x securities for a big book.
    gram = filled @ filled.T if days < count else filled.T @ filled
    values, vectors = np.linalg.eigh(gram)
    values, vectors = values[::-1], vectors[:, ::-1]
    noise = float(values[wanted:count].sum() / (count - wanted))
    # Marchenko-Pastur: eigenvalues of pure noise reach (1 + sqrt(securities / days))^2 of it.
    effective = 1.0 / float((weights**2).sum())
    tested = count > effective / 4 or least == 0
    edge = noise * (1.0 + np.sqrt(count / effective)) ** 2 if tested else noise
    keep = max(least, int((values[:wanted] > edge).sum()))
    leading = values[:keep]
    if days < count:
        across = filled.T @ vectors[:, :keep] / np.sqrt(np.maximum(leading, TINY))
        return Components(across, leading, noise)
    return Components(vectors[:, :keep], leading, noise)


def with_signs(vectors: FloatArray) -> FloatArray:
    """Return the columns with the sign that makes their sum positive; the solver's own sign is chance."""
    if not vectors.size:
        return vectors
    largest = vectors[np.abs(vectors).argmax(axis=0), np.arange(vectors.shape[1])]
    sums = vectors.sum(axis=0)
    side = np.where(np.abs(sums) > EVEN * np.abs(largest), sums, largest)
    return vectors * np.where(side < 0, -1.0, 1.0)

"""Probabilistic principal components: what securities have in common, less what is only sampling noise.

Tipping and Bishop, "Probabilistic Principal Component Analysis" (1999): the loadings are the leading
eigenvectors scaled by the square root of (eigenvalue - noise), noise being the mean of the eigenvalues left
over.
"""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


def components(
    filled: FloatArray, weights: FloatArray, most: int, *, least: int = 1
) -> tuple[FloatArray, FloatArray, float]:
    """Return leading eigenvectors [security, factor], their eigenvalues, and the noise left over.

    Args:
        filled: [day, security] returns times the square roots of the weights.
        weights: [day].
        most: at most so many.
        least: so many even where nothing stands out of the noise.
    """
    days, count = filled.shape
    wanted = min(most, count - 1, days // 8)
    if wanted < 1:
        return np.empty((count, 0)), np.empty(0), 1.0
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
        return filled.T @ vectors[:, :keep] / np.sqrt(np.maximum(leading, 1e-300)), leading, noise
    return vectors[:, :keep], leading, noise


def with_signs(vectors: FloatArray) -> FloatArray:
    """Return the columns with the sign that makes their sum positive; the solver's own sign is chance."""
    sums = vectors.sum(axis=0)
    return vectors * np.where(sums < 0, -1.0, 1.0)

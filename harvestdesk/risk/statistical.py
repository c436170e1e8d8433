"""Statistical factors from daily returns: probabilistic principal components with decaying weights.

Tipping and Bishop, "Probabilistic Principal Component Analysis" (1999): the loadings are the leading
eigenvectors scaled by the square root of (eigenvalue - noise), noise being the mean of the eigenvalues left
over. That takes out of the factors what is only sampling noise. Total variances stay those of the securities.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harvestdesk.domain.ids import SecurityId
from harvestdesk.risk.returns import ReturnPanel

FloatArray = NDArray[np.float64]

DAYS_A_YEAR = 252
NEEDED_DAYS = 120
"""A security with fewer returns gets a proxy."""
HALF_LIFE_DAYS = 252
MOST_FACTORS = 15
CORE_COVERAGE = 0.9
"""Securities with returns on this share of the days shape the factors; the others are fitted to them."""
SHRINK_DAYS = 30
"""Weight of the typical variance, in days: v = (n v + 30 typical) / (n + 30)."""
RIDGE = 0.02
LEAST_SPECIFIC = 0.001
"""Least share of a security's variance that is its own."""


@dataclass(frozen=True)
class Estimate:
    """What the history says.

    Attributes:
        security_ids: [security] with enough history.
        loadings: [security, factor] per square root of a year.
        specific_variance: [security] per year.
        days: trading days used.
    """

    security_ids: tuple[SecurityId, ...]
    loadings: FloatArray
    specific_variance: FloatArray
    days: int

    @property
    def factors(self) -> int:
        """Number of factors."""
        return int(self.loadings.shape[1])


def fit(panel: ReturnPanel, most_factors: int = MOST_FACTORS) -> Estimate:
    """Estimate factors of the securities with at least NEEDED_DAYS returns."""
    enough = np.flatnonzero(panel.observed() >= NEEDED_DAYS) if panel.days else np.empty(0, int)
    if not len(enough):
        return Estimate((), np.empty((0, 0)), np.empty(0), 0)
    ids = tuple(panel.security_ids[i] for i in enough)
    returns = panel.returns[:, enough]
    weights = decaying_weights(panel.days)
    variance = shrunk_variances(returns, weights)
    standard = returns / np.sqrt(variance)
    loadings = _loadings(standard, weights, most_factors)
    own = np.maximum(1.0 - (loadings**2).sum(axis=1), LEAST_SPECIFIC)
    annual = variance * DAYS_A_YEAR
    # Where the fit of a short history explains more than all of it, the loadings give way.
    scale = np.sqrt((1.0 - own) / np.maximum((loadings**2).sum(axis=1), 1e-300))
    loadings = loadings * np.minimum(scale, 1.0)[:, None] * np.sqrt(annual)[:, None]
    return Estimate(ids, loadings, own * annual, panel.days)


def decaying_weights(days: int, half_life: float = HALF_LIFE_DAYS) -> FloatArray:
    """Return [day] weights that sum to one and halve every `half_life` days into the past."""
    weights = 0.5 ** (np.arange(days - 1, -1, -1) / half_life)
    return np.asarray(weights / weights.sum(), dtype=np.float64)


def shrunk_variances(returns: FloatArray, weights: FloatArray) -> FloatArray:
    """Return [security] daily variances about zero, drawn a little to the median of like variances."""
    seen = np.isfinite(returns)
    mass = np.where(seen, weights[:, None], 0.0)
    squares = np.where(seen, returns, 0.0) ** 2
    variance = (mass * squares).sum(axis=0) / mass.sum(axis=0)
    variance = np.maximum(variance, 1e-12)
    days = seen.sum(axis=0)
    typical = _local_median(variance)
    return np.asarray((days * variance + SHRINK_DAYS * typical) / (days + SHRINK_DAYS))


def _local_median(variance: FloatArray, width: int = 25) -> FloatArray:
    """Return [security] the median variance among the `width` nearest in rank: bonds are not drawn to stocks."""
    count = len(variance)
    if count < 5:
        return variance
    order = np.argsort(variance)
    ranked = variance[order]
    half = min(width, count) // 2
    starts = np.clip(np.arange(count) - half, 0, count - 2 * half - 1)
    medians = ranked[starts + half]
    result = np.empty(count)
    result[order] = medians
    return result


def _loadings(standard: FloatArray, weights: FloatArray, most: int) -> FloatArray:
    """Return [security, factor] loadings of standardised returns."""
    seen = np.isfinite(standard)
    core = seen.mean(axis=0) >= CORE_COVERAGE
    if not core.any():
        core = seen.sum(axis=0) >= np.max(seen.sum(axis=0))
    filled = np.where(seen, standard, 0.0) * np.sqrt(weights)[:, None]
    vectors, values, noise = _components(filled[:, core], weights, most)
    loadings = np.zeros((standard.shape[1], len(values)))
    kept = np.sqrt(np.maximum(values - noise, 0.0))
    loadings[core] = vectors * kept
    rest = np.flatnonzero(~core)
    if len(rest) and len(values):
        # Factor returns with unit weighted variance; loadings of late-comers by ridge regression on them.
        scores = filled[:, core] @ vectors / np.sqrt(values)
        shrink = kept / np.sqrt(values)
        for i in rest:
            loadings[i] = _ridge(scores[seen[:, i]], filled[seen[:, i], i]) * shrink
    return loadings


def _components(
    filled: FloatArray, weights: FloatArray, most: int
) -> tuple[FloatArray, FloatArray, float]:
    """Return leading eigenvectors [security, factor], their eigenvalues, and the noise left over."""
    days, count = filled.shape
    wanted = min(most, count - 1, days // 8)
    if wanted < 1:
        return np.empty((count, 0)), np.empty(0), 1.0
    gram = filled @ filled.T if days < count else filled.T @ filled
    values, vectors = np.linalg.eigh(gram)
    values, vectors = values[::-1], vectors[:, ::-1]
    noise = float(values[wanted:count].sum() / (count - wanted))
    # Marchenko-Pastur: eigenvalues of pure noise reach (1 + sqrt(securities / days))^2 of it.
    effective = 1.0 / float((weights**2).sum())
    edge = noise * (1.0 + np.sqrt(count / effective)) ** 2 if count > effective / 4 else noise
    keep = max(1, int((values[:wanted] > edge).sum()))
    leading = values[:keep]
    if days < count:
        return filled.T @ vectors[:, :keep] / np.sqrt(leading), leading, noise
    return vectors[:, :keep], leading, noise


def _ridge(scores: FloatArray, target: FloatArray) -> FloatArray:
    """Regress on the days seen; both sides carry the square roots of the weights."""
    gram = scores.T @ scores
    mass = float(np.trace(gram)) / len(gram)
    solved = np.linalg.solve(gram + RIDGE * mass * np.eye(len(gram)), scores.T @ target)
    return np.asarray(solved, dtype=np.float64)

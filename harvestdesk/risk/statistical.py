"""Statistical factors from daily returns, with decaying weights; total variances stay those of the securities."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harvestdesk.domain.ids import SecurityId
from harvestdesk.domain.risk_settings import DEFAULT_RISK, RiskSettings
from harvestdesk.risk.components import TINY, components, with_signs
from harvestdesk.risk.group_factors import group_loadings
from harvestdesk.risk.returns import ReturnPanel

FloatArray = NDArray[np.float64]

DAYS_A_YEAR = 252
NEEDED_DAYS = DEFAULT_RISK.needed_days
"""A security with fewer returns gets a proxy, unless the settings say otherwise."""
CORE_COVERAGE = 0.9
"""Securities with returns on this share of the days shape the factors; the others are fitted to them."""
RIDGE = 0.02
NOTHING_SEEN = 1e-12
"""Factors that moved less than this on the days a security was seen tell nothing about it."""
LIKE = 2.0
"""Variances so many times apart are not alike: the few bond funds of a stock book keep to themselves."""
LEAST_VARIANCE = 1e-12
"""Daily variance below which a price counts as not moving at all."""


@dataclass(frozen=True)
class Estimate:
    """What the history says.

    Attributes:
        security_ids: [security] with enough history.
        loadings: [security, factor] per square root of a year.
        specific_variance: [security] per year.
        days: trading days used.
        factor_returns: [day, factor] what each factor did, so that a security's return of a day is near
            `loadings . factor_returns`.
        partial: securities with returns on part of the days, fitted to the factors of the others.
        names: [factor] `statistical:1` and so on by size, then the groups' own.
    """

    security_ids: tuple[SecurityId, ...]
    loadings: FloatArray
    specific_variance: FloatArray
    days: int
    factor_returns: FloatArray
    partial: tuple[SecurityId, ...] = ()
    names: tuple[str, ...] = ()

    @property
    def factors(self) -> int:
        """Number of factors."""
        return int(self.loadings.shape[1])


NOTHING = Estimate((), np.empty((0, 0)), np.empty(0), 0, np.empty((0, 0)))
"""The estimate where no security has enough history."""


def fit(
    panel: ReturnPanel,
    settings: RiskSettings = DEFAULT_RISK,
    groups: Mapping[SecurityId, Sequence[str]] | None = None,
) -> Estimate:
    """Estimate factors of the securities with enough returns.

    Args:
        panel: daily returns.
        settings: how risk is estimated.
        groups: the index, class or sector of each security, most alike first; used with `group_factors`.
    """
    if not panel.days:
        return NOTHING
    enough = np.flatnonzero(panel.observed() >= settings.needed_days)
    if not len(enough):
        return NOTHING
    ids = tuple(panel.security_ids[i] for i in enough)
    returns = panel.returns[:, enough]
    weights = decaying_weights(panel.days, settings.half_life_days)
    variance = shrunk_variances(returns, weights, settings)
    # Shrinking must not turn into movement of its own where copies are to stay copies.
    seen = variances(returns, weights) if settings.group_factors else variance
    standard = returns / np.sqrt(seen)
    core = _core(np.isfinite(standard))
    common = _loadings(standard, core, weights, settings.most_factors)
    loadings, scores = common.loadings, common.scores
    names = tuple(f"statistical:{k + 1}" for k in range(loadings.shape[1]))
    if settings.group_factors and groups:
        found = group_loadings(
            common.left(standard), core, [groups.get(s, ()) for s in ids], weights
        )
        loadings = np.column_stack([loadings, found.loadings])
        scores = np.column_stack([scores, found.scores])
        names += found.names
    explained = (loadings**2).sum(axis=1)
    own = np.maximum(1.0 - explained, settings.least_own_share)
    annual = _annual_variance(returns, variance, settings)
    # Where the fit of a short history explains more than all of it, the loadings give way.
    scale = np.sqrt((1.0 - own) / np.maximum(explained, TINY))
    loadings = loadings * np.minimum(scale, 1.0)[:, None] * np.sqrt(annual)[:, None]
    return Estimate(
        ids,
        loadings,
        own * annual,
        panel.days,
        scores / np.sqrt(DAYS_A_YEAR),
        tuple(ids[i] for i in np.flatnonzero(~core)),
        names,
    )


def decaying_weights(
    days: int, half_life: float | None = DEFAULT_RISK.half_life_days
) -> FloatArray:
    """Return [day] weights that sum to one and halve every `half_life` days into the past."""
    if half_life is None:
        return np.full(days, 1.0 / days)
    weights = 0.5 ** (np.arange(days - 1, -1, -1) / half_life)
    return np.asarray(weights / weights.sum(), dtype=np.float64)


def variances(returns: FloatArray, weights: FloatArray) -> FloatArray:
    """Return [security] daily variances about zero of the days seen."""
    seen = np.isfinite(returns)
    mass = np.where(seen, weights[:, None], 0.0)
    squares = np.where(seen, returns, 0.0) ** 2
    mean = (mass * squares).sum(axis=0) / mass.sum(axis=0)
    return np.asarray(np.maximum(mean, LEAST_VARIANCE), dtype=np.float64)


def shrunk_variances(
    returns: FloatArray, weights: FloatArray, settings: RiskSettings = DEFAULT_RISK
) -> FloatArray:
    """Return [security] daily variances about zero, drawn a little to the median of like variances."""
    variance = variances(returns, weights)
    days = np.isfinite(returns).sum(axis=0)
    typical = _local_median(variance)
    if settings.group_factors:
        typical = np.clip(typical, variance / LIKE, variance * LIKE)
    shrink_days = settings.shrink_days
    # v = (n v + 30 typical) / (n + 30)
    return np.asarray((days * variance + shrink_days * typical) / (days + shrink_days))


def _annual_variance(
    returns: FloatArray, variance: FloatArray, settings: RiskSettings
) -> FloatArray:
    """Return [security] yearly variances; from weights of their own where the settings ask for it."""
    if settings.volatility_half_life_days is not None:
        weights = decaying_weights(len(returns), settings.volatility_half_life_days)
        variance = shrunk_variances(returns, weights, settings)
    return variance * DAYS_A_YEAR


def _local_median(variance: FloatArray, width: int = 25) -> FloatArray:
    """Return [security] the median variance among the `width` nearest in rank: bonds are not drawn to stocks."""
    count = len(variance)
    if count < 5:
        return variance
    order = np.argsort(variance, kind="stable")
    ranked = variance[order]
    half = min(width, count) // 2
    starts = np.clip(np.arange(count) - half, 0, count - 2 * half - 1)
    medians = ranked[starts + half]
    result = np.empty(count)
    result[order] = medians
    return result


def _core(seen: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return [security] which of them shape the factors."""
    core = seen.mean(axis=0) >= CORE_COVERAGE
    if core.any():
        return np.asarray(core, dtype=np.bool_)
    counts = seen.sum(axis=0)
    return np.asarray(counts >= counts.max(), dtype=np.bool_)


@dataclass(frozen=True)
class _Common:
    """Loadings [security, factor] of standardised returns, factors [day, factor], what to take out of a day."""

    loadings: FloatArray
    scores: FloatArray
    removed: FloatArray

    def left(self, standard: FloatArray) -> FloatArray:
        """Return [day, security] what the factors leave: of the variance that counts as own, all of it."""
        return standard - self.removed @ self.loadings.T


def _loadings(
    standard: FloatArray, core: NDArray[np.bool_], weights: FloatArray, most: int
) -> _Common:
    """Return the factors the core has in common."""
    seen = np.isfinite(standard)
    roots = np.sqrt(weights)[:, None]
    filled = np.where(seen, standard, 0.0) * roots
    found = components(filled[:, core], weights, most)
    vectors = with_signs(found.vectors)
    loadings = np.zeros((standard.shape[1], len(found.kept)))
    loadings[core] = vectors * found.kept
    # Factor returns with unit weighted variance; loadings of late-comers by ridge regression on them.
    scores = filled[:, core] @ vectors / found.roots
    shrink = found.kept / found.roots
    for i in np.flatnonzero(~core) if len(shrink) else ():
        loadings[i] = _ridge(scores[seen[:, i]], filled[seen[:, i], i]) * shrink
    scores /= roots
    return _Common(loadings, scores * shrink, scores * found.removal)


def _ridge(scores: FloatArray, target: FloatArray) -> FloatArray:
    """Regress on the days seen; both sides carry the square roots of the weights."""
    gram = scores.T @ scores
    mass = float(np.trace(gram)) / len(gram)
    if mass < NOTHING_SEEN:
        return np.zeros(len(gram))
    solved = np.linalg.solve(gram + RIDGE * mass * np.eye(len(gram)), scores.T @ target)
    return np.asarray(solved, dtype=np.float64)

"""What a set of weights is exposed to: asset classes, sectors and factors by name, for bars and tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from harvestdesk.risk.factor_model import FactorModel

FloatArray = NDArray[np.float64]

LEAST_MEMBERS = 2
"""A group needs so many securities to stand for one end of a statistical factor."""


class ExposureKind(StrEnum):
    """What a row is about."""

    ASSET_CLASS = "asset_class"
    SECTOR = "sector"
    FACTOR = "factor"
    SPECIFIC = "specific"


@dataclass(frozen=True, slots=True)
class ExposureRow:
    """One bar.

    Attributes:
        name: the asset class's value, the sector's name (empty: without a sector), the factor's name.
        exposure: sum of the weights of a class or sector, as a fraction of the household; of a factor, the
            movement a year it brings (signed), so that factors and the specific row add up in squares
            to the tracking error.
        variance_share: part of the variance, by Euler's rule; classes add up to one, so do sectors,
            and so do the factors with the specific row. Negative where a position offsets others.
        high, low: for a statistical factor, the sector or class that moves most with it, and least.
    """

    kind: ExposureKind
    name: str
    exposure: float
    variance_share: float
    high: str = ""
    low: str = ""


def exposures(model: FactorModel, weights: FloatArray) -> tuple[ExposureRow, ...]:
    """Return rows by asset class, by sector and by factor of [security] weights, held or active.

    Classes are in the order of AssetClass, sectors by name, factors in the model's order; groups without
    any security are left out.
    """
    factors = model.loadings.T @ weights
    pull = model.loadings @ factors + model.specific_variance * weights
    parts = weights * pull
    total = float(parts.sum())
    scale = 1.0 / total if total > 0 else 0.0
    classes = [c.value for c in model.asset_classes]
    order = {c.value: i for i, c in enumerate(type(model.asset_classes[0]))} if classes else {}
    rows = _grouped(ExposureKind.ASSET_CLASS, classes, weights, parts * scale)
    rows.sort(key=lambda r: order[r.name])
    rows += sorted(
        _grouped(ExposureKind.SECTOR, model.sectors, weights, parts * scale), key=lambda r: r.name
    )
    for k, name in enumerate(model.factor_names):
        high, low = _ends(model, k) if name.startswith("statistical:") else ("", "")
        value = float(factors[k])
        rows.append(ExposureRow(ExposureKind.FACTOR, name, value, value**2 * scale, high, low))
    own = float(model.specific_variance @ weights**2)
    rows.append(ExposureRow(ExposureKind.SPECIFIC, "", own**0.5, own * scale))
    return tuple(rows)


def group_weights(model: FactorModel, kind: ExposureKind) -> tuple[tuple[str, ...], FloatArray]:
    """Return the names of the classes or sectors and [group, security] ones and zeros, for limits on them."""
    labels = _labels(model, kind)
    names = tuple(sorted(set(labels)))
    place = {n: i for i, n in enumerate(names)}
    matrix = np.zeros((len(names), len(labels)))
    matrix[[place[n] for n in labels], np.arange(len(labels))] = 1.0
    return names, matrix


def _labels(model: FactorModel, kind: ExposureKind) -> Sequence[str]:
    if kind is ExposureKind.ASSET_CLASS:
        return [c.value for c in model.asset_classes]
    return model.sectors if kind is ExposureKind.SECTOR else []


def _grouped(
    kind: ExposureKind, labels: Sequence[str], weights: FloatArray, shares: FloatArray
) -> list[ExposureRow]:
    exposure: dict[str, float] = {}
    share: dict[str, float] = {}
    for label, weight, part in zip(labels, weights.tolist(), shares.tolist(), strict=True):
        exposure[label] = exposure.get(label, 0.0) + weight
        share[label] = share.get(label, 0.0) + part
    return [ExposureRow(kind, name, exposure[name], share[name]) for name in exposure]


def _ends(model: FactorModel, factor: int) -> tuple[str, str]:
    """Return the groups whose securities load most and least on a factor, measured by their volatility."""
    volatility = np.sqrt((model.loadings**2).sum(axis=1) + model.specific_variance)
    moving = volatility > 0
    relative = np.zeros(len(volatility))
    relative[moving] = model.loadings[moving, factor] / volatility[moving]
    members: dict[str, list[float]] = {}
    for i in np.flatnonzero(moving):
        name = model.sectors[i] or model.asset_classes[i].value
        members.setdefault(name, []).append(float(relative[i]))
    means = sorted(
        (sum(sorted(v)) / len(v), name) for name, v in members.items() if len(v) >= LEAST_MEMBERS
    )
    return (means[-1][1], means[0][1]) if len(means) > 1 else ("", "")

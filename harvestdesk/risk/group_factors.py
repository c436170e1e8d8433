"""Factors of groups: funds of one index, of one asset class, stocks of one sector.

A few factors for a whole book miss what two or three securities have in common: the only two gold funds among
five hundred stocks. What the statistical factors leave over is looked at group by group; a group whose members
still move together gets one factor of its own.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harvestdesk.domain.security import AssetClass, Security, SecurityKind
from harvestdesk.risk.builtin_classes import FUNDS
from harvestdesk.risk.components import components, with_signs

FloatArray = NDArray[np.float64]

LEAST_VARIANCE = 1e-12
"""Share of a security's variance below which nothing is left to share."""


@dataclass(frozen=True)
class GroupFactors:
    """Loadings [security, group factor] of standardised returns, factors [day, group factor], their names."""

    loadings: FloatArray
    scores: FloatArray
    names: tuple[str, ...]


ALIKE = ("identical:", "index:")
"""Groups whose members stand for each other where one has no history."""


def groups_of(security: Security, sets: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the groups a security may share a factor with, most alike first.

    Args:
        security: the security.
        sets: names of the identical sets it is in; an option is in none, whatever its underlying.
    """
    option = security.kind is SecurityKind.OPTION
    names = [] if option else [f"identical:{name}" for name in sets]
    fund = security.kind in FUNDS
    if fund and security.tracked_index:
        names.append(f"index:{security.tracked_index}")
    if security.sector:
        names.append(f"sector:{security.sector}")
    elif fund and security.asset_class is not AssetClass.OTHER:
        names.append(f"class:{security.asset_class.value}")
    return tuple(names)


def group_loadings(
    residuals: FloatArray,
    core: NDArray[np.bool_],
    groups: Sequence[Sequence[str]],
    weights: FloatArray,
) -> GroupFactors:
    """Return one factor for each group whose members still move together.

    Args:
        residuals: [day, security] standardised returns less what the factors explain; NaN where missing.
        core: [security] only those with nearly all of the days take part.
        groups: the names of each security's groups, most alike first.
        weights: [day].
    """
    left = np.where(np.isfinite(residuals), residuals, 0.0)
    roots = np.sqrt(weights)[:, None]
    columns: list[FloatArray] = []
    scores: list[FloatArray] = []
    names: list[str] = []
    for name, members in _in_order(core, groups):
        scale = np.sqrt(np.maximum((weights @ left[:, members] ** 2), LEAST_VARIANCE))
        own = left[:, members] / scale * roots
        found = components(own, weights, 1, least=0)
        if not len(found.values):
            continue
        vector = with_signs(found.vectors)
        loading = np.zeros((residuals.shape[1], 1))
        loading[members] = vector * found.kept * scale[:, None]
        unit = own @ vector / found.roots / roots
        left = left - (unit * found.removal) @ loading.T
        columns.append(loading)
        scores.append(unit * found.kept / found.roots)
        names.append(name)
    if not names:
        return GroupFactors(left[:0].T, left[:, :0], ())
    return GroupFactors(np.hstack(columns), np.hstack(scores), tuple(names))


def _in_order(
    core: NDArray[np.bool_], groups: Sequence[Sequence[str]]
) -> Iterator[tuple[str, list[int]]]:
    """Yield the groups of two or more: identical sets and indices, then sectors and classes, each by name."""
    members: dict[tuple[int, str], list[int]] = defaultdict(list)
    for i, names in enumerate(groups):
        for name in names if core[i] else ():
            members[int(not name.startswith(ALIKE)), name].append(i)
    for (_, name), rows in sorted(members.items()):
        if len(rows) >= 2:
            yield name, rows

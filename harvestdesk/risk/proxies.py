"""Risk of securities without enough history: from their sector and asset class.

Where the class has securities with history, a proxy takes their average loadings. A class without any is
tied to the classes that have some by the built-in covariance (regression of the one on the others), and what
is left becomes a factor of its own. With no history at all only the built-in table remains. All of it is
loadings plus a diagonal, so the covariance stays positive semidefinite.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harvestdesk.domain.security import AssetClass, Security, SecurityKind
from harvestdesk.risk.builtin_classes import (
    CLASSES,
    FUNDS,
    OTHER_SECTOR_VOLATILITY,
    SAME_INDEX_VOLATILITY,
    SECTOR_VOLATILITY,
    SPECIFIC_VOLATILITY,
    class_covariance,
    is_cash,
)
from harvestdesk.risk.statistical import Estimate

FloatArray = NDArray[np.float64]

STOCKS_FOR_A_CLASS = 5
"""So many single stocks with history (or one fund) stand for their class."""
STOCKS_FOR_A_SECTOR = 3


@dataclass(frozen=True)
class Exposures:
    """Loadings [security, factor] and specific variances [security], a year."""

    loadings: FloatArray
    specific_variance: FloatArray


def with_proxies(securities: Sequence[Security], estimate: Estimate) -> Exposures:
    """Return the exposures of all securities: estimated where there is history, else proxies."""
    rows = {s: i for i, s in enumerate(estimate.security_ids)}
    missing = [s for s in securities if s.id not in rows and not is_cash(s)]
    known = [s for s in securities if s.id in rows]
    proxies = _Proxies(known, estimate)
    columns: dict[str, int] = {}
    entries = [proxies.exposure(s) for s in missing]
    for entry in entries:
        for name in entry.extra:
            columns.setdefault(name, estimate.factors + len(columns))
    loadings = np.zeros((len(securities), estimate.factors + len(columns)))
    specific = np.zeros(len(securities))
    proxy_of = dict(zip((s.id for s in missing), entries, strict=True))
    for i, security in enumerate(securities):
        if is_cash(security):
            continue
        if security.id in rows:
            loadings[i, : estimate.factors] = estimate.loadings[rows[security.id]]
            specific[i] = estimate.specific_variance[rows[security.id]]
            continue
        entry = proxy_of[security.id]
        loadings[i, : estimate.factors] = entry.loadings
        for name, value in entry.extra.items():
            loadings[i, columns[name]] = value
        specific[i] = entry.specific_variance
    return Exposures(loadings, specific)


@dataclass(frozen=True)
class _Proxy:
    loadings: FloatArray
    extra: dict[str, float]
    specific_variance: float


class _Proxies:
    """Averages of what has history, ready to stand for what has none."""

    def __init__(self, known: Sequence[Security], estimate: Estimate) -> None:
        self._estimate = estimate
        self._row = {s: i for i, s in enumerate(estimate.security_ids)}
        self._by_class: dict[AssetClass, list[Security]] = defaultdict(list)
        self._by_sector: dict[tuple[AssetClass, str], list[Security]] = defaultdict(list)
        for security in known:
            self._by_class[security.asset_class].append(security)
            if security.sector and security.kind is SecurityKind.STOCK:
                self._by_sector[security.asset_class, security.sector].append(security)
        self._class_loadings, self._class_extra = self._classes()

    def exposure(self, security: Security) -> _Proxy:
        """Return the proxy of one security."""
        peers = self._by_sector.get((security.asset_class, security.sector), [])
        if security.kind is SecurityKind.STOCK and len(peers) >= STOCKS_FOR_A_SECTOR:
            return self._like(peers)
        asset_class = security.asset_class if security.asset_class in CLASSES else AssetClass.OTHER
        extra = dict(self._class_extra[asset_class])
        if security.sector:
            volatility = SECTOR_VOLATILITY.get(security.sector, OTHER_SECTOR_VOLATILITY)
            extra[f"sector:{security.sector}"] = volatility
        own = SPECIFIC_VOLATILITY[security.kind]
        if security.kind in FUNDS and security.tracked_index:
            extra[f"index:{security.tracked_index}"] = own
            own = SAME_INDEX_VOLATILITY
        return _Proxy(self._class_loadings[asset_class], extra, own**2)

    def _like(self, peers: Sequence[Security]) -> _Proxy:
        """Average the peers; how much their loadings differ becomes specific risk of the unknown one."""
        rows = [self._row[s.id] for s in peers]
        loadings = self._estimate.loadings[rows]
        mean = loadings.mean(axis=0)
        spread = float(((loadings - mean) ** 2).sum(axis=1).mean())
        own = float(np.median(self._estimate.specific_variance[rows]))
        return _Proxy(mean, {}, own + spread)

    def _classes(self) -> tuple[dict[AssetClass, FloatArray], dict[AssetClass, dict[str, float]]]:
        averages = {c: mean for c in CLASSES if (mean := self._average(c)) is not None}
        present = [i for i, c in enumerate(CLASSES) if c in averages]
        absent = [i for i, c in enumerate(CLASSES) if c not in averages]
        covariance = class_covariance()
        across = covariance[np.ix_(absent, present)]
        betas = across @ np.linalg.inv(covariance[np.ix_(present, present)]) if present else across
        left = covariance[np.ix_(absent, absent)] - betas @ across.T
        root = np.linalg.cholesky(left) if absent else np.empty((0, 0))
        known = np.array([averages[CLASSES[i]] for i in present]).reshape(
            len(present), self._estimate.factors
        )
        loadings: dict[AssetClass, FloatArray] = dict(averages)
        extra: dict[AssetClass, dict[str, float]] = {c: {} for c in averages}
        for row, i in enumerate(absent):
            loadings[CLASSES[i]] = betas[row] @ known
            extra[CLASSES[i]] = {
                f"class:{CLASSES[absent[k]].value}": float(root[row, k]) for k in range(row + 1)
            }
        return loadings, extra

    def _average(self, asset_class: AssetClass) -> FloatArray | None:
        """Return the average loadings of a class: of its broad funds, else of its stocks; None: too few."""
        members = self._by_class.get(asset_class, [])
        funds = [s for s in members if s.kind in FUNDS and not s.sector]
        chosen = funds or (members if len(members) >= STOCKS_FOR_A_CLASS else [])
        if not chosen:
            return None
        mean: FloatArray = self._estimate.loadings[[self._row[s.id] for s in chosen]].mean(axis=0)
        return mean

"""Risk of securities without enough history: from their sector and asset class.

Where the class has securities with history, a proxy takes their average loadings. A class without any is
tied to the classes that have some by the built-in covariance (regression of the one on the others), and what
is left becomes a factor of its own. With no history at all only the built-in table remains. All of it is
loadings plus a diagonal, so the covariance stays positive semidefinite.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from harvestdesk.domain.ids import SecurityId
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
from harvestdesk.risk.group_factors import ALIKE
from harvestdesk.risk.returns import ReturnPanel
from harvestdesk.risk.sources import RiskSource
from harvestdesk.risk.statistical import DAYS_A_YEAR, Estimate

FloatArray = NDArray[np.float64]

STOCKS_FOR_A_CLASS = 5
"""So many single stocks with history (or one fund) stand for their class."""
STOCKS_FOR_A_SECTOR = 3
SHORT_DAYS = 20
"""With so many returns a security's own movement is looked at, though its factors come from others."""
PROXY_DAYS = 60
"""Weight of the proxy's own variance beside that of a short history, in days of evidence."""


@dataclass(frozen=True)
class Exposures:
    """Loadings [security, factor] and specific variances [security], a year, and where they come from."""

    loadings: FloatArray
    specific_variance: FloatArray
    factor_names: tuple[str, ...]
    sources: tuple[RiskSource, ...]


def with_proxies(
    securities: Sequence[Security],
    estimate: Estimate,
    panel: ReturnPanel | None = None,
    groups: Mapping[SecurityId, Sequence[str]] | None = None,
) -> Exposures:
    """Return the exposures of all securities: estimated where there is history, else proxies.

    Args:
        securities: all of them, in the order of their ids.
        estimate: of those with history.
        panel: daily returns, for what a short history tells.
        groups: names of the groups of each; members of one index or identical set stand for each other.
    """
    measured = estimate.factors
    rows = {s: i for i, s in enumerate(estimate.security_ids)}
    known = [s for s in securities if s.id in rows and not is_cash(s)]
    missing = [s for s in securities if s.id not in rows and not is_cash(s)]
    twins = _twins(known, missing, groups or {})
    if missing:
        estimate = _with_lone_funds(known, estimate)
        estimate = _with_shared(sorted(set(twins.values())), securities, estimate)
    proxies = _Proxies(known, estimate, twins)
    short = _ShortHistories(panel, estimate.factor_returns)
    entries = {s.id: short.look(s, proxies.exposure(s), measured) for s in missing}
    if missing:
        entries.update({s.id: proxies.tied(s) for s in known if proxies.is_apart(s)})
    return _assembled(securities, estimate, entries)


def _assembled(
    securities: Sequence[Security], estimate: Estimate, entries: Mapping[SecurityId, "_Proxy"]
) -> Exposures:
    """Return the rows of all securities: those of `entries`, else the estimate's, zeros for cash."""
    rows = {s: i for i, s in enumerate(estimate.security_ids)}
    extra = sorted({name for entry in entries.values() for name in entry.extra})
    columns = {name: estimate.factors + i for i, name in enumerate(extra)}
    loadings = np.zeros((len(securities), estimate.factors + len(columns)))
    specific = np.zeros(len(securities))
    sources = [RiskSource.CASH] * len(securities)
    partial = set(estimate.partial)
    for i, security in enumerate(securities):
        entry = entries.get(security.id)
        if is_cash(security):
            continue
        if entry is None:
            row = rows[security.id]
            loadings[i, : estimate.factors] = estimate.loadings[row]
            specific[i] = estimate.specific_variance[row]
            sources[i] = RiskSource.HISTORY
        else:
            loadings[i, : estimate.factors] = entry.loadings
            for name, value in entry.extra.items():
                loadings[i, columns[name]] = value
            specific[i], sources[i] = entry.specific_variance, entry.source
        if security.id in partial:
            sources[i] = RiskSource.PART_HISTORY
    return Exposures(loadings, specific, (*estimate.names, *extra), tuple(sources))


@dataclass(frozen=True)
class _Proxy:
    loadings: FloatArray
    extra: dict[str, float]
    specific_variance: float
    source: RiskSource


def _with_lone_funds(known: Sequence[Security], estimate: Estimate) -> Estimate:
    """Return the estimate with a factor for each class that a single fund stands for.

    What the only bond fund with history does beside the factors looks like movement of its own, but it is
    mostly that of its class: the other bond funds share it. All beyond a fund's usual own movement is moved.
    """
    rows = {s: i for i, s in enumerate(estimate.security_ids)}
    loadings, specific = estimate.loadings, estimate.specific_variance.copy()
    names = []
    for asset_class in CLASSES:
        funds = [s for s in known if s.asset_class is asset_class and _is_broad_fund(s)]
        if len(funds) != 1:
            continue
        row = rows[funds[0].id]
        moved = float(specific[row]) - SPECIFIC_VOLATILITY[funds[0].kind] ** 2
        if moved > 0:
            column = np.zeros((len(rows), 1))
            column[row] = np.sqrt(moved)
            specific[row] -= moved
            loadings = np.column_stack([loadings, column])
            names.append(f"class:{asset_class.value} ({funds[0].symbol})")
    return replace(
        estimate,
        loadings=loadings,
        specific_variance=specific,
        names=(*estimate.names, *names),
    )


def _is_broad_fund(security: Security) -> bool:
    return security.kind in FUNDS and not security.sector


def _twins(
    known: Sequence[Security],
    missing: Sequence[Security],
    groups: Mapping[SecurityId, Sequence[str]],
) -> dict[SecurityId, SecurityId]:
    """Return for securities without history one with history that does the same: share class, same index."""
    first: dict[str, SecurityId] = {}
    for security in known:
        for name in groups.get(security.id, ()):
            if name.startswith(ALIKE):
                first.setdefault(name, security.id)
    return {
        s.id: first[name]
        for s in missing
        for name in reversed(groups.get(s.id, ()))  # the first name holds
        if name in first
    }


def _with_shared(
    twins: Sequence[SecurityId], securities: Sequence[Security], estimate: Estimate
) -> Estimate:
    """Return the estimate with what a twin does beside the factors as a factor that its copies share."""
    symbols = {s.id: s.symbol for s in securities}
    rows = {s: i for i, s in enumerate(estimate.security_ids)}
    loadings, specific = estimate.loadings, estimate.specific_variance.copy()
    names = []
    for twin in twins:
        moved = float(specific[rows[twin]]) - SAME_INDEX_VOLATILITY**2
        if moved > 0:
            column = np.zeros((len(rows), 1))
            column[rows[twin]] = np.sqrt(moved)
            specific[rows[twin]] -= moved
            loadings = np.column_stack([loadings, column])
            names.append(f"shared:{symbols[twin]}")
    return replace(
        estimate,
        loadings=loadings,
        specific_variance=specific,
        names=(*estimate.names, *names),
    )


class _ShortHistories:
    """The own movement of securities with some returns, but too few to fit factors to."""

    def __init__(self, panel: ReturnPanel | None, factor_returns: FloatArray) -> None:
        self._panel = panel
        self._factors = factor_returns
        ids: tuple[SecurityId, ...] = panel.security_ids if panel is not None else ()
        self._column = {s: i for i, s in enumerate(ids)}

    def look(self, security: Security, proxy: _Proxy, measured: int) -> _Proxy:
        """Return the proxy with its own variance drawn to what the security did beside the proxy's factors.

        Args:
            security: the one without enough history.
            proxy: what stands for it.
            measured: factors whose daily returns are known; a proxy with others is left as it is.
        """
        column = self._column.get(security.id)
        if self._panel is None or column is None or proxy.extra or proxy.loadings[measured:].any():
            return proxy
        returns = self._panel.returns[:, column]
        seen = np.isfinite(returns)
        days = int(seen.sum())
        if days < SHORT_DAYS:
            return proxy
        left = returns[seen] - self._factors[seen] @ proxy.loadings[:measured]
        own = float((left**2).mean()) * DAYS_A_YEAR
        blended = (days * own + PROXY_DAYS * proxy.specific_variance) / (days + PROXY_DAYS)
        return replace(proxy, specific_variance=blended)


class _Proxies:
    """Averages of what has history, ready to stand for what has none."""

    def __init__(
        self,
        known: Sequence[Security],
        estimate: Estimate,
        twins: Mapping[SecurityId, SecurityId],
    ) -> None:
        self._estimate = estimate
        self._twins = twins
        self._row = {s: i for i, s in enumerate(estimate.security_ids)}
        self._by_class: dict[AssetClass, list[Security]] = defaultdict(list)
        self._by_sector: dict[tuple[AssetClass, str], list[Security]] = defaultdict(list)
        for security in known:
            self._by_class[_risk_class(security)].append(security)
            if security.sector and security.kind is SecurityKind.STOCK:
                self._by_sector[security.asset_class, security.sector].append(security)
        self._class_loadings, self._class_extra = self._classes()

    def exposure(self, security: Security) -> _Proxy:
        """Return the proxy of one security."""
        if security.id in self._twins:
            row = self._row[self._twins[security.id]]
            same = SAME_INDEX_VOLATILITY**2
            return _Proxy(self._estimate.loadings[row], {}, same, RiskSource.TWIN)
        peers = self._by_sector.get((security.asset_class, security.sector), [])
        if security.kind is SecurityKind.STOCK and len(peers) >= STOCKS_FOR_A_SECTOR:
            return self._like(peers)
        asset_class = _risk_class(security)
        extra = dict(self._class_extra[asset_class])
        source = RiskSource.TABLE if extra else RiskSource.ASSET_CLASS
        if security.sector:
            volatility = SECTOR_VOLATILITY.get(security.sector, OTHER_SECTOR_VOLATILITY)
            extra[f"assumed-sector:{security.sector}"] = volatility
        own = self._own_volatility(security, asset_class)
        if security.kind in FUNDS and security.tracked_index:
            extra[f"assumed-index:{security.tracked_index}"] = own
            own = SAME_INDEX_VOLATILITY
        return _Proxy(self._class_loadings[asset_class], extra, own**2, source)

    def is_apart(self, security: Security) -> bool:
        """True for a security with history whose class has too little of it to be measured."""
        return bool(self._class_extra[_risk_class(security)])

    def tied(self, security: Security) -> _Proxy:
        """Return what is measured of a security, half of its own variance at most given to its class.

        Without this the only stock with history would look unrelated to the funds of its class.
        """
        row = self._row[security.id]
        own = float(self._estimate.specific_variance[row])
        extra = self._class_extra[_risk_class(security)]
        common = sum(v**2 for v in extra.values())
        share = min(1.0, 0.5 * own / common) if common > 0 else 0.0
        return _Proxy(
            self._estimate.loadings[row],
            {name: value * share**0.5 for name, value in extra.items()},
            own - share * common,
            RiskSource.HISTORY,
        )

    def _own_volatility(self, security: Security, asset_class: AssetClass) -> float:
        """Return the own movement of a fund or stock that its class stands for."""
        usual = SPECIFIC_VOLATILITY[security.kind]
        funds = [s for s in self._by_class.get(asset_class, []) if _is_broad_fund(s)]
        if security.kind not in FUNDS or len(funds) < 2:
            return usual
        rows = [self._row[s.id] for s in funds]
        return max(usual, float(np.sqrt(np.median(self._estimate.specific_variance[rows]))))

    def _like(self, peers: Sequence[Security]) -> _Proxy:
        """Average the peers; how much their loadings differ becomes specific risk of the unknown one."""
        rows = [self._row[s.id] for s in peers]
        loadings = self._estimate.loadings[rows]
        mean = loadings.mean(axis=0)
        spread = float(((loadings - mean) ** 2).sum(axis=1).mean())
        own = float(np.median(self._estimate.specific_variance[rows]))
        return _Proxy(mean, {}, own + spread, RiskSource.SECTOR)

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
                f"assumed-class:{CLASSES[absent[k]].value}": float(root[row, k])
                for k in range(row + 1)
            }
        return loadings, extra

    def _average(self, asset_class: AssetClass) -> FloatArray | None:
        """Return the average loadings of a class: of its broad funds, else of its stocks; None: too few."""
        members = self._by_class.get(asset_class, [])
        funds = [s for s in members if _is_broad_fund(s)]
        chosen = funds or (members if len(members) >= STOCKS_FOR_A_CLASS else [])
        if not chosen:
            return None
        mean: FloatArray = self._estimate.loadings[[self._row[s.id] for s in chosen]].mean(axis=0)
        return mean


def _risk_class(security: Security) -> AssetClass:
    """Return the class of the table a security belongs to."""
    return security.asset_class if security.asset_class in CLASSES else AssetClass.OTHER

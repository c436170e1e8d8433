"""The risk model every figure of tracking error rests on: factors, loadings, specific variance."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from harvestdesk.domain.ids import SecurityId
from harvestdesk.domain.prices import PriceHistory
from harvestdesk.domain.relations import IdenticalSet
from harvestdesk.domain.risk_settings import DEFAULT_RISK, RiskSettings
from harvestdesk.domain.security import AssetClass, Security
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.risk.builtin_classes import is_cash
from harvestdesk.risk.group_factors import groups_of
from harvestdesk.risk.proxies import with_proxies
from harvestdesk.risk.returns import PriceFault, ReturnPanel, return_panel
from harvestdesk.risk.sources import PROXIES, RiskSource, describe
from harvestdesk.risk.statistical import fit

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class FactorModel:
    """Variance of weights x is |loadings' x|^2 + specific_variance . x^2: never negative, by its form.

    Attributes:
        security_ids: [security]; every security of the snapshot, in its order.
        loadings: [security, factor] per square root of a year.
        specific_variance: [security] per year.
        description: one line for the plan and its paper.
        proxied: securities without enough history, whose risk comes from sector and asset class.
        builtin_only: no security had enough history.
        factor_names: [factor] `statistical:1` by size; `index:`, `class:`, `sector:` measured on a group;
            `identical:` likewise; `shared:` by a copy without history; `assumed-...` from the built-in table.
        sources: [security] what the risk of each rests on.
        asset_classes, sectors: [security] for exposures; cash is cash, no sector is empty.
        faults: what was odd in the prices and how it was dealt with.
    """

    security_ids: tuple[SecurityId, ...]
    loadings: FloatArray
    specific_variance: FloatArray
    description: str
    proxied: tuple[SecurityId, ...] = ()
    builtin_only: bool = False
    factor_names: tuple[str, ...] = ()
    sources: tuple[RiskSource, ...] = ()
    asset_classes: tuple[AssetClass, ...] = ()
    sectors: tuple[str, ...] = ()
    faults: tuple[PriceFault, ...] = ()

    @cached_property
    def row_of(self) -> dict[SecurityId, int]:
        """Rows by security."""
        return {s: i for i, s in enumerate(self.security_ids)}

    def covariance(self) -> FloatArray:
        """Return the dense [security, security] covariance a year; for tests and small tables."""
        dense: FloatArray = self.loadings @ self.loadings.T + np.diag(self.specific_variance)
        return dense


def build_model(snapshot: HouseholdSnapshot, settings: RiskSettings | None = None) -> FactorModel:
    """Return the model of all securities of a snapshot: statistical where there is history.

    Args:
        snapshot: the household.
        settings: how risk is estimated; None: as the household chose.
    """
    settings = snapshot.risk if settings is None else settings
    history = snapshot.history if settings.use_history else PriceHistory()
    panel = return_panel(history, snapshot.as_of, settings)
    return model_of(snapshot.securities, panel, settings, snapshot.identical_sets)


def model_of(
    securities: Sequence[Security],
    panel: ReturnPanel,
    settings: RiskSettings = DEFAULT_RISK,
    identical_sets: Sequence[IdenticalSet] = (),
) -> FactorModel:
    """Return the model of some securities from their returns; the same whatever their order."""
    ordered = sorted(securities, key=lambda s: s.id)
    panel = panel.ordered()
    sets: dict[SecurityId, list[str]] = defaultdict(list)
    for group in identical_sets:
        for security_id in group.security_ids:
            sets[security_id].append(group.id)
    groups = {s.id: groups_of(s, sets.get(s.id, ())) for s in ordered}
    estimate = fit(panel, settings, groups)
    exposures = with_proxies(ordered, estimate, panel, groups)
    least = settings.least_own_volatility**2
    own = [
        v if s is RiskSource.CASH else max(v, least)
        for v, s in zip(exposures.specific_variance.tolist(), exposures.sources, strict=True)
    ]
    place = {s.id: i for i, s in enumerate(ordered)}
    order = [place[s.id] for s in securities]
    sources = tuple(exposures.sources[i] for i in order)
    return FactorModel(
        tuple(s.id for s in securities),
        exposures.loadings[order],
        np.array(own, dtype=np.float64)[order],
        describe(sources, estimate.factors, estimate.days, panel.faults, settings),
        tuple(s.id for s, source in zip(securities, sources, strict=True) if source in PROXIES),
        builtin_only=not estimate.security_ids,
        factor_names=exposures.factor_names,
        sources=sources,
        asset_classes=tuple(AssetClass.CASH if is_cash(s) else s.asset_class for s in securities),
        sectors=tuple(s.sector for s in securities),
        faults=panel.faults,
    )

"""The risk model every figure of tracking error rests on: factors, loadings, specific variance."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harvestdesk.domain.ids import SecurityId
from harvestdesk.domain.security import Security
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.risk.proxies import with_proxies
from harvestdesk.risk.returns import return_panel
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
    """

    security_ids: tuple[SecurityId, ...]
    loadings: FloatArray
    specific_variance: FloatArray
    description: str
    proxied: tuple[SecurityId, ...] = ()
    builtin_only: bool = False

    def covariance(self) -> FloatArray:
        """Return the dense [security, security] covariance a year; for tests and small tables."""
        dense: FloatArray = self.loadings @ self.loadings.T + np.diag(self.specific_variance)
        return dense


def build_model(snapshot: HouseholdSnapshot) -> FactorModel:
    """Return the model of all securities of a snapshot: statistical where there is history."""
    securities = snapshot.securities
    panel = return_panel(snapshot.history, snapshot.as_of)
    estimate = fit(panel)
    exposures = with_proxies(securities, estimate)
    known = set(estimate.security_ids)
    proxied = tuple(s.id for s in securities if s.id not in known and not _riskless(s))
    return FactorModel(
        tuple(s.id for s in securities),
        exposures.loadings,
        exposures.specific_variance,
        _description(estimate.factors, len(estimate.security_ids), estimate.days, len(proxied)),
        proxied,
        builtin_only=not known,
    )


def _riskless(security: Security) -> bool:
    from harvestdesk.risk.builtin_classes import is_cash

    return is_cash(security)


def _description(factors: int, known: int, days: int, proxied: int) -> str:
    if not known:
        return f"built-in asset-class and sector table for {proxied} securities (no price history)"
    text = f"{factors} statistical factors from {days} trading days of {known} securities"
    return f"{text}; sector and asset-class proxies for {proxied}" if proxied else text

"""Holdings the household owns elsewhere: they can't be traded here, but they count in its risk.

The target is meant for everything the household owns, so with outside holdings it is scaled to the whole. What
is held outside of a security of the household adds to that security's active weight; every other one is a row of
its own behind the household's, with a weight that no trade changes. A plan that knows these rows needs no other
rule.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.ids import SecurityId
from harvestdesk.domain.money import ZERO
from harvestdesk.domain.prices import PriceHistory
from harvestdesk.domain.security import Security
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.risk.benchmark import current_weights, target_weights
from harvestdesk.risk.factor_model import FactorModel, model_of
from harvestdesk.risk.returns import return_panel
from harvestdesk.risk.settings import DEFAULT_RISK, RiskSettings

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class OutsideHolding:
    """Something owned elsewhere: a workplace plan that is not imported, vested stock, a trust.

    Attributes:
        security: what it is; its class and sector are enough where there is no price history.
        value: dollars; not negative.
    """

    security: Security
    value: Decimal


@dataclass(frozen=True)
class WholeRisk:
    """Risk of the household with what it owns elsewhere.

    Attributes:
        model: the securities of the snapshot in its order, then the outside ones by id.
        held, target: [security of the model] as fractions of the household's own value (lots and cash).
        tradable: so many rows of the model, the first ones, are the household's.
    """

    model: FactorModel
    held: FloatArray
    target: FloatArray
    tradable: int

    @property
    def active(self) -> FloatArray:
        """Return [security of the model] held less target."""
        return self.held - self.target


def whole_risk(
    snapshot: HouseholdSnapshot,
    outside: Sequence[OutsideHolding],
    settings: RiskSettings = DEFAULT_RISK,
    history: PriceHistory | None = None,
) -> WholeRisk:
    """Return the model and today's weights of a household with its outside holdings.

    Without any target the whole is its own yardstick, as the household is without outside holdings.

    Args:
        snapshot: the household.
        outside: what it owns elsewhere; several of one security add up.
        settings: how risk is estimated.
        history: prices of the household's and the outside securities; None: the snapshot's.

    Raises:
        BadInputError: a negative value, or a household without any value to measure against.
    """
    total = snapshot.total_value()
    if total <= 0 or any(h.value.is_nan() or h.value < 0 for h in outside):
        raise BadInputError(
            "Outside holdings need values that are not negative, and a household with a value.",
            code="input.outside",
        )
    dollars = _dollars(outside)
    known = {s.id for s in snapshot.securities}
    other = {h.security.id: h.security for h in outside if h.security.id not in known}
    securities = (*snapshot.securities, *(other[s] for s in sorted(other)))
    prices = snapshot.history if history is None else history
    panel = return_panel(
        prices if settings.use_history else PriceHistory(), snapshot.as_of, settings
    )
    apart = np.zeros(len(other))
    weights = np.array([float(dollars.get(s.id, ZERO) / total) for s in securities])
    held = np.append(current_weights(snapshot), apart) + weights
    target = held
    if snapshot.security_targets or snapshot.class_targets:
        target = np.append(target_weights(snapshot), apart) * (1.0 + float(weights.sum()))
    return WholeRisk(
        model_of(securities, panel, settings, snapshot.identical_sets),
        held,
        target,
        len(snapshot.securities),
    )


def _dollars(outside: Sequence[OutsideHolding]) -> dict[SecurityId, Decimal]:
    summed: dict[SecurityId, Decimal] = {}
    for holding in outside:
        summed[holding.security.id] = summed.get(holding.security.id, ZERO) + holding.value
    return summed

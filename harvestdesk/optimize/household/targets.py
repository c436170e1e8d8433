"""What a plan is measured against: targets and holdings elsewhere, scaled to all the household will own."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harvestdesk.domain.plan_settings import PlanKind
from harvestdesk.domain.security import AssetClass
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.risk.benchmark import current_weights, target_weights
from harvestdesk.risk.builtin_classes import is_cash

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Yardstick:
    """Weights [security] as fractions of the household's own value.

    Attributes:
        whole: all that is owned after the plan: one, what is held elsewhere, less what is paid out.
        cash: the target of cash.
    """

    target: FloatArray
    outside: FloatArray
    whole: float

    @property
    def cash(self) -> float:
        """Cash the targets mean the household to hold."""
        return max(0.0, self.whole - float(self.target.sum()))


def yardstick(snapshot: HouseholdSnapshot, kind: PlanKind, paid_out: float) -> Yardstick:
    """Return targets and outside weights; `paid_out` is the fraction of value that leaves.

    Without any target the household is its own yardstick, so that a plan keeps its mix: a contribution is
    then meant to be invested like the rest.
    """
    outside = outside_weights(snapshot)
    elsewhere = float(outside.sum())
    whole = 1.0 + elsewhere - paid_out
    if snapshot.security_targets or snapshot.class_targets:
        return Yardstick(target_weights(snapshot) * whole, outside, whole)
    own = current_weights(snapshot) + outside
    scale = whole / (1.0 + elsewhere)
    if kind is PlanKind.INVEST and own.sum() > 0:
        scale = whole / float(own.sum())
    return Yardstick(own * scale, outside, whole)


def outside_weights(snapshot: HouseholdSnapshot) -> FloatArray:
    """Return [security] what is held elsewhere, as fractions of the household's own value."""
    weights = np.zeros(len(snapshot.securities))
    rows = {s.id: j for j, s in enumerate(snapshot.securities)}
    total = float(snapshot.total_value())
    for holding in snapshot.outside:
        if holding.security_id in rows and total > 0:
            weights[rows[holding.security_id]] += float(holding.value) / total
    return weights


def class_members(snapshot: HouseholdSnapshot) -> dict[AssetClass, FloatArray]:
    """Return [security] ones and zeros by asset class; money market funds are cash."""
    classes = [AssetClass.CASH if is_cash(s) else s.asset_class for s in snapshot.securities]
    return {
        c: np.array([float(own is c) for own in classes])
        for c in dict.fromkeys([*classes, AssetClass.CASH])
    }

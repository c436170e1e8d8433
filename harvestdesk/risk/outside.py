"""Holdings the household owns elsewhere: they can't be traded here, but they count in its risk.

The target is meant for everything the household owns, so with outside holdings it is scaled to the whole: a
household of 1,000 with 500 of employer stock elsewhere and a target of 60 % stocks should own 900 of stocks, 500 of
which it has. Weights stay fractions of the household's own value, so that a plan's trades change them one for one.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.risk.benchmark import current_weights, target_weights

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class WholeWeights:
    """Weights [security] of everything the household owns, as fractions of its own value (lots and cash).

    Attributes:
        outside: held elsewhere; part of `held`.
        target: meant for the whole, so it adds up to one and what is held elsewhere.
    """

    held: FloatArray
    outside: FloatArray
    target: FloatArray

    @property
    def active(self) -> FloatArray:
        """Held less target: what tracking error is of."""
        return self.held - self.target


def whole_weights(snapshot: HouseholdSnapshot) -> WholeWeights:
    """Return today's weights of a household with its outside holdings.

    Without any target the whole is its own yardstick, as the household is without outside holdings.

    Raises:
        BadInputError: an outside holding with a negative value or of a security nobody knows.
    """
    outside = outside_weights(snapshot)
    held = current_weights(snapshot) + outside
    target = held
    if snapshot.security_targets or snapshot.class_targets:
        target = target_weights(snapshot) * (1.0 + float(outside.sum()))
    return WholeWeights(held, outside, target)


def outside_weights(snapshot: HouseholdSnapshot) -> FloatArray:
    """Return [security] what is held elsewhere, as fractions of the household's own value.

    Several holdings of one security add up. A household without any value of its own has nothing to measure
    them by: then all are zero.

    Raises:
        BadInputError: a negative value, or a security nobody knows.
    """
    weights = np.zeros(len(snapshot.securities))
    row_of = {s.id: i for i, s in enumerate(snapshot.securities)}
    total = snapshot.total_value()
    for holding in snapshot.outside:
        if holding.value.is_nan() or holding.value < 0 or holding.security_id not in row_of:
            raise BadInputError(
                f"The outside holding {holding.id} needs a security the household knows and a value "
                "that is not negative.",
                code="input.outside",
            )
        if total > 0:
            weights[row_of[holding.security_id]] += float(holding.value / total)
    return weights

"""Tracking error: the yearly standard deviation of the difference to the target."""

import numpy as np
from numpy.typing import NDArray

from harvestdesk.risk.factor_model import FactorModel


def tracking_error(model: FactorModel, active_weights: NDArray[np.float64]) -> float:
    """Return the tracking error of [security] active weights, as a fraction a year."""
    factors = model.loadings.T @ active_weights
    variance = factors @ factors + model.specific_variance @ active_weights**2
    return float(np.sqrt(variance))

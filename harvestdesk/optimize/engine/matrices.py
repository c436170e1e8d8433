"""What the relaxation is written in: percent, and matrices that add."""

import numpy as np
import scipy.sparse as sp

from harvestdesk.optimize.engine.problem import FloatArray, IntArray

PERCENT = 100.0
"""Inside the solver weights are percent of the household and the objective percent of its value, so that the
numbers it sees are near one."""


def incidence(rows: IntArray, size: int, values: FloatArray | None = None) -> sp.csr_array:
    """Return the matrix [size, len(rows)] that adds entry j, times its value, to row rows[j]."""
    count = len(rows)
    data = np.ones(count) if values is None else values
    return sp.csr_array((data, (rows, np.arange(count))), shape=(size, count))

"""What people type above a number column: `>100`, `<=-5`, `10..20`, `=0` or a bare number."""

import re
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
_COMPARISON = re.compile(r"^(>=|<=|>|<|=)?(.+)$")
_COMPARE: dict[str, Callable[[Floats, float], Mask]] = {
    ">": lambda values, bound: values > bound,
    "<": lambda values, bound: values < bound,
    ">=": lambda values, bound: values >= bound,
    "<=": lambda values, bound: values <= bound,
}


def number_of(text: str) -> float | None:
    """Return the number a person typed, with thousands, dollars and a true minus allowed."""
    cleaned = re.sub(r"[\s,$%]", "", text.replace("\u2212", "-"))
    try:
        return float(cleaned)
    except ValueError:
        return None


def matcher(text: str) -> Callable[[Floats], Mask]:
    """Return the test a filter text stands for; words that are no number match nothing."""
    low_text, between, high_text = text.partition("..")
    if between:
        low, high = number_of(low_text or "-inf"), number_of(high_text or "inf")
        if low is not None and high is not None:
            return lambda values: (values >= low) & (values <= high)
        return _nothing
    parts = _COMPARISON.match(text)
    bound = number_of(parts.group(2)) if parts else None
    if parts is None or bound is None:
        return _nothing
    compare = _COMPARE.get(parts.group(1) or "=")
    if compare is not None:
        return lambda values: compare(values, bound)
    return _near(bound, parts.group(2))


def _near(bound: float, text: str) -> Callable[[Floats], Mask]:
    """A bare number finds what rounds to it: `12` finds 11.5 to 12.5, `12.0` finds 11.95 to 12.05."""
    decimals = len(text.strip().rstrip("%").partition(".")[2])
    half = 0.5 * 10.0**-decimals
    return lambda values: np.abs(values - bound) <= half


def _nothing(values: Floats) -> Mask:
    return np.zeros(values.shape, dtype=np.bool_)

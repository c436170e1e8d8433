"""Whole-number amounts inside the ledger: money and shares in units of 10**-18.

A part is rounded down to the unit and what is left stays with the rest, so that parts always add up to
exactly what was there, however often it is divided.
"""

from decimal import Context, Decimal
from functools import lru_cache

from harvestdesk.domain.money import CENT

DIGITS = 18
UNIT: int = 10**DIGITS
NO_LOSS_ABOVE = -UNIT // 10**9
"""A result of at least minus a billionth of a dollar is no loss, only a trace of division."""
DUST = UNIT // 10**9
"""A billionth of a share left over by an uneven split is nothing."""
_HUNDREDTH = UNIT // 100
_CONTEXT = Context(prec=60)


def to_units(value: Decimal) -> int:
    """Return a Decimal as units, rounded half up beyond 18 decimals."""
    numerator, denominator = value.as_integer_ratio()
    if denominator == 1:
        return numerator * UNIT
    scale, rest = divmod(UNIT, denominator)
    if rest == 0:
        return numerator * scale
    return (2 * numerator * UNIT + denominator) // (2 * denominator)


def from_units(units: int) -> Decimal:
    """Return the exact Decimal of units."""
    hundredths, rest = divmod(units, _HUNDREDTH)
    if rest == 0:  # nearly always: cents, and whole shares
        whole, rest = divmod(hundredths, 100)
        return Decimal(hundredths) * CENT if rest else Decimal(whole)
    return _CONTEXT.normalize(_CONTEXT.scaleb(Decimal(units), -DIGITS))


shares_from_units = lru_cache(maxsize=4096)(from_units)
"""Return the exact Decimal of a number of shares, of which many sales are of the same."""


def share_of(total: int, part: int, whole: int) -> int:
    """Return `total` * `part` / `whole` in units, rounded towards minus infinity."""
    return total if part == whole else total * part // whole

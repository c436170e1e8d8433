"""Whole-number amounts inside the ledger: money and shares in units of 10**-18.

A part is rounded down to the unit and what is left stays with the rest, so that parts always add up to
exactly what was there, however often it is divided.
"""

from decimal import Context, Decimal

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
    return (2 * numerator * UNIT + denominator) // (2 * denominator)


def from_units(units: int) -> Decimal:
    """Return the exact Decimal of units, without trailing zeros."""
    hundredths, rest = divmod(units, _HUNDREDTH)
    if rest == 0:  # nearly always: cents, and shares in hundredths
        if hundredths % 100 == 0:
            return Decimal(hundredths // 100)
        return (
            _CONTEXT.scaleb(Decimal(hundredths), -2)
            if hundredths % 10
            else (_CONTEXT.scaleb(Decimal(hundredths // 10), -1))
        )
    return _CONTEXT.normalize(_CONTEXT.scaleb(Decimal(units), -DIGITS))


def share_of(total: int, part: int, whole: int) -> int:
    """Return `total` * `part` / `whole` in units, rounded towards minus infinity."""
    return total if part == whole else total * part // whole

"""Exact amounts: Decimal in memory, scaled integers on disk, one conversion in one place."""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

MONEY_DIGITS = 6
"""Stored money is micro-dollars."""
SHARES_DIGITS = 8
PRICE_DIGITS = 8
RATE_DIGITS = 8

CENT = Decimal("0.01")
ZERO = Decimal(0)
ONE = Decimal(1)
_LIMIT = 2**63 - 1


class PrecisionLostError(ValueError):
    """A value has more decimals, or is larger, than its stored form can hold."""


def to_scaled(value: Decimal, digits: int) -> int:
    """Return `value` as an integer of 10**-digits units.

    Raises:
        PrecisionLostError: when the value would be rounded, is not finite or exceeds 63 bits.
    """
    if not value.is_finite():
        raise PrecisionLostError(f"{value} is not a number")
    scaled = value.scaleb(digits)
    whole = scaled.to_integral_value()
    if whole != scaled:
        raise PrecisionLostError(f"{value} has more than {digits} decimals")
    result = int(whole)
    if abs(result) > _LIMIT:
        raise PrecisionLostError(f"{value} is too large to store")
    return result


def from_scaled(value: int, digits: int) -> Decimal:
    """Return the exact Decimal of an integer of 10**-digits units."""
    return Decimal(value).scaleb(-digits)


def rounded(value: Decimal, digits: int) -> Decimal:
    """Return `value` rounded half up to `digits` decimals, as the forms of the IRS round."""
    return value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


def cents(value: Decimal) -> Decimal:
    """Return `value` rounded half up to the cent."""
    return value.quantize(CENT, rounding=ROUND_HALF_UP)


def decimal_text(value: Decimal) -> str:
    """Return the shortest plain text of a Decimal: no exponent, no trailing zeros."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def money_text(value: Decimal) -> str:
    """Return a plain amount with at least two decimals, as written into JSON and CSV."""
    text = decimal_text(value)
    whole, _, fraction = text.partition(".")
    return f"{whole}.{fraction.ljust(2, '0')}"


def parse_decimal(text: str) -> Decimal | None:
    """Return the finite Decimal a plain number text names, or None."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None

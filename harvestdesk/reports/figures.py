"""Figures as they stand on paper: thousands separated, a true minus, the same decimals in a column."""

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

from harvestdesk.domain.money import parse_decimal

MINUS = "−"
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def usd(value: Decimal, digits: int = 2) -> str:
    """Return dollars, `−$1,234.56`."""
    return _signed(value, digits, "$")


def usd0(value: Decimal) -> str:
    """Return whole dollars, `−$1,235`."""
    return usd(value, 0)


def number(value: Decimal, digits: int) -> str:
    """Return a figure with `digits` decimals, `−1,234.5`."""
    return _signed(value, digits, "")


def percent(value: Decimal, digits: int = 1) -> str:
    """Return a fraction of one as per cent, `12.3%`."""
    return f"{number(value * 100, digits)}%"


def proved_percent(gap: float | Decimal) -> Decimal | None:
    """Return a proved gap in per cent, rounded up to two decimals: the promise holds as printed.

    Args:
        gap: distance from the best possible as a fraction of one; None comes back where it is no number.
    """
    exact = parse_decimal(f"{gap:.9f}")
    if exact is None:
        return None
    return max(Decimal("0.01"), (exact * 100).quantize(Decimal("0.01"), rounding=ROUND_CEILING))


def decimals_of(values: Iterable[Decimal], most: int = 4) -> int:
    """Return how many decimals a column needs to show each of its values, at most `most`."""
    needed = (-int(v.normalize().as_tuple().exponent) for v in values if v)
    return min(most, max(needed, default=0)) if most > 0 else 0


def share_digits(values: Iterable[Decimal]) -> int:
    """Return the decimals of a column of shares: none if all are whole."""
    return max(0, decimals_of(values, 6))


def day(value: date | None) -> str:
    """Return a date as tables and tax forms write it, `01/05/2026`; a dash for none."""
    return "—" if value is None else f"{value.month:02}/{value.day:02}/{value.year:04}"


def long_day(value: date) -> str:
    """Return a date as sentences write it, `January 5, 2026`."""
    return f"{_MONTHS[value.month - 1]} {value.day}, {value.year}"


def count(amount: int, singular: str, plural: str = "") -> str:
    """Return `1 lot` or `12 lots`."""
    return f"{amount:,} {singular if amount == 1 else plural or singular + 's'}"


def joined(parts: Iterable[str]) -> str:
    """Return `a, b and c`."""
    words = list(parts)
    return (
        words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""
    )


def plain_figure(text: str) -> Decimal | None:
    """Return the value of a figure written by this module, or None for other text."""
    cleaned = text.replace(MINUS, "-").replace("$", "").replace(",", "")
    if cleaned.endswith("%"):
        value = parse_decimal(cleaned[:-1])
        return None if value is None else value / 100
    return parse_decimal(cleaned)


def _signed(value: Decimal, digits: int, mark: str) -> str:
    rounded = value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    return f"{MINUS if rounded < 0 else ''}{mark}{abs(rounded):,f}"

"""Numbers and dates as people read them: true minus, thousands separated, same decimals in a column."""

import re
from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

MINUS = "\u2212"
NOTHING = "\u2013"
"""Shown where a value is unknown."""

_PER_CENT = re.compile(r"(\d)(?:\.0)?%")

Number = Decimal | float | int


def _fixed(value: Number, decimals: int) -> str:
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    rounded = exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    if rounded == 0:
        rounded = abs(rounded)
    text = f"{abs(rounded):,.{decimals}f}"
    return f"{MINUS}{text}" if rounded < 0 else text


def number(value: Number | None, decimals: int = 0) -> str:
    """Return a plain number with thousands separated."""
    return NOTHING if value is None else _fixed(value, decimals)


def dollars(value: Number | None, *, cents: bool = False, sign: bool = False) -> str:
    """Return dollars: `$71,400`, `−$71,400.00`; `sign` puts a plus before gains."""
    if value is None:
        return NOTHING
    text = _fixed(value, 2 if cents else 0)
    if text.startswith(MINUS):
        return f"{MINUS}${text[1:]}"
    return f"+${text}" if sign and value > 0 else f"${text}"


def amount(value: Number | None, *, cents: bool = True) -> str:
    """Return an amount for a table column whose head already says dollars."""
    return NOTHING if value is None else _fixed(value, 2 if cents else 0)


_SHARE_DECIMALS = 4
"""As many as brokers print."""


def shares(value: Number | None, decimals: int | None = None) -> str:
    """Return shares: with the decimals of their column, or in a sentence with those they need."""
    if value is None:
        return NOTHING
    return _fixed(value, share_decimals([value]) if decimals is None else decimals)


def share_decimals(values: Iterable[Number | None]) -> int:
    """Return the decimals a column of shares needs: none when all are whole, at most four."""
    most = 0
    for value in values:
        if value is None or value == int(value):
            continue
        text = _fixed(value, _SHARE_DECIMALS).rstrip("0")
        most = max(most, len(text) - text.index(".") - 1)
        if most == _SHARE_DECIMALS:
            break
    return most


def percent(fraction: Number | None, decimals: int = 1) -> str:
    """Return a fraction of one as a percentage: 0.253 -> `25.3 %`."""
    if value_is_nothing(fraction):
        return NOTHING
    assert fraction is not None  # noqa: S101 - for the type checker
    exact = fraction if isinstance(fraction, Decimal) else Decimal(str(fraction))
    return f"{_fixed(exact * 100, decimals)} %"


def signed_percent(fraction: Decimal | None, decimals: int = 1) -> str:
    """Return a fraction with its sign: `+2.3 %`."""
    text = percent(fraction, decimals)
    rises = fraction is not None and round(fraction * 100, decimals) > 0
    return f"+{text}" if rises else text


def per_cents(text: str) -> str:
    """Return a sentence of a report with its per cents as the window writes them: 1.0% -> `1 %`, unbroken."""
    return _PER_CENT.sub("\\1\u00a0%", text)


def reads_as_nothing(text: str) -> bool:
    """Return True for a figure that is zero as it is written."""
    return not any(digit in text for digit in "123456789")


def value_is_nothing(value: object) -> bool:
    """Return True for None and NaN."""
    return value is None or (isinstance(value, float) and value != value)  # noqa: PLR0124


def basis_points(value: Number | None, decimals: int = 1) -> str:
    """Return basis points: `34.8 bp`."""
    return NOTHING if value is None else f"{_fixed(value, decimals)} bp"


def day(value: date | None) -> str:
    """Return a date as ISO text, or a dash."""
    return NOTHING if value is None else value.isoformat()


def long_day(value: date) -> str:
    """Return a date in words: `Dec 5, 2025`."""
    return f"{value:%b} {value.day}, {value.year}"


def plural(count: int, one: str, many: str = "") -> str:
    """Return `1 lot`, `12 lots`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


_NAME_LENGTH = 24


def short_name(name: str) -> str:
    """Return a name that fits beside other things; the whole one belongs into the tooltip."""
    return name if len(name) <= _NAME_LENGTH else f"{name[: _NAME_LENGTH - 1].rstrip()}\u2026"

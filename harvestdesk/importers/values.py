"""Cells to values: every form of number and date the brokers were seen to write, and nothing guessed."""

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import lru_cache

from harvestdesk.domain.money import MONEY_DIGITS, ONE, SHARES_DIGITS, rounded

NULLS = frozenset(
    {
        "",
        "--",
        "-",
        "n/a",
        "na",
        "incomplete",
        "not applicable",
        "not available",
        "processing",
        "~",
        "multi",
        "unch",
        "various",
        "null",
        "none",
    }
)
_MONEY_LIMIT = Decimal("9e12")
_SHARES_LIMIT = Decimal("9e10")


class NumberStyle(Enum):
    """Which mark parts whole from fraction in a file."""

    POINT = "point"
    """1,234.56"""
    COMMA = "comma"
    """1.234,56"""
    UNCLEAR = "unclear"
    """The file shows no number that settles it; only numbers without any mark are read."""


class CellError(ValueError):
    """A cell that is not what its column needs.

    Attributes:
        expected: words for what would have been accepted.
        code: stable code of the problem.
    """

    def __init__(
        self, expected: str, code: str = "value", column: str = "", text: str = ""
    ) -> None:
        super().__init__(expected)
        self.expected = expected
        self.code = code
        self.column = column
        self.text = text


_SIGN = r"(?P<s1>[-+]?)\$?(?P<s2>[-+]?)"
_POINT = re.compile(
    rf"{_SIGN}(?P<whole>\d{{1,3}}(?:,\d{{3}})+|\d*)(?P<frac>\.\d*)?(?P<exp>[eE][-+]?\d{{1,2}})?",
    re.ASCII,
)
_COMMA = re.compile(
    rf"{_SIGN}(?P<whole>\d{{1,3}}(?:[.\u00a0 ]\d{{3}})+|\d*)(?P<frac>,\d*)?(?P<exp>(?!))?", re.ASCII
)
_PLAIN = re.compile(r"-?\d{1,15}(?:\.\d{1,8})?", re.ASCII)
_SHORT = re.compile(r"-?\$?(?:\d{1,3}(?:,\d{3}){1,2}|\d{1,9})(?:\.\d{1,6})?", re.ASCII)
"""Nearly all cells: within every limit, so nothing more is asked of them."""
_BARE = re.compile(rf"{_SIGN}(?P<whole>\d+)(?P<frac>(?!))?(?P<exp>(?!))?", re.ASCII)
_PATTERNS = {NumberStyle.POINT: _POINT, NumberStyle.COMMA: _COMMA, NumberStyle.UNCLEAR: _BARE}
_EXAMPLES = {
    NumberStyle.POINT: "a number such as 1,234.56",
    NumberStyle.COMMA: "a number such as 1.234,56",
    NumberStyle.UNCLEAR: (
        "a number whose decimal mark is clear (this file never shows whether 1,234 means 1234 or 1.234; "
        "save it with commas between the cells)"
    ),
}


def is_null(text: str) -> bool:
    """True for the marks brokers write where they have no value."""
    return text.strip().lower() in NULLS


def parse_number(text: str, style: NumberStyle = NumberStyle.POINT) -> Decimal | None:
    """Return the number of a cell, or None where the broker wrote a null mark.

    Raises:
        CellError: when the cell is neither.
    """
    if style is NumberStyle.POINT and _PLAIN.fullmatch(text):
        return Decimal(text)
    body = text.strip()
    if not body or body.lower() in NULLS:
        return None
    negative = body.startswith("(") and body.endswith(")")
    if negative:
        body = body[1:-1].strip()
    body = body.replace("\u2212", "-").replace("$ ", "$").rstrip()
    match = _PATTERNS[style].fullmatch(body)
    if match is None or not (match["whole"] or len(match["frac"] or "") > 1):
        raise CellError(_EXAMPLES[style])
    if match["s1"] and match["s2"]:
        raise CellError(_EXAMPLES[style])
    whole = re.sub(r"\D", "", match["whole"])
    fraction = (match["frac"] or "").replace(",", ".")
    value = Decimal(f"{whole or '0'}{fraction if len(fraction) > 1 else ''}{match['exp'] or ''}")
    minus = negative or "-" in (match["s1"], match["s2"])
    return -value if minus else value


def parse_money(text: str, style: NumberStyle = NumberStyle.POINT) -> Decimal | None:
    """Return dollars rounded to a millionth, or None for a null mark.

    Raises:
        CellError: when the cell is no amount, or beyond what can be stored.
    """
    if style is NumberStyle.POINT and _SHORT.fullmatch(text):
        return Decimal(text.replace("$", "").replace(",", ""))
    return _limited(parse_number(text, style), MONEY_DIGITS, _MONEY_LIMIT)


def parse_shares(text: str, style: NumberStyle = NumberStyle.POINT) -> Decimal | None:
    """Return a number of shares, or a price, with at most eight decimals, or None for a null mark.

    Raises:
        CellError: when the cell is no number, or beyond what can be stored.
    """
    if style is NumberStyle.POINT and _SHORT.fullmatch(text):
        return Decimal(text.replace("$", "").replace(",", ""))
    return _limited(parse_number(text, style), SHARES_DIGITS, _SHARES_LIMIT)


def total_of(shares: Decimal, price: Decimal, factor: Decimal = ONE) -> Decimal:
    """Return shares times price in dollars, rounded to a millionth.

    Raises:
        CellError: when the product is beyond what can be stored.
    """
    total = shares * price * factor
    if abs(total) > _MONEY_LIMIT:
        raise CellError(f"shares and a price that come to less than {_MONEY_LIMIT:,.0f} dollars")
    return rounded(total, MONEY_DIGITS)


def ratio_of(value: Decimal, shares: Decimal) -> Decimal | None:
    """Return dollars per share with eight decimals, or None where it is beyond what can be stored."""
    ratio = value / shares
    return None if abs(ratio) > _SHARES_LIMIT else rounded(ratio, SHARES_DIGITS)


def _limited(value: Decimal | None, digits: int, limit: Decimal) -> Decimal | None:
    if value is None:
        return None
    if abs(value) > limit:
        raise CellError(f"a number below {limit:,.0f}")
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -digits:
        return rounded(value, digits)
    return value


_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
        start=1,
    )
}
_TIME = r"(?:[;,T ]\s*\d{1,2}:?\d{2}(?::?\d{2})?(?:\.\d+)?\s*(?:[AaPp]\.?[Mm]\.?)?\s*(?:E[SD]?T|UTC|Z)?)?"
_DATE_PATTERNS: dict[str, re.Pattern[str]] = {
    "iso": re.compile(rf"(?P<y>\d{{4}})-(?P<m>\d{{1,2}})-(?P<d>\d{{1,2}}){_TIME}", re.ASCII),
    "ymd_slash": re.compile(rf"(?P<y>\d{{4}})/(?P<m>\d{{1,2}})/(?P<d>\d{{1,2}}){_TIME}", re.ASCII),
    "compact": re.compile(rf"(?P<y>\d{{4}})(?P<m>\d{{2}})(?P<d>\d{{2}}){_TIME}", re.ASCII),
    "mdy": re.compile(
        rf"(?P<m>\d{{1,2}})[/-](?P<d>\d{{1,2}})[/-](?P<y>\d{{4}}|\d{{2}}){_TIME}", re.ASCII
    ),
    "dmy": re.compile(
        rf"(?P<d>\d{{1,2}})[/-](?P<m>\d{{1,2}})[/-](?P<y>\d{{4}}|\d{{2}}){_TIME}", re.ASCII
    ),
    "mon_d_y": re.compile(
        rf"(?P<mon>[A-Za-z]{{3}})[-/](?P<d>\d{{1,2}})[-/](?P<y>\d{{4}}){_TIME}", re.ASCII
    ),
    "d_mon_y": re.compile(
        rf"(?P<d>\d{{1,2}})[-/](?P<mon>[A-Za-z]{{3}})[-/](?P<y>\d{{4}}|\d{{2}}){_TIME}", re.ASCII
    ),
}
US_DATES = ("mdy", "iso", "ymd_slash", "mon_d_y", "d_mon_y", "compact")
"""What American brokers write: month before day wherever both are figures."""
ISO_DATES = ("iso", "ymd_slash", "compact", "mon_d_y", "d_mon_y")
"""Forms that can be read one way only."""
_DATE_EXAMPLES = {
    "iso": "2025-12-31",
    "ymd_slash": "2025/12/31",
    "compact": "20251231",
    "mdy": "12/31/2025 (month first)",
    "dmy": "31/12/2025 (day first)",
    "mon_d_y": "Dec-31-2025",
    "d_mon_y": "31-Dec-2025",
}


@lru_cache(maxsize=4096)
def parse_date(text: str, forms: tuple[str, ...] = US_DATES) -> date | None:
    """Return the day a cell names, without its time, or None for a null mark.

    Args:
        text: the cell; of `04/17/2023 as of 04/15/2023` the second, effective day counts.
        forms: names of the accepted forms, tried in order.

    Raises:
        CellError: when the cell is no date in one of the forms.
    """
    body = re.sub(r"\s+", " ", text.strip())
    if body.lower() in NULLS:
        return None
    if " as of " in body.lower():
        body = re.split(r" as of ", body, flags=re.IGNORECASE)[-1].strip()
    for form in forms:
        match = _DATE_PATTERNS[form].fullmatch(body)
        if match is not None:
            return _day(match, forms)
    raise CellError(_expected_date(forms))


def _day(match: re.Match[str], forms: Iterable[str]) -> date:
    groups = match.groupdict()
    name = groups.get("mon")
    month = _MONTHS.get(name.lower(), 0) if name is not None else int(groups["m"])
    year = int(groups["y"])
    if len(groups["y"]) == 2:
        year += 2000 if year < 70 else 1900
    try:
        day = date(year, month, int(groups["d"]))
    except ValueError:
        raise CellError(_expected_date(forms)) from None
    if not 1900 <= day.year <= 2199:
        raise CellError("a date between 1900 and 2199")
    return day


def _expected_date(forms: Iterable[str]) -> str:
    return "a date such as " + ", ".join(_DATE_EXAMPLES[f] for f in list(forms)[:2])


_COMMA_SIGNS = re.compile(
    r"[-+(]?[$€]?[-+]?(?:\d{1,3}(?:\.\d{3})+,\d+|\d+,(?:\d{1,2}|\d{4,})|(?:0|\d{4,}),\d+)\)?",
    re.ASCII,
)
_POINT_SIGNS = re.compile(
    r"[-+(]?[$€]?[-+]?(?:\d{1,3}(?:,\d{3})+\.\d+|\d*\.(?:\d{1,2}|\d{4,})|(?:0|\d{4,})\.\d+)\)?",
    re.ASCII,
)


def number_style(cells: Iterable[str]) -> NumberStyle | None:
    """Return the style the cells of a file prove, UNCLEAR if none does, None if they contradict."""
    comma = point = False
    for cell in cells:
        text = cell.strip()
        comma = comma or _COMMA_SIGNS.fullmatch(text) is not None
        point = point or _POINT_SIGNS.fullmatch(text) is not None
        if comma and point:
            return None
    if comma:
        return NumberStyle.COMMA
    return NumberStyle.POINT if point else NumberStyle.UNCLEAR

"""Text that leaves the program: spreadsheet cells that can't become formulas, symbols that can't become orders."""

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.money import decimal_text

CsvValue = str | int | Decimal | date | None

_TRIGGERS = frozenset("=+-@\t\r\n＝＋－＠﹦﹢﹣﹫")
"""First characters spreadsheets act on (OWASP, CSV injection), with their full-width and small forms."""
_SKIPPED = frozenset(
    "'\"`‘’“”«»＇＂ \u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff\u200b\u200c\u200d\u2060"
)
"""Quotes and spaces a spreadsheet may drop before it looks at the first character."""
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)", re.ASCII)
_ORDER_SYMBOL = re.compile(r"[A-Z0-9][A-Z0-9./-]{0,14}", re.ASCII)
_FILE_NAME_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_RESERVED_NAMES = frozenset(
    {"con", "prn", "aux", "nul", *(f"com{n}" for n in range(10)), *(f"lpt{n}" for n in range(10))}
)
"""Device names Windows opens whatever the folder and the suffix."""


def is_plain_number(text: str) -> bool:
    """Return True for a plain decimal such as `-12.50`: it may stay bare in a spreadsheet."""
    return _NUMBER.fullmatch(text) is not None


def is_formula_like(text: str) -> bool:
    """Return True where a spreadsheet could take `text` for a formula or a command."""
    for character in text:
        if character in _TRIGGERS:
            return True
        if character not in _SKIPPED and not "\u2000" <= character <= "\u200a":
            return False
    return False


def neutral(text: str) -> str:
    """Return `text` so that a spreadsheet shows it and never runs it; plain numbers stay numbers.

    The mark is an apostrophe: a tab became unsafe itself (CVE-2021-41270).
    """
    if is_plain_number(text) or not is_formula_like(text):
        return text
    return f"'{text}"


def csv_cell(value: CsvValue) -> str:
    """Return one CSV cell: numbers and dates bare, every text quoted and neutralised.

    Text is always quoted, so that no program splits it at another country's separator.
    """
    if value is None or value == "":
        return ""
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if is_plain_number(value):
        return value
    escaped = neutral(value).replace("\0", "").replace('"', '""')
    return f'"{escaped}"'


def csv_text(rows: Iterable[Iterable[CsvValue]]) -> str:
    """Return rows as CSV text with CRLF line ends (RFC 4180)."""
    return "".join(",".join(csv_cell(v) for v in row) + "\r\n" for row in rows)


def order_symbol(symbol: str) -> str:
    """Return `symbol` unchanged if it may stand in an order file.

    Raises:
        BadInputError: for anything but 1 to 15 capitals, digits, dots, slashes and hyphens.
    """
    if _ORDER_SYMBOL.fullmatch(symbol) is None:
        raise BadInputError(
            f"{symbol!r} can't stand in an order: a symbol has 1 to 15 capital letters, digits, "
            "dots, slashes or hyphens and begins with a letter or digit. Correct the security's symbol.",
            code="orders.symbol",
        )
    return symbol


def safe_file_name(text: str, fallback: str = "file") -> str:
    """Return a name every file system takes: ASCII, 80 characters, no device names, no dots at the ends."""
    name = _FILE_NAME_UNSAFE.sub("-", text)
    name = re.sub(r"[-.]*\.\.[-.]*|-{2,}", "-", name).strip("-._")[:80].strip("-._")
    if not name:
        return fallback
    return f"{fallback}-{name}" if name.split(".")[0].lower() in _RESERVED_NAMES else name

"""What a symbol or description tells: options, money-market funds, CUSIPs, kinds of security."""

import re
from decimal import Decimal
from functools import lru_cache

from harvestdesk.domain.security import SecurityKind, normal_symbol
from harvestdesk.importers.batch import ParsedSecurity
from harvestdesk.importers.values import ratio_of

_OPTION_FORMS = (
    re.compile(r"(?P<root>[A-Z]{1,6}\d?)\s+\d{2}/\d{2}/\d{4}\s+[\d.,]+\s+[CP]", re.ASCII),
    re.compile(r"-?(?P<root>[A-Z]{1,6}\d?)\s*\d{6}[CP]\d+(?:\.\d+)?", re.ASCII),
    re.compile(r"(?P<root>[A-Z]{1,6}\d?)\s+\d{1,2}[A-Z]{3}\d{2}\s+[\d.]+\s+[CP]", re.ASCII),
)
_MONEY_FUND = re.compile(r"[A-Z]{3}XX", re.ASCII)
_MONEY_WORDS = re.compile(
    r"\b(MONEY MARKET|MONEY MKT|MMKT|DEPOSIT SWEEP|BANK SWEEP|CASH RESERVES?|MONEY INV\w*|MONEY FUND|MONEY ULTRA)\b"
)
_CUSIP = re.compile(r"(?=.*\d)[0-9A-Z]{9}", re.ASCII)
_COMPANY_WORDS = re.compile(
    r"\b(CORP|INC|PLC|LTD|COM|CL(ASS)? [A-C]|ADR|ADS|HLDGS?|HOLDINGS?|COMPANY|CO)\b"
)
_FUND_WORDS = re.compile(r"\b(FUND|FD|FDS|TRUST|TR|INDEX|PORTFOLIO)\b")


@lru_cache(maxsize=8192)
def option_root(symbol: str) -> str | None:
    """Return the underlying symbol if `symbol` is written as an option, else None."""
    text = " ".join(symbol.strip().upper().split())
    for form in _OPTION_FORMS:
        match = form.fullmatch(text)
        if match is not None:
            return match["root"]
    return None


def is_cusip(symbol: str) -> bool:
    """True for nine letters and digits with at least one digit."""
    return _CUSIP.fullmatch(symbol) is not None


@lru_cache(maxsize=4096)
def is_money_market(symbol: str, description: str) -> bool:
    """True for sweep and money-market money: its price is one dollar, so it counts as cash."""
    bare = symbol.strip().upper()
    if bare.endswith("**") or bare in {"CASH", "CORE", "QACDS", "FCASH"}:
        return True
    name = description.upper()
    return (_MONEY_FUND.fullmatch(bare) is not None and not is_cusip(bare)) or (
        _MONEY_WORDS.search(name) is not None and "ETF" not in name
    )


@lru_cache(maxsize=4096)
def kind_from_words(symbol: str, description: str) -> SecurityKind | None:
    """Return the kind a description plainly speaks of, or None."""
    words = description.upper()
    if option_root(symbol) is not None:
        return SecurityKind.OPTION
    if is_cusip(symbol) and ("%" in words or " BOND" in words or " DUE " in words):
        return SecurityKind.BOND
    if re.search(r"\bET[FN]S?\b", words):
        return SecurityKind.ETF
    if len(symbol) == 5 and symbol.endswith("X") and symbol.isalpha():
        return SecurityKind.MUTUAL_FUND
    return (
        SecurityKind.STOCK if symbol.isalpha() and not _FUND_WORDS.search(words) and words else None
    )


@lru_cache(maxsize=8192)
def described(symbol: str, description: str, kind: SecurityKind | None = None) -> ParsedSecurity:
    """Return a security from a broker's symbol and description."""
    root = option_root(symbol)
    house = " ".join(symbol.split()).upper() if root else normal_symbol(symbol)
    return ParsedSecurity(
        symbol=house,
        name=" ".join(description.split()),
        kind=SecurityKind.OPTION if root else kind or kind_from_words(house, description),
        cusip=house if is_cusip(house) else "",
        underlying=root or "",
    )


def price_per_unit(price: Decimal | None, shares: Decimal, value: Decimal | None) -> Decimal | None:
    """Return the price of one share: bonds are quoted per hundred, and some rows have no price at all."""
    if value is None or not shares:
        return price
    if price is None:
        return ratio_of(value, shares)
    cent = Decimal("0.01")
    if abs(price * shares / 100 - value) <= max(cent, abs(value) * cent) and abs(value) > cent:
        return ratio_of(value, shares)
    return price

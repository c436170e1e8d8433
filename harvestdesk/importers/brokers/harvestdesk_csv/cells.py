"""Cells our own tables share: accounts, securities, words with a fixed list, yes and no."""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import TypeVar

from harvestdesk.domain.account import ACCOUNT_TYPE_NAMES, AccountType
from harvestdesk.domain.account_rule import ROLE_NAMES, AccountRole
from harvestdesk.domain.security import ASSET_CLASS_NAMES, AssetClass, SecurityKind, normal_symbol
from harvestdesk.importers.batch import ParsedAccount, ParsedSecurity
from harvestdesk.importers.collect import Cells, Collector

Word = TypeVar("Word", bound=StrEnum)
_ACCOUNT = (
    "account", "account_name", "number_tail", "account_type", "custodian", "owner",
)  # fmt: skip
_SECURITY = (
    "symbol", "name", "kind", "cusip", "asset_class", "sector", "tracked_index", "role", "underlying",
)  # fmt: skip
MOST_SYMBOL = 40
_YES = {
    "yes": True,
    "y": True,
    "true": True,
    "1": True,
    "no": False,
    "n": False,
    "false": False,
    "0": False,
}


def word(cells: Cells, name: str, kind: type[Word]) -> Word | None:
    """Return a word of a fixed list, or None for an empty cell; CellError for any other word."""
    text = cells.text(name)
    if not text:
        return None
    found = _words_of(kind).get(_plain(text))
    if found is None:
        raise cells.wrong(name, "one of " + ", ".join(m.value for m in kind))
    return kind(found)


@lru_cache(maxsize=16)
def _words_of(kind: type[StrEnum]) -> Mapping[str, str]:
    """Return the words a person may write for each value: the value, and what the window calls it."""
    words = {_plain(member.value): member.value for member in kind}
    if kind is AccountType:
        words |= {_plain(said): member.value for member, said in ACCOUNT_TYPE_NAMES.items()}
    if kind is AccountRole:
        words |= {_plain(said): member.value for member, said in ROLE_NAMES.items()}
    if kind is AssetClass:
        words |= {_plain(said): member.value for member, said in ASSET_CLASS_NAMES.items()}
    return words


def _plain(text: str) -> str:
    return text.strip().lower().replace(" ", "_").replace("-", "_")


def yes_no(cells: Cells, name: str) -> bool | None:
    """Return True for yes, False for no, None for an empty cell."""
    text = cells.text(name).lower()
    if not text:
        return None
    if text not in _YES:
        raise cells.wrong(name, "yes or no")
    return _YES[text]


def whole(cells: Cells, name: str, default: int) -> int:
    """Return a whole number of at most four figures, or `default` for an empty cell."""
    text = cells.text(name)
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 4):
        raise cells.wrong(name, "a whole number from 0 to 9999")
    return int(text)


def fraction(cells: Cells, name: str) -> Decimal:
    """Return a fraction of one; `12.5%` and `0.125` are the same. CellError for an empty cell."""
    if cells.text(name).endswith("%"):
        return cells.percent(name) / 100
    return cells.need_shares(name)


def symbol_of(cells: Cells, name: str = "symbol") -> str:
    """Return a symbol in the house form; CellError if it is empty or no symbol."""
    return as_symbol(cells, name, cells.need_text(name, "a ticker symbol or CUSIP"))


def as_symbol(cells: Cells, name: str, text: str) -> str:
    """Return a text of a cell as a symbol in the house form; CellError if it is none."""
    symbol = normal_symbol(text)
    if not symbol or len(symbol) > MOST_SYMBOL or not symbol.isprintable():
        raise cells.wrong(name, "a ticker symbol or CUSIP")
    return symbol


def owners_of(cells: Cells) -> tuple[str, ...]:
    """Return the names in an owner cell, parted by semicolons or ampersands."""
    text = cells.text("owner").replace("&", ";")
    return tuple(part.strip() for part in text.split(";") if part.strip())


def note_account(cells: Cells, out: Collector) -> str:
    """Record the account a row names and return its key; empty if the row names none."""
    return out.once("account", cells.raw(_ACCOUNT), lambda: _note_account(cells, out))


def _note_account(cells: Cells, out: Collector) -> str:
    key = cells.text("account")
    out.account(
        ParsedAccount(
            key=key,
            name=cells.text("account_name") or key,
            number_tail=cells.text("number_tail")[-4:],
            type_hint=word(cells, "account_type", AccountType),
            custodian=cells.text("custodian").lower() or "other",
            owners=owners_of(cells),
        )
    )
    return key


def note_security(cells: Cells, out: Collector) -> str:
    """Record the security a row describes and return its symbol."""
    return out.once("security", cells.raw(_SECURITY), lambda: _note_security(cells, out))


def _note_security(cells: Cells, out: Collector) -> str:
    underlying = cells.text("underlying")
    return out.security(
        ParsedSecurity(
            symbol=symbol_of(cells),
            name=cells.text("name"),
            kind=word(cells, "kind", SecurityKind),
            cusip=cells.text("cusip").upper(),
            asset_class=word(cells, "asset_class", AssetClass),
            sector=cells.text("sector"),
            tracked_index=cells.text("tracked_index"),
            role=cells.text("role"),
            underlying=normal_symbol(underlying) if underlying else "",
        )
    )

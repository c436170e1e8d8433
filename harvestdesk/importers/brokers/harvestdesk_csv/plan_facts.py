"""Rows of our own tables about how accounts take part in plans, and what is owned elsewhere."""

from decimal import Decimal

from harvestdesk.domain.account_rule import AccountRole
from harvestdesk.domain.money import ZERO
from harvestdesk.domain.security import AssetClass, SecurityKind, normal_symbol
from harvestdesk.importers.batch import ParsedAccountRule, ParsedOutside, ParsedSecurity
from harvestdesk.importers.brokers.harvestdesk_csv.cells import (
    MOST_SYMBOL,
    as_symbol,
    note_account,
    note_security,
    word,
)
from harvestdesk.importers.collect import Cells, Collector


def read_account_rule(cells: Cells, out: Collector) -> None:
    """Read one account's part in plans: the row is its whole rule."""
    key = cells.need_text("account", "the account's short name")
    role, menu = word(cells, "role", AccountRole) or AccountRole.NORMAL, _menu(cells)
    least = _amount(cells, "cash_min") or ZERO
    reserve, most = _amount(cells, "cash_reserve"), _amount(cells, "cash_max")
    reserve = least if reserve is None else reserve
    if reserve < least:
        raise cells.wrong("cash_reserve", "a reserve not below cash_min")
    if most is not None and most < reserve:
        raise cells.wrong("cash_max", "an amount not below cash_reserve, or an empty cell")
    if not out.is_first(("account_rule", key)):
        raise cells.wrong("account", "each account once; a row above has it already", "row.twice")
    note_account(cells, out)
    for symbol in menu:
        out.security(ParsedSecurity(symbol))
    out.account_rules.append(ParsedAccountRule(cells.line, key, role, menu, least, reserve, most))


def read_outside(cells: Cells, out: Collector) -> None:
    """Read one holding outside: of a security by its symbol, or of something described."""
    holding = cells.need_text("holding", "your words for it, such as Workplace plan")
    value = cells.need_money("value")
    if value <= 0:
        raise cells.wrong("value", "what it is worth, above zero")
    symbol = note_security(cells, out) if cells.text("symbol") else _describe(cells, out, holding)
    out.outside.append(ParsedOutside(cells.line, holding, symbol, value))


def _describe(cells: Cells, out: Collector, holding: str) -> str:
    """Record what has no symbol as a security that goes by its name."""
    name = cells.text("name") or holding
    symbol = normal_symbol(name)[:MOST_SYMBOL]
    if not symbol.isprintable():
        raise cells.wrong("holding", "words without control characters")
    asset_class = word(cells, "asset_class", AssetClass)
    if asset_class is None:
        raise cells.wrong("asset_class", "its asset class, or a symbol in the column symbol")
    kind = word(cells, "kind", SecurityKind) or SecurityKind.OTHER
    tracked = cells.text("tracked_index")
    return out.security(
        ParsedSecurity(symbol, name, kind, "", asset_class, cells.text("sector"), tracked)
    )


def _menu(cells: Cells) -> tuple[str, ...]:
    """Return the symbols of a menu, parted by semicolons or blanks, each once."""
    parts = cells.text("menu").replace(";", " ").split()
    symbols = [as_symbol(cells, "menu", part) for part in parts]
    return tuple(dict.fromkeys(symbols))


def _amount(cells: Cells, name: str) -> Decimal | None:
    amount = cells.money(name)
    if amount is not None and amount < 0:
        raise cells.wrong(name, "dollars of zero or more")
    return amount

"""Accounts and lots of the contract's `solve` from JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np

from harvestdesk.domain.account import AccountType
from harvestdesk.domain.lot import Term
from harvestdesk.domain.money import ZERO
from harvestdesk.optimize.engine.problem import BoolArray
from harvestdesk.optimize.engine.reading import Fields, refuse
from harvestdesk.optimize.engine.universe_facts import Universe
from harvestdesk.tax.holding_period import term_of

_ACCOUNT = ("id", "type", "cash", "min_cash", "menu", "never", "fractional")
_LOT = ("id", "account", "symbol", "shares", "basis_per_share", "acquired")
_TYPES = {t.value: t for t in AccountType} | {"traditional_ira": AccountType.TRADITIONAL_IRA}


@dataclass(frozen=True)
class Accounts:
    """Accounts as read: columns in the order of the document.

    Attributes:
        menus: [account, security] what is offered.
        never: [account] not traded in.
    """

    number: dict[str, int]
    cash: tuple[Decimal, ...]
    least: tuple[Decimal, ...]
    taxable: BoolArray
    menus: BoolArray
    never: BoolArray
    fractional: BoolArray

    @property
    def may_buy(self) -> BoolArray | None:
        """[account, security] what may be bought where; None: everything, everywhere."""
        allowed = self.menus & ~self.never[:, None]
        return None if allowed.all() else allowed


def read_accounts(top: Fields, universe: Universe, *, fractional: bool) -> Accounts:
    """Return the accounts of a problem."""
    number: dict[str, int] = {}
    cash, least, taxable, menus, never, parts = [], [], [], [], [], []
    for row in top.rows("accounts", _ACCOUNT):
        name = row.text("id")
        if name in number:
            refuse(row.at("id"), f"{name!r} is there twice.")
        number[name] = len(number)
        kind = row.text("type")
        if kind not in _TYPES:
            refuse(row.at("type"), f"{kind!r} is not known. Expected {', '.join(_TYPES)}.")
        taxable.append(_TYPES[kind].is_taxable)
        cash.append(row.money("cash"))
        least.append(row.money("min_cash", default=ZERO))
        menus.append(_menu(row, universe))
        never.append(row.flag("never", default=False))
        parts.append(row.flag("fractional", default=fractional))
    if not number:
        refuse("accounts", "expected at least one account.")
    return Accounts(
        number,
        tuple(cash),
        tuple(least),
        np.array(taxable, dtype=np.bool_),
        np.array(menus, dtype=np.bool_),
        np.array(never, dtype=np.bool_),
        np.array(parts, dtype=np.bool_),
    )


def _menu(row: Fields, universe: Universe) -> list[bool]:
    if not row.has("menu"):
        return [True] * len(universe.number)
    offered = {symbol for _, symbol in known_symbols(row, "menu", universe)}
    return [symbol in offered for symbol in universe.number]


def known_symbols(row: Fields, name: str, universe: Universe) -> list[tuple[int, str]]:
    """Return the numbers and symbols a list names, each of them a security's."""
    found = row.texts(name)
    for place, symbol in enumerate(found):
        if symbol not in universe.number:
            refuse(f"{row.at(name)}[{place}]", f"{symbol!r} is not among securities.")
    return [(universe.number[symbol], symbol) for symbol in found]


@dataclass(frozen=True)
class Lots:
    """Lots as read: columns in the order of the document."""

    ids: tuple[str, ...]
    security: tuple[int, ...]
    account: tuple[int, ...]
    shares: tuple[Decimal, ...]
    basis: tuple[Decimal, ...]
    long: tuple[bool, ...]


def read_lots(top: Fields, universe: Universe, accounts: Accounts, as_of: date) -> Lots:
    """Return the lots of a problem."""
    seen: set[str] = set()
    columns: list[tuple[str, int, int, Decimal, Decimal, bool]] = []
    for row in top.rows("lots", _LOT):
        name = row.text("id")
        if name in seen:
            refuse(row.at("id"), f"{name!r} is there twice.")
        seen.add(name)
        acquired = row.day("acquired")
        if acquired > as_of:
            refuse(row.at("acquired"), f"{acquired} is after as_of.")
        columns.append(
            (
                name,
                _known(row, "symbol", universe.number, "securities"),
                _known(row, "account", accounts.number, "accounts"),
                row.money("shares"),
                row.money("basis_per_share"),
                term_of(acquired, as_of) is Term.LONG,
            )
        )
    ids, security, account, shares, basis, long = (
        zip(*columns, strict=True) if columns else ((),) * 6
    )
    return Lots(ids, security, account, shares, basis, long)


def _known(row: Fields, name: str, numbers: Mapping[str, int], where: str) -> int:
    text = row.text(name)
    if text not in numbers:
        refuse(row.at(name), f"{text!r} is not among {where}.")
    return numbers[text]

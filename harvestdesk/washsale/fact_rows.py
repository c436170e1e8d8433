"""Transactions of case facts as ledger events; a row that can't be used is named with its field."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from harvestdesk.domain.account import ReliefMethod
from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.lot import Term
from harvestdesk.domain.money import ONE, ZERO, parse_decimal
from harvestdesk.washsale.events import (
    Acquire,
    CashMerger,
    Distribution,
    Event,
    Exchange,
    Pick,
    ReturnOfCapital,
    Sell,
    ShortClose,
    ShortOpen,
    SpinOff,
    Split,
)

Json = Mapping[str, Any]

WASHING_TYPES = frozenset({"buy", "recurring", "drip", "vest", "option_buy"})
BRINGING_TYPES = frozenset({"opening_lot", "transfer_in", "gift_in", "inherit"})
_EVERYWHERE = frozenset({"split", "spin_off", "merger", "symbol_change"})
"""Types that happen in every account where none is named."""
_YEARS = (1900, 2199)
_LARGEST = Decimal("1e15")
_MOST_DIGITS = 30
_RATIO = re.compile(r"\d{1,12}(\.\d{1,18})?(/\d{1,12}(\.\d{1,18})?)?")


class FactRows:
    """Reads the transactions of one ledger, and checks each against those before it."""

    def __init__(self, accounts: frozenset[str], as_of: date | None) -> None:
        self._accounts = accounts
        self._as_of = as_of
        self._ids: set[str] = set()
        self._lots: dict[str, date] = {}
        self._shorts: dict[str, date] = {}

    def read(self, row: Json) -> Event:
        """Return the event of a row.

        Raises:
            BadInputError: naming the transaction and the field that can't be used.
        """
        kind = text_of(row, "type")
        make = _MAKERS.get(kind)
        if make is None:
            raise BadInputError(f"{name_of(row)}: type {kind!r} is not known")
        event = make(row)
        self._check(row, kind, event)
        if isinstance(event, Acquire):
            if event.lot in self._lots:
                raise bad(row, "lot", f"{event.lot!r} is used twice")
            self._lots[event.lot] = event.on
        elif isinstance(event, ShortOpen):
            self._shorts[event.id] = event.on
        elif isinstance(event, ShortClose) and event.opens:
            opened = self._shorts.get(event.opens)
            if opened is None:
                raise bad(row, "opens", "no such short sale")
            if event.on < opened:
                raise bad(row, "date", f"short sale {event.opens} was opened only on {opened}")
        return event

    def check_picks(self, row: Json, event: Event) -> None:
        """Check the lots a sale names, once all rows are read.

        Raises:
            BadInputError: for a lot nothing brings in, or quantities that don't add up.
        """
        if not isinstance(event, (Sell, ShortClose)) or not event.picks:
            return
        for pick in event.picks:
            # A lot a spin-off made is named after the lot it came from.
            known = self._lots.get(pick.lot) or self._lots.get(pick.lot.rpartition("/")[0])
            if known is None and "/" not in pick.lot:
                raise bad(row, "lots", f"sells shares of lot {pick.lot}, which nothing brings in")
            if known is not None and known > event.on:
                raise bad(row, "lots", f"sells shares of lot {pick.lot} before {known}, their day")
        named = sum((p.quantity for p in event.picks), ZERO)
        if named != event.quantity:
            raise bad(row, "lots", f"they add up to {named}, not to the {event.quantity} sold")

    def _check(self, row: Json, kind: str, event: Event) -> None:
        if event.id in self._ids:
            raise bad(row, "id", f"{event.id!r} is used twice")
        self._ids.add(event.id)
        account = row.get("account")
        if account not in self._accounts and not (account is None and kind in _EVERYWHERE):
            raise bad(row, "account", f"{account!r} is none of the accounts")
        if self._as_of is not None and event.on > self._as_of:
            raise bad(row, "date", f"{event.on} is after {self._as_of}, the day of the facts")


# --- one type each ------------------------------------------------------------------------------


def _acquire(row: Json) -> Acquire:
    on = day_of(row, "date")
    acquired = day_of(row, "acquired") if row.get("acquired") else None
    if acquired is not None and acquired > on:
        raise bad(row, "acquired", f"{acquired} is after {on}, the day of the row")
    covers = _positive(row, "shares_per_unit") if "shares_per_unit" in row else ONE
    return Acquire(
        text_of(row, "id"), on, text_of(row, "account"), text_of(row, "symbol"),
        _positive(row, "quantity"), _money(row, ONE), str(row.get("lot") or text_of(row, "id")),
        purchase=str(row.get("purchase") or ""),
        washing=row["type"] in WASHING_TYPES,
        acquired=acquired,
        used=bool(row.get("already_replacement")),
        shares_per_unit=covers,
        always_long=row["type"] == "inherit",
    )  # fmt: skip


def _sell(row: Json) -> Sell:
    return Sell(
        *_who(row), _positive(row, "quantity"), _money(row, Decimal(-1)), _picks(row),
        method_of(row.get("method"), f"{name_of(row)}, field method"),
    )  # fmt: skip


def _split(row: Json) -> Split:
    return Split(
        text_of(row, "id"), day_of(row, "date"), text_of(row, "symbol"), _ratio(row),
        _account(row), _cash(row, "cash_in_lieu"),
    )  # fmt: skip


def _spin_off(row: Json) -> SpinOff:
    fraction = number_of(row, "basis_fraction")
    if not 0 <= fraction <= 1:
        raise bad(row, "basis_fraction", "expected a number from 0 to 1")
    return SpinOff(
        text_of(row, "id"), day_of(row, "date"), text_of(row, "symbol"), _new_symbol(row),
        _ratio(row), fraction, _account(row), _cash(row, "cash_in_lieu"),
    )  # fmt: skip


def _merger(row: Json) -> Exchange | CashMerger:
    cash = _cash(row, "cash_per_share")
    on, symbol = day_of(row, "date"), text_of(row, "symbol")
    if row.get("new_symbol") is None and row.get("ratio") is None:
        if cash <= 0:
            raise bad(row, "cash_per_share", "a merger pays shares, cash or both")
        return CashMerger(text_of(row, "id"), on, symbol, cash, _account(row))
    value = None if row.get("value_per_share") is None else _cash(row, "value_per_share")
    return Exchange(
        text_of(row, "id"), on, symbol, _new_symbol(row), _ratio(row), _account(row),
        cash=cash, value=value, cash_in_lieu=_cash(row, "cash_in_lieu"),
    )  # fmt: skip


def _symbol_change(row: Json) -> Exchange:
    ratio = Fraction(1) if row.get("ratio") is None else _ratio(row)
    return Exchange(
        text_of(row, "id"), day_of(row, "date"), text_of(row, "symbol"), _new_symbol(row), ratio,
        _account(row), same=True, cash_in_lieu=_cash(row, "cash_in_lieu"),
    )  # fmt: skip


def _return_of_capital(row: Json) -> ReturnOfCapital:
    return ReturnOfCapital(*_who(row), _cash(row, "total", needed=True))


def _distribution(row: Json) -> Distribution:
    term = row.get("term")
    if term not in {"short", "long"}:
        raise bad(row, "term", "expected short or long")
    return Distribution(*_who(row), Term(term), _cash(row, "total", needed=True))


def _short_open(row: Json) -> ShortOpen:
    return ShortOpen(*_who(row), _positive(row, "quantity"), _money(row, Decimal(-1)))


def _short_close(row: Json) -> ShortClose:
    """Return a closing: by shares bought to cover where the row has a cost, else by delivery."""
    picks = _picks(row)
    bought = not picks and (row.get("total") is not None or row.get("price") is not None)
    return ShortClose(
        *_who(row), _positive(row, "quantity"), str(row.get("opens") or ""),
        _money(row, ONE) if bought else None, picks,
        method_of(row.get("method"), f"{name_of(row)}, field method"),
    )  # fmt: skip


_MAKERS: dict[str, Callable[[Json], Event]] = {
    **dict.fromkeys(WASHING_TYPES | BRINGING_TYPES, _acquire),
    "sell": _sell,
    "split": _split,
    "spin_off": _spin_off,
    "merger": _merger,
    "symbol_change": _symbol_change,
    "roc": _return_of_capital,
    "capital_gain_distribution": _distribution,
    "short_open": _short_open,
    "short_close": _short_close,
}


# --- fields -------------------------------------------------------------------------------------


def name_of(row: Json) -> str:
    """Return what a message calls a row."""
    return f"transaction {row.get('id', '?')}"


def bad(row: Json, key: str, message: str) -> BadInputError:
    """Return the error of a field."""
    return BadInputError(f"{name_of(row)}, field {key}: {message}")


def text_of(row: Json, key: str) -> str:
    """Return a text that must be there."""
    value = row.get(key)
    if not isinstance(value, str) or not value:
        raise BadInputError(f"{name_of(row)}: field {key} is missing")
    return value


def day_of(row: Json, key: str) -> date:
    """Return a date that must be there."""
    value = text_of(row, key)
    try:
        day = date.fromisoformat(value)
    except ValueError as error:
        raise bad(row, key, f"{value!r} is not a date (expected YYYY-MM-DD)") from error
    if not _YEARS[0] <= day.year <= _YEARS[1]:
        raise bad(row, key, f"{value} is not a year this can be (1900 to 2199)")
    return day


def number_of(row: Json, key: str) -> Decimal:
    """Return a number that must be there."""
    value = parse_decimal(str(row.get(key)))
    if value is None:
        raise bad(row, key, f"{row.get(key)!r} is not a number (expected a decimal)")
    exponent = value.as_tuple().exponent
    if abs(value) >= _LARGEST or (isinstance(exponent, int) and exponent < -_MOST_DIGITS):
        raise bad(row, key, f"{row.get(key)!r} is out of reach (below 10^15, 30 decimals)")
    return value


def method_of(value: object, where: str) -> ReliefMethod | None:
    """Return a relief method, or None where nothing is said."""
    if value is None:
        return None
    try:
        return ReliefMethod(str(value))
    except ValueError as error:
        known = ", ".join(ReliefMethod)
        raise BadInputError(f"{where}: {value!r} is not one of {known}") from error


def _who(row: Json) -> tuple[str, date, str, str]:
    return text_of(row, "id"), day_of(row, "date"), text_of(row, "account"), text_of(row, "symbol")


def _account(row: Json) -> str | None:
    return None if row.get("account") is None else text_of(row, "account")


def _new_symbol(row: Json) -> str:
    symbol = text_of(row, "new_symbol")
    if symbol == row.get("symbol"):
        raise bad(row, "new_symbol", f"{symbol!r} is the old symbol")
    return symbol


def _positive(row: Json, key: str) -> Decimal:
    value = number_of(row, key)
    if value <= 0:
        raise bad(row, key, "must be positive")
    return value


def _cash(row: Json, key: str, *, needed: bool = False) -> Decimal:
    """Return dollars of zero or more; nothing given is zero unless `needed`."""
    if row.get(key) is None and not needed:
        return ZERO
    value = number_of(row, key)
    if value < 0:
        raise bad(row, key, "must not be negative")
    return value


def _money(row: Json, fee_sign: Decimal) -> Decimal:
    """Return the total of a row, or price times quantity with fees added or taken off."""
    if row.get("total") is not None:
        return _cash(row, "total")
    fees = _cash(row, "fees")
    return _cash(row, "price", needed=True) * _positive(row, "quantity") + fee_sign * fees


def _ratio(row: Json) -> Fraction:
    text = str(row.get("ratio"))
    if text.startswith("-"):
        raise bad(row, "ratio", "must be positive")
    if _RATIO.fullmatch(text) is None:
        raise bad(row, "ratio", "expected a number or a fraction such as 1/10")
    above, _, below = text.partition("/")
    ratio_below = Fraction(below or 1)
    if ratio_below == 0 or Fraction(above) == 0:
        raise bad(row, "ratio", "must be positive")
    return Fraction(above) / ratio_below


def _picks(row: Json) -> tuple[Pick, ...]:
    named = row.get("lots") or ()
    if not isinstance(named, (list, tuple)) or not all(isinstance(p, Mapping) for p in named):
        raise bad(row, "lots", "expected a list of lots with their quantities")
    picks: list[Pick] = []
    for pick in named:
        lot = pick.get("lot")
        if not isinstance(lot, str) or not lot:
            raise bad(row, "lots", "a lot has no name")
        count = parse_decimal(str(pick.get("quantity")))
        if count is None or count <= 0:
            raise bad(row, "lots", f"the quantity of lot {lot} must be a positive decimal")
        picks.append(Pick(lot, count, _replacement_first(pick.get("sublot_order"))))
    return tuple(picks)


def _replacement_first(order: object) -> bool | None:
    """Return False for `replacement_last`: shares that replaced nothing are sold first."""
    return None if order is None else order != "replacement_last"

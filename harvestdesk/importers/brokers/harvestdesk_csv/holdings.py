"""Rows of our own tables about accounts, securities, lots, the ledger and expected purchases."""

import re
from datetime import date
from decimal import Decimal

from harvestdesk.domain.account import AccountType, ReliefMethod
from harvestdesk.domain.lot import LotSource
from harvestdesk.domain.money import ZERO
from harvestdesk.domain.transaction import (
    ACQUISITIONS,
    ADDS_SHARES,
    PASSES_SHARES,
    SHORT_TYPES,
    TransactionType,
)
from harvestdesk.importers.batch import (
    ParsedAccount,
    ParsedCash,
    ParsedLot,
    ParsedPick,
    ParsedPrice,
    ParsedSchedule,
    ParsedTransaction,
)
from harvestdesk.importers.brokers.harvestdesk_csv.cells import (
    fraction,
    note_account,
    note_security,
    owners_of,
    symbol_of,
    whole,
    word,
    yes_no,
)
from harvestdesk.importers.collect import Cells, Collector
from harvestdesk.importers.values import CellError, parse_shares

_MOVES_SHARES = ADDS_SHARES | SHORT_TYPES | {TransactionType.SELL, TransactionType.TRANSFER_OUT}
_NEEDS_SYMBOL = _MOVES_SHARES | PASSES_SHARES | {TransactionType.SPLIT}
_BASIS_MAY_LACK = ADDS_SHARES - ACQUISITIONS | {TransactionType.VEST}
_NO_AMOUNT = PASSES_SHARES | {
    TransactionType.SPLIT,
    TransactionType.TRANSFER_OUT,
    TransactionType.SHORT_COVER,
    TransactionType.OTHER,
}
_SIGNED = {TransactionType.CASH, TransactionType.FEE, TransactionType.TAX, TransactionType.OTHER}


def read_account(cells: Cells, out: Collector) -> None:
    """Read one account and its cash."""
    key = cells.need_text("account", "a short name for the account, as other tables use it")
    kind = word(cells, "type", AccountType)
    if kind is None:
        raise cells.wrong("type", "one of " + ", ".join(m.value for m in AccountType))
    if out.knows(key):
        raise cells.wrong("account", "each account once; a row above has it already", "row.twice")
    cash, cash_on = cells.money("cash"), cells.day("cash_on")
    out.account(
        ParsedAccount(
            key=key,
            name=cells.text("name") or key,
            number_tail=cells.text("number_tail")[-4:],
            type_hint=kind,
            custodian=cells.text("custodian").lower() or "other",
            owners=owners_of(cells),
            relief=word(cells, "relief", ReliefMethod),
            reinvests=yes_no(cells, "reinvests"),
            fractional=yes_no(cells, "fractional"),
        )
    )
    if cash is not None:
        out.cash.append(ParsedCash(cells.line, key, cash_on, cash))


def read_security(cells: Cells, out: Collector) -> None:
    """Read one security."""
    if out.knows(symbol_of(cells)):
        raise cells.wrong("symbol", "each security once; a row above has it already", "row.twice")
    note_security(cells, out)


def read_lot(cells: Cells, out: Collector) -> None:
    """Read one open lot."""
    shares = cells.need_shares("shares")
    if shares <= 0:
        raise cells.wrong("shares", "a number of shares above zero")
    basis, acquired = cells.money("cost_basis"), cells.day("acquired")
    if basis is not None and basis < 0:
        raise cells.wrong("cost_basis", "a cost of zero or more")
    wash_added, source = cells.money("wash_added") or ZERO, word(cells, "source", LotSource)
    if wash_added < 0:
        raise cells.wrong("wash_added", "an amount of zero or more")
    adjusted, price = cells.day("adjusted_acquired"), cells.shares("price")
    as_of = _same_day(cells, out)
    key, symbol = note_account(cells, out), note_security(cells, out)
    lot = ParsedLot(
        line=cells.line,
        account_key=key,
        symbol=symbol,
        shares=shares,
        acquired_on=acquired,
        adjusted_acquired_on=adjusted or acquired,
        cost_basis=basis,
        wash_added=wash_added,
        source=source or LotSource.BUY,
        purchase=cells.text("purchase"),
        broker_ref=cells.text("broker_ref"),
    )
    out.add_lot(lot)
    if price is not None and as_of is not None:
        out.prices.append(ParsedPrice(cells.line, symbol, as_of, price))
    if basis is None:
        out.warn(
            cells.line,
            "the lot has no cost basis; it is shown but never planned",
            code="basis.missing",
        )
    if acquired is None:
        out.warn(
            cells.line,
            "the lot has no acquisition date; it is shown but never planned",
            code="date.missing",
        )


def _same_day(cells: Cells, out: Collector) -> date | None:
    """Return the day the lots are of; every row of the file must say the same."""
    day = cells.day("as_of")
    if day is None:
        return out.as_of
    if out.as_of is not None and day != out.as_of:
        raise cells.wrong(
            "as_of", f"{out.as_of.isoformat()} as in the rows above; one file is of one day"
        )
    out.as_of = day
    return day


def read_transaction(cells: Cells, out: Collector) -> None:
    """Read one ledger row."""
    kind = word(cells, "type", TransactionType)
    if kind is None:
        raise cells.wrong("type", "one of " + ", ".join(m.value for m in TransactionType))
    on = cells.need_date("date")
    shares, amount = _quantity(cells, kind), _amount(cells, kind)
    has_symbol = bool(cells.text("symbol"))
    if not has_symbol and kind in _NEEDS_SYMBOL:
        raise cells.wrong("symbol", "a ticker symbol or CUSIP")
    other, basis_fraction = _other(cells, kind, amount), _basis_fraction(cells, kind)
    row = ParsedTransaction(
        line=cells.line,
        account_key=cells.text("account"),
        on=on,
        type=kind,
        shares=shares,
        amount=amount,
        fees=abs(cells.money("fees") or ZERO),
        note=cells.text("note"),
        broker_ref=cells.text("broker_ref"),
        acquired_on=cells.day("acquired"),
        purchase=cells.text("purchase"),
        lot=cells.text("lot"),
        picks=_picks(cells),
        relief=word(cells, "relief", ReliefMethod),
        ratio=_ratio(cells),
        symbol=note_security(cells, out) if has_symbol else "",
        other_symbol=other,
        basis_fraction=basis_fraction,
    )
    note_account(cells, out)
    out.add_transaction(row)
    if amount is None and kind in ADDS_SHARES:
        out.warn(
            cells.line,
            "shares came in without a cost; their basis is unknown",
            code="basis.missing",
        )
    if kind is TransactionType.SPIN_OFF and basis_fraction is None:
        out.warn(
            cells.line,
            "the part of the basis that goes with the shares spun off is missing (Form 8937); the basis of "
            "both is unknown",
            column="basis_fraction",
            code="basis_fraction.missing",
        )


def _other(cells: Cells, kind: TransactionType, amount: Decimal | None) -> str:
    """Return the symbol of what shares become; only a merger for cash alone has none."""
    if not cells.text("other_symbol"):
        if kind is TransactionType.MERGER and amount:
            return ""
        if kind in PASSES_SHARES:
            raise cells.wrong("other_symbol", "the symbol of the shares that come")
        return ""
    if kind not in PASSES_SHARES:
        words = "an empty cell; only a spin_off, merger or symbol_change has another symbol"
        raise cells.wrong("other_symbol", words)
    other = symbol_of(cells, "other_symbol")
    if other == symbol_of(cells):
        raise cells.wrong("other_symbol", "another symbol than the first")
    return other


def _basis_fraction(cells: Cells, kind: TransactionType) -> Decimal | None:
    if not cells.text("basis_fraction"):
        return None
    if kind is not TransactionType.SPIN_OFF:
        raise cells.wrong("basis_fraction", "an empty cell; only a spin_off parts the basis")
    found = fraction(cells, "basis_fraction")
    if not 0 <= found <= 1:
        raise cells.wrong("basis_fraction", "a part from 0 to 1, or from 0% to 100%")
    return found


def _ratio(cells: Cells) -> Decimal | None:
    ratio = cells.shares("ratio")
    if ratio is not None and ratio <= 0:
        raise cells.wrong("ratio", "a ratio above zero: shares after, for one before")
    return ratio


def _quantity(cells: Cells, kind: TransactionType) -> Decimal:
    shares = cells.shares("shares")
    if kind in _MOVES_SHARES and (shares is None or shares <= 0):
        raise cells.wrong("shares", "a number of shares above zero (the type gives the direction)")
    if shares is not None and shares < 0 and kind is not TransactionType.SPLIT:
        raise cells.wrong("shares", "a number of shares above zero (the type gives the direction)")
    return ZERO if shares is None else shares


def _amount(cells: Cells, kind: TransactionType) -> Decimal | None:
    amount = cells.money("amount")
    if amount is None:
        if kind in _BASIS_MAY_LACK:
            return None
        if kind in _NO_AMOUNT:
            return ZERO
        raise cells.wrong("amount", "an amount in dollars")
    if amount < 0 and kind not in _SIGNED:
        raise cells.wrong("amount", "an amount of zero or more (the type gives the direction)")
    return amount


def _picks(cells: Cells) -> tuple[ParsedPick, ...]:
    """Return the lots a sale names: `lot=shares` parted by semicolons."""
    picks = []
    for part in cells.text("picks").split(";"):
        if not part.strip():
            continue
        match = re.fullmatch(r"\s*(?P<lot>[^=]+?)\s*=\s*(?P<shares>[^=]+?)\s*", part)
        try:
            shares = parse_shares(match["shares"]) if match else None
        except CellError:
            shares = None
        if match is None or shares is None or shares <= 0:
            raise cells.wrong("picks", "lot=shares, parted by semicolons, such as L1=10; L2=2.5")
        picks.append(ParsedPick(match["lot"], shares))
    return tuple(picks)


def read_schedule(cells: Cells, out: Collector) -> None:
    """Read one expected purchase."""
    kind = word(cells, "type", TransactionType)
    if kind not in {TransactionType.RECURRING, TransactionType.DRIP, TransactionType.VEST}:
        raise cells.wrong("type", "recurring, drip or vest")
    shares, amount = cells.shares("shares") or ZERO, cells.money("amount") or ZERO
    if shares < 0 or amount < 0:
        raise cells.wrong("shares" if shares < 0 else "amount", "zero or more")
    confirmed = yes_no(cells, "confirmed")
    entry = ParsedSchedule(
        line=cells.line,
        account_key=cells.text("account"),
        type=kind,
        symbol=symbol_of(cells),
        next_on=cells.need_date("next"),
        every_days=whole(cells, "every_days", 0),
        until=cells.day("until"),
        shares=shares,
        amount=amount,
        confirmed=True if confirmed is None else confirmed,
        note=cells.text("note"),
    )
    note_account(cells, out)
    out.schedule.append(entry)

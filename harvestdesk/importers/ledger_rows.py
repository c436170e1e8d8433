"""Broker rows to ledger rows: signs, missing costs and money-market moves, alike for every broker."""

from dataclasses import replace
from decimal import Decimal

from harvestdesk.domain.money import ZERO
from harvestdesk.domain.security import SecurityKind
from harvestdesk.domain.transaction import ACQUISITIONS, ADDS_SHARES, TransactionType
from harvestdesk.importers.batch import ParsedSecurity, ParsedTransaction
from harvestdesk.importers.collect import Cells, Collector
from harvestdesk.importers.symbols import is_money_market

_SHARES_NEEDED = ADDS_SHARES | {
    TransactionType.SELL,
    TransactionType.TRANSFER_OUT,
    TransactionType.SPLIT,
}
_INCOME = {
    TransactionType.DIVIDEND,
    TransactionType.CAPITAL_GAIN_LONG,
    TransactionType.CAPITAL_GAIN_SHORT,
    TransactionType.INTEREST,
    TransactionType.RETURN_OF_CAPITAL,
}
_NO_COST_GIVEN = {TransactionType.VEST, TransactionType.TRANSFER_IN, TransactionType.GIFT_IN}


_Settled = tuple[TransactionType, Decimal, Decimal | None]
"""Type, shares and amount as the ledger has them."""


def finished(
    out: Collector, row: ParsedTransaction, security: ParsedSecurity | None, cells: Cells
) -> ParsedTransaction:
    """Return the row with the ledger's signs, its security recorded; `amount` and `shares` come signed.

    Raises:
        CellError: when shares or money the type needs are missing.
    """
    if security is not None and is_money_market(security.symbol, security.name):
        row = _money_fund(out, row)
        security = replace(security, kind=SecurityKind.MONEY_MARKET)
    if row.type in _SHARES_NEEDED:
        kind, shares, amount = _with_shares(out, row, security, cells)
    elif row.type in _INCOME:
        kind, shares, amount = _income(out, row, cells)
    elif row.type is TransactionType.OTHER:
        kind, shares, amount = row.type, abs(row.shares), row.amount or ZERO
    else:
        kind, shares, amount = row.type, ZERO, row.amount
        if amount is None:
            amount = cells.need_money("amount")
    symbol = "" if security is None else out.security(security)
    return replace(row, type=kind, shares=shares, amount=amount, symbol=symbol)


def _money_fund(out: Collector, row: ParsedTransaction) -> ParsedTransaction:
    """Money-market shares are cash: buying and selling them changes neither lots nor windows."""
    if row.type not in _SHARES_NEEDED:
        return row
    out.info(row.line, "a money-market move: its money counts as cash", code="row.money_market")
    return replace(row, type=TransactionType.OTHER)


def _with_shares(
    out: Collector, row: ParsedTransaction, security: ParsedSecurity | None, cells: Cells
) -> _Settled:
    if security is None:
        raise cells.wrong("symbol", "a symbol for a row that moves shares")
    if not row.shares:
        raise cells.wrong("shares", "a number of shares")
    if row.type is TransactionType.SPLIT:
        return _split(out, row)
    shares, amount = abs(row.shares), row.amount
    if row.type is TransactionType.TRANSFER_OUT:
        return row.type, shares, ZERO
    if row.type in _NO_COST_GIVEN:  # what such rows call amount is a market value, never the basis
        out.warn(
            row.line,
            "shares came in without a cost: enter their basis before planning with them",
            code="basis.missing",
            text=security.symbol,
        )
        return row.type, shares, None
    if amount is None:
        raise cells.wrong("amount", "an amount, or a quantity and a price")
    if row.type in ACQUISITIONS and amount > 0 and cells.text("amount"):
        out.warn(
            row.line,
            "a purchase that brought money in; check it",
            code="amount.sign",
            text=security.symbol,
        )
    if row.type is TransactionType.SELL and amount < 0:
        out.warn(
            row.line,
            "a sale that cost money; its proceeds count as zero",
            code="amount.sign",
            text=security.symbol,
        )
        amount = ZERO
    return row.type, shares, abs(amount)


def _split(out: Collector, row: ParsedTransaction) -> _Settled:
    if row.shares > 0:
        return row.type, row.shares, ZERO
    out.warn(
        row.line,
        "a split that takes shares away is kept as a note; check the lots",
        code="row.reorganised",
    )
    return TransactionType.OTHER, abs(row.shares), ZERO


def _income(out: Collector, row: ParsedTransaction, cells: Cells) -> _Settled:
    amount = cells.need_money("amount") if row.amount is None else row.amount
    if amount >= 0:
        return row.type, ZERO, amount
    if row.type is TransactionType.INTEREST:
        return TransactionType.FEE, ZERO, amount
    out.warn(row.line, "a payment taken back is kept as a note", code="row.reversed")
    return TransactionType.OTHER, ZERO, amount

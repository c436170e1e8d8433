"""Fidelity account history: sentences for actions, columns that change every year."""

import re
from datetime import date
from decimal import Decimal

from harvestdesk.domain.money import ZERO
from harvestdesk.domain.transaction import TransactionType
from harvestdesk.importers.accounts import AccountNames
from harvestdesk.importers.batch import ImportBatch, ParsedAccount, ParsedTransaction
from harvestdesk.importers.brokers.fidelity.actions import (
    CASH,
    CORE,
    EFFECTIVE,
    OPTION,
    REORGANISED,
    RULES,
)
from harvestdesk.importers.brokers.fidelity.footer import Footer
from harvestdesk.importers.collect import Cells, Collector
from harvestdesk.importers.ledger_rows import finished
from harvestdesk.importers.symbols import described, option_root
from harvestdesk.importers.tolerant import Columns, Header, Row, Source, bind, find_header
from harvestdesk.importers.values import CellError, parse_date, total_of

BROKER = "fidelity"
_COLUMNS: Columns = {
    "date": ("run date",),
    "account": ("account",),
    "number": ("account number",),
    "action": ("action",),
    "symbol": ("symbol",),
    "description": ("description", "security description"),
    "registration": ("type", "security type"),
    "shares": ("quantity",),
    "price": ("price",),
    "commission": ("commission",),
    "fees": ("fees",),
    "accrued": ("accrued interest",),
    "amount": ("amount",),
    "currency": ("currency",),
    "settled": ("settlement date",),
}
_REQUIRED = ("date", "action", "symbol", "shares", "amount")
_NUMBER_AT_END = re.compile(r"(?P<name>.*?)\s+(?P<number>[A-Z]?\d{8,9})", re.ASCII)
_NUMBER_IN_FILE = re.compile(r"History_for_Account_(?P<number>[A-Za-z0-9]+)")
_DOLLARS = frozenset({"", "USD", "US DOLLAR"})


def recognise(source: Source) -> bool:
    """True for an account history."""
    return find_header(source.rows, _COLUMNS, _REQUIRED) is not None


def read(source: Source) -> ImportBatch:
    """Read an account history; the account comes from its columns or the file name, or is left open."""
    out = Collector(source, BROKER, "transactions", source.style)
    footer, names = Footer(out), AccountNames(BROKER)
    found = find_header(source.rows, _COLUMNS, _REQUIRED)
    position, header = found if found is not None else (0, Header(1, {}, ()))
    fallback = _account_of_file(source, names)
    for row in source.rows[position + 1 :]:
        if not footer.takes(row) and bind(row, _COLUMNS, _REQUIRED) is None:
            _read_row(out, header, row, names, fallback)
    out.as_of = footer.day
    if any(not t.account_key for t in out.transactions):
        out.warn(None, "the file does not name its account: choose it", code="account.missing")
    return out.batch()


def _account_of_file(source: Source, names: AccountNames) -> ParsedAccount:
    match = _NUMBER_IN_FILE.match(source.name)
    if match is None:
        return ParsedAccount(key="", custodian=BROKER)
    return names.account(match["number"], "")


def _account_of(cells: Cells, names: AccountNames, fallback: ParsedAccount) -> ParsedAccount:
    name, number = cells.text("account"), cells.text("number")
    if name and not number:
        match = _NUMBER_AT_END.fullmatch(name)
        if match is not None:
            name, number = match["name"], match["number"]
    return names.account(number, name) if name or number else fallback


def _read_row(
    out: Collector, header: Header, row: Row, names: AccountNames, fallback: ParsedAccount
) -> None:
    out.rows += 1
    if not out.usable(header, row):
        return
    cells = Cells(header, row, out.style)
    try:
        if cells.text("currency").upper() not in _DOLLARS:
            raise cells.wrong(
                "currency", "US dollars; amounts in other currencies are not read", "currency"
            )
        account = _account_of(cells, names, fallback)
        transaction = _transaction(out, cells, account.key)
        out.account(account)
        out.add_transaction(transaction)
    except CellError as error:
        out.cell_error(row.line, error)


def _transaction(out: Collector, cells: Cells, key: str) -> ParsedTransaction:
    run_on = cells.need_date("date")
    action = cells.need_text("action", "an action such as YOU BOUGHT")
    shares = cells.shares("shares") or ZERO
    kind = _kind(out, cells, action, shares)
    symbol, text = cells.text("symbol"), cells.text("description")
    amount = cells.money("amount")
    row = ParsedTransaction(
        line=cells.line,
        account_key=key,
        on=_effective(action) or run_on,
        type=kind,
        shares=shares,
        amount=_cost(cells, kind, shares) if amount is None else amount,
        fees=abs(cells.money("commission") or ZERO) + abs(cells.money("fees") or ZERO),
        note=" ".join(action.split()),
    )
    return finished(
        out,
        row,
        described(symbol, "" if text == "No Description" else text) if symbol else None,
        cells,
    )


def _cost(cells: Cells, kind: TransactionType, shares: Decimal) -> Decimal | None:
    """Return quantity times price where the amount is missing; the sign is the ledger's affair."""
    price = cells.shares("price")
    if price is None or not shares or kind is TransactionType.OTHER:
        return None
    gross = total_of(abs(shares), price)
    return gross if kind is TransactionType.SELL else -gross


def _effective(action: str) -> date | None:
    match = EFFECTIVE.search(action)
    if match is None:
        return None
    try:
        return parse_date(match[1])
    except CellError:
        return None


def _kind(out: Collector, cells: Cells, action: str, shares: Decimal) -> TransactionType:
    """Return the type of an action sentence; sentences nobody knows are kept as OTHER and said."""
    sentence = " ".join(action.split())
    if OPTION.search(sentence) or option_root(cells.text("symbol")) is not None:
        out.info(
            cells.line,
            "an option trade; it is kept as a note",
            code="row.option",
            text=cells.text("symbol"),
        )
        return TransactionType.OTHER
    if CORE.match(sentence):
        out.info(
            cells.line,
            "a move of the core account: its money counts as cash",
            code="row.money_market",
        )
        return TransactionType.OTHER
    kind = next((kind for pattern, kind in RULES if pattern.match(sentence)), None)
    if kind is TransactionType.TRANSFER_IN:
        return _moved(shares)
    if kind is TransactionType.SPLIT and not shares:
        kind = None
    if kind is not None and kind is not TransactionType.OTHER:
        return kind
    if CASH.match(sentence) and not shares:
        return TransactionType.CASH
    return _unknown(out, cells, sentence)


def _moved(shares: Decimal) -> TransactionType:
    if not shares:
        return TransactionType.CASH
    return TransactionType.TRANSFER_IN if shares > 0 else TransactionType.TRANSFER_OUT


def _unknown(out: Collector, cells: Cells, sentence: str) -> TransactionType:
    words = " ".join(sentence.split()[:4])
    known = REORGANISED.match(sentence)
    message = (
        f"“{words}” is kept as a note; check the lots of this security"
        if known
        else f"the action “{words}” is not known; the row is kept as a note"
    )
    out.warn(
        cells.line, message, column="Action", code="row.reorganised" if known else "action.unknown"
    )
    return TransactionType.OTHER

"""Schwab transactions: CSV with and without banner, in any column order, and JSON."""

import json
from collections.abc import Iterator
from decimal import Decimal

from harvestdesk.domain.money import ZERO
from harvestdesk.domain.transaction import ACQUISITIONS, TransactionType
from harvestdesk.importers.accounts import AccountNames
from harvestdesk.importers.batch import ImportBatch, ParsedAccount, ParsedTransaction
from harvestdesk.importers.brokers.schwab.actions import MOVED, OPTION_WORDS, REORGANISED, TYPES
from harvestdesk.importers.brokers.schwab.titles import BROKER, account_in_file_name, title_of
from harvestdesk.importers.collect import Cells, Collector
from harvestdesk.importers.ledger_rows import finished
from harvestdesk.importers.symbols import described, option_root
from harvestdesk.importers.tolerant import Columns, Header, Row, Source, bad_file, find_header
from harvestdesk.importers.values import CellError, total_of

_COLUMNS: Columns = {
    "date": ("date",),
    "action": ("action",),
    "symbol": ("symbol",),
    "description": ("description",),
    "shares": ("quantity", "qty"),
    "price": ("price",),
    "fees": ("fees & comm", "fees & commissions", "fees and comm"),
    "amount": ("amount",),
}
_REQUIRED = ("date", "action", "symbol", "shares", "amount", "fees")
_PRICED = ACQUISITIONS | {TransactionType.SELL}
_JSON_KEY = '"BrokerageTransactions"'
_JSON_FIELDS = (
    "Date",
    "Action",
    "Symbol",
    "Description",
    "Quantity",
    "Price",
    "Fees & Comm",
    "Amount",
)


def recognise(source: Source) -> bool:
    """True for transactions, CSV or JSON."""
    if source.head.startswith("{"):
        return _JSON_KEY in source.text
    if any(_is_banner(row) for row in source.rows[:3]):
        return find_header(source.rows, _COLUMNS, _REQUIRED) is not None or len(source.rows) == 1
    return find_header(source.rows, _COLUMNS, _REQUIRED) is not None


def _is_banner(row: Row) -> bool:
    return (
        row.cells[0].strip().lower().startswith("transactions")
        and title_of(row.cells[0]) is not None
    )


def read(source: Source) -> ImportBatch:
    """Read transactions; the account comes from the banner or the file name, or is left open.

    Raises:
        BadInputError: when the header row is missing, or the JSON is damaged.
    """
    out = Collector(source, BROKER, "transactions", source.style)
    account = account_in_file_name(source, AccountNames(BROKER))
    if source.is_markup:
        rows, header = list(_json_rows(source)), _json_header()
    else:
        found = find_header(source.rows, _COLUMNS, _REQUIRED)
        if found is None:
            raise bad_file(
                source.name,
                "this Schwab transactions file has no header row; it may be cut short",
                line=source.rows[-1].line,
                expected="a row that starts Date, Action, Symbol, Description",
                code="header",
            )
        rows, header = list(source.rows[found[0] + 1 :]), found[1]
        for row in source.rows[: found[0]]:
            title = title_of(row.cells[0])
            if title is not None:
                out.as_of = title.as_of
                account = _stated(title.account, account)
    key = out.account(account)
    if not key:
        out.warn(None, "the file does not name its account: choose it", code="account.missing")
    for row in rows:
        _read_row(out, header, row, key)
    return out.batch()


def _stated(banner: str, in_name: ParsedAccount) -> ParsedAccount:
    """Return the account a banner names, with the digits of the file name where the banner has none."""
    stated = AccountNames(BROKER).masked(banner)
    if not stated.key:
        return in_name
    if stated.number_tail or not in_name.number_tail:
        return stated
    return AccountNames(BROKER).account(in_name.number_tail, stated.name)


def _read_row(out: Collector, header: Header, row: Row, key: str) -> None:
    out.rows += 1
    if not out.usable(header, row):
        return
    cells = Cells(header, row, out.style)
    if "total" in cells.text("date").lower():
        out.info(row.line, "a total, not a transaction", code="row.total")
        return
    try:
        transaction = _transaction(out, cells, key)
        out.add_transaction(transaction)
    except CellError as error:
        out.cell_error(row.line, error)


def _transaction(out: Collector, cells: Cells, key: str) -> ParsedTransaction:
    on = cells.need_date("date")
    action = cells.need_text("action", "an action such as Buy or Sell")
    word = " ".join(action.lower().split())
    symbol, text = cells.text("symbol"), cells.text("description")
    shares, amount = cells.shares("shares"), cells.money("amount")
    price, fees = cells.shares("price"), abs(cells.money("fees") or ZERO)
    kind = _kind(out, cells, word, shares)
    if amount is None and shares and price and kind in _PRICED:
        amount = _computed(kind, shares, price, fees)
    row = ParsedTransaction(
        line=cells.line,
        account_key=key,
        on=on,
        type=kind,
        shares=ZERO if shares is None else shares,
        amount=amount,
        fees=fees,
        note=f"{action}: {text}" if text else action,
    )
    security = described(symbol, text) if symbol else None
    return finished(out, row, security, cells)


def _computed(kind: TransactionType, shares: Decimal, price: Decimal, fees: Decimal) -> Decimal:
    gross = total_of(abs(shares), price)
    return gross - fees if kind is TransactionType.SELL else gross + fees


def _kind(out: Collector, cells: Cells, word: str, shares: Decimal | None) -> TransactionType:
    """Return the type of an action word; words nobody knows are kept as OTHER and said."""
    if word in OPTION_WORDS or option_root(cells.text("symbol")) is not None:
        out.info(
            cells.line,
            "an option trade; it is kept as a note",
            code="row.option",
            text=cells.text("symbol"),
        )
        return TransactionType.OTHER
    if word in TYPES:
        return TYPES[word]
    if word in MOVED and shares:
        return TransactionType.TRANSFER_IN if shares > 0 else TransactionType.TRANSFER_OUT
    if word in MOVED:
        return TransactionType.CASH
    message = (
        f"“{cells.text('action')}” is kept as a note; check the lots of this security"
        if word in REORGANISED
        else f"the action “{cells.text('action')}” is not known; the row is kept as a note"
    )
    code = "row.reorganised" if word in REORGANISED else "action.unknown"
    out.warn(cells.line, message, column=cells.wrong("action", "").column, code=code)
    return TransactionType.OTHER


# --- JSON ------------------------------------------------------------------------------------------


def _json_header() -> Header:
    index = {field: position for position, field in enumerate(_COLUMNS)}
    return Header(1, index, _JSON_FIELDS)


def _json_rows(source: Source) -> Iterator[Row]:
    """Yield the transactions of a JSON file with the line each object starts on."""
    text = source.text.lstrip("\ufeff")
    try:
        json.loads(text)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        raise bad_file(
            source.name,
            "this Schwab JSON file is damaged",
            line=line,
            expected="a whole JSON file",
            code="json",
        ) from error
    decoder = json.JSONDecoder()
    position = (
        text.index("[", text.index(_JSON_KEY)) + 1
        if "[" in text[text.index(_JSON_KEY) :]
        else len(text)
    )
    line, counted = 1, 0
    while position < len(text):
        if text[position] in " \t\r\n,":
            position += 1
            continue
        if text[position] != "{":
            break
        entry, end = decoder.raw_decode(text, position)
        line += text.count("\n", counted, position)
        counted = position
        yield Row(line, tuple(_json_text(entry.get(field)) for field in _JSON_FIELDS))
        position = end


def _json_text(value: object) -> str:
    return "" if value is None else str(value)

"""Fidelity positions: all accounts in one table, with cash, totals and linked outside accounts."""

from datetime import date

from harvestdesk.importers.accounts import AccountNames
from harvestdesk.importers.batch import ImportBatch, ParsedCash, ParsedPosition
from harvestdesk.importers.brokers.fidelity.footer import Footer, day_in_name
from harvestdesk.importers.collect import Cells, Collector
from harvestdesk.importers.symbols import described, is_money_market, option_root, price_per_unit
from harvestdesk.importers.tolerant import Columns, Header, Row, Source, bind, find_header
from harvestdesk.importers.values import CellError

BROKER = "fidelity"
_COLUMNS: Columns = {
    "number": ("account number", "account name/number"),
    "account": ("account name",),
    "symbol": ("symbol",),
    "description": ("description",),
    "shares": ("quantity",),
    "price": ("last price",),
    "value": ("current value",),
    "basis": ("cost basis total", "cost basis"),
    "registration": ("type",),
}
_REQUIRED = ("number", "symbol", "shares", "price", "value")
_BARE_CASH = frozenset({"**", "USD***", "CASH", "CASH**"})


def recognise(source: Source) -> bool:
    """True for a positions file."""
    return find_header(source.rows, _COLUMNS, _REQUIRED) is not None


def read(source: Source) -> ImportBatch:
    """Read the positions of all accounts of a file."""
    out = Collector(source, BROKER, "positions", source.style)
    footer = Footer(out)
    found = find_header(source.rows, _COLUMNS, _REQUIRED)
    position, header = found if found is not None else (0, Header(1, {}, ()))
    data = [
        row
        for row in source.rows[position + 1 :]
        if not footer.takes(row) and bind(row, _COLUMNS, _REQUIRED) is None
    ]
    out.as_of = footer.day or day_in_name(source.name)
    if out.as_of is None:
        out.warn(
            None,
            "the file does not say which day its prices are of (its last line, Date downloaded, is missing)",
            code="date.missing",
        )
    names = AccountNames(BROKER)
    for row in data:
        _read_row(out, header, row, names, out.as_of)
    return out.batch()


def _read_row(
    out: Collector, header: Header, row: Row, names: AccountNames, as_of: date | None
) -> None:
    out.rows += 1
    if not out.usable(header, row):
        return
    cells = Cells(header, row, out.style)
    number, symbol, text = cells.text("number"), cells.text("symbol"), cells.text("description")
    try:
        if number.lower().endswith(" total") or number.lower() == "total":
            out.info(row.line, "a total, not a holding", code="row.total", text=row.text)
        elif "pending activity" in {symbol.lower(), text.lower()}:
            out.info(
                row.line,
                "pending activity: it will come with the history",
                code="row.pending",
                text=row.text,
            )
        elif option_root(symbol) or (not symbol and option_root(text)):
            out.warn(
                row.line,
                "an option position; options are not held yet",
                code="row.option",
                text=symbol or text,
            )
        elif not number and not cells.text("account"):
            raise cells.wrong("number", "an account number")
        else:
            key = out.account(names.account(number, cells.text("account")))
            _read_holding(out, cells, key, as_of)
    except CellError as error:
        out.cell_error(row.line, error)


def _read_holding(out: Collector, cells: Cells, key: str, as_of: date | None) -> None:
    symbol, text = cells.text("symbol"), cells.text("description")
    if symbol.upper() in _BARE_CASH or is_money_market(symbol, text):
        out.cash.append(ParsedCash(cells.line, key, as_of, cells.need_money("value")))
        return
    cells.need_text("symbol", "a ticker symbol or CUSIP")
    shares = cells.need_shares("shares")
    if shares <= 0:
        out.warn(cells.line, "a short position was left out", code="row.short", text=symbol)
        return
    value, basis, price = cells.money("value"), cells.money("basis"), cells.shares("price")
    name = out.security(described(symbol, text))
    unit = price_per_unit(price, shares, value)
    out.positions.append(ParsedPosition(cells.line, key, name, shares, unit, as_of, basis, value))
    if basis is None:
        out.warn(
            cells.line,
            "the broker gives no cost basis for this position",
            code="basis.missing",
            text=symbol,
        )

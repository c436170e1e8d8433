"""Price histories: `date,symbol,close` in rows, perhaps with `volume`, or one column per symbol."""

import re
from datetime import date

from harvestdesk.domain.security import normal_symbol
from harvestdesk.importers.batch import ImportBatch, ParsedPrice, ParsedSecurity
from harvestdesk.importers.collect import Cells, Collector
from harvestdesk.importers.reader import Reader
from harvestdesk.importers.tolerant import Columns, Header, Source, bad_file, bind, normal_name
from harvestdesk.importers.values import CellError, parse_date

_LONG: Columns = {
    "date": ("date", "day"),
    "symbol": ("symbol", "ticker"),
    "volume": ("volume", "shares traded"),
    "close": ("close", "price", "closing price", "close price", "adj close", "adjusted close"),
}
_NOT_PRICES = frozenset(
    {"quantity", "shares", "amount", "action", "type", "activitytype", "account", "account number"}
)
_SYMBOL = re.compile(r"[A-Z0-9^][A-Z0-9.^/-]{0,14}", re.ASCII)
_WORDS = frozenset(
    {
        "symbol",
        "ticker",
        "price",
        "close",
        "amount",
        "quantity",
        "action",
        "type",
        "description",
        "open",
    }
)


def recognise(source: Source) -> str | None:
    """Return "prices" for a table of closing prices, or None."""
    if not source.rows:
        return None
    names = {normal_name(cell) for cell in source.rows[0].cells}
    if (
        bind(source.rows[0], _LONG, ("date", "symbol", "close")) is not None
        and not names & _NOT_PRICES
    ):
        return "prices"
    return "prices" if _is_wide(source) else None


def _is_wide(source: Source) -> bool:
    """True if the header is `date` and symbols, and the first row of values starts with a day."""
    if len(source.rows) < 2:
        return False
    first, *symbols = [cell.strip() for cell in source.rows[0].cells]
    while symbols and not symbols[-1]:
        symbols.pop()
    if normal_name(first) != "date" or not symbols or _WORDS & {s.lower() for s in symbols}:
        return False
    if not all(_SYMBOL.fullmatch(symbol) for symbol in symbols):
        return False
    try:
        return parse_date(source.rows[1].cells[0]) is not None
    except CellError:
        return False


def read(source: Source, kind: str) -> ImportBatch:
    """Read closing prices; a day given twice for a symbol is a problem, the first one counts.

    Raises:
        BadInputError: when the header names a symbol twice.
    """
    out = Collector(source, "prices", kind, source.style)
    seen: dict[tuple[str, date], int] = {}
    long = bind(source.rows[0], _LONG, ("date", "symbol", "close"))
    header = long or _wide_header(source)
    for row in source.rows[1:]:
        out.rows += 1
        if not out.usable(header, row):
            continue
        try:
            if long is not None:
                _add(out, seen, Cells(header, row, out.style), "symbol", "close")
            else:
                _read_wide(out, seen, Cells(header, row, out.style), header)
        except CellError as error:
            out.cell_error(row.line, error)
    days = [price.on for price in out.prices]
    out.as_of = max(days) if days else None
    return out.batch()


def _wide_header(source: Source) -> Header:
    names = [cell.strip() for cell in source.rows[0].cells]
    while names and not names[-1]:
        names.pop()
    index: dict[str, int] = {}
    for position, name in enumerate(names):
        key = "date" if position == 0 else normal_symbol(name)
        if key in index:
            raise bad_file(
                source.name,
                f"the column {name} stands twice",
                line=source.rows[0].line,
                expected="each symbol once",
                code="column_twice",
            )
        index[key] = position
    return Header(source.rows[0].line, index, tuple(names))


def _read_wide(
    out: Collector, seen: dict[tuple[str, date], int], cells: Cells, header: Header
) -> None:
    """Read the prices of a day: a bad cell loses itself, not its neighbours."""
    cells.need_date("date")
    found = False
    for symbol in header.index:
        if symbol == "date":
            continue
        try:
            found = _add(out, seen, cells, None, symbol) or found
        except CellError as error:
            out.cell_error(cells.line, error)
            found = True
    if not found:
        out.info(cells.line, "the row holds no prices", code="row.blank")


def _add(
    out: Collector,
    seen: dict[tuple[str, date], int],
    cells: Cells,
    symbol_field: str | None,
    price_field: str,
) -> bool:
    """Add one price; False for an empty cell of a wide table."""
    on = cells.need_date("date")
    price = cells.shares(price_field) if symbol_field is None else cells.need_shares(price_field)
    if price is None:
        return False
    if price <= 0:
        raise cells.wrong(price_field, "a price above zero")
    volume = None if symbol_field is None else cells.shares("volume")
    if volume is not None and volume < 0:
        raise cells.wrong("volume", "shares traded on the day, zero or more")
    name = price_field if symbol_field is None else cells.need_text(symbol_field, "a ticker symbol")
    symbol = normal_symbol(name)
    before = seen.setdefault((symbol, on), cells.line)
    if before != cells.line:
        raise cells.wrong(
            price_field, f"one price a day; line {before} has one already", "price.twice"
        )
    out.security(ParsedSecurity(symbol))
    out.prices.append(ParsedPrice(cells.line, symbol, on, price, volume))
    return True


READER = Reader("prices", "Price history CSV", recognise, read)

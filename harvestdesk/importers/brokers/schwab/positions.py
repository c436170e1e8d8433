"""Schwab positions: one account or several, columns in any order, three generations of headers."""

from harvestdesk.domain.security import SecurityKind
from harvestdesk.importers.accounts import AccountNames
from harvestdesk.importers.batch import ImportBatch, ParsedAccount, ParsedCash, ParsedPosition
from harvestdesk.importers.brokers.schwab.titles import BROKER, title_of
from harvestdesk.importers.collect import Cells, Collector
from harvestdesk.importers.symbols import described, is_money_market, option_root, price_per_unit
from harvestdesk.importers.tolerant import Columns, Header, Row, Source, bad_file, bind, find_header
from harvestdesk.importers.values import CellError

_COLUMNS: Columns = {
    "symbol": ("symbol",),
    "description": ("description", "name"),
    "shares": ("quantity", "qty"),
    "price": ("price",),
    "value": ("market value", "mkt val"),
    "basis": ("cost basis",),
    "kind": ("security type", "asset type"),
    "day_change": ("day change $", "day chng $"),
}
_REQUIRED = ("symbol", "shares", "value")
_CASH = frozenset({"cash & cash investments", "cash and cash investments", "cash & money market"})
_TOTALS = frozenset({"account total", "positions total", "total", "accounts total"})
_KINDS = {
    "equity": SecurityKind.STOCK,
    "etfs & closed end funds": SecurityKind.ETF,
    "mutual fund": SecurityKind.MUTUAL_FUND,
    "fixed income": SecurityKind.BOND,
    "option": SecurityKind.OPTION,
    "cash and money market": SecurityKind.MONEY_MARKET,
}


def recognise(source: Source) -> bool:
    """True for a positions file: by its title, or by its header where the title is gone."""
    found = find_header(source.rows, _COLUMNS, _REQUIRED)
    for row in source.rows[:5]:
        title = title_of(row.cells[0])
        if (
            title is not None
            and not title.symbol
            and row.cells[0].strip().lower().startswith("positions")
        ):
            return True
    return found is not None and found[1].has("day_change") and found[1].has("kind")


def read(source: Source) -> ImportBatch:
    """Read a positions file.

    Raises:
        BadInputError: when there is no header row.
    """
    if find_header(source.rows, _COLUMNS, _REQUIRED) is None:
        raise bad_file(
            source.name,
            "this Schwab positions file has no header row; it may be cut short",
            line=source.rows[-1].line,
            expected="a row that starts Symbol, Description and names Quantity and Market Value",
            code="header",
        )
    reading = _Reading(source)
    for position, row in enumerate(source.rows):
        reading.take(row, source.rows[position + 1] if position + 1 < len(source.rows) else None)
    reading.finish()
    return reading.out.batch()


class _Reading:
    """The state of one pass: the header in force, the account in force, and whether its total came."""

    def __init__(self, source: Source) -> None:
        self.out = Collector(source, BROKER, "positions", source.style)
        self._names = AccountNames(BROKER)
        self._header: Header | None = None
        self._account = ParsedAccount(key="", custodian=BROKER)
        self._open_since: int | None = None

    def take(self, row: Row, following: Row | None) -> None:
        """Take the next row: a title, an account, a header or data."""
        title = title_of(row.cells[0])
        if title is not None:
            self.out.as_of = title.as_of or self.out.as_of
            if title.account:
                self._account = self._names.masked(title.account)
            return
        header = bind(row, _COLUMNS, _REQUIRED)
        if header is not None:
            self._header = header
            self._open_since = row.line
        elif (
            row.filled == 1
            and following is not None
            and bind(following, _COLUMNS, _REQUIRED) is not None
        ):
            self._account = self._names.masked(row.text)
        elif self._header is not None:
            self._data(self._header, row)
        elif row.filled:
            self.out.info(row.line, "a line above the table", text=row.text)

    def _data(self, header: Header, row: Row) -> None:
        self.out.rows += 1
        if not self.out.usable(header, row):
            return
        cells = Cells(header, row, self.out.style)
        name = " ".join(cells.text("symbol").lower().split())
        try:
            if name in _TOTALS:
                self._open_since = None
                self.out.info(row.line, "a total, not a holding", code="row.total", text=row.text)
            elif name.startswith("futures"):
                self.out.warn(row.line, "futures are not read", code="row.futures", text=row.text)
            elif name in _CASH or self._is_cash(cells):
                self._cash(cells)
            else:
                self._holding(cells)
        except CellError as error:
            self.out.cell_error(row.line, error)

    def _is_cash(self, cells: Cells) -> bool:
        kind = cells.text("kind").lower()
        return kind == "cash and money market" or is_money_market(
            cells.text("symbol"), cells.text("description")
        )

    def _cash(self, cells: Cells) -> None:
        value = cells.need_money("value")
        key = self.out.account(self._account)
        self.out.cash.append(ParsedCash(cells.line, key, self.out.as_of, value))

    def _holding(self, cells: Cells) -> None:
        symbol = cells.need_text("symbol", "a ticker symbol")
        line = cells.line
        if option_root(symbol) is not None:
            self.out.warn(
                line, "an option position; options are not held yet", code="row.option", text=symbol
            )
            return
        shares = cells.need_shares("shares")
        if shares <= 0:
            what = "a short position" if shares < 0 else "a position of no shares"
            self.out.warn(line, f"{what} was left out", code="row.short", text=symbol)
            return
        value, basis, price = cells.money("value"), cells.money("basis"), cells.shares("price")
        kind = _KINDS.get(cells.text("kind").lower())
        name = self.out.security(described(symbol, cells.text("description"), kind))
        key = self.out.account(self._account)
        unit = price_per_unit(price, shares, value)
        self.out.positions.append(
            ParsedPosition(line, key, name, shares, unit, self.out.as_of, basis, value)
        )
        if basis is None:
            self.out.warn(
                line,
                "the broker gives no cost basis for this position",
                code="basis.missing",
                text=symbol,
            )

    def finish(self) -> None:
        """Say what the file as a whole lacks."""
        if self._open_since is not None and self.out.rows:
            self.out.warn(
                self._open_since,
                "the table that starts here has no total row; the file may be cut short",
                code="file.cut",
            )
        if self.out.as_of is None:
            self.out.warn(
                None, "the file does not say which day its prices are of", code="date.missing"
            )
        if not self._account.key:
            self.out.warn(None, "the file does not name its account", code="account.missing")

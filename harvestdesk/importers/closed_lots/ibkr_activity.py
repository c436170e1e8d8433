"""Interactive Brokers, activity statement in CSV: ClosedLot rows below the sale that closed them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from harvestdesk.domain.lot import Term
from harvestdesk.domain.money import ZERO, cents
from harvestdesk.importers.accounts import AccountNames
from harvestdesk.importers.closed_lots.batch import (
    ClosedLot,
    ClosedLotBatch,
    ClosedLotCollector,
    need_lot_shares,
)
from harvestdesk.importers.collect import Cells
from harvestdesk.importers.symbols import described
from harvestdesk.importers.tolerant import Columns, Header, Row, Source, bad_file, bind
from harvestdesk.importers.values import CellError

BROKER = "ibkr"
_COLUMNS: Columns = {
    "level": ("datadiscriminator",),
    "class": ("asset category",),
    "currency": ("currency",),
    "account": ("account",),
    "symbol": ("symbol",),
    "when": ("date/time",),
    "shares": ("quantity",),
    "proceeds": ("proceeds",),
    "fees": ("comm/fee", "comm in usd", "comm"),
    "basis": ("basis",),
    "gain": ("realized p/l",),
    "code": ("code",),
}
_REQUIRED = ("level", "symbol", "when", "shares", "basis")


@dataclass(frozen=True, slots=True)
class _Sale:
    """The trade the closed lots below it belong to; `net` in dollars, after commission."""

    symbol: str
    on: date
    shares: Decimal
    net: Decimal


def recognise(source: Source) -> str | None:
    """Return "activity statement" for an activity statement with closed lots, or None."""
    if not source.head.lstrip('"').startswith("Statement"):
        return None
    return "activity statement" if any(_is_closed_lot(row) for row in source.rows) else None


def _is_closed_lot(row: Row) -> bool:
    return len(row.cells) > 3 and row.cells[0] == "Trades" and row.cells[2] == "ClosedLot"


def read(source: Source) -> ClosedLotBatch:
    """Read the closed lots of the Trades section.

    Raises:
        BadInputError: when the section has no header.
    """
    reading = _Reading(ClosedLotCollector(source, BROKER, "activity statement"), source.rows)
    for row in source.rows:
        if row.cells[0] == "Trades" and len(row.cells) > 2:
            reading.take(row)
    return reading.out.closed()


class _Reading:
    """One pass over the Trades section: closed lots stand below the trade that closed them."""

    def __init__(self, out: ClosedLotCollector, rows: Sequence[Row]) -> None:
        self.out = out
        self._names = AccountNames(BROKER)
        self._number = next(
            (
                row.cells[3].strip()
                for row in rows
                if row.cells[:3] == ("Account Information", "Data", "Account")
                and len(row.cells) > 3
            ),
            "",
        )
        self._header: Header | None = None
        self._sale: _Sale | None = None

    def take(self, row: Row) -> None:
        """Take one row of the section."""
        if row.cells[1] == "Header":
            self._header, self._sale = bind(row, _COLUMNS, _REQUIRED), None
            return
        if self._header is None:
            raise bad_file(
                self.out.source.name,
                "the section Trades has no header with a basis",
                line=row.line,
                expected="Trades,Header,DataDiscriminator,... with Symbol, Date/Time, Quantity and Basis",
                code="header",
            )
        cells = Cells(self._header, row, self.out.style)
        if row.cells[2] == "ClosedLot":
            self.out.take(row.line, cells, self._lot)
        elif row.cells[1] == "Data" and row.cells[2] in {"Order", "Trade"}:
            self._sale = _sale(cells)

    def _lot(self, cells: Cells) -> ClosedLot:
        sale, symbol = self._sale, cells.need_text("symbol", "a symbol")
        if cells.text("currency").upper() not in {"USD", ""}:
            raise cells.wrong(
                "currency", "USD; amounts in other currencies are not read", "currency"
            )
        if sale is None or sale.symbol != symbol:
            raise cells.wrong("symbol", "a trade of the same symbol above its closed lots")
        shares, basis = need_lot_shares(cells, "shares"), cells.need_money("basis")
        gain = cells.money("gain")
        short = basis < 0 or sale.shares > 0
        cost = abs(basis)
        net = sale.net * abs(shares) / abs(sale.shares) if gain is None else None
        opened = cells.day("when")
        number = cells.text("account") or self._number
        return ClosedLot(
            line=cells.line,
            account_key=self.out.account(self._names.account(number, "")) if number else "",
            symbol=self.out.security(described(symbol, "")),
            shares=abs(shares),
            sold=sale.on,
            proceeds=_proceeds(cost, gain, net, short=short),
            basis=_basis(cost, gain, net, short=short),
            acquired=opened,
            washed="LD" in cells.text("code").upper().split(";"),
            term=_term(cells),
            short_sale=short,
        )


def _proceeds(cost: Decimal, gain: Decimal | None, net: Decimal | None, *, short: bool) -> Decimal:
    """Return proceeds: of a short sale the opening side, else the cost and the result, or the trade's part."""
    if short:
        return cost
    return cost + gain if gain is not None else cents(net or ZERO)


def _basis(cost: Decimal, gain: Decimal | None, net: Decimal | None, *, short: bool) -> Decimal:
    if not short:
        return cost
    return cost - gain if gain is not None else cents(-(net or ZERO))


def _sale(cells: Cells) -> _Sale | None:
    """Return a trade's symbol, day, shares and net money, or None where its cells can't be read."""
    try:
        on, shares = cells.day("when"), cells.shares("shares")
        money, fees = cells.money("proceeds") or ZERO, cells.money("fees") or ZERO
    except CellError:
        return None
    if on is None or not shares:
        return None
    return _Sale(cells.text("symbol"), on, shares, money - abs(fees))


def _term(cells: Cells) -> Term | None:
    codes = cells.text("code").upper().split(";")
    return Term.LONG if "LT" in codes else Term.SHORT if "ST" in codes else None

"""Schwab lot details: one file per symbol, with four more columns once a loss was disallowed."""

from datetime import date
from decimal import Decimal

from harvestdesk.domain.money import ZERO
from harvestdesk.importers.accounts import AccountNames
from harvestdesk.importers.batch import ImportBatch, ParsedLot, ParsedPrice
from harvestdesk.importers.brokers.schwab.titles import BROKER, Title, title_of
from harvestdesk.importers.collect import Cells, Collector
from harvestdesk.importers.symbols import described
from harvestdesk.importers.tolerant import Columns, Source, bad_file, find_header
from harvestdesk.importers.values import CellError

_COLUMNS: Columns = {
    "opened": ("open date",),
    "really_opened": ("transaction open",),
    "shares": ("quantity", "qty"),
    "price": ("price",),
    "value": ("market value", "mkt val"),
    "basis": ("cost basis",),
    "original_basis": ("transaction cb",),
    "disallowed": ("disallowed loss",),
}
_REQUIRED = ("opened", "shares", "basis")


def recognise(source: Source) -> bool:
    """True for a lot details file."""
    if any(title.symbol for title in _titles(source)):
        return True
    found = find_header(source.rows, _COLUMNS, (*_REQUIRED, "price"), within=10)
    return found is not None


def _titles(source: Source) -> list[Title]:
    titles = (title_of(row.cells[0]) for row in source.rows[:5])
    return [title for title in titles if title is not None]


def read(source: Source) -> ImportBatch:
    """Read the open lots of one symbol.

    Raises:
        BadInputError: when the title with the symbol, or the header row, is missing.
    """
    title = next((t for t in _titles(source) if t.symbol), None)
    found = find_header(source.rows, _COLUMNS, _REQUIRED)
    if title is None:
        raise bad_file(
            source.name,
            "the first line of this Schwab lot file is missing, so its symbol is not known",
            line=source.rows[0].line,
            expected="a line such as XYZ Lot Details for XXXX-1234 as of 02:45 AM ET, 08/25/2025",
            code="header",
        )
    if found is None:
        raise bad_file(
            source.name,
            "this Schwab lot file has no header row; it may be cut short",
            line=source.rows[-1].line,
            expected="a row that starts Open Date, Quantity, Price",
            code="header",
        )
    out = Collector(source, BROKER, "lots", source.style)
    out.as_of = title.as_of
    key = out.account(AccountNames(BROKER).masked(title.account))
    symbol = out.security(described(title.symbol, ""))
    _read_rows(out, source, found[0], key, symbol)
    if title.as_of is None:
        out.warn(None, "the file does not say which day its lots are of", code="date.missing")
    return out.batch()


def _read_rows(out: Collector, source: Source, start: int, key: str, symbol: str) -> None:
    header = find_header(source.rows[start : start + 1], _COLUMNS, _REQUIRED)
    if header is None:  # pragma: no cover - the caller found it there
        return
    total_seen = False
    for row in source.rows[start + 1 :]:
        out.rows += 1
        if not out.usable(header[1], row):
            continue
        cells = Cells(header[1], row, out.style)
        try:
            if cells.text("opened").lower() == "total":
                total_seen = True
                _check_total(out, cells)
            else:
                _read_lot(out, cells, key, symbol)
        except CellError as error:
            out.cell_error(row.line, error)
    if not total_seen and out.rows:
        out.warn(
            source.rows[-1].line, "the file has no total row; it may be cut short", code="file.cut"
        )


def _check_total(out: Collector, cells: Cells) -> None:
    out.info(cells.line, "a total, not a lot", code="row.total")
    stated, found = cells.shares("shares"), sum((lot.shares for lot in out.lots), ZERO)
    if stated is not None and stated != found:
        out.warn(
            cells.line,
            f"the file's total is {stated} shares, its lots add up to {found}",
            column="Quantity",
            code="total.differs",
        )


def _read_lot(out: Collector, cells: Cells, key: str, symbol: str) -> None:
    shares, opened = cells.need_shares("shares"), cells.day("opened")
    if shares <= 0:
        out.warn(cells.line, "a short lot was left out", code="row.short")
        return
    really = cells.day("really_opened") or opened
    basis, wash_added = _basis(out, cells)
    lot = ParsedLot(
        line=cells.line,
        account_key=key,
        symbol=symbol,
        shares=shares,
        acquired_on=really,
        adjusted_acquired_on=_earlier(opened, really),
        cost_basis=basis,
        wash_added=wash_added,
    )
    price = cells.shares("price")
    out.add_lot(lot)
    if price is not None and out.as_of is not None and not out.prices:
        out.prices.append(ParsedPrice(cells.line, symbol, out.as_of, price))
    if basis is None:
        out.warn(cells.line, "the broker gives no cost basis for this lot", code="basis.missing")
    if really is None:
        out.warn(cells.line, "the broker gives no open date for this lot", code="date.missing")


def _earlier(first: date | None, second: date | None) -> date | None:
    """Return the earlier day: tacking after a wash sale only ever moves a lot back."""
    days = [day for day in (first, second) if day is not None]
    return min(days) if days else None


def _basis(out: Collector, cells: Cells) -> tuple[Decimal | None, Decimal]:
    """Return (original cost, disallowed losses added). `Cost Basis` holds both once a loss was disallowed."""
    adjusted, original = cells.money("basis"), cells.money("original_basis")
    disallowed = abs(cells.money("disallowed") or ZERO)
    if original is None or adjusted is None:
        return adjusted, ZERO
    added = adjusted - original
    if added < 0:
        out.warn(
            cells.line,
            "the adjusted basis is below the original; the adjusted one was taken",
            code="basis.differs",
        )
        return adjusted, ZERO
    if disallowed and abs(added - disallowed) > Decimal("0.01"):
        out.warn(
            cells.line,
            f"the basis grew by {added}, the disallowed loss is {disallowed}; the basis was taken",
            column="Disallowed Loss",
            code="basis.differs",
        )
    return original, added

"""TD Ameritrade's gain/loss export, still in many archives: figures adjusted for wash sales."""

import re

from harvestdesk.importers.closed_lots.batch import (
    ClosedLot,
    ClosedLotBatch,
    ClosedLotCollector,
    below_header,
    need_closed,
    need_lot_shares,
    term_cell,
)
from harvestdesk.importers.collect import Cells
from harvestdesk.importers.symbols import described
from harvestdesk.importers.tolerant import Columns, Source, find_header

BROKER = "tdameritrade"
_COLUMNS: Columns = {
    "name": ("security",),
    "type": ("trans type",),
    "shares": ("qty", "quantity"),
    "acquired": ("open date",),
    "basis": ("adj cost",),
    "sold": ("close date",),
    "proceeds": ("adj proceeds",),
    "gain": ("adj gain",),
    "term": ("term",),
}
_REQUIRED = ("name", "type", "shares", "acquired", "basis", "sold", "proceeds")
_SYMBOL = re.compile(r"(?P<name>.*)\((?P<symbol>[A-Za-z][A-Za-z0-9./ -]*)\)\s*")


def recognise(source: Source) -> str | None:
    """Return "realized gain/loss" for the export, or None."""
    return "realized gain/loss" if find_header(source.rows, _COLUMNS, _REQUIRED) else None


def read(source: Source) -> ClosedLotBatch:
    """Read the closed lots; the file never names its account."""
    found = find_header(source.rows, _COLUMNS, _REQUIRED)
    header, rows = below_header(source, found, "Security,Trans type")
    out = ClosedLotCollector(source, BROKER, "realized gain/loss")
    out.take_table(header, rows, "name", lambda cells: _lot(out, cells))
    return out.closed()


def _lot(out: ClosedLotCollector, cells: Cells) -> ClosedLot:
    shares = need_lot_shares(cells, "shares")
    words = cells.need_text("name", "a security with its symbol in brackets")
    match = _SYMBOL.fullmatch(words)
    name = (match["name"] if match else words).strip()
    lot = ClosedLot(
        line=cells.line,
        account_key="",
        symbol=out.security(described(match["symbol"], name)) if match else "",
        shares=abs(shares),
        sold=need_closed(cells, "sold"),
        proceeds=cells.need_money("proceeds"),
        basis=cells.money("basis"),
        acquired=cells.day("acquired"),
        term=term_cell(cells, "term"),
        name=name,
        short_sale="short" in cells.text("type").lower(),
    )
    out.check_gain(lot, cells.money("gain"))
    return lot

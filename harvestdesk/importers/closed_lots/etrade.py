"""E*TRADE Gains & Losses, expanded: 47 columns saved as CSV, wash sale figures beside the plain ones."""

from dataclasses import replace

from harvestdesk.domain.money import ZERO
from harvestdesk.domain.security import SecurityKind
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
from harvestdesk.importers.tolerant import Columns, Header, Source, bind

BROKER = "etrade"
_TOGGLE = "(Wash Sale Toggle = On)"
_COLUMNS: Columns = {
    "record": ("record type",),
    "symbol": ("symbol",),
    "plan": ("plan type",),
    "shares": ("quantity", "qty"),
    "acquired": ("date acquired",),
    "cost": ("acquisition cost",),
    "adjusted_cost": ("adjusted cost basis",),
    "sold": ("date sold",),
    "proceeds": ("total proceeds",),
    "gain": ("adjusted gain/loss",),
    "term": ("capital gains status", "term"),
    "disallowed": ("total wash sale adjustment amount", "deferred loss"),
    "wash_basis": ("total wash sale adjusted cost basis",),
    "covered": ("covered status",),
}
_REQUIRED = ("record", "symbol", "shares", "acquired", "sold", "proceeds")


def recognise(source: Source) -> str | None:
    """Return "gains and losses" for the expanded export, or None."""
    return None if _header(source) is None else "gains and losses"


def _header(source: Source) -> tuple[int, Header] | None:
    """Return the header; columns of the wash sale toggle are named like the plain ones but for a bracket."""
    for position, row in enumerate(source.rows[:40]):
        cells = tuple(c.replace(_TOGGLE, "toggled") for c in row.cells)
        header = bind(replace(row, cells=cells), _COLUMNS, _REQUIRED)
        if header is not None:
            return position, header
    return None


def read(source: Source) -> ClosedLotBatch:
    """Read the sales; the file never names its account."""
    header, rows = below_header(source, _header(source), "Record Type,Symbol")
    out = ClosedLotCollector(source, BROKER, "gains and losses")
    out.take_table(header, rows, "record", lambda cells: _lot(out, cells))
    return out.closed()


def _lot(out: ClosedLotCollector, cells: Cells) -> ClosedLot | None:
    record = cells.text("record")
    if record.lower() == "summary":
        out.info(cells.line, "a total, not a lot", code="row.total", text=record)
        return None
    if record.lower() != "sell":
        raise cells.wrong("record", "Sell or Summary", "row.kind")
    shares = need_lot_shares(cells, "shares")
    # Stock plans: the income recognised at vesting or purchase belongs to the basis (Pub. 525).
    basis = cells.money("adjusted_cost")
    basis = cells.money("cost") if basis is None else basis
    disallowed = abs(cells.money("disallowed") or ZERO)
    kind = SecurityKind.STOCK if cells.text("plan") else None
    lot = ClosedLot(
        line=cells.line,
        account_key="",
        symbol=out.security(described(cells.need_text("symbol", "a symbol"), "", kind)),
        shares=abs(shares),
        sold=need_closed(cells, "sold"),
        proceeds=cells.need_money("proceeds"),
        basis=basis,
        acquired=cells.day("acquired"),
        disallowed=disallowed if cells.has("disallowed") else None,
        washed=disallowed > 0,
        term=term_cell(cells, "term"),
        covered=_covered(cells),
    )
    out.check_gain(lot, cells.money("gain"))
    return lot


def _covered(cells: Cells) -> bool | None:
    text = cells.text("covered").lower()
    if not text:
        return None
    return not text.startswith(("non", "un", "no"))

"""HarvestDesk's own table of closed lots, for every broker without a reader.

Documented for people in docs/harvestdesk-csv.md.
"""

from harvestdesk.domain.money import ZERO
from harvestdesk.importers.brokers.harvestdesk_csv.cells import note_account, note_security
from harvestdesk.importers.closed_lots.batch import (
    BOX_TERMS,
    ClosedLot,
    ClosedLotBatch,
    ClosedLotCollector,
    below_header,
    need_closed,
    term_cell,
    yes_cell,
)
from harvestdesk.importers.collect import Cells
from harvestdesk.importers.tolerant import Columns, Header, Source, bind, normal_name

_COLUMNS: Columns = {
    "account": ("account",),
    "account_name": ("account name",),
    "number_tail": ("number tail",),
    "custodian": ("custodian",),
    "symbol": ("symbol",),
    "name": ("name",),
    "cusip": ("cusip",),
    "shares": ("shares", "quantity"),
    "acquired": ("acquired", "date acquired"),
    "sold": ("sold", "date sold"),
    "proceeds": ("proceeds",),
    "basis": ("cost basis", "basis"),
    "disallowed": ("disallowed", "wash sale loss disallowed"),
    "washed": ("wash", "wash sale"),
    "term": ("term",),
    "covered": ("covered",),
    "box": ("box",),
    "original_basis": ("original basis",),
    "gain": ("gain",),
    "short_sale": ("short sale",),
    "note": ("note",),
}
_REQUIRED = ("symbol", "shares", "acquired", "sold", "proceeds", "basis")


def recognise(source: Source) -> str | None:
    """Return "closed_lots" for our own table, or None."""
    return None if _header(source) is None else "closed_lots"


def _header(source: Source) -> tuple[int, Header] | None:
    for position, row in enumerate(source.rows[:40]):
        if row.cells[0].lstrip().startswith("#"):
            continue
        header = bind(row, _COLUMNS, _REQUIRED)
        return None if header is None else (position, header)
    return None


def read(source: Source) -> ClosedLotBatch:
    """Read the closed lots."""
    header, below = below_header(source, _header(source), ", ".join(_REQUIRED))
    out = ClosedLotCollector(source, "harvestdesk", "closed_lots")
    _unknown_columns(out, header)
    rows = [r for r in below if not r.cells[0].lstrip().startswith("#")]
    out.take_table(header, rows, "account", lambda cells: _lot(out, cells))
    return out.closed()


def _unknown_columns(out: ClosedLotCollector, header: Header) -> None:
    known = {alias for aliases in _COLUMNS.values() for alias in aliases}
    for name in header.names:
        if name.strip() and normal_name(name) not in known:
            out.warn(
                header.line,
                "this column is not known and was not read",
                column=name.strip(),
                code="column.unknown",
            )


def _lot(out: ClosedLotCollector, cells: Cells) -> ClosedLot:
    shares = cells.need_shares("shares")
    if shares <= 0:
        raise cells.wrong("shares", "a number of shares above zero")
    disallowed = cells.money("disallowed")
    if disallowed is not None and disallowed < 0:
        raise cells.wrong("disallowed", "an amount of zero or more")
    box = cells.text("box").upper()
    if box and box not in BOX_TERMS:
        raise cells.wrong("box", "one of A, B, C, D, E, F")
    lot = ClosedLot(
        line=cells.line,
        account_key=note_account(cells, out) if cells.text("account") else "",
        symbol=note_security(cells, out),
        shares=shares,
        sold=need_closed(cells, "sold"),
        proceeds=cells.need_money("proceeds"),
        basis=cells.money("basis"),
        acquired=cells.day("acquired"),
        disallowed=(disallowed or ZERO) if cells.has("disallowed") else None,
        washed=bool(yes_cell(cells, "washed")) or bool(disallowed),
        term=term_cell(cells, "term") or BOX_TERMS.get(box),
        covered=yes_cell(cells, "covered"),
        box=box,
        original_basis=cells.money("original_basis"),
        name=cells.text("name"),
        cusip=cells.text("cusip").upper(),
        short_sale=bool(yes_cell(cells, "short_sale")),
    )
    out.check_gain(lot, cells.money("gain"))
    out.check_wash(lot)
    return lot

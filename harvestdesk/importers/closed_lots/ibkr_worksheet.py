"""Interactive Brokers' Worksheet for Form 8949: rows by part and box, securities in words."""

import re
from decimal import Decimal

from harvestdesk.domain.lot import Term
from harvestdesk.domain.money import ZERO
from harvestdesk.importers.accounts import AccountNames
from harvestdesk.importers.closed_lots.batch import (
    BOX_TERMS,
    ClosedLot,
    ClosedLotBatch,
    ClosedLotCollector,
    need_closed,
)
from harvestdesk.importers.collect import Cells
from harvestdesk.importers.tolerant import Columns, Header, Row, Source, bind
from harvestdesk.importers.values import CellError, parse_shares

BROKER = "ibkr"
_COLUMNS: Columns = {
    "description": ("description",),
    "code": ("code",),
    "acquired": ("date acquired",),
    "sold": ("date sold",),
    "proceeds": ("sales price", "proceeds"),
    "basis": ("cost basis",),
    "adjustment": ("adjustment",),
}
_REQUIRED = ("description", "acquired", "sold", "proceeds", "basis")
_SHARES = re.compile(r"(?P<shares>[\d,.]+)\s*(?:sh|shs|shares)?\s+(?P<name>.+)", re.IGNORECASE)
_LETTERS = "ABC"


def recognise(source: Source) -> str | None:
    """Return "Form 8949 worksheet", or None."""
    return "Form 8949 worksheet" if "Worksheet for Form 8949" in source.head[:200] else None


def read(source: Source) -> ClosedLotBatch:
    """Read the rows of every part and box."""
    out = ClosedLotCollector(source, BROKER, "Form 8949 worksheet")
    account, part, letter = "", "I", "A"
    header: Header | None = None
    for row in source.rows:
        first = row.cells[0].strip().lower()
        second = row.cells[1].strip() if len(row.cells) > 1 else ""
        if first == "account":
            account = out.account(AccountNames(BROKER).account(second, ""))
        elif first == "part":
            part = second
        elif first == "box":
            letter = second
        elif first == "header":
            header = bind(row, _COLUMNS, _REQUIRED)
        elif first == "footer":
            out.rows += 1
            out.info(row.line, "a total, not a lot", code="row.total", text=row.text)
        elif first != "title":
            _take(out, header, row, account, _box(part, letter))
    return out.closed()


def _take(out: ClosedLotCollector, header: Header | None, row: Row, account: str, box: str) -> None:
    if header is None or row.cells[0].strip().lower() != "data":
        out.rows += 1
        out.error(
            row.line,
            "this row is neither a sale nor a heading of the worksheet",
            code="row.kind",
            text=row.text,
        )
    elif not out.usable(header, row):
        out.rows += 1
    else:
        cells = Cells(header, row, out.style)
        out.take(row.line, cells, lambda c: _lot(out, c, account, box))


def _box(part: str, letter: str) -> str:
    """Return the box of today's form: until 2011 both parts called theirs A, B and C."""
    letter = letter.upper()
    if part.upper() == "II" and letter in _LETTERS:
        return "DEF"[_LETTERS.index(letter)]
    return letter if letter in BOX_TERMS else ""


def _lot(out: ClosedLotCollector, cells: Cells, account: str, box: str) -> ClosedLot:
    words = cells.need_text("description", "shares and a name, such as 100 sh XYZ INC")
    match = _SHARES.fullmatch(words)
    if match is None:
        raise cells.wrong("description", "shares and a name, such as 100 sh XYZ INC")
    try:
        shares = parse_shares(match["shares"]) or ZERO
    except CellError as error:
        raise cells.wrong("description", error.expected) from None
    disallowed = _disallowed(out, cells)
    lot = ClosedLot(
        line=cells.line,
        account_key=account,
        symbol="",
        shares=shares,
        sold=need_closed(cells, "sold"),
        proceeds=cells.need_money("proceeds"),
        basis=cells.money("basis"),
        acquired=cells.day("acquired"),
        disallowed=disallowed,
        washed=disallowed > 0,
        term=BOX_TERMS.get(box) or Term.SHORT,
        covered=None if not box else box in "AD",
        box=box,
        name=match["name"].strip(),
    )
    out.check_wash(lot)
    return lot


def _disallowed(out: ClosedLotCollector, cells: Cells) -> Decimal:
    """Return the adjustment of a row with code W; other adjustments are said and not used."""
    adjustment = cells.money("adjustment") or ZERO
    if "W" in cells.text("code").upper():
        return abs(adjustment)
    if adjustment:
        out.warn(
            cells.line,
            f"an adjustment of {adjustment} without code W was not used",
            column="Adjustment",
            code="adjustment",
        )
    return ZERO

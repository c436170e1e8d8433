"""Schwab, Realized Gain/Loss, Lot Details: 25 columns, with the wash sales Schwab found."""

import re
from datetime import date
from decimal import Decimal

from harvestdesk.importers.accounts import AccountNames
from harvestdesk.importers.brokers.schwab.titles import BROKER, account_in_file_name
from harvestdesk.importers.closed_lots.batch import (
    ClosedLot,
    ClosedLotBatch,
    ClosedLotCollector,
    need_closed,
    need_lot_shares,
    term_cell,
    yes_cell,
)
from harvestdesk.importers.collect import Cells
from harvestdesk.importers.symbols import described
from harvestdesk.importers.tolerant import Columns, Row, Source, bad_file, find_header
from harvestdesk.importers.values import CellError, parse_date

_COLUMNS: Columns = {
    "symbol": ("symbol",),
    "name": ("name", "description"),
    "sold": ("closed date",),
    "acquired": ("opened date", "open date"),
    "shares": ("quantity", "qty"),
    "proceeds": ("proceeds",),
    "basis": ("cost basis",),
    "gain": ("gain/loss", "gain/loss $"),
    "term": ("term",),
    "unadjusted": ("unadjusted cost basis",),
    "washed": ("wash sale",),
    "disallowed": ("disallowed loss",),
    "original": ("transaction cost basis",),
}
_REQUIRED = ("symbol", "sold", "shares", "proceeds", "basis", "disallowed")
_TITLE = re.compile(
    r"Realized Gain/Loss - (?P<what>.*?)(?: for (?P<account>.*?))? as of .*? from "
    r"(?P<first>\d{1,2}/\d{1,2}/\d{4}) to (?P<last>\d{1,2}/\d{1,2}/\d{4})",
    re.IGNORECASE | re.ASCII,
)
_FILE = re.compile(r"(?P<name>.+?)_+GainLoss_Realized", re.IGNORECASE)


def recognise(source: Source) -> str | None:
    """Return "realized gain/loss" for Schwab's realised gains, with lots or without, or None."""
    found = find_header(source.rows, _COLUMNS, _REQUIRED)
    return None if found is None else "realized gain/loss"


def read(source: Source) -> ClosedLotBatch:
    """Read the closed lots.

    Raises:
        BadInputError: for the summary, which adds the lots of a sale up.
    """
    out = ClosedLotCollector(source, BROKER, "realized gain/loss")
    found = find_header(source.rows, _COLUMNS, (*_REQUIRED, "acquired"))
    if found is None:
        raise bad_file(
            source.name,
            "this is the summary of Schwab's realized gain/loss, which has no lots",
            line=source.rows[0].line,
            expected="the export of the Lot Details, with the column Opened Date",
            code="summary",
        )
    position, header = found
    account = _account(out, source, source.rows[:position])
    out.take_table(
        header,
        source.rows[position + 1 :],
        "symbol",
        lambda cells: _lot(out, cells, account),
    )
    return out.closed()


def _account(out: ClosedLotCollector, source: Source, above: tuple[Row, ...]) -> str:
    """Note the account and the period of the title row; the account may be in the file's name instead."""
    names = AccountNames(BROKER)
    title = next((m for r in above if (m := _TITLE.search(" ".join(r.cells[0].split())))), None)
    if title is not None:
        out.first, out.last = _day(title["first"]), _day(title["last"])
        words = (title["account"] or "").replace("_", " ").strip()
        if words and words.lower().replace(" ", "-") not in {
            "all-accounts",
            "all-brokerage-accounts",
        }:
            return out.account(names.masked(words))
    by_number = account_in_file_name(source, names)
    if by_number.key:
        return out.account(by_number)
    match = _FILE.match(source.name)
    return out.account(names.masked(match["name"].replace("_", " "))) if match else ""


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except CellError:
        return None


def _lot(out: ClosedLotCollector, cells: Cells, account: str) -> ClosedLot:
    shares = need_lot_shares(cells, "shares")
    sold, acquired = need_closed(cells, "sold"), cells.day("acquired")
    disallowed = abs(cells.money("disallowed") or Decimal(0))
    words = cells.need_text("symbol", "a symbol")
    security = described(words, cells.text("name"))
    lot = ClosedLot(
        line=cells.line,
        account_key=account,
        symbol=out.security(security),
        shares=abs(shares),
        sold=sold,
        proceeds=cells.need_money("proceeds"),
        basis=cells.money("basis"),
        acquired=acquired,
        disallowed=disallowed,
        washed=bool(yes_cell(cells, "washed")) or disallowed > 0,
        term=term_cell(cells, "term"),
        # "Transaction" figures are those of the trade itself, before any wash sale.
        original_basis=_first(cells.money("original"), cells.money("unadjusted")),
        name=cells.text("name"),
        short_sale=shares < 0 or (acquired is not None and acquired > sold),
    )
    out.check_gain(lot, cells.money("gain"))
    out.check_wash(lot)
    return lot


def _first(*values: Decimal | None) -> Decimal | None:
    return next((v for v in values if v is not None), None)

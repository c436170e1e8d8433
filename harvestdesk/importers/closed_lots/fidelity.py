"""Fidelity: realised gain/loss of a brokerage account, and closed lots of a NetBenefits stock plan."""

import re
from decimal import Decimal

from harvestdesk.domain.lot import Term
from harvestdesk.domain.money import CENT, ZERO
from harvestdesk.importers.accounts import AccountNames
from harvestdesk.importers.batch import ParsedAccount
from harvestdesk.importers.brokers.fidelity.footer import Footer
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
from harvestdesk.importers.tolerant import Columns, Header, Source, find_header

BROKER = "fidelity"
_COLUMNS: Columns = {
    "symbol": ("symbol",),
    "name": ("security description", "description"),
    "shares": ("quantity",),
    "acquired": ("date acquired",),
    "sold": ("date sold", "date sold or transferred"),
    "proceeds": ("proceeds",),
    "basis": ("cost basis",),
    "short": ("short term gain/loss",),
    "long": ("long term gain/loss",),
    "disallowed": ("wash sale loss disallowed", "disallowed loss", "wash sale adjustment"),
    "gain": ("gain/loss",),
    "term": ("term",),
}
_BROKERAGE = ("symbol", "shares", "acquired", "sold", "proceeds", "basis", "short", "long")
_PLAN = ("shares", "acquired", "sold", "proceeds", "basis", "term")
_SYMBOL = re.compile(r"(?P<symbol>[^()]+?)\s*\((?P<cusip>[0-9A-Z]{6,12})\)", re.ASCII)
_FILE = re.compile(r"Realized_Gain_Loss_Account_(?P<number>[A-Za-z0-9]+)", re.IGNORECASE)


_TAG = re.compile(rb"<[^>\r\n]*>")


def _without_tags(source: Source) -> Source:
    """Return the file without HTML: NetBenefits leaves a tag with commas in it in a column's name."""
    if b"<span" not in source.raw[:2000]:
        return source
    return Source(source.name, source.sha256, _TAG.sub(b"", source.raw))


def recognise(source: Source) -> str | None:
    """Return which of Fidelity's two files it is, or None."""
    source = _without_tags(source)
    if find_header(source.rows, _COLUMNS, _BROKERAGE) is not None:
        return "realized gain/loss"
    plan = find_header(source.rows, _COLUMNS, _PLAN)
    # Our own table has the same columns and says more.
    is_plan = plan is not None and not plan[1].has("symbol")
    return "NetBenefits closed lots" if is_plan else None


def read(source: Source) -> ClosedLotBatch:
    """Read the closed lots; the account comes from the file's name, or is left open."""
    source = _without_tags(source)
    kind = recognise(source) or ""
    found = find_header(source.rows, _COLUMNS, _PLAN if kind.startswith("Net") else _BROKERAGE)
    header, below = below_header(source, found, "Fidelity's columns")
    out = ClosedLotCollector(source, BROKER, kind)
    account, footer = _account(source), Footer(out)
    rows = [row for row in below if not footer.takes(row)]
    out.take_table(header, rows, "symbol", lambda cells: _lot(out, header, cells, account))
    if account.key and out.closed_lots:
        out.account(account)
    return out.closed()


def _account(source: Source) -> ParsedAccount:
    match = _FILE.search(source.name)
    if match is None:
        return ParsedAccount(key="", custodian=BROKER)
    return AccountNames(BROKER).account(match["number"], "")


def _lot(
    out: ClosedLotCollector, header: Header, cells: Cells, account: ParsedAccount
) -> ClosedLot:
    shares = need_lot_shares(cells, "shares")
    proceeds, basis = cells.need_money("proceeds"), cells.money("basis")
    short, long = cells.money("short"), cells.money("long")
    both = short is not None and long is not None and short != 0 and long != 0
    symbol, cusip = _symbol(out, cells)
    lot = ClosedLot(
        line=cells.line,
        account_key=account.key,
        symbol=symbol,
        shares=abs(shares),
        sold=need_closed(cells, "sold"),
        proceeds=proceeds,
        basis=basis,
        acquired=cells.day("acquired"),
        disallowed=_disallowed(out, header, cells, short, long),
        term=term_cell(cells, "term") if header.has("term") else _term(short, long),
        by_term=(short, long) if both and short is not None and long is not None else None,
        name=cells.text("name"),
        cusip=cusip,
        short_sale=shares < 0,
    )
    out.check_gain(lot, _stated(cells, short, long))
    return lot


def _stated(cells: Cells, short: Decimal | None, long: Decimal | None) -> Decimal | None:
    if short is None and long is None:
        return cells.money("gain")
    return (short or ZERO) + (long or ZERO)


def _disallowed(
    out: ClosedLotCollector,
    header: Header,
    cells: Cells,
    short: Decimal | None,
    long: Decimal | None,
) -> Decimal | None:
    """Return the disallowed loss of its column, or what the stated loss leaves out of the real one."""
    if header.has("disallowed"):
        return abs(cells.money("disallowed") or ZERO)
    proceeds, basis = cells.money("proceeds"), cells.money("basis")
    stated = _stated(cells, short, long)
    if proceeds is None or basis is None or stated is None:
        return None
    left_out = stated - (proceeds - basis)
    if proceeds >= basis or stated > 0 or left_out <= CENT:
        return None
    out.warn(
        cells.line,
        f"the stated loss leaves out {left_out} of the loss on proceeds and basis: taken as disallowed",
        code="wash.left_out",
    )
    return left_out


def _term(short: Decimal | None, long: Decimal | None) -> Term | None:
    """Return the term whose column holds the result."""
    if (short is None) != (long is None):
        return Term.LONG if short is None else Term.SHORT
    if not short and not long:
        return None
    return Term.LONG if not short else Term.SHORT if not long else None


def _symbol(out: ClosedLotCollector, cells: Cells) -> tuple[str, str]:
    """Return (symbol, CUSIP) of `VEA(921943858)`; both empty in stock plan files, which name neither."""
    if not cells.has("symbol"):
        return "", ""
    text = cells.need_text("symbol", "a symbol, such as VEA(921943858)")
    match = _SYMBOL.fullmatch(text)
    words, cusip = (match["symbol"], match["cusip"]) if match else (text, "")
    return out.security(described(words, cells.text("name"))), cusip

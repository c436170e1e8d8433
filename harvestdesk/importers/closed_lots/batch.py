"""What a reader of closed lots hands over: plain frozen rows, each with the line it came from.

Every data row of a file is among the lots of its batch or is named in `problems`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

from harvestdesk.domain.errors import Problem
from harvestdesk.domain.lot import Term
from harvestdesk.domain.money import CENT, ZERO
from harvestdesk.importers.batch import ImportBatch, ParsedAccount
from harvestdesk.importers.collect import Cells, Collector
from harvestdesk.importers.tolerant import Header, Row, Source, bad_file
from harvestdesk.importers.values import CellError, is_null

Item = TypeVar("Item")
_TERM_WORDS = {"short": Term.SHORT, "st": Term.SHORT, "long": Term.LONG, "lt": Term.LONG}
BOX_TERMS = {
    "A": Term.SHORT, "B": Term.SHORT, "C": Term.SHORT,
    "D": Term.LONG, "E": Term.LONG, "F": Term.LONG,
}  # fmt: skip
"""Boxes of Form 8949, Part I and II."""


@dataclass(frozen=True, slots=True)
class ClosedLot:
    """One closed lot as the broker states it; dollars, None where the file does not say.

    Attributes:
        symbol: in the house form; empty where the file names the security in words only.
        sold: day the lot was closed, as the file has it.
        acquired: None also for "various".
        proceeds: net of fees (1099-B box 1d).
        basis: with losses added by earlier wash sales, before this sale's own (box 1e).
        disallowed: loss of this sale that the broker disallowed, positive (box 1g); None: the file has no
            place for it.
        washed: the file marks the row as a wash sale.
        original_basis: cost without additions of earlier wash sales.
        box: box of Form 8949, "A" to "F", or empty.
        by_term: (short, long) result the file states where one row holds both terms.
        short_sale: the row closes a short sale.
    """

    line: int
    account_key: str
    symbol: str
    shares: Decimal
    sold: date
    proceeds: Decimal
    basis: Decimal | None
    acquired: date | None = None
    disallowed: Decimal | None = None
    washed: bool = False
    term: Term | None = None
    covered: bool | None = None
    box: str = ""
    original_basis: Decimal | None = None
    by_term: tuple[Decimal, Decimal] | None = None
    name: str = ""
    cusip: str = ""
    short_sale: bool = False


@dataclass(frozen=True, slots=True)
class ClosedLotBatch:
    """Everything read from one file of closed lots.

    Attributes:
        statement: the file, its broker, kind, accounts, securities, problems and number of rows.
        first, last: days the file says it covers, or None.
    """

    statement: ImportBatch
    lots: tuple[ClosedLot, ...]
    first: date | None = None
    last: date | None = None

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What could not be read, or should be looked at, with lines."""
        return self.statement.problems


class ClosedLotCollector(Collector):
    """Collects the closed lots of one file; `closed()` hands them over."""

    def __init__(self, source: Source, broker: str, kind: str) -> None:
        super().__init__(source, broker, kind, source.style if not source.is_markup else None)
        self.closed_lots: list[ClosedLot] = []
        self.first: date | None = None
        self.last: date | None = None

    def take(self, line: int, item: Item, read: Callable[[Item], ClosedLot | None]) -> None:
        """Count a row and record the lot `read` makes of it, or what is wrong with one of its cells."""
        self.rows += 1
        try:
            lot = read(item)
        except CellError as error:
            self.cell_error(line, error)
            return
        if lot is not None:
            self.closed_lots.append(lot)

    def take_table(
        self,
        header: Header,
        rows: Iterable[Row],
        first: str,
        read: Callable[[Cells], ClosedLot | None],
    ) -> None:
        """Take the rows under a header; a total is told by the cell of the field `first`."""
        for row in rows:
            cells = Cells(header, row, self.style)
            if not self.usable(header, row):
                self.rows += 1
            elif cells.text(first).lower().startswith("total"):
                self.rows += 1
                self.info(row.line, "a total, not a lot", code="row.total", text=row.text)
            else:
                self.take(row.line, cells, read)

    def closed(self) -> ClosedLotBatch:
        """Return the finished batch."""
        if any(not lot.account_key for lot in self.closed_lots):
            self.account(ParsedAccount(key="", custodian=_custodian(self.broker)))
        return ClosedLotBatch(self.batch(), tuple(self.closed_lots), self.first, self.last)

    def check_gain(self, lot: ClosedLot, stated: Decimal | None) -> None:
        """Warn where the stated result is neither before nor after the disallowed loss."""
        if stated is None or lot.basis is None:
            return
        gain = lot.proceeds - lot.basis
        if min(abs(stated - gain), abs(stated - gain - (lot.disallowed or ZERO))) > CENT:
            self.warn(
                lot.line,
                f"the stated result {stated} is not the proceeds {lot.proceeds} less the basis "
                f"{lot.basis}; proceeds and basis were taken",
                code="gain.differs",
            )

    def check_wash(self, lot: ClosedLot) -> None:
        """Warn where a disallowed loss is larger than the loss itself (IRC §1091(a) disallows no more)."""
        if not lot.disallowed or lot.basis is None:
            return
        if lot.disallowed > max(lot.basis - lot.proceeds, ZERO) + CENT:
            self.warn(
                lot.line,
                f"a disallowed loss of {lot.disallowed} on a result of {lot.proceeds - lot.basis}: the "
                "file's figures contradict each other; they were taken as they stand",
                code="wash.differs",
            )


def below_header(
    source: Source, found: tuple[int, Header] | None, expected: str
) -> tuple[Header, tuple[Row, ...]]:
    """Return the header found and the rows below it; BadInputError naming what was expected if none was."""
    if found is None:
        raise bad_file(source.name, "the header row is missing", line=1, expected=expected)
    position, header = found
    return header, source.rows[position + 1 :]


def _custodian(broker: str) -> str:
    return broker if broker in {"schwab", "fidelity", "ibkr"} else "other"


def need_closed(cells: Cells, name: str) -> date:
    """Return the day a lot was closed; CellError for none, or for "various" (which sale is it then?)."""
    if is_null(cells.text(name)):
        raise cells.wrong(name, "the day of the sale")
    return cells.need_date(name)


def need_lot_shares(cells: Cells, name: str) -> Decimal:
    """Return a number of shares that isn't zero; its sign is the caller's to read."""
    shares = cells.need_shares(name)
    if shares == 0:
        raise cells.wrong(name, "a number of shares other than zero")
    return shares


def term_cell(cells: Cells, name: str) -> Term | None:
    """Return the term a cell tells in any broker's words, or None for a null mark."""
    text = cells.text(name)
    if is_null(text):
        return None
    found = _TERM_WORDS.get(text.lower().replace("-", " ").split()[0])
    if found is None:
        raise cells.wrong(name, "Short or Long")
    return found


def yes_cell(cells: Cells, name: str) -> bool | None:
    """Return True or False for a yes or no, None for a null mark."""
    text = cells.text(name).lower()
    if is_null(text):
        return None
    if text in {"yes", "y", "true", "1", "w"}:
        return True
    if text in {"no", "n", "false", "0"}:
        return False
    raise cells.wrong(name, "yes or no")

"""Building a batch: rows in, parsed rows or problems out, and nothing lost on the way."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from harvestdesk.domain.errors import Problem, Severity
from harvestdesk.importers.batch import (
    ImportBatch,
    ParsedAccount,
    ParsedAccountRule,
    ParsedCash,
    ParsedClassTarget,
    ParsedEquivalent,
    ParsedExternalGain,
    ParsedIdentical,
    ParsedLawChange,
    ParsedLot,
    ParsedOutside,
    ParsedPosition,
    ParsedPrice,
    ParsedReplacement,
    ParsedSchedule,
    ParsedSecurity,
    ParsedSecurityTarget,
    ParsedTransaction,
    SourceFile,
)
from harvestdesk.importers.tolerant import Header, Row, Source
from harvestdesk.importers.values import (
    US_DATES,
    CellError,
    NumberStyle,
    parse_date,
    parse_money,
    parse_shares,
)


class Collector:
    """Collects the rows of one file; `batch()` hands them over."""

    def __init__(
        self, source: Source, broker: str, kind: str, style: NumberStyle | None = None
    ) -> None:
        self.source = source
        self.broker = broker
        self.kind = kind
        self.style = NumberStyle.POINT if style is None else style
        self.as_of: date | None = None
        self.rows = 0
        self.positions: list[ParsedPosition] = []
        self.lots: list[ParsedLot] = []
        self.transactions: list[ParsedTransaction] = []
        self.prices: list[ParsedPrice] = []
        self.cash: list[ParsedCash] = []
        self.schedule: list[ParsedSchedule] = []
        self.class_targets: list[ParsedClassTarget] = []
        self.security_targets: list[ParsedSecurityTarget] = []
        self.replacements: list[ParsedReplacement] = []
        self.equivalents: list[ParsedEquivalent] = []
        self.identical: list[ParsedIdentical] = []
        self.external_gains: list[ParsedExternalGain] = []
        self.law_changes: list[ParsedLawChange] = []
        self.account_rules: list[ParsedAccountRule] = []
        self.outside: list[ParsedOutside] = []
        self.problems: list[Problem] = []
        self._accounts: dict[str, ParsedAccount] = {}
        self._securities: dict[str, ParsedSecurity] = {}
        self._seen: Counter[object] = Counter()
        self._noted: dict[tuple[str, ...], str] = {}

    # --- problems ----------------------------------------------------------------------------------

    def error(
        self, line: int | None, message: str, *, column: str = "", code: str = "row", text: str = ""
    ) -> None:
        """Record a row or cell that could not be used."""
        self.problems.append(Problem(Severity.ERROR, message, line, column or None, code, text))

    def warn(
        self, line: int | None, message: str, *, column: str = "", code: str = "row", text: str = ""
    ) -> None:
        """Record something used that a person should look at."""
        self.problems.append(Problem(Severity.WARNING, message, line, column or None, code, text))

    def info(
        self, line: int | None, message: str, *, code: str = "row.ignored", text: str = ""
    ) -> None:
        """Record a row that was left out on purpose."""
        self.problems.append(Problem(Severity.INFO, message, line, None, code, text))

    def cell_error(self, line: int, error: CellError) -> None:
        """Record a cell that is not what its column needs."""
        found = f"“{_short(error.text)}”" if error.text else "an empty cell"
        self.error(
            line,
            f"found {found}, expected {error.expected}; the row was left out",
            column=error.column,
            code=error.code,
            text=_short(error.text),
        )

    # --- rows --------------------------------------------------------------------------------------

    def usable(self, header: Header, row: Row) -> bool:
        """True if the row's cells can be trusted; otherwise the reason is recorded."""
        if row.cut:
            self.error(
                row.line,
                "a quotation mark is opened and never closed; the row was left out",
                code="row.quote",
                text=row.text,
            )
            return False
        if header.overflow(row):
            self.error(
                row.line,
                f"found {len(row.cells)} cells under a header of {header.width}; a comma may stand outside "
                "quotation marks, so the row was left out",
                code="row.cells",
                text=row.text,
            )
            return False
        return True

    def once(self, what: str, cells: tuple[str, ...], note: Callable[[], str]) -> str:
        """Return what `note` returns, calling it once for equal cells: most rows repeat what others say."""
        key = (what, *cells)
        found = self._noted.get(key)
        if found is None:
            found = self._noted[key] = note()
        return found

    def account(self, account: ParsedAccount) -> str:
        """Record an account once and return its key; later mentions fill what earlier ones left open."""
        known = self._accounts.get(account.key)
        if known is None:
            self._accounts[account.key] = account
        elif known != account:
            self._accounts[account.key] = replace(
                known,
                name=known.name or account.name,
                number_tail=known.number_tail or account.number_tail,
                type_hint=known.type_hint or account.type_hint,
                owners=known.owners or account.owners,
                custodian=account.custodian if known.custodian == "other" else known.custodian,
                relief=known.relief or account.relief,
                reinvests=account.reinvests if known.reinvests is None else known.reinvests,
                fractional=account.fractional if known.fractional is None else known.fractional,
            )
        return account.key

    def knows(self, key: str) -> bool:
        """True if an account with this key, or a security with this symbol, was recorded before."""
        return key in self._accounts or key in self._securities

    def security(self, security: ParsedSecurity) -> str:
        """Record a security once and return its symbol; later mentions fill what earlier ones left open."""
        known = self._securities.get(security.symbol)
        if known is None:
            self._securities[security.symbol] = security
        elif known != security:
            self._securities[security.symbol] = replace(
                known,
                name=known.name or security.name,
                kind=known.kind or security.kind,
                cusip=known.cusip or security.cusip,
                asset_class=known.asset_class or security.asset_class,
                sector=known.sector or security.sector,
                tracked_index=known.tracked_index or security.tracked_index,
                role=known.role or security.role,
                underlying=known.underlying or security.underlying,
            )
        return security.symbol

    def add_lot(self, lot: ParsedLot) -> None:
        """Record a lot, numbering identical ones."""
        key = (
            lot.account_key,
            lot.symbol,
            lot.shares,
            lot.acquired_on,
            lot.cost_basis,
            lot.broker_ref,
        )
        count = self._count(key)
        self.lots.append(lot if count == 1 else replace(lot, occurrence=count))

    def add_transaction(self, row: ParsedTransaction) -> None:
        """Record a ledger row, numbering identical ones."""
        key = (
            row.account_key,
            row.on,
            row.type,
            row.symbol,
            row.shares,
            row.amount,
            row.broker_ref,
            row.note,
            row.other_symbol,
        )
        count = self._count(key)
        self.transactions.append(row if count == 1 else replace(row, occurrence=count))

    def is_first(self, key: object) -> bool:
        """True the first time it is asked about a key."""
        return self._count(key) == 1

    def _count(self, key: object) -> int:
        self._seen[key] += 1
        return self._seen[key]

    def batch(self) -> ImportBatch:
        """Return the finished batch, its problems in line order."""
        source = SourceFile(self.source.name, self.source.sha256, len(self.source.raw))
        if self.rows == 0:
            self.warn(None, "the file holds no data rows", code="file.no_rows")
        return ImportBatch(
            source=source,
            broker=self.broker,
            kind=self.kind,
            as_of=self.as_of,
            accounts=tuple(self._accounts.values()),
            securities=tuple(self._securities.values()),
            positions=tuple(self.positions),
            lots=tuple(self.lots),
            transactions=tuple(self.transactions),
            prices=tuple(self.prices),
            cash=tuple(self.cash),
            schedule=tuple(self.schedule),
            class_targets=tuple(self.class_targets),
            security_targets=tuple(self.security_targets),
            replacements=tuple(self.replacements),
            equivalents=tuple(self.equivalents),
            identical=tuple(self.identical),
            external_gains=tuple(self.external_gains),
            law_changes=tuple(self.law_changes),
            account_rules=tuple(self.account_rules),
            outside=tuple(self.outside),
            problems=tuple(sorted(self.problems, key=lambda p: p.line or 0)),
            rows=self.rows,
        )


class Cells:
    """The cells of one row by field name, parsed on demand; a bad cell raises CellError with its column."""

    __slots__ = ("_dates", "_header", "_row", "_style")

    def __init__(
        self,
        header: Header,
        row: Row,
        style: NumberStyle = NumberStyle.POINT,
        dates: tuple[str, ...] = US_DATES,
    ) -> None:
        self._header = header
        self._row = row
        self._style = style
        self._dates = dates

    @property
    def line(self) -> int:
        """The line of the row."""
        return self._row.line

    def has(self, name: str) -> bool:
        """True if the file has the column."""
        return self._header.has(name)

    def text(self, name: str) -> str:
        """Return the cell's text, stripped."""
        return self._header.cell(self._row, name)

    def raw(self, names: Sequence[str]) -> tuple[str, ...]:
        """Return the cells of those of the fields the file has, as they are."""
        return self._header.raw(self._row, names)

    def need_text(self, name: str, expected: str) -> str:
        """Return the cell's text; CellError if it is empty."""
        text = self.text(name)
        if not text:
            raise self.wrong(name, expected)
        return text

    def money(self, name: str) -> Decimal | None:
        """Return dollars, or None for a null mark."""
        text = self.text(name)
        try:
            return parse_money(text, self._style)
        except CellError as error:
            raise self.wrong(name, error.expected) from None

    def shares(self, name: str) -> Decimal | None:
        """Return shares or a price, or None for a null mark."""
        text = self.text(name)
        try:
            return parse_shares(text, self._style)
        except CellError as error:
            raise self.wrong(name, error.expected) from None

    def percent(self, name: str) -> Decimal:
        """Return the number before a per cent sign."""
        try:
            value = parse_shares(self.text(name).rstrip("%"), self._style)
        except CellError as error:
            raise self.wrong(name, error.expected) from None
        if value is None:
            raise self.wrong(name, "a number")
        return value

    def day(self, name: str) -> date | None:
        """Return a day, or None for a null mark."""
        text = self.text(name)
        try:
            return parse_date(text, self._dates)
        except CellError as error:
            raise self.wrong(name, error.expected) from None

    def need_money(self, name: str) -> Decimal:
        """Return dollars; CellError for a null mark."""
        value = self.money(name)
        if value is None:
            raise self.wrong(name, "an amount")
        return value

    def need_shares(self, name: str) -> Decimal:
        """Return shares or a price; CellError for a null mark."""
        value = self.shares(name)
        if value is None:
            raise self.wrong(name, "a number")
        return value

    def need_date(self, name: str) -> date:
        """Return a day; CellError for a null mark."""
        value = self.day(name)
        if value is None:
            raise self.wrong(name, "a date")
        return value

    def wrong(self, name: str, expected: str, code: str = "value") -> CellError:
        """Return the error of a cell that is not what was expected."""
        return CellError(expected, code, self._header.column(name), self.text(name))


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 60 else flat[:57] + "..."

"""What all sections of a Flex Query share: accounts, dates, currencies and levels of detail."""

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from harvestdesk.domain.security import SecurityKind
from harvestdesk.importers.accounts import AccountNames
from harvestdesk.importers.batch import ParsedAccount, ParsedSecurity
from harvestdesk.importers.brokers.ibkr_flex.elements import Element
from harvestdesk.importers.collect import Collector
from harvestdesk.importers.symbols import described
from harvestdesk.importers.tolerant import Source
from harvestdesk.importers.values import (
    ISO_DATES,
    CellError,
    is_null,
    parse_date,
    parse_money,
    parse_shares,
)

BROKER = "ibkr"
_SLASHED = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](?:\d{4}|\d{2})(?!\d)", re.ASCII)
_DATE_FIELDS = (
    "reportDate",
    "tradeDate",
    "dateTime",
    "openDateTime",
    "holdingPeriodDateTime",
    "settleDate",
    "settleDateTarget",
    "toDate",
    "fromDate",
)
_READ_CLASSES = {
    "": None,
    "STK": None,
    "FUND": SecurityKind.MUTUAL_FUND,
    "BOND": SecurityKind.BOND,
    "BILL": SecurityKind.BOND,
    "CRYPTO": SecurityKind.CRYPTO,
}
_SECTIONS_NAMING_SECURITIES = frozenset({"OpenPositions", "Trades", "Transfers"})
"""Elsewhere the description tells the event, not the security."""
_SUBCLASSES = {
    "ETF": SecurityKind.ETF,
    "COMMON": SecurityKind.STOCK,
    "ADR": SecurityKind.STOCK,
    "REIT": SecurityKind.STOCK,
    "PREFERRED": SecurityKind.STOCK,
}


class Reading:
    """The state of one pass over a Flex Query."""

    def __init__(self, source: Source, kind: str, elements: Iterable[Element]) -> None:
        self.out = Collector(source, BROKER, kind)
        self.names = AccountNames(BROKER)
        self.priced: set[str] = set()
        self.detailed: set[tuple[int, str]] = set()
        self._by_number: dict[str, ParsedAccount] = {}
        self._no_currency: int | None = None
        self._skipped: dict[tuple[int, str], tuple[int, int]] = {}
        listed = list(elements)
        self.date_forms = date_forms(listed)
        for element in listed:
            level = element.get("levelOfDetail").upper()
            if level == "DETAIL":
                self.detailed.add((id(element.statement), element.section))

    # --- cells -------------------------------------------------------------------------------------

    def money(self, element: Element, name: str) -> Decimal | None:
        """Return dollars, or None for a null mark."""
        try:
            return parse_money(element.get(name))
        except CellError as error:
            raise wrong(element, name, error.expected) from None

    def shares(self, element: Element, name: str) -> Decimal | None:
        """Return shares or a price, or None for a null mark."""
        try:
            return parse_shares(element.get(name))
        except CellError as error:
            raise wrong(element, name, error.expected) from None

    def day(self, element: Element, *fields: str) -> date | None:
        """Return the first day the fields give, or None."""
        for name in fields:
            text = element.get(name)
            if is_null(text):
                continue
            try:
                return parse_date(text, self.date_forms)
            except CellError:
                raise wrong(element, name, self._expected_date()) from None
        return None

    def statement_day(self, element: Element) -> date | None:
        """Return the last day of the row's statement, or None."""
        text = (element.statement or {}).get("toDate", "")
        try:
            return parse_date(text, self.date_forms)
        except CellError:
            return None

    def _expected_date(self) -> str:
        if "mdy" in self.date_forms or "dmy" in self.date_forms:
            return "a date in the form of the rest of the file"
        return (
            "a date that can be read one way only; choose yyyy-MM-dd as the date format of the Flex Query "
            "(no date in this file shows whether day or month comes first)"
        )

    # --- rows --------------------------------------------------------------------------------------

    def account_id(self, element: Element) -> str:
        """Return the account number of a row, or of its statement."""
        own = element.get("accountId")
        if own and own != "-":
            return own
        return (element.statement or {}).get("accountId", "").strip()

    def account(self, element: Element) -> str:
        """Record the row's account and return its key."""
        alias = element.get("acctAlias")
        number = self.account_id(element)
        name = "" if alias in {"", "-"} or (number and number in alias) else alias
        if number not in self._by_number:
            self._by_number[number] = self.names.account(number, name)
        return self.out.account(self._by_number[number])

    def in_dollars(self, element: Element) -> None:
        """Raise CellError unless the row is in US dollars."""
        if not element.get("currency") and self._no_currency is None:
            self._no_currency = element.line
        if element.get("currency").upper() not in {"USD", ""}:
            raise wrong(
                element, "currency", "USD; amounts in other currencies are not read", "currency"
            )

    def tradable(self, element: Element) -> bool:
        """True for stocks, funds and bonds; the rest is said and left out."""
        kind = element.get("assetCategory").upper()
        if kind in _READ_CLASSES:
            return True
        what = {
            "OPT": "an option",
            "FOP": "an option on a future",
            "FUT": "a future",
            "CASH": "a currency trade",
        }
        self.out.info(
            element.line,
            f"{what.get(kind, 'a ' + kind)}: this kind is not held yet",
            code="row.option" if kind in {"OPT", "FOP"} else "row.kind",
            text=element.get("symbol"),
        )
        return False

    def security(self, element: Element) -> str:
        """Record the row's security and return its symbol; CellError if it has none."""
        return self.out.security(self.described(element))

    def described(self, element: Element) -> ParsedSecurity:
        """Return the row's security; CellError if it has no symbol."""
        symbol = element.get("symbol") or element.get("cusip")
        if is_null(symbol):
            raise wrong(element, "symbol", "a symbol; tick Symbol in the Flex Query")
        kind = _READ_CLASSES.get(element.get("assetCategory").upper())
        kind = kind or _SUBCLASSES.get(element.get("subCategory").upper())
        named = element.section in _SECTIONS_NAMING_SECURITIES
        found = described(symbol, element.get("description") if named else "", kind)
        return ParsedSecurity(
            found.symbol, found.name, found.kind, element.get("cusip").upper() or found.cusip
        )

    def only_adds_up(self, element: Element) -> bool:
        """True (and said) for a SUMMARY row whose section also has DETAIL rows."""
        level = element.get("levelOfDetail").upper()
        if level != "SUMMARY" or (id(element.statement), element.section) not in self.detailed:
            return False
        self.out.info(
            element.line, "adds up detail rows that are read one by one", code="row.total"
        )
        return True

    def skip_section(self, element: Element) -> None:
        """Count a row of a section that is not read."""
        key = (id(element.statement), element.section)
        line, count = self._skipped.get(key, (element.line, 0))
        self._skipped[key] = (line, count + 1)

    def finish(self) -> None:
        """Say which sections were not read, and what the query should be asked for."""
        for (_, section), (line, count) in self._skipped.items():
            rows = "one row is" if count == 1 else f"{count} rows are"
            self.out.info(
                line, f"section {section}: {rows} not needed and not read", code="section.skipped"
            )
        if self._no_currency is not None:
            self.out.warn(
                self._no_currency,
                "rows name no currency and were taken as US dollars: tick Currency in the Flex Query",
                column="currency",
                code="currency.missing",
            )
        with_lots = {(lot.account_key, lot.symbol) for lot in self.out.lots}
        without_lots = [p for p in self.out.positions if (p.account_key, p.symbol) not in with_lots]
        if without_lots:
            self.out.warn(
                without_lots[0].line,
                "positions without lots: tick Lot under Open Positions in the Flex Query",
                code="lots.missing",
            )


def wrong(element: Element, name: str, expected: str, code: str = "value") -> CellError:
    """Return the error of an attribute that is not what was expected."""
    return CellError(expected, code, name, element.get(name))


def date_forms(elements: Iterable[Element]) -> tuple[str, ...]:
    """Return the accepted date forms: day or month first only where the file proves which.

    A Flex Query writes every date in the form its owner chose, so one 31/12 settles the file.
    """
    month_first = day_first = False
    statement: object = None
    for element in elements:
        groups = [element.values]
        if element.statement is not None and element.statement is not statement:
            statement = element.statement
            groups.append(element.statement)
        for text in (values.get(name, "") for values in groups for name in _DATE_FIELDS):
            match = None if text[:8].isdigit() or not text else _SLASHED.match(text)
            if match is not None:
                day_first = day_first or int(match[1]) > 12
                month_first = month_first or int(match[2]) > 12
    if month_first and not day_first:
        return (*ISO_DATES, "mdy")
    if day_first and not month_first:
        return (*ISO_DATES, "dmy")
    return ISO_DATES

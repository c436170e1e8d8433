"""The tax form 1099-B as OFX (`TAX1099B_V100`), as brokers hand it to tax software, in SGML or XML."""

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from harvestdesk.domain.lot import Term
from harvestdesk.domain.money import ZERO
from harvestdesk.importers.accounts import AccountNames
from harvestdesk.importers.closed_lots.batch import (
    BOX_TERMS,
    ClosedLot,
    ClosedLotBatch,
    ClosedLotCollector,
)
from harvestdesk.importers.tolerant import Source, bad_file
from harvestdesk.importers.values import CellError, parse_date, parse_money, parse_shares

_DETAIL = re.compile(r"<PROCDET_V100>(?P<body>.*?)</PROCDET_V100>", re.DOTALL)
_FORM = re.compile(r"<TAX1099B_V100>(?P<body>.*?)</TAX1099B_V100>", re.DOTALL)
_VALUE = re.compile(r"<(?P<tag>[A-Z0-9.]+)>(?P<value>[^<\r\n]+)")
_LEADING = re.compile(r"\s*(?P<shares>[\d,]*\.?\d+)\s+(?P<name>.+)")
_BROKERS = {
    "schwab": "schwab",
    "fidelity": "fidelity",
    "national financial": "fidelity",
    "interactive": "ibkr",
}


@dataclass(frozen=True, slots=True)
class _Detail:
    """One reported sale."""

    line: int
    values: Mapping[str, str]

    def text(self, tag: str) -> str:
        return self.values.get(tag, "").strip()

    def yes(self, tag: str) -> bool | None:
        word = self.text(tag).upper()
        return None if not word else word.startswith("Y")

    def wrong(self, tag: str, expected: str) -> CellError:
        return CellError(expected, "value", tag, self.text(tag))


def recognise(source: Source) -> str | None:
    """Return "1099-B" for an OFX file with the tax form, or None."""
    head = source.head.upper()
    return "1099-B" if "<OFX>" in head and "<TAX1099B_V100>" in source.text else None


def read(source: Source) -> ClosedLotBatch:
    """Read the sales of every form in the file.

    Raises:
        BadInputError: when the form holds sums only (`PROCSUM`).
    """
    text = source.text
    starts = [0, *(m.end() for m in re.finditer("\n", text))]
    out = ClosedLotCollector(source, _broker(text), "1099-B")
    names = AccountNames(out.broker)
    for form in _FORM.finditer(text):
        body = form["body"]
        number = _first(_without_details(body), "RECACCT")
        account = out.account(names.account(number, "")) if number else ""
        for match in _DETAIL.finditer(body):
            line = bisect_right(starts, form.start("body") + match.start())
            values = {m["tag"]: m["value"] for m in _VALUE.finditer(match["body"])}
            out.take(line, (_Detail(line, values), account), lambda item: _lot(*item))
    if not out.rows:
        raise bad_file(
            source.name,
            "this 1099-B holds no single sales",
            line=1,
            expected="the details of each sale (PROCDET), not sums alone",
            code="no_closed_lots",
        )
    return out.closed()


def _without_details(body: str) -> str:
    return _DETAIL.sub("", body)


def _first(text: str, tag: str) -> str:
    match = re.search(rf"<{tag}>([^<\r\n]+)", text)
    return match[1].strip() if match else ""


def _broker(text: str) -> str:
    words = " ".join(_first(text, tag) for tag in ("ORG", "PAYERNAME1", "PAYERNAME")).lower()
    return next((key for name, key in _BROKERS.items() if name in words), "1099-B")


def _lot(detail: _Detail, account: str) -> ClosedLot:
    leading = _LEADING.fullmatch(detail.text("SALEDESCRIPTION"))
    words = detail.text("NUMSHRS") or (leading["shares"] if leading else "")
    shares = _number(detail, "NUMSHRS", words)
    sold, box = _day(detail, "DTSALE"), detail.text("FORM8949CODE").upper()
    proceeds = _money(detail, "SALESPR")
    if sold is None:
        raise detail.wrong("DTSALE", "the day of the sale")
    if proceeds is None:
        raise detail.wrong("SALESPR", "the proceeds")
    disallowed = abs(_money(detail, "WASHSALELOSSDISALLOWED") or ZERO)
    noncovered = detail.yes("NONCOVEREDSECURITY")
    basis = _money(detail, "COSTBASIS")
    if not basis and detail.yes("BASISNOTSHOWN"):
        basis = None
    return ClosedLot(
        line=detail.line,
        account_key=account,
        symbol="",
        shares=abs(shares),
        sold=sold,
        proceeds=proceeds,
        basis=basis,
        acquired=None if detail.yes("DTVAR") else _day(detail, "DTAQD"),
        disallowed=disallowed,
        washed=bool(detail.yes("WASHSALE")) or disallowed > 0,
        term=_term(detail, box),
        covered=None if noncovered is None else not noncovered,
        box=box if box in BOX_TERMS else "",
        name=detail.text("SECNAME") or (leading["name"] if leading else ""),
        cusip=detail.text("CUSIPNUM") or detail.text("CUSIP"),
    )


def _term(detail: _Detail, box: str) -> Term | None:
    words = {"LONG": Term.LONG, "SHORT": Term.SHORT}
    return words.get(detail.text("LONGSHORT").upper()) or BOX_TERMS.get(box)


def _number(detail: _Detail, tag: str, text: str) -> Decimal:
    try:
        shares = parse_shares(text)
    except CellError as error:
        raise detail.wrong(tag, error.expected) from None
    if not shares:
        raise detail.wrong(tag, "a number of shares other than zero")
    return shares


def _money(detail: _Detail, tag: str) -> Decimal | None:
    try:
        return parse_money(detail.text(tag))
    except CellError as error:
        raise detail.wrong(tag, error.expected) from None


def _day(detail: _Detail, tag: str) -> date | None:
    """Return the day of an OFX date: its first eight figures are the local day."""
    try:
        return parse_date(detail.text(tag)[:8])
    except CellError as error:
        raise detail.wrong(tag, error.expected) from None

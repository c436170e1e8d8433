"""Interactive Brokers, closed lots of a Flex Query in XML.

Of a closed lot IBKR gives the opening side (`cost`, `openDateTime`) and the result net of commission;
the proceeds follow from the two.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from decimal import Decimal

from harvestdesk.domain.lot import Term
from harvestdesk.importers.brokers.ibkr_flex.elements import Element, parse
from harvestdesk.importers.brokers.ibkr_flex.reading import BROKER, Reading, wrong
from harvestdesk.importers.closed_lots.batch import ClosedLot, ClosedLotBatch, ClosedLotCollector
from harvestdesk.importers.tolerant import Source, bad_file
from harvestdesk.importers.values import CellError, parse_date, total_of
from harvestdesk.tax.holding_period import term_of

_CODES = {"ST": Term.SHORT, "LT": Term.LONG}
_WASHED = "LD"
"""IBKR's code of a loss disallowed by a wash sale."""


def recognise(source: Source) -> str | None:
    """Return "closed lots" for a Flex Query in XML, or None."""
    return "closed lots" if "<FlexQueryResponse" in source.head else None


def read(source: Source) -> ClosedLotBatch:
    """Read the closed lots of all statements.

    Raises:
        BadInputError: when the XML is damaged or holds no closed lot.
    """
    elements = parse(source)
    lots = [e for e in elements if _is_closed_lot(e)]
    if not lots:
        raise bad_file(
            source.name,
            "this Flex Query holds no closed lots",
            line=elements[0].line if elements else 1,
            expected="trades with Options > Closed Lots ticked in the Flex Query",
            code="no_closed_lots",
        )
    reading = Reading(source, "closed lots", elements)
    reading.out = out = ClosedLotCollector(source, BROKER, "closed lots")
    for element in elements:
        if _is_closed_lot(element):
            out.take(element.line, element, lambda e: _lot(reading, e))
        elif element.get("levelOfDetail").upper() == "WASH_SALE":
            out.rows += 1
            out.warn(
                element.line,
                "a wash sale row does not say which closed lot it is of; the Form 8949 worksheet does",
                code="row.wash_sale",
                text=element.get("symbol"),
            )
        else:
            reading.skip_section(element)
    reading.finish()
    out.first, out.last = _period(reading, lots)
    return out.closed()


def _is_closed_lot(element: Element) -> bool:
    level = element.get("levelOfDetail").upper()
    return level == "CLOSED_LOT" or (element.tag == "Lot" and level in {"", "CLOSED_LOT"})


def _period(reading: Reading, lots: Sequence[Element]) -> tuple[date | None, date | None]:
    """Return the days all statements cover."""
    days: dict[str, list[date]] = {"fromDate": [date.min], "toDate": [date.max]}
    for element in lots:
        for name, found in days.items():
            with suppress(CellError):
                day = parse_date((element.statement or {}).get(name, ""), reading.date_forms)
                if day is not None:
                    found.append(day)
    first, last = max(days["fromDate"]), min(days["toDate"])
    return (None if first == date.min else first, None if last == date.max else last)


def _lot(reading: Reading, element: Element) -> ClosedLot | None:
    if not reading.tradable(element) and element.get("assetCategory").upper() not in {"OPT", "WAR"}:
        return None
    reading.in_dollars(element)
    sold = reading.day(element, "tradeDate", "dateTime")
    if sold is None:
        raise wrong(element, "dateTime", "a date; tick Date/Time in the Flex Query")
    shares = reading.shares(element, "quantity")
    if not shares:
        raise wrong(element, "quantity", "a number of shares; tick Quantity in the Flex Query")
    acquired = reading.day(element, "openDateTime")
    held_from = reading.day(element, "holdingPeriodDateTime", "openDateTime")
    gain = reading.money(element, "fifoPnlRealized")
    if gain is None:
        raise wrong(element, "fifoPnlRealized", "an amount; tick Realized P/L in the Flex Query")
    cost, short = _cost(reading, element, shares), element.get("buySell").upper().startswith("BUY")
    key, security = reading.account(element), reading.described(element)
    codes = {c.strip().upper() for c in f"{element.get('notes')};{element.get('code')}".split(";")}
    term = next((_CODES[c] for c in ("ST", "LT") if c in codes), None)
    if term is None and held_from is not None and held_from <= sold:
        term = term_of(held_from, sold)
    return ClosedLot(
        line=element.line,
        account_key=key,
        symbol=reading.out.security(security),
        shares=abs(shares),
        sold=sold,
        # A short sale opens with its proceeds and closes with its cost.
        proceeds=cost if short else cost + gain,
        basis=cost - gain if short else cost,
        acquired=acquired,
        washed=_WASHED in codes,
        term=term,
        name=security.name,
        cusip=security.cusip,
        short_sale=short,
    )


def _cost(reading: Reading, element: Element, shares: Decimal) -> Decimal:
    cost = reading.money(element, "cost")
    if cost is not None:
        return abs(cost)
    price = reading.shares(element, "tradePrice")
    if price is None:
        raise wrong(element, "cost", "an amount; tick Cost Basis in the Flex Query")
    factor = reading.shares(element, "multiplier") or Decimal(1)
    return total_of(abs(shares), price, factor)

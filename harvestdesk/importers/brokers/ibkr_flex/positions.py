"""Open positions: LOT rows are the lots, SUMMARY rows the holdings; the two are never added."""

from decimal import Decimal

from harvestdesk.domain.money import ZERO
from harvestdesk.importers.batch import ParsedLot, ParsedPosition, ParsedPrice
from harvestdesk.importers.brokers.ibkr_flex.elements import Element
from harvestdesk.importers.brokers.ibkr_flex.reading import Reading, wrong
from harvestdesk.importers.symbols import price_per_unit
from harvestdesk.importers.values import total_of


def read_row(reading: Reading, element: Element) -> None:
    """Read one open position or lot."""
    if not reading.tradable(element):
        return
    reading.in_dollars(element)
    shares = reading.shares(element, "position")
    if shares is None:
        raise wrong(element, "position", "a number of shares; tick Position in the Flex Query")
    if shares <= 0:
        what = "a short position" if shares < 0 else "a position of no shares"
        reading.out.warn(
            element.line, f"{what} was left out", code="row.short", text=element.get("symbol")
        )
        return
    day = reading.day(element, "reportDate") or reading.statement_day(element)
    if day is not None and (reading.out.as_of is None or day > reading.out.as_of):
        reading.out.as_of = day
    level = element.get("levelOfDetail").upper()
    if level == "LOT":
        _read_lot(reading, element, shares)
    elif level in {"SUMMARY", ""}:
        _read_position(reading, element, shares)
    else:
        reading.out.info(element.line, f"level {level} adds up other rows", code="row.total")


def _basis(reading: Reading, element: Element, shares: Decimal) -> Decimal | None:
    """Return the cost in dollars: IBKR's own total, or price times shares."""
    total, each = (
        reading.money(element, "costBasisMoney"),
        reading.shares(element, "costBasisPrice"),
    )
    if total is not None or each is None:
        return total
    return total_of(shares, each, _multiplier(reading, element))


def _multiplier(reading: Reading, element: Element) -> Decimal:
    factor = reading.shares(element, "multiplier")
    return Decimal(1) if factor is None or factor <= 0 else factor


def _read_lot(reading: Reading, element: Element, shares: Decimal) -> None:
    out, line = reading.out, element.line
    opened = reading.day(element, "openDateTime")
    held_since = reading.day(element, "holdingPeriodDateTime") or opened
    basis = _basis(reading, element, shares)
    price = reading.shares(element, "markPrice")
    key, symbol = reading.account(element), reading.security(element)
    out.add_lot(
        ParsedLot(
            line=line,
            account_key=key,
            symbol=symbol,
            shares=shares,
            acquired_on=opened,
            adjusted_acquired_on=held_since,
            cost_basis=basis,
            wash_added=ZERO,
            purchase=_reference(element, "originatingOrderID"),
            broker_ref=_reference(element, "originatingTransactionID"),
        )
    )
    if price is not None and out.as_of is not None and symbol not in reading.priced:
        reading.priced.add(symbol)
        out.prices.append(ParsedPrice(line, symbol, out.as_of, price))
    if basis is None:
        out.warn(
            line,
            "the lot has no cost: tick Cost Basis Money in the Flex Query",
            code="basis.missing",
        )
    if opened is None:
        out.warn(
            line,
            "the lot has no open date: tick Open Date Time in the Flex Query",
            code="date.missing",
        )
    if "LD" in element.get("code").split(";"):
        out.info(
            line, "IBKR has added a disallowed loss to this lot's cost", code="basis.wash_included"
        )


def _reference(element: Element, name: str) -> str:
    text = element.get(name)
    return "" if text in {"0", "-", "--"} else text


def _read_position(reading: Reading, element: Element, shares: Decimal) -> None:
    out, line = reading.out, element.line
    basis, value = _basis(reading, element, shares), reading.money(element, "positionValue")
    price = price_per_unit(reading.shares(element, "markPrice"), shares, value)
    if value is None and price is not None:
        value = total_of(shares, price)
    key, symbol = reading.account(element), reading.security(element)
    out.positions.append(ParsedPosition(line, key, symbol, shares, price, out.as_of, basis, value))
    if basis is None:
        out.warn(
            line,
            "the broker gives no cost basis for this position",
            code="basis.missing",
            text=symbol,
        )

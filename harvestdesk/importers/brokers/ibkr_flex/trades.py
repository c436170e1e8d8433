"""Executions, corporate actions and transfers."""

from decimal import Decimal

from harvestdesk.domain.money import ZERO
from harvestdesk.domain.transaction import TransactionType
from harvestdesk.importers.batch import ParsedTransaction
from harvestdesk.importers.brokers.ibkr_flex.elements import Element
from harvestdesk.importers.brokers.ibkr_flex.reading import Reading, wrong
from harvestdesk.importers.values import total_of

_TICK = "tick {} in the Flex Query"


def read_row(reading: Reading, element: Element) -> None:
    """Read one execution; closed lots and sums of executions are named and left out."""
    level = element.get("levelOfDetail").upper()
    if element.tag == "Lot" or level == "CLOSED_LOT":
        reading.out.info(
            element.line,
            "a closed lot: sales are read from the executions",
            code="row.closed_lot",
            text=element.get("symbol"),
        )
    elif element.tag != "Trade" or level not in {"", "EXECUTION"}:
        reading.out.info(
            element.line, f"level {level or element.tag} adds up executions", code="row.total"
        )
    elif reading.tradable(element):
        _read_execution(reading, element)


def _read_execution(reading: Reading, element: Element) -> None:
    reading.in_dollars(element)
    on = reading.day(element, "tradeDate", "dateTime")
    if on is None:
        raise wrong(element, "tradeDate", "a date; " + _TICK.format("Trade Date"))
    shares = reading.shares(element, "quantity")
    if not shares:
        raise wrong(element, "quantity", "a number of shares; " + _TICK.format("Quantity"))
    kind = _kind(reading, element, shares)
    fees = _fees(reading, element)
    amount = _amount(reading, element, kind, abs(shares), fees)
    key, symbol = reading.account(element), reading.security(element)
    reading.out.add_transaction(
        ParsedTransaction(
            line=element.line,
            account_key=key,
            on=on,
            type=kind,
            symbol=symbol,
            shares=abs(shares),
            amount=amount,
            fees=fees,
            note=element.get("description"),
            broker_ref=element.get("tradeID") or element.get("transactionID"),
            purchase=element.get("ibOrderID") if kind is TransactionType.BUY else "",
        )
    )


def _kind(reading: Reading, element: Element, shares: Decimal) -> TransactionType:
    """Return BUY, SELL, DRIP, or OTHER for cancellations and short sales."""
    side, codes = element.get("buySell").upper(), element.get("notes").split(";")
    if side.endswith("(CA.)") or "Ca" in codes:
        reading.out.warn(
            element.line,
            "a cancelled trade is kept as a note; check the lots",
            code="row.cancelled",
        )
        return TransactionType.OTHER
    selling = side == "SELL" if side in {"BUY", "SELL"} else shares < 0
    marker = element.get("openCloseIndicator").upper()
    if marker == ("O" if selling else "C"):
        what = "a short sale" if selling else "a purchase that covers a short sale"
        reading.out.warn(element.line, f"{what} is kept as a note", code="row.short")
        return TransactionType.OTHER
    if selling:
        return TransactionType.SELL
    return TransactionType.DRIP if "R" in codes else TransactionType.BUY


def _fees(reading: Reading, element: Element) -> Decimal:
    """Return commission and taxes in dollars; a commission in another currency can't be added up."""
    commission = reading.money(element, "ibCommission") or ZERO
    if commission and element.get("ibCommissionCurrency").upper() not in {"", "USD"}:
        raise wrong(element, "ibCommissionCurrency", "USD", "currency")
    return abs(commission) + abs(reading.money(element, "taxes") or ZERO)


def _amount(
    reading: Reading, element: Element, kind: TransactionType, shares: Decimal, fees: Decimal
) -> Decimal:
    """Return cost with fees, or proceeds without them: net cash, or what it is made of."""
    net = reading.money(element, "netCash")
    if net is not None:
        return abs(net)
    cost = reading.money(element, "cost")
    if kind is TransactionType.BUY and cost:
        return abs(cost)
    gross = reading.money(element, "proceeds")
    gross = reading.money(element, "tradeMoney") if gross is None else gross
    if gross is None:
        price = reading.shares(element, "tradePrice")
        if price is None:
            raise wrong(
                element,
                "tradePrice",
                "a price; " + _TICK.format("Trade Price, Proceeds and Net Cash"),
            )
        factor = reading.shares(element, "multiplier") or Decimal(1)
        gross = total_of(shares, price, factor)
    return max(abs(gross) - fees, ZERO) if kind is TransactionType.SELL else abs(gross) + fees


def read_corporate_action(reading: Reading, element: Element) -> None:
    """Read a forward split; other actions are kept as notes."""
    if reading.only_adds_up(element) or not reading.tradable(element):
        return
    on = reading.day(element, "dateTime", "reportDate")
    if on is None:
        raise wrong(element, "dateTime", "a date; " + _TICK.format("Date/Time"))
    shares = reading.shares(element, "quantity") or ZERO
    split = element.get("type").upper() == "FS" and shares > 0
    if not split:
        reading.out.warn(
            element.line,
            "a corporate action is kept as a note; check the lots of this security",
            code="row.reorganised",
            text=element.get("symbol"),
        )
    key, symbol = reading.account(element), reading.security(element)
    reading.out.add_transaction(
        ParsedTransaction(
            line=element.line,
            account_key=key,
            on=on,
            type=TransactionType.SPLIT if split else TransactionType.OTHER,
            symbol=symbol,
            shares=abs(shares),
            note=element.get("actionDescription") or element.get("description"),
            broker_ref=element.get("transactionID") or element.get("actionID"),
        )
    )


def read_transfer(reading: Reading, element: Element) -> None:
    """Read shares that came in or left; their cost stays with the sender until it is entered."""
    if reading.only_adds_up(element) or not reading.tradable(element):
        return
    if element.tag != "Transfer" or element.get("levelOfDetail").upper() not in {
        "",
        "TRANSFER",
        "DETAIL",
    }:
        reading.out.info(element.line, "a detail of a transfer", code="row.total")
        return
    shares = reading.shares(element, "quantity") or ZERO
    on = reading.day(element, "date", "reportDate", "dateTime")
    if on is None or not shares:
        reading.out.warn(
            element.line, "a transfer without date or shares was left out", code="row.transfer"
        )
        return
    incoming = element.get("direction").upper() == "IN" if element.get("direction") else shares > 0
    key, symbol = reading.account(element), reading.security(element)
    reading.out.add_transaction(
        ParsedTransaction(
            line=element.line,
            account_key=key,
            on=on,
            type=TransactionType.TRANSFER_IN if incoming else TransactionType.TRANSFER_OUT,
            symbol=symbol,
            shares=abs(shares),
            amount=None if incoming else ZERO,
            note=element.get("description"),
            broker_ref=element.get("transactionID"),
        )
    )
    if incoming:
        reading.out.warn(
            element.line,
            "shares came in without a cost: enter their basis before planning with them",
            code="basis.missing",
        )

"""Cash transactions and the cash report."""

from decimal import Decimal

from harvestdesk.domain.money import ZERO
from harvestdesk.domain.transaction import TransactionType as T
from harvestdesk.importers.batch import ParsedCash, ParsedTransaction
from harvestdesk.importers.brokers.ibkr_flex.elements import Element
from harvestdesk.importers.brokers.ibkr_flex.reading import Reading, wrong
from harvestdesk.importers.values import is_null

_TYPES = {
    "dividends": T.DIVIDEND,
    "payment in lieu of dividends": T.DIVIDEND,
    "withholding tax": T.TAX,
    "871(m) withholding": T.TAX,
    "broker interest received": T.INTEREST,
    "bond interest received": T.INTEREST,
    "broker interest paid": T.FEE,
    "bond interest paid": T.FEE,
    "other fees": T.FEE,
    "advisor fees": T.FEE,
    "broker fees": T.FEE,
    "commission adjustments": T.FEE,
    "deposits/withdrawals": T.CASH,
    "deposits & withdrawals": T.CASH,
    "other income": T.INTEREST,
}
_NEVER_NEGATIVE = {T.DIVIDEND, T.INTEREST}


def read_row(reading: Reading, element: Element) -> None:
    """Read one cash transaction."""
    if reading.only_adds_up(element):
        return
    reading.in_dollars(element)
    on = reading.day(element, "dateTime", "settleDate", "reportDate")
    if on is None:
        raise wrong(element, "dateTime", "a date; tick Date/Time in the Flex Query")
    amount = reading.money(element, "amount")
    if amount is None:
        raise wrong(element, "amount", "an amount; tick Amount in the Flex Query")
    kind = _kind(reading, element, amount)
    has_symbol = not is_null(element.get("symbol")) and element.get("assetCategory").upper() in {
        "",
        "STK",
        "FUND",
        "BOND",
    }
    reading.out.add_transaction(
        ParsedTransaction(
            line=element.line,
            account_key=reading.account(element),
            on=on,
            type=kind,
            symbol=reading.security(element) if has_symbol else "",
            amount=amount,
            note=f"{element.get('type')}: {element.get('description')}",
            broker_ref=element.get("transactionID"),
        )
    )


def _kind(reading: Reading, element: Element, amount: Decimal) -> T:
    kind = _TYPES.get(element.get("type").lower())
    if kind is None:
        reading.out.warn(
            element.line,
            f"the type “{element.get('type')}” is not known; the row is kept as a note",
            column="type",
            code="action.unknown",
        )
        return T.OTHER
    if amount < 0 and kind in _NEVER_NEGATIVE:
        reading.out.warn(
            element.line, "a payment taken back is kept as a note", code="row.reversed"
        )
        return T.OTHER
    return kind


def read_balance(reading: Reading, element: Element) -> None:
    """Read the closing balance in dollars."""
    currency = element.get("currency").upper()
    if currency == "BASE_SUMMARY" or element.get("levelOfDetail").upper() == "BASECURRENCY":
        reading.out.info(element.line, "a sum over all currencies", code="row.total")
        return
    reading.in_dollars(element)
    amount = reading.money(element, "endingCash")
    if amount is None:
        raise wrong(element, "endingCash", "an amount; tick Ending Cash in the Flex Query")
    on = reading.day(element, "toDate") or reading.statement_day(element)
    reading.out.cash.append(ParsedCash(element.line, reading.account(element), on, amount or ZERO))

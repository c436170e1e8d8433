"""Interactive Brokers TWS BasketTrader CSV.

Source: ibkrguides.com/traderworkstation, "Basket fields" and "Manually create a basket file": header
fields in any order, no space between a value and its comma, no commas in values. A basket goes out at
once, so that sales and the purchases they pay for stand in two files; an account is chosen in TWS, so
that each account has its own. Lots can't be named: they are matched after the fills in Tax Optimizer.
"""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.money import decimal_text, parse_decimal
from harvestdesk.domain.security import SecurityKind
from harvestdesk.orders.files import OrderFile, file_name
from harvestdesk.orders.terms import MARKET_DAY, OrderTerms, OrderType
from harvestdesk.orders.ticket import SELLS_FIRST, Order

CUSTODIAN = "ibkr"
_SEC_TYPES = {
    SecurityKind.STOCK: "STK",
    SecurityKind.ETF: "STK",
    SecurityKind.MUTUAL_FUND: "FUND",
}
_COLUMNS = (
    "Action",
    "Quantity",
    "Symbol",
    "SecType",
    "Exchange",
    "Currency",
    "TimeInForce",
    "OrderType",
    "LmtPrice",
    "BasketTag",
)
_SYMBOL = re.compile(r"[A-Z0-9][A-Z0-9./-]{0,14}(?: [A-Z])?", re.ASCII)
_TAG = re.compile(r"[A-Za-z0-9-]{1,40}", re.ASCII)


def basket_files(orders: Sequence[Order], terms: OrderTerms = MARKET_DAY) -> tuple[OrderFile, ...]:
    """Return the basket files of the orders at Interactive Brokers: two at most for each account.

    Raises:
        BadInputError: when none is there, or one can't be expressed in a basket.
    """
    mine = [order for order in orders if order.custodian == CUSTODIAN]
    if not mine:
        raise BadInputError(
            "No order is in an account at Interactive Brokers (custodian ibkr); use the format generic-csv.",
            code="orders.no_account",
        )
    keys = dict.fromkeys((order.account_id, order.group) for order in mine)
    return tuple(_file([o for o in mine if (o.account_id, o.group) == key], terms) for key in keys)


def basket_text(orders: Iterable[Order], terms: OrderTerms = MARKET_DAY) -> str:
    """Return orders as one basket; the limit column is left out where no order has a limit."""
    rows = [_row(order, terms) for order in orders]
    columns = [c for c in _COLUMNS if c != "LmtPrice" or any(row["LmtPrice"] for row in rows)]
    lines = [columns, *([row[c] for c in columns] for row in rows)]
    text = "".join(",".join(line) + "\r\n" for line in lines)
    found = problems(text)
    if found:
        raise BadInputError(
            f"The basket can't be written: {'; '.join(found)}", code="orders.basket"
        )
    return text


def problems(text: str) -> tuple[str, ...]:
    """Return what TWS would trip over in a basket, one finding for each, with its line."""
    lines = text.split("\r\n")
    header = lines[0].split(",")
    found: list[str] = []
    missing = {"Action", "Quantity", "Symbol", "SecType", "OrderType"} - set(header)
    if missing:
        found.append(f"line 1: no column {', '.join(sorted(missing))}")
        return tuple(found)
    if not set(header) <= set(_COLUMNS) or len(set(header)) < len(header):
        found.append("line 1: unknown or repeated column")
    if lines[-1]:
        found.append(f"line {len(lines)}: no line end")
    for number, line in enumerate(lines[1:-1], 2):
        cells = line.split(",")
        if len(cells) != len(header):
            found.append(f"line {number}: {len(cells)} cells under {len(header)} columns")
            continue
        found += [
            f"line {number}: {p}" for p in _cell_problems(dict(zip(header, cells, strict=True)))
        ]
    return tuple(found)


def _file(orders: Sequence[Order], terms: OrderTerms) -> OrderFile:
    first = orders[0]
    step = "1-sell" if first.group == SELLS_FIRST else "2-buy"
    tail = f"-{first.account_tail}" if first.account_tail else ""
    name = file_name(f"ibkr-basket-{first.account_name}{tail}-{step}", orders)
    return OrderFile(name, basket_text(orders, terms).encode("ascii"))


def _row(order: Order, terms: OrderTerms) -> dict[str, str]:
    limit = terms.limit_price(order)
    return {
        "Action": order.side.value,
        "Quantity": _quantity(order),
        "Symbol": _ib_symbol(order.symbol),
        "SecType": _sec_type(order),
        "Exchange": "SMART",
        "Currency": "USD",
        "TimeInForce": terms.time_in_force,
        "OrderType": terms.type_of(order).value,
        "LmtPrice": "" if limit is None else format(limit, "f"),
        "BasketTag": order.id,
    }


def _quantity(order: Order) -> str:
    if not order.fractional and order.shares != order.shares.to_integral_value():
        raise BadInputError(
            f"{order.symbol} in {order.account_name}: {decimal_text(order.shares)} shares, but the account "
            "takes whole shares only. Plan again, or allow fractions for the account.",
            code="orders.fraction",
        )
    return decimal_text(order.shares)


def _sec_type(order: Order) -> str:
    kind = _SEC_TYPES.get(order.kind)
    if kind is None:
        raise BadInputError(
            f"{order.symbol}: a basket takes stocks, ETFs and funds, not {order.kind.value}. Enter it by hand.",
            code="orders.kind",
        )
    return kind


def _ib_symbol(symbol: str) -> str:
    """Return the symbol as IBKR writes it: a share class behind a space (`BRK.B` is `BRK B`)."""
    head, dot, tail = symbol.partition(".")
    return f"{head} {tail}" if dot and len(tail) == 1 and tail.isalpha() else symbol


def _cell_problems(row: dict[str, str]) -> list[str]:
    found = [f"{name} has a space beside its comma" for name, v in row.items() if v != v.strip()]
    if any('"' in v or not v.isascii() for v in row.values()):
        found.append("a quote or a letter TWS does not know")
    if row["Action"] not in {"BUY", "SELL"}:
        found.append(f"Action {row['Action']!r}")
    if not _is_positive(row["Quantity"]):
        found.append(f"Quantity {row['Quantity']!r} is not a positive number")
    if _SYMBOL.fullmatch(row["Symbol"]) is None:
        found.append(f"Symbol {row['Symbol']!r}")
    if row["OrderType"] not in set(OrderType):
        found.append(f"OrderType {row['OrderType']!r}")
    has_limit = bool(row.get("LmtPrice"))
    if has_limit != (row["OrderType"] == OrderType.LIMIT.value):
        found.append("LmtPrice and OrderType disagree")
    if has_limit and not _is_positive(row["LmtPrice"]):
        found.append(f"LmtPrice {row['LmtPrice']!r} is not a positive number")
    if _TAG.fullmatch(row.get("BasketTag") or "-") is None:
        found.append(f"BasketTag {row['BasketTag']!r}")
    return found


def _is_positive(text: str) -> bool:
    value = parse_decimal(text)
    return value is not None and value > Decimal(0) and text.replace(".", "", 1).isdigit()

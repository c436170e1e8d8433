"""HarvestDesk's own order CSV: one file of orders for any broker, one of the lots they take (docs/orders.md)."""

import csv
import io
from collections.abc import Iterable, Sequence

from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.money import decimal_text, parse_decimal
from harvestdesk.domain.safe_text import CsvValue, csv_text
from harvestdesk.orders.files import OrderFile, file_name
from harvestdesk.orders.terms import MARKET_DAY, OrderTerms
from harvestdesk.orders.ticket import Order, OrderLot, Side

ORDER_COLUMNS = (
    "order_id",
    "step",
    "after",
    "account",
    "account_tail",
    "custodian",
    "side",
    "symbol",
    "shares",
    "order_type",
    "limit_price",
    "time_in_force",
    "plan_price",
    "price_date",
    "plan_amount",
    "lots",
    "simulated",
)
LOT_COLUMNS = (
    "order_id",
    "account",
    "symbol",
    "lot",
    "broker_lot",
    "acquired",
    "term",
    "shares",
    "cost_per_share",
    "total_cost",
)


def generic_files(orders: Sequence[Order], terms: OrderTerms = MARKET_DAY) -> tuple[OrderFile, ...]:
    """Return the order file and the lot file of all accounts.

    Raises:
        BadInputError: when the order file would not pass its own check.
    """
    text = orders_text(orders, terms)
    found = problems(text)
    if found:
        raise BadInputError(
            f"The orders can't be written: {'; '.join(found)}", code="orders.generic"
        )
    return (
        OrderFile(file_name("orders", orders), text.encode()),
        OrderFile(file_name("order-lots", orders), lots_text(orders).encode()),
    )


def orders_text(orders: Iterable[Order], terms: OrderTerms = MARKET_DAY) -> str:
    """Return orders as CSV, one row for each, in the order they are to be placed."""
    return csv_text([ORDER_COLUMNS, *(_order_row(order, terms) for order in orders)])


def lots_text(orders: Iterable[Order]) -> str:
    """Return the lots the sales take as CSV, one row for each."""
    rows = [_lot_row(order, lot) for order in orders for lot in order.lots]
    return csv_text([LOT_COLUMNS, *rows])


def versus_purchase(order: Order) -> str:
    """Return the lots of a sale as text, `20 VSP 2024-01-15 @ 150.00; ...` (FIX tags 1753, 1754)."""
    return "; ".join(
        f"{decimal_text(lot.shares)} VSP {lot.acquired_on.isoformat()} @ {lot.cost_per_share:.4f}"
        for lot in order.lots
    )


def problems(text: str) -> tuple[str, ...]:
    """Return what is wrong with an order file: columns, numbers, repeated ids, purchases before sales."""
    rows = list(csv.reader(io.StringIO(text, newline="")))
    if not rows or tuple(rows[0]) != ORDER_COLUMNS:
        return (f"line 1: the columns are not {', '.join(ORDER_COLUMNS)}",)
    found: list[str] = []
    seen: set[str] = set()
    for number, cells in enumerate(rows[1:], 2):
        if len(cells) != len(ORDER_COLUMNS):
            found.append(f"line {number}: {len(cells)} cells under {len(ORDER_COLUMNS)} columns")
            continue
        row = dict(zip(ORDER_COLUMNS, cells, strict=True))
        found += [f"line {number}: {problem}" for problem in _row_problems(row, seen)]
        seen.add(row["order_id"])
    return tuple(found)


def _order_row(order: Order, terms: OrderTerms) -> tuple[CsvValue, ...]:
    return (
        order.id,
        order.group,
        " ".join(order.after),
        order.account_name,
        f"…{order.account_tail}" if order.account_tail else "",
        order.custodian,
        order.side.value,
        order.symbol,
        order.shares,
        terms.type_of(order).value,
        terms.limit_price(order),
        terms.time_in_force,
        order.price,
        order.price_on,
        order.amount,
        versus_purchase(order),
        "SIMULATED" if order.simulated else "",
    )


def _lot_row(order: Order, lot: OrderLot) -> tuple[CsvValue, ...]:
    return (
        order.id,
        order.account_name,
        order.symbol,
        lot.lot_id,
        f"#{lot.broker_ref}" if lot.broker_ref else "",
        lot.acquired_on,
        lot.term.value,
        lot.shares,
        round(lot.cost_per_share, 6),
        round(lot.cost_per_share * lot.shares, 2),
    )


def _row_problems(row: dict[str, str], seen: set[str]) -> list[str]:
    found: list[str] = []
    if row["order_id"] in seen:
        found.append(f"order_id {row['order_id']} is repeated")
    if row["side"] not in set(Side):
        found.append(f"side {row['side']!r}")
    for name in ("shares", "plan_price", "plan_amount"):
        value = parse_decimal(row[name])
        if value is None or value <= 0:
            found.append(f"{name} {row[name]!r} is not a positive number")
    waits_for = set(row["after"].split())
    if not waits_for <= seen:
        found.append(f"stands before {', '.join(sorted(waits_for - seen))}, which it waits for")
    return found

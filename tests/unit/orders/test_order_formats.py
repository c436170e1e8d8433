import csv
import io
import stat
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from factories import proposal, snapshot

from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.security import SecurityKind
from harvestdesk.orders.export import FORMAT_NAMES, FORMATS, order_files
from harvestdesk.orders.files import write_files
from harvestdesk.orders.formats import generic_csv, ibkr_basket
from harvestdesk.orders.terms import OrderTerms, OrderType
from harvestdesk.orders.ticket import Order, Side, tickets

Golden = Callable[[str, bytes], None]
LIMIT = OrderTerms(OrderType.LIMIT)


@pytest.fixture(scope="module")
def orders() -> tuple[Order, ...]:
    household = snapshot()
    return tickets(proposal(household), household)


@pytest.mark.parametrize(("name", "terms"), [("market", OrderTerms()), ("limit", LIMIT)])
@pytest.mark.parametrize("format_name", sorted(FORMATS))
def test_files_are_as_kept(
    golden: Golden, orders: tuple[Order, ...], format_name: str, name: str, terms: OrderTerms
) -> None:
    for file in order_files(orders, format_name, terms):
        golden(f"orders/{name}/{file.name}", file.content)


def test_basket__sales_and_purchases_in_files_of_their_own(orders: tuple[Order, ...]) -> None:
    sell, buy = ibkr_basket.basket_files(orders)
    assert sell.name == "SIMULATED-ibkr-basket-Direct-index-9031-1-sell.csv"
    assert buy.name == "SIMULATED-ibkr-basket-Direct-index-9031-2-buy.csv"
    header, *rows = sell.content.decode("ascii").split("\r\n")[:-1]
    assert header == (
        "Action,Quantity,Symbol,SecType,Exchange,Currency,TimeInForce,OrderType,BasketTag"
    )
    assert {row.split(",")[0] for row in rows} == {"SELL"}
    assert rows[7] == "SELL,96,HLTH B,STK,SMART,USD,DAY,MKT,SIM-proposal7-010"
    assert b" ," not in sell.content
    assert b", " not in sell.content


def test_basket__limits_stand_on_the_safe_side_of_the_price(orders: tuple[Order, ...]) -> None:
    sell = next(o for o in orders if o.symbol == "ARBX")
    buy = next(o for o in orders if o.symbol == "PYRE")
    assert LIMIT.limit_price(sell) == Decimal("40.99")
    assert LIMIT.limit_price(buy) == Decimal("140.73")
    penny = replace(sell, price=Decimal("0.5"))
    assert LIMIT.limit_price(penny) == Decimal("0.4975")
    fund = replace(sell, kind=SecurityKind.MUTUAL_FUND)
    assert LIMIT.limit_price(fund) is None


def test_basket__fractions_only_where_the_account_takes_them(orders: tuple[Order, ...]) -> None:
    order = replace(next(o for o in orders if o.symbol == "ARBX"), shares=Decimal("1.5"))
    with pytest.raises(BadInputError, match=r"1\.5 shares"):
        ibkr_basket.basket_text([order])
    assert "SELL,1.5,ARBX" in ibkr_basket.basket_text([replace(order, fractional=True)])


def test_basket__an_option_is_refused_with_the_way_out(orders: tuple[Order, ...]) -> None:
    with pytest.raises(BadInputError, match="by hand"):
        ibkr_basket.basket_text([replace(orders[0], kind=SecurityKind.OPTION)])


def test_basket__no_account_there(orders: tuple[Order, ...]) -> None:
    with pytest.raises(BadInputError, match="generic"):
        ibkr_basket.basket_files([o for o in orders if o.custodian == "schwab"])


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        ("SELL,310", "SELL, 310", "space"),
        ("SELL,310", "SELL,-310", "positive"),
        ("SELL,310", "SHORT,310", "Action"),
        ("SELL,310", 'SELL,"3,10"', "cells"),
        ("ARBX", "=ARBX", "Symbol"),
        ("ARBX", "arbx", "Symbol"),
        ("DAY,MKT", "DAY,LMT", "disagree"),
        ("Quantity", "Shares", "no column Quantity"),
        ("Currency", "Quantity", "repeated"),
        ("SIM-proposal7-003", "SIM proposal", "BasketTag"),
    ],
)
def test_basket_check_finds(orders: tuple[Order, ...], old: str, new: str, finding: str) -> None:
    text = ibkr_basket.basket_text([o for o in orders if o.symbol == "ARBX"])
    assert ibkr_basket.problems(text) == ()
    assert finding in " ".join(ibkr_basket.problems(text.replace(old, new)))


def test_generic__totals_and_lots_agree(orders: tuple[Order, ...]) -> None:
    order_file, lot_file = generic_csv.generic_files(orders)
    rows = list(csv.DictReader(io.StringIO(order_file.content.decode(), newline="")))
    lots = list(csv.DictReader(io.StringIO(lot_file.content.decode(), newline="")))
    for row in (r for r in rows if r["side"] == "SELL"):
        mine = [lot for lot in lots if lot["order_id"] == row["order_id"]]
        assert sum(Decimal(lot["shares"]) for lot in mine) == Decimal(row["shares"])
    simi = next(r for r in rows if r["symbol"] == "SIMI")
    assert simi["lots"] == "212.5 VSP 2024-05-08 @ 71.7324; 40 VSP 2025-02-03 @ 72.0000"
    assert {r["simulated"] for r in rows} == {"SIMULATED"}


def test_generic__account_names_cannot_become_formulas(orders: tuple[Order, ...]) -> None:
    hostile = replace(orders[0], account_name='=HYPERLINK("x")')
    text = generic_csv.orders_text([hostile])
    row = next(csv.DictReader(io.StringIO(text, newline="")))
    assert row["account"] == '\'=HYPERLINK("x")'
    assert row["shares"] == "252.5"


def test_generic_check_finds(orders: tuple[Order, ...]) -> None:
    swapped = generic_csv.orders_text(sorted(orders, key=lambda o: o.side is Side.SELL))
    assert "which it waits for" in " ".join(generic_csv.problems(swapped))
    doubled = generic_csv.orders_text([orders[0], orders[0]])
    assert "repeated" in " ".join(generic_csv.problems(doubled))
    assert generic_csv.problems("a,b\r\n1,2\r\n")[0].startswith("line 1")


def test_unknown_format_names_the_known(orders: tuple[Order, ...]) -> None:
    with pytest.raises(BadInputError, match="generic-csv, ibkr-basket"):
        order_files(orders, "fix")
    assert set(FORMAT_NAMES) == set(FORMATS)


def test_files_are_private_and_the_folder_is_made(
    tmp_path: Path, orders: tuple[Order, ...]
) -> None:
    folder = tmp_path / "out" / "orders"
    paths = write_files(order_files(orders, "generic-csv"), folder)
    assert [p.name for p in paths] == ["SIMULATED-orders.csv", "SIMULATED-order-lots.csv"]
    assert {stat.S_IMODE(p.stat().st_mode) for p in paths} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700

"""Windows, identical sets, units, policy texts, schedules and the errors of bad facts."""

from datetime import date
from decimal import Decimal

import pytest

from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.ids import AccountId, IdenticalSetId, SecurityId
from harvestdesk.domain.relations import IdenticalSet
from harvestdesk.domain.security import Security, SecurityKind
from harvestdesk.domain.transaction import ScheduledPurchase, TransactionType
from harvestdesk.domain.wash_policy import DEFAULT_POLICY, AcquiredBeforeSoldLot, WashPolicy
from harvestdesk.washsale.facts import evaluate_facts
from harvestdesk.washsale.identical import SetIndex, own_set
from harvestdesk.washsale.policy import POLICY_OPTIONS
from harvestdesk.washsale.purchases import occurrences
from harvestdesk.washsale.screen import answer_facts, screen_facts
from harvestdesk.washsale.units import from_units, share_of, to_units
from harvestdesk.washsale.window import (
    first_safe_loss_sale,
    first_safe_purchase,
    in_window,
    window,
)


def test_window__december_5__runs_into_january() -> None:
    assert window(date(2025, 12, 5)) == (date(2025, 11, 5), date(2026, 1, 4))
    assert first_safe_purchase(date(2025, 12, 5)) == date(2026, 1, 5)
    assert first_safe_loss_sale(date(2025, 12, 5)) == date(2026, 1, 5)


@pytest.mark.parametrize(
    ("sold", "bought", "inside"),
    [
        (date(2025, 3, 9), date(2025, 4, 8), True),  # the clock changes in between
        (date(2025, 3, 9), date(2025, 4, 9), False),
        (date(2024, 2, 28), date(2024, 3, 29), True),  # through a leap day
        (date(2024, 2, 28), date(2024, 3, 30), False),
        (date(2025, 12, 31), date(2025, 12, 1), True),
    ],
)
def test_window__counts_calendar_days(sold: date, bought: date, inside: bool) -> None:
    assert in_window(sold, bought) is inside


def test_sets__named_own_and_option() -> None:
    stock = Security(SecurityId("1"), "AAA")
    other = Security(SecurityId("2"), "AAA.B")
    alone = Security(SecurityId("3"), "ZZZ")
    call = Security(SecurityId("4"), "AAA C", kind=SecurityKind.OPTION, underlying_id=stock.id)
    loose = Security(SecurityId("5"), "ZZZ C", kind=SecurityKind.OPTION, underlying_id=alone.id)
    group = IdenticalSet(IdenticalSetId("g"), "AAA shares", (stock.id, other.id))
    again = IdenticalSet(IdenticalSetId("h"), "again", (other.id,))
    index = SetIndex.of([loose, call, stock, other, alone], [group, again])
    assert index.set_of(stock.id) == index.set_of(other.id) == index.set_of(call.id) == "g"
    assert index.members(IdenticalSetId("g")) == ("1", "2", "4")
    assert index.name(IdenticalSetId("g")) == "AAA shares"
    assert index.set_of(alone.id) == index.set_of(loose.id) == own_set(alone.id)
    assert index.name(own_set(alone.id)) == "ZZZ"
    assert index.set_of(SecurityId("9")) == "own:9"
    assert index.members(own_set(SecurityId("9"))) == ("9",)
    assert index.members(IdenticalSetId("nothing")) == ()


def test_units__parts_always_add_up() -> None:
    total, left, shares = to_units(Decimal("100")), to_units(Decimal("100")), 7
    for number in range(7, 0, -1):
        part = share_of(left, 1, number)
        left -= part
    assert left == 0
    assert from_units(total) == 100
    assert from_units(to_units(Decimal("-0.000000000000000001"))) == Decimal("-1E-18")
    assert shares == 7


def test_policy__defaults_are_listed_with_their_authority() -> None:
    for option in POLICY_OPTIONS:
        assert getattr(DEFAULT_POLICY, option.name) == option.default
        assert option.authority.strip()


def plan(on: date, every: int, until: date | None = None) -> ScheduledPurchase:
    return ScheduledPurchase(
        "s", TransactionType.RECURRING, AccountId("a"), SecurityId("x"), on, every, until
    )


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        (plan(date(2024, 1, 31), 30), [date(2025, 2, 28)]),
        (plan(date(2025, 2, 10), 0), [date(2025, 2, 10)]),
        (plan(date(2025, 1, 10), 0), []),
        (plan(date(2025, 1, 2), 14), [date(2025, 2, 13), date(2025, 2, 27)]),
        (plan(date(2025, 1, 2), 14, date(2025, 2, 20)), [date(2025, 2, 13)]),
    ],
)
def test_schedule__days_within_a_span(schedule: ScheduledPurchase, expected: list) -> None:
    assert list(occurrences(schedule, date(2025, 2, 5), date(2025, 3, 1))) == expected


def facts(**change: object) -> dict:
    buy = {
        "id": "b", "date": "2025-01-06", "type": "buy", "account": "A", "symbol": "X",
        "quantity": "10", "lot": "L", "total": "100",
    }  # fmt: skip
    return {"accounts": [{"id": "A"}], "lot_method": "fifo", "transactions": [buy | change]}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"date": "06/01/2025"}, "transaction b, field date"),
        ({"quantity": "ten"}, "transaction b, field quantity"),
        ({"quantity": "-1"}, "transaction b, field quantity: must be positive"),
        ({"symbol": None}, "transaction b: field symbol"),
        ({"type": "barter"}, "type 'barter'"),
        ({"type": "split", "ratio": "x"}, "field ratio"),
        ({"type": "split", "ratio": "-1"}, "field ratio"),
        ({"type": "sell", "method": "best"}, "field method"),
        ({"type": "sell"}, "sells 10 more shares than account A holds"),
        ({"type": "sell", "lots": [{"lot": "N", "quantity": "10"}]}, "of lot N"),
        ({"type": "short_close", "opens": "S"}, "field opens"),
    ],
)
def test_facts__bad_rows_are_named(change: dict, words: str) -> None:
    with pytest.raises(BadInputError, match=words):
        evaluate_facts(facts(**change))


def test_facts__missing_list_and_bad_method() -> None:
    with pytest.raises(BadInputError, match="transactions must be a list"):
        evaluate_facts({"accounts": []})
    with pytest.raises(BadInputError, match="lot_method"):
        evaluate_facts(facts() | {"lot_method": "dearest"})


def test_facts__price_and_fees() -> None:
    case = facts(total=None, price="10", fees="1")
    sale = case["transactions"][0] | {
        "id": "s",
        "type": "sell",
        "date": "2025-03-03",
        "price": "12",
    }
    case["transactions"].append(sale)
    (row,) = evaluate_facts(case)["sales"]
    assert (row["basis"], row["proceeds"]) == ("101.00", "119.00")


def test_facts__shares_sold_by_lot_order_inside_a_lot() -> None:
    rows = [
        ("b1", "2025-01-06", "buy", "10", "L1"),
        ("b2", "2025-06-20", "buy", "20", "L2"),
    ]
    case: dict = {"accounts": [{"id": "A"}], "lot_method": "specific"}
    case["transactions"] = [
        {"id": i, "date": d, "type": t, "account": "A", "symbol": "X", "quantity": q, "lot": lot,
         "price": "100"}
        for i, d, t, q, lot in rows
    ]  # fmt: skip
    sell = {"type": "sell", "account": "A", "symbol": "X", "price": "90", "quantity": "10"}
    case["transactions"].insert(
        1, sell | {"id": "s1", "date": "2025-06-16", "lots": [{"lot": "L1", "quantity": "10"}]}
    )
    for order, basis in ((None, "1100.00"), ("replacement_last", "1000.00")):
        pick = {"lot": "L2", "quantity": "10", "sublot_order": order}
        last = sell | {"id": "s2", "date": "2025-09-16", "lots": [pick]}
        result = evaluate_facts(case | {"transactions": [*case["transactions"], last]})
        assert result["sales"][-1]["basis"] == basis


def screen(**change: object) -> dict:
    case = facts()
    second = case["transactions"][0] | {
        "id": "c",
        "lot": "M",
        "date": "2025-05-20",
        "quantity": "4",
    }
    case["transactions"].append(second | change)
    return case | {"as_of": "2025-06-10", "prices": {"X": "8"}}


def test_screen__recent_purchase_blocks_until_day_31() -> None:
    found = screen_facts(screen())
    assert [(h["lot"], h["wash_risk"], h["washed_if_sold"]) for h in found["harvestable"]] == [
        ("L", True, "4"),
        ("M", False, "0"),
    ]
    assert found["blocking_purchases"] == [
        {"lot": "M", "date": "2025-05-20", "first_safe_sale_date": "2025-06-20"}
    ]


@pytest.mark.parametrize(
    "change",
    [{"type": "gift_in"}, {"already_replacement": True}, {"date": "2025-05-10"}, {"symbol": "Y"}],
)
def test_screen__nothing_washes(change: dict) -> None:
    found = screen_facts(screen(**change))
    assert not any(h["wash_risk"] for h in found["harvestable"])
    assert found["blocking_purchases"] == []


@pytest.mark.parametrize(
    ("change", "words"),
    [({"as_of": "x"}, "as_of"), ({"prices": None}, "prices"), ({"prices": {"X": "?"}}, "prices")],
)
def test_screen__bad_fields_are_named(change: dict, words: str) -> None:
    with pytest.raises(BadInputError, match=words):
        screen_facts(screen() | change)


def test_facts__a_lot_named_twice_is_refused() -> None:
    case = facts()
    case["transactions"].append(case["transactions"][0] | {"id": "c"})
    with pytest.raises(BadInputError, match="'L' is used twice"):
        evaluate_facts(case)


CALL = {"symbol": "XC", "asset_class": "option", "underlying": "X", "right": "call"}


@pytest.mark.parametrize(
    ("bought", "disallowed"), [("XC", "20.00"), ("X", "0.00")], ids=["same option", "stock"]
)
def test_option_sold_at_a_loss__only_the_same_option_replaces_it(
    bought: str, disallowed: str
) -> None:
    rows = [
        {"id": "b", "type": "option_buy", "date": "2025-01-06", "symbol": "XC", "total": "50"},
        {"id": "s", "type": "sell", "date": "2025-03-03", "symbol": "XC", "total": "30"},
        {"id": "c", "type": "option_buy", "date": "2025-03-10", "symbol": bought, "total": "30"},
    ]
    common = {"account": "A", "quantity": "1"}
    case = {
        "accounts": [{"id": "A"}],
        "symbols": [CALL],
        "transactions": [common | row for row in rows],
    }
    assert evaluate_facts(case)["totals"]["disallowed"] == disallowed


def test_wash_group__puts_two_symbols_together() -> None:
    case = facts()
    first = case["transactions"][0]
    case["transactions"] += [
        first | {"id": "s", "type": "sell", "date": "2025-03-03", "total": "60"},
        first | {"id": "c", "date": "2025-03-10", "symbol": "Y", "lot": "M"},
    ]
    assert evaluate_facts(case)["totals"]["disallowed"] == "0.00"
    case["symbols"] = [{"symbol": s, "wash_group": "w"} for s in ("X", "Y")]
    assert evaluate_facts(case)["totals"]["disallowed"] == "40.00"


def test_policy__purchase_before_the_sold_lot_can_be_left_out() -> None:
    case = facts()
    first = case["transactions"][0]
    case["transactions"] += [
        first | {"id": "c", "date": "2025-01-10", "lot": "M"},
        first
        | {
            "id": "s",
            "type": "sell",
            "date": "2025-01-20",
            "total": "60",
            "lots": [{"lot": "M", "quantity": "10"}],
        },
    ]
    ignore = WashPolicy(acquired_before_sold_lot=AcquiredBeforeSoldLot.IGNORE)
    assert evaluate_facts(case)["totals"]["disallowed"] == "40.00"
    assert evaluate_facts(case, ignore)["totals"]["disallowed"] == "0.00"


def test_answer__goes_by_the_fields_of_the_facts() -> None:
    assert set(answer_facts(screen())) == {"harvestable", "blocking_purchases"}
    assert set(answer_facts(facts())) == {"sales", "lots", "totals", "by_year"}

"""Spin-offs, mergers, changes of symbol, fractions paid in cash: what lots and results become."""

from decimal import Decimal
from typing import Any

import pytest

from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.wash_policy import IdenticalReading, WashPolicy
from harvestdesk.washsale.events import LotChange
from harvestdesk.washsale.facts import evaluate_facts, ledger_facts
from harvestdesk.washsale.ledger import run_ledger

Row = dict[str, Any]


def row(row_id: str, on: str, kind: str, quantity: str = "", total: str = "", **more: str) -> Row:
    made: Row = {"id": row_id, "date": on, "type": kind, "account": "A", "symbol": "X"}
    if quantity:
        made |= {"quantity": quantity, "total": total}
    return made | more


def case(*rows: Row, **more: object) -> dict[str, Any]:
    accounts = [{"id": "A"}, {"id": "B"}, {"id": "I", "type": "ira"}]
    return {"accounts": accounts, "lot_method": "fifo", "transactions": list(rows)} | more


def lots_of(result: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    return {
        x["lot"]: (x["symbol"], x["quantity"], x["basis"], x["adjusted_acquired"])
        for x in result["lots"]
    }


BOUGHT = row("b", "2023-01-06", "buy", "10", "1000")


def test_spin_off__basis_is_allocated_and_the_dates_stay() -> None:
    spun = row("sp", "2025-02-03", "spin_off", new_symbol="Y", ratio="1/2", basis_fraction="0.2")
    assert lots_of(evaluate_facts(case(BOUGHT, spun))) == {
        "b": ("X", "10", "800.00", "2023-01-06"),
        "b/sp": ("Y", "5", "200.00", "2023-01-06"),
    }


def test_spin_off__wash_additions_and_tacking_go_along() -> None:
    result = evaluate_facts(
        case(
            row("b", "2024-01-08", "buy", "10", "1000"),
            row("s", "2025-01-10", "sell", "10", "600"),
            row("c", "2025-01-20", "buy", "10", "650"),
            row("sp", "2025-03-03", "spin_off", new_symbol="Y", ratio="1", basis_fraction="0.25"),
        )
    )
    lots = {x["lot"]: x for x in result["lots"]}
    assert (lots["c"]["original_basis"], lots["c"]["wash_added"]) == ("487.50", "300.00")
    assert (lots["c/sp"]["original_basis"], lots["c/sp"]["wash_added"]) == ("162.50", "100.00")
    assert lots["c/sp"]["adjusted_acquired"] == lots["c"]["adjusted_acquired"] == "2024-01-18"
    assert result["totals"]["deferred_in_open_lots"] == "400.00"


def test_spin_off__shares_handed_out_replace_nothing() -> None:
    result = evaluate_facts(
        case(
            BOUGHT,
            row("y", "2023-01-06", "buy", "5", "500", symbol="Y"),
            row("s", "2025-02-01", "sell", "5", "100", symbol="Y"),
            row("sp", "2025-02-03", "spin_off", new_symbol="Y", ratio="1", basis_fraction="0.1"),
        )
    )
    assert result["totals"]["disallowed"] == "0.00"


def test_spin_off__fraction_paid_in_cash_is_a_sale() -> None:
    result = evaluate_facts(
        case(
            row("b", "2023-01-06", "buy", "11", "1100"),
            row(
                "sp", "2025-02-03", "spin_off",
                new_symbol="Y", ratio="1/2", basis_fraction="0.5", cash_in_lieu="40",
            ),
        )
    )  # fmt: skip
    (sale,) = result["sales"]
    assert (sale["lot"], sale["symbol"], sale["quantity"]) == ("b/sp", "Y", "0.5")
    assert (sale["proceeds"], sale["basis"], sale["term"]) == ("40.00", "50.00", "long")
    assert lots_of(result)["b/sp"] == ("Y", "5", "500.00", "2023-01-06")


def test_spun_off_lot_can_be_named_by_a_sale() -> None:
    spun = row("sp", "2025-02-03", "spin_off", new_symbol="Y", ratio="1", basis_fraction="0.1")
    sold = row("s", "2025-03-03", "sell", "4", "80", symbol="Y")
    sold["lots"] = [{"lot": "b/sp", "quantity": "4"}]
    (sale,) = evaluate_facts(case(BOUGHT, spun, sold))["sales"]
    assert (sale["basis"], sale["gain"]) == ("40.00", "40.00")


def merger(**more: str) -> Row:
    return row("m", "2025-02-03", "merger", new_symbol="Y", ratio="1/2") | more


def test_merger__shares_alone_change_neither_basis_nor_dates() -> None:
    result = evaluate_facts(case(BOUGHT, merger()))
    assert result["sales"] == []
    assert lots_of(result) == {"b": ("Y", "5", "1000.00", "2023-01-06")}


@pytest.mark.parametrize(
    ("value", "gain", "basis"),
    [("400", "200.00", "1000.00"), ("180", "100.00", "900.00"), ("100", "0.00", "800.00")],
    ids=["gain beyond the cash", "gain below the cash", "a loss is not recognised"],
)
def test_merger__gain_is_recognised_up_to_the_cash(value: str, gain: str, basis: str) -> None:
    result = evaluate_facts(case(BOUGHT, merger(cash_per_share="20", value_per_share=value)))
    (sale,) = result["sales"]
    assert (sale["kind"], sale["proceeds"], sale["gain"]) == ("merger_boot", "200.00", gain)
    assert lots_of(result)["b"] == ("Y", "5", basis, "2023-01-06")


def test_merger__lot_by_lot() -> None:
    """A loss on one block doesn't offset the gain on another (Rev. Rul. 68-23)."""
    other = row("c", "2024-06-06", "buy", "10", "100")
    result = evaluate_facts(case(BOUGHT, other, merger(cash_per_share="20", value_per_share="100")))
    assert [(s["lot"], s["gain"], s["term"]) for s in result["sales"]] == [
        ("b", "0.00", "long"),
        ("c", "200.00", "short"),
    ]


def test_merger__without_a_value_the_cash_is_gain() -> None:
    (sale,) = evaluate_facts(case(BOUGHT, merger(cash_per_share="20")))["sales"]
    assert sale["gain"] == "200.00"


def test_merger__cash_alone_is_a_sale_in_every_account() -> None:
    paid: Row = {
        "id": "m", "date": "2025-02-03", "type": "merger", "symbol": "X", "cash_per_share": "30"
    }  # fmt: skip
    result = evaluate_facts(
        case(BOUGHT, row("c", "2024-06-06", "buy", "4", "100", account="B"), paid)
    )
    assert [(s["lot"], s["gain"]) for s in result["sales"]] == [("b", "-700.00"), ("c", "20.00")]
    assert result["lots"] == []


def test_merger__sheltered_accounts_report_nothing() -> None:
    held = row("b", "2023-01-06", "buy", "10", "1000", account="I")
    paid = merger(cash_per_share="20", value_per_share="400", account="I")
    assert evaluate_facts(case(held, paid))["sales"] == []


def washed_over_an_exchange(kind: str) -> list[Row]:
    return [
        BOUGHT,
        row("s", "2025-01-20", "sell", "10", "400"),
        row("m", "2025-02-03", kind, new_symbol="Y", ratio="2"),
        row("c", "2025-02-06", "buy", "12", "100", symbol="Y"),
    ]


def test_symbol_change__the_new_symbol_replaces_the_old() -> None:
    result = evaluate_facts(case(*washed_over_an_exchange("symbol_change")))
    # 12 new shares are 6 old ones.
    assert result["totals"]["disallowed"] == "360.00"
    assert lots_of(result) == {"c": ("Y", "12", "460.00", "2023-01-23")}


@pytest.mark.parametrize(
    ("reading", "disallowed"),
    [(IdenticalReading.CONVENTIONAL, "0.00"), (IdenticalReading.STRICT, "360.00")],
)
def test_merger__successor_stock_by_reading(reading: IdenticalReading, disallowed: str) -> None:
    policy = WashPolicy(identical=reading)
    result = evaluate_facts(case(*washed_over_an_exchange("merger")), policy)
    assert result["totals"]["disallowed"] == disallowed


def test_symbol_change__lots_go_on_and_can_still_replace() -> None:
    result = evaluate_facts(
        case(
            BOUGHT,
            row("c", "2025-01-27", "buy", "4", "200", account="B"),
            row("m", "2025-02-03", "symbol_change", new_symbol="Y") | {"account": None},
            row("s", "2025-02-10", "sell", "10", "500", symbol="Y"),
        )
    )
    assert result["totals"]["disallowed"] == "200.00"
    assert lots_of(result)["c"][:3] == ("Y", "4", "400.00")


def test_reverse_split__fractions_of_all_accounts_are_paid_alike() -> None:
    rows = (
        row("b", "2023-01-06", "buy", "15", "1500"),
        row("c", "2023-01-06", "buy", "17", "3400", account="B"),
        row("x", "2025-02-03", "split", ratio="1/10", cash_in_lieu="120") | {"account": None},
    )
    result = evaluate_facts(case(*rows))
    assert [(s["account"], s["quantity"], s["proceeds"]) for s in result["sales"]] == [
        ("A", "0.5", "50.00"),
        ("B", "0.7", "70.00"),
    ]
    assert {x["quantity"] for x in result["lots"]} == {"1"}
    with pytest.raises(BadInputError, match="transaction x, field cash_in_lieu"):
        evaluate_facts(case(BOUGHT, rows[-1]))


def test_capital_gain_distribution__income_of_its_year_and_nothing_else() -> None:
    paid = row("g", "2024-12-20", "capital_gain_distribution", term="long") | {"total": "50"}
    sheltered = paid | {"id": "h", "account": "I"}
    result = evaluate_facts(case(BOUGHT, paid, sheltered))
    assert result["by_year"] == {
        "2024": {
            "recognized_short": "0.00", "recognized_long": "0.00", "disallowed": "0.00",
            "distributions_long": "50.00",
        }
    }  # fmt: skip
    assert lots_of(result)["b"] == ("X", "10", "1000.00", "2023-01-06")


def history_of(*rows: Row) -> dict[str, list[LotChange]]:
    found: dict[str, list[LotChange]] = {}
    for change in run_ledger(ledger_facts(case(*rows)), history=True).history:
        found.setdefault(change.lot, []).append(change)
    return found


def test_history__tells_every_change_with_its_cause() -> None:
    trail = history_of(
        BOUGHT,
        row("s", "2025-01-10", "sell", "4", "200"),
        row("c", "2025-01-20", "buy", "4", "350"),
        row("r", "2025-01-24", "roc") | {"total": "10"},
        row("x", "2025-01-25", "split", ratio="2"),
        row("sp", "2025-02-01", "spin_off", new_symbol="Y", ratio="1", basis_fraction="0.2"),
        row("m", "2025-03-03", "merger", new_symbol="Z", ratio="1"),
    )
    kinds = {lot: [c.kind for c in changes] for lot, changes in trail.items()}
    after = ["roc", "split", "spin_off", "merger"]
    assert kinds == {
        "b": ["bought", "sold", *after],
        "c": ["wash_added", "bought", *after],
        "b/sp": ["spin_off"],
        "c/sp": ["spin_off"],
    }
    washed = trail["c"][0]
    assert (washed.amount, washed.cause, washed.other, washed.days) == (200, "s", "b", 735)
    # What came in less what went out is what is left.
    (left,) = [x for x in run_ledger(ledger_facts(case(BOUGHT))).lots if x.lot == "b"]
    assert sum(c.amount for c in history_of(BOUGHT)["b"]) == left.basis == Decimal(1000)


def test_history__adds_up_to_the_basis_left() -> None:
    rows = (
        BOUGHT,
        row("s", "2025-01-10", "sell", "4", "200"),
        row("c", "2025-01-20", "buy", "7", "350"),
        row("r", "2025-01-24", "roc") | {"total": "13"},
        row("sp", "2025-02-01", "spin_off", new_symbol="Y", ratio="1/3", basis_fraction="0.23"),
        row("t", "2025-02-10", "sell", "3", "10"),
    )
    trail = history_of(*rows)
    left: dict[str, Decimal] = {}
    for lot in run_ledger(ledger_facts(case(*rows))).lots:
        left[lot.lot] = left.get(lot.lot, Decimal(0)) + lot.basis
    for lot_id, basis in left.items():
        assert abs(sum(c.amount for c in trail[lot_id]) - basis) < Decimal("1e-15")


def test_history__is_kept_only_where_asked_for() -> None:
    assert run_ledger(ledger_facts(case(BOUGHT))).history == ()

"""Average cost and least tax in the ledger, and ledgers that are refused."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from harvestdesk.domain.account import ReliefMethod
from harvestdesk.domain.errors import BadInputError
from harvestdesk.washsale.events import Acquire, Event, LedgerFacts, LedgerSymbol, Sell
from harvestdesk.washsale.facts import evaluate_facts
from harvestdesk.washsale.ledger import run_ledger

Row = dict[str, Any]
D = Decimal


def row(row_id: str, on: str, kind: str, quantity: str, total: str, **more: Any) -> Row:
    made = {"id": row_id, "date": on, "type": kind, "account": "A", "symbol": "X"}
    return made | {"quantity": quantity, "total": total} | more


def run(*rows: Row, **more: Any) -> dict[str, Any]:
    case = {"accounts": [{"id": "A"}, {"id": "B"}], "lot_method": "average"}
    return evaluate_facts(case | {"transactions": list(rows)} | more)


TWO_LOTS = (row("b", "2023-01-06", "buy", "10", "1000"), row("c", "2024-06-06", "buy", "10", "500"))


def test_average__basis_of_all_shares_and_the_oldest_leave_first() -> None:
    result = run(*TWO_LOTS, row("s", "2025-03-03", "sell", "12", "1200"))
    assert [(s["lot"], s["quantity"], s["basis"], s["term"]) for s in result["sales"]] == [
        ("b", "10", "750.00", "long"),
        ("c", "2", "150.00", "short"),
    ]
    assert [(x["lot"], x["basis"]) for x in result["lots"]] == [("c", "600.00")]


def test_average__of_one_account_and_security_only() -> None:
    others = (
        row("d", "2024-06-06", "buy", "10", "9000", account="B"),
        row("e", "2024-06-06", "buy", "10", "9000", symbol="Y"),
    )
    result = run(*TWO_LOTS, *others, row("s", "2025-03-03", "sell", "1", "100"))
    assert result["sales"][0]["basis"] == "75.00"


def test_average__disallowed_losses_are_averaged_with_the_basis() -> None:
    result = run(
        *TWO_LOTS,
        row("s", "2025-03-03", "sell", "5", "300"),
        row("d", "2025-03-10", "buy", "5", "300"),
        row("t", "2025-09-01", "sell", "10", "900"),
    )
    # 15 x 75 + 300 paid + 75 disallowed over 20 shares.
    assert result["sales"][0]["disallowed"] == "75.00"
    assert {s["basis"] for s in result["sales"] if s["sale"] == "t"} == {"375.00"}
    totals = {k: D(v) for k, v in result["totals"].items()}
    assert totals["deferred_in_open_lots"] == D("37.50")


def test_average__one_sale_alone_may_ask_for_it() -> None:
    sale = row("s", "2025-03-03", "sell", "2", "100", method="average")
    assert run(*TWO_LOTS, sale, lot_method="lifo")["sales"][0]["basis"] == "150.00"


@pytest.mark.parametrize("kind", ["stock", "option", "crypto"])
def test_average__refused_for_what_is_no_fund(kind: str) -> None:
    symbols = [{"symbol": "X", "asset_class": kind}]
    with pytest.raises(BadInputError, match="transaction s: average cost is for funds"):
        run(*TWO_LOTS, row("s", "2025-03-03", "sell", "2", "100"), symbols=symbols)


def test_average__not_allowed__the_ledger_goes_first_in_first_out_and_says_so() -> None:
    facts = LedgerFacts(
        (
            Acquire("b", date(2023, 1, 6), "A", "X", D(10), D(1000), "b"),
            Acquire("c", date(2024, 6, 6), "A", "X", D(10), D(500), "c"),
            Sell("s", date(2025, 3, 3), "A", "X", D(2), D(100)),
        ),
        symbols={"X": LedgerSymbol("own:X", averages=False)},
        methods={"A": ReliefMethod.AVERAGE},
    )
    result = run_ledger(facts)
    assert [r.sale for r in result.refused] == ["s"]
    assert result.sales[0].basis == 200


def least_tax(*events: Event, tax_of: Any) -> list[tuple[str, str, Decimal]]:
    facts = LedgerFacts(events, methods={"A": ReliefMethod.MIN_TAX}, tax_of=tax_of)
    return [(s.sale, s.lot, s.quantity) for s in run_ledger(facts).sales]


def bought(lot: str, on: date, symbol: str, cost: int) -> Acquire:
    return Acquire(lot, on, "A", symbol, D(10), D(cost), lot)


def long_gains_are_free_up_to_1000(_year: int, short: Decimal, long: Decimal) -> Decimal:
    return max(D(0), short) * D("0.3") + max(D(0), long - 1000) * D("0.4")


GAINS = (
    bought("old", date(2020, 1, 6), "X", 0),
    bought("new", date(2025, 1, 6), "X", 500),
    bought("other", date(2020, 1, 6), "Y", 0),
)
SELLS_X = Sell("s", date(2025, 6, 6), "A", "X", D(10), D(1000))


def test_min_tax__uses_the_free_band() -> None:
    sold = least_tax(*GAINS, SELLS_X, tax_of=long_gains_are_free_up_to_1000)
    assert sold == [("s", "old", D(10))]


def test_min_tax__sees_what_another_set_realised_before() -> None:
    before = Sell("y", date(2025, 6, 5), "A", "Y", D(10), D(1000))
    sold = least_tax(*GAINS, before, SELLS_X, tax_of=long_gains_are_free_up_to_1000)
    assert sold[1:] == [("s", "new", D(10))]


def test_min_tax__doesnt_see_what_comes_later_or_in_another_year() -> None:
    after = Sell("y", date(2025, 6, 7), "A", "Y", D(10), D(1000))
    year_before = Sell("y", date(2024, 12, 31), "A", "Y", D(10), D(1000))
    for other in (after, year_before):
        sold = least_tax(*GAINS, other, SELLS_X, tax_of=long_gains_are_free_up_to_1000)
        assert ("s", "old", D(10)) in sold


def test_min_tax__two_sales_of_a_day_share_the_band() -> None:
    more = bought("older", date(2019, 1, 7), "X", 0)
    again = Sell("t", date(2025, 6, 6), "A", "X", D(10), D(1000))
    sold = least_tax(more, *GAINS, SELLS_X, again, tax_of=long_gains_are_free_up_to_1000)
    assert {lot for _, lot, _ in sold} == {"older", "new"}


@pytest.mark.parametrize("tax_of", [None, lambda _year, _short, _long: None])
def test_min_tax__untold_tax_falls_back_to_the_brokers_order(tax_of: Any) -> None:
    # Long-term gains before short-term ones, whatever they cost.
    before = Sell("y", date(2025, 6, 5), "A", "Y", D(10), D(1000))
    assert least_tax(*GAINS, before, SELLS_X, tax_of=tax_of)[1:] == [("s", "old", D(10))]


BUY, SELL = row("b", "2025-01-06", "buy", "10", "100"), row("s", "2025-03-03", "sell", "5", "60")


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([BUY, BUY | {"lot": "other"}], "transaction b, field id: 'b' is used twice"),
        ([BUY, SELL | {"account": "Z"}], "transaction s, field account: 'Z'"),
        ([BUY | {"total": "-1"}], "transaction b, field total"),
        ([BUY | {"total": None, "price": "-3"}], "transaction b, field price"),
        ([BUY | {"total": None, "price": "3", "fees": "-1"}], "transaction b, field fees"),
        ([BUY | {"total": "1e40"}], "transaction b, field total: '1e40' is out of reach"),
        ([BUY | {"total": "1e-9999"}], "transaction b, field total: '1e-9999' is out of reach"),
        ([BUY | {"acquired": "2025-01-07"}], "transaction b, field acquired"),
        ([BUY | {"date": "2025-02-30"}], "transaction b, field date: '2025-02-30' is not a date"),
        ([BUY | {"date": "0200-02-20"}], "transaction b, field date: 0200-02-20"),
        ([BUY, SELL | {"quantity": "11"}], "transaction s: sells 1 more shares than account A"),
        ([SELL | {"date": "2025-01-02"}, BUY], "transaction s: sells 5 more shares"),
        ([BUY, SELL | {"lots": [{"lot": "q", "quantity": "5"}]}], "transaction s, field lots.*lot q"),
        ([BUY, SELL | {"lots": [{"lot": "b", "quantity": "4"}]}], "field lots: they add up to 4"),
        ([BUY, SELL | {"lots": [{"lot": "b", "quantity": "-5"}]}], "field lots: the quantity of lot b"),
        ([BUY, SELL | {"lots": ["b"]}], "transaction s, field lots: expected a list"),
        ([BUY, SELL | {"lots": [{"quantity": "5"}]}], "transaction s, field lots: a lot has no name"),
        ([BUY | {"type": "split", "ratio": "1/0"}], "transaction b, field ratio"),
        ([BUY | {"type": "merger"}], "transaction b, field cash_per_share"),
        ([BUY | {"type": "symbol_change", "new_symbol": "X"}], "transaction b, field new_symbol"),
        ([BUY | {"type": "capital_gain_distribution"}], "transaction b, field term"),
        (
            [BUY | {"type": "spin_off", "new_symbol": "Y", "ratio": "1", "basis_fraction": "1.1"}],
            "transaction b, field basis_fraction",
        ),
    ],
)  # fmt: skip
def test_bad_ledger__is_told_by_its_row(rows: list[Row], words: str) -> None:
    with pytest.raises(BadInputError, match=words):
        run(*rows, lot_method="fifo")


def test_bad_ledger__a_lot_sold_before_it_came_in() -> None:
    sale = SELL | {"date": "2025-01-03", "lots": [{"lot": "b", "quantity": "5"}]}
    with pytest.raises(BadInputError, match=r"transaction s, field lots: .* before 2025-01-06"):
        run(sale, BUY)


def test_bad_ledger__rows_after_the_day_of_the_facts() -> None:
    with pytest.raises(BadInputError, match="transaction s, field date: 2025-03-03 is after"):
        run(BUY, SELL, as_of="2025-03-02")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"accounts": [{"id": "A"}, {"id": "A"}]}, "field accounts: two accounts"),
        ({"identical_groups": "X"}, "field identical_groups must be a list"),
        ({"identical_groups": [{"symbols": ["X"]}]}, "identical_groups, row 1: .* `id`"),
        ({"identical_groups": [{"id": "g"}]}, "identical group g: field symbols must be a list"),
        ({"symbols": ["X"]}, "field symbols, row 1: .* `symbol`"),
        ({"symbols": [{"asset_class": "stock"}]}, "field symbols, row 1: .* `symbol`"),
        ({"same_day_order": "random"}, "same_day_order"),
        ({"policy": "strict"}, "field policy"),
    ],
)
def test_bad_facts__beside_the_rows(more: dict[str, Any], words: str) -> None:
    facts = {"accounts": [{"id": "A"}], "lot_method": "fifo", "transactions": [BUY, SELL]}
    with pytest.raises(BadInputError, match=words):
        evaluate_facts({**facts, **more})


def test_rows_of_different_days_may_stand_in_any_order() -> None:
    assert run(SELL, BUY, lot_method="fifo") == run(BUY, SELL, lot_method="fifo")

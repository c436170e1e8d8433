"""Short sales: results at closing, terms of IRC §1233, losses that move to the next short sale."""

from typing import Any

import pytest

from harvestdesk.domain.errors import BadInputError
from harvestdesk.washsale.facts import evaluate_facts

Row = dict[str, Any]


def row(
    row_id: str, on: str, kind: str, quantity: str, total: str | None = None, **more: Any
) -> Row:
    made = {
        "id": row_id,
        "date": on,
        "type": kind,
        "account": "A",
        "symbol": "X",
        "quantity": quantity,
    }
    return made | ({} if total is None else {"total": total}) | more


def run(*rows: Row) -> dict[str, Any]:
    return evaluate_facts(
        {"accounts": [{"id": "A"}], "lot_method": "fifo", "transactions": list(rows)}
    )


OPEN = row("o", "2025-01-03", "short_open", "10", "1000")


@pytest.mark.parametrize(("cost", "gain"), [("700", "300.00"), ("1200", "-200.00")])
def test_bought_to_cover__result_of_the_closing_is_short_term(cost: str, gain: str) -> None:
    result = run(OPEN, row("c", "2026-02-03", "short_close", "10", cost))
    (sale,) = result["sales"]
    assert (sale["kind"], sale["lot"], sale["gain"], sale["term"]) == ("short", "o", gain, "short")
    assert (sale["acquired"], sale["sold"]) == ("2026-02-03", "2026-02-03")
    assert list(result["by_year"]) == ["2026"]
    assert result["lots"] == []
    assert "shorts" not in result


def test_closed_in_part__the_rest_stays_open() -> None:
    result = run(OPEN, row("c", "2025-02-03", "short_close", "4", "300"))
    assert result["sales"][0]["gain"] == "100.00"
    (left,) = result["shorts"]
    assert (left["quantity"], left["proceeds"]) == ("6", "600.00")


def test_two_short_sales__the_earlier_is_closed_first() -> None:
    later = row("p", "2025-01-10", "short_open", "10", "2000")
    result = run(OPEN, later, row("c", "2025-06-03", "short_close", "15", "1500"))
    assert [(s["lot"], s["quantity"], s["gain"]) for s in result["sales"]] == [
        ("o", "10", "0.00"),
        ("p", "5", "500.00"),
    ]


def test_loss__moves_to_the_next_short_sale() -> None:
    """IRC §1091(e): another short sale within 30 days of the closing."""
    result = run(
        OPEN,
        row("c", "2025-02-03", "short_close", "10", "1500"),
        row("p", "2025-02-10", "short_open", "4", "600"),
        row("d", "2025-06-03", "short_close", "4", "500"),
    )
    assert [(s["quantity"], s["disallowed"], s["recognized"], s["replaced_by"]) for s in result["sales"]] == [
        ("4", "200.00", "0.00", "p"),
        ("6", "0.00", "-300.00", None),
        ("4", "0.00", "-100.00", None),  # 600 - 500, less the 200 that came in
    ]  # fmt: skip


@pytest.mark.parametrize(("on", "washed"), [("2025-03-05", True), ("2025-03-06", False)])
def test_loss__the_window_ends_on_day_30(on: str, washed: bool) -> None:
    result = run(
        OPEN,
        row("c", "2025-02-03", "short_close", "10", "1500"),
        row("p", on, "short_open", "10", "1500"),
    )
    assert (result["totals"]["disallowed"] == "500.00") is washed
    assert (result["totals"]["deferred_in_open_lots"] == "500.00") is washed


def test_split__scales_what_is_owed() -> None:
    split = {"id": "x", "date": "2025-01-20", "type": "split", "symbol": "X", "ratio": "2"}
    (sale,) = run(OPEN, split, row("c", "2025-02-03", "short_close", "20", "900"))["sales"]
    assert sale["gain"] == "100.00"


def test_shares_held_for_a_year__a_loss_is_long_term() -> None:
    """IRC §1233(d)."""
    held = row("b", "2023-01-06", "buy", "10", "500")
    result = run(held, OPEN, row("c", "2025-02-03", "short_close", "10", "1500"))
    assert result["sales"][0]["term"] == "long"


def test_shares_held_for_less__gain_short_and_their_period_starts_anew() -> None:
    """IRC §1233(b): as many shares as were sold short, the earliest first."""
    rows = (
        row("b", "2024-06-06", "buy", "4", "200"),
        row("d", "2024-07-08", "buy", "10", "500"),
        OPEN,
        row("c", "2025-02-03", "short_close", "10", "700"),
    )
    result = run(*rows)
    assert result["sales"][0]["term"] == "short"
    lots = sorted((x["lot"], x["quantity"], x["adjusted_acquired"]) for x in result["lots"])
    assert lots == [("b", "4", "2025-02-03"), ("d", "4", "2024-07-08"), ("d", "6", "2025-02-03")]


def test_delivered_shares__window_from_the_opening_only_if_owned_then() -> None:
    """Reg. 1.1091-1(g): complete on the day it was entered into where the shares were owned."""
    bought = row("b", "2024-06-06", "buy", "10", "1500")
    after = row("n", "2025-01-20", "buy", "10", "900")
    close = row(
        "c", "2025-06-03", "short_close", "10", opens="o", lots=[{"lot": "b", "quantity": "10"}]
    )
    assert run(bought, OPEN, after, close)["totals"]["disallowed"] == "500.00"
    late = close | {"lots": [{"lot": "n", "quantity": "10"}]}
    dear = after | {"total": "1500"}
    assert run(bought, OPEN, dear, late)["totals"]["disallowed"] == "0.00"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"quantity": "11"}, "transaction c: closes 1 more shares than were sold short"),
        ({"opens": "q"}, "transaction c, field opens"),
        ({"date": "2025-01-02", "opens": "o"}, "transaction c, field (date|opens)"),
    ],
)
def test_closing_what_is_not_open_is_refused(change: Row, words: str) -> None:
    with pytest.raises(BadInputError, match=words):
        run(OPEN, row("c", "2025-02-03", "short_close", "10", "900") | change)

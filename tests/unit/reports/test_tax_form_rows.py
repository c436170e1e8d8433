"""Rows of Form 8949: boxes, what decided them, cents, and what a broker can't see."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from tax_samples import DIRECT, JOINT, YEAR, tax_household, transactions

from harvestdesk.domain.ids import SecurityId, TransactionId
from harvestdesk.domain.lot import LotSource, Term
from harvestdesk.domain.security import SecurityKind
from harvestdesk.domain.transaction import Transaction, TransactionType
from harvestdesk.reports.tax_forms.boxes import SCHEDULE_D_LINES, Box, box_of
from harvestdesk.reports.tax_forms.covered import Origin, Reporting, standing_of
from harvestdesk.reports.tax_forms.sales import TaxSale, TaxSales, sums_of, tax_sales
from harvestdesk.reports.tax_forms.words import COVERED_RULES
from harvestdesk.washsale.household_run import run_household
from harvestdesk.washsale.year import year_results

STOCK, ETF, CRYPTO = SecurityKind.STOCK, SecurityKind.ETF, SecurityKind.CRYPTO
BUY = LotSource.BUY


def sales_of(rows: tuple[Transaction, ...] | None = None, **how: bool) -> TaxSales:
    household = tax_household(rows)
    results = year_results(household, YEAR)
    history = run_household(household).sales
    return tax_sales(household, YEAR, results.slices, results.unknown, history=history, **how)


def the(lot: str, sales: TaxSales | None = None) -> TaxSale:
    found = [r for r in (sales or sales_of()).rows if r.lot == lot]
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize(
    ("origin", "sold", "reporting", "rule"),
    [
        (Origin(STOCK, BUY, date(2011, 1, 1)), date(2025, 1, 2), "reported", "stock"),
        (Origin(STOCK, BUY, date(2010, 12, 31)), date(2025, 1, 2), "not_reported", "stock_before"),
        (Origin(ETF, BUY, date(2011, 12, 31)), date(2025, 1, 2), "not_reported", "fund_before"),
        (Origin(ETF, BUY, date(2012, 1, 1)), date(2025, 1, 2), "reported", "fund"),
        (
            Origin(STOCK, LotSource.DRIP, date(2011, 6, 1)),
            date(2025, 1, 2), "not_reported", "drip_before",
        ),
        (Origin(STOCK, LotSource.DRIP, date(2012, 1, 1)), date(2025, 1, 2), "reported", "drip"),
        (
            Origin(SecurityKind.OPTION, BUY, date(2013, 12, 31)),
            date(2014, 6, 1), "not_reported", "option_before",
        ),
        (
            Origin(SecurityKind.BOND, BUY, date(2014, 1, 1)),
            date(2025, 1, 2), "reported", "bond",
        ),
        (Origin(STOCK, LotSource.GIFT, date(2020, 1, 1)), date(2025, 1, 2), "not_reported", "gift"),
        (
            Origin(STOCK, LotSource.INHERITED, date(2020, 1, 1)),
            date(2025, 1, 2), "not_reported", "inherited",
        ),
        (
            Origin(STOCK, LotSource.VEST, date(2020, 1, 1)),
            date(2025, 1, 2), "not_reported", "compensation",
        ),
        (
            Origin(STOCK, LotSource.TRANSFER, date(2020, 1, 1)),
            date(2025, 1, 2), "reported", "transfer_statement",
        ),
        (Origin(STOCK, LotSource.TRANSFER, None), date(2025, 1, 2), "not_reported", "no_date"),
        (
            Origin(STOCK, BUY, date(2020, 1, 1), basis_known=False),
            date(2025, 1, 2), "not_reported", "no_cost",
        ),
        (Origin(CRYPTO, BUY, date(2020, 1, 1)), date(2024, 12, 31), "no_form", "digital_before"),
        (
            Origin(CRYPTO, BUY, date(2020, 1, 1)),
            date(2025, 1, 1), "not_reported", "digital_proceeds",
        ),
        (Origin(CRYPTO, BUY, date(2026, 1, 1)), date(2026, 3, 1), "reported", "digital"),
    ],
)  # fmt: skip
def test_what_the_irs_is_told_and_the_rule(origin, sold, reporting, rule) -> None:
    standing = standing_of(origin, sold)
    assert (standing.reporting.value, standing.rule) == (reporting, rule)
    assert standing.rule in COVERED_RULES


def test_boxes_of_both_parts_and_of_digital_assets() -> None:
    boxes = [
        box_of(reporting, term, digital=digital).value
        for digital in (False, True)
        for term in Term
        for reporting in Reporting
    ]
    assert boxes == list("ABCDEFGHIJKL")
    assert {box.schedule_d_line for box in Box} == {"1b", "2", "3", "8b", "9", "10"}
    assert set(SCHEDULE_D_LINES) == set(Box)


def test_every_row_of_the_household_is_in_its_box() -> None:
    boxes = {(r.sale, r.lot): r.box.value for r in sales_of().rows}
    assert boxes == {
        ("s01", "b01"): "A", ("s02", "b02"): "D", ("s03", "b03"): "E", ("s04", "b04"): "D",
        ("s05", "b05"): "D", ("s06", "b06"): "A", ("s08", "b08"): "D", ("s09", "b09"): "D",
        ("s10", "b10"): "E", ("s10", "d10"): "D", ("s11", "g11"): "E", ("s12", "i12"): "E",
        ("s13", "v13"): "B", ("s14", "b16"): "D", ("s15", "b15"): "H", ("r21", "b21"): "F",
    }  # fmt: skip


def test_digital_assets_sold_before_2025_are_in_boxes_c_and_f() -> None:
    moved = tuple(replace(t, on=date(2024, 12, 20)) if t.id == "s15" else t for t in transactions())
    household = tax_household(moved)
    results = year_results(household, 2024)
    (row,) = tax_sales(household, 2024, results.slices).rows
    assert (row.box, row.standing.rule) == (Box.C, "digital_before")


def test_a_partly_washed_sale_is_one_row_with_code_w() -> None:
    row = the("b04")
    assert (row.code, row.shares) == ("W", Decimal(300))
    assert (row.proceeds, row.basis) == (Decimal("12600.00"), Decimal("15000.00"))
    assert (row.adjustment, row.gain) == (Decimal("800.00"), Decimal("-1600.00"))
    assert (row.hidden, row.replaced_by) == (0, ("b05",))
    apart = [r for r in sales_of(per_lot=False).rows if r.lot == "b04"]
    assert sorted(r.adjustment for r in apart) == [Decimal(0), Decimal("800.00")]
    assert sums_of(apart).gain == row.gain


def test_losses_washed_elsewhere_are_hidden_from_the_broker() -> None:
    in_ira, elsewhere, later = the("b06"), the("b08"), the("b09")
    assert (in_ira.hidden, in_ira.permanent) == (Decimal("250.00"), Decimal("250.00"))
    assert (elsewhere.hidden, elsewhere.permanent, elsewhere.gain) == (Decimal("1500.00"), 0, 0)
    assert (later.hidden, later.hidden_basis) == (0, Decimal("1500.00"))
    assert later.original_basis == Decimal("4650.00")
    assert the("b05").hidden_basis == 0, "its own broker saw that wash"


def test_tacking_makes_the_term_and_column_b_keeps_the_trade_date() -> None:
    row = the("b05")
    assert (row.acquired_on, row.adjusted_on) == (date(2025, 4, 28), date(2024, 2, 18))
    assert row.term is Term.LONG


def test_what_is_unknown_stands_apart_and_has_no_sum() -> None:
    sales = sales_of()
    (row,) = sales.unknown
    assert (row.lot, row.basis, row.gain, row.acquired_on) == ("t14", None, None, None)
    assert row.proceeds + the("b16", sales).proceeds == Decimal("6934.50")
    assert row.number == len(sales.rows) + 1
    assert "t14" not in {r.lot for r in sales.rows}


def test_a_date_nobody_told_is_left_empty() -> None:
    row = Transaction(
        TransactionId("t14"), date(2024, 6, 6), TransactionType.TRANSFER_IN, DIRECT,
        SecurityId("security-HLTH.B"), Decimal(90), Decimal("4000.00"),
    )  # fmt: skip
    rows = tuple(row if t.id == "t14" else t for t in transactions())
    made = the("t14", sales_of(rows))
    assert (made.acquired_on, made.adjusted_on) == (None, None)
    assert made.standing.rule == "no_date"
    dated = tuple(
        replace(row, acquired_on=date(2015, 1, 5)) if t.id == "t14" else t for t in transactions()
    )
    assert the("t14", sales_of(dated)).standing.rule == "transfer_statement"


def test_rows_of_a_sale_add_up_to_its_proceeds_to_the_cent() -> None:
    def row(n: int, on: date, kind: TransactionType, shares: str, amount: str) -> Transaction:
        return Transaction(
            TransactionId(f"x{n}"), on, kind, JOINT, SecurityId("security-BOLT"),
            Decimal(shares), Decimal(amount),
        )  # fmt: skip

    buys = [row(n, date(2024, 1, n), TransactionType.BUY, "1", "10.01") for n in range(1, 8)]
    sale = row(9, date(2025, 6, 2), TransactionType.SELL, "7", "100.00")
    rows = sales_of((*buys, sale)).rows
    assert len(rows) == 7
    assert sums_of(rows).proceeds == Decimal("100.00")
    assert {r.proceeds for r in rows} == {Decimal("14.29"), Decimal("14.28")}
    assert all(r.gain == r.proceeds - (r.basis or 0) for r in rows)


def test_rows_are_numbered_by_box_and_sums_are_those_of_the_rows() -> None:
    sales = sales_of()
    assert [r.number for r in sales.rows] == list(range(1, len(sales.rows) + 1))
    assert [b.value for b in sales.boxes()] == ["A", "B", "H", "D", "E", "F"]
    whole = sums_of(sales.rows)
    assert whole.gain == sum(sums_of(sales.of_box(b)).gain for b in sales.boxes())
    assert whole.gain == whole.proceeds - whole.basis + whole.adjustment

"""Files for tax programs: TXF 042, TaxAct's CSV and our own, what is in them and what is said to be left out."""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from tax_samples import AS_OF, SECURITIES, YEAR, tax_household

from harvestdesk.domain.lot import Term
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.reports.render_taxact import (
    OWN_COLUMNS,
    TAXACT_COLUMNS,
    TAXACT_LIMIT,
    render_own_csv,
    render_taxact,
)
from harvestdesk.reports.render_txf import REFERENCE_NUMBERS, reference_number, render_txf
from harvestdesk.reports.tax_forms.covered import Reporting
from harvestdesk.reports.tax_forms.sales import TaxSales, tax_sales
from harvestdesk.washsale.year import year_results

Golden = Callable[[str, bytes], None]


@pytest.fixture(scope="module")
def household() -> HouseholdSnapshot:
    return tax_household()


@pytest.fixture(scope="module")
def sales(household: HouseholdSnapshot) -> TaxSales:
    results = year_results(household, YEAR)
    return tax_sales(household, YEAR, results.slices, results.unknown)


def txf_records(text: str) -> Iterator[list[str]]:
    """The records of a TXF file, each as its lines; written from the format's description alone."""
    record: list[str] = []
    for line in text.split("\r\n"):
        if line == "^":
            yield record
            record = []
        elif line:
            record.append(line)
    assert not record, "the last record has no end"


def table_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


# --- TXF --------------------------------------------------------------------------------------------
def test_txf__is_as_kept(golden: Golden, household, sales) -> None:
    golden("tax/form-8949.txf", render_txf(household, sales, AS_OF).text.encode("ascii"))


def test_txf__header_and_every_record_in_format_5(household, sales) -> None:
    head, *records = txf_records(render_txf(household, sales, AS_OF).text)
    assert head[0] == "V042"
    assert head[1].startswith("AHarvestDesk ")
    assert head[2:] == ["D02/10/2026"]
    for record in records:
        assert [line[0] for line in record] == ["T", "N", "C", "L", "P", "D", "D", "$", "$", "$"]
        assert record[0] == "TD"
        assert (record[2], record[3]) == ("C1", "L1")


def test_txf__parsed_back_it_equals_the_rows(household, sales) -> None:
    _, *records = txf_records(render_txf(household, sales, AS_OF).text)
    rows = [r for r in (*sales.rows, *sales.unknown) if not r.box.is_digital]
    assert len(records) == len(rows)
    for record, row in zip(records, rows, strict=True):
        assert int(record[1][1:]) == reference_number(row)
        sold = record[6][1:]
        assert date(int(sold[6:]), int(sold[:2]), int(sold[3:5])) == row.sold_on
        cost, proceeds, washed = (line[1:] for line in record[7:])
        assert (Decimal(cost) if cost else None) == row.basis
        assert Decimal(proceeds) == row.proceeds
        assert (Decimal(washed) if washed else Decimal(0)) == row.adjustment


def test_txf__numbers_of_the_copies_of_form_8949() -> None:
    short_long = {
        (key[0].value, key[1].value if key[1] else "unknown"): n
        for key, n in REFERENCE_NUMBERS.items()
    }
    assert short_long == {
        ("reported", "short"): 321, ("reported", "long"): 323, ("reported", "unknown"): 673,
        ("not_reported", "short"): 711, ("not_reported", "long"): 713,
        ("not_reported", "unknown"): 715, ("no_form", "short"): 712, ("no_form", "long"): 714,
        ("no_form", "unknown"): 716,
    }  # fmt: skip
    assert len(REFERENCE_NUMBERS) == len(Reporting) * (len(Term) + 1)


def test_txf__what_is_unknown_is_an_empty_line_and_said(household, sales) -> None:
    made = render_txf(household, sales, AS_OF)
    record = list(txf_records(made.text))[-1]
    assert record[1] == "N715"
    assert (record[5], record[7]) == ("D", "$")
    assert "txf.no_cost" in {p.code for p in made.problems}


def test_txf__digital_assets_are_left_out_and_named(household, sales) -> None:
    made = render_txf(household, sales, AS_OF)
    assert "SIMC" not in made.text
    (problem,) = (p for p in made.problems if p.code == "txf.digital")
    assert "0.25 SIMC" in problem.message
    assert made.rows == len(sales.rows) + len(sales.unknown) - 1


def test_txf__names_can_not_break_a_record(household, sales) -> None:
    nasty = tuple(replace(s, symbol="É^\r\n^TD") for s in SECURITIES)
    plain = render_txf(household, sales, AS_OF).text
    text = render_txf(tax_household(securities=nasty), sales, AS_OF).text
    assert text.isascii()
    assert len(list(txf_records(text))) == len(list(txf_records(plain)))


def test_invented_data_are_marked_in_every_row_and_real_ones_are_not(household, sales) -> None:
    real = replace(household, household=replace(household.household, simulated=False))
    for made, marked in ((household, True), (real, False)):
        _, *records = txf_records(render_txf(made, sales, AS_OF).text)
        assert {r[4].startswith("PSIMULATED ") for r in records} == {marked}
        (taxact,) = render_taxact(made, sales)
        for text in (taxact.text, render_own_csv(made, sales).text):
            told = {r["Description"].startswith("SIMULATED ") for r in table_of(text)}
            assert told == {marked}


# --- TaxAct -----------------------------------------------------------------------------------------
def test_taxact__is_as_kept(golden: Golden, household, sales) -> None:
    (made,) = render_taxact(household, sales)
    golden("tax/form-8949-taxact.csv", made.text.encode())


def test_taxact__columns_and_one_row_for_a_wash_sale(household, sales) -> None:
    (made,) = render_taxact(household, sales)
    rows = table_of(made.text)
    assert tuple(rows[0]) == TAXACT_COLUMNS
    assert TAXACT_COLUMNS[:5] == (
        "Description", "Date Acquired", "Date Sold", "Sales Proceeds", "Cost or Other Basis",
    )  # fmt: skip
    (washed,) = (r for r in rows if r["Description"] == "SIMULATED 300 sh. DELV")
    assert (washed["Wash Sale"], washed["Adjustment Amount"]) == ("W", "800.00")
    assert (washed["Reporting Category"], washed["Long/Short"]) == ("D", "Long")
    assert {r["Date Sold"][2] + r["Date Sold"][5] for r in rows} == {"//"}


def test_taxact__what_it_can_not_take_is_left_out_and_named(household, sales) -> None:
    (made,) = render_taxact(household, sales)
    assert made.rows == len(table_of(made.text)) == len(sales.rows) - 1
    assert {p.code for p in made.problems} == {"taxact.no_cost", "taxact.digital"}
    assert "80 sh. HLTH.B" in next(p.message for p in made.problems if p.code == "taxact.no_cost")


def test_taxact__2_000_rows_a_file(household, sales) -> None:
    row = next(r for r in sales.rows if r.box.value == "A")
    many = TaxSales(YEAR, tuple(replace(row, number=n) for n in range(1, TAXACT_LIMIT + 2)))
    first, second = render_taxact(household, many)
    assert (first.rows, second.rows) == (TAXACT_LIMIT, 1)
    assert [p.code for p in first.problems] == ["taxact.split"]
    assert second.problems == ()
    assert len(render_taxact(household, TaxSales(YEAR, many.rows[:TAXACT_LIMIT]))) == 1


# --- our own ----------------------------------------------------------------------------------------
def test_own__is_as_kept(golden: Golden, household, sales) -> None:
    golden("tax/form-8949.csv", render_own_csv(household, sales).text.encode())


def test_own__columns_dates_and_figures(household, sales) -> None:
    made = render_own_csv(household, sales)
    rows = table_of(made.text)
    assert tuple(rows[0]) == OWN_COLUMNS
    assert len(rows) == made.rows == len(sales.rows) + len(sales.unknown)
    total = sum(Decimal(r["GainLoss"]) for r in rows if r["GainLoss"])
    assert total == sum(r.gain or 0 for r in sales.rows)
    lost = rows[-1]
    assert (lost["CostBasis"], lost["GainLoss"], lost["DateAcquired"]) == ("", "", "")
    assert [p.code for p in made.problems] == ["tax_csv.no_cost"]
    assert all(date.fromisoformat(r["DateSold"]).year == YEAR for r in rows)


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "@cmd", "+1+2", "-2+3"])
def test_no_cell_of_a_file_is_a_formula(sales, name: str) -> None:
    nasty = tuple(replace(s, symbol=name, cusip=name) for s in SECURITIES)
    accounts = tuple(replace(a, name=name) for a in tax_household().accounts)
    household = tax_household(securities=nasty, accounts=accounts)
    (taxact,) = render_taxact(household, sales)
    for text in (taxact.text, render_own_csv(household, sales).text):
        for row in csv.reader(io.StringIO(text)):
            assert not [c for c in row if c[:1] in {"=", "@", "+"}]
            assert all(c[1:2].isdigit() for c in row if c.startswith("-"))

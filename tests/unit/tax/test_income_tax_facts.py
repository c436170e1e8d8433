"""Returns as JSON: how the deduction is told, and what is refused."""

from decimal import Decimal

import pytest

from harvestdesk.domain.errors import BadInputError
from harvestdesk.tax.income_tax_facts import evaluate_income_tax


def a_return(year: int = 2025, status: str = "single", **given: object) -> dict:
    return {"year": year, "filing_status": status, "input": {"wages": 60_000, **given}}


@pytest.mark.parametrize(
    ("deduction", "taxable"),
    [
        ("standard, no age/blind additions", 44_250),
        ("standard", 44_250),
        ("Standard deduction", 44_250),
        ("standard, one blind", 42_250),
        ("standard, one aged", 36_250),  # 2,000 more, and 6,000 for a person of 65
        ("standard, one aged and blind", 34_250),
        ("standard, one 65+", 36_250),
        ("standard, aged 65", 36_250),
        ("standard + 1 age addition", 36_250),
        ("standard, one age/blind addition", 42_250),
        ("standard (65 or older and blind)", 34_250),
        ("standard, one 65+, not blind", 36_250),
        ("standard, no one 65 or older", 44_250),
        ("standard, without additions", 44_250),
        ("standard, none", 44_250),
        (20_000, 40_000),
        ("20,000", 40_000),
        ("itemised 20000.50", "39999.50"),
        ("itemized: $20,000", 40_000),
    ],
)
def test_deduction__in_words_or_as_an_amount(deduction: object, taxable: object) -> None:
    found = evaluate_income_tax(a_return(deduction=deduction))
    assert found["taxable_income"] == Decimal(str(taxable))


def test_senior_deduction__shrinks_with_income_and_ends() -> None:
    def deduction(wages: int, status: str = "single", persons: int = 1) -> Decimal:
        given = {"wages": wages, "aged_or_blind": 0, "persons_65_or_older": persons}
        found = evaluate_income_tax(a_return(2026, status, **given))
        return wages - found["taxable_income"]

    assert deduction(75_000) == 16_100 + 6_000
    assert deduction(100_000) == 16_100 + 4_500
    assert deduction(175_000) == 16_100
    assert deduction(250_000, "mfj", 2) == 32_200
    assert deduction(160_000, "mfj", 2) == 32_200 + 2 * 5_400
    assert deduction(60_000, "mfs") == 16_100


def test_boxes_of_a_couple() -> None:
    found = evaluate_income_tax(
        a_return(2024, "mfj", wages=90_000, deduction="standard, both 65+ and one blind")
    )
    assert found["taxable_income"] == 90_000 - 29_200 - 3 * 1_550


def test_losses_and_carryovers() -> None:
    found = evaluate_income_tax(
        a_return(short_term_net=5_000, carryover_in_short=20_000, long_term_net=1_000)
    )
    assert found["agi"] == 57_000
    assert (found["at_0"], found["at_15"]) == (0, 0)


def test_negative_income__is_no_tax() -> None:
    found = evaluate_income_tax(a_return(wages=-50_000, qualified_dividends=10_000))
    assert found["agi"] == -40_000
    assert (found["taxable_income"], found["income_tax"], found["at_0"]) == (0, 0, 0)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"year": 2031}, r"field year: 2031 .*2024 to 2026"),
        ({"year": "2025"}, "field year"),
        ({"filing_status": "joint"}, "filing_status"),
        ({"input": [1]}, "field input"),
        ({"input": {"wages": "many"}}, r"field input\.wages"),
        ({"input": {"wages": True}}, r"field input\.wages"),
        ({"input": {"wages": "NaN"}}, r"field input\.wages"),
        ({"input": {"wages": 10**13}}, r"field input\.wages"),
        ({"input": {"qualified_dividends": -1}}, r"field input\.qualified_dividends"),
        ({"input": {"salary": 1}}, r"field input\.salary: not known"),
        ({"input": {"deduction": "none"}}, r"field input\.deduction"),
        ({"input": {"deduction": "standard, plus a boat"}}, r"field input\.deduction"),
        ({"input": {"deduction": "standard, head 67"}}, r"field input\.deduction"),
        ({"input": {"deduction": "standard, both 65+"}}, r"field input\.deduction: 2 .*at most 1"),
        ({"input": {"deduction": None}}, r"field input\.deduction"),
        ({"input": {"deduction": -5}}, r"field input\.deduction"),
        ({"input": {"aged_or_blind": 3}}, r"field input\.aged_or_blind: 3 .*0 to 2"),
        ({"input": {"aged_or_blind": 9}}, r"field input\.aged_or_blind"),
    ],
)
def test_bad_fields__are_named(change: dict, words: str) -> None:
    with pytest.raises(BadInputError, match=words):
        evaluate_income_tax(a_return() | change)

"""The Qualified Dividends and Capital Gain Tax Worksheet worked out a second time, line by line.

Nothing of the program's own figures or code is used on this side: brackets from Rev. Proc. 2023-34, 2024-40
and 2025-32 and P.L. 119-21, lines as the instructions for Form 1040 print them, in exact fractions.
"""

import random
from fractions import Fraction

import pytest

from harvestdesk.tax.income_tax_facts import evaluate_income_tax
from harvestdesk.tax.netting_facts import evaluate_netting

RATES = (10, 12, 22, 24, 32, 35, 37)
# Tops of the brackets, standard deduction, tops of 0 and 15 %, addition for each box ticked.
FIGURES = {
    (2024, "single"): ((11600, 47150, 100525, 191950, 243725, 609350), 14600, 47025, 518900, 1950),
    (2024, "mfj"): ((23200, 94300, 201050, 383900, 487450, 731200), 29200, 94050, 583750, 1550),
    (2024, "mfs"): ((11600, 47150, 100525, 191950, 243725, 365600), 14600, 47025, 291850, 1550),
    (2024, "hoh"): ((16550, 63100, 100500, 191950, 243700, 609350), 21900, 63000, 551350, 1950),
    (2025, "single"): ((11925, 48475, 103350, 197300, 250525, 626350), 15750, 48350, 533400, 2000),
    (2025, "mfj"): ((23850, 96950, 206700, 394600, 501050, 751600), 31500, 96700, 600050, 1600),
    (2025, "mfs"): ((11925, 48475, 103350, 197300, 250525, 375800), 15750, 48350, 300000, 1600),
    (2025, "hoh"): ((17000, 64850, 103350, 197300, 250500, 626350), 23625, 64750, 566700, 2000),
    (2026, "single"): ((12400, 50400, 105700, 201775, 256225, 640600), 16100, 49450, 545500, 2050),
    (2026, "mfj"): ((24800, 100800, 211400, 403550, 512450, 768700), 32200, 98900, 613700, 1650),
    (2026, "mfs"): ((12400, 50400, 105700, 201775, 256225, 384350), 16100, 49450, 306850, 1650),
    (2026, "hoh"): ((17700, 67450, 105700, 201750, 256200, 640600), 24150, 66200, 579600, 2050),
}  # fmt: skip
STATUSES = ("single", "mfj", "mfs", "hoh", "qss")
NIIT_FROM = {"single": 200_000, "mfj": 250_000, "mfs": 125_000, "hoh": 200_000, "qss": 250_000}
Lines = dict[str, Fraction]


def scheduled(tops: tuple[int, ...], income: Fraction) -> Fraction:
    """Tax of the schedules X, Y and Z."""
    tax, below = Fraction(0), 0
    for rate, top in zip(RATES, (*tops, None), strict=True):
        reached = income if top is None else min(income, Fraction(top))
        tax += max(Fraction(0), reached - below) * rate / 100
        below = top or 0
    return tax


def return_by_hand(
    year: int, status: str, given: dict[str, Fraction], itemised: Fraction | None, blind: int
) -> Lines:
    tops, standard, zero_top, fifteen_top, box = FIGURES[year, "mfj" if status == "qss" else status]
    none = Fraction(0)
    line7, line15 = given["short_term_net"], given["long_term_net"]
    line16 = line7 + line15
    limit = 1500 if status == "mfs" else 3000
    capital = line16 if line16 >= 0 else max(line16, Fraction(-limit))
    investment = given["investment_income"] + given["qualified_dividends"] + capital
    agi = given["wages"] + investment
    w1 = max(none, agi - (standard + blind * box if itemised is None else itemised))
    w2 = given["qualified_dividends"]
    w3 = min(line15, line16) if line15 > 0 and line16 > 0 else none
    w4 = w2 + w3
    w5 = max(none, w1 - w4)
    w6, w7 = Fraction(zero_top), min(w1, Fraction(zero_top))
    assert w7 <= w6
    w8 = min(w5, w7)
    w9 = w7 - w8
    w10 = min(w1, w4)
    w11 = w9
    w12 = w10 - w11
    w14 = min(w1, Fraction(fifteen_top))
    w15 = w5 + w9
    w16 = max(none, w14 - w15)
    w17 = min(w12, w16)
    w18 = w17 * 15 / 100
    w19 = w9 + w17
    w20 = w10 - w19
    w21 = w20 * 20 / 100
    w22 = scheduled(tops, w5)
    w23 = w18 + w21 + w22
    w24 = scheduled(tops, w1)
    over = max(none, agi - NIIT_FROM[status])
    return {
        "agi": agi,
        "taxable_income": w1,
        "at_0": w9,
        "at_15": w17,
        "at_20": w20,
        "income_tax": min(w23, w24),
        "niit": min(max(none, investment), over) * 38 / 1000,
    }


def near(source: random.Random, figures: tuple[int, ...]) -> int:
    """An income on a line of the law, a cent-free step beside it, or anywhere."""
    line = source.choice(figures)
    return source.choice([line, line - 1, line + 1, line + 1000, source.randint(0, 900_000)])


def a_return(source: random.Random) -> tuple[int, str, dict[str, Fraction], int | None, int]:
    year, status = source.choice((2024, 2025, 2026)), source.choice(STATUSES)
    tops, standard, zero, fifteen, _box = FIGURES[year, "mfj" if status == "qss" else status]
    lines = (*tops, zero, fifteen, NIIT_FROM[status], NIIT_FROM[status] - standard, 0)
    gains = [0, 0, 1500, -1500, 3000, -3000, 250_000, -250_000, source.randint(-90_000, 400_000)]
    given = {
        "wages": source.choice([near(source, lines) + standard, source.randint(-60_000, 20_000)]),
        "investment_income": source.choice([0, 0, source.randint(-5_000, 90_000)]),
        "qualified_dividends": source.choice([0, 0, source.randint(0, 150_000)]),
        "short_term_net": source.choice(gains),
        "long_term_net": source.choice(gains),
    }
    itemised = source.choice([None, None, None, 0, source.randint(0, 90_000)])
    blind = source.choice([0, 0, 0, 1]) if itemised is None else 0
    return year, status, {k: Fraction(v) for k, v in given.items()}, itemised, blind


def test_two_thousand_returns__agree_with_the_worksheet_to_the_cent() -> None:
    source = random.Random(1040)
    for _ in range(2_000):
        year, status, given, itemised, blind = a_return(source)
        deduction = f"standard, {blind} blind" if itemised is None else itemised
        facts = {key: int(value) for key, value in given.items()} | {"deduction": deduction}
        found = evaluate_income_tax({"year": year, "filing_status": status, "input": facts})
        own = None if itemised is None else Fraction(itemised)
        expected = return_by_hand(year, status, given, own, blind)
        off = {k: abs(Fraction(v) - expected[k]) for k, v in found.items()}
        assert max(off.values()) <= Fraction(1, 200), (year, status, facts, found)


@pytest.mark.parametrize(
    ("year", "status", "wages", "long", "expected"),
    [
        # AGI exactly at the threshold, and one dollar beyond.
        (2025, "single", 150_000, 50_000, {"agi": 200_000, "niit": 0}),
        (2025, "single", 150_001, 50_000, {"agi": 200_001, "niit": "0.04"}),
        (2026, "mfs", 124_999, 2, {"agi": 125_001, "niit": "0.04"}),
        # The gain ends on the top of 15 % to the dollar, then one dollar is taxed at 20 %.
        (2026, "hoh", 124_150, 479_600, {"taxable_income": 579_600, "at_15": 479_600, "at_20": 0}),
        (2026, "hoh", 124_150, 479_601, {"at_15": 479_600, "at_20": 1}),
        # A deduction larger than the wages uses up gain first.
        (2024, "qss", 9_200, 30_000, {"taxable_income": 10_000, "at_0": 10_000, "income_tax": 0}),
    ],
)
def test_returns_on_a_line(
    year: int, status: str, wages: int, long: int, expected: dict[str, object]
) -> None:
    given = {"wages": wages, "long_term_net": long, "deduction": "standard"}
    found = evaluate_income_tax({"year": year, "filing_status": status, "input": given})
    assert {k: str(found[k]) for k in expected} == {
        k: f"{float(str(v)):.2f}" for k, v in expected.items()
    }


def netting_by_law(given: dict[str, int], limit: int) -> dict[str, int]:
    """IRC §1212(b) in the words of the law: an adjusted amount counts as short-term gain of the year."""
    short = given["short_term_net"] - given["carryover_in_short"]
    long = given["long_term_net"] - given["carryover_in_long"]
    allowed = min(max(-(short + long), 0), limit)
    # (b)(2)(B): the lesser of what was allowed and the adjusted taxable income.
    taxed = given["taxable_income_without_capital_items"] - allowed
    absorbed = min(allowed, max(0, taxed + allowed))
    short_with = short + absorbed
    gain_short, loss_short = max(0, short_with), max(0, -short_with)
    gain_long, loss_long = max(0, long), max(0, -long)
    if short + long >= 0:
        return {"line21": 0, "short": 0, "long": 0}
    return {
        "line21": allowed,
        "short": max(0, loss_short - gain_long),
        "long": max(0, loss_long - gain_short),
    }


def test_a_thousand_years__carry_over_what_the_law_says() -> None:
    source = random.Random(1212)
    amounts = (0, 0, 1, 1500, 3000, 3001, 1_000_000)
    for _ in range(1_000):
        status = source.choice(STATUSES)
        given = {
            "short_term_net": source.choice((-1, 1)) * source.choice((*amounts, source.randint(0, 9_000))),
            "long_term_net": source.choice((-1, 1)) * source.choice((*amounts, source.randint(0, 9_000))),
            "carryover_in_short": source.choice(amounts),
            "carryover_in_long": source.choice(amounts),
            "taxable_income_without_capital_items": source.choice((-50_000, -1, 0, 700, 1500, 2_999, 80_000)),
        }  # fmt: skip
        found = evaluate_netting({"filing_status": status, **{k: str(v) for k, v in given.items()}})
        law = netting_by_law(given, 1500 if status == "mfs" else 3000)
        assert found["capital_loss_deduction_line21"] == f"{law['line21']}.00", given
        assert found["carryover_out_short"] == f"{law['short']}.00", given
        assert found["carryover_out_long"] == f"{law['long']}.00", given
        assert all(v != "-0.00" for v in found.values())

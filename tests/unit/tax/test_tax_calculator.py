"""A thousand random returns against PSL Tax-Calculator, an independent program; only where it is installed."""

import importlib
import random
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from harvestdesk.domain.household import FilingStatus
from harvestdesk.tax.income_tax import IncomeFacts, compute_income_tax
from harvestdesk.tax.tables import load_tax_year

RETURNS = 1_000
YEARS = (2024, 2025, 2026)
CODES = {
    FilingStatus.SINGLE: 1,
    FilingStatus.JOINT: 2,
    FilingStatus.SEPARATE: 3,
    FilingStatus.HEAD: 4,
    FilingStatus.SURVIVING: 5,
}
OLD, YOUNG = 70, 40


@dataclass(frozen=True)
class Return:
    """A return in whole dollars."""

    status: FilingStatus
    wages: int
    interest: int
    ordinary_dividends: int
    qualified_dividends: int
    short: int
    long: int
    seniors: int
    blind: int

    def facts(self) -> IncomeFacts:
        return IncomeFacts(
            self.status,
            Decimal(self.wages),
            Decimal(self.interest + self.ordinary_dividends),
            Decimal(self.qualified_dividends),
            aged_or_blind=self.seniors + self.blind,
            seniors=self.seniors,
        )


def a_return(source: random.Random, year: int) -> Return:
    status = source.choice(list(FilingStatus))
    wages = source.choice([0, 15_000, 60_000, 150_000, 300_000, 700_000])
    couple = status is FilingStatus.JOINT
    # Tax-Calculator gives surviving spouses of 2024 the addition of a single person (1,950); Rev. Proc.
    # 2023-34 gives them that of a married one (1,550).
    boxes = not (status is FilingStatus.SURVIVING and year == 2024)
    return Return(
        status,
        source.randint(0, wages) + wages // 2,
        source.choice([0, source.randint(0, 20_000)]),
        source.choice([0, source.randint(0, 20_000)]),
        source.choice([0, source.randint(0, 60_000)]),
        source.choice([0, source.randint(-30_000, 60_000)]),
        source.choice([0, source.randint(-60_000, 400_000), source.randint(-20_000, 40_000)]),
        source.choice([0, 0, 1, 2 if couple else 1]) if boxes else 0,
        source.choice([0, 0, 0, 1]) if boxes else 0,
    )


def theirs(taxcalc: Any, year: int, returns: Sequence[Return]) -> Any:
    """Return Tax-Calculator's figures as a table, one row a return."""
    pandas = importlib.import_module("pandas")
    rows = [
        {
            "RECID": number + 1,
            "MARS": CODES[r.status],
            "XTOT": 2 if r.status is FilingStatus.JOINT else 1,
            "e00200": r.wages,
            "e00200p": r.wages,
            "e00200s": 0,
            "e00300": r.interest,
            # Its e00600 is line 3b of Form 1040, qualified dividends included.
            "e00600": r.ordinary_dividends + r.qualified_dividends,
            "e00650": r.qualified_dividends,
            "p22250": r.short,
            "p23250": r.long,
            "age_head": OLD if r.seniors else YOUNG,
            "age_spouse": OLD if r.seniors > 1 else YOUNG,
            "blind_head": r.blind,
        }
        for number, r in enumerate(returns)
    ]
    records = taxcalc.Records(
        data=pandas.DataFrame(rows),
        start_year=year,
        gfactors=None,
        weights=None,
        adjust_ratios=None,
    )
    calculator = taxcalc.Calculator(policy=taxcalc.Policy(), records=records)
    calculator.advance_to_year(year)
    calculator.calc_all()
    return calculator.dataframe(["c00100", "c04800", "taxbc", "niit"])


@pytest.mark.slow
@pytest.mark.parametrize("year", YEARS)
def test_returns__agree_with_tax_calculator(year: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        taxcalc = pytest.importorskip(
            "taxcalc", reason="Tax-Calculator is not installed (the `differential` extra)"
        )
        source = random.Random(year)
        returns = [a_return(source, year) for _ in range(RETURNS // len(YEARS) + 1)]
        table = theirs(taxcalc, year, returns)
    tables = load_tax_year(year)
    for number, r in enumerate(returns):
        found = compute_income_tax(tables, r.facts(), Decimal(r.short), Decimal(r.long))
        mine = (found.agi, found.taxable_income, found.income_tax, found.niit)
        other = tuple(Decimal(f"{x:.4f}") for x in table.iloc[number])
        assert all(abs(a - b) < Decimal("0.01") for a, b in zip(mine, other, strict=True)), (
            r,
            mine,
            other,
        )

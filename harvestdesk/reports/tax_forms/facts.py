"""What the tax pages of a year are made from, gathered once."""

from dataclasses import dataclass
from decimal import Decimal

from harvestdesk.domain.errors import Problem
from harvestdesk.domain.money import ZERO
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.reports.tax_forms.sales import TaxSales


@dataclass(frozen=True, slots=True)
class YearFacts:
    """A household's year; dollars.

    Attributes:
        snapshot: the household on the day of the page.
        sales: the rows of Form 8949.
        distributions_long: capital gain distributions, Schedule D line 13.
        dividends: ordinary dividends and short-term distributions of taxable accounts (not on Schedule D).
        interest: interest of taxable accounts (not on Schedule D).
        problems: what did not add up.
        complete: every sale of the year is in the rows.
        flags: results another reading of the law would change, in words.
    """

    snapshot: HouseholdSnapshot
    sales: TaxSales
    distributions_long: Decimal = ZERO
    dividends: Decimal = ZERO
    interest: Decimal = ZERO
    problems: tuple[Problem, ...] = ()
    complete: bool = True
    flags: tuple[str, ...] = ()

    @property
    def year(self) -> int:
        """Tax year."""
        return self.sales.year

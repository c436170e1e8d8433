"""What the tax pages of a year are made from, gathered once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from harvestdesk.domain.errors import Problem
from harvestdesk.domain.money import ZERO
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.reports.tax_forms.sales import TaxSales
from harvestdesk.tax.situation import TaxSituation
from harvestdesk.washsale.audit import WashEntry
from harvestdesk.washsale.events import LedgerLot, SaleSlice
from harvestdesk.washsale.evidence import Finding
from harvestdesk.washsale.readings import Readings


@dataclass(frozen=True, slots=True)
class YearFacts:
    """A household's year; dollars.

    Attributes:
        snapshot: the household on the day of the page.
        sales: the rows of Form 8949.
        situation: profile, tables and gains outside the ledger, of the year of the pages.
        distributions_long: capital gain distributions, Schedule D line 13.
        dividends: ordinary dividends and short-term distributions of taxable accounts (not on Schedule D).
        interest: interest of taxable accounts (not on Schedule D).
        problems: what did not add up.
        complete: every sale of the year is in the rows.
        readings: results another reading of the law would change.
        findings: how sure the result of each sale is, by transaction.
        washes: an entry for every disallowed loss of the year.
        history: sale slices of every year.
        open_lots: lots left, as the ledger ends.
    """

    snapshot: HouseholdSnapshot
    sales: TaxSales
    situation: TaxSituation
    distributions_long: Decimal = ZERO
    dividends: Decimal = ZERO
    interest: Decimal = ZERO
    problems: tuple[Problem, ...] = ()
    complete: bool = True
    readings: Readings = field(default_factory=Readings)
    findings: Mapping[str, Finding] = field(default_factory=dict)
    washes: tuple[WashEntry, ...] = ()
    history: tuple[SaleSlice, ...] = ()
    open_lots: tuple[LedgerLot, ...] = ()

    @property
    def year(self) -> int:
        """Tax year."""
        return self.sales.year

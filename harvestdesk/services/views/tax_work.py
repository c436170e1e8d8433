"""What the rows of the tax page are worked out from: the year's results, its situation and the plan's sales."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from harvestdesk.domain.lot import Term
from harvestdesk.domain.money import ZERO, decimal_text
from harvestdesk.domain.proposal import LotSale, Proposal
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.domain.tax_year import ExternalGain, StatusTable, TaxYear
from harvestdesk.services.tax_situation import situation_in
from harvestdesk.tax.liability import YearTax, year_tax
from harvestdesk.tax.situation import TaxSituation
from harvestdesk.washsale.year import YearResults, year_results


@dataclass(frozen=True, slots=True)
class Planned:
    """A year as it is projected: the ledger's results it rests on, and their tax."""

    short: Decimal
    long: Decimal
    year_tax: YearTax


@dataclass(frozen=True, slots=True)
class TaxWork:
    """Everything the rows are made of.

    Attributes:
        plan: the year with the plan carried out, or None.
        sold: sales of the plan whose shares are no longer held; left out of `plan`.
    """

    snapshot: HouseholdSnapshot
    situation: TaxSituation
    results: YearResults
    now: Planned
    proposal: Proposal | None
    plan: Planned | None
    planned_sales: tuple[LotSale, ...]
    sold: int

    @property
    def year(self) -> int:
        """The tax year."""
        return self.situation.year

    @property
    def typed(self) -> bool:
        """True where typed rates are in force."""
        return self.situation.figures is None

    @property
    def external(self) -> tuple[ExternalGain, ...]:
        """Gains of the year outside the imported accounts."""
        return tuple(g for g in self.situation.external if g.on.year == self.year)

    @property
    def tables(self) -> TaxYear | None:
        """The year's figures with the household's changes of law laid over them."""
        return self.situation.figures

    @property
    def table(self) -> StatusTable | None:
        """The figures of the household's filing status."""
        tables = self.tables
        return None if tables is None else tables.tables[self.situation.profile.filing_status]

    def planned_of(self, term: Term) -> Decimal:
        """Return what the plan's sales add to a term in dollars."""
        return sum((s.recognized for s in self.planned_sales if s.term is term), ZERO)


def worked_out(
    snapshot: HouseholdSnapshot, proposal: Proposal | None, year: int | None = None
) -> TaxWork:
    """Return a year (default: that of `as_of`) as it stands, and with the plan where it is one of that year."""
    situation = situation_in(snapshot, snapshot.as_of.year if year is None else year)
    results = year_results(snapshot, situation.year)
    situation = replace(situation, washed=results.disallowed)
    now = Planned(results.short, results.long, year_tax(situation, results.short, results.long))
    sales, sold = _still_held(snapshot, proposal)
    plan = None
    if proposal is not None and proposal.as_of.year == situation.year:
        short = results.short + _of(sales, Term.SHORT)
        long = results.long + _of(sales, Term.LONG)
        washed = results.disallowed + sum((s.disallowed for s in sales), ZERO)
        plan = Planned(short, long, year_tax(replace(situation, washed=washed), short, long))
    return TaxWork(snapshot, situation, results, now, proposal, plan, sales, sold)


def _still_held(
    snapshot: HouseholdSnapshot, proposal: Proposal | None
) -> tuple[tuple[LotSale, ...], int]:
    """Return the plan's sales that can still be made, and how many can't: they are in the ledger by now."""
    if proposal is None:
        return (), 0
    held = tuple(
        s
        for s in proposal.sales
        if s.lot_id in snapshot.lot_by_id and snapshot.lot_by_id[s.lot_id].shares >= s.shares
    )
    return held, len(proposal.sales) - len(held)


def _of(sales: Iterable[LotSale], term: Term) -> Decimal:
    return sum((s.recognized for s in sales if s.term is term), ZERO)


def facts(**values: Decimal | int | str | None) -> dict[str, str]:
    """Return facts of a sentence as text; what is None is left out."""
    return {
        key: decimal_text(value) if isinstance(value, Decimal) else str(value)
        for key, value in values.items()
        if value is not None
    }

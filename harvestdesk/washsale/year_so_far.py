"""Results of each year realised so far, over all identical sets: what a least-tax sale looks at."""

from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal

from harvestdesk.domain.lot import Term
from harvestdesk.domain.money import ZERO
from harvestdesk.washsale.events import Distribution, SaleSlice, TaxOf


class YearSoFar:
    """Recognised dollars by year and term while the ledger runs in order of time."""

    def __init__(self, tax_of: TaxOf) -> None:
        self._tax_of = tax_of
        self._short: dict[int, Decimal] = defaultdict(Decimal)
        self._long: dict[int, Decimal] = defaultdict(Decimal)

    def add(self, row: SaleSlice) -> None:
        """Count a row in; one without a known basis has no result."""
        if row.basis_known:
            by_year = self._short if row.term is Term.SHORT else self._long
            by_year[row.sold.year] += row.recognized

    def add_distribution(self, event: Distribution) -> None:
        """Count a fund's long-term gain in (Schedule D, line 13); a short-term one is a dividend."""
        if event.term is Term.LONG:
            self._long[event.on.year] += event.total

    def tax_from(
        self, year: int, planned_short: Decimal, planned_long: Decimal
    ) -> Callable[[Decimal, Decimal], Decimal] | None:
        """Return the tax of the year after further results on top of those planned, or None."""
        short, long = self._short[year] + planned_short, self._long[year] + planned_long
        if self._tax_of(year, short, long) is None:
            return None

        def tax(more_short: Decimal, more_long: Decimal) -> Decimal:
            found = self._tax_of(year, short + more_short, long + more_long)
            return ZERO if found is None else found

        return tax

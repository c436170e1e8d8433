"""What the tax of a year is worked out from, gathered in one frozen value."""

from dataclasses import dataclass, replace
from decimal import Decimal

from harvestdesk.domain.household import RateSource, TaxProfile
from harvestdesk.domain.money import ZERO
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.domain.tax_year import (
    ExternalGain,
    ExternalTerm,
    LawChange,
    StateRules,
    TaxYear,
)
from harvestdesk.tax.income_tax import IncomeFacts, income_of, with_changes


@dataclass(frozen=True, slots=True)
class TaxSituation:
    """A household's tax facts of one year, without its own ledger.

    Attributes:
        year: calendar year.
        tables: federal figures; None: only typed rates can be used.
        state: rules of the profile's state; None: no state, or one whose rules are not known.
        external: gains known or expected outside the ledger, of any year.
        washed: losses of the ledger the federal wash-sale rule disallowed in the year, positive; some
            states allow them.
    """

    profile: TaxProfile
    year: int
    tables: TaxYear | None = None
    state: StateRules | None = None
    external: tuple[ExternalGain, ...] = ()
    changes: tuple[LawChange, ...] = ()
    washed: Decimal = ZERO

    @property
    def figures(self) -> TaxYear | None:
        """The figures tax is walked through, changes of law laid over them; None: the typed rates hold."""
        if self.profile.rate_source is not RateSource.TABLES or self.tables is None:
            return None
        return with_changes(self.tables, self.changes, self.year)

    def external_of(self, term: ExternalTerm) -> Decimal:
        """Expected gains of the year outside the ledger, in dollars; realised ones in full."""
        found = (g for g in self.external if g.on.year == self.year and g.term is term)
        return sum((g.expected for g in found if not g.is_dividend), ZERO)

    @property
    def dividends_outside(self) -> Decimal:
        """Expected short-term distributions of funds outside the ledger: ordinary dividends of the year."""
        found = (g for g in self.external if g.on.year == self.year and g.is_dividend)
        return sum((g.expected for g in found), ZERO)

    @property
    def income(self) -> IncomeFacts:
        """Income of the year without its capital gains and losses, and its deductions."""
        facts, more = income_of(self.profile), self.dividends_outside
        if not more:
            return facts
        return replace(facts, investment_income=facts.investment_income + more)

    def following(self, year: int, carried_short: Decimal, carried_long: Decimal) -> "TaxSituation":
        """Return a later year with the same income and figures, and the losses carried into it."""
        profile = replace(
            self.profile,
            realised_short=ZERO,
            realised_long=ZERO,
            carryforward_short=carried_short,
            carryforward_long=carried_long,
        )
        return replace(self, profile=profile, year=year, washed=ZERO)


def situation_of(snapshot: HouseholdSnapshot) -> TaxSituation:
    """Return the tax situation of a household in the year of its day."""
    return TaxSituation(
        snapshot.household.tax,
        snapshot.as_of.year,
        snapshot.tax_year,
        snapshot.state_rules,
        snapshot.external_gains,
        snapshot.law_changes,
    )

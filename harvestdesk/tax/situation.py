"""What the tax of a year is worked out from, gathered in one frozen value."""

from dataclasses import dataclass

from harvestdesk.domain.household import TaxProfile
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.domain.tax_year import ExternalGain, LawChange, StateRules, TaxYear


@dataclass(frozen=True, slots=True)
class TaxSituation:
    """A household's tax facts of one year, without its own ledger.

    Attributes:
        year: calendar year.
        tables: federal figures; None: only typed rates can be used.
        external: gains known or expected outside the ledger, of any year.
    """

    profile: TaxProfile
    year: int
    tables: TaxYear | None = None
    state: StateRules | None = None
    external: tuple[ExternalGain, ...] = ()
    changes: tuple[LawChange, ...] = ()


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

"""A household's tax situation in any year: what the Tax page and the forms both start from."""

from dataclasses import replace

from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.tax.situation import TaxSituation, situation_of
from harvestdesk.tax.tables import load_state, load_tax_year


def situation_in(snapshot: HouseholdSnapshot, year: int) -> TaxSituation:
    """Return the household's situation in a year, which need not be that of its day.

    Income and carryforwards are those of the profile, whatever the year.
    """
    made = situation_of(snapshot)
    if year == made.year and made.tables is not None:
        return made
    code = snapshot.household.tax.state
    state = load_state(code, year) if code else None
    return replace(made, year=year, tables=load_tax_year(year), state=state)

"""What a tax figure rests on: which year's tables or which typed rates, and what of it is not known."""

from dataclasses import dataclass

from harvestdesk.domain.household import FilingStatus, RateSource, TaxProfile
from harvestdesk.tax.situation import TaxSituation
from harvestdesk.tax.year import MarginalRates, state_rules, typed_rates


@dataclass(frozen=True, slots=True)
class TaxBasis:
    """What a household's tax figures of a year rest on.

    Attributes:
        rates: the typed rates that hold; None where tables are walked.
        figures_of: the year the federal figures are the law of; 0 with typed rates.
        primary: legal source of the federal figures.
        tables_missing: tables were asked for and are not there, so the typed rates hold.
        state: two-letter code, or empty.
        state_known: False: the state's rate is neither known nor typed; its tax is left out.
        state_typed: the state's rate was typed.
        unconfirmed: figures used that one source only tells, federal and state.
        law_changes: changes of law the household reckons with in this year.
    """

    year: int
    rates: MarginalRates | None
    figures_of: int = 0
    primary: str = ""
    tables_missing: bool = False
    state: str = ""
    state_known: bool = True
    state_typed: bool = False
    unconfirmed: tuple[str, ...] = ()
    law_changes: int = 0


def tax_basis(situation: TaxSituation) -> TaxBasis:
    """Return what the tax figures of a situation rest on."""
    profile, figures = situation.profile, situation.figures
    changes = sum(1 for c in situation.changes if c.points and c.from_year <= situation.year)
    if figures is None:
        return TaxBasis(
            situation.year,
            typed_rates(situation),
            tables_missing=profile.rate_source is RateSource.TABLES,
            law_changes=changes,
        )
    rules = state_rules(situation)
    return TaxBasis(
        situation.year,
        None,
        figures.figures_of,
        figures.primary,
        state=profile.state,
        state_known=rules is not None and rules.rate is not None,
        state_typed=profile.state_rate is not None,
        unconfirmed=_unconfirmed(situation),
        law_changes=changes,
    )


def concerns(figure: str, profile: TaxProfile) -> bool:
    """Return True for figures that a household's tax is worked out with: its own status's, everybody's."""
    group, _, name = figure.partition(".")
    if group == "senior_deduction":
        # Married persons who file separately don't get it.
        if not profile.seniors or profile.filing_status is FilingStatus.SEPARATE:
            return False
        start = "phase_out_start_"
        return not name.startswith(start) or name == start + profile.filing_status.value
    if name == "aged_or_blind" and not profile.aged_or_blind:
        return False
    return group.partition("[")[0] in {profile.filing_status.value, "rates"}


def _unconfirmed(situation: TaxSituation) -> tuple[str, ...]:
    """Return the unconfirmed figures the household's own status and state use, in words."""
    profile = situation.profile
    figures = () if situation.tables is None else situation.tables.figures
    found = [_plain(f.name) for f in figures if not f.confirmed and concerns(f.name, profile)]
    state = situation.state
    if state is not None:
        found += [f"{state.name} {part}" for part in state.unconfirmed]
    return tuple(dict.fromkeys(found))


def _plain(figure: str) -> str:
    """Return a figure's name in words: the status is the household's own, a group of its own stands whole."""
    group, _, name = figure.partition(".")
    return (group if group == "senior_deduction" else name).replace("_", " ")

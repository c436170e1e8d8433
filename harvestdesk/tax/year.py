"""The tax of a year's capital results: Schedule D netting, then the year's tables or the typed rates."""

from dataclasses import dataclass, replace
from decimal import Decimal

from harvestdesk.domain.lot import Term
from harvestdesk.domain.money import ZERO
from harvestdesk.domain.tax_year import ExternalTerm, LawTarget, StateRules, TaxYear
from harvestdesk.tax.income_tax import (
    IncomeTax,
    compute_income_tax,
    deduction_of,
    points_of,
)
from harvestdesk.tax.netting import NettingInput, NettingResult, deduction_limit, net_year
from harvestdesk.tax.situation import TaxSituation
from harvestdesk.tax.state_tax import StateYear, rules_of, state_tax


@dataclass(frozen=True, slots=True)
class YearTax:
    """Tax of the year's capital results in dollars; negative: ordinary tax saved by the deduction.

    Attributes:
        income: the whole return, state included; None where typed rates are used.
        without: the same year without any capital gain or loss; `tax` is the difference.
        state_known: False: the state's rate is not known, and its tax is left out.
    """

    tax: Decimal
    netting: NettingResult
    income: IncomeTax | None = None
    without: IncomeTax | None = None
    state_known: bool = True


@dataclass(frozen=True, slots=True)
class MarginalRates:
    """Tax on the next dollar of gain by term, and on the next dollar of ordinary income, as fractions."""

    short: Decimal
    long: Decimal
    ordinary: Decimal

    def of(self, term: Term) -> Decimal:
        """Rate of a term."""
        return self.short if term is Term.SHORT else self.long


def year_tax(situation: TaxSituation, short: Decimal, long: Decimal) -> YearTax:
    """Return the tax of a year whose ledger nets to `short` and `long` dollars.

    The profile's realised results outside the ledger, the year's external gains (expected values) and the
    carryforwards are netted in. What is carried into later years saves nothing this year.
    """
    capital = capital_input(situation, short, long)
    netting = net_year(capital)
    figures = situation.figures
    if figures is None:
        return YearTax(_typed_tax(situation, netting), netting)
    income = _whole_return(situation, figures, capital, netting)
    nothing = NettingInput(ZERO, ZERO)
    without = _whole_return(situation, figures, nothing, net_year(nothing))
    known = income.state_tax is not None
    # Without capital results the state's tax on them is zero whatever its rate.
    return YearTax(income.total - without.total, netting, income, without, known)


def capital_input(situation: TaxSituation, short: Decimal, long: Decimal) -> NettingInput:
    """Return everything that is netted in the year beside the ledger's `short` and `long` results."""
    profile = situation.profile
    capital = NettingInput(
        short + profile.realised_short + situation.external_of(ExternalTerm.SHORT),
        long + profile.realised_long + situation.external_of(ExternalTerm.LONG),
        profile.carryforward_short,
        profile.carryforward_long,
        deduction_limit(profile.filing_status),
    )
    return replace(capital, other_income=_other_income(situation, capital))


def state_rules(situation: TaxSituation) -> StateRules | None:
    """Return the state's rules that hold, typed rate and changes of law included; None: not known."""
    profile = situation.profile
    points = points_of(situation.changes, situation.year, LawTarget.STATE)
    return rules_of(profile.state, situation.state, profile.state_rate, points)


def typed_rates(situation: TaxSituation) -> MarginalRates:
    """Return the typed rates with the changes of law that each of them stands for."""
    profile, changes, year = situation.profile, situation.changes, situation.year
    state = points_of(changes, year, LawTarget.STATE)
    niit = points_of(changes, year, LawTarget.NIIT)
    ordinary = points_of(changes, year, LawTarget.ORDINARY)
    long_term = points_of(changes, year, LawTarget.LONG_TERM)
    return MarginalRates(
        max(ZERO, profile.rate_short + ordinary + niit + state),
        max(ZERO, profile.rate_long + long_term + niit + state),
        max(ZERO, profile.rate_ordinary + ordinary + state),
    )


def state_year(
    situation: TaxSituation, capital: NettingInput, income: Decimal, income_without: Decimal
) -> StateYear:
    """Return what the state's tax is worked out from; `income` is the federal adjusted gross income."""
    profile = situation.profile
    interest = situation.income.without_gains - profile.wages
    return StateYear(capital, interest, income, income_without, situation.washed)


def _other_income(situation: TaxSituation, capital: NettingInput) -> Decimal | None:
    """Return taxable income without capital items; None, enough for the deduction, with typed rates.

    Deductions are those of the year as it is, a net loss included: the one for seniors goes by income.
    """
    if situation.figures is None:
        return None
    facts = situation.income
    loss = min(max(ZERO, -net_year(capital).total), capital.deduction_limit)
    deduction = deduction_of(situation.figures, facts, facts.without_gains - loss)
    return facts.without_gains - deduction


def _typed_tax(situation: TaxSituation, netting: NettingResult) -> Decimal:
    rates = typed_rates(situation)
    return (
        netting.taxable_short * rates.short
        + netting.taxable_long * rates.long
        - netting.deduction * rates.ordinary
    )


def _whole_return(
    situation: TaxSituation, figures: TaxYear, capital: NettingInput, netting: NettingResult
) -> IncomeTax:
    facts = situation.income
    federal = compute_income_tax(figures, facts, netting.net_short, netting.net_long)
    rules = state_rules(situation)
    if rules is None:
        return federal
    year = state_year(situation, capital, federal.agi, facts.without_gains)
    return replace(federal, state_tax=state_tax(rules, year))

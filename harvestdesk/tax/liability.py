"""Tax of a year at the household's typed rates, over the real netting of Schedule D.

Rates are flat fractions of TaxProfile; walking the year's brackets replaces them later behind the
same functions.
"""

from dataclasses import dataclass
from decimal import Decimal

from harvestdesk.domain.lot import Term
from harvestdesk.domain.money import ZERO
from harvestdesk.tax.netting import NettingInput, NettingResult, deduction_limit, net_year
from harvestdesk.tax.situation import TaxSituation


@dataclass(frozen=True, slots=True)
class YearTax:
    """Tax of the year's capital results in dollars; negative: ordinary tax saved by the deduction."""

    tax: Decimal
    netting: NettingResult


@dataclass(frozen=True, slots=True)
class LossValue:
    """What a further loss does: dollars of tax saved this year, and losses added to the carryforward.

    Attributes:
        saved: tax saved this year.
        carried: part of the loss that goes into next year, dollars of loss (not of tax).
    """

    saved: Decimal
    carried: Decimal


def year_tax(situation: TaxSituation, short: Decimal, long: Decimal) -> YearTax:
    """Return the tax of a year whose sales net to `short` and `long` dollars.

    The profile's realised results outside the ledger and its carryforwards are netted in. A loss
    beyond the gains saves the ordinary rate up to the yearly limit; the rest is carried and saves
    nothing this year.
    """
    profile = situation.profile
    netting = net_year(
        NettingInput(
            short + profile.realised_short,
            long + profile.realised_long,
            profile.carryforward_short,
            profile.carryforward_long,
            deduction_limit(profile.filing_status),
        )
    )
    tax = (
        netting.taxable_short * profile.rate_short
        + netting.taxable_long * profile.rate_long
        - netting.deduction * profile.rate_ordinary
    )
    return YearTax(tax, netting)


def further_loss(
    situation: TaxSituation, base_short: Decimal, base_long: Decimal, loss: Decimal, term: Term
) -> LossValue:
    """Return what `loss` dollars (positive) of `term` do on top of the base results."""
    short = base_short - (loss if term is Term.SHORT else ZERO)
    long = base_long - (loss if term is Term.LONG else ZERO)
    before = year_tax(situation, base_short, base_long)
    after = year_tax(situation, short, long)
    return LossValue(before.tax - after.tax, _carried(after) - _carried(before))


def loss_value(
    situation: TaxSituation, base_short: Decimal, base_long: Decimal, loss: Decimal, term: Term
) -> Decimal:
    """Return the dollars of tax saved this year by a further `loss` (positive) of `term`."""
    return further_loss(situation, base_short, base_long, loss, term).saved


@dataclass(frozen=True, slots=True)
class MarginalRates:
    """Tax on the next dollar of gain by term, and on the next dollar of ordinary income, as fractions."""

    short: Decimal
    long: Decimal
    ordinary: Decimal


def marginal_rates(
    situation: TaxSituation, short: Decimal = ZERO, long: Decimal = ZERO
) -> MarginalRates:
    """Return what the next dollar costs where the ledger's results of the year are `short` and `long`."""
    profile = situation.profile
    return MarginalRates(profile.rate_short, profile.rate_long, profile.rate_ordinary)


def _carried(year: YearTax) -> Decimal:
    return year.netting.carryover_short + year.netting.carryover_long

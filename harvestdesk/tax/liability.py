"""What a further gain or loss changes: this year through netting and tables, later through carryovers.

Rates come from walking the year's tables with the household's income; rates typed by the person are an
override and hold for every dollar of their kind, the state's included.
"""

from dataclasses import dataclass, replace
from decimal import Decimal

from harvestdesk.domain.lot import Term
from harvestdesk.domain.money import ONE, ZERO
from harvestdesk.tax.bracket_walk import BracketStep, bracket_walk, gain_rate
from harvestdesk.tax.carried import FUTURE_YEARS
from harvestdesk.tax.netting import NettingResult
from harvestdesk.tax.situation import TaxSituation
from harvestdesk.tax.year import MarginalRates, YearTax, state_rules, typed_rates, year_tax

__all__ = [
    "BracketStep",
    "LossValue",
    "MarginalRates",
    "MarginalValue",
    "YearTax",
    "bracket_walk",
    "further_loss",
    "loss_rates",
    "loss_value",
    "marginal_rates",
    "marginal_value",
    "year_tax",
]


@dataclass(frozen=True, slots=True)
class LossValue:
    """What a further loss does: dollars of tax saved this year, and losses added to the carryforward.

    Attributes:
        saved: tax saved this year.
        carried: part of the loss that goes into next year, dollars of loss (not of tax).
    """

    saved: Decimal
    carried: Decimal


@dataclass(frozen=True, slots=True)
class MarginalValue:
    """What a further gain or loss is worth to the household, in dollars; negative: it costs.

    Attributes:
        now: tax saved this year.
        carried: losses added to what goes into next year, dollars of loss; negative: used up.
        present_value: `now` and the tax the carried losses save in later years, discounted.
    """

    now: Decimal
    carried: Decimal
    present_value: Decimal


def further_loss(
    situation: TaxSituation, base_short: Decimal, base_long: Decimal, loss: Decimal, term: Term
) -> LossValue:
    """Return what `loss` dollars (positive) of `term` do on top of the base results."""
    before = year_tax(situation, base_short, base_long)
    after = year_tax(situation, *_moved(base_short, base_long, -loss, term))
    return LossValue(before.tax - after.tax, _carried(after) - _carried(before))


def loss_value(
    situation: TaxSituation, base_short: Decimal, base_long: Decimal, loss: Decimal, term: Term
) -> Decimal:
    """Return the dollars of tax saved this year by a further `loss` (positive) of `term`."""
    return further_loss(situation, base_short, base_long, loss, term).saved


def marginal_rates(
    situation: TaxSituation, short: Decimal = ZERO, long: Decimal = ZERO
) -> MarginalRates:
    """Return what the next dollar costs where the ledger's results of the year are `short` and `long`.

    With typed rates these are the typed ones; else the next dollar walks through netting and tables.
    """
    if situation.figures is None:
        return typed_rates(situation)
    return MarginalRates(
        gain_rate(situation, short, long, Term.SHORT),
        gain_rate(situation, short, long, Term.LONG),
        _ordinary_rate(situation, short, long),
    )


def loss_rates(
    situation: TaxSituation, short: Decimal = ZERO, long: Decimal = ZERO
) -> MarginalRates:
    """Return what the next dollar of loss is worth, this year and carried; typed rates are flat."""
    if situation.figures is None:
        return typed_rates(situation)
    worth = {t: marginal_value(situation, short, long, -ONE, t).present_value for t in Term}
    ordinary = _ordinary_rate(situation, short, long)
    return MarginalRates(worth[Term.SHORT], worth[Term.LONG], ordinary)


def marginal_value(
    situation: TaxSituation, short: Decimal, long: Decimal, amount: Decimal, term: Term
) -> MarginalValue:
    """Return what a further gain (`amount` positive) or loss (negative) of a term is worth.

    Carried losses are followed through later years: each uses min(what is left, its expected gains and
    the yearly limit) by the same netting and tables, discounted at the profile's rate.
    """
    before = year_tax(situation, short, long)
    after = year_tax(situation, *_moved(short, long, amount, term))
    now = before.tax - after.tax
    later = _worth_later(situation, after.netting) - _worth_later(situation, before.netting)
    return MarginalValue(now, _carried(after) - _carried(before), now + later)


def _ordinary_rate(situation: TaxSituation, short: Decimal, long: Decimal) -> Decimal:
    """Return the tax on the next dollar of income that is no gain, the state's rate included."""
    step = Decimal("0.01")
    wages = situation.profile.wages
    taxes = []
    for more in (step, 2 * step):
        profile = replace(situation.profile, wages=wages + more)
        income = year_tax(replace(situation, profile=profile), short, long).income
        taxes.append(ZERO if income is None else income.income_tax + income.niit)
    rules = state_rules(situation)
    state = ZERO if rules is None or rules.rate is None else rules.rate
    return (taxes[1] - taxes[0]) / step + state


def _worth_later(situation: TaxSituation, netting: NettingResult) -> Decimal:
    """Return the present value of the tax that losses carried out of the year save later."""
    short, long = netting.carryover_short, netting.carryover_long
    worth, factor, year = ZERO, ONE, situation.year
    yearly = ONE / (ONE + situation.profile.discount_rate)
    while (short or long) and year < situation.year + FUTURE_YEARS:
        year += 1
        factor *= yearly
        carrying = year_tax(situation.following(year, short, long), ZERO, ZERO)
        empty = year_tax(situation.following(year, ZERO, ZERO), ZERO, ZERO)
        worth += (empty.tax - carrying.tax) * factor
        short, long = carrying.netting.carryover_short, carrying.netting.carryover_long
    return worth


def _moved(short: Decimal, long: Decimal, amount: Decimal, term: Term) -> tuple[Decimal, Decimal]:
    return (short + amount, long) if term is Term.SHORT else (short, long + amount)


def _carried(year: YearTax) -> Decimal:
    return year.netting.carryover_short + year.netting.carryover_long

"""A state's tax on the year's capital results, at the top of its scale and by its special rules.

Only capital results are looked at: what the state takes from wages does not move with a sale. Federal
adjusted gross income stands in for the state's own measure of income.
"""

from dataclasses import dataclass, replace
from decimal import Decimal

from harvestdesk.domain.money import ZERO
from harvestdesk.domain.tax_year import StateRules
from harvestdesk.tax.netting import NettingInput, NettingResult, net_year


@dataclass(frozen=True, slots=True)
class StateYear:
    """What a state's tax on capital results is worked out from.

    Attributes:
        capital: the year's results and carryforwards, as for the federal return.
        interest: interest and dividends of the year, in dollars.
        income: adjusted gross income with the capital results; `income_without`: without them.
        washed: losses of the year the federal wash-sale rule disallowed, positive.
    """

    capital: NettingInput
    interest: Decimal
    income: Decimal
    income_without: Decimal
    washed: Decimal = ZERO


def rules_of(
    code: str, rules: StateRules | None, typed: Decimal | None, points: Decimal = ZERO
) -> StateRules | None:
    """Return the rules that hold: a typed rate goes before the table's, what is taxed stays the state's.

    Args:
        code: the profile's state; empty for none.
        rules: what is known of it.
        typed: rate typed by the person, as a fraction.
        points: added to every rate by a change of law.

    Returns:
        None for a state whose rates are neither known nor typed.
    """
    if rules is None:
        if typed is None and code:
            return None
        rules = StateRules(code, code, typed or ZERO, loss_deduction=typed is not None)
    elif typed is not None:
        # Where the table knows no rate the typed one fills the gap beside a long-term rate it knows.
        long = rules.rate_long if rules.rate is None else typed
        rules = replace(rules, rate=typed, rate_long=long, rate_deduction=None)
    if not points or (typed is None and not code):
        return rules
    return replace(
        rules,
        rate=_moved(rules.rate, points),
        rate_long=_moved(rules.rate_long, points),
        rate_deduction=_moved(rules.rate_deduction, points),
        higher_rate=_moved(rules.higher_rate, points),
    )


def state_netting(rules: StateRules, year: StateYear) -> NettingResult:
    """Return the year's netting by the state's own rules on carryovers, limits and wash sales."""
    capital = replace(year.capital, deduction_limit=state_limit(rules, year), other_income=None)
    if not rules.carries_losses:
        capital = replace(capital, carryforward_short=ZERO, carryforward_long=ZERO)
    if not rules.follows_wash_sales:
        capital = replace(capital, short=capital.short - year.washed)
    return net_year(capital)


def state_limit(rules: StateRules, year: StateYear) -> Decimal:
    """Return the loss in dollars that may reduce other income of the year."""
    if not rules.loss_deduction:
        return ZERO
    limit = year.capital.deduction_limit if rules.loss_limit is None else rules.loss_limit
    if year.capital.other_income is not None:
        # As in the federal worksheet (line 4): what income can't absorb saves nothing and is carried.
        limit = min(limit, max(ZERO, year.capital.other_income))
    return min(limit, max(ZERO, year.interest)) if rules.loss_of_interest else limit


def state_tax(rules: StateRules, year: StateYear) -> Decimal | None:
    """Return the state's tax in dollars, negative where a loss saves some; None where its rate is not known."""
    net = state_netting(rules, year)
    if rules.rate is None:
        return None
    rate_long = rules.rate if rules.rate_long is None else rules.rate_long
    if rules.long_only:
        return _excise(rules, rate_long, net)
    rate_off = rules.rate if rules.rate_deduction is None else rules.rate_deduction
    return (
        net.taxable_short * rules.rate
        + taxed_long(rules, net.taxable_long) * rate_long
        - net.deduction * rate_off
        + _surtax(rules, year, net)
    )


def taxed_long(rules: StateRules, gain: Decimal) -> Decimal:
    """Return the part of a net long-term gain the state taxes."""
    over = ZERO if rules.exempt_above is None else max(ZERO, gain - rules.exempt_above)
    exempt = (gain - over) * rules.long_exempt
    exempt = max(exempt, min(gain - over, rules.long_deduction_instead))
    return max(ZERO, gain - over - exempt - rules.long_deduction)


def _excise(rules: StateRules, rate: Decimal, net: NettingResult) -> Decimal:
    """Return the tax of a state that taxes long-term gains only; short-term losses don't reduce them."""
    # RCW 82.87.020, .040: the federal net long-term capital gain, less the yearly deduction.
    taxed = max(ZERO, net.net_long - rules.long_deduction)
    higher = rate if rules.higher_rate is None else rules.higher_rate
    top = max(ZERO, taxed - rules.higher_over) if rules.higher_rate is not None else ZERO
    return (taxed - top) * rate + top * higher


def _surtax(rules: StateRules, year: StateYear, net: NettingResult) -> Decimal:
    if not rules.surtax:
        return ZERO
    if rules.surtax_whole:
        return rules.surtax * net.taxable_long if year.income > rules.surtax_over else ZERO
    over = max(ZERO, year.income - rules.surtax_over)
    return rules.surtax * (over - max(ZERO, year.income_without - rules.surtax_over))


def _moved(rate: Decimal | None, points: Decimal) -> Decimal | None:
    return rate if rate is None or rate == 0 else max(ZERO, rate + points)

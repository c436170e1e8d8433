"""The tax on further ordinary income of a year: what is paid out of a traditional IRA or a 401(k), say.

Such income also fills the bands below long-term gains and counts towards the threshold of the net investment income
tax (IRC §408(d)(1), §402(a), §1(h), §1411), so the whole return is worked out with it and without.
"""

from dataclasses import replace
from decimal import Decimal

from harvestdesk.domain.money import ZERO
from harvestdesk.tax.situation import TaxSituation
from harvestdesk.tax.year import state_rules, typed_rates, year_tax


def ordinary_income_tax(
    situation: TaxSituation, short: Decimal, long: Decimal, amount: Decimal
) -> Decimal:
    """Return the dollars of tax on `amount` more of income that is neither a gain nor investment income.

    Args:
        situation: the year, without its ledger.
        short: the ledger's short-term result of the year, planned sales included.
        long: the long-term one likewise.
        amount: dollars; the state's flat rate on income counts where it is known, brackets of states do not.
    """
    if not amount:
        return ZERO
    if situation.figures is None:
        return typed_rates(situation).ordinary * amount
    more = replace(situation.profile, wages=situation.profile.wages + amount)
    rules = state_rules(situation)
    state = ZERO if rules is None or rules.rate is None else rules.rate * amount
    return (
        _federal(replace(situation, profile=more), short, long)
        - _federal(situation, short, long)
        + state
    )


def _federal(situation: TaxSituation, short: Decimal, long: Decimal) -> Decimal:
    income = year_tax(situation, short, long).income
    return ZERO if income is None else income.income_tax + income.niit

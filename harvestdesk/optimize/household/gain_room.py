"""How much long-term gain a year takes at no further federal tax, exactly, and why there is no more.

Federal tax is that of the tables: brackets, the 0/15/20 % bands with qualified dividends in them, the net
investment income tax, deductions that shrink with income, and the netting of the year. A state's own tax on
gains counts apart: few states know a band of 0 %.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_FLOOR, Decimal

from harvestdesk.domain.errors import Notice, Severity
from harvestdesk.domain.lot import Term
from harvestdesk.domain.money import CENT, ZERO, cents, decimal_text, money_text
from harvestdesk.tax.liability import YearTax, bracket_walk, year_tax
from harvestdesk.tax.situation import TaxSituation


@dataclass(frozen=True, slots=True)
class GainRoom:
    """What the year takes.

    Attributes:
        dollars: long-term gain on top of the year's results; to the cent, rounded down.
        rate: federal tax on the next dollar after it; what a gain taken now is spared later.
        why: where there is no room, the notice that says why.
        facts: of the year, for notices: its taxable income and the line of the 0 % band.
    """

    dollars: Decimal
    rate: Decimal
    why: Notice | None
    facts: Mapping[str, str]


def federal(situation: TaxSituation) -> TaxSituation:
    """Return the same year without its state."""
    profile = replace(situation.profile, state="", state_rate=None)
    return replace(situation, profile=profile, state=None)


def federal_tax(year: YearTax) -> Decimal:
    """Return the federal part of a year's tax in dollars: income tax and net investment income tax."""
    return ZERO if year.income is None else year.income.income_tax + year.income.niit


def gain_room(situation: TaxSituation, short: Decimal, long: Decimal) -> GainRoom:
    """Return the room of a year whose ledger comes to `short` and `long` dollars.

    Losses that would be carried into later years leave no room: a gain would use them up, and nothing is won.
    """
    of_year = federal(situation)
    year = year_tax(of_year, short, long)
    facts = _facts(of_year, year)
    carried = year.netting.carryover_short + year.netting.carryover_long
    if carried > 0:
        why = Notice("gain_room_losses", {"carried": money_text(cents(carried))}, Severity.INFO)
        return GainRoom(ZERO, ZERO, why, facts)
    room, rate = _walked(of_year, short, long)
    return GainRoom(room, rate, None if room > 0 else _full(facts, rate), facts)


def _walked(situation: TaxSituation, short: Decimal, long: Decimal) -> tuple[Decimal, Decimal]:
    """Return the dollars of long-term gain before the first that is taxed, and the rate on it."""
    room = ZERO
    for step in bracket_walk(situation, short, long, Term.LONG):
        if step.to_amount < 0 or (step.to_amount == 0 and step.from_amount < 0):
            continue
        if step.rate > 0 or step.tax > 0:
            return room.quantize(CENT, ROUND_FLOOR), step.rate
        room = step.to_amount
    return room.quantize(CENT, ROUND_FLOOR), ZERO


def _facts(situation: TaxSituation, year: YearTax) -> dict[str, str]:
    figures, income = situation.figures, year.income
    if figures is None or income is None:
        return {"taxable_income": "", "line": ""}
    line = figures.tables[situation.profile.filing_status].zero_rate_max
    return {"taxable_income": money_text(cents(income.taxable_income)), "line": money_text(line)}


def _full(facts: Mapping[str, str], rate: Decimal) -> Notice:
    """Return why not a dollar fits in."""
    above = Decimal(facts["taxable_income"]) - Decimal(facts["line"])
    told = {**facts, "above": money_text(above) if above > 0 else "", "rate": decimal_text(rate)}
    return Notice("gain_room_full", told, Severity.INFO)
